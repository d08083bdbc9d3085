"""WeightedLossModel: what the models share that are trained by a weighted sum of named losses."""

from collections.abc import Mapping, Sequence

import keras
from keras import ops

from keras_regen.callbacks import LossWeightSchedule
from keras_regen.losses.reduction import mean_loss
from keras_regen.models.base import ImageModel


class WeightedLossModel(ImageModel):
    """An `ImageModel` trained by a weighted sum of losses, each of which is in the logs.

    The weights of the losses are kept in variables: they may change from epoch to epoch
    (`keras_regen.callbacks.LossWeightSchedule`) and the training step is not compiled again.

    A subclass calls `set_losses` once, and from its `compute_loss` returns `weighted_sum` of its
    terms.

    Examples:
        >>> from keras_regen.models import CSAE, WeightedLossModel
        >>> issubclass(CSAE, WeightedLossModel)
        True
    """

    def set_losses(
        self, names: Sequence[str], loss_weights: Mapping[str, float] | None = None
    ) -> None:
        """Names the losses that are added up.

        Args:
            names: Names of all losses.
            loss_weights: Mapping from names of losses to floats of at least 0. Defaults to 1 for
                each.

        Raises:
            ValueError: If two losses have one name, or `loss_weights` names a loss that is not
                there or has a negative weight.
        """
        if len(set(names)) != len(names):
            raise ValueError(f"The losses must have different names. Received: {list(names)}.")
        self.loss_trackers = {name: keras.metrics.Mean(name=name) for name in names}
        self._loss_weights = {
            name: self.add_weight(
                shape=(),
                initializer="ones",
                trainable=False,
                dtype="float32",
                autocast=False,
                name=f"{name}_weight",
            )
            for name in names
        }
        self.set_loss_weights(loss_weights or {})

    def fit(self, x=None, y=None, *args, callbacks=None, **kwargs):
        """Trains the model, as `ImageModel.fit`.

        A model from a preset whose loss weights change by epoch changes them, unless `callbacks`
        has a `LossWeightSchedule` of its own.
        """
        callbacks = keras.tree.flatten(callbacks or [])
        stages = self.preset.loss_stages() if self.preset is not None else []
        if stages and not any(isinstance(one, LossWeightSchedule) for one in callbacks):
            callbacks.append(LossWeightSchedule(stages))
        return super().fit(x, y, *args, callbacks=callbacks, **kwargs)

    @property
    def loss_weights(self) -> dict[str, float]:
        """The present weight of each loss, by its name."""
        # Shortened to what a float32 holds: 0.1 and not 0.10000000149.
        return {
            name: float(f"{float(ops.convert_to_numpy(weight)):.7g}")
            for name, weight in self._loss_weights.items()
        }

    def set_loss_weights(self, loss_weights: Mapping[str, float]) -> None:
        """Changes the weights of losses, also between two epochs of a training.

        Args:
            loss_weights: Mapping from names of losses to floats of at least 0. Losses that are
                not named keep their weights.

        Raises:
            ValueError: If there is no such loss, or a weight is negative.
        """
        known = list(self._loss_weights)
        if not set(loss_weights) <= set(known) or not all(
            isinstance(weight, (int, float)) and weight >= 0 for weight in loss_weights.values()
        ):
            raise ValueError(
                f"`loss_weights` must be numbers of at least 0 for the losses {known}. "
                f"Received: loss_weights={dict(loss_weights)}."
            )
        for name, weight in loss_weights.items():
            self._loss_weights[name].assign(weight)

    def weighted_sum(self, terms: Mapping, sample_weight=None):
        """Adds up the losses by their weights, and keeps the mean of each for the logs.

        Args:
            terms: Mapping from the names of all losses to tensors `(batch,)`.
            sample_weight: Tensor `(batch,)`, or `None`.

        Returns:
            Tensor `()`, with the regularization of the layers.
        """
        total = sum(map(mean_loss, self.losses), ops.zeros(()))
        for name, values in terms.items():
            self.loss_trackers[name].update_state(values, sample_weight)
            total = total + self._loss_weights[name] * mean_loss(values, sample_weight)
        # Times 1, but known only when all losses are: TensorFlow's graphs else write a new weight
        # at times before a loss that has no gradient by it, as of a frozen network, has read it.
        return total * ops.stop_gradient(ops.where(ops.isnan(total), total, 1.0))

    def get_config(self):
        return {
            **super().get_config(),
            "loss_weights": self.loss_weights,
        }
