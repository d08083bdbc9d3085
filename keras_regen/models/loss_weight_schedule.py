"""LossWeightSchedule: losses whose weights change from epoch to epoch."""

import itertools
from collections.abc import Mapping, Sequence

import keras


class LossWeightSchedule(keras.callbacks.Callback):
    """Changes the weights of a model's losses from stage to stage of a training.

    The training step is not compiled again: the weights are variables of the model.

    Args:
        stages: Sequence of `(first_epoch, last_epoch, loss_weights)`: both epochs belong to the
            stage, and the first epoch of a training is 1, as Keras counts them in its output. In
            epochs that no stage names the weights stay as they were.

    Raises:
        ValueError: If a stage ends before it begins or two stages have an epoch in common; when
            training begins, if the model has no such loss.

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
        self.stages = sorted(stages, key=lambda stage: stage[0])
        for first, last, _ in self.stages:
            if not 1 <= first <= last:
                raise ValueError(
                    "A stage goes from its first to its last epoch, and epochs count from 1. "
                    f"Received: a stage from {first} to {last}."
                )
        for stage, following in itertools.pairwise(self.stages):
            if stage[1] >= following[0]:
                raise ValueError(
                    "Stages must not have an epoch in common. "
                    f"Received: {stage[0]} to {stage[1]} and {following[0]} to {following[1]}."
                )

    def loss_weights(self, epoch: int) -> dict[str, float]:
        """Gives the weights that the stage of an epoch (counted from 1) names, if there is one."""
        for first, last, weights in self.stages:
            if first <= epoch <= last:
                return dict(weights)
        return {}

    def on_train_begin(self, logs=None):
        named = {name for _, _, weights in self.stages for name in weights}
        known = getattr(self.model, "loss_weights", {})
        if not named <= set(known):
            raise ValueError(
                f"The schedule must be of the model's losses {list(known)}. "
                f"Received: {sorted(named)}."
            )

    def on_epoch_begin(self, epoch, logs=None):
        self.model.loss_weights = self.loss_weights(epoch + 1)
