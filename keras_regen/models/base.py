"""The contract of a model: what `keras_regen.generate` and its neighbours need."""

import math
import os
from collections.abc import Sequence

import numpy as np
from keras import ops

from keras_regen.checks import check_images, check_integer, check_labels
from keras_regen.class_names import class_index
from keras_regen.models.checked_model import CheckedModel
from keras_regen.models.from_preset import model_from_preset, save_preset
from keras_regen.models.inputs import (
    as_arrays,
    batches_of,
    has_end,
    images_of,
    iter_is_new,
)
from keras_regen.pixel_range import unit_range
from keras_regen.presets import Preset

_ENCODE_BLOCK = 8192
_DECODE_BYTES = 2**28


class ImageModel(CheckedModel):
    """A Keras model of images in classes that encodes, decodes and classifies what it can.

    It has `compile`, `fit`, `evaluate`, `predict` and `save` like any Keras model. Integer images
    are taken as 0..255 and float images as 0..1; images come back as float32 in [0, 1].

    A subclass sets `encoder`, `decoder`, `head` and `prior` (each may be `None`), and gives what it
    has of `probabilities`, `latent` and `reconstruction` as a dict from `call`.

    Args:
        image_shape: `(height, width, channels)`.
        class_names: Names of the classes, in the order of their labels; `None` for a model that
            knows none.
        **kwargs: Arguments of `keras.Model`.

    Attributes:
        monitor: Name of the value in the logs that tells best which epoch's weights to keep;
            `None` where none does.
        confidence: Weight `(num_classes,)`, set by `calibrate` and not trained: the mean
            confidence of each class on held-out images; zeros before. `None` without classes.

    Raises:
        ValueError: If two classes have one name.

    Examples:
        >>> from keras_regen.models import CSAE, ImageModel
        >>> issubclass(CSAE, ImageModel)
        True
    """

    monitor: str | None = "val_accuracy"

    def __init__(
        self,
        image_shape: tuple[int, int, int],
        class_names: Sequence[str] | None = None,
        **kwargs,
    ):
        super().__init__(image_shape, class_names, **kwargs)
        self.encoder = self.decoder = self.head = self.prior = self.confidence = None
        if self.num_classes:
            self.confidence = self.add_weight(
                shape=(self.num_classes,),
                initializer="zeros",
                trainable=False,
                dtype="float32",
                autocast=False,
                name="confidence",
            )

    @classmethod
    def from_preset(
        cls,
        preset: str | os.PathLike | Preset,
        *,
        image_shape: tuple[int, int, int] | None = None,
        class_names: Sequence[str] | None = None,
        num_samples: int | None = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        seed: int = 0,
        **options,
    ) -> "ImageModel":
        """Builds and compiles a recipe's model, untrained; or loads a trained one from a folder.

        `fit` of the model then trains in the recipe's batches and epochs, unless it is told
        otherwise.

        Args:
            preset: Name of a recipe (`keras_regen.presets.list_presets`), a `Preset`, or a folder
                that `save_to_preset` wrote.
            image_shape: `(height, width, channels)`, if other than the recipe's dataset has.
            class_names: Names of the classes. Defaults to `"0"`, `"1"`, ... for the recipe's.
            num_samples: Training images, if other than the recipe's dataset has: the
                learning-rate schedule runs over `epochs` times as many.
            epochs: Passes over the training images, if other than the recipe's: the schedule
                shrinks or stretches with them.
            batch_size: Images in one step, if other than the recipe's.
            seed: Integer: of centroids and noise. The initial weights follow
                `keras.utils.set_random_seed`.
            **options: Arguments of the class's `for_images` to change, such as `beta=0.02`.

        Returns:
            A compiled model.

        Raises:
            ValueError: If there is no such preset (the message has the nearest names), it is one
                of another class, or an argument is out of range.

        Examples:
            >>> from keras_regen import CSAE
            >>> model = CSAE.from_preset("csae_digits", epochs=5)
            >>> model.image_shape, model.preset.epochs, model.preset.batch_size
            ((8, 8, 1), 5, 64)
        """
        return model_from_preset(
            cls,
            preset,
            image_shape=image_shape,
            class_names=class_names,
            num_samples=num_samples,
            epochs=epochs,
            batch_size=batch_size,
            seed=seed,
            **options,
        )

    def save_to_preset(self, folder: str | os.PathLike) -> None:
        """Writes the model and its recipe to a folder, for `from_preset(folder)`.

        Args:
            folder: The folder; made where it is missing.
        """
        save_preset(self, folder)

    @property
    def latent_dim(self) -> int | None:
        """The number of dimensions of the latent, or `None` for a model without one."""
        if self.decoder is not None:
            return self.decoder.input_shape[-1]
        return None if self.encoder is None else self.encoder.output_shape[-1]

    @property
    def classifies(self) -> bool:
        """Whether the model gives images their classes."""
        return self.head is not None

    def fit(self, x=None, y=None, *args, adapt_prior=True, **kwargs):
        """Trains the model, then adapts its prior to the latents of the training images.

        Args:
            x: Images `(num_samples, height, width, channels)`, or a dataset of (images, labels)
                batches, as in `keras.Model.fit`.
            y: Integer labels `(num_samples,)`; left out with a dataset. A model without classes
                does not use them.
            *args: `batch_size` and `epochs`, as in `keras.Model.fit`.
            adapt_prior: Boolean: `False` leaves the prior as it is. Data that can be read only
                once (a generator) always does; `adapt_prior()` is then called by hand.
            **kwargs: Further arguments of `keras.Model.fit`. For a model from a preset,
                `batch_size` and `epochs` default to the preset's.

        Returns:
            A `keras.callbacks.History`.

        Raises:
            ValueError: If images or labels are not as the model needs them.
        """
        x, y = as_arrays(x, y)
        history = super().fit(x, y, *args, **kwargs)
        # A generator is its own iterator: what `fit` read of it is gone.
        if adapt_prior and self.prior is not None and self.prior.learns and iter_is_new(x):
            steps = kwargs.get("steps_per_epoch")
            # Of data that may have no end, as much as the training saw.
            most = None if steps is None or has_end(x) else steps * len(history.epoch)
            self.adapt_prior(x, y, num_batches=most)
        return history

    def prepare(self, x):
        """Computes what a training needs of its images and need not compute in every step.

        Args:
            x: Images `(num_samples, height, width, channels)`.

        Returns:
            What `fit` takes in place of the images: here, the images as they are.
        """
        return x

    def encode(self, x, y=None, batch_size: int = 256) -> np.ndarray:
        """Gives the latents of images.

        Args:
            x: Images `(num_samples, height, width, channels)`.
            y: Integer labels `(num_samples,)`, for a model whose encoder takes them
                (`keras_regen.CVAE`); others do not use them.
            batch_size: Integer: images in one step.

        Returns:
            Array `(num_samples, latent_dim)`, float32.

        Raises:
            ValueError: If the model has no encoder, the images are not as it needs them, or it
                needs labels.
        """
        encoder = self.part("encoder", "encode images")
        x, y = np.asarray(x), None if y is None else np.asarray(y)
        check_images(x, self.image_shape)
        latents = np.empty((len(x), self.latent_dim), "float32")
        for start in range(0, len(x), _ENCODE_BLOCK):
            # In blocks, so that scaled copies of all images never stand beside each other.
            block = slice(start, start + _ENCODE_BLOCK)
            inputs = self.encoder_inputs(x[block], None if y is None else y[block])
            latents[block] = encoder.predict(inputs, batch_size, verbose=0)
        return latents

    def encoder_inputs(self, x, y=None):
        """Gives what the encoder takes for images, and labels if there are any.

        A model whose encoder takes more than the images overrides this.
        """
        return unit_range(x)

    def decode(self, z, batch_size: int = 256) -> np.ndarray:
        """Gives the images of latents.

        Args:
            z: Latents `(num_samples, latent_dim)`.
            batch_size: Integer: images in one step.

        Returns:
            Array `(num_samples, height, width, channels)`, float32 in [0, 1].

        Raises:
            ValueError: If the model has no decoder or the latents have another dimension.
        """
        decoder = self.part("decoder", "draw images")
        z = _checked_latents(z, decoder.input_shape[-1])
        images = np.empty((len(z), *self.image_shape), "float32")
        # In blocks, so that memory holds the result and not much beside it.
        batches = max(1, _DECODE_BYTES // (4 * math.prod(self.image_shape) * batch_size))
        block = batches * batch_size
        for start in range(0, len(z), block):
            decoded = decoder.predict(z[start : start + block], batch_size, verbose=0)
            np.clip(decoded, 0, 1, out=images[start : start + block])
        return images

    def classify(
        self, x, batch_size: int = 256, return_probabilities: bool = False
    ) -> np.ndarray:
        """Returns the labels of images, or the probabilities of their classes.

        Args:
            x: Images `(num_samples, height, width, channels)`.
            batch_size: Integer: images in one step.
            return_probabilities: Boolean: whether to return `(num_samples, num_classes)`.

        Returns:
            Integer array `(num_samples,)`; `class_names` has their names.

        Raises:
            ValueError: If the model does not classify or the images are not as it needs them.
        """
        probabilities = self.probabilities(x, batch_size)
        return probabilities if return_probabilities else np.argmax(probabilities, axis=-1)

    def probabilities(self, x, batch_size: int = 256) -> np.ndarray:
        """Gives the probabilities of the classes for images.

        Args:
            x: Images `(num_samples, height, width, channels)`.
            batch_size: Integer: images in one step.

        Returns:
            Array `(num_samples, num_classes)`, float32.

        Raises:
            ValueError: If the model does not classify or the images are not as it needs them.
        """
        if self.encoder is not None and self.head is not None:
            # `predict` would draw every image again, too.
            return self.latent_probabilities(self.encode(x, batch_size=batch_size), batch_size)
        outputs = {}
        if self.decoder is None:  # a model that draws classifies by its head, if at all
            outputs = self.predict(x, batch_size=batch_size, verbose=0)
        if "probabilities" not in outputs:
            raise ValueError(f"{type(self).__name__} {self.name!r} does not classify images.")
        return outputs["probabilities"]

    def latent_probabilities(self, z, batch_size: int = 256) -> np.ndarray:
        """Gives the probabilities of the classes for latents.

        Args:
            z: Latents `(num_samples, latent_dim)`.
            batch_size: Integer: latents in one step.

        Returns:
            Array `(num_samples, num_classes)`, float32.

        Raises:
            ValueError: If the model has no head or the latents have another dimension.
        """
        self.part("head", "classify latents")
        z = _checked_latents(z, self.latent_dim)
        found = np.empty((len(z), self.num_classes), "float32")
        for start in range(0, len(z), batch_size):
            batch = ops.convert_to_tensor(z[start : start + batch_size])
            probabilities = ops.cast(self.head_probabilities(batch), "float32")
            found[start : start + batch_size] = ops.convert_to_numpy(probabilities)
        return found

    def head_probabilities(self, latents):
        """Gives the head's probabilities for a tensor of latents: the softmax of its scores.

        A model whose head gives probabilities already overrides this.
        """
        return ops.softmax(self.head(latents))

    def calibrate(
        self, x, y=None, batch_size: int = 256, *, num_batches: int | None = None
    ) -> None:
        """Measures the mean confidence of each class, for `keras_regen.Acceptance`.

        The confidence of an image is the probability that the model gives to its true class. The
        means are kept in the weight `confidence`, and so in the saved model. A training of the
        classifier changes them: calibrate again after one.

        Args:
            x: Held-out images, or an iterable of (images, labels) batches.
            y: Integer labels; left out with an iterable.
            batch_size: Integer, at least 1: images in one step.
            num_batches: Integer: batches to take from an iterable that has no end.

        Raises:
            ValueError: If the model does not classify, a class has no image, or images or labels
                are not as the model needs them.

        Source: ReGene, section 6.2.
        """
        check_integer("batch_size", batch_size, 1)
        if not self.num_classes:
            raise ValueError(f"{type(self).__name__} {self.name!r} knows no classes to judge.")
        self.check_data(x, y)
        count, total = np.zeros((2, self.num_classes))
        for batch, labels in batches_of(x, y, num_batches):
            images = images_of(batch)
            check_labels(labels, len(images), self.num_classes)
            confidence = self.probabilities(images, batch_size)[np.arange(len(labels)), labels]
            count += np.bincount(labels, minlength=self.num_classes)
            total += np.bincount(labels, confidence, minlength=self.num_classes)
        if not count.all():
            missing = [
                f"{label} {self.class_names[label]!r}" for label in np.flatnonzero(count == 0)
            ]
            raise ValueError(
                "The images to calibrate on must have every class. "
                f"Received: none of the classes {', '.join(missing)}."
            )
        self.confidence.assign((total / count).astype("float32"))

    def reconstruct(self, x, y=None, batch_size: int = 256) -> np.ndarray:
        """Gives images as the model draws them again: `decode(encode(x))`.

        Args:
            x: Images `(num_samples, height, width, channels)`.
            y: Integer labels `(num_samples,)`, as in `encode`.
            batch_size: Integer: images in one step.

        Returns:
            Array `(num_samples, height, width, channels)`, float32 in [0, 1].

        Raises:
            ValueError: If the model has no encoder or decoder, the images are not as it needs
                them, or it needs labels.
        """
        return self.decode(self.encode(x, y, batch_size), batch_size)

    def adapt_prior(self, x, y=None, *, num_batches: int | None = None) -> None:
        """Adapts the prior to the latents of images, in one pass. `fit` does it by itself.

        Args:
            x: Images, what `prepare` gives for them, or an iterable of (images, labels) batches.
            y: Integer labels; left out with an iterable.
            num_batches: Integer: batches to take from an iterable that has no end.

        A prior that does not learn from latents stays as it is.

        Raises:
            ValueError: If the model has no prior, or images or labels are not as it needs them.
        """
        prior = self.part("prior", "draw new latents")
        self.check_data(x, y)
        if not prior.learns:
            return
        prior.reset_state()
        for batch, labels in batches_of(x, y, num_batches):
            known = isinstance(batch, dict) and "latent" in batch
            latents = batch["latent"] if known else self.encode(images_of(batch), labels)
            prior.update_state(latents, labels)
        prior.finalize_state()

    def class_index(self, class_id: int | str) -> int:
        """Gives the label of a class from its label or name.

        Args:
            class_id: Integer label, or a class name.

        Returns:
            Integer label.

        Raises:
            ValueError: If there is no such class; the message has those that there are.
        """
        return class_index(self.class_names, class_id)

    def part(self, name: str, purpose: str):
        """Gives the model's encoder, decoder, head or prior, or says what cannot be done without.

        Args:
            name: `"encoder"`, `"decoder"`, `"head"` or `"prior"`.
            purpose: What it is wanted for, for the message.

        Raises:
            ValueError: If the model has none.
        """
        part = getattr(self, name)
        if part is None:
            raise ValueError(
                f"{type(self).__name__} {self.name!r} cannot {purpose}: it has no {name}."
            )
        return part


def _checked_latents(z, dim):
    z = np.asarray(z, "float32")
    if z.ndim != 2 or z.shape[1] != dim:
        raise ValueError(
            f"The latents must have the shape (num_samples, {dim}). "
            f"Received an array of shape {z.shape}."
        )
    return z
