"""What the two players of an adversarial training minimize, from the discriminator's scores."""

from collections.abc import Callable
from dataclasses import dataclass

from keras import ops


@dataclass(frozen=True)
class Objective:
    """The two losses of an adversarial training, each of every sample of a batch.

    Args:
        name: Its name, one of `OBJECTIVES`.
        real_loss: Function from the scores of real samples to what the discriminator minimizes.
        fake_loss: Function from the scores of drawn samples to what the discriminator minimizes.
        generator_loss: Function from the scores of drawn samples to what the generator minimizes.

    Examples:
        >>> from keras_regen.losses.adversarial import objective
        >>> float(objective("wasserstein").generator_loss(2.0))
        -2.0
    """

    name: str
    real_loss: Callable
    fake_loss: Callable
    generator_loss: Callable

    def discriminator_loss(self, real_scores, fake_scores):
        """Gives what the discriminator minimizes, of as many real samples as drawn ones.

        Args:
            real_scores: Tensor `(batch,)` or `(batch, 1)`: a higher score is more real.
            fake_scores: Tensor of the same shape.

        Returns:
            Tensor of the same shape.
        """
        return self.real_loss(real_scores) + self.fake_loss(fake_scores)


# With scores s = log(D / (1 - D)): -log D(x) is softplus(-s), and -log(1 - D(x)) is softplus(s).
OBJECTIVES = {
    one.name: one
    for one in (
        Objective(
            "minimax",
            real_loss=lambda scores: ops.softplus(-scores),
            fake_loss=lambda scores: ops.softplus(scores),
            generator_loss=lambda scores: -ops.softplus(scores),
        ),
        Objective(
            "non_saturating",
            real_loss=lambda scores: ops.softplus(-scores),
            fake_loss=lambda scores: ops.softplus(scores),
            generator_loss=lambda scores: ops.softplus(-scores),
        ),
        Objective(
            "least_squares",
            real_loss=lambda scores: 0.5 * ops.square(scores - 1.0),
            fake_loss=lambda scores: 0.5 * ops.square(scores),
            generator_loss=lambda scores: 0.5 * ops.square(scores - 1.0),
        ),
        Objective(
            "hinge",
            real_loss=lambda scores: ops.relu(1.0 - scores),
            fake_loss=lambda scores: ops.relu(1.0 + scores),
            generator_loss=lambda scores: -scores,
        ),
        Objective(
            "wasserstein",
            real_loss=lambda scores: -scores,
            fake_loss=lambda scores: scores,
            generator_loss=lambda scores: -scores,
        ),
    )
}


def objective(name: str) -> Objective:
    """Gives the adversarial objective of this name.

    Args:
        name: `"minimax"`, where the generator maximizes what the discriminator minimizes (DE-GAN,
            equation 11); `"non_saturating"`, whose generator still has a gradient when the
            discriminator is sure (Goodfellow et al., 2014); `"least_squares"` (Mao et al., 2017);
            `"hinge"`; or `"wasserstein"` (Arjovsky et al., 2017), for a discriminator whose slope
            is bounded, as by `keras_regen.constraints.ClipWeights`.

    Raises:
        ValueError: If there is none; the message has those that there are.

    Examples:
        >>> from keras_regen.losses.adversarial import objective
        >>> round(float(objective("non_saturating").discriminator_loss(0.0, 0.0)), 4)  # 2 log 2
        1.3863
    """
    if name not in OBJECTIVES:
        raise ValueError(
            f"`objective` must be one of {sorted(OBJECTIVES)}. Received: objective={name!r}."
        )
    return OBJECTIVES[name]
