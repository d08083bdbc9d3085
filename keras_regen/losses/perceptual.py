"""PerceptualLoss: compares what a trained network sees in two images."""

from collections.abc import Sequence

import keras
from keras import ops

from keras_regen.losses.pixel_differences import check_same_images
from keras_regen.networks.features import early_features

_SELF = "self"


def perceptual_loss(y_true, y_pred, features: keras.Model, weights: Sequence[float] | None = None):
    """Computes the mean squared difference of the features of two batches of images.

    Images of another size than `features` takes are resized, with antialiasing, and grayscale
    images are repeated for color.

    Args:
        y_true: Float images `(batch, height, width, channels)` in [0, 1].
        y_pred: Float images of the same shape.
        features: Functional Keras model from images to a feature map or a list of them. Gradients
            reach `y_pred`, but no weight of this model.
        weights: Floats, one for each feature map. Defaults to 1 for each.

    Returns:
        Tensor `(batch,)`: the weighted sum, over the feature maps, of the mean squared difference.

    Raises:
        ValueError: If the two are not images of one shape, or `features` takes other channels.

    Examples:
        >>> import keras, numpy as np
        >>> from keras_regen.losses import perceptual_loss
        >>> image = keras.Input((None, None, 1))
        >>> halves = keras.Model(image, keras.layers.AveragePooling2D(2)(image))
        >>> black, white = np.zeros((1, 8, 8, 1)), np.ones((1, 8, 8, 1))
        >>> float(perceptual_loss(black, white, halves)[0])
        1.0
    """
    check_same_images(y_true, y_pred)
    target, maps = (_maps(features, images) for images in (y_true, y_pred))
    total = 0.0
    for weight, true, pred in zip(weights or [1.0] * len(maps), target, maps, strict=True):
        squares = ops.square(pred - ops.stop_gradient(true))
        total += weight * ops.mean(squares, axis=tuple(range(1, len(squares.shape))))
    return total


@keras.saving.register_keras_serializable(package="keras_regen")
class PerceptualLoss(keras.losses.Loss):
    """Mean squared difference of the feature maps that a trained network gives of two images.

    The network is only looked through: it runs as in inference, and no weight of it is changed,
    trainable or not. Its weights are saved with the model that has this loss, be it in a list of
    losses or by `compile`. Two of these losses in one model must not share a network: give one of
    them all the maps instead.

    Args:
        features: Functional Keras model from images in [0, 1] to a feature map or a list of them,
            such as `inception_features()`. Images are resized to its size, if it has one, and
            grayscale images repeated for its three channels. Or `"self"`: the early layers of the
            classifier of the model that has the loss, which it names by `bind`.
        weights: Floats, one for each feature map. Defaults to 1 for each.
        layer: With `features="self"`: name of the classifier's layer. Defaults as in
            `early_features`.
        reduction: As in `keras.losses.Loss`.
        name: As in `keras.losses.Loss`.
        dtype: As in `keras.losses.Loss`.

    Attributes:
        features: The Keras model, or `None` before `bind`.

    Raises:
        ValueError: If `features` is no such model, or the weights do not fit its maps; when
            called, if the two are not images of one shape that it takes.

    Source: ReGene, equation 6, and its reference [32]: Johnson et al., 2016,
    https://arxiv.org/abs/1603.08155, equation 2.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.losses import PerceptualLoss
        >>> from keras_regen.networks import early_features, regene_classifier
        >>> classifier = regene_classifier((28, 28, 1), num_classes=10, width=0.1)
        >>> loss = PerceptualLoss(early_features(classifier))
        >>> image = np.random.default_rng(0).random((2, 28, 28, 1))
        >>> float(loss(image, image))
        0.0
    """

    def __init__(
        self,
        features: keras.Model | str,
        weights: Sequence[float] | None = None,
        layer: str | None = None,
        reduction: str = "sum_over_batch_size",
        name: str = "perceptual_loss",
        dtype=None,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.of_self = isinstance(features, str) and features == _SELF
        if not self.of_self and len(getattr(features, "inputs", None) or ()) != 1:
            raise ValueError(
                "`features` must be a functional Keras model with one input, or 'self'. "
                f"Received: features={features!r}."
            )
        if layer is not None and not self.of_self:
            raise ValueError(
                "`layer` names a layer of the classifier, and goes with `features='self'`. "
                f"Received: layer={layer!r}."
            )
        self.features = None if self.of_self else features
        self.weights = None if weights is None else [float(weight) for weight in weights]
        self.layer = layer
        num_maps = 1 if self.of_self else len(features.outputs)
        if self.weights is not None and (len(self.weights) != num_maps or min(self.weights) < 0):
            raise ValueError(
                f"`weights` must be {num_maps} numbers of at least 0, one for each feature map. "
                f"Received: weights={weights}."
            )

    def bind(self, classifier: keras.Model) -> None:
        """Takes the features of a loss with `features="self"` from a classifier.

        A model that has such losses calls it in its constructor; with other `features` nothing
        happens.

        Args:
            classifier: Functional Keras model. Its layers are shared, not copied: the features
                change when it is trained.

        Raises:
            ValueError: If the classifier is not functional or has no such layer.
        """
        if self.of_self:
            self.features = early_features(classifier, self.layer)

    def call(self, y_true, y_pred):
        if self.features is None:
            raise ValueError(
                "`PerceptualLoss('self')` needs the classifier whose features it compares: call "
                "`loss.bind(classifier)` first."
            )
        return perceptual_loss(y_true, y_pred, self.features, self.weights)

    def get_config(self):
        features = _SELF if self.of_self else keras.saving.serialize_keras_object(self.features)
        return {
            **super().get_config(),
            "features": features,
            "weights": self.weights,
            "layer": self.layer,
            "dtype": self.dtype,
        }

    @classmethod
    def from_config(cls, config):
        features = keras.saving.deserialize_keras_object(config["features"])
        return cls(**{**config, "features": features})


def _maps(features, images):
    """Returns a list of the feature maps of images, through which only the images are reached."""
    height, width, channels = features.input_shape[1:]
    images = ops.cast(images, "float32")
    if images.shape[-1] == 1 and channels == 3:
        images = ops.repeat(images, 3, axis=-1)
    if channels not in (None, images.shape[-1]):
        raise ValueError(
            f"The feature extractor takes images of {channels} channels. "
            f"Received: images of shape {tuple(images.shape)}."
        )
    size = (height or images.shape[1], width or images.shape[2])
    if size != tuple(images.shape[1:3]):
        images = ops.image.resize(images, size, antialias=True, data_format="channels_last")
    # A call with weights that have no gradient: nothing is toggled, so the model may be in use,
    # and in training, elsewhere.
    maps, _ = features.stateless_call(
        [ops.stop_gradient(weight) for weight in features.trainable_variables],
        [ops.stop_gradient(weight) for weight in features.non_trainable_variables],
        images,
        training=False,
    )
    return [ops.cast(one, "float32") for one in keras.tree.flatten(maps)]
