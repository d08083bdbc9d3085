"""PEDCCHead against slow distances, explicit projections and closed forms."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_regen import pedcc
from keras_regen.layers import PEDCCHead
from keras_regen.layers.pedcc_head import span_basis
from tests.contract import (
    check_config,
    check_dynamic_batch,
    check_mixed_precision,
    gradients,
    to_numpy,
    weighted_sum,
)


def latents(dim, count=5):
    return np.random.default_rng(1).normal(size=(count, dim)).astype("float32")


def head_for(num_classes=4, dim=6, **kwargs):
    head = PEDCCHead(num_classes, **kwargs)
    head.build((None, dim))
    return head


def projection(centroids):
    """Returns the projection on the span of float32 centroids, from least squares."""
    return np.linalg.pinv(centroids, rcond=1e-5) @ centroids


@pytest.mark.parametrize(
    "num_classes, dim, method", [(4, 6, "auto"), (5, 3, "auto"), (3, 4, "paper")]
)
def test_centroids_have_the_norm_of_equation_5(num_classes, dim, method):
    head = head_for(num_classes, dim, method=method, seed=7)
    assert head.trainable_weights == []
    centroids = to_numpy(head.centroids)
    np.testing.assert_allclose(np.linalg.norm(centroids, axis=1), np.sqrt(dim), rtol=1e-6)
    expected = pedcc(num_classes, dim, method, seed=7) * np.sqrt(dim)
    np.testing.assert_allclose(centroids, expected, atol=1e-6)


@pytest.mark.parametrize("num_classes, dim", [(2, 1), (3, 2), (4, 6), (5, 3)])
def test_logits_equal_slow_distances_and_the_nearest_centroid_wins(num_classes, dim):
    head, z = head_for(num_classes, dim), latents(dim, 40)
    centroids = to_numpy(head.centroids)
    expected = [
        [-sum((a - b) ** 2 for a, b in zip(row, c, strict=True)) for c in centroids] for row in z
    ]
    logits = to_numpy(head(z))
    np.testing.assert_allclose(logits, expected, rtol=1e-4, atol=1e-5)
    nearest = [
        min(range(num_classes), key=lambda k: np.linalg.norm(row - centroids[k])) for row in z
    ]
    np.testing.assert_array_equal(logits.argmax(axis=-1), nearest)


def test_softmax_is_the_posterior_of_gaussian_classes():
    head, z = head_for(3, 4), latents(4)
    densities = np.array(
        [[np.exp(-np.sum((row - c) ** 2)) for c in to_numpy(head.centroids)] for row in z]
    )
    probabilities = to_numpy(ops.softmax(head(z)))
    np.testing.assert_allclose(
        probabilities, densities / densities.sum(axis=1, keepdims=True), atol=1e-5
    )


def test_distant_latents_have_finite_logits_and_probabilities():
    logits = head_for(3, 4)(1e4 * latents(4))
    assert np.isfinite(to_numpy(logits)).all()
    np.testing.assert_allclose(to_numpy(ops.softmax(logits)).sum(axis=1), 1, rtol=1e-5)


def test_the_logit_of_a_centroid_is_zero():
    head = head_for(4, 6)
    logits = to_numpy(head(to_numpy(head.centroids).astype("float32")))
    # The squared distances of the simplex are 2 n / (n - 1), times the dimension.
    expected = np.where(np.eye(4), 0, -6 * 2 * 4 / 3)
    np.testing.assert_allclose(logits, expected, rtol=1e-5)


@pytest.mark.parametrize("num_classes, dim", [(4, 6), (3, 3), (8, 5)])
def test_subspace_logits_equal_slow_projections_and_keep_the_softmax(num_classes, dim):
    head, z = head_for(num_classes, dim, subspace=True), latents(dim)
    centroids = to_numpy(head.centroids)
    project = projection(centroids)
    expected = [[-np.sum((project @ (row - c)) ** 2) for c in centroids] for row in z]
    logits = head(z)
    np.testing.assert_allclose(to_numpy(logits), expected, atol=1e-4)
    full_logits = head_for(num_classes, dim)(z)
    np.testing.assert_allclose(
        to_numpy(ops.softmax(logits)), to_numpy(ops.softmax(full_logits)), atol=1e-5
    )


@pytest.mark.parametrize("num_classes, dim, rank", [(10, 40, 9), (5, 4, 4), (6, 3, 3), (4, 4, 3)])
def test_basis_is_orthonormal_and_spans_the_centroids(num_classes, dim, rank):
    centroids = pedcc(num_classes, dim)
    basis = span_basis(centroids)
    assert basis.shape == (dim, rank)
    np.testing.assert_allclose(basis.T @ basis, np.eye(rank), atol=1e-12)
    np.testing.assert_allclose(basis @ basis.T, projection(centroids), atol=1e-10)


@pytest.mark.parametrize("subspace", [False, True])
def test_gradient_equals_the_closed_form(subspace):
    head, z = head_for(subspace=subspace), latents(6)
    centroids = to_numpy(head.centroids)
    (gradient,) = gradients(lambda point: weighted_sum(head(point)), z, layer=head)
    factors = np.random.default_rng(0).normal(size=(5, 4))  # the factors of `weighted_sum`
    expected = -2 * (factors.sum(axis=1, keepdims=True) * z - factors @ centroids)
    if subspace:
        expected = expected @ projection(centroids)
    np.testing.assert_allclose(gradient, expected, atol=1e-4)
    np.testing.assert_array_equal(to_numpy(head.centroids), centroids)


def test_config_and_batch_size():
    restored = check_config(PEDCCHead(4, method="repulsion", subspace=True, seed=9))
    assert (restored.num_classes, restored.method, restored.subspace, restored.seed) == (
        4,
        "repulsion",
        True,
        9,
    )
    check_dynamic_batch(head_for(), latents(6))


@pytest.mark.parametrize("subspace", [False, True])
def test_mixed_precision_computes_logits_in_float32(subspace):
    # The latents are bfloat16 numbers, so that the layer rounds nothing.
    z = to_numpy(ops.cast(latents(6), "bfloat16")).astype("float32")
    check_mixed_precision(
        lambda **kwargs: PEDCCHead(4, subspace=subspace, **kwargs), z, "float32", tolerance=1e-6
    )


def test_a_saved_head_keeps_its_centroids(tmp_path):
    head = head_for(5, 3, seed=None, subspace=True)  # new centroids at each call
    x = keras.Input((3,))
    keras.Model(x, head(x)).save(tmp_path / "head.keras")
    loaded = keras.saving.load_model(tmp_path / "head.keras")
    np.testing.assert_array_equal(to_numpy(loaded.layers[1].centroids), to_numpy(head.centroids))
    np.testing.assert_array_equal(to_numpy(loaded.layers[1].basis), to_numpy(head.basis))


def test_bad_arguments_are_errors():
    with pytest.raises(ValueError, match=r"at least 2.*num_classes=1"):
        PEDCCHead(1)
    with pytest.raises(ValueError, match="dim=9 or more"):
        head_for(10, 3, method="simplex")
    with pytest.raises(ValueError, match="Did you mean 'simplex'"):
        head_for(method="simplx")
    for arguments in ({"seed": -1}, {"subspace": "yes"}, {"method": None}, {"num_classes": 2.5}):
        with pytest.raises(ValueError, match=f"`{next(iter(arguments))}` must be"):
            PEDCCHead(**{"num_classes": 3, **arguments})
    for points in (np.ones((1, 3)), np.ones(3), np.full((2, 2), np.nan), "x"):
        with pytest.raises(ValueError, match="`centroids` must"):
            span_basis(points)


@pytest.mark.parametrize("dim", [1, 5])
def test_latents_of_another_dimension_are_errors(dim):
    with pytest.raises(ValueError, match="expected axis -1 of input shape to have value 6"):
        head_for(4, 6)(latents(dim))
