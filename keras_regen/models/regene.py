"""ReGene: a trained classifier, and a decoder of its latents."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Self

import keras
import numpy as np
from keras import ops

from keras_regen.arrays import unit_range
from keras_regen.checks import check_flag, check_integer
from keras_regen.class_names import as_class_names
from keras_regen.freezing import set_trainable
from keras_regen.losses import PerceptualLoss, SSIMLoss
from keras_regen.models.classifier import Classifier
from keras_regen.models.classifier_parts import returns_logits, split_classifier
from keras_regen.models.decoder_checks import check_decoder, check_network, check_part
from keras_regen.models.image_model import ImageModel
from keras_regen.models.objective import Objective
from keras_regen.models.training_data import images_of
from keras_regen.networks import inception_features, regene_classifier, regene_decoder
from keras_regen.networks.regene import LATENT_LAYER
from keras_regen.priors import ConvexCombinationPrior, Prior


@keras.saving.register_keras_serializable(package="keras_regen")
class ReGene(ImageModel):
    """A classifier with a decoder that turns its latents back into images.

    The classifier is trained first, by `fit_classifier` or in any other way. `fit` then trains
    the decoder, and the classifier does not change. New images are decoded from convex
    combinations of the latents of training images, which a linear head classifies like their
    sources (lemma 1).

    Args:
        classifier: Functional Keras model from images `(batch, height, width, channels)` in
            [0, 1] to probabilities or logits `(batch, num_classes)`. It is frozen.
        decoder: Keras model from latents `(batch, latent_dim)` to images.
        latent_layer: Name of the classifier's layer whose output is the latent.
        image_losses: A loss of (image, reconstruction) or a sequence of them, added up. Defaults
            to the mean absolute error and `SSIMLoss()`.
        loss_weights: Mapping from the names of losses to floats. Defaults to 1 for each.
        prior: `keras_regen.priors.Prior`. Defaults to `ConvexCombinationPrior`.
        class_names: Names of the classes. Defaults to `"0"`, `"1"`, ...
        from_logits: Boolean: whether the classifier returns logits rather than probabilities.
            `None` decides by its last layer.
        cache_latents: Boolean: whether `fit` encodes images in memory once, before the first epoch,
            and not in every step. Streams are always encoded in every step, because their images
            may change from epoch to epoch.
        **kwargs: Arguments of `keras.Model`.

    Attributes:
        encoder: Model from images to latents, a part of the classifier.
        head: Model from latents to the classifier's output, the other part.

    Input shape: `(batch, height, width, channels)`; integers 0..255 or floats 0..1.
    Output: a dict of `probabilities` `(batch, num_classes)`, `latent` `(batch, latent_dim)` and
    `reconstruction` in the images' shape.

    Raises:
        ValueError: If the classifier has no layer of that name (the message lists its layers) or
            no single output, its last layer does not show whether it returns logits, or the
            decoder, losses, prior or class names do not fit.

    Source: ReGene, section 3 and figure 2.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.models import ReGene
        >>> from keras_regen.networks import regene_classifier, regene_decoder
        >>> model = ReGene(
        ...     regene_classifier((8, 8, 1), num_classes=10, width=0.05),
        ...     regene_decoder((8, 8, 1), latent_dim=96, width=0.05),
        ... )
        >>> model.compile("adam")
        >>> images = np.random.default_rng(0).random((20, 8, 8, 1))
        >>> labels = np.arange(20) % 10
        >>> history = model.fit_classifier(images, labels, verbose=0)
        >>> history = model.fit(images, labels, verbose=0)
        >>> sorted(history.history)
        ['accuracy', 'loss', 'mae_loss', 'ssim_loss']
    """

    _PARTS = ("classifier", "decoder", "image_losses", "prior")
    # The accuracy of the frozen classifier does not change.
    monitor = "val_loss"
    # Options of `for_images` that the recipe of the classifier has as well.
    SHARED_OPTIONS = ("blocks", "convs_per_block", "width")

    def __init__(
        self,
        classifier: keras.Model,
        decoder: keras.Model,
        latent_layer: str = LATENT_LAYER,
        image_losses: keras.losses.Loss | Sequence[keras.losses.Loss] | None = None,
        loss_weights: Mapping[str, float] | None = None,
        prior: Prior | None = None,
        class_names: Sequence[str] | None = None,
        from_logits: bool | None = None,
        cache_latents: bool = True,
        **kwargs: Any,
    ):
        encoder, head = split_classifier(classifier, latent_layer)
        check_network("decoder", decoder)
        if from_logits is not None:
            check_flag("from_logits", from_logits)
        check_flag("cache_latents", cache_latents)
        num_classes = head.output_shape[-1]
        if image_losses is None:
            image_losses = [keras.losses.MeanAbsoluteError(name="mae_loss"), SSIMLoss()]
        prior = ConvexCombinationPrior(num_classes) if prior is None else prior
        check_part("prior", prior, Prior)
        super().__init__(
            encoder.input_shape[1:],
            [str(label) for label in range(num_classes)] if class_names is None else class_names,
            **kwargs,
        )
        self.classifier = classifier
        # These layers stay frozen in `fit_classifier`. A classifier that is frozen as a whole, for
        # instance after loading, does not show which layers were frozen before.
        self._frozen = [
            layer
            for layer in classifier._flatten_layers()
            if classifier.trainable > layer.trainable
        ]
        set_trainable(classifier, False)
        self.latent_layer = latent_layer
        self.encoder, self.head = encoder, head
        self.decoder = decoder
        self.prior = prior
        self.from_logits = returns_logits(classifier) if from_logits is None else bool(from_logits)
        self.cache_latents = cache_latents
        self._accuracy = keras.metrics.SparseCategoricalAccuracy(name="accuracy")
        check_decoder(self)
        for name, count in (
            ("class names", self.num_classes),
            ("classes of the prior", self.prior.num_classes),
        ):
            if count != num_classes:
                raise ValueError(
                    f"The classifier has {num_classes} classes. Received: {count} {name}."
                )
        if not self.prior.built:
            self.prior.build((None, self.latent_dim))
        self._objective = Objective(
            image_losses,
            loss_weights=loss_weights,
            network=classifier,
            image_shape=self.image_shape,
        )
        self.image_losses = self._objective.image_losses
        self.build((None, *self.image_shape))

    @classmethod
    def for_images(
        cls,
        image_shape: tuple[int, int, int],
        class_names: Sequence[str],
        *,
        classifier: keras.Model | None = None,
        latent_layer: str = LATENT_LAYER,
        blocks: int | None = None,
        convs_per_block: int = 1,
        width: float = 1.0,
        decoder_width: float | None = None,
        features: str | None = None,
        num_sources: int = 2,
        ratios: str | Sequence[float] = "uniform",
        bank_size: int = 500,
        seed: int = 0,
    ) -> Self:
        """Builds a ReGene with the networks of the paper.

        Args:
            image_shape: `(height, width, channels)`, as in `regene_classifier`.
            class_names: Names of the classes, at least two.
            classifier: A trained classifier, as in the constructor. Defaults to a new
                `regene_classifier`, for `fit_classifier` to train.
            latent_layer: Name of the layer of `classifier` whose output is the latent.
            blocks: As in `regene_classifier`.
            convs_per_block: As in `regene_classifier`.
            width: Float: scales the filters of both networks; less than 1 for small machines.
            decoder_width: Float: scales the filters of the decoder. Defaults to `width`.
            features: Features that the perceptual loss compares: `"inception"`, the first
                convolution of InceptionV3, which Keras downloads; `"self"`, the first feature maps
                of the classifier; or `None` for no perceptual loss.
            num_sources: As in `ConvexCombinationPrior`.
            ratios: As in `ConvexCombinationPrior`.
            bank_size: As in `ConvexCombinationPrior`.
            seed: Integer: seed of the choice of latents that the prior keeps.

        Returns:
            A model to `compile`.

        Raises:
            ValueError: If an argument is out of range or unknown.

        Examples:
            >>> from keras_regen import ReGene
            >>> model = ReGene.for_images((28, 28, 1), ["cat", "dog"], width=0.1)
            >>> model.latent_dim, [loss.name for loss in model.image_losses]
            (117, ['mae_loss', 'ssim_loss'])
        """
        class_names = as_class_names(class_names)
        check_integer("seed", seed, 0)
        if classifier is None:
            classifier = regene_classifier(
                image_shape, len(class_names), blocks, convs_per_block, width
            )
        image_losses = [keras.losses.MeanAbsoluteError(name="mae_loss"), SSIMLoss()]
        if features is not None and not (
            isinstance(features, str) and features in ("inception", "self")
        ):
            raise ValueError(
                f"`features` must be 'inception', 'self' or None. Received: features={features!r}."
            )
        if features is not None:
            extractor = inception_features() if features == "inception" else features
            image_losses.append(PerceptualLoss(extractor))
        latent_dim = split_classifier(classifier, latent_layer)[0].output_shape[-1]
        return cls(
            classifier,
            regene_decoder(
                image_shape, latent_dim, width if decoder_width is None else decoder_width
            ),
            latent_layer,
            image_losses=image_losses,
            prior=ConvexCombinationPrior(
                len(class_names), num_sources, ratios, bank_size, seed=seed
            ),
            class_names=class_names,
        )

    def call(self, inputs: Any, training: bool | None = None) -> dict[str, Any]:
        images = unit_range(images_of(inputs))
        if isinstance(inputs, dict):
            latent = inputs["latent"]
        else:
            latent = ops.stop_gradient(self.encoder(images, training=False))
        outputs = {
            "probabilities": self._head_probabilities(latent),
            "latent": ops.cast(latent, "float32"),
            "reconstruction": ops.cast(self.decoder(latent, training=training), "float32"),
        }
        return {**outputs, "image": images} if training else outputs

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        terms = self._image_terms(x, y, y_pred, training)
        return self._objective.total(terms, sample_weight, self.losses)

    def _head_probabilities(self, latents):
        outputs = ops.cast(self.head(latents, training=False), "float32")
        return ops.softmax(outputs) if self.from_logits else outputs

    def _as_inputs(self, data):
        if self.cache_latents and (data.in_memory or data.arrays is not None):
            data.with_inputs({"image": data.images, "latent": self._latents(data.images)})

    def _before_fit(self, data, **options):
        if not self.cache_latents or data.known_labels is None:
            return
        labels = np.asarray(ops.convert_to_numpy(data.known_labels), "int64")
        classes = self.classify(data.images)
        accuracy, chance = np.mean(classes == labels), np.bincount(labels).max() / len(labels)
        if accuracy <= chance:
            warnings.warn(
                f"The classifier recognizes {accuracy:.1%} of the training images, not more than "
                "chance. Train it first, for instance by `fit_classifier`.",
                stacklevel=3,
            )

    def fit_classifier(
        self,
        x: Any = None,
        y: Any = None,
        *,
        loss: str = "cross_entropy",
        optimizer: Any = "adam",
        **kwargs: Any,
    ) -> keras.callbacks.History:
        """Trains the classifier, as `fit` of a `keras_regen.Classifier` with this network.

        The decoder does not change. If it is trained already, call `fit` afterwards: it has learned
        the latents of the former classifier.

        Args:
            x: Images or a dataset, as in `fit`.
            y: Labels; `None` with a dataset.
            loss: As in `keras_regen.Classifier`.
            optimizer: A Keras optimizer or its name.
            **kwargs: Further arguments of `keras.Model.fit`.

        Returns:
            A `keras.callbacks.History`.

        Raises:
            ValueError: If images or labels do not fit the model, or the loss is unknown.
        """
        model = Classifier(self.classifier, self.class_names, loss, self.from_logits)
        set_trainable(self.classifier, True)
        for layer in self._frozen:
            layer.trainable = False
        try:
            model.compile(optimizer)
            return model.fit(x, y, **kwargs)
        finally:
            set_trainable(self.classifier, False)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "latent_layer": self.latent_layer,
            "from_logits": self.from_logits,
            "cache_latents": self.cache_latents,
            "loss_weights": self.loss_weights,
        }
