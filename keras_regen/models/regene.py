"""ReGene: a trained classifier, and a decoder that draws images of its latents."""

import warnings
from collections.abc import Mapping, Sequence

import keras
import numpy as np
from keras import ops

from keras_regen.freezing import set_trainable
from keras_regen.losses import PerceptualLoss, SSIMLoss
from keras_regen.models.autoencoding import AutoencodingModel
from keras_regen.models.classifier import Classifier
from keras_regen.models.classifier_parts import returns_logits, split_classifier
from keras_regen.models.inputs import as_arrays, images_of, is_array
from keras_regen.networks import inception_features, regene_classifier, regene_decoder
from keras_regen.networks.regene import LATENT_LAYER
from keras_regen.pixel_range import unit_range
from keras_regen.priors import ConvexCombinationPrior, Prior


@keras.saving.register_keras_serializable(package="keras_regen")
class ReGene(AutoencodingModel):
    """Any classifier, made to draw: a decoder turns its latents back into images.

    The classifier is trained first, by `fit_classifier` or in any other way. `fit` then trains
    the decoder, while the classifier stays as it is. New images are decoded from convex
    combinations of the training images' latents, which a linear classifier puts in the class of
    their sources (lemma 1).

    Args:
        classifier: Functional Keras model from images `(batch, height, width, channels)` in
            [0, 1] to probabilities or scores `(batch, num_classes)`. It is frozen.
        decoder: Keras model from latents `(batch, latent_dim)` to images.
        latent_layer: Name of the classifier's layer whose output is the latent.
        image_losses: A loss of (image, reconstruction) or a sequence of them, added up. Defaults
            to the mean absolute error and `SSIMLoss()`.
        loss_weights: Mapping from the names of losses to floats. Defaults to 1 for each.
        prior: `keras_regen.priors.Prior`. Defaults to `ConvexCombinationPrior`.
        class_names: Names of the classes. Defaults to `"0"`, `"1"`, ...
        from_logits: Boolean: whether the classifier gives scores rather than probabilities.
            `None` looks at its last layer: softmax or not.
        **kwargs: Arguments of `keras.Model`.

    Attributes:
        encoder: Model from images to latents, a part of the classifier.
        head: Model from latents to the classifier's output, the other part.

    Input shape: `(batch, height, width, channels)`; integers 0..255 or floats 0..1. Or a dict of
    `"image"` and the `"latent"` that was encoded before, as `prepare` gives.
    Output: a dict of `probabilities` `(batch, num_classes)`, `latent` `(batch, latent_dim)` and
    `reconstruction` in the images' shape.

    Raises:
        ValueError: If the classifier has no such layer (the message has those that there are) or
            no single output, the decoder does not fit it, it cannot be seen whether the
            classifier gives scores, or the losses, prior or class names do not fit.

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

    PARTS = ("classifier", "decoder", "image_losses", "prior")
    # Its classifier is trained before, and its accuracy does not change any more.
    monitor = "val_loss"
    # Options of `for_images` that are of the classifier as much as of the decoder.
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
        **kwargs,
    ):
        encoder, head = split_classifier(classifier, latent_layer)
        num_classes = head.output_shape[-1]
        if image_losses is None:
            image_losses = [keras.losses.MeanAbsoluteError(name="mae_loss"), SSIMLoss()]
        super().__init__(
            encoder.input_shape[1:],
            [str(label) for label in range(num_classes)] if class_names is None else class_names,
            image_losses,
            loss_weights,
            network=classifier,
            **kwargs,
        )
        self.classifier = classifier
        # What its owner had frozen stays frozen in `fit_classifier`; of a classifier that is
        # frozen whole, as one loaded from a file is, nothing of the kind is known.
        self._frozen = [
            layer
            for layer in classifier._flatten_layers()
            if classifier.trainable > layer.trainable
        ]
        set_trainable(classifier, False)
        self.latent_layer = latent_layer
        self.encoder, self.head = encoder, head
        self.decoder = decoder
        self.prior = prior or ConvexCombinationPrior(num_classes)
        self.from_logits = returns_logits(classifier) if from_logits is None else bool(from_logits)
        self.accuracy = keras.metrics.SparseCategoricalAccuracy(name="accuracy")
        self.check_decoder()
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
    ) -> "ReGene":
        """Builds a ReGene of the paper's networks for images of a shape.

        Args:
            image_shape: `(height, width, channels)`, as in `regene_classifier`.
            class_names: Names of the classes, at least two.
            classifier: A classifier that is trained already, as in the constructor. Defaults to
                a new `regene_classifier`, to be trained by `fit_classifier`.
            latent_layer: Name of the layer of a given classifier whose output is the latent.
            blocks: As in `regene_classifier`.
            convs_per_block: As in `regene_classifier`.
            width: Float: scales the filters of both networks; less than 1 for small machines.
            decoder_width: Float: scales the decoder's filters, if other than the classifier's.
            features: What the perceptual loss compares: `"inception"`, the first convolution of
                InceptionV3, which Keras downloads; `"self"`, the classifier's own first maps; or
                `None` for no perceptual loss.
            num_sources: As in `ConvexCombinationPrior`.
            ratios: As in `ConvexCombinationPrior`.
            bank_size: As in `ConvexCombinationPrior`.
            seed: Integer: of the choice of latents that the prior keeps.

        Returns:
            A model to `compile`.

        Raises:
            ValueError: If an argument is out of range or not known.

        Examples:
            >>> from keras_regen import ReGene
            >>> model = ReGene.for_images((28, 28, 1), ["cat", "dog"], width=0.1)
            >>> model.latent_dim, [loss.name for loss in model.image_losses]
            (117, ['mae_loss', 'ssim_loss'])
        """
        classifier = classifier or regene_classifier(
            image_shape, len(class_names), blocks, convs_per_block, width
        )
        image_losses = [keras.losses.MeanAbsoluteError(name="mae_loss"), SSIMLoss()]
        if features not in ("inception", "self", None):
            raise ValueError(
                f"`features` must be 'inception', 'self' or None. Received: features={features!r}."
            )
        if features is not None:
            extractor = inception_features() if features == "inception" else features
            image_losses.append(PerceptualLoss(extractor))
        latent_dim = split_classifier(classifier, latent_layer)[0].output_shape[-1]
        return cls(
            classifier,
            regene_decoder(image_shape, latent_dim, decoder_width or width),
            latent_layer,
            image_losses=image_losses,
            prior=ConvexCombinationPrior(
                len(class_names), num_sources, ratios, bank_size, seed=seed
            ),
            class_names=class_names,
        )

    def call(self, inputs, training=None):
        if isinstance(inputs, dict):
            latent = inputs["latent"]
        else:
            latent = ops.stop_gradient(self.encoder(unit_range(inputs), training=False))
        return {
            "probabilities": self.head_probabilities(latent),
            "latent": ops.cast(latent, "float32"),
            "reconstruction": ops.cast(self.decoder(latent, training=training), "float32"),
        }

    def head_probabilities(self, latents):
        """Gives the classifier's probabilities for a tensor of latents."""
        outputs = ops.cast(self.head(latents, training=False), "float32")
        return ops.softmax(outputs) if self.from_logits else outputs

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        terms = self.image_terms(unit_range(images_of(x)), y_pred["reconstruction"])
        return self.weighted_sum(terms, sample_weight)

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        self.accuracy.update_state(y, y_pred["probabilities"], sample_weight)
        return super().compute_metrics(images_of(x), y, y_pred, sample_weight)

    def prepare(self, x):
        """Encodes training images once, for a training that shall not do it in every step.

        Args:
            x: Images `(num_samples, height, width, channels)`.

        Returns:
            A dict of `"image"`, the images, and `"latent"` `(num_samples, latent_dim)`: what
            `fit` takes in their place.

        Raises:
            ValueError: If the images are not as the model needs them.
        """
        return {"image": x, "latent": self.encode(x)}

    def fit(
        self,
        x=None,
        y=None,
        *args,
        validation_data=None,
        cache_latents: bool = True,
        **kwargs,
    ):
        """Trains the decoder, then adapts the prior to the latents of the training images.

        Args:
            x: Images `(num_samples, height, width, channels)`, or a dataset of (images, labels)
                batches, as in `keras.Model.fit`.
            y: Integer labels `(num_samples,)`; left out with a dataset.
            *args: Further arguments of `keras.Model.fit`.
            validation_data: As in `keras.Model.fit`.
            cache_latents: Boolean: whether to encode arrays once, before the first epoch, and
                not in every step. Streams, whose images may differ from epoch to epoch, are
                always encoded in every step.
            **kwargs: As in `ImageModel.fit`.

        Returns:
            A `keras.callbacks.History`.

        Raises:
            ValueError: If images or labels are not as the model needs them.
        """
        x, y = as_arrays(x, y)
        if cache_latents and is_array(x):
            self.check_data(x, y)
            x = self.prepare(x)
            self._warn_untrained(x["latent"], np.asarray(y))
            if isinstance(validation_data, tuple) and is_array(validation_data[0]):
                self.check_data(*validation_data[:2])
                validation_data = (self.prepare(validation_data[0]), *validation_data[1:])
        return super().fit(x, y, *args, validation_data=validation_data, **kwargs)

    def fit_classifier(self, x=None, y=None, *, loss="cross_entropy", optimizer="adam", **kwargs):
        """Trains the classifier, as a `keras_regen.Classifier` around it does.

        The decoder is not touched: what it had learned belongs to the classifier as it was.

        Args:
            x: Images or a dataset, as in `fit`.
            y: Integer labels; left out with a dataset.
            loss: As in `keras_regen.Classifier`.
            optimizer: A Keras optimizer or its name.
            **kwargs: Further arguments of `keras.Model.fit`.

        Returns:
            A `keras.callbacks.History`.

        Raises:
            ValueError: If images or labels are not as the model needs them, or the loss is not
                known.
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

    def _warn_untrained(self, latents, labels):
        found = np.argmax(self.latent_probabilities(latents), axis=-1)
        accuracy, chance = np.mean(found == labels), np.bincount(labels).max() / len(labels)
        if accuracy <= chance:
            warnings.warn(
                f"The classifier puts {accuracy:.1%} of the training images in their class, no "
                "more than chance: is it trained? `fit_classifier` trains it.",
                stacklevel=3,
            )

    def get_config(self):
        return {
            **super().get_config(),
            "latent_layer": self.latent_layer,
            "from_logits": self.from_logits,
        }
