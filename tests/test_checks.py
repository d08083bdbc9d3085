"""Checks of numbers and lists: valid values, errors and their messages."""

import numpy as np
import pytest

from keras_regen.checks import as_integers, check_integer, check_number, elements_of

pytestmark = pytest.mark.any_backend


@pytest.mark.parametrize("value", [True, 1.0, "1", None, -1])
def test_check_integer(value):
    check_integer("seed", 0, 0)
    check_integer("seed", np.int64(3), 0)
    with pytest.raises(ValueError, match="`seed` must be an integer, at least 0"):
        check_integer("seed", value, 0)


@pytest.mark.parametrize("value", [True, "1", None, np.nan, np.inf, np.float32("inf"), 10**400])
def test_check_number_takes_finite_numbers_only(value):
    for number in (1, 2.5, np.float32(1e38), np.int64(3), 10**300):
        check_number("ratio", number)
    with pytest.raises(ValueError, match="`ratio` must be a finite number"):
        check_number("ratio", value)


def test_as_integers():
    for value in ([0, 2], (0, np.int64(2)), np.array([0, 2]), range(0, 3, 2), iter([0, 2])):
        assert as_integers("ks", value, 0) == (0, 2)
    assert as_integers("ks", [], 0) == ()


@pytest.mark.parametrize("value", [3, np.array(3), None, "ab", [True], [1.0], [1, -1], [[1]], int])
def test_as_integers_names_the_argument(value):
    with pytest.raises(ValueError, match="`ks` must be a list of integers, at least 0"):
        as_integers("ks", value, 0)


def test_elements_of_an_array_without_axes():
    assert elements_of(np.array(3)) is None
