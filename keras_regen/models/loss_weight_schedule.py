"""LossWeightSchedule: changes the weights of losses between epochs."""

import itertools
from collections.abc import Mapping, Sequence

import keras

from keras_regen.checks import check_integer, elements_of, is_finite_number


class LossWeightSchedule(keras.callbacks.Callback):
    """Changes the loss weights of a model at the beginning of given epochs.

    The weights are variables of the model, so a change does not compile the training step again.

    Args:
        stages: Sequence of `(first_epoch, last_epoch, loss_weights)`. Epochs count from 1, as in
            the output of Keras, and both epochs belong to the stage. In epochs outside all stages
            the weights do not change.

    Raises:
        ValueError: If a stage is not as described or ends before it begins, or two stages overlap;
            when training begins, if the model has no loss of a given name.

    Source: ReGene, appendix A.1.

    Examples:
        >>> from keras_regen.callbacks import LossWeightSchedule
        >>> schedule = LossWeightSchedule(
        ...     [(1, 200, {"mae_loss": 1, "ssim_loss": 1}), (201, 300, {"ssim_loss": 0})]
        ... )
        >>> schedule.loss_weights(201)
        {'ssim_loss': 0}
    """

    def __init__(self, stages: Sequence[tuple[int, int, Mapping[str, float]]]):
        super().__init__()
        stages = elements_of(stages)
        for stage in [None] if stages is None else stages:
            _check_stage(stage)
        self.stages = sorted(stages, key=lambda stage: stage[0])
        for first, last, _ in self.stages:
            if not 1 <= first <= last:
                raise ValueError(
                    "The last epoch of a stage must not be before its first epoch, and epochs "
                    "count from 1. "
                    f"Received: a stage from {first} to {last}."
                )
        for stage, following in itertools.pairwise(self.stages):
            if stage[1] >= following[0]:
                raise ValueError(
                    "Stages must not overlap. "
                    f"Received: {stage[0]} to {stage[1]} and {following[0]} to {following[1]}."
                )

    def loss_weights(self, epoch: int) -> dict[str, float]:
        """Returns the loss weights of the stage of an epoch, counted from 1; else an empty dict."""
        check_integer("epoch", epoch, 1)
        for first, last, weights in self.stages:
            if first <= epoch <= last:
                return dict(weights)
        return {}

    def on_train_begin(self, logs=None):
        names = {name for _, _, weights in self.stages for name in weights}
        losses = getattr(self.model, "loss_weights", {})
        if not names <= set(losses):
            raise ValueError(
                f"The schedule must have only losses of the model, {list(losses)}. "
                f"Received: {sorted(names)}."
            )

    def on_epoch_begin(self, epoch, logs=None):
        self.model.loss_weights = self.loss_weights(epoch + 1)


def _check_stage(stage):
    is_triple = isinstance(stage, (list, tuple)) and len(stage) == 3
    if not is_triple or not (
        isinstance(stage[2], Mapping)
        and all(isinstance(name, str) for name in stage[2])
        and all(is_finite_number(weight) and weight >= 0 for weight in stage[2].values())
    ):
        raise ValueError(
            "`stages` must be a list of (first_epoch, last_epoch, loss_weights), with a dict from "
            f"names of losses to numbers of at least 0. Received: {stage!r}."
        )
    for name, epoch in zip(("first_epoch", "last_epoch"), stage, strict=False):
        check_integer(name, epoch, 0)
