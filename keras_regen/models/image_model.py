"""ImageModel: the base class of all models, with their common `fit`."""

import math
import os
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self, overload

import keras
import numpy as np
from keras import ops

from keras_regen.arrays import as_array, unit_range
from keras_regen.checks import as_integers, check_flag, check_integer, check_path, elements_of
from keras_regen.class_names import as_class_names
from keras_regen.generation import Acceptance, GenerationReport, generate
from keras_regen.generation.protocol import require_part
from keras_regen.layers import SeededLayer
from keras_regen.layers.seeded_layer import load_seeds, save_seeds
from keras_regen.models import fitting, inference
from keras_regen.models.adversarial_optimizer import with_discriminator
from keras_regen.models.compilation import check_optimizer, compile_arguments
from keras_regen.models.data_spec import DataSpec
from keras_regen.models.preset_building import (
    PresetsOfClass,
    as_preset,
    model_from_preset,
)
from keras_regen.models.sharing import save_preset
from keras_regen.models.training_data import (
    ModelData,
    check_data,
    images_of,
    plain_errors,
    raise_plain_error,
)
from keras_regen.presets import Preset
from keras_regen.priors import Prior
from keras_regen.saving import without_backend

_ENCODE_BLOCK = 8192
_DECODE_BYTES = 2**28


class ImageModel(keras.Model):
    """Base class of the Keras models that classify, encode, decode and generate images.

    It has `compile`, `fit`, `evaluate`, `predict` and `save` like every Keras model. Integer images
    are 0..255 and float images 0..1; returned images are float32 in [0, 1].

    A subclass sets `encoder`, `decoder`, `head` and `prior` (`None` for a part that it lacks),
    and `call` returns a dict with `probabilities`, `latent` and `reconstruction`, as far as it has
    them. It may define `_as_inputs` (inputs of `call`), `_before_fit` (work before training)
    and `_encoder_inputs`.

    Args:
        image_shape: `(height, width, channels)`.
        class_names: Names of the classes, in the order of their labels; `None` for a model
            without classes.
        preset: `Preset` that the model was built from, if any. `fit` takes its batch size and
            epochs.
        **kwargs: Arguments of `keras.Model`.

    Attributes:
        presets: Dict from names to the recipes of the class.
        monitor: Name of the value in the logs that tells which epoch is the best; `None` if none
            does.
        confidence: Weight `(num_classes,)` that `calibrate` sets: the mean confidence of each class
            on held-out images; zeros before. `None` for a model without classes.
        distance_quantiles: Weight `(num_classes, 101)` of a model with centroids: the quantiles of
            the distances of the training images, or of their reconstructions if these are larger,
            to the centroid of their class, for `keras_regen.Acceptance`. `None` for all other
            models.

    Raises:
        ValueError: If `image_shape` is not three integers, there is only one class, two classes
            have the same name, or `preset` is no preset.

    Examples:
        >>> import numpy as np
        >>> from keras_regen import CSAE
        >>> CSAE.from_preset("csae_digits").fit(np.zeros((4, 8, 8, 1)), [0, 1, 2, 10])
        Traceback (most recent call last):
        ...
        ValueError: `labels` must lie in 0..9. Received: 10 at index 3.
    """

    presets = PresetsOfClass()
    monitor: str | None = "val_accuracy"
    # Names of the constructor's arguments that are Keras objects or lists of them.
    _PARTS: tuple[str, ...] = ()
    _needs_labels = True
    _encodes_labels = False  # whether the inputs of `call` have labels

    def __init__(
        self,
        image_shape: tuple[int, int, int],
        class_names: Sequence[str] | None = None,
        preset: Preset | dict | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.image_shape = as_integers("image_shape", image_shape, 1)
        if len(self.image_shape) != 3:
            raise ValueError(
                "`image_shape` must be (height, width, channels). "
                f"Received: image_shape={self.image_shape}."
            )
        no_classes = class_names is None or elements_of(class_names) == []
        self.class_names = () if no_classes else as_class_names(class_names)
        self.num_classes = len(self.class_names)
        self.preset = as_preset(preset)
        self.encoder = self.decoder = self.head = self.prior = None
        self.confidence = self.distance_quantiles = None
        self._objective = self._accuracy = self._fit_data = self._fit_batches = None
        self._prior_step = None  # the training step for which `save` has adapted the prior
        self._jit_compile_argument = "auto"
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
        precision: str | None = None,
        **options: Any,
    ) -> Self:
        """Builds and compiles an untrained model from a preset, or loads a trained model.

        `fit` of the model then trains with the batch size and for the epochs of the preset, for
        instance 60 epochs for `csae_digits` and 120 for `csae_mnist`, unless `fit` receives other
        values.

        Args:
            preset: Name of a preset (`keras_regen.presets.list_presets`), a `Preset`, a folder
                that `save_to_preset` wrote, or a repository `"hf://user/name"` of the Hugging Face
                Hub, which needs `pip install "keras_regen[hub]"`.
            image_shape: `(height, width, channels)`. Defaults to the shape of the preset's dataset;
                a preset for any images, such as `"csae"`, needs it.
            class_names: Names of the classes. Defaults to `"0"`, `"1"`, ...; a preset for any
                images needs them.
            num_samples: Number of training images, for the learning-rate schedule. Defaults to the
                size of the preset's dataset.
            epochs: Passes over the training images. Defaults to the epochs of the preset; the
                learning-rate schedule scales with them.
            batch_size: Images in one step. Defaults to the batch size of the preset.
            seed: Integer: seed of centroids and noise. The initial weights follow
                `keras.utils.set_random_seed`.
            precision: `"float32"`, `"mixed_bfloat16"` or `"mixed_float16"`, as in
                `keras_regen.precision_scope`. Defaults to the dtype policy of Keras.
            **options: Arguments of the class's `for_images` to change, such as `beta=0.02`.

        Returns:
            A compiled model.

        Raises:
            ImportError: If a repository is named, and huggingface_hub is not installed.
            ValueError: If there is no such preset (the message has the nearest names), the preset
                is of another class, an argument is out of range, or an argument would change a
                trained model.

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
            precision=precision,
            **options,
        )

    def save_to_preset(
        self, folder: str | os.PathLike, metrics: Mapping[str, Any] | None = None
    ) -> None:
        """Writes the model with its recipe and a model card to a folder, for `from_preset`.

        The folder has `config.json`, `metadata.json` and `model.weights.h5` of Keras, so that
        `keras.saving.load_model(folder)` loads it as well, and `README.md`, the model card.

        Args:
            folder: The folder, which is created if it is missing; or a repository
                `"hf://user/name"` of the Hugging Face Hub, to which the files are uploaded. Sign
                in first with the command `hf auth login`.
            metrics: Results of `keras_regen.metrics.evaluate_generation` for the model card.

        Raises:
            FileExistsError: If the folder is that of a run.
            ImportError: If a repository is named, and huggingface_hub is not installed.
            ValueError: If `folder` is no path, or `metrics` is no dict.

        Examples:
            >>> import tempfile
            >>> from keras_regen import CSAE
            >>> folder = tempfile.mkdtemp()
            >>> CSAE.from_preset("csae_digits").save_to_preset(folder)
            >>> CSAE.from_preset(folder).latent_dim
            32
        """
        save_preset(self, folder, metrics)

    @property
    def latent_dim(self) -> int | None:
        """Number of dimensions of the latent; `None` for a model without a latent."""
        if self.decoder is not None:
            return self.decoder.input_shape[-1]
        return None if self.encoder is None else self.encoder.output_shape[-1]

    @property
    def loss_weights(self) -> dict[str, float]:
        """Weight of each loss, by name. Setting a dict changes the weights that it names."""
        return {} if self._objective is None else self._objective.loss_weights

    @loss_weights.setter
    def loss_weights(self, loss_weights: Mapping[str, float]) -> None:
        if self._objective is None:
            raise ValueError(f"{type(self).__name__} has no losses to weigh.")
        self._objective.loss_weights = loss_weights

    def build(self, input_shape: Any) -> None:
        # The parts are built where they are made. Keras notes the shape, for `export`.
        self.built = True

    def compile(
        self,
        optimizer: Any = "adam",
        loss: str | None = "auto",
        metrics: Sequence | Mapping | None = None,
        weighted_metrics: Sequence | Mapping | None = None,
        jit_compile: bool | str = "auto",
        **kwargs: Any,
    ) -> None:
        """Configures training, as `keras.Model.compile`.

        Args:
            optimizer: A Keras optimizer or its name. A model with an `AdversarialLoss` also takes a
                dict, `{"autoencoder": ..., "discriminator": ...}`; by default the discriminator has
                Adam with a learning rate of 4e-4 and a `beta_1` of 0.5.
            loss: `"auto"` or `None`: the losses are arguments of the model's constructor.
            metrics: A list of metrics of the class probabilities (of the reconstructions, for a
                model that does not classify), or a dict from the names of outputs
                (`probabilities`, `latent`, `reconstruction`) to metrics. A model that classifies
                always reports `"accuracy"`, without weights.
            weighted_metrics: Metrics that `sample_weight` weighs, likewise. `"accuracy"` has the
                name `"probabilities_accuracy"` here.
            jit_compile: As in `keras.Model.compile`. `"auto"` leaves out XLA on TensorFlow without
                a GPU.
            **kwargs: Further arguments of `keras.Model.compile`.

        Raises:
            ValueError: If `loss` or `loss_weights` is given, the model has no output for a
                metric, or Keras does not know an optimizer or a metric.
            TypeError: If `keras.Model.compile` has no such argument.
        """
        if self._objective is not None and self._objective.discriminator is not None:
            num_classes = self.num_classes if self._needs_labels else None
            self._objective.check_labels(num_classes)
            optimizer = with_discriminator(optimizer, self, self._objective.discriminator)
        check_optimizer(optimizer)
        arguments = compile_arguments(self, loss, metrics, weighted_metrics, jit_compile, kwargs)
        self._jit_compile_argument = jit_compile
        super().compile(optimizer=optimizer, **arguments)

    def get_compile_config(self) -> dict[str, Any] | None:
        # A frozen model is saved uncompiled: the state of its optimizer is for trainable weights.
        config = super().get_compile_config() if self.trainable_variables else None
        # The choice that "auto" stands for is made again where the model is loaded.
        return config and without_backend({**config, "jit_compile": self._jit_compile_argument})

    def compile_from_config(self, config: dict[str, Any]) -> None:
        # Keras leaves a saved model uncompiled if `compile` is overridden and this method is not.
        self.compile(**keras.saving.deserialize_keras_object(without_backend(config)))
        fitting.build_optimizer(self)

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int | None = None,
        verbose: int | str = "auto",
        callbacks: Sequence[keras.callbacks.Callback] | None = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: Mapping[int | str, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int | Sequence[int] = 1,
        *,
        adapt_prior: bool = True,
    ) -> keras.callbacks.History:
        """Trains the model, then adapts its prior to the latents of the training images.

        Args:
            x: Images `(num_samples, height, width, channels)`, or a dataset of `(images, labels)`
                batches: a `keras.utils.PyDataset`, `tf.data.Dataset`, PyTorch `DataLoader` or
                generator.
            y: Labels `(num_samples,)`, `(num_samples, 1)` or one-hot rows; `None` with a dataset.
                A model without classes does not use them.
            batch_size: Images in one step. Defaults to that of the model's preset, or 32.
            epochs: Passes over the training images. Defaults to those of the model's preset, or 1.
            verbose: As in `keras.Model.fit`.
            callbacks: As in `keras.Model.fit`. For a preset whose loss weights change between
                epochs, `fit` adds a `LossWeightSchedule`, unless the list has such a callback.
            validation_split: Float in [0, 1): share of the images, from the end, that are held
                out of training and of the prior.
            validation_data: A tuple or list of images, labels and perhaps weights, or a dataset.
            shuffle: As in `keras.Model.fit`.
            class_weight: Mapping from labels or names of classes to floats.
            sample_weight: Array `(num_samples,)`.
            initial_epoch: As in `keras.Model.fit`.
            steps_per_epoch: As in `keras.Model.fit`.
            validation_steps: As in `keras.Model.fit`.
            validation_batch_size: As in `keras.Model.fit`.
            validation_freq: As in `keras.Model.fit`.
            adapt_prior: Whether to adapt the prior. Data that can be read only once, such as a
                generator, never adapts it: call `adapt_prior` afterwards.

        Returns:
            A `keras.callbacks.History`.

        Raises:
            ValueError: If images or labels do not have the shape, type or range that the model
                expects, at the first bad batch.
            NonFiniteLossError: If a loss becomes NaN or infinite.
        """
        if not self.compiled or self.optimizer is None:
            raise ValueError(
                f"`fit` needs a compiled {type(self).__name__}. Call `compile` first, for example "
                "`model.compile('adam')`."
            )
        spec = self._data_spec()
        options = fitting.checked_arguments(
            self,
            batch_size=batch_size,
            epochs=epochs,
            verbose=verbose,
            callbacks=callbacks,
            validation_split=validation_split,
            shuffle=shuffle,
            initial_epoch=initial_epoch,
            steps_per_epoch=steps_per_epoch,
            validation_steps=validation_steps,
            validation_batch_size=validation_batch_size,
            validation_freq=validation_freq,
            adapt_prior=adapt_prior,
        )
        validation_split, adapt_prior = options.pop("validation_split"), options.pop("adapt_prior")
        steps_per_epoch = options["steps_per_epoch"]
        if class_weight is not None:
            if sample_weight is not None:
                raise ValueError("Give either `class_weight` or `sample_weight`. Received: both.")
            class_weight = fitting.weights_by_label(self, class_weight) or None
        data = check_data(spec, x, y, sample_weight)
        held_out = None
        if validation_data is not None:
            held_out = validation_data
            parts = held_out if isinstance(held_out, (tuple, list)) else [held_out]
            if len(parts) not in (1, 2, 3):
                raise ValueError(
                    "`validation_data` must be images, labels and perhaps weights, or a dataset. "
                    f"Received: {len(parts)} parts."
                )
            held_out = check_data(spec, *parts)
        elif validation_split:
            held_out = data.split(validation_split)
        names = ("epochs", "batch_size", "verbose", "callbacks", "initial_epoch", "steps_per_epoch")
        # Its errors come before the work of `_before_fit`, which may take long.
        planned = fitting.plan(self, data, *(options[name] for name in names))
        learns = self.prior is not None and self.prior.learns
        if adapt_prior and learns and self.num_classes and data.known_labels is not None:
            labels = np.asarray(ops.convert_to_numpy(data.known_labels), "int64")
            self.prior.check_class_sizes(np.bincount(labels, minlength=self.num_classes))
        self._before_fit(
            data,
            **{name: options[name] for name in ("batch_size", "verbose", "shuffle")},
            steps_per_epoch=steps_per_epoch,
        )
        for part in (data, held_out):
            if part is not None:
                self._as_inputs(part)
        options |= dict(zip(("epochs", "batch_size", "callbacks"), planned, strict=True))
        self._fit_data = data if adapt_prior and learns and data.repeatable else None
        # A stream without an end is read as far as training reads it.
        endless = steps_per_epoch is not None and not data.has_end
        self._fit_batches = steps_per_epoch if endless else None
        try:
            history = super().fit(
                x=data.inputs,
                y=data.labels,
                sample_weight=data.sample_weight,
                validation_data=held_out and held_out.validation_data(),
                class_weight=class_weight,
                **options,
            )
        except Exception:
            raise_plain_error(data, held_out)
            raise
        finally:
            adapts, self._fit_data, self._prior_step = self._fit_data is not None, None, None
            self._fit_batches = None
        self._unshare_averaged_weights()
        if adapts:
            self._adapt_prior(data, steps_per_epoch * len(history.epoch) if endless else None)
        return history

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Computes the losses and metrics on images and labels, as `keras.Model.evaluate`.

        Args:
            x: Images or a dataset, as in `fit`.
            y: Labels, as in `fit`.
            batch_size: As in `keras.Model.evaluate`.
            verbose: As in `keras.Model.evaluate`.
            sample_weight: Array `(num_samples,)`.
            steps: As in `keras.Model.evaluate`.
            callbacks: As in `keras.Model.evaluate`.
            return_dict: As in `keras.Model.evaluate`.
            **kwargs: Internal arguments of `keras.Model.fit`.

        Returns:
            A list of numbers, or with `return_dict` a dict of them by name.

        Raises:
            TypeError: If an argument is unknown.
            ValueError: If the model is not compiled, or images or labels do not have the shape,
                type or range that the model expects.
        """
        if unknown := set(kwargs) - {"_use_cached_eval_dataset"}:
            raise TypeError(
                "`evaluate` has the arguments of `keras.Model.evaluate`. Received the unknown "
                f"arguments {sorted(unknown)}."
            )
        options = fitting.checked_arguments(
            self,
            batch_size=batch_size,
            verbose=verbose,
            steps=steps,
            callbacks=callbacks,
            return_dict=return_dict,
        )
        arguments = {"x": x, "y": y, "sample_weight": sample_weight}
        data = None
        if not kwargs.get("_use_cached_eval_dataset"):
            data = check_data(self._data_spec(), x, y, sample_weight)
            self._as_inputs(data)
            arguments = {"x": data.inputs, "y": data.labels, "sample_weight": data.sample_weight}
        with plain_errors(*([] if data is None else [data])):
            return super().evaluate(
                **arguments,
                **options,
                **kwargs,
            )

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        steps: int | None = None,
        callbacks: Any = None,
    ) -> dict[str, np.ndarray]:
        """Computes the outputs of the model for images.

        Args:
            x: Images or a dataset, as in `fit`.
            batch_size: As in `keras.Model.predict`.
            verbose: As in `keras.Model.predict`.
            steps: As in `keras.Model.predict`.
            callbacks: As in `keras.Model.predict`.

        Returns:
            A dict of arrays: of `probabilities`, `latent` and `reconstruction`, the outputs that
            the model has.

        Raises:
            ValueError: If the images do not have the shape, type or range that the model expects.
        """
        options = fitting.checked_arguments(
            self, batch_size=batch_size, verbose=verbose, steps=steps, callbacks=callbacks
        )
        needs_labels = self._needs_labels and (isinstance(x, dict) or self._encodes_labels)
        data = check_data(self._data_spec(needs_labels), x)
        self._as_inputs(data)
        with plain_errors(data):
            return super().predict(data.inputs, **options)

    def encode(self, x: Any, y: Any = None, batch_size: int = 256) -> np.ndarray:
        """Returns the latents of images.

        Args:
            x: Images `(num_samples, height, width, channels)`.
            y: Labels `(num_samples,)`, for a model whose encoder takes them
                (`keras_regen.CVAE`). Other models do not use them.
            batch_size: Integer, at least 1: images in one step.

        Returns:
            Array `(num_samples, latent_dim)`, float32.

        Raises:
            ValueError: If the model has no encoder or needs labels, or the images do not have the
                shape, type or range that it expects.
        """
        require_part(self, "encoder", "encode images")
        check_integer("batch_size", batch_size, 1)
        y = y if self._needs_labels else None
        spec = self._data_spec(needs_labels=y is not None)
        data = check_data(spec, inference.in_memory(x), y)
        return self._latents(data.inputs, data.labels, batch_size)

    def decode(self, z: Any, batch_size: int = 256) -> np.ndarray:
        """Returns the images of latents.

        Args:
            z: Latents `(num_samples, latent_dim)`.
            batch_size: Integer, at least 1: images in one step.

        Returns:
            Array `(num_samples, height, width, channels)`, float32 in [0, 1].

        Raises:
            ValueError: If the model has no decoder or the latents have another dimension.
        """
        decoder = self.decoder or require_part(self, "decoder", "generate images")
        z = checked_latents(z, decoder.input_shape[-1])
        check_integer("batch_size", batch_size, 1)
        images = np.empty((len(z), *self.image_shape), "float32")
        # In blocks, so that the memory holds little more than the result.
        batches = max(1, _DECODE_BYTES // (4 * math.prod(self.image_shape) * batch_size))
        block = batches * batch_size
        for start in range(0, len(z), block):
            decoded = decoder.predict(z[start : start + block], int(batch_size), verbose=0)
            np.clip(decoded, 0, 1, out=images[start : start + block])
        return images

    def classify(
        self, x: Any, batch_size: int = 256, *, return_probabilities: bool = False
    ) -> np.ndarray:
        """Returns the labels of images.

        Args:
            x: Images `(num_samples, height, width, channels)`.
            batch_size: Integer, at least 1: images in one step.
            return_probabilities: Whether to return the probabilities of all classes instead.

        Returns:
            Integer array `(num_samples,)`, whose names are in `class_names`; or the probabilities
            `(num_samples, num_classes)`, float32.

        Raises:
            ValueError: If the model does not classify, or the images do not have the shape, type or
                range that it expects.
        """
        check_integer("batch_size", batch_size, 1)
        check_flag("return_probabilities", return_probabilities)
        probabilities = inference.probabilities(self, inference.in_memory(x), batch_size)
        return probabilities if return_probabilities else np.argmax(probabilities, axis=-1)

    def reconstruct(self, x: Any, y: Any = None, batch_size: int = 256) -> np.ndarray:
        """Returns the reconstructions of images, `decode(encode(x))`.

        Args:
            x: Images `(num_samples, height, width, channels)`.
            y: Labels `(num_samples,)`, as in `encode`.
            batch_size: Integer, at least 1: images in one step.

        Returns:
            Array `(num_samples, height, width, channels)`, float32 in [0, 1].

        Raises:
            ValueError: If the model has no encoder or decoder, the images are not as it takes
                them, or it needs labels.
        """
        return self.decode(self.encode(x, y, batch_size), batch_size)

    @overload
    def generate(
        self,
        class_id: int | str | Sequence[int | str] | None = None,
        num_samples: int | None = None,
        *,
        seed: int | None = None,
        batch_size: int = 256,
        prior: Prior | None = None,
        accept: bool | float | Acceptance | None = None,
        return_report: Literal[False] = False,
    ) -> np.ndarray: ...

    @overload
    def generate(
        self,
        class_id: int | str | Sequence[int | str] | None = None,
        num_samples: int | None = None,
        *,
        seed: int | None = None,
        batch_size: int = 256,
        prior: Prior | None = None,
        accept: bool | float | Acceptance | None = None,
        return_report: Literal[True],
    ) -> tuple[np.ndarray, GenerationReport]: ...

    def generate(
        self,
        class_id: int | str | Sequence[int | str] | None = None,
        num_samples: int | None = None,
        *,
        seed: int | None = None,
        batch_size: int = 256,
        prior: Prior | None = None,
        accept: bool | float | Acceptance | None = None,
        return_report: bool = False,
    ) -> np.ndarray | tuple[np.ndarray, GenerationReport]:
        """Generates new images, as `keras_regen.generate(model, ...)`.

        Args:
            class_id: A label, a class name, a sequence of them, or `None` for all classes in turn.
            num_samples: Integer, at least 1. Defaults to 16, or the length of `class_id`.
            seed: Integer, at least 0. Defaults to a random seed.
            batch_size: Integer, at least 1: images in one step.
            prior: As in `keras_regen.generate`.
            accept: As in `keras_regen.generate`.
            return_report: Whether to return a `GenerationReport` as well.

        Returns:
            As `keras_regen.generate`.

        Raises:
            AcceptanceError: As `keras_regen.generate`.
            ValueError: As `keras_regen.generate`.
        """
        return generate(
            self,
            class_id,
            num_samples,
            seed=seed,
            batch_size=batch_size,
            prior=prior,
            accept=accept,
            return_report=return_report,
        )

    def calibrate(
        self, x: Any, y: Any = None, batch_size: int = 256, *, num_batches: int | None = None
    ) -> None:
        """Measures the mean confidence of each class, for `keras_regen.Acceptance`.

        The confidence of an image is the probability of its true class. The means are kept in the
        weight `confidence`, which is saved with the model. Training the classifier changes them:
        calibrate again afterwards.

        Args:
            x: Held-out images, or a dataset of `(images, labels)` batches.
            y: Labels; `None` with a dataset.
            batch_size: Integer, at least 1: images in one step.
            num_batches: Integer: batches to take from a dataset without an end.

        Raises:
            ValueError: If the model does not classify, a class has no image, or images or labels
                do not have the shape, type or range that the model expects.

        Source: ReGene, section 6.2.
        """
        check_integer("batch_size", batch_size, 1)
        if num_batches is not None:
            check_integer("num_batches", num_batches, 1)
        if not self.num_classes:
            raise ValueError(f"{type(self).__name__} {self.name!r} has no classes to calibrate.")
        data = check_data(self._data_spec(needs_labels=True), x, y)
        with plain_errors(data):
            confidence = inference.mean_confidence(self, data.batches(num_batches), batch_size)
        self.confidence.assign(confidence)

    def adapt_prior(self, x: Any, y: Any = None, *, num_batches: int | None = None) -> None:
        """Adapts the prior to the latents of images. `fit` does so when it ends.

        A prior that does not learn from latents stays as it is.

        Args:
            x: Images, or a dataset of `(images, labels)` batches.
            y: Labels; `None` with a dataset.
            num_batches: Integer: batches to take from a dataset without an end.

        Raises:
            ValueError: If the model has no prior, or images or labels do not have the shape, type
                or range that it expects.
        """
        prior = require_part(self, "prior", "sample new latents")
        if num_batches is not None:
            check_integer("num_batches", num_batches, 1)
        data = check_data(self._data_spec(), x, y)
        if prior.learns:
            with plain_errors(data):
                self._adapt_prior(data, num_batches)

    def save(self, filepath: str | os.PathLike, overwrite: bool = True, **kwargs: Any) -> None:
        """Saves the model, as `keras.Model.save`.

        During `fit` the prior is adapted first, so that the file of a checkpoint generates.

        Args:
            filepath: Path that ends in `.keras`; or, as in `keras.Model.save`, a folder with
                `zipped=False`, or an address `"hf://..."`.
            overwrite: Whether an existing file may be replaced.
            **kwargs: Further arguments of `keras.Model.save`.

        Raises:
            ValueError: If the path of a file does not end in `.keras`.
        """
        check_path("filepath", filepath)
        check_flag("overwrite", overwrite)
        path = os.fspath(filepath)
        as_file = kwargs.get("zipped", True) and not path.startswith("hf://")
        if as_file and not path.endswith(".keras"):
            raise ValueError(
                "Models of keras_regen are saved in Keras's own format: use a path that ends in "
                f"`.keras`. Received: {path!r}."
            )
        if self._fit_data is not None and self._prior_step != fitting.steps_done(self):
            self._adapt_prior(self._fit_data, self._fit_batches)
            self._prior_step = fitting.steps_done(self)
        super().save(filepath, overwrite=overwrite, **kwargs)

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        if self._accuracy is not None:
            self._accuracy.update_state(y, y_pred["probabilities"])
        if self._compile_metrics is None:
            return self.get_metrics_result()
        targets = {"probabilities": y, "latent": y, "reconstruction": self._targets(x, y_pred)}
        targets = {name: targets.get(name) for name in y_pred if name != "image"}
        y_pred = {name: y_pred[name] for name in targets}
        return super().compute_metrics(x, targets, y_pred, sample_weight)

    def save_own_variables(self, store: Any) -> None:
        super().save_own_variables(store)
        save_seeds(store, self._foreign_seeds())

    def load_own_variables(self, store: Any) -> None:
        super().load_own_variables(load_seeds(store, self._foreign_seeds()))

    def get_config(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "class_names": list(self.class_names),
            "preset": self.preset and self.preset.to_dict(),
            "dtype": keras.dtype_policies.serialize(self.dtype_policy),
            **{
                name: without_backend(keras.saving.serialize_keras_object(getattr(self, name)))
                for name in self._PARTS
            },
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict | None = None) -> Self:
        parts = {
            name: keras.saving.deserialize_keras_object(
                without_backend(config.get(name)), custom_objects=custom_objects
            )
            for name in (*cls._PARTS, "dtype")
        }
        return cls(**{**config, **parts})

    def _data_spec(self, needs_labels: bool | None = None) -> DataSpec:
        return DataSpec(
            type(self).__name__,
            self.image_shape,
            self.num_classes,
            self._needs_labels if needs_labels is None else needs_labels,
        )

    def _as_inputs(self, data: ModelData) -> None:
        """Changes checked images and labels to the inputs of `call`, if these are others."""

    def _before_fit(self, data: ModelData, **options: Any) -> None:
        """Does the work that comes before training; `options` are arguments of `fit`."""

    def _encoder_inputs(self, images: Any, labels: Any = None) -> Any:
        return unit_range(images)

    def _targets(self, x: Any, y_pred: Mapping[str, Any]) -> Any:
        """The images in [0, 1] that the reconstructions are compared with."""
        # In training, `call` returns the images that it has rescaled.
        return y_pred["image"] if "image" in y_pred else unit_range(images_of(x))

    def _image_terms(self, x, y, y_pred, training, generated=None):
        """Computes the image losses of a batch."""
        return self._objective.image_terms(
            self._targets(x, y_pred),
            y_pred["reconstruction"],
            y if self._needs_labels else None,
            generated,
            training,
        )

    def _latents(self, images: Any, labels: Any = None, batch_size: int = 256) -> np.ndarray:
        latents = np.empty((len(images), self.encoder.output_shape[-1]), "float32")
        for start in range(0, len(images), _ENCODE_BLOCK):
            # In blocks, so that the memory never holds a rescaled copy of all images.
            rows = slice(start, start + _ENCODE_BLOCK)
            inputs = self._encoder_inputs(images[rows], None if labels is None else labels[rows])
            latents[rows] = self.encoder.predict(inputs, int(batch_size), verbose=0)
        return latents

    def _adapt_prior(self, data: ModelData, num_batches: int | None = None) -> None:
        if data.images is not None:
            labels = [data.known_labels]
            known = data.latents is not None
            latents = [data.latents if known else self._latents(data.images, labels[0])]
        else:
            latents, labels = [], []
            for inputs, batch_labels in data.batches(num_batches):
                latents.append(self._latents(images_of(inputs), batch_labels))
                labels.append(batch_labels)
        if not latents:
            raise ValueError("There must be images to adapt the prior to. Received: no batch.")
        has_classes = self._needs_labels and self.prior.num_classes
        if has_classes:
            labels = [np.asarray(ops.convert_to_numpy(part), "int64") for part in labels]
        # Latents in memory may be large, and `concatenate` copies them.
        latents = latents[0] if len(latents) == 1 else np.concatenate(latents)
        labels = np.concatenate(labels) if has_classes else None
        self.prior.adapt(latents, labels)
        self._after_prior(latents, labels)

    def _after_prior(self, latents: np.ndarray, labels: np.ndarray | None) -> None:
        """Does the work that follows the prior's, from the latents of all training images."""

    def _unshare_averaged_weights(self) -> None:
        """Copies weights that `use_ema` has set to their averages.

        On JAX both are the same arrays, and the next step, which reuses the memory of both for its
        results, would find one of them gone.
        """
        if any(optimizer.use_ema for optimizer in fitting.single_optimizers(self.optimizer)):
            for weight in self.trainable_variables:
                weight.assign(np.array(ops.convert_to_numpy(weight)))

    def _latent_probabilities(self, z: Any, batch_size: int = 256) -> np.ndarray:
        require_part(self, "head", "classify latents")
        return inference.latent_probabilities(self, checked_latents(z, self.latent_dim), batch_size)

    def _head_probabilities(self, latents: Any) -> Any:
        return ops.softmax(self.head(latents))

    def _foreign_seeds(self):
        """The random states of layers that do not save theirs, such as `Dropout` of Keras."""
        return [
            generator
            for layer in self._flatten_layers(include_self=False)
            if not isinstance(layer, SeededLayer)
            for generator in layer._seed_generators
        ]


def checked_latents(z: Any, dim: int) -> np.ndarray:
    """Returns latents as a float32 array, or raises `ValueError` for another dimension."""
    z = as_array("z", z)
    if z.ndim != 2 or z.shape[1] != dim or z.dtype.kind not in "iuf":
        raise ValueError(
            f"The latents must be numbers of the shape (num_samples, {dim}). "
            f"Received an array of shape {z.shape} and type {z.dtype}."
        )
    return z.astype("float32", copy=False)
