"""Names of classes: conversion, errors, and the label of a name."""

import numpy as np
import pytest

from keras_regen.class_names import as_class_names, class_index

pytestmark = pytest.mark.any_backend


@pytest.mark.parametrize(
    "names", [["0", "1"], ("0", "1"), np.array(["0", "1"]), [0, 1], range(2), np.arange(2)]
)
def test_names_may_be_strings_or_numbers(names):
    assert as_class_names(names) == ("0", "1")


@pytest.mark.parametrize(
    "names", ["ab", b"ab", {"a", "b"}, 3, np.array(3), None, ["a"], [None, None], [["a"], ["b"]]]
)
def test_other_names_are_errors(names):
    with pytest.raises(ValueError, match="`class_names` must be a list of at least 2 names"):
        as_class_names(names)


def test_names_must_differ():
    with pytest.raises(ValueError, match="`class_names` must differ"):
        as_class_names(["1", 1])


# A zero-width non-joiner in Persian, joiners in emoji, marks of direction in Hebrew, a no-break and
# an ideographic space, a soft hyphen, and the flag of England.
WRITTEN = [
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\u05d0\u200f!\u200e",
    "10\u00a0km",
    "\u732b\u3000\u72ac",
    "sun\u00adflower",
    "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
]


@pytest.mark.parametrize("name", WRITTEN)
def test_invisible_characters_of_written_text(name):
    assert as_class_names(["cat", name]) == ("cat", name)


@pytest.mark.parametrize(
    "name",
    ["a\x1b[31m", "a\n", "a\x00", "a\x9b", "\u2028", "\u2029", "\udcff", "\u202e", "\u2067a"],
)
def test_control_characters_are_errors(name):
    with pytest.raises(ValueError, match="must have no control characters"):
        as_class_names(["cat", name])


def test_class_index():
    assert class_index(["cat", "dog"], "dog") == class_index(("cat", "dog"), np.int64(1)) == 1


@pytest.mark.parametrize("class_id", [2, -1, "cow", True, 1.0, None, np.ones(2), [0]])
def test_class_index_lists_the_classes(class_id):
    with pytest.raises(ValueError, match="one of the model's classes: 0 'cat', 1 'dog'"):
        class_index(["cat", "dog"], class_id)


@pytest.mark.parametrize("names", ["cat", 3, None, np.ones(2), [None]])
def test_class_index_needs_a_list_of_names(names):
    with pytest.raises(ValueError, match="`class_names` must be a list of strings"):
        class_index(names, 0)
