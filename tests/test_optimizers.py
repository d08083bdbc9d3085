"""Schedules against their closed forms."""

import numpy as np
import pytest

from keras_regen.optimizers import build_optimizer

QUARTERS = [(0.25, 0.1), (0.5, 0.01), (0.75, 0.001)]


def rates(optimizer, steps):
    return [float(optimizer._learning_rate(step)) for step in steps]


def test_the_rate_drops_to_a_tenth_after_each_quarter():
    steps = np.arange(1, 120 * 235, 1234)
    expected = [0.1 * 0.1 ** (4 * (step - 1) // (120 * 235)) for step in steps]
    optimizer = build_optimizer("sgd", 0.1, 120 * 235, QUARTERS, momentum=0.9)
    np.testing.assert_allclose(rates(optimizer, steps), expected, rtol=1e-5)


def test_one_cycle_rises_and_falls_to_zero():
    optimizer = build_optimizer("adam", 0.5, total_steps=100, schedule="one_cycle")
    rates = np.array([float(optimizer._learning_rate(step)) for step in range(101)])
    rise = 0.02 + (0.5 - 0.02) * np.arange(21) / 20
    fall = 0.5 * (1 + np.cos(np.pi * np.arange(81) / 80)) / 2
    np.testing.assert_allclose(rates, [*rise, *fall[1:]], atol=1e-6)


def test_cosine_and_constant():
    steps = np.arange(0, 101, 10)
    expected = 0.5 * 0.02 * (1 + np.cos(np.pi * steps / 100))
    cosine = rates(build_optimizer("adam", 0.02, 100, "cosine"), steps)
    np.testing.assert_allclose(cosine, expected, atol=1e-7)
    assert float(build_optimizer("adam", 0.02, 100).learning_rate) == pytest.approx(0.02)


@pytest.mark.parametrize("total_steps", [1, 2, 3])
def test_very_short_runs_have_a_schedule(total_steps):
    optimizer = build_optimizer("sgd", 0.1, total_steps, QUARTERS)
    assert all(rate <= 0.1 + 1e-7 for rate in rates(optimizer, range(4)))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("sdg", 0.1, 10), "`name` must be one of.*name='sdg'"),
        (("sgd", 0.1, 10, "linear"), "`schedule` must be one of.*'linear'"),
        (("sgd", 0.1, 10, [(0.5, 0.1), (0.2, 0.01)]), "ascending shares"),
        (("sgd", 0.1, 10, [(1.0, 0.1)]), "between 0 and 1"),
        (("sgd", 0.1, 10, []), "pairs"),
        (("sgd", 0.0, 10), "learning_rate=0.0"),
        (("sgd", 0.1, 0), "total_steps=0"),
        ((["sgd"], 0.1, 10), r"name=\['sgd'\]"),
        (("sgd", None, 10), "learning_rate=None"),
        (("sgd", 0.1, 2.5), "total_steps=2.5"),
        (("sgd", 0.1, 10, 3), "pairs"),
        (("sgd", 0.1, 10, [(0.5,)]), "pairs"),
        (("sgd", 0.1, 10, [(0.5, "small")]), "pairs"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        build_optimizer(*arguments)


def test_arguments_that_the_optimizer_does_not_take():
    for arguments in ({"momentum": 2.0}, {"rate": 0.1}):
        with pytest.raises(ValueError, match="'sgd' does not take these arguments"):
            build_optimizer("sgd", 0.1, 10, **arguments)


def test_numbers_of_numpy():
    schedule = np.array([[0.5, 0.1]], "float32")
    optimizer = build_optimizer("sgd", np.float32(0.5), np.int64(10), schedule)
    np.testing.assert_allclose(rates(optimizer, (0, 9)), [0.5, 0.05], rtol=1e-5)
