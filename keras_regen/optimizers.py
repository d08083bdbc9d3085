"""Optimizers of the recipes: a Keras optimizer with a schedule over the whole training."""

import keras

_OPTIMIZERS = {
    "adam": keras.optimizers.Adam,
    "adamw": keras.optimizers.AdamW,
    "rmsprop": keras.optimizers.RMSprop,
    "sgd": keras.optimizers.SGD,
}
_SCHEDULES = ("constant", "cosine", "steps")


def build_optimizer(
    name: str,
    learning_rate: float,
    total_steps: int,
    schedule: str = "constant",
    **arguments,
) -> keras.optimizers.Optimizer:
    """Builds an optimizer whose learning rate follows a schedule over `total_steps`.

    Args:
        name: `"adam"`, `"adamw"`, `"rmsprop"` or `"sgd"`.
        learning_rate: Float, above 0: the learning rate at the start.
        total_steps: Integer, at least 1: the batches of the whole training.
        schedule: `"constant"`; `"steps"`, ten times less after each quarter of the training (as
            the CSAE papers: 120 epochs, a tenth after every 30); `"cosine"`, down to zero.
        **arguments: Further arguments of the optimizer, such as `momentum`.

    Returns:
        A Keras optimizer.

    Raises:
        ValueError: If the optimizer or schedule is not known, or a number is out of range.

    Examples:
        >>> from keras_regen.optimizers import build_optimizer
        >>> sgd = build_optimizer("sgd", 0.1, total_steps=400, schedule="steps", momentum=0.9)
        >>> [round(float(sgd._learning_rate(step)), 6) for step in (0, 150, 250, 350)]
        [0.1, 0.01, 0.001, 0.0001]
    """
    for argument, value, known in (
        ("name", name, tuple(_OPTIMIZERS)),
        ("schedule", schedule, _SCHEDULES),
    ):
        if value not in known:
            raise ValueError(
                f"`{argument}` must be one of {known}. Received: {argument}={value!r}."
            )
    if learning_rate <= 0 or total_steps < 1:
        raise ValueError(
            "`learning_rate` must be above 0 and `total_steps` at least 1. "
            f"Received: learning_rate={learning_rate}, total_steps={total_steps}."
        )
    if schedule == "steps":
        # At least one step each: the boundaries of a very short training must still ascend.
        bounds = [max(total_steps * quarter // 4, quarter) for quarter in (1, 2, 3)]
        rates = [learning_rate / 10**quarter for quarter in range(4)]
        learning_rate = keras.optimizers.schedules.PiecewiseConstantDecay(bounds, rates)
    elif schedule == "cosine":
        learning_rate = keras.optimizers.schedules.CosineDecay(learning_rate, total_steps)
    return _OPTIMIZERS[name](learning_rate=learning_rate, **arguments)
