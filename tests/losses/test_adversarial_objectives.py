"""The adversarial objectives against their formulas."""

import numpy as np
import pytest

from keras_regen.losses.adversarial_objectives import OBJECTIVES, adversarial_objective
from tests.contract import gradients, to_numpy

REAL = np.array([-3.0, -0.5, 0.3, 0.9, 4.0], "float32")
FAKE = np.array([2.0, -1.7, 0.0, 1.2, -4.0], "float32")


def probability(logits):
    return 1 / (1 + np.exp(-logits.astype("float64")))


def log_likelihood(real, fake):
    """Computes the objective of the discriminator in equation 10 for each pair."""
    return np.log(probability(real)) + np.log(1 - probability(fake))


# The losses of the discriminator and of the generator.
FORMULAS = {
    "minimax": (
        lambda real, fake: -log_likelihood(real, fake),
        lambda fake: np.log(1 - probability(fake)),
    ),
    "non_saturating": (
        lambda real, fake: -log_likelihood(real, fake),
        lambda fake: -np.log(probability(fake)),
    ),
    # Mao et al., equation 9, with the targets 1 (real), 0 (generated) and 1 (generator).
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
    discriminator_formula, generator_formula = FORMULAS[name]
    adversarial = adversarial_objective(name)
    assert adversarial.name == name
    losses = adversarial.discriminator_loss(REAL, FAKE), adversarial.generator_loss(FAKE)
    expected = discriminator_formula(REAL, FAKE), generator_formula(FAKE)
    for loss, expected_loss in zip(losses, expected, strict=True):
        assert loss.shape == (5,)
        np.testing.assert_allclose(to_numpy(loss), expected_loss, rtol=1e-5, atol=1e-6)


def total(losses):
    return sum(losses[index] for index in range(losses.shape[0]))


@pytest.mark.parametrize(
    ("name", "slope"),
    # If the discriminator is certain that an image is generated, the gradient of minimax vanishes.
    [
        ("minimax", 0),
        ("non_saturating", -1),
        ("least_squares", -201),
        ("hinge", -1),
        ("wasserstein", -1),
    ],
)
def test_a_certain_discriminator_has_finite_losses_and_gradients(name, slope):
    adversarial, logits = adversarial_objective(name), np.array([-200.0, 200.0], "float32")
    losses = adversarial.discriminator_loss(logits, -logits), adversarial.generator_loss(logits)
    assert all(np.isfinite(to_numpy(loss)).all() for loss in losses)
    discriminator_gradients = gradients(
        lambda point: total(adversarial.discriminator_loss(point, -point)), logits
    )
    assert np.isfinite(discriminator_gradients).all()
    generator_gradient = gradients(lambda point: total(adversarial.generator_loss(point)), logits)[
        0
    ]
    assert generator_gradient[0] == pytest.approx(slope, abs=1e-6)


def test_the_gradients_of_minimax_are_opposite():
    minimax = adversarial_objective("minimax")
    generator_gradient = gradients(lambda fake: total(minimax.generator_loss(fake)), FAKE)[0]
    discriminator_gradients = gradients(
        lambda fake: total(minimax.discriminator_loss(REAL, fake)), FAKE
    )
    np.testing.assert_allclose(generator_gradient, -discriminator_gradients[0], rtol=1e-6)
    np.testing.assert_allclose(generator_gradient, -probability(FAKE), rtol=1e-5)


def test_an_unknown_name_is_an_error_with_the_known_names():
    assert sorted(FORMULAS) == sorted(OBJECTIVES)
    known = ", ".join(map(repr, OBJECTIVES))
    with pytest.raises(ValueError, match=rf"one of {known}. Received: objective='maximin'"):
        adversarial_objective("maximin")
    with pytest.raises(ValueError, match=r"same shape. Received: shapes \(3,\) and \(3, 1\)"):
        adversarial_objective("hinge").discriminator_loss(np.zeros(3), np.zeros((3, 1)))
