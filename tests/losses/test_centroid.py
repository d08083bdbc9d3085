"""CentroidLoss against a slow loop over equation 6, and explicit projections."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_regen import pedcc
from keras_regen.layers import PEDCCHead
from keras_regen.losses import CentroidLoss, centroid_loss
from tests.contract import check_config, check_slopes, gradients, to_numpy

NUM_CLASSES, DIM = 4, 6
LABELS = np.array([2, 0, 3, 3, 1])


def centroids():
    return pedcc(NUM_CLASSES, DIM, seed=1) * np.sqrt(DIM)


def latents():
    return np.random.default_rng(1).normal(size=(5, DIM)).astype("float32")


def projection():
    return np.linalg.pinv(centroids(), rcond=1e-10) @ centroids()


def slow_loss(labels, z, subspace=False):
    """Computes equation 6 for each latent, with a projected difference for the subspace."""
    losses = []
    for label, row in zip(labels, z, strict=True):
        difference = row - centroids()[label]
        if subspace:
            difference = projection() @ difference
        losses.append(sum(value**2 for value in difference) / DIM)
    return np.array(losses)


@pytest.mark.parametrize("subspace", [False, True])
@pytest.mark.parametrize("shape", [(5,), (5, 1)])
def test_values_equal_the_slow_loop(subspace, shape):
    expected = slow_loss(LABELS, latents(), subspace)
    labels = LABELS.reshape(shape)
    losses = CentroidLoss(centroids(), subspace, reduction=None)(labels, latents())
    np.testing.assert_allclose(to_numpy(losses), expected, rtol=1e-5)
    mean = CentroidLoss(centroids(), subspace)(labels, latents())
    np.testing.assert_allclose(to_numpy(mean), expected.mean(), rtol=1e-5)


def test_function_takes_arrays_and_tensors():
    expected = slow_loss(LABELS, latents())
    head = PEDCCHead(NUM_CLASSES, seed=1)
    head.build((None, DIM))
    for labels in (LABELS, LABELS.tolist(), ops.convert_to_tensor(LABELS)):
        for z in (latents(), ops.convert_to_tensor(latents())):
            np.testing.assert_allclose(
                to_numpy(centroid_loss(labels, z, head.centroids)), expected, rtol=1e-5
            )


def test_subspace_equals_the_subspace_of_the_head():
    head = PEDCCHead(NUM_CLASSES, subspace=True, seed=1)
    head.build((None, DIM))
    loss = CentroidLoss(centroids(), subspace=True)
    losses = to_numpy(centroid_loss(LABELS, latents(), head.centroids, head.basis))
    np.testing.assert_allclose(losses, slow_loss(LABELS, latents(), subspace=True), rtol=1e-4)
    free = np.random.default_rng(2).normal(size=(5, DIM)) @ (np.eye(DIM) - projection())
    shifted = (centroids()[LABELS] + free).astype("float32")
    np.testing.assert_allclose(to_numpy(loss(LABELS, shifted)), 0, atol=1e-10)
    assert to_numpy(CentroidLoss(centroids())(LABELS, shifted)) > 0.1


def test_the_loss_is_the_negative_logit_of_the_head():
    head = PEDCCHead(NUM_CLASSES, seed=1)
    logits = to_numpy(head(latents()))
    for label in range(NUM_CLASSES):
        loss = to_numpy(centroid_loss(np.full(5, label), latents(), head.centroids))
        np.testing.assert_allclose(loss, -logits[:, label] / DIM, rtol=1e-4)


@pytest.mark.parametrize("subspace", [False, True])
def test_gradient_equals_the_closed_form(subspace):
    loss = CentroidLoss(centroids(), subspace)
    (gradient,) = gradients(lambda z: loss(LABELS, z), latents())
    expected = 2 * (latents() - centroids()[LABELS]) / (DIM * 5)
    if subspace:
        expected = expected @ projection()
    np.testing.assert_allclose(gradient, expected, atol=1e-6)
    check_slopes([gradient], lambda p: slow_loss(LABELS, p[0], subspace).mean(), [latents()])


def test_it_trains_in_compile_with_batches_of_any_size():
    """The steps of a linear encoder in closed form, for batches of 2, 2 and 1."""
    x = np.random.default_rng(3).normal(size=(5, 3)).astype("float32")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(DIM, use_bias=False)])
    kernel = to_numpy(model.layers[0].kernel)
    model.compile(keras.optimizers.SGD(0.5), loss=CentroidLoss(centroids()))
    measured = model.evaluate(x, LABELS, batch_size=2, verbose=0)
    np.testing.assert_allclose(measured, slow_loss(LABELS, x @ kernel).mean(), rtol=1e-4)
    model.fit(x, LABELS, batch_size=2, shuffle=False, verbose=0)
    for batch in (slice(0, 2), slice(2, 4), slice(4, 5)):
        difference = x[batch] @ kernel - centroids()[LABELS[batch]]
        kernel = kernel - 0.5 * x[batch].T @ (2 * difference / difference.size)
    np.testing.assert_allclose(to_numpy(model.layers[0].kernel), kernel, atol=1e-5)


def test_sample_weights_multiply_the_losses():
    weights = np.array([0.0, 1.0, 2.0, 0.5, 3.0], "float32")
    loss = CentroidLoss(centroids())(LABELS, latents(), sample_weight=weights)
    expected = np.mean(weights * slow_loss(LABELS, latents()))
    np.testing.assert_allclose(to_numpy(loss), expected, rtol=1e-5)


def test_config_round_trip():
    loss = CentroidLoss(
        centroids(), subspace=True, reduction="sum", name="centroid", dtype="float64"
    )
    restored = check_config(loss)
    np.testing.assert_array_equal(restored.centroids, loss.centroids)
    assert (restored.subspace, restored.reduction, restored.name) == (True, "sum", "centroid")
    assert restored.dtype == "float64"


def test_mixed_precision_rounds_only_the_latents():
    rounded = ops.cast(latents(), "bfloat16")
    expected = slow_loss(LABELS, to_numpy(rounded))
    loss = CentroidLoss(centroids(), reduction=None)(LABELS, rounded)
    np.testing.assert_allclose(to_numpy(loss), expected, rtol=1e-5)
    half = CentroidLoss(centroids(), reduction=None, dtype="bfloat16")(LABELS, latents())
    assert keras.backend.standardize_dtype(half.dtype) == "bfloat16"
    np.testing.assert_allclose(to_numpy(half), slow_loss(LABELS, latents()), rtol=0.05)


def test_bad_input_is_an_error():
    with pytest.raises(ValueError, match=r"array of 2 axes.*shape \(6,\)"):
        CentroidLoss(np.zeros(6))
    loss = CentroidLoss(centroids())
    with pytest.raises(ValueError, match=r"must have 6 dimensions.*\(5, 1\)"):
        loss(LABELS, latents()[:, :1])
    for wrong in (np.zeros(4), [], "left", np.array(1.0)):
        with pytest.raises(ValueError, match="centroids"):
            centroid_loss(LABELS, latents(), wrong)
        with pytest.raises(ValueError, match="centroids"):
            CentroidLoss(wrong)
    with pytest.raises(ValueError, match=r"`basis` must have the shape \(6, rank\)"):
        centroid_loss(LABELS, latents(), centroids(), np.eye(5))
    with pytest.raises(ValueError, match="finite"):
        CentroidLoss(centroids() * 1e300)
    with pytest.raises(ValueError, match="`subspace` must be True or False"):
        CentroidLoss(centroids(), subspace="yes")
