"""DifferentiableAugmentation: each image against all changes that it may have undergone."""

import keras
import numpy as np
import pytest
import scipy.stats

from keras_regen.layers import DifferentiableAugmentation
from tests.contract import (
    check_config,
    check_dynamic_batch,
    check_mixed_precision,
    gradients,
    to_numpy,
    weighed,
)

SHAPE = (8, 6, 3)
OFF = {"translation": 0, "cutout": 0, "color": False}


def shifting(**options):
    return DifferentiableAugmentation(**{**OFF, "translation": 0.25, "seed": 0, **options})


def cutting(**options):
    return DifferentiableAugmentation(**{**OFF, "cutout": 0.5, "seed": 0, **options})


def coloring(**options):
    return DifferentiableAugmentation(**{**OFF, "color": True, "seed": 0, **options})


def images(count=300, shape=SHAPE):
    return np.random.default_rng(1).uniform(0.1, 1, (count, *shape)).astype("float32")


def shifted(image, down, right):
    moved = np.zeros_like(image)
    height, width, _ = image.shape
    for row in range(height):
        for column in range(width):
            if 0 <= row - down < height and 0 <= column - right < width:
                moved[row, column] = image[row - down, column - right]
    return moved


def shift_between(before, after, most):
    """The one shift, of at most so many pixels, that makes one image of the other."""
    found = [
        (down, right)
        for down in range(-most[0], most[0] + 1)
        for right in range(-most[1], most[1] + 1)
        if np.allclose(shifted(before, down, right), after, atol=1e-6)
    ]
    assert len(found) == 1
    return found[0]


def cut(image, size, center):
    """Makes what is within half the size of the center zero; an even size begins one earlier."""
    kept = image.copy()
    height, width, _ = image.shape
    for row in range(height):
        for column in range(width):
            near = [
                -(length // 2) <= place - middle < length - length // 2
                for place, middle, length in zip((row, column), center, size, strict=True)
            ]
            if all(near):
                kept[row, column] = 0
    return kept


def center_between(before, after, size):
    """The one center of a rectangle of that size that makes one image of the other."""
    ends = [side + 1 - length % 2 for side, length in zip(before.shape, size, strict=False)]
    found = [
        (row, column)
        for row in range(ends[0])
        for column in range(ends[1])
        if np.allclose(cut(before, size, (row, column)), after, atol=1e-6)
    ]
    assert len(found) == 1
    return found[0]


def color_between(before, after):
    """The change of brightness, saturation and contrast that makes one image of the other."""
    before, after = before.astype("float64"), after.astype("float64")
    gray = before.mean(axis=-1, keepdims=True)
    brightness = after.mean() - before.mean()
    shades, tints = gray - before.mean(), before - gray
    after_gray = after.mean(axis=-1, keepdims=True)
    contrast = np.sum((after_gray - after.mean()) * shades) / np.sum(shades**2)
    saturation = np.sum((after - after_gray) * tints) / max(np.sum(tints**2), 1e-12) / contrast
    expected = after.mean() + contrast * (shades + saturation * tints)
    np.testing.assert_allclose(after, expected, atol=1e-5)
    return brightness, saturation, contrast


def check_uniform(values, count):
    """Compares integers 0..count-1 with the uniform distribution."""
    observed = np.bincount(values, minlength=count)
    assert len(observed) == count
    assert scipy.stats.chisquare(observed).pvalue > 1e-3


def test_images_pass_unchanged_outside_training_and_when_all_is_off():
    x = images(5)
    layer = DifferentiableAugmentation()
    for output in (layer(x), layer(x, training=False)):
        np.testing.assert_array_equal(to_numpy(output), x)
    layer = DifferentiableAugmentation(**OFF)
    np.testing.assert_array_equal(to_numpy(layer(x, training=True)), x)


def test_each_image_is_shifted_by_pixels_of_its_own():
    x = images()
    found = to_numpy(shifting()(x, training=True)).astype("float32")
    # A quarter of 8 is 2, and of 6 is 1.5, rounded up.
    moves = np.array([shift_between(*pair, most=(2, 2)) for pair in zip(x, found, strict=True)])
    check_uniform(5 * (moves[:, 0] + 2) + moves[:, 1] + 2, 25)


def test_a_rectangle_of_each_image_is_cut_out():
    x = images(270)
    found = to_numpy(cutting()(x, training=True)).astype("float32")
    centers = [center_between(*pair, size=(4, 3)) for pair in zip(x, found, strict=True)]
    # Half of 8 is 4, even: 9 centers; half of 6 is 3, odd: 6 centers.
    check_uniform(np.array([6 * row + column for row, column in centers]), 54)


def test_brightness_saturation_and_contrast_are_drawn_for_each_image():
    x = images()
    found = to_numpy(coloring()(x, training=True))
    changes = np.array([color_between(*pair) for pair in zip(x, found, strict=True)])
    ranges = [(-0.25, 0.5), (0, 2), (0.5, 1)]  # starts and lengths
    for values, (start, length) in zip(changes.T, ranges, strict=True):
        assert scipy.stats.kstest(values, "uniform", (start, length)).pvalue > 1e-3
    # One does not tell the other.
    correlations = np.corrcoef(changes, rowvar=False)[np.triu_indices(3, 1)]
    assert np.abs(correlations).max() < 4 / np.sqrt(len(x))


def test_grayscale_has_no_saturation():
    x = images(50, (6, 6, 1))
    found = to_numpy(coloring()(x, training=True))
    for before, after in zip(x, found, strict=True):
        brightness, _, contrast = color_between(before, after)
        assert abs(brightness) <= 0.25 + 1e-6 and 0.5 - 1e-6 <= contrast <= 1.5 + 1e-6


def test_shift_and_cutout_come_after_color_and_leave_zeros():
    layer = DifferentiableAugmentation(translation=0.25, cutout=0.5, color=True, seed=0)
    black = np.zeros((100, 8, 8, 1), "float32")
    found = to_numpy(layer(black, training=True))
    for image in found:
        # Black becomes one shade of gray, and what moves in or is cut out does not.
        assert len(set(image.ravel()) - {0.0}) == 1
        assert np.sum(image == 0) >= 4
    assert len({image.ravel()[np.abs(image).argmax()] for image in found}) == 100


def check_gradient(layer, check, count=6):
    """Checks the gradients of weighed outputs, as images that have been made of the weights.

    A shift back, a cut and a change of color are what their gradients are made of, too.
    """
    x = images(count)
    (found,) = gradients(lambda point: weighed(layer(point, training=True)), x, layer=layer)
    factors = np.random.default_rng(0).normal(size=x.shape).astype("float32")  # of `weighed`
    return [check(*pair) for pair in zip(factors, found.astype("float32"), strict=True)]


def test_gradients_are_those_of_a_shift_a_cut_and_a_change_of_color():
    moves = check_gradient(shifting(), lambda *pair: shift_between(*pair, most=(2, 2)))
    assert len(set(moves)) > 1
    centers = check_gradient(cutting(), lambda *pair: center_between(*pair, size=(4, 3)))
    assert len(set(centers)) > 1
    for brightness, saturation, contrast in check_gradient(coloring(), color_between):
        assert abs(brightness) < 1e-6 and 0 <= saturation <= 2 and 0.5 <= contrast <= 1.5


@pytest.mark.parametrize("make", [shifting, cutting, coloring])
def test_same_seed_same_stream(make):
    x = images(20)
    one, again, other = make(seed=3), make(seed=3), make(seed=4)
    draws = [to_numpy(one(x, training=True)) for _ in range(2)]
    assert not np.allclose(*draws)
    np.testing.assert_array_equal(draws, [to_numpy(again(x, training=True)) for _ in range(2)])
    assert not np.allclose(draws[0], to_numpy(other(x, training=True)))


def test_it_trains_in_fit_and_comes_back_from_a_file(tmp_path):
    inputs = keras.Input((8, 8, 3))
    x = DifferentiableAugmentation(seed=0)(inputs)
    model = keras.Model(inputs, keras.layers.Dense(1)(keras.layers.Flatten()(x)))
    model.compile("sgd", "mse")
    x = images(5, (8, 8, 3))
    # Batches of 2, 2 and 1.
    history = model.fit(x, np.zeros((5, 1)), batch_size=2, epochs=2, verbose=0).history["loss"]
    assert np.isfinite(history).all()
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    expected = to_numpy(model(x, training=True))
    np.testing.assert_allclose(to_numpy(again(x, training=True)), expected, atol=1e-6)


def test_config_batch_size_and_mixed_precision():
    again = check_config(DifferentiableAugmentation(0.2, 0.3, color=False, seed=5))
    assert (again.translation, again.cutout, again.color, again.seed) == (0.2, 0.3, False, 5)
    x = images(5)
    check_dynamic_batch(DifferentiableAugmentation(), x)
    check_mixed_precision(lambda **kwargs: DifferentiableAugmentation(**kwargs), x)
    # Moved and cut pixels keep their values to the bit.
    rounded = to_numpy(keras.ops.cast(x, "bfloat16")).astype("float32")
    for make, check in [
        (shifting, lambda *pair: shift_between(*pair, most=(2, 2))),
        (cutting, lambda *pair: center_between(*pair, size=(4, 3))),
    ]:
        layer = make(dtype="mixed_bfloat16")
        output = layer(x, training=True)
        assert keras.backend.standardize_dtype(output.dtype) == "bfloat16"
        for pair in zip(rounded, to_numpy(output).astype("float32"), strict=True):
            check(*pair)
    output = to_numpy(coloring(dtype="mixed_bfloat16")(x, training=True))
    assert np.isfinite(output).all() and not np.allclose(output, x, atol=0.05)


@pytest.mark.parametrize("name", ["translation", "cutout"])
@pytest.mark.parametrize("share", [-0.1, 1.0, float("nan")])
def test_bad_shares_are_named(name, share):
    with pytest.raises(ValueError, match=f"`{name}` must be a share.*{name}={share}"):
        DifferentiableAugmentation(**{name: share})


def test_inputs_that_are_no_images_are_refused():
    with pytest.raises(ValueError, match="ndim=4"):
        DifferentiableAugmentation()(np.zeros((2, 8, 8), "float32"))
