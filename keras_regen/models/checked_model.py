"""CheckedModel: a Keras model of images in classes that checks the data it is given."""

import contextlib
import warnings
from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from keras_regen.callbacks import StopOnNonFiniteLoss
from keras_regen.checks import check_images, check_labels
from keras_regen.layers import SeededLayer
from keras_regen.layers.seeded_layer import load_seeds, save_seeds
from keras_regen.models.inputs import as_arrays, first_batch, images_of, in_memory, is_array
from keras_regen.presets import Preset


class CheckedModel(keras.Model):
    """A Keras model whose `fit`, `evaluate` and `predict` check images and labels when called.

    Arrays are checked whole; of a dataset that can be read again, the first batch.

    Args:
        image_shape: `(height, width, channels)`.
        class_names: Names of the classes, in the order of their labels; `None` for a model that
            knows none.
        preset: `Preset` that the model was built from, if any; `fit` takes its batches and epochs.
        **kwargs: Arguments of `keras.Model`.

    Attributes:
        PARTS: Tuple of the names of the attributes that are Keras objects, or lists of them, and
            arguments of the constructor: what a saved model is built from again.
        needs_labels: Boolean: whether the model is trained with labels. One that is not takes
            them and does not use them.

    Raises:
        ValueError: If there is one class only, or two have one name.

    Examples:
        >>> import numpy as np
        >>> from keras_regen import CSAE
        >>> CSAE.from_preset("csae_digits").fit(np.zeros((4, 8, 8, 1)), [0, 1, 2, 10])
        Traceback (most recent call last):
        ...
        ValueError: `labels` must lie in 0..9. Received: 10 at index 3.
    """

    PARTS: tuple[str, ...] = ()
    needs_labels = True

    def __init__(
        self,
        image_shape: tuple[int, int, int],
        class_names: Sequence[str] | None = None,
        preset: Preset | dict | None = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        class_names = () if class_names is None else class_names
        if isinstance(class_names, str) or len(class_names) == 1:
            raise ValueError(
                "`class_names` must be a list of at least two names, or None. "
                f"Received: class_names={class_names!r}."
            )
        self.image_shape = tuple(image_shape)
        self.class_names = tuple(str(name) for name in class_names)
        if len(set(self.class_names)) != len(self.class_names):
            raise ValueError(f"`class_names` must differ. Received: {self.class_names}.")
        self.preset = Preset(**preset) if isinstance(preset, dict) else preset
        self._jit_asked = "auto"

    @property
    def num_classes(self) -> int:
        """The number of classes."""
        return len(self.class_names)

    @property
    def metrics(self):
        # A model within this one, such as a VAE that was trained before, has its own.
        inner = {
            id(metric)
            for layer in self._flatten_layers(include_self=False)
            if isinstance(layer, keras.Model)
            for metric in layer.metrics
        }
        return [metric for metric in super().metrics if id(metric) not in inner]

    def build(self, input_shape):
        # The parts are built where they are made; Keras notes the shape, for `export`.
        self.built = True

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
            ValueError: If a loss or its weight is given, or metrics are not a dict.
        """
        for name, value in (("loss", loss), ("loss_weights", kwargs.get("loss_weights"))):
            if value is not None:
                raise ValueError(
                    f"{type(self).__name__} has its own losses: give them to its constructor, and "
                    f"`compile` only the optimizer. Received: {name}={value!r}."
                )
        for name in ("metrics", "weighted_metrics"):
            if not isinstance(kwargs.get(name) or {}, dict):
                raise ValueError(
                    f"`{name}` must be a dict from the names of outputs to metrics, such as "
                    f"{{'probabilities': ...}}; `accuracy` is there already. "
                    f"Received: {name}={kwargs[name]!r}."
                )
        self._jit_asked = jit_compile
        if jit_compile == "auto" and keras.backend.backend() == "tensorflow":
            # On CPUs, convolutions compiled by XLA train about three times slower than others.
            jit_compile = "auto" if keras.distribution.list_devices("gpu") else False
        super().compile(optimizer=optimizer, jit_compile=jit_compile, **kwargs)

    def get_compile_config(self):
        # A frozen model is loaded uncompiled: its optimizer's state is of weights that learned.
        config = super().get_compile_config() if self.trainable_variables else None
        # What "auto" became here need not be right where the model is loaded.
        return config and {**config, "jit_compile": self._jit_asked}

    def compile_from_config(self, config):
        # Keras leaves a saved model uncompiled where `compile` is overridden, unless told so.
        self.compile(**keras.saving.deserialize_keras_object(config))
        self._build_optimizer()

    def fit(self, x=None, y=None, batch_size=None, epochs=None, *, validation_data=None, **kwargs):
        """Trains the model, as `keras.Model.fit`."""
        if not self.compiled:
            raise ValueError(
                "Call `compile` before `fit`, such as `model.compile('adam')` for this "
                f"{type(self).__name__}."
            )
        x, y = as_arrays(x, y)
        self.check_data(x, y)
        if isinstance(validation_data, tuple):
            validation_data = (*as_arrays(*validation_data[:2]), *validation_data[2:])
            self.check_data(*validation_data[:2])
        elif validation_data is not None:
            self.check_data(validation_data)
        if self.preset is not None:
            epochs = self.preset.epochs if epochs is None else epochs
            if batch_size is None and in_memory(x):
                batch_size = self.preset.batch_size
        epochs = 1 if epochs is None else epochs
        self._warn_of_spent_schedule(x, batch_size, epochs, kwargs)
        # Before all other callbacks: a checkpoint of theirs is of a model that is still good.
        others = keras.tree.flatten(kwargs.get("callbacks") or [])
        kwargs["callbacks"] = [StopOnNonFiniteLoss(), *others]
        self._build_optimizer()
        history = super().fit(
            x, y, batch_size, epochs=epochs, validation_data=validation_data, **kwargs
        )
        self._part_from_averages()
        return history

    def evaluate(self, x=None, y=None, *args, **kwargs):
        """Measures the losses and metrics on images and labels, as `keras.Model.evaluate`.

        Raises:
            ValueError: If images or labels are not as the model needs them.
        """
        x, y = as_arrays(x, y)
        self.check_data(x, y)
        return super().evaluate(x, y, *args, **kwargs)

    def predict(self, x, *args, **kwargs):
        """Gives a dict of `probabilities`, `latent` and `reconstruction`, as far as there are any.

        Raises:
            ValueError: If the images are not as the model needs them.
        """
        x, _ = as_arrays(x)
        if is_array(x):
            check_images(np.asarray(x), self.image_shape)
        return super().predict(x, *args, **kwargs)

    def check_data(self, x, y=None) -> None:
        """Raises `ValueError` unless images and labels are as the model needs them.

        Args:
            x: Images, a dict of `"image"` and what else `prepare` gives, or a dataset.
            y: Integer labels; `None` with a dataset.
        """
        if not in_memory(x):
            batch = first_batch(x)
            if batch is None:
                return
            x, y = batch
        images = images_of(x)
        check_images(np.asarray(images), self.image_shape)
        if not self.needs_labels:
            return
        if y is None:
            raise ValueError(
                f"{type(self).__name__} learns classes and needs labels. Received images without "
                "labels: call it with (images, labels)."
            )
        check_labels(np.asarray(y), num_samples=len(images), num_classes=self.num_classes)

    def save_own_variables(self, store):
        super().save_own_variables(store)
        save_seeds(store, self._foreign_seeds())

    def load_own_variables(self, store):
        super().load_own_variables(load_seeds(store, self._foreign_seeds()))

    def _foreign_seeds(self):
        """The random streams of layers that do not save theirs, such as Keras's own `Dropout`."""
        return [
            generator
            for layer in self._flatten_layers(include_self=False)
            if not isinstance(layer, SeededLayer)
            for generator in layer._seed_generators
        ]

    def get_config(self):
        return {
            "name": self.name,
            "class_names": self.class_names,
            "preset": self.preset and self.preset.to_dict(),
            "dtype": self.dtype_policy,
            **{
                name: keras.saving.serialize_keras_object(getattr(self, name))
                for name in self.PARTS
            },
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        parts = {
            name: keras.saving.deserialize_keras_object(config[name], custom_objects=custom_objects)
            for name in (*cls.PARTS, "dtype")
        }
        return cls(**{**config, **parts})

    def _build_optimizer(self):
        """Gives the optimizer its variables: made in the first step, TensorFlow traces it twice."""
        strategy = getattr(self, "distribute_strategy", None)  # TensorFlow's
        with strategy.scope() if strategy else contextlib.nullcontext():
            if self.trainable_variables and not self.optimizer.built:
                self.optimizer.build(self.trainable_variables)

    def _part_from_averages(self):
        """Lets weights that `use_ema` has set to their averages have memory of their own.

        On JAX they are the same arrays then, and the next step, which gives the memory of both to
        its results, would find one gone.
        """
        optimizers = getattr(self.optimizer, "optimizers", [self.optimizer])
        if any(optimizer.use_ema for optimizer in optimizers):
            for weight in self.trainable_variables:
                weight.assign(np.array(ops.convert_to_numpy(weight)))

    def _warn_of_spent_schedule(self, x, batch_size, epochs, options):
        """A cosine that is spent has a learning rate of zero, and `fit` learns nothing."""
        schedule = getattr(self.optimizer, "_learning_rate", None)
        if not isinstance(schedule, keras.optimizers.schedules.CosineDecay):
            return
        steps = options.get("steps_per_epoch") or getattr(x, "num_batches", None)
        if is_array(x) and steps is None:
            steps = -(-len(x) // (batch_size or 32))
        begun = options.get("initial_epoch", 0)
        planned = int(self.optimizer.iterations) + (steps or 0) * (epochs - begun)
        if planned > schedule.decay_steps:
            warnings.warn(
                f"The learning rate is zero after {schedule.decay_steps} steps, and this training "
                f"would end after {planned}. Build the model for it by `from_preset(..., "
                "num_samples=, epochs=, batch_size=)`, or `compile` it again.",
                stacklevel=3,
            )
