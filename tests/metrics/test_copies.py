"""novelty: copies, different images, scikit-learn's neighbors, and a law of random points."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.neighbors import NearestNeighbors

from keras_regen.datasets import load
from keras_regen.metrics import neighbor_distances, novelty


def test_equals_scikit_learns_neighbors():
    digits = load("digits")
    training, held_out = digits.x_train[:400], digits.x_test[:100]
    found = novelty(held_out, training, block_size=64)
    flat = [images.reshape(len(images), -1) / 255 for images in (held_out, training)]
    neighbors = NearestNeighbors(n_neighbors=1).fit(flat[1])
    distances, indices = neighbors.kneighbors(flat[0])
    gaps, _ = neighbors.kneighbors()  # of each training image to its nearest other
    assert found.copied_share == np.mean(distances <= gaps[indices[:, 0]])
    assert 0.3 < found.copied_share < 0.7
    assert found.authenticity == 1 - found.copied_share
    assert found.generated_distance == pytest.approx(np.mean(distances**2 / 64), rel=1e-5)
    assert found.training_distance == pytest.approx(np.mean(gaps**2 / 64), rel=1e-5)
    assert found.num_copies == 0


def test_new_points_of_the_same_law_are_near_as_often_as_the_law_says():
    # Of uniform points in the plane, the share that are their nearest neighbor's nearest neighbor
    # is 6 pi / (8 pi + 3 sqrt 3) = 0.6215. An image of two pixels is such a point.
    points = np.random.default_rng(0).random((8000, 2, 1, 1))
    share = novelty(points[:4000], points[4000:]).copied_share
    assert share == pytest.approx(6 * np.pi / (8 * np.pi + 3 * np.sqrt(3)), abs=0.03)


def test_copies_and_strangers():
    training = load("digits").x_train[:200]
    copies = novelty(training[20:50], training)
    assert (copies.copied_share, copies.generated_distance, copies.num_copies) == (1, 0, 30)
    # A little noise leaves them copies, but not pixel for pixel.
    noisy = np.clip(training[20:50] / 255 + 0.01, 0, 1)
    assert novelty(noisy, training).copied_share == 1
    assert novelty(noisy, training).num_copies == 0
    # Images that are equal in 8 bits are copies.
    assert novelty(training[20:50] / 255 * 0.999, training / 255).num_copies == 30
    strangers = novelty(255 - training[:30], training)
    assert (strangers.copied_share, strangers.num_copies) == (0, 0)
    # Duplicated training images are still recognized.
    assert novelty(training[:5], np.concatenate([training, training])).copied_share == 1


def test_features_change_distances_but_not_exact_copies(digits_model):
    digits = load("digits")
    training, held_out = digits.x_train[:200], digits.x_test[:50]
    found = novelty(held_out, training, features=digits_model.encode)
    latents = [digits_model.encode(images) for images in (held_out, training)]
    distances, _ = NearestNeighbors(n_neighbors=1).fit(latents[1]).kneighbors(latents[0])
    expected = np.mean(distances**2) / digits_model.latent_dim
    assert found.generated_distance == pytest.approx(expected, rel=1e-4)
    same = novelty(held_out, training, features=lambda images: np.zeros((len(images), 2)))
    assert (same.copied_share, same.num_copies) == (1, 0)


def test_bad_input():
    images = np.zeros((3, 8, 8, 1))
    with pytest.raises(ValueError, match="at least 2 different images"):
        novelty(images, images[:1])
    with pytest.raises(ValueError, match="`training` must be images of shape"):
        novelty(images, np.zeros((3, 8, 9, 1)))
    with pytest.raises(ValueError, match="`generated` holds floats"):
        novelty(images - 1, images)


@pytest.mark.parametrize("features", [None, lambda images: images[:, :2]])
def test_distances_computed_before_do_not_change_the_result(features):
    rng = np.random.default_rng(0)
    training, generated = rng.random((30, 4, 4, 1)), rng.random((20, 4, 4, 1))
    own = neighbor_distances(training, features)
    rows = training[:, :2] if features else training
    every = [[np.mean((row - other) ** 2) for other in rows] for row in rows]
    np.testing.assert_allclose(own, np.min(every + np.diag(np.full(30, np.inf)), axis=1), rtol=1e-5)
    expected = novelty(generated, training, features)
    assert novelty(generated, training, features, training_distances=own) == expected
    with pytest.raises(ValueError, match=r"shape \(29,\) for 30 images"):
        novelty(generated, training, training_distances=own[1:])
    with pytest.raises(ValueError, match="`images` must hold at least 2 different images"):
        neighbor_distances(training[:1])


@pytest.mark.parametrize("features", [None, lambda images: images[:, ::2]])
@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64"])
def test_duplicates_do_not_make_copies_look_new(features, dtype):
    images = load("digits").x_train[:150]
    training = images if dtype == "uint8" else (images / 255).astype(dtype)
    rng = np.random.default_rng(0)
    noisy = np.clip(images[:40] / 255 + rng.normal(0, 0.01, (40, 8, 8, 1)), 0, 1).astype("float32")
    twice = np.concatenate([training, training[::-1]])
    found = novelty(noisy, twice, features, block_size=64)
    expected = novelty(noisy, training, features)
    assert found.copied_share == expected.copied_share == 1
    for name in ("generated_distance", "training_distance", "num_copies"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name))
    own = neighbor_distances(twice, features, block_size=64)
    rows = (images / 255 if features is None else features(images / 255)).reshape(150, -1)
    every = cdist(rows, rows, "sqeuclidean") / rows.shape[1]
    np.fill_diagonal(every, np.inf)
    nearest = every.min(axis=1)
    np.testing.assert_allclose(own, np.concatenate([nearest, nearest[::-1]]), rtol=1e-4)
    assert novelty(noisy, twice, features, training_distances=own).copied_share == 1


def test_the_share_does_not_depend_on_how_often_an_image_occurs():
    digits = load("digits")
    training, held_out = digits.x_train[:400], digits.x_test[:100]
    expected = novelty(held_out, training).copied_share
    many = training[np.random.default_rng(0).integers(0, 400, 2000)]
    many = np.concatenate([training, many])
    assert 0.3 < novelty(held_out, many).copied_share == expected < 0.7


def test_a_set_of_equal_images_has_no_neighbors():
    same = np.zeros((5, 8, 8, 1), "uint8")
    with pytest.raises(ValueError, match=r"2 different images.*5 images, all equal"):
        neighbor_distances(same)
    with pytest.raises(ValueError, match="`training` must hold at least 2 different images"):
        novelty(same, same)
    # Zeros of both signs are the same pixel.
    signs = np.stack([np.full((8, 8, 1), zero) for zero in (0.0, -0.0)])
    with pytest.raises(ValueError, match="2 images, all equal"):
        neighbor_distances(signs)
