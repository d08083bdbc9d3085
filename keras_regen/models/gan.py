"""GAN: a generator and a discriminator, trained against each other by the `fit` of Keras."""

import functools
from collections.abc import Mapping, Sequence
from typing import Any, Self

import keras
from keras import ops

from keras_regen.arrays import unit_range
from keras_regen.checks import as_integers, check_choice, check_integer, check_number, check_seed
from keras_regen.freezing import frozen_call
from keras_regen.gradients import scale_gradient
from keras_regen.layers import DifferentiableAugmentation, StandardNoise
from keras_regen.losses import HiddenSpaceLoss
from keras_regen.losses.adversarial_objectives import adversarial_objective
from keras_regen.models.adversarial_optimizer import adversarial_optimizer
from keras_regen.models.decoder_checks import check_network
from keras_regen.models.image_model import ImageModel
from keras_regen.models.objective import Objective
from keras_regen.models.training_views import check_augmentation
from keras_regen.networks import (
    degan_discriminator,
    degan_generator,
    dense_discriminator,
    dense_generator,
)
from keras_regen.priors import NoisePrior, StandardNormalPrior


@keras.saving.register_keras_serializable(package="keras_regen")
class GAN(ImageModel):
    """A generator that learns to make images that a discriminator cannot tell from real images.

    The discriminator learns in every step, and the generator in every `critic_steps`-th step, from
    the same generated images. The generator learns from the discriminator with fixed weights.

    Args:
        generator: Keras model from latents `(batch, latent_dim)` to images in [0, 1].
        discriminator: Keras model from images in [0, 1] to logits `(batch, 1)`, without sigmoid:
            the higher, the more real.
        prior: `keras_regen.priors.NoisePrior` that maps noise to the generator's latents.
            Defaults to `StandardNormalPrior`, which returns the noise itself.
        objective: `"minimax"`, `"non_saturating"`, `"least_squares"`, `"hinge"` or
            `"wasserstein"`: see `keras_regen.losses.adversarial_objective`.
        critic_steps: Integer, at least 1: steps of the discriminator for each step of the
            generator, which learns in the last of these steps, from the batch of this step alone.
        hidden_layer: Name of the discriminator's layer whose feature maps `HiddenSpaceLoss`
            compares; `None` for no such loss.
        loss_weights: Mapping from the names of losses (`"discriminator_loss"`,
            `"generator_loss"`, `"hidden_space_loss"`) to floats. Defaults to 1 for each. The
            paper's lambda 1 and 2 are the weights of `generator_loss` and `hidden_space_loss`.
        augmentation: Layer that changes every input image of the discriminator in training, such
            as `keras_regen.layers.DifferentiableAugmentation`, for small datasets; or `None`.
        seed: Integer: seed of the noise in training.
        class_names: Names of the classes of a prior with classes.
        **kwargs: Arguments of `keras.Model`.

    Input shape: `(batch, height, width, channels)`; integers 0..255 or floats 0..1.
    Output: a dict of the discriminator's `logits` `(batch, 1)`.

    Raises:
        ValueError: If the shapes of the networks or of the prior's latents do not fit together, the
            objective is unknown, `critic_steps` is below 1, or the discriminator has no layer of
            the given name.

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

    _PARTS = ("generator", "discriminator", "prior", "augmentation")
    _needs_labels = False
    # An adversarial loss depends on the other network, so it does not measure the images.
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
        **kwargs: Any,
    ):
        check_integer("critic_steps", critic_steps, 1)
        check_seed(seed)
        check_network("generator", generator)
        check_network("discriminator", discriminator)
        check_augmentation(augmentation)
        super().__init__(generator.output_shape[1:], class_names, **kwargs)
        self.generator = self.decoder = generator
        self.discriminator = discriminator
        self.prior = StandardNormalPrior(self.latent_dim) if prior is None else prior
        self.augmentation = augmentation
        self.objective = objective
        self.critic_steps = critic_steps
        self.hidden_layer = hidden_layer
        self.seed = seed
        self._adversarial = adversarial_objective(objective)
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
        if critic_steps > 1:
            self._critic_step = self.add_weight(
                shape=(),
                initializer="zeros",
                trainable=False,
                dtype="int32",
                autocast=False,
                aggregation="only_first_replica",
                name="critic_step",
            )
        self._objective = Objective((), names, loss_weights)
        self._logit_trackers = {
            name: keras.metrics.Mean(name=name) for name in ("real_logits", "fake_logits")
        }
        self.build((None, *self.image_shape))

    @classmethod
    def for_images(
        cls,
        image_shape: tuple[int, int, int],
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
    ) -> Self:
        """Builds a GAN with the networks of the DE-GAN paper, or with dense networks.

        Args:
            image_shape: `(height, width, channels)`, as in `degan_generator`.
            network: `"convolutional"`, the networks of the paper's tables, or `"dense"`.
            latent_dim: Integer: dimensions of the latent.
            width: Float: scales the convolutional networks; less than 1 for small machines.
            hidden: Units of the dense generator's hidden layers. The dense discriminator has the
                first two numbers in reverse order.
            objective: As in the constructor.
            critic_steps: As in the constructor.
            clip: Float: largest absolute weight of the discriminator, for `"wasserstein"`. A
                convolutional discriminator then has no batch normalization. `None` for no limit.
            hidden_layer: As in the constructor. `"features"` is the last hidden layer.
            hidden_weight: Float: weight of the hidden-space loss, if `hidden_layer` is given.
            augmentation: Arguments of `DifferentiableAugmentation`, such as
                `{"translation": 0.125, "cutout": 0, "color": False}`; `None` for none.
            seed: Integer: seed of the noise and of the augmentation.

        Returns:
            A model to `compile`.

        Raises:
            ValueError: If an argument is out of range or unknown.

        Examples:
            >>> from keras_regen import GAN
            >>> GAN.for_images((28, 28, 1), width=0.1, objective="hinge").latent_dim
            128
        """
        check_number("hidden_weight", hidden_weight, 0)
        check_integer("seed", seed, 0)
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
            augmentation=build_augmentation(augmentation, seed),
            seed=seed,
        )

    def compile(
        self,
        optimizer: keras.optimizers.Optimizer | str | Mapping[str, object] = "adam",
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Configures training, as `ImageModel.compile`.

        Args:
            optimizer: A Keras optimizer or its name, for both networks; or a dict with an
                optimizer for each, `{"discriminator": ..., "generator": ...}`. With
                `use_ema=True` in its optimizer, the generator has the moving average of its
                weights when `fit` ends.
            *args: Further arguments, as in `ImageModel.compile`.
            **kwargs: Further arguments, as in `ImageModel.compile`.

        Raises:
            ValueError: If a dict does not have an optimizer for each network, an optimizer is
                unknown, or variables of both networks have the same path.
        """
        networks = {
            "discriminator": self.discriminator.variables,
            "generator": self.generator.variables,
        }
        optimizer = adversarial_optimizer(optimizer, networks, self.critic_steps)
        if self.critic_steps > 1:
            self._critic_step.assign(0)  # as in the new optimizer
        super().compile(optimizer, *args, **kwargs)

    def call(self, inputs: Any, training: bool | None = None) -> dict[str, Any]:
        images = unit_range(inputs)
        logits, hidden = self._discriminate(self._augmented(images, training), training)
        outputs = {"logits": logits}
        if training and hidden is not None:
            # Only for the loss: `predict` does not return the feature maps of all images.
            outputs["hidden"] = hidden
        return outputs

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        fake = self._augmented(self._generate_batch(x, training), training)
        fake_logits, _ = self._discriminate(ops.stop_gradient(fake), training)
        if training and self.critic_steps > 1:
            fake = self._for_last_critic_step(fake)
        # With fixed weights: only its own loss, above, trains the discriminator.
        generator_logits, hidden = self._discriminate(fake, training, frozen=True)
        adversarial = self._adversarial
        terms = {
            "discriminator_loss": adversarial.discriminator_loss(y_pred["logits"], fake_logits),
            "generator_loss": adversarial.generator_loss(generator_logits),
        }
        terms = {name: values[:, 0] for name, values in terms.items()}
        if self.hidden_layer is not None:
            real = y_pred["hidden"] if training else self._discriminate(unit_range(x), training)[1]
            terms[self._hidden_loss.name] = self._hidden_loss.call(ops.stop_gradient(real), hidden)
        for name, logits in (("real_logits", y_pred["logits"]), ("fake_logits", fake_logits)):
            self._logit_trackers[name].update_state(logits)
        return self._objective.total(terms, sample_weight, self.losses)

    def _before_fit(self, data, **options):
        self.prior.check_ready()

    def _generate_batch(self, x, training):
        """Generates a batch of the size of `x`, with gradients that reach the generator."""
        latents = ops.stop_gradient(self.prior(self._noise(x)))
        return ops.cast(self.generator(latents, training=training), "float32")

    def _for_last_critic_step(self, fake):
        """Returns images whose gradients reach the generator in the last critic step only.

        The optimizer of the generator learns from the mean of the gradients of all critic steps.
        All but one are 0, so the factor makes the mean the gradient of the last step.
        """
        step = self._critic_step + 1
        is_last = ops.equal(step, self.critic_steps)
        self._critic_step.assign(ops.where(is_last, 0, step))
        return scale_gradient(fake, self.critic_steps * ops.cast(is_last, "float32"))

    def _augmented(self, images, training):
        """Returns the inputs of the discriminator."""
        if self.augmentation is None:
            return images
        return self.augmentation(images, training=training)

    def _discriminate(self, images, training, frozen=False):
        """Returns the logits of images, and their feature maps for a hidden-space loss."""
        network = self.discriminator if self.hidden_layer is None else self._critic
        call = functools.partial(frozen_call, network) if frozen else network
        outputs = call(images, training=training)
        logits, hidden = (outputs, None) if self.hidden_layer is None else outputs
        return ops.cast(logits, "float32"), hidden

    def _check_parts(self):
        prior, discriminator = self.prior, self.discriminator
        if not isinstance(prior, NoisePrior):
            raise ValueError(
                "`prior` must be a `keras_regen.priors.NoisePrior`, which maps noise to latents in "
                f"every step, such as `StandardNormalPrior`. Received: prior={prior!r}."
            )
        if prior.latent_dim != self.latent_dim:
            raise ValueError(
                f"The prior must sample latents of the generator's {self.latent_dim} dimensions. "
                f"Received: a prior of {prior.latent_dim} dimensions."
            )
        if discriminator.input_shape[1:] != self.image_shape:
            raise ValueError(
                f"The discriminator must take the generator's images of shape {self.image_shape}. "
                f"Received: a discriminator of shape {discriminator.input_shape[1:]}."
            )
        if discriminator.output_shape != (None, 1):
            raise ValueError(
                "The discriminator must return a logit for each image, (batch, 1). "
                f"Received: {discriminator.output_shape}."
            )
        names = [layer.name for layer in discriminator.layers]
        known = self.hidden_layer is None or (
            isinstance(self.hidden_layer, str) and self.hidden_layer in names
        )
        if not known:
            raise ValueError(
                f"The discriminator has no layer {self.hidden_layer!r}. "
                f"Its layers: {', '.join(names)}."
            )

    def get_config(self) -> dict[str, Any]:
        names = ("objective", "critic_steps", "hidden_layer", "seed")
        arguments = {name: getattr(self, name) for name in names}
        return {**super().get_config(), "loss_weights": self.loss_weights, **arguments}


def adversarial_networks(
    image_shape: tuple[int, int, int],
    network: str,
    latent_dim: int,
    width: float,
    hidden: Sequence[int],
    clip: float | None,
) -> tuple[keras.Model, keras.Model]:
    """Builds the generator and the discriminator of `GAN.for_images`."""
    check_choice("network", network, ("convolutional", "dense"))
    if network == "convolutional":
        return (
            degan_generator(image_shape, latent_dim, width),
            degan_discriminator(image_shape, width, normalization=clip is None, clip=clip),
        )
    hidden = as_integers("hidden", hidden, 1)
    return (
        dense_generator(image_shape, latent_dim, hidden),
        dense_discriminator(image_shape, hidden[1::-1], clip),
    )


def build_augmentation(
    arguments: Mapping[str, float] | None, seed: int
) -> DifferentiableAugmentation | None:
    """Builds the augmentation of `GAN.for_images`."""
    if arguments is None:
        return None
    known = ("translation", "cutout", "color")
    if not isinstance(arguments, Mapping) or not set(arguments) <= set(known):
        raise ValueError(
            f"`augmentation` must be None or a dict of {known}. "
            f"Received: augmentation={arguments!r}."
        )
    return DifferentiableAugmentation(**arguments, seed=seed)
