"""GAN: a generator and a discriminator, trained against each other by stock `fit`."""

from collections.abc import Mapping, Sequence

import keras
from keras import ops

from keras_regen.checks import check_integer
from keras_regen.layers import DifferentiableAugmentation, StandardNoise
from keras_regen.losses import HiddenSpaceLoss
from keras_regen.losses.adversarial import objective as objective_of
from keras_regen.models.players import adversarial_optimizer, frozen_call
from keras_regen.models.weighted_losses import WeightedLossModel
from keras_regen.networks import (
    degan_discriminator,
    degan_generator,
    dense_discriminator,
    dense_generator,
)
from keras_regen.pixel_range import unit_range
from keras_regen.priors import NoisePrior, StandardNormalPrior


@keras.saving.register_keras_serializable(package="keras_regen")
class GAN(WeightedLossModel):
    """A generator that learns to draw what a discriminator cannot tell from real images.

    Both players learn in every step, from the same drawn images: the discriminator from their
    values, the generator from a discriminator that stands still.

    Args:
        generator: Keras model from latents `(batch, latent_dim)` to images in [0, 1].
        discriminator: Keras model from images in [0, 1] to scores `(batch, 1)`: a higher score is
            more real, without sigmoid.
        prior: `keras_regen.priors.NoisePrior` that makes the generator's latents of noise.
            Defaults to `StandardNormalPrior`: the noise itself.
        objective: `"minimax"`, `"non_saturating"`, `"least_squares"`, `"hinge"` or
            `"wasserstein"`: see `keras_regen.losses.adversarial.objective`.
        critic_steps: Integer, at least 1: steps of the discriminator for each of the generator,
            which then learns from the mean of its gradients in them.
        hidden_layer: Name of the discriminator's layer whose maps `HiddenSpaceLoss` compares;
            `None` for no such loss.
        loss_weights: Mapping from the names of losses (`"discriminator_loss"`,
            `"generator_loss"`, `"hidden_space_loss"`) to floats. Defaults to 1 for each. The
            paper's lambda 1 and 2 are those of `generator_loss` and `hidden_space_loss`.
        augmentation: Layer that changes every image that the discriminator sees in training, such
            as `keras_regen.layers.DifferentiableAugmentation`, for small data; `None` for none.
        seed: Integer: of the noise in training.
        **kwargs: Arguments of `keras.Model`.

    Input shape: `(batch, height, width, channels)`; integers 0..255 or floats 0..1.
    Output: a dict of the discriminator's `score` `(batch, 1)`.

    Raises:
        ValueError: If the networks' shapes do not fit together or two of their variables have one
            path, the prior draws other latents, the objective is not known (the message has those
            that are), `critic_steps` is below 1, or there is no such layer.

    Source: DE-GAN, sections II-B and II-C, equations 10 to 13.

    Examples:
        >>> import numpy as np
        >>> from keras_regen import GAN, generate
        >>> from keras_regen.networks import dense_discriminator, dense_generator
        >>> model = GAN(
        ...     dense_generator((8, 8, 1), latent_dim=4, hidden=(8,)),
        ...     dense_discriminator((8, 8, 1), hidden=(8,)),
        ... )
        >>> model.compile("adam")
        >>> images = np.random.default_rng(0).random((20, 8, 8, 1))
        >>> history = model.fit(images, verbose=0)
        >>> sorted(history.history)
        ['discriminator_loss', 'fake_logits', 'generator_loss', 'loss', 'real_logits']
        >>> generate(model, num_samples=5, seed=0).shape
        (5, 8, 8, 1)
    """

    PARTS = ("generator", "discriminator", "prior", "augmentation")
    needs_labels = False
    # A player's loss says how good the other one is, and not how good the images are.
    monitor = None

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        prior: NoisePrior | None = None,
        objective: str = "non_saturating",
        *,
        critic_steps: int = 1,
        hidden_layer: str | None = None,
        loss_weights: Mapping[str, float] | None = None,
        augmentation: keras.layers.Layer | None = None,
        seed: int | None = None,
        class_names: Sequence[str] | None = None,
        **kwargs,
    ):
        check_integer("critic_steps", critic_steps, 1)
        super().__init__(generator.output_shape[1:], class_names, **kwargs)
        self.generator = self.decoder = generator
        self.discriminator = discriminator
        self.prior = StandardNormalPrior(self.latent_dim) if prior is None else prior
        self.augmentation = augmentation
        self.objective = objective
        self.critic_steps = critic_steps
        self.hidden_layer = hidden_layer
        self.seed = seed
        self._objective = objective_of(objective)
        self._check_parts()
        names = ["discriminator_loss", "generator_loss"]
        if hidden_layer is not None:
            self._hidden_loss = HiddenSpaceLoss()
            names.append(self._hidden_loss.name)
            self._critic = keras.Model(
                discriminator.inputs,
                [discriminator.output, discriminator.get_layer(hidden_layer).output],
                name="critic",
            )
        self._noise = StandardNoise(self.prior.noise_dim, seed)
        self.set_losses(names, loss_weights)
        self.score_trackers = {
            name: keras.metrics.Mean(name=name) for name in ("real_logits", "fake_logits")
        }
        self.build((None, *self.image_shape))

    @classmethod
    def for_images(
        cls,
        image_shape: tuple[int, int, int],
        class_names: Sequence[str] | None = None,
        *,
        network: str = "convolutional",
        latent_dim: int = 128,
        width: float = 1.0,
        hidden: Sequence[int] = (256, 512, 1024),
        objective: str = "non_saturating",
        critic_steps: int = 1,
        clip: float | None = None,
        hidden_layer: str | None = None,
        hidden_weight: float = 1.0,
        augmentation: Mapping[str, float] | None = None,
        seed: int = 0,
    ) -> "GAN":
        """Builds a GAN of the DE-GAN paper's networks, or of dense ones, for images of a shape.

        Args:
            image_shape: `(height, width, channels)`, as in `degan_generator`.
            class_names: Not used: a GAN knows no classes.
            network: `"convolutional"`, the networks of the paper's tables, or `"dense"`.
            latent_dim: Integer: dimensions of the latent.
            width: Float: scales the convolutional networks; less than 1 for small machines.
            hidden: Units of the dense generator's hidden layers; the dense discriminator has the
                first two of them in reverse.
            objective: As in the constructor.
            critic_steps: As in the constructor.
            clip: Float: the largest weight of the discriminator in size, as for `"wasserstein"`;
                a convolutional discriminator then is without batch normalization. `None` for any.
            hidden_layer: As in the constructor: `"features"` is the last of the hidden layers.
            hidden_weight: Float: weight of the hidden-space loss, if there is one.
            augmentation: Arguments of `DifferentiableAugmentation`, such as
                `{"translation": 0.125, "cutout": 0, "color": False}`; `None` for none.
            seed: Integer: of the noise and of the augmentation.

        Returns:
            A model to `compile`.

        Raises:
            ValueError: If an argument is out of range or not known.

        Examples:
            >>> from keras_regen import GAN
            >>> GAN.for_images((28, 28, 1), width=0.1, objective="hinge").latent_dim
            128
        """
        generator, discriminator = adversarial_networks(
            image_shape, network, latent_dim, width, hidden, clip
        )
        return cls(
            generator,
            discriminator,
            objective=objective,
            critic_steps=critic_steps,
            hidden_layer=hidden_layer,
            loss_weights={} if hidden_layer is None else {"hidden_space_loss": hidden_weight},
            augmentation=augmentation_of(augmentation, seed),
            seed=seed,
        )

    def compile(
        self,
        optimizer: keras.optimizers.Optimizer | str | Mapping[str, object] = "adam",
        *args,
        **kwargs,
    ):
        """Configures training, as `keras.Model.compile`.

        Args:
            optimizer: A Keras optimizer or its name, for both players; or a dict with one for
                each, `{"discriminator": ..., "generator": ...}`. A generator's optimizer with
                `use_ema=True` leaves the generator with the moving average of its weights when
                `fit` ends.
            *args: As in `CSAE.compile`.
            **kwargs: As in `CSAE.compile`.

        Raises:
            ValueError: If a dict is not of both players.
        """
        players = {
            "discriminator": self.discriminator.variables,
            "generator": self.generator.variables,
        }
        optimizer = adversarial_optimizer(optimizer, players, self.critic_steps)
        super().compile(optimizer, *args, **kwargs)

    def fit(self, x=None, y=None, *args, **kwargs):
        """Trains both players, as `keras.Model.fit`.

        Raises:
            ValueError: If the images are not as the model needs them, or the prior is not trained.
        """
        self.prior.check_ready()
        return super().fit(x, y, *args, **kwargs)

    def call(self, inputs, training=None):
        score, hidden = self._judged(self._seen(unit_range(inputs), training), training)
        outputs = {"score": score}
        if training and hidden is not None:
            # Only for the loss: nobody wants the maps of all images from `predict`.
            outputs["hidden"] = hidden
        return outputs

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        drawn = self._seen(self._drawn(x, training), training)
        fake_logits, _ = self._judged(ops.stop_gradient(drawn), training)
        # The discriminator as it stands: nothing but its own loss, above, moves it.
        judged, hidden = self._judged(drawn, training, frozen_call)
        terms = {
            "discriminator_loss": self._objective.discriminator_loss(y_pred["score"], fake_logits),
            "generator_loss": self._objective.generator_loss(judged),
        }
        terms = {name: values[:, 0] for name, values in terms.items()}
        if self.hidden_layer is not None:
            real = y_pred["hidden"] if training else self._judged(unit_range(x), training)[1]
            terms[self._hidden_loss.name] = self._hidden_loss.call(ops.stop_gradient(real), hidden)
        for name, scores in (("real_logits", y_pred["score"]), ("fake_logits", fake_logits)):
            self.score_trackers[name].update_state(scores)
        return self.weighted_sum(terms, sample_weight)

    def _drawn(self, x, training):
        """As many images as the batch has, with their gradient to the generator."""
        latents = ops.stop_gradient(self.prior(self._noise(x)))
        return ops.cast(self.generator(latents, training=training), "float32")

    def _seen(self, images, training):
        """Images as the discriminator sees them."""
        if self.augmentation is None:
            return images
        return self.augmentation(images, training=training)

    def _judged(self, images, training, call=None):
        """The scores of images and, if there is a hidden loss, their maps."""
        network = self.discriminator if self.hidden_layer is None else self._critic
        outputs = (call or _plain_call)(network, images, training)
        score, hidden = (outputs, None) if self.hidden_layer is None else outputs
        return ops.cast(score, "float32"), hidden

    def _check_parts(self):
        prior, discriminator = self.prior, self.discriminator
        if not isinstance(prior, NoisePrior):
            raise ValueError(
                "`prior` must be a `keras_regen.priors.NoisePrior`, which makes latents of noise "
                f"in every step, such as `StandardNormalPrior`. Received: prior={prior!r}."
            )
        if prior.latent_dim != self.latent_dim:
            raise ValueError(
                f"The generator draws from latents of {self.latent_dim} dimensions. "
                f"Received: a prior of {prior.latent_dim}."
            )
        if discriminator.input_shape[1:] != self.image_shape:
            raise ValueError(
                f"The generator draws images of shape {self.image_shape}. "
                f"Received: a discriminator of {discriminator.input_shape[1:]}."
            )
        if discriminator.output_shape != (None, 1):
            raise ValueError(
                "The discriminator must give one score for each image, (batch, 1). "
                f"Received: {discriminator.output_shape}."
            )
        names = [layer.name for layer in discriminator.layers]
        if self.hidden_layer is not None and self.hidden_layer not in names:
            raise ValueError(
                f"The discriminator has no layer {self.hidden_layer!r}. "
                f"Its layers: {', '.join(names)}."
            )

    def get_config(self):
        names = ("objective", "critic_steps", "hidden_layer", "seed")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def adversarial_networks(
    image_shape: tuple[int, int, int],
    network: str,
    latent_dim: int,
    width: float,
    hidden: Sequence[int],
    clip: float | None,
) -> tuple[keras.Model, keras.Model]:
    """Builds the generator and the discriminator that `GAN.for_images` describes."""
    if network == "convolutional":
        return (
            degan_generator(image_shape, latent_dim, width),
            degan_discriminator(image_shape, width, normalization=clip is None, clip=clip),
        )
    if network == "dense":
        return (
            dense_generator(image_shape, latent_dim, hidden),
            dense_discriminator(image_shape, tuple(hidden)[1::-1], clip),
        )
    raise ValueError(
        f"`network` must be 'convolutional' or 'dense'. Received: network={network!r}."
    )


def augmentation_of(arguments: Mapping[str, float] | None, seed: int):
    """Builds the augmentation that `GAN.for_images` describes."""
    return None if arguments is None else DifferentiableAugmentation(**arguments, seed=seed)


def _plain_call(network, images, training):
    return network(images, training=training)
