"""Adversarial losses of the generator and the discriminator, computed from logits."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from keras import ops

from keras_regen.arrays import as_floats
from keras_regen.checks import check_choice


@dataclass(frozen=True)
class AdversarialObjective:
    """The adversarial losses of a generator and a discriminator.

    Each loss is a function from the logits of a batch to a loss of the same shape.

    Args:
        name: Name of the objective, a key of `OBJECTIVES`.
        real_loss: The discriminator's loss of the logits of real samples.
        fake_loss: The discriminator's loss of the logits of generated samples.
        generator_loss: The generator's loss of the logits of generated samples.

    Examples:
        >>> from keras_regen.losses.adversarial_objectives import adversarial_objective
        >>> float(adversarial_objective("wasserstein").generator_loss(2.0))
        -2.0
    """

    name: str
    real_loss: Callable[[Any], Any]
    fake_loss: Callable[[Any], Any]
    generator_loss: Callable[[Any], Any]

    def discriminator_loss(self, real_logits: Any, fake_logits: Any) -> Any:
        """Computes the loss of the discriminator.

        Args:
            real_logits: Tensor `(batch,)` or `(batch, 1)`: logits of real samples.
            fake_logits: Tensor of the same shape: logits of generated samples.

        Returns:
            Tensor of the same shape.

        Raises:
            ValueError: If the shapes differ, or the logits are not numbers.
        """
        real, fake = as_floats("real_logits", real_logits), as_floats("fake_logits", fake_logits)
        if tuple(real.shape) != tuple(fake.shape):
            raise ValueError(
                "`real_logits` and `fake_logits` must have the same shape. "
                f"Received: shapes {tuple(real.shape)} and {tuple(fake.shape)}."
            )
        # Not the operator `+`, which fails for two types of floats on TensorFlow.
        return ops.add(self.real_loss(real), self.fake_loss(fake))


# With the logits s = log(D / (1 - D)), -log D is softplus(-s) and -log(1 - D) is softplus(s).
OBJECTIVES = {
    objective.name: objective
    for objective in (
        AdversarialObjective(
            "minimax",
            real_loss=lambda logits: ops.softplus(-logits),
            fake_loss=lambda logits: ops.softplus(logits),
            generator_loss=lambda logits: -ops.softplus(logits),
        ),
        AdversarialObjective(
            "non_saturating",
            real_loss=lambda logits: ops.softplus(-logits),
            fake_loss=lambda logits: ops.softplus(logits),
            generator_loss=lambda logits: ops.softplus(-logits),
        ),
        AdversarialObjective(
            "least_squares",
            real_loss=lambda logits: 0.5 * ops.square(logits - 1.0),
            fake_loss=lambda logits: 0.5 * ops.square(logits),
            generator_loss=lambda logits: 0.5 * ops.square(logits - 1.0),
        ),
        AdversarialObjective(
            "hinge",
            real_loss=lambda logits: ops.relu(1.0 - logits),
            fake_loss=lambda logits: ops.relu(1.0 + logits),
            generator_loss=lambda logits: -logits,
        ),
        AdversarialObjective(
            "wasserstein",
            real_loss=lambda logits: -logits,
            fake_loss=lambda logits: logits,
            generator_loss=lambda logits: -logits,
        ),
    )
}


def adversarial_objective(name: str) -> AdversarialObjective:
    """Returns the adversarial objective with this name.

    Args:
        name: Name of the objective.

            - `"minimax"`: the generator maximizes the discriminator's loss of generated samples
              (DE-GAN, equation 11).
            - `"non_saturating"`: the generator has a gradient even if the discriminator is
              certain (Goodfellow et al., 2014).
            - `"least_squares"`: Mao et al., 2017.
            - `"hinge"`: a margin of 1 for real and generated samples.
            - `"wasserstein"`: Arjovsky et al., 2017. The discriminator needs bounded slopes, for
              example by `keras_regen.constraints.ClipWeights`.

    Returns:
        The objective.

    Raises:
        ValueError: If the name is unknown. The message lists the known names.

    Examples:
        >>> from keras_regen.losses.adversarial_objectives import adversarial_objective
        >>> objective = adversarial_objective("non_saturating")
        >>> round(float(objective.discriminator_loss(0.0, 0.0)), 4)  # 2 log 2
        1.3863
    """
    check_choice("objective", name, OBJECTIVES)
    return OBJECTIVES[name]
