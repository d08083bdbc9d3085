"""PerceptualLoss: compares the features that a trained network computes of images."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_regen.arrays import as_numbers
from keras_regen.checks import check_choice, elements_of
from keras_regen.freezing import frozen_call
from keras_regen.losses.checked_loss import ImageLoss
from keras_regen.losses.image_pair import image_pair
from keras_regen.losses.perceptual_features import early_features

_SELF = "self"


_ERRORS = ("squared", "relative_absolute")


def perceptual_loss(
    y_true: Any,
    y_pred: Any,
    features: keras.Model,
    weights: Sequence[float] | None = None,
    error: str = "squared",
) -> Any:
    """Computes the mean difference of the features of two batches of images.

    Images are resized to the input size of `features`, with antialiasing. Grayscale images are
    repeated if `features` expects color.

    Args:
        y_true: Images `(batch, height, width, channels)`: floats in [0, 1], or integers in 0..255,
            which are divided by 255.
        y_pred: Images of the same shape.
        features: Functional Keras model from images to a feature map or a list of feature maps.
            Gradients reach `y_pred`, but not the weights of this model.
        weights: Floats of at least 0: a weight for each feature map. Defaults to 1 for each.
        error: `"squared"`: the mean squared difference of a feature map; or
            `"relative_absolute"`: the mean absolute difference, divided by the mean absolute
            feature of the real image, so that all maps count equally whatever their scale.

    Returns:
        Tensor `(batch,)`: the weighted sum, over the feature maps, of the mean difference.

    Raises:
        ValueError: If the inputs are not images of the same shape, `features` is another object
            or cannot process the images, or the number of weights differs from the number of
            feature maps.

    Examples:
        >>> import keras, numpy as np
        >>> from keras_regen.losses import perceptual_loss
        >>> image = keras.Input((None, None, 1))
        >>> halves = keras.Model(image, keras.layers.AveragePooling2D(2)(image))
        >>> black, white = np.zeros((1, 8, 8, 1)), np.ones((1, 8, 8, 1))
        >>> float(perceptual_loss(black, white, halves)[0])
        1.0
    """
    _check_features(features)
    check_choice("error", error, _ERRORS)
    weights = _checked_weights(weights, len(features.outputs))
    return _feature_difference(*image_pair(y_true, y_pred), features, weights, error)


def _feature_difference(y_true, y_pred, features, weights, error):
    true_maps, maps = (_feature_maps(features, images) for images in (y_true, y_pred))
    weights = weights or [1.0] * len(maps)
    total = 0.0
    for weight, true, pred in zip(weights, true_maps, maps, strict=True):
        true = ops.stop_gradient(true)
        axes = tuple(range(1, len(true.shape)))
        if error == "squared":
            difference = ops.mean(ops.square(pred - true), axis=axes)
        else:
            size = ops.maximum(ops.mean(ops.abs(true), axis=axes), keras.config.epsilon())
            difference = ops.mean(ops.abs(pred - true), axis=axes) / size
        total += weight * difference
    return total


@keras.saving.register_keras_serializable(package="keras_regen")
class PerceptualLoss(ImageLoss):
    """Computes the mean difference of the feature maps of images.

    A trained network computes the feature maps. It runs in inference mode, and the loss changes
    none of its weights. A model with this loss saves the weights of the network, if the loss is in
    a list of losses or in `compile`. Two of these losses in a model must not share a network: use
    a single loss with several feature maps instead.

    Args:
        features: Functional Keras model from images in [0, 1] to a feature map or a list of
            feature maps, such as `inception_features()`. Images are resized to its input size, if
            it is fixed, and grayscale images are repeated if it expects color. `"self"` stands for
            the early layers of the model's classifier; the model passes the classifier to `bind`.
        weights: Floats of at least 0: a weight for each feature map. Defaults to 1 for each.
        layer: With `features="self"`: name of the classifier's layer, or a list of names. The
            default is the same as in `early_features`.
        reduction: As in `keras.losses.Loss`.
        name: As in `keras.losses.Loss`.
        dtype: As in `keras.losses.Loss`.
        error: `"squared"` or `"relative_absolute"`, as in `perceptual_loss`.

    Attributes:
        features: The Keras model. `None` for `"self"` until `bind` is called.

    Raises:
        ValueError: If `features` is another object, or the number of weights differs from the
            number of feature maps; from the call, if the inputs are not images of the same shape,
            or the network expects another number of channels.

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
        layer: str | Sequence[str] | None = None,
        reduction: str = "sum_over_batch_size",
        name: str = "perceptual_loss",
        dtype: str | None = None,
        error: str = "squared",
    ):
        super().__init__(reduction, name, dtype)
        self._uses_classifier = isinstance(features, str) and features == _SELF
        if not self._uses_classifier:
            _check_features(features)
        if layer is not None and not self._uses_classifier:
            raise ValueError(
                "`layer` is the name of a layer of the classifier, for `features='self'` only. "
                f"Received: layer={layer!r}."
            )
        check_choice("error", error, _ERRORS)
        self.error = error
        self.features = None if self._uses_classifier else features
        self.layer = layer if layer is None or isinstance(layer, str) else elements_of(layer)
        num_maps = len(features.outputs) if not self._uses_classifier else 1
        if isinstance(self.layer, list):
            num_maps = len(self.layer)
        self.weights = _checked_weights(weights, num_maps)

    def bind(self, classifier: keras.Model) -> None:
        """Sets the features of a loss with `features="self"` to the layers of a classifier.

        A model calls this method of its losses in its constructor. With other `features`, the
        method has no effect.

        Args:
            classifier: Functional Keras model. Its layers are shared, not copied, so training the
                classifier changes the features.

        Raises:
            ValueError: If the classifier is not functional or does not have the layer.
        """
        if self._uses_classifier:
            self.features = early_features(classifier, self.layer)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        if self.features is None:
            raise ValueError(
                "`PerceptualLoss('self')` has no classifier to compute features. Call "
                "`loss.bind(classifier)` first."
            )
        return _feature_difference(y_true, y_pred, self.features, self.weights, self.error)

    def get_config(self) -> dict[str, Any]:
        features = (
            _SELF if self._uses_classifier else keras.saving.serialize_keras_object(self.features)
        )
        return {
            **super().get_config(),
            "features": features,
            "weights": self.weights,
            "layer": self.layer,
            "error": self.error,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "PerceptualLoss":
        features = keras.saving.deserialize_keras_object(config["features"])
        return cls(**{**config, "features": features})


def _check_features(features: Any) -> None:
    inputs = getattr(features, "inputs", None) if isinstance(features, keras.Model) else None
    if not isinstance(inputs, list) or len(inputs) != 1 or len(inputs[0].shape) != 4:
        raise ValueError(
            "`features` must be a functional Keras model with images as its only input, or 'self' "
            f"for `PerceptualLoss`. Received: features={features!r}."
        )


def _checked_weights(weights: Any, num_maps: int) -> list[float] | None:
    if weights is None:
        return None
    numbers = as_numbers("weights", weights, 1).tolist()
    if len(numbers) != num_maps or min(numbers) < 0:
        raise ValueError(
            f"`weights` must be {num_maps} numbers of at least 0, a weight for each feature map. "
            f"Received: weights={weights}."
        )
    return [float(weight) for weight in numbers]


def _feature_maps(features: keras.Model, images: Any) -> list:
    """Computes a list of feature maps. Gradients reach the images only."""
    height, width, channels = features.input_shape[1:]
    images = ops.cast(images, "float32")
    if images.shape[-1] == 1 and channels == 3:
        images = ops.repeat(images, 3, axis=-1)
    if channels not in (None, images.shape[-1]):
        raise ValueError(
            f"The feature extractor expects images of {channels} channels. "
            f"Received: images of shape {tuple(images.shape)}."
        )
    size = (height or images.shape[1], width or images.shape[2])
    if size != tuple(images.shape[1:3]):
        images = ops.image.resize(images, size, antialias=True, data_format="channels_last")
    # The gradient stops at the weights in this call only. `trainable` does not change, so the
    # network can be in training in another model.
    try:
        maps = frozen_call(features, images, training=False)
    except Exception as error:  # each backend has other errors for images that are too small
        raise ValueError(
            "The feature extractor cannot compute features. "
            f"Received: images of shape {tuple(images.shape)}. {error}"
        ) from error
    return [ops.cast(feature_map, "float32") for feature_map in keras.tree.flatten(maps)]
