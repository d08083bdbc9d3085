"""AdversarialLoss against its formulas, and in the objective of a model."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_regen.losses import AdversarialLoss
from keras_regen.models.objective import Objective
from keras_regen.networks import projection_discriminator
from tests.contract import check_config, gradients, randomize, to_numpy

IMAGES, DECODED, GENERATED = np.random.default_rng(0).random((3, 4, 8, 8, 1), "float32")
LABELS = np.array([0, 2, 1, 2])


@pytest.fixture(params=[None, 3])
def discriminator(request):
    return randomize(projection_discriminator((8, 8, 1), request.param, filters=2))


def logits(discriminator, images):
    has_labels = len(discriminator.inputs) == 2
    inputs = [images, np.eye(3, dtype="float32")[LABELS]] if has_labels else images
    return to_numpy(discriminator(inputs))[:, 0]


def test_values(discriminator):
    loss = AdversarialLoss(discriminator)
    values = to_numpy(loss.call(IMAGES, DECODED, LABELS))
    np.testing.assert_allclose(values, -logits(discriminator, DECODED), rtol=1e-4)
    values = loss.discriminator_loss(IMAGES, [DECODED, GENERATED], LABELS, training=True)
    real = np.maximum(0, 1 - logits(discriminator, IMAGES))
    fakes = [np.maximum(0, 1 + logits(discriminator, x)) for x in (DECODED, GENERATED)]
    np.testing.assert_allclose(to_numpy(values), real + np.mean(fakes, axis=0), rtol=1e-4)


def test_the_gradient_is_balanced_and_adds_nothing_to_the_value(discriminator):
    squared = keras.losses.MeanSquaredError(name="mse")
    objective = Objective([squared, AdversarialLoss(discriminator, 0.5)], image_shape=(8, 8, 1))
    objective.loss_weights = {"mse": 3.0, "adversarial_loss": 0.4}

    def total(decoded, generated):
        terms = objective.image_terms(IMAGES, 1.0 * decoded, LABELS, 1.0 * generated, training=True)
        return objective.total(terms)

    value = float(ops.convert_to_numpy(total(DECODED, GENERATED)))
    np.testing.assert_allclose(value, 3 * np.mean((IMAGES - DECODED) ** 2), rtol=1e-4)

    def adversarial(decoded, generated):
        loss = AdversarialLoss(discriminator)
        return ops.mean(loss.call(IMAGES, decoded, LABELS)) + ops.mean(
            loss.call(IMAGES, generated, LABELS)
        )

    judged = np.stack(gradients(adversarial, DECODED, GENERATED))
    compared = 3 * 2 * (DECODED - IMAGES) / IMAGES.size
    expected = 0.5 * 0.4 * np.linalg.norm(compared) / np.linalg.norm(judged) * judged
    expected[0] += compared
    np.testing.assert_allclose(gradients(total, DECODED, GENERATED), expected, rtol=1e-3, atol=1e-6)


def test_the_discriminator_learns_from_its_own_loss_alone(discriminator):
    loss = AdversarialLoss(discriminator)
    squared = keras.losses.MeanSquaredError(name="mse")
    objective = Objective([squared, loss], image_shape=(8, 8, 1))

    def total(decoded):
        return objective.total(objective.image_terms(IMAGES, 1.0 * decoded, LABELS, training=True))

    def own(decoded):
        return ops.mean(loss.discriminator_loss(IMAGES, [decoded], LABELS, True)) + 0 * ops.sum(
            decoded
        )

    # The spectral norm is applied after each step, and would hide the gradient.
    for layer in discriminator.layers:
        if hasattr(layer, "kernel"):
            layer.kernel.constraint = None
    start = discriminator.get_weights()
    _, *weights = gradients(total, DECODED, layer=discriminator)
    discriminator.set_weights(start)
    gradient, *expected = gradients(own, DECODED, layer=discriminator)
    assert not gradient.any()
    for computed, weight in zip(weights, expected, strict=True):
        np.testing.assert_allclose(computed, weight, rtol=1e-3, atol=1e-4)


def test_config(discriminator):
    loss = check_config(AdversarialLoss(discriminator, 0.1, "least_squares"))
    assert (loss.weight, loss.objective) == (0.1, "least_squares")
    assert loss.num_classes == (3 if len(discriminator.inputs) == 2 else None)


def test_bad_arguments(discriminator):
    with pytest.raises(ValueError, match="`weight` must be a number, at least 0"):
        AdversarialLoss(discriminator, weight=-1)
    with pytest.raises(ValueError, match="`objective`"):
        AdversarialLoss(discriminator, objective="maximin")
    for other in (None, keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten()])):
        with pytest.raises(ValueError, match="`discriminator` must be a functional Keras model"):
            AdversarialLoss(other)
    loss = AdversarialLoss(discriminator)
    with pytest.raises(ValueError, match="next to at least one other loss"):
        Objective([loss], image_shape=(8, 8, 1))
    with pytest.raises(ValueError, match=r"images have the shape \(9, 8, 1\)"):
        Objective([keras.losses.MeanSquaredError(), loss], image_shape=(9, 8, 1))
