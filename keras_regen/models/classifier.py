"""Classifier: a plain classifier with the interface of `ImageModel`."""

import inspect
from collections.abc import Sequence
from typing import Any, Self

import keras
from keras import ops

from keras_regen.arrays import unit_range
from keras_regen.checks import check_choice, check_flag, check_integer
from keras_regen.class_names import as_class_names
from keras_regen.losses import classification_loss
from keras_regen.models.decoder_checks import check_network
from keras_regen.models.image_model import ImageModel
from keras_regen.models.objective import mean_loss
from keras_regen.models.training_views import (
    check_augmentation,
    mirror_and_shift,
)
from keras_regen.networks import basenet, regene_classifier, resnet_v1


@keras.saving.register_keras_serializable(package="keras_regen")
class Classifier(ImageModel):
    """Classifies images with any network that returns probabilities or logits.

    With `basenet` it is the plain classifier that CSAE is compared with; with
    `regene_classifier` it is the classifier whose latents ReGene decodes.

    Args:
        network: Keras model from images `(batch, height, width, channels)` in [0, 1] to
            probabilities `(batch, num_classes)`.
        class_names: Names of the classes. Defaults to `"0"`, `"1"`, ...
        loss: `"cross_entropy"`, `"hinge"` (multi-class), `"mse"` or `"cosine"`, the four losses
            of ReGene's figure 16, each between the probabilities and the one-hot class.
        from_logits: Boolean: whether the network returns logits, to which the model applies a
            softmax.
        augmentation: Layer that changes the images in training, such as
            `keras_regen.layers.MirrorAndShift` for small datasets; or `None`.
        **kwargs: Arguments of `keras.Model`.

    Input shape: `(batch, height, width, channels)`; integers 0..255 or floats 0..1.
    Output: a dict of `probabilities` `(batch, num_classes)`.

    Raises:
        ValueError: If the numbers of class names and probabilities differ, or the loss is
            unknown.

    Source: CSAE, second version, section 4.3 (Basenet); ReGene, sections 3.1 and 6.7.

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

    _PARTS = ("network", "augmentation")

    def __init__(
        self,
        network: keras.Model,
        class_names: Sequence[str] | None = None,
        loss: str = "cross_entropy",
        from_logits: bool = False,
        augmentation: keras.layers.Layer | None = None,
        **kwargs: Any,
    ):
        check_network("network", network)
        check_augmentation(augmentation)
        check_flag("from_logits", from_logits)
        num_classes = network.output_shape[-1]
        if class_names is None:
            class_names = [str(label) for label in range(num_classes)]
        super().__init__(network.input_shape[1:], class_names, **kwargs)
        if self.num_classes != num_classes:
            raise ValueError(
                f"The network returns {num_classes} probabilities. "
                f"Received: {self.num_classes} class names."
            )
        self.network = network
        self._loss_name = loss
        self.from_logits = from_logits
        self.augmentation = augmentation
        self._class_loss = classification_loss(loss)
        self._accuracy = keras.metrics.SparseCategoricalAccuracy(name="accuracy")
        self.build((None, *self.image_shape))

    @classmethod
    def for_images(
        cls,
        image_shape: tuple[int, int, int],
        class_names: Sequence[str],
        *,
        network: str = "basenet",
        loss: str = "cross_entropy",
        mirror: bool = False,
        shift: int = 0,
        seed: int = 0,
        **options: Any,
    ) -> Self:
        """Builds a classifier with a network of the papers.

        Args:
            image_shape: `(height, width, channels)`, as in `basenet`.
            class_names: Names of the classes, at least two.
            network: `"basenet"`, `"regene"`, or `"resnet56v1"`, the network of ReGene's neutral
                evaluation classifier.
            loss: As in the constructor.
            mirror: Boolean: whether training mirrors half of the images, as in `MirrorAndShift`.
            shift: Integer, at least 0: pixels by which training shifts the images at most.
            seed: Integer: seed of the augmentation. The initial weights follow
                `keras.utils.set_random_seed`.
            **options: Further arguments of `keras_regen.networks.basenet`,
                `regene_classifier` or `resnet_v1`, such as `stem_filters=16` or `width=0.5`.

        Returns:
            A model to `compile`.

        Raises:
            ValueError: If an argument is out of range or unknown.
        """
        check_integer("seed", seed, 0)
        class_names = as_class_names(class_names)
        return cls(
            classifier_network(network, image_shape, len(class_names), **options),
            class_names,
            loss,
            augmentation=mirror_and_shift(mirror, shift, seed),
        )

    def call(self, inputs: Any, training: bool | None = None) -> dict[str, Any]:
        images = unit_range(inputs)
        if training and self.augmentation is not None:
            images = ops.cast(self.augmentation(images, training=True), "float32")
        outputs = ops.cast(self.network(images, training=training), "float32")
        return {"probabilities": ops.softmax(outputs) if self.from_logits else outputs}

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        values = self._class_loss(y, y_pred["probabilities"])
        return sum(map(mean_loss, self.losses), mean_loss(values, sample_weight))

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "loss": self._loss_name,
            "from_logits": self.from_logits,
        }


def classifier_network(
    name: str, image_shape: tuple[int, int, int], num_classes: int, **options: Any
) -> keras.Model:
    """Builds a network of the papers from images to probabilities.

    Args:
        name: `"basenet"`, `"regene"` or `"resnet56v1"`, as in `Classifier.for_images`.
        image_shape: `(height, width, channels)`.
        num_classes: Integer, at least 2.
        **options: Further arguments of the function of the network.

    Returns:
        A functional model.

    Raises:
        TypeError: If the network has no such option.
        ValueError: If an argument is out of range or unknown.

    Examples:
        >>> from keras_regen.models.classifier import classifier_network
        >>> classifier_network("basenet", (8, 8, 1), 3, stem_filters=2).output_shape
        (None, 3)
    """
    networks = {"basenet": basenet, "regene": regene_classifier, "resnet56v1": resnet_v1}
    check_choice("network", name, networks)
    if unknown := set(options) - set(inspect.signature(networks[name]).parameters):
        raise TypeError(
            f"The network {name!r} has no arguments {sorted(unknown)}. "
            f"Received: options={options!r}."
        )
    return networks[name](image_shape, num_classes, **options)


def classifies(model: ImageModel) -> bool:
    """Returns whether a model classifies images: by a head, or as a `Classifier`.

    Args:
        model: The model.

    Examples:
        >>> from keras_regen import VAE, Classifier
        >>> from keras_regen.models.classifier import classifies
        >>> classifier = Classifier.for_images((8, 8, 1), ["a", "b"], stem_filters=2)
        >>> vae = VAE.for_images((8, 8, 1), latent_dim=2, stem_filters=2)
        >>> classifies(classifier), classifies(vae)
        (True, False)
    """
    return model.head is not None or isinstance(model, Classifier)
