"""Classifier: a plain softmax classifier with the package's contracts."""

from collections.abc import Sequence

import keras
from keras import ops

from keras_regen.models.base import ImageModel
from keras_regen.models.inputs import unit_range
from keras_regen.networks import basenet


@keras.saving.register_keras_serializable(package="keras_regen")
class Classifier(ImageModel):
    """Classifies images with any network that gives probabilities, trained by cross-entropy.

    With `basenet` it is the papers' plain classifier, beside which CSAE is measured.

    Args:
        network: Keras model from images `(batch, height, width, channels)` in [0, 1] to
            probabilities `(batch, num_classes)`.
        class_names: Names of the classes. Defaults to `"0"`, `"1"`, ...
        **kwargs: Arguments of `keras.Model`.

    Input shape: `(batch, height, width, channels)`; integers 0..255 or floats 0..1.
    Output: a dict of `probabilities` `(batch, num_classes)`.

    Raises:
        ValueError: If there are not as many class names as probabilities.

    Source: CSAE, second version, section 4.3 (Basenet).

    Examples:
        >>> import numpy as np
        >>> from keras_regen.models import Classifier
        >>> from keras_regen.networks import basenet
        >>> model = Classifier(basenet((8, 8, 1), num_classes=10, stem_filters=4))
        >>> model.compile("adam")
        >>> history = model.fit(np.zeros((20, 8, 8, 1)), np.arange(20) % 10, verbose=0)
        >>> sorted(history.history)
        ['accuracy', 'loss']
    """

    def __init__(self, network: keras.Model, class_names: Sequence[str] | None = None, **kwargs):
        num_classes = network.output_shape[-1]
        class_names = class_names or [str(label) for label in range(num_classes)]
        super().__init__(network.input_shape[1:], class_names, **kwargs)
        if self.num_classes != num_classes:
            raise ValueError(
                f"The network gives {num_classes} probabilities. "
                f"Received: {self.num_classes} class names."
            )
        self.network = network
        self.accuracy = keras.metrics.SparseCategoricalAccuracy(name="accuracy")
        self.built = True

    @classmethod
    def for_images(
        cls,
        image_shape: tuple[int, int, int],
        class_names: Sequence[str],
        *,
        stem_filters: int = 32,
        seed: int = 0,
    ) -> "Classifier":
        """Builds the papers' Basenet for images of a shape.

        Args:
            image_shape: `(height, width, channels)`, as in `basenet`.
            class_names: Names of the classes, at least two.
            stem_filters: Integer: filters of the first convolution.
            seed: Not used: nothing but the initial weights is random, and they follow
                `keras.utils.set_random_seed`.

        Returns:
            A model to `compile`.

        Raises:
            ValueError: If an argument is out of range.
        """
        return cls(basenet(image_shape, len(class_names), stem_filters), class_names)

    def call(self, inputs, training=None):
        return {"probabilities": self.network(unit_range(inputs), training=training)}

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        values = keras.losses.sparse_categorical_crossentropy(
            ops.reshape(y, (-1,)), y_pred["probabilities"]
        )
        if sample_weight is not None:
            values = values * ops.cast(ops.reshape(sample_weight, (-1,)), values.dtype)
        return sum(self.losses, ops.mean(values))

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        self.accuracy.update_state(y, y_pred["probabilities"], sample_weight)
        return super().compute_metrics(x, {"probabilities": y}, y_pred, sample_weight)

    def get_config(self):
        return {
            **super().get_config(),
            "network": keras.saving.serialize_keras_object(self.network),
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        parts = {
            key: keras.saving.deserialize_keras_object(config[key], custom_objects=custom_objects)
            for key in ("network", "dtype")
        }
        return cls(**{**config, **parts})
