"""closest_match against slow loops, scikit-learn and scikit-image."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops
from skimage.metrics import structural_similarity
from sklearn.neighbors import NearestNeighbors

from keras_regen.datasets import load
from keras_regen.losses import ssim_loss
from keras_regen.metrics import closest_match
from tests.contract import to_numpy


def some_digits(num_samples, size=8, color_mode=None):
    digits = load("digits", image_size=size, color_mode=color_mode)
    return digits.x_train[:num_samples]


def scikit_similarity(image, other):
    """scikit-image's, with the window of 11 pixels and sigma 1.5 that the paper of SSIM takes."""
    return structural_similarity(
        image / 255,
        other / 255,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        data_range=1.0,
        channel_axis=-1,
    )


@pytest.mark.parametrize("block_size", [7, 64, 2048])
def test_squared_errors_equal_scikit_learns(block_size):
    queries, references = some_digits(300)[:40], some_digits(300)[40:]
    found = closest_match(queries, references, 5, block_size=block_size)
    flat = [images.reshape(len(images), -1) / 255 for images in (queries, references)]
    distances, indices = NearestNeighbors(n_neighbors=5).fit(flat[1]).kneighbors(flat[0])
    np.testing.assert_allclose(found.values, distances**2 / 64, rtol=1e-5)
    np.testing.assert_array_equal(found.indices, indices)


def test_integers_and_floats_are_the_same_images():
    images = some_digits(100)
    floats = images.astype("float32") / 255
    expected = closest_match(images[:5], images[5:])
    for queries, references in ((floats[:5], images[5:]), (floats[:5], floats[5:])):
        found = closest_match(queries, references)
        np.testing.assert_array_equal(found.indices, expected.indices)
        np.testing.assert_array_equal(found.values, expected.values)


@settings(max_examples=25, deadline=None)
@given(
    num_queries=st.integers(1, 9),
    num_references=st.integers(1, 30),
    block_size=st.integers(1, 12),
    levels=st.sampled_from([2, 256]),
    exclude_self=st.booleans(),
    data=st.data(),
)
def test_equals_a_slow_loop(num_queries, num_references, block_size, levels, exclude_self, data):
    # Two levels of gray make many equal distances.
    rng = np.random.default_rng(num_queries + 31 * num_references)
    shape = (num_references, 2, 3, 1)
    references = (rng.integers(0, levels, shape) * (255 // (levels - 1))).astype("uint8")
    queries = references
    if not exclude_self:
        queries = rng.integers(0, 256, (num_queries, 2, 3, 1), dtype="uint8")
    elif num_references == 1:
        return
    num_matches = data.draw(st.integers(1, num_references - exclude_self))
    found = closest_match(
        queries, references, num_matches, exclude_self=exclude_self, block_size=block_size
    )
    for index, query in enumerate(queries):
        errors = [np.mean((query / 255 - reference / 255) ** 2) for reference in references]
        if exclude_self:
            errors[index] = np.inf
        np.testing.assert_allclose(found.values[index], sorted(errors)[:num_matches], atol=1e-7)
        np.testing.assert_allclose(
            np.take(errors, found.indices[index]), found.values[index], atol=1e-7
        )
        assert len(set(found.indices[index])) == num_matches


def test_small_differences_far_from_the_origin_are_found():
    # In float32, |q|² - 2 qr + |r|² of these is rounding alone.
    features = {0: 1e4, 1: 1e4 + 0.25, 2: 1e4 + 1.0, 3: 1e4 + 0.125}
    images = np.arange(4, dtype="uint8")[:, None, None, None] * np.ones((1, 4, 4, 1), "uint8")

    def shifted(batch):
        labels = np.rint(batch[:, 0, 0, 0] * 255).astype(int)
        return np.array([[features[label]] * 50 for label in labels])

    found = closest_match(images, images, 3, features=shifted, exclude_self=True)
    np.testing.assert_array_equal(found.indices[0], [3, 1, 2])
    np.testing.assert_allclose(found.values[0], [0.125**2, 0.25**2, 1.0])


def test_a_copy_is_at_zero():
    images = some_digits(200)
    found = closest_match(images[50:60], images, 1)
    np.testing.assert_array_equal(found.indices[:, 0], np.arange(50, 60))
    assert (found.values == 0).all()


@pytest.mark.parametrize(("size", "color_mode"), [(28, None), ((12, 15), "rgb")])
def test_similarities_equal_scikit_images(size, color_mode):
    images = some_digits(40, size, color_mode)
    queries, references = images[:6], images[6:]
    every = np.array([[scikit_similarity(x, y) for y in references] for x in queries])
    found = closest_match(queries, references, 4, metric="ssim", block_size=16)
    np.testing.assert_array_equal(found.indices, np.argsort(-every, axis=1)[:, :4])
    np.testing.assert_allclose(found.values, -np.sort(-every, axis=1)[:, :4], atol=1e-5)


def test_similarities_are_those_of_the_loss():
    images = some_digits(30)  # 8x8 has room for a window of 7 pixels only
    found = closest_match(images[:5], images[5:], 2, metric="ssim")
    floats = images.astype("float32") / 255
    for rank in range(2):
        loss = to_numpy(ssim_loss(floats[:5], floats[5:][found.indices[:, rank]]))
        np.testing.assert_allclose(found.values[:, rank], 1 - loss, atol=1e-4)
    itself = closest_match(images, images, 1, metric="ssim")
    np.testing.assert_allclose(itself.values, 1)
    others = closest_match(images, images, 1, metric="ssim", exclude_self=True)
    assert (others.indices[:, 0] != np.arange(30)).all()


def test_candidates_are_those_with_the_lowest_squared_error():
    images = some_digits(60)
    queries, references = images[:10], images[10:]
    every = closest_match(queries, references, 3, metric="ssim")
    all_of_them = closest_match(queries, references, 3, metric="ssim", candidates=50)
    np.testing.assert_array_equal(all_of_them.indices, every.indices)
    near = closest_match(queries, references, 8).indices
    found = closest_match(queries, references, 3, metric="ssim", candidates=8, block_size=4)
    for row in range(10):
        similar = closest_match(queries[row : row + 1], references[near[row]], 3, metric="ssim")
        np.testing.assert_array_equal(found.indices[row], near[row][similar.indices[0]])


def test_latents_and_maps_are_features(digits_model):
    images = some_digits(120)
    found = closest_match(images[:20], images[20:], 3, features=digits_model.encode)
    latents = digits_model.encode(images)
    neighbors = NearestNeighbors(n_neighbors=3).fit(latents[20:])
    distances, indices = neighbors.kneighbors(latents[:20])
    np.testing.assert_array_equal(found.indices, indices)
    np.testing.assert_allclose(found.values, distances**2 / latents.shape[1], rtol=1e-4)

    inputs = keras.Input((8, 8, 1))
    pooled = keras.Model(inputs, keras.layers.AveragePooling2D(4)(inputs))
    found = closest_match(images[:20], images[20:], 3, features=pooled, batch_size=32)
    maps = (images / 255).reshape(120, 2, 4, 2, 4).mean(axis=(2, 4)).reshape(120, 4)
    distances, _ = NearestNeighbors(n_neighbors=3).fit(maps[20:]).kneighbors(maps[:20])
    np.testing.assert_allclose(found.values, distances**2 / 4, rtol=1e-3, atol=1e-7)


IMAGES = np.zeros((4, 8, 8, 1))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"queries": np.zeros((4, 8, 8))}, "`queries` must have shape"),
        ({"references": np.zeros((4, 8, 9, 1))}, "`references` must be images of shape"),
        ({"num_matches": 0}, "num_matches=0"),
        ({"num_matches": 5}, "Only 4 references can be matched. Received: num_matches=5"),
        ({"num_matches": 4, "exclude_self": True}, "Only 3 references"),
        ({"queries": IMAGES + 0.5, "exclude_self": True}, "must be the same images"),
        ({"metric": "mae"}, "metric='mae'"),
        ({"metric": "ssim", "features": ops.mean}, "not features"),
        ({"candidates": 3}, "candidates=3 with metric='mse'"),
        ({"metric": "ssim", "candidates": 2}, "candidates=2"),
        ({"metric": "ssim", "candidates": 5}, "candidates=5"),
        ({"block_size": 0}, "block_size=0"),
        ({"batch_size": 0}, "batch_size=0"),
        ({"features": lambda x: {"latent": x}}, "one array.*dict of shape .. for 4 images"),
        ({"features": lambda x: x[0]}, r"of shape \(8, 8, 1\) for 4 images"),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        closest_match(**{"queries": IMAGES, "references": IMAGES, **arguments})


def test_duplicates_are_separate_matches():
    images = some_digits(30)
    twice = np.concatenate([images, images])
    found = closest_match(twice, twice, 1, exclude_self=True)
    np.testing.assert_array_equal(found.indices[:, 0], np.r_[30:60, :30])
    assert (found.values == 0).all()
    different = closest_match(images, images, 1, exclude_self=True)
    assert (different.values > 0).all()
