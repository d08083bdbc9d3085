"""FeatureExtractor: a trained network whose features are compared between sets of images."""

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from keras_regen.arrays import as_array, check_images
from keras_regen.checks import as_pixel_range, check_flag, check_integer
from keras_regen.devices import is_tensorflow_on_cpu
from keras_regen.metrics.feature_rows import feature_rows
from keras_regen.metrics.weight_hashing import weights_hash
from keras_regen.models import Classifier
from keras_regen.networks import inception_features


class FeatureExtractor:
    """Computes the features of images by a Keras model, as rows of numbers.

    Store the name of the extractor and the hash of its weights with every result.

    Args:
        model: Functional or sequential Keras model with one input, images; or a
            `keras_regen.Classifier`, such as an evaluation classifier.
        layer: Name of the layer whose outputs are the features. Defaults to the output of a Keras
            model, and to the input of the last layer of a classifier. Maps are averaged over their
            positions.
        name: Name of the extractor in results. Defaults to the names of the network and the layer.
        pixel_range: Tuple of two floats: the values of black and white for the model. The models
            of this package take (0, 1).
        resize: Boolean: whether to resize images of another size, bilinearly with antialiasing,
            and to repeat the channel of grayscale images for a model with three channels. Without
            it, such images are an error.
        batch_size: Integer, at least 1: images per call of the model.

    Attributes:
        network: The functional Keras model from images to features. It shares its layers with the
            given model.

    Raises:
        ValueError: If the model is not as described, has no such layer (the message lists its
            layers), or returns neither rows nor maps.

    Examples:
        >>> import keras, numpy as np
        >>> from keras_regen.metrics import FeatureExtractor
        >>> from keras_regen.networks import basenet
        >>> extractor = FeatureExtractor(basenet((8, 8, 1), 10, stem_filters=4), layer="pool")
        >>> extractor(np.zeros((5, 8, 8, 1), "uint8")).shape
        (5, 8)
        >>> extractor.name, extractor.num_features
        ('basenet/pool', 8)
    """

    def __init__(
        self,
        model: keras.Model,
        layer: str | None = None,
        *,
        name: str | None = None,
        pixel_range: tuple[float, float] = (0.0, 1.0),
        resize: bool = False,
        batch_size: int = 256,
    ):
        check_integer("batch_size", batch_size, 1)
        check_flag("resize", resize)
        for argument, text in (("layer", layer), ("name", name)):
            if text is not None and not isinstance(text, str):
                raise ValueError(
                    f"`{argument}` must be a string or None. Received: {argument}={text!r}."
                )
        self.pixel_range = as_pixel_range(pixel_range)
        self.resize = resize
        self.batch_size = batch_size
        self.network, default_name = _cut(model, layer)
        self.name = default_name if name is None else name
        self.network.compile(jit_compile=False if is_tensorflow_on_cpu() else "auto")

    @property
    def num_features(self) -> int:
        """Length of a row of features."""
        return self.network.output_shape[-1]

    @property
    def digest(self) -> str:
        """The first 16 hexadecimal digits of the SHA-256 hash of the weights and their shapes."""
        return weights_hash(self.network.weights)

    def describe(self) -> dict[str, Any]:
        """Returns a dict of `name`, `hash` and `num_features`, which identifies the extractor."""
        return {"name": self.name, "hash": self.digest, "num_features": self.num_features}

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Computes the features of images.

        Args:
            images: Images `(num_images, height, width, channels)`; integers 0..255 or floats 0..1.

        Returns:
            Array `(num_images, num_features)`, float32.

        Raises:
            ValueError: If images have a wrong range; or a size or number of channels that the
                network does not take, and are not resized.
        """
        images = as_array("images", images)
        check_images(images)
        taken = self._taken_shape(images.shape[1:])
        if taken != images.shape[1:] and not (self.resize and images.shape[-1] in (1, taken[-1])):
            hint = "" if self.resize else ": resize them, or set `resize=True`"
            raise ValueError(
                f"The extractor {self.name!r} takes images of shape {taken}{hint}. "
                f"Received: images of shape {images.shape[1:]}."
            )
        return feature_rows(images, self._features_of_batch, self.batch_size)

    def _taken_shape(self, image_shape):
        """The shape of an image as the network takes it."""
        return tuple(
            given if taken is None else taken
            for given, taken in zip(image_shape, self.network.input_shape[1:], strict=True)
        )

    def _features_of_batch(self, images):
        height, width, channels = self._taken_shape(images.shape[1:])
        if images.shape[-1] != channels:
            images = np.repeat(images, channels, axis=-1)
        if images.shape[1:3] != (height, width):
            images = ops.image.resize(
                images, (height, width), antialias=True, data_format="channels_last"
            )
        low, high = self.pixel_range
        return self.network.predict_on_batch(images * (high - low) + low)


def keras_inception_v3(weights: str | None = "imagenet") -> FeatureExtractor:
    """Builds an extractor of the 2,048 pooled features of Keras's InceptionV3.

    Images are resized to 299x299 pixels with antialiasing. Published Fréchet Inception distances
    come from a different network, with other weights and another resizing: never compare the two.

    Args:
        weights: `"imagenet"`, which Keras downloads once; a path of a file with weights of
            `keras.applications.InceptionV3(include_top=False)`; or `None`, for random weights.

    Returns:
        A `FeatureExtractor` named `"keras_inception_v3"`.

    Source: Szegedy et al., 2016, https://arxiv.org/abs/1512.00567; Parmar et al., 2022,
    https://arxiv.org/abs/2104.11222, on resizing.

    Examples:
        >>> from keras_regen.metrics import keras_inception_v3
        >>> keras_inception_v3(weights=None).describe()["num_features"]
        2048
    """
    network = inception_features("mixed10", (299, 299, 3), weights)
    return FeatureExtractor(network, name="keras_inception_v3", resize=True, batch_size=32)


def _cut(model, layer):
    """The network from images to rows of features, and its name."""
    network = model.network if isinstance(model, Classifier) else model
    inputs, outputs = (getattr(network, part, None) or () for part in ("inputs", "outputs"))
    if not isinstance(network, keras.Model) or (len(inputs), len(outputs)) != (1, 1):
        raise ValueError(
            "`model` must be a functional or sequential Keras model with one input and one output, "
            f"or a `keras_regen.Classifier`. Received: {type(model).__name__} {model!r}. "
            "Of any other model of this package, use the part that takes images: `model.encoder`."
        )
    if len(inputs[0].shape) != 4:
        raise ValueError(
            "`model` must take images (batch, height, width, channels). "
            f"Received: a model with inputs of shape {inputs[0].shape}."
        )
    names = [member.name for member in network.layers]
    if layer is None:
        last = network.layers[-1]
        output = last.input if isinstance(model, Classifier) else network.outputs[0]
        name = network.name
    elif layer in names:
        output, name = network.get_layer(layer).output, f"{network.name}/{layer}"
    else:
        raise ValueError(f"The model has no layer {layer!r}. Its layers: {', '.join(names)}.")
    rank = len(getattr(output, "shape", ()))
    if rank not in (2, 4) or output.shape[-1] is None:
        raise ValueError(
            "The features must be rows (batch, num_features) or maps (batch, height, width, "
            f"num_features). Received: {getattr(output, 'shape', output)} of {name!r}. "
            "Name another layer by `layer`."
        )
    if rank == 4:
        output = layers.GlobalAveragePooling2D(data_format="channels_last")(output)
    return keras.Model(network.inputs[0], output, name="features"), name
