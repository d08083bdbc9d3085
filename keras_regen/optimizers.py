"""build_optimizer: the optimizers of the presets, with a schedule over the training run."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_regen.checks import (
    check_choice,
    check_integer,
    check_number,
    elements_of,
    is_finite_number,
)

_OPTIMIZERS = {
    "adam": keras.optimizers.Adam,
    "adamw": keras.optimizers.AdamW,
    "rmsprop": keras.optimizers.RMSprop,
    "sgd": keras.optimizers.SGD,
}
_SCHEDULES = ("constant", "cosine", "one_cycle")


def build_optimizer(
    name: str,
    learning_rate: float,
    total_steps: int,
    schedule: str | Sequence[tuple[float, float]] = "constant",
    **arguments: Any,
) -> keras.optimizers.Optimizer:
    """Builds an optimizer with a schedule of its learning rate over `total_steps`.

    Args:
        name: `"adam"`, `"adamw"`, `"rmsprop"` or `"sgd"`.
        learning_rate: Float, above 0: the initial learning rate.
        total_steps: Integer, at least 1: the number of batches in the training run.
        schedule: `"constant"`; `"cosine"`: cosine decay to zero; `"one_cycle"`: a linear rise from
            1/25 of the learning rate during the first fifth of the steps, then cosine decay to
            zero; or a sequence of pairs `(share, factor)`: after this share of the training run,
            the learning rate is `factor * learning_rate`. The schedule of the CSAE papers is
            `[(0.25, 0.1), (0.5, 0.01), (0.75, 0.001)]`.
        **arguments: Further arguments of the optimizer, such as `momentum`.

    Returns:
        A Keras optimizer.

    Raises:
        ValueError: If the optimizer or the schedule is unknown, a number is out of range, or the
            optimizer does not take the further arguments.

    Examples:
        >>> from keras_regen.optimizers import build_optimizer
        >>> drops = [(0.5, 0.1), (0.75, 0.01)]
        >>> sgd = build_optimizer("sgd", 0.1, total_steps=400, schedule=drops, momentum=0.9)
        >>> [round(float(sgd._learning_rate(step)), 6) for step in (0, 250, 350)]
        [0.1, 0.01, 0.001]
    """
    check_choice("name", name, _OPTIMIZERS)
    check_number("learning_rate", learning_rate, above=0)
    check_integer("total_steps", total_steps, 1)
    rate = _build_schedule(float(learning_rate), int(total_steps), schedule)
    # Without a name, Keras numbers the optimizers of a process, and two files of the same training
    # run differ.
    try:
        return _OPTIMIZERS[name](rate, **{"name": name, **arguments})
    except Exception as error:
        raise ValueError(
            f"The optimizer {name!r} does not take these arguments. Received: {arguments}. {error}"
        ) from error


def _build_schedule(
    learning_rate: float, total_steps: int, schedule: str | Sequence[tuple[float, float]]
) -> float | keras.optimizers.schedules.LearningRateSchedule:
    if isinstance(schedule, str) and schedule == "constant":
        return learning_rate
    if isinstance(schedule, str) and schedule == "cosine":
        return keras.optimizers.schedules.CosineDecay(learning_rate, total_steps)
    if isinstance(schedule, str) and schedule == "one_cycle":
        rise = max(1, total_steps // 5)
        total_steps = max(total_steps, 2)
        return keras.optimizers.schedules.CosineDecay(
            learning_rate / 25, total_steps - rise, warmup_target=learning_rate, warmup_steps=rise
        )
    pairs = [elements_of(pair) or [] for pair in elements_of(schedule) or [[]]]
    valid = all(len(pair) == 2 and all(map(is_finite_number, pair)) for pair in pairs)
    shares, factors = zip(*pairs, strict=True) if valid else ([0], [0])
    if list(shares) != sorted(set(shares)) or not 0 < shares[0] <= shares[-1] < 1:
        raise ValueError(
            f"`schedule` must be one of {_SCHEDULES}, or pairs (share, factor) with ascending "
            f"shares between 0 and 1. Received: schedule={schedule!r}."
        )
    # Every stage has at least one step, because the boundaries must ascend in a short run.
    bounds = [max(int(total_steps * share), least) for least, share in enumerate(shares, start=1)]
    rates = [learning_rate, *(learning_rate * float(factor) for factor in factors)]
    return keras.optimizers.schedules.PiecewiseConstantDecay(bounds, rates)
