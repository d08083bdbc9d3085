"""Objective: a weighted sum of named losses, each of which is tracked for the logs."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import ops

from keras_regen.checks import elements_of, is_finite_number
from keras_regen.gradients import balanced_copies
from keras_regen.losses import AdversarialLoss, PerceptualLoss

# The loss of the network of an `AdversarialLoss`, in the logs.
_DISCRIMINATOR_LOSS = "discriminator_loss"


class Objective(keras.layers.Layer):
    """Adds up named losses by weights that may change between epochs.

    The weights are variables: a change does not compile the training step again.

    Args:
        image_losses: A loss of (image, reconstruction) or a sequence of them.
        other_losses: Names of the losses that the model computes itself.
        loss_weights: Mapping from names of losses to floats of at least 0. Defaults to 1 for each.
        network: The encoder or classifier whose first feature maps `PerceptualLoss("self")`
            compares.
        image_shape: `(height, width, channels)`. An image loss that does not fit the shape raises
            its error here, and not in `fit`.

    Attributes:
        image_losses: List of the losses of (image, reconstruction).
        trackers: Dict from the names of the losses to their means in the logs.
        discriminator: The network of an `AdversarialLoss` among the image losses, or `None`.

    Raises:
        ValueError: If an image loss is no `keras.losses.Loss`, two losses have the same name,
            `loss_weights` names an unknown loss or holds a negative weight, or an `AdversarialLoss`
            is the only image loss or does not fit the images.

    Examples:
        >>> import keras
        >>> from keras_regen.models.objective import Objective
        >>> objective = Objective(keras.losses.MeanSquaredError(name="mse_loss"), ["kl_loss"])
        >>> objective.loss_weights
        {'kl_loss': 1.0, 'mse_loss': 1.0}
    """

    def __init__(
        self,
        image_losses: keras.losses.Loss | Sequence[keras.losses.Loss] = (),
        other_losses: Sequence[str] = (),
        loss_weights: Mapping[str, float] | None = None,
        network: keras.Model | None = None,
        image_shape: tuple[int, int, int] | None = None,
    ):
        super().__init__(name="objective")
        if isinstance(image_losses, keras.losses.Loss):
            image_losses = [image_losses]
        self.image_losses = elements_of(image_losses)
        if self.image_losses is None or not all(
            isinstance(loss, keras.losses.Loss) for loss in self.image_losses
        ):
            raise ValueError(
                "`image_losses` must be a `keras.losses.Loss` or a list of them. "
                f"Received: image_losses={image_losses!r}."
            )
        for loss in self.image_losses:
            if isinstance(loss, PerceptualLoss):
                loss.bind(network)
        self._adversarial = _adversarial_loss(self.image_losses, image_shape)
        self.discriminator, self._adversarial_names = None, ()
        names = [*other_losses, *(loss.name for loss in self.image_losses)]
        if self._adversarial is not None:
            self.discriminator = self._adversarial.discriminator
            self._adversarial_names = (self._adversarial.name, _DISCRIMINATOR_LOSS)
            names.append(_DISCRIMINATOR_LOSS)
        if image_shape is not None:
            self._compared(*(keras.Input(image_shape) for _ in range(2)))
        if len(set(names)) != len(names):
            raise ValueError(f"The losses must have different names. Received: {names}.")
        self.trackers = {name: keras.metrics.Mean(name=name) for name in names}
        self._weights_by_name = {
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
        self.built = True
        self.loss_weights = {} if loss_weights is None else loss_weights

    @property
    def loss_weights(self) -> dict[str, float]:
        """The current weight of each loss, by name."""
        # Rounded to the digits that float32 holds: 0.1 and not 0.10000000149.
        return {
            name: float(f"{float(ops.convert_to_numpy(weight)):.7g}")
            for name, weight in self._weights_by_name.items()
        }

    @loss_weights.setter
    def loss_weights(self, loss_weights: Mapping[str, float]) -> None:
        names = list(self._weights_by_name)
        if (
            not isinstance(loss_weights, Mapping)
            or not set(loss_weights) <= set(names)
            or not all(is_finite_number(weight) and weight >= 0 for weight in loss_weights.values())
        ):
            raise ValueError(
                f"`loss_weights` must be numbers of at least 0 for the losses {names}. "
                f"Received: loss_weights={loss_weights!r}."
            )
        for name, weight in loss_weights.items():
            self._weights_by_name[name].assign(weight)

    def check_labels(self, num_classes: int | None) -> None:
        """Raises an error unless the model has the labels that its discriminator takes.

        Args:
            num_classes: Integer: the classes of the model; `None` without labels.

        Raises:
            ValueError: If the discriminator takes labels of another number of classes, or of a
                model without labels.
        """
        taken = self._adversarial.num_classes
        if taken is not None and taken != num_classes:
            received = "no labels" if num_classes is None else f"{num_classes} classes"
            raise ValueError(
                f"The discriminator of `AdversarialLoss` takes labels of {taken} classes, and the "
                f"model has {received}. Build it for the classes of the model, or without labels."
            )

    def image_terms(
        self,
        images: Any,
        reconstructions: Any,
        labels: Any = None,
        generated: Any = None,
        training: bool = False,
    ) -> dict[str, Any]:
        """Computes each image loss of each image of a batch.

        Args:
            images: Float images `(batch, height, width, channels)` in [0, 1].
            reconstructions: Float images of the same shape.
            labels: Integer labels `(batch,)`, or `None`: for an `AdversarialLoss` only.
            generated: Generated float images of the same shape and labels, or `None`: for an
                `AdversarialLoss` only.
            training: Boolean: the mode of the discriminator.

        Returns:
            A dict from the names of the losses to tensors `(batch,)`.
        """
        if self._adversarial is None:
            return self._compared(images, reconstructions)
        decoded = [reconstructions] if generated is None else [reconstructions, generated]
        weight = self._adversarial.weight * self._weights_by_name[self._adversarial.name]
        # Of all decoded images together, so that the share is that of the whole gradient.
        compared, judged = balanced_copies(ops.stack(decoded), weight)
        values = [
            self._adversarial.call(images, judged[index], labels, training)
            for index in range(len(decoded))
        ]
        return {
            **self._compared(images, compared[0]),
            self._adversarial.name: sum(values) / len(values),
            _DISCRIMINATOR_LOSS: self._adversarial.discriminator_loss(
                images, decoded, labels, training
            ),
        }

    def _compared(self, images, reconstructions):
        """Computes the losses of pairs of an image and its reconstruction."""
        terms = {}
        for loss in self.image_losses:
            if loss is not self._adversarial:
                values = loss.call(images, reconstructions)
                flat = ops.reshape(values, (ops.shape(values)[0], -1))
                terms[loss.name] = ops.mean(flat, axis=-1)
        return terms

    def total(
        self, terms: Mapping[str, Any], sample_weight: Any = None, regularization: Sequence = ()
    ) -> Any:
        """Adds up the losses by their weights, and updates the tracker of each.

        The adversarial terms, and the regularization of a discriminator, add their gradients only,
        and nothing to the value.

        Args:
            terms: Mapping from the names of all losses to tensors `(batch,)`.
            sample_weight: Tensor `(batch,)`, or `None`.
            regularization: Losses of the layers, each a tensor `()`.

        Returns:
            Tensor `()`, float32.
        """
        total = sum(map(mean_loss, regularization), ops.zeros(()))
        if self.discriminator is not None:
            own = sum(map(mean_loss, self.discriminator.losses), ops.zeros(()))
            total = total - ops.stop_gradient(own)
        for name, values in terms.items():
            self.trackers[name].update_state(values, sample_weight)
            mean = self._weights_by_name[name] * mean_loss(values, sample_weight)
            if name in self._adversarial_names:
                mean = mean - ops.stop_gradient(mean)
            total = total + mean
        # A product with 1 that depends on every loss: without it, a TensorFlow graph may write a
        # new weight before a loss without a gradient by it, as of a frozen network, has read it.
        return total * ops.stop_gradient(ops.where(ops.isnan(total), total, 1.0))


def _adversarial_loss(image_losses, image_shape):
    """Returns the `AdversarialLoss` among the image losses, or `None`."""
    adversarial = [loss for loss in image_losses if isinstance(loss, AdversarialLoss)]
    if not adversarial:
        return None
    if len(adversarial) > 1 or len(image_losses) == 1:
        raise ValueError(
            "`image_losses` may have a single `AdversarialLoss`, next to at least one other loss. "
            f"Received: {[loss.name for loss in image_losses]}."
        )
    expected = adversarial[0].discriminator.inputs[0].shape[1:]
    if image_shape is not None and tuple(expected) != tuple(image_shape):
        raise ValueError(
            f"The images have the shape {tuple(image_shape)}, and the discriminator of "
            f"`AdversarialLoss` takes images of {tuple(expected)}."
        )
    return adversarial[0]


class _Unchanged(keras.losses.Loss):
    """A loss that returns its values, so that only Keras's mean over the batch is left to do."""

    def call(self, y_true, y_pred):
        return y_pred


def mean_loss(values: Any, sample_weight: Any = None) -> Any:
    """Computes the mean over a batch of the loss of each sample, as the losses of Keras do.

    With several devices, Keras adds up the gradients of all of them, and its losses divide by the
    number of devices. A plain mean would not.

    Args:
        values: Tensor `(batch,)` or `()`.
        sample_weight: Tensor `(batch,)` or `(batch, 1)` of factors, or `None`.

    Returns:
        Tensor `()`, float32.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.models.objective import mean_loss
        >>> float(mean_loss(np.array([1.0, 2.0, 6.0], "float32")))
        3.0
    """
    values = ops.reshape(ops.cast(values, "float32"), (-1,))
    if sample_weight is not None:
        sample_weight = ops.reshape(sample_weight, (-1,))
    return _Unchanged(name="mean_loss", dtype="float32")(values, values, sample_weight)
