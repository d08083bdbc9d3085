"""The contract of a model: what `keras_regen.generate` and its neighbours need."""

import itertools
import math
import os
from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from keras_regen.checks import check_images, check_labels
from keras_regen.models.from_preset import model_from_preset, save_preset
from keras_regen.models.inputs import is_array, iter_is_new, unit_range
from keras_regen.presets import Preset

_ENCODE_BLOCK = 8192
_DECODE_BYTES = 2**28


class ImageModel(keras.Model):
    """A Keras model of images in classes that encodes, decodes and classifies what it can.

    It has `compile`, `fit`, `evaluate`, `predict` and `save` like any Keras model. Integer images
    are taken as 0..255 and float images as 0..1; images come back as float32 in [0, 1].

    A subclass sets `encoder`, `decoder` and `prior` (each may be `None`), and gives what it has of
    `probabilities`, `latent` and `reconstruction` as a dict from `call`.

    Args:
        image_shape: `(height, width, channels)`.
        class_names: Names of the classes, in the order of their labels.
        **kwargs: Arguments of `keras.Model`.

    Raises:
        ValueError: If two classes have one name.

    Examples:
        >>> from keras_regen.models import CSAE, ImageModel
        >>> issubclass(CSAE, ImageModel)
        True
    """

    def __init__(self, image_shape: tuple[int, int, int], class_names: Sequence[str], **kwargs):
        super().__init__(**kwargs)
        self.image_shape = tuple(image_shape)
        self.class_names = tuple(str(name) for name in class_names)
        if len(set(self.class_names)) != len(self.class_names):
            raise ValueError(f"`class_names` must differ. Received: {self.class_names}.")
        self.encoder = self.decoder = self.prior = None
        self.preset = None

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
    def num_classes(self) -> int:
        """The number of classes."""
        return len(self.class_names)

    @property
    def latent_dim(self) -> int | None:
        """The number of dimensions of the latent, or `None` for a model without one."""
        return None if self.encoder is None else self.encoder.output_shape[-1]

    def fit(self, x=None, y=None, *args, validation_data=None, adapt_prior=True, **kwargs):
        """Trains the model, then adapts its prior to the latents of the training images.

        Args:
            x: Images `(num_samples, height, width, channels)`, or a dataset of (images, labels)
                batches, as in `keras.Model.fit`.
            y: Integer labels `(num_samples,)`; left out with a dataset.
            *args: Further arguments of `keras.Model.fit`.
            validation_data: As in `keras.Model.fit`.
            adapt_prior: Boolean: `False` leaves the prior as it is. Data that can be read only
                once (a generator) always does; `adapt_prior()` is then called by hand.
            **kwargs: Further arguments of `keras.Model.fit`. For a model from a preset,
                `batch_size` and `epochs` default to the preset's.

        Returns:
            A `keras.callbacks.History`.

        Raises:
            ValueError: If images or labels are not as the model needs them.
        """
        self._check_data(x, y)
        if isinstance(validation_data, tuple):
            self._check_data(*validation_data[:2])
        if validation_data is not None:
            kwargs["validation_data"] = validation_data
        if self.preset is not None and not args:
            kwargs.setdefault("epochs", self.preset.epochs)
            if is_array(x):
                kwargs.setdefault("batch_size", self.preset.batch_size)
        history = super().fit(x, y, *args, **kwargs)
        # A generator is its own iterator: what `fit` read of it is gone.
        if adapt_prior and self.prior is not None and iter_is_new(x):
            self.adapt_prior(x, y, num_batches=kwargs.get("steps_per_epoch"))
        return history

    def evaluate(self, x=None, y=None, *args, **kwargs):
        """Measures the losses and metrics on images and labels, as `keras.Model.evaluate`.

        Raises:
            ValueError: If images or labels are not as the model needs them.
        """
        self._check_data(x, y)
        return super().evaluate(x, y, *args, **kwargs)

    def predict(self, x, *args, **kwargs):
        """Gives a dict of `probabilities`, `latent` and `reconstruction`, as far as there are any.

        Raises:
            ValueError: If the images are not as the model needs them.
        """
        if is_array(x):
            check_images(np.asarray(x), self.image_shape)
        return super().predict(x, *args, **kwargs)

    def encode(self, x, batch_size: int = 256) -> np.ndarray:
        """Gives the latents of images.

        Args:
            x: Images `(num_samples, height, width, channels)`.
            batch_size: Integer: images in one step.

        Returns:
            Array `(num_samples, latent_dim)`, float32.

        Raises:
            ValueError: If the model has no encoder or the images are not as it needs them.
        """
        encoder = self.part("encoder", "encode images")
        x = np.asarray(x)
        check_images(x, self.image_shape)
        latents = np.empty((len(x), self.latent_dim), "float32")
        for start in range(0, len(x), _ENCODE_BLOCK):
            # In blocks, so that scaled copies of all images never stand beside each other.
            block = unit_range(x[start : start + _ENCODE_BLOCK])
            latents[start : start + _ENCODE_BLOCK] = encoder.predict(block, batch_size, verbose=0)
        return latents

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
        z = np.asarray(z, "float32")
        if z.ndim != 2 or z.shape[1] != decoder.input_shape[-1]:
            raise ValueError(
                f"The latents must have the shape (num_samples, {decoder.input_shape[-1]}). "
                f"Received an array of shape {z.shape}."
            )
        images = np.empty((len(z), *self.image_shape), "float32")
        # In blocks, so that memory holds the result and not much beside it.
        batches = max(1, _DECODE_BYTES // (4 * math.prod(self.image_shape) * batch_size))
        block = batches * batch_size
        for start in range(0, len(z), block):
            decoded = decoder.predict(z[start : start + block], batch_size, verbose=0)
            np.clip(decoded, 0, 1, out=images[start : start + block])
        return images

    def classify(self, x, batch_size: int = 256) -> np.ndarray:
        """Gives the labels of images.

        Args:
            x: Images `(num_samples, height, width, channels)`.
            batch_size: Integer: images in one step.

        Returns:
            Integer array `(num_samples,)`; `class_names` has their names.

        Raises:
            ValueError: If the model does not classify or the images are not as it needs them.
        """
        outputs = self.predict(x, batch_size=batch_size, verbose=0)
        if "probabilities" not in outputs:
            raise ValueError(f"{type(self).__name__} {self.name!r} does not classify images.")
        return np.argmax(outputs["probabilities"], axis=-1)

    def reconstruct(self, x, batch_size: int = 256) -> np.ndarray:
        """Gives images as the model draws them again: `decode(encode(x))`.

        Args:
            x: Images `(num_samples, height, width, channels)`.
            batch_size: Integer: images in one step.

        Returns:
            Array `(num_samples, height, width, channels)`, float32 in [0, 1].

        Raises:
            ValueError: If the model has no encoder or decoder, or the images are not as it needs
                them.
        """
        return self.decode(self.encode(x, batch_size), batch_size)

    def adapt_prior(self, x, y=None, *, num_batches: int | None = None) -> None:
        """Adapts the prior to the latents of images, in one pass. `fit` does it by itself.

        Args:
            x: Images, or an iterable of (images, labels) batches.
            y: Integer labels; left out with an iterable.
            num_batches: Integer: batches to take from an iterable that has no end.

        Raises:
            ValueError: If the model has no prior, or images or labels are not as it needs them.
        """
        prior = self.part("prior", "draw new latents")
        self._check_data(x, y)
        if is_array(x):
            batches = [(x, y)]
        elif isinstance(x, keras.utils.PyDataset):
            batches = (x[index] for index in range(x.num_batches or num_batches))
        else:
            batches = x
        prior.reset_state()
        for images, labels, *_ in itertools.islice(batches, num_batches):
            images, labels = ops.convert_to_numpy(images), ops.convert_to_numpy(labels)
            prior.update_state(self.encode(images), labels)
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
        if isinstance(class_id, str):
            if class_id in self.class_names:
                return self.class_names.index(class_id)
        elif (
            isinstance(class_id, (int, np.integer))
            and not isinstance(class_id, bool)
            and 0 <= class_id < self.num_classes
        ):
            return int(class_id)
        known = ", ".join(f"{index} {name!r}" for index, name in enumerate(self.class_names))
        raise ValueError(
            f"`class_id` must be one of the model's classes: {known}. "
            f"Received: class_id={class_id!r}."
        )

    def compile(self, optimizer="adam", loss=None, *, jit_compile="auto", **kwargs):
        """Configures training, as `keras.Model.compile`; the losses are the model's own.

        Args:
            optimizer: A Keras optimizer or its name.
            loss: Not taken: the model's losses are arguments of its constructor.
            jit_compile: As in `keras.Model.compile`; `"auto"` here also leaves XLA out on
                TensorFlow without a GPU.
            **kwargs: Further arguments of `keras.Model.compile`; `metrics` is a dict from the
                outputs' names (`probabilities`, `latent`, `reconstruction`) to metrics.

        Raises:
            ValueError: If a loss is given.
        """
        if loss is not None:
            raise ValueError(
                f"{type(self).__name__} has its own losses: give them to its constructor, and "
                f"`compile` only the optimizer. Received: loss={loss!r}."
            )
        if jit_compile == "auto" and keras.backend.backend() == "tensorflow":
            # On CPUs, convolutions compiled by XLA train about three times slower than others.
            jit_compile = "auto" if keras.distribution.list_devices("gpu") else False
        super().compile(optimizer=optimizer, jit_compile=jit_compile, **kwargs)

    def compile_from_config(self, config):
        # Keras leaves a saved model uncompiled where `compile` is overridden, unless told so.
        self.compile(**keras.saving.deserialize_keras_object(config))
        self.optimizer.build(self.trainable_variables)

    def get_config(self):
        return {"name": self.name, "class_names": self.class_names, "dtype": self.dtype_policy}

    def _check_data(self, x, y):
        """Checks arrays at the call that got them; a stream is checked by its source."""
        if not is_array(x):
            return
        check_images(np.asarray(x), self.image_shape)
        if y is None:
            raise ValueError(
                f"{type(self).__name__} learns classes and needs labels. Received images without "
                "labels: call it with (images, labels)."
            )
        check_labels(np.asarray(y), num_samples=len(x), num_classes=self.num_classes)

    def part(self, name: str, purpose: str):
        """Gives the model's encoder, decoder or prior, or says what cannot be done without it.

        Args:
            name: `"encoder"`, `"decoder"` or `"prior"`.
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
