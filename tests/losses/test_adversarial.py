"""The adversarial objectives against their formulas, of probabilities where they have them."""

import numpy as np
import pytest

from keras_regen.losses.adversarial import OBJECTIVES, objective
from tests.contract import gradients, to_numpy

REAL = np.array([-3.0, -0.5, 0.3, 0.9, 4.0], "float32")
FAKE = np.array([2.0, -1.7, 0.0, 1.2, -4.0], "float32")


def probability(scores):
    return 1 / (1 + np.exp(-scores.astype("float64")))


def log_likelihood(real, fake):
    """What equation 10 has the discriminator maximize, pair by pair."""
    return np.log(probability(real)) + np.log(1 - probability(fake))


# Of each objective the discriminator's loss and the generator's.
FORMULAS = {
    "minimax": (
        lambda real, fake: -log_likelihood(real, fake),
        lambda fake: np.log(1 - probability(fake)),
    ),
    "non_saturating": (
        lambda real, fake: -log_likelihood(real, fake),
        lambda fake: -np.log(probability(fake)),
    ),
    # Mao et al., equation 9: with targets 1 for real, 0 for drawn, and 1 for the generator.
    "least_squares": (
        lambda real, fake: (real - 1) ** 2 / 2 + fake**2 / 2,
        lambda fake: (fake - 1) ** 2 / 2,
    ),
    "hinge": (
        lambda real, fake: -np.minimum(0, real - 1) - np.minimum(0, -fake - 1),
        lambda fake: -fake,
    ),
    "wasserstein": (lambda real, fake: fake - real, lambda fake: -fake),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_losses_equal_the_formulas(name):
    of_discriminator, of_generator = FORMULAS[name]
    found = objective(name)
    assert found.name == name
    losses = found.discriminator_loss(REAL, FAKE), found.generator_loss(FAKE)
    expected = of_discriminator(REAL, FAKE), of_generator(FAKE)
    for one, other in zip(losses, expected, strict=True):
        assert one.shape == (5,)
        np.testing.assert_allclose(to_numpy(one), other, rtol=1e-5, atol=1e-6)


def total(losses):
    return sum(losses[index] for index in range(losses.shape[0]))


@pytest.mark.parametrize(
    ("name", "slope"),
    # Where the discriminator is sure that an image was drawn, minimax has nothing to learn from.
    [
        ("minimax", 0),
        ("non_saturating", -1),
        ("least_squares", -201),
        ("hinge", -1),
        ("wasserstein", -1),
    ],
)
def test_a_sure_discriminator_has_finite_losses_and_gradients(name, slope):
    found, scores = objective(name), np.array([-200.0, 200.0], "float32")
    losses = found.discriminator_loss(scores, -scores), found.generator_loss(scores)
    assert all(np.isfinite(to_numpy(loss)).all() for loss in losses)
    for_both = gradients(lambda point: total(found.discriminator_loss(point, -point)), scores)
    assert np.isfinite(for_both).all()
    for_generator = gradients(lambda point: total(found.generator_loss(point)), scores)[0]
    assert for_generator[0] == pytest.approx(slope, abs=1e-6)


def test_in_minimax_the_generators_gradient_is_minus_the_discriminators():
    minimax = objective("minimax")
    of_generator = gradients(lambda fake: total(minimax.generator_loss(fake)), FAKE)[0]
    of_discriminator = gradients(lambda fake: total(minimax.discriminator_loss(REAL, fake)), FAKE)
    np.testing.assert_allclose(of_generator, -of_discriminator[0], rtol=1e-6)
    np.testing.assert_allclose(of_generator, -probability(FAKE), rtol=1e-5)


def test_an_unknown_name_gets_the_known_ones():
    assert sorted(FORMULAS) == sorted(OBJECTIVES)
    known = ", ".join(repr(name) for name in sorted(FORMULAS))
    with pytest.raises(ValueError, match=rf"one of \[{known}\]. Received: objective='maximin'"):
        objective("maximin")
