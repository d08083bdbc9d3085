"""DifferentiableAugmentation: each output against all possible changes of its image."""

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
    weighted_sum,
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
    result = np.zeros_like(image)
    height, width, _ = image.shape
    for row in range(height):
        for column in range(width):
            if 0 <= row - down < height and 0 <= column - right < width:
                result[row, column] = image[row - down, column - right]
    return result


def shift_between(before, after, largest):
    """Returns the only shift of at most `largest` pixels from `before` to `after`."""
    shifts = [
        (down, right)
        for down in range(-largest[0], largest[0] + 1)
        for right in range(-largest[1], largest[1] + 1)
        if np.allclose(shifted(before, down, right), after, atol=1e-6)
    ]
    assert len(shifts) == 1
    return shifts[0]


def cut(image, size, center):
    """Sets a rectangle to zero. With an even size, its center is right of the middle."""
    result = image.copy()
    height, width, _ = image.shape
    for row in range(height):
        for column in range(width):
            inside = [
                -(length // 2) <= position - middle < length - length // 2
                for position, middle, length in zip((row, column), center, size, strict=True)
            ]
            if all(inside):
                result[row, column] = 0
    return result


def center_between(before, after, size):
    """Returns the only center of a rectangle that was cut from `before` to get `after`."""
    ends = [side + 1 - length % 2 for side, length in zip(before.shape, size, strict=False)]
    centers = [
        (row, column)
        for row in range(ends[0])
        for column in range(ends[1])
        if np.allclose(cut(before, size, (row, column)), after, atol=1e-6)
    ]
    assert len(centers) == 1
    return centers[0]


def color_between(before, after):
    """Computes the change of brightness, saturation and contrast from `before` to `after`."""
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


def test_images_stay_unchanged_outside_of_training_and_without_changes():
    x = images(5)
    layer = DifferentiableAugmentation()
    for output in (layer(x), layer(x, training=False)):
        np.testing.assert_array_equal(to_numpy(output), x)
    layer = DifferentiableAugmentation(**OFF)
    np.testing.assert_array_equal(to_numpy(layer(x, training=True)), x)


def test_each_image_has_another_shift():
    x = images()
    outputs = to_numpy(shifting()(x, training=True)).astype("float32")
    # A quarter of 8 is 2, and a quarter of 6 is 1.5, which is rounded up.
    shifts = np.array(
        [shift_between(*pair, largest=(2, 2)) for pair in zip(x, outputs, strict=True)]
    )
    check_uniform(5 * (shifts[:, 0] + 2) + shifts[:, 1] + 2, 25)


def test_each_image_has_another_rectangle():
    x = images(270)
    outputs = to_numpy(cutting()(x, training=True)).astype("float32")
    centers = [center_between(*pair, size=(4, 3)) for pair in zip(x, outputs, strict=True)]
    # Half of 8 is 4, an even size with 9 centers; half of 6 is 3, an odd size with 6 centers.
    check_uniform(np.array([6 * row + column for row, column in centers]), 54)


def test_each_image_has_another_brightness_saturation_and_contrast():
    x = images()
    outputs = to_numpy(coloring()(x, training=True))
    changes = np.array([color_between(*pair) for pair in zip(x, outputs, strict=True)])
    ranges = [(-0.25, 0.5), (0, 2), (0.5, 1)]  # starts and lengths
    for values, (start, length) in zip(changes.T, ranges, strict=True):
        assert scipy.stats.kstest(values, "uniform", (start, length)).pvalue > 1e-3
    # The three changes are independent.
    correlations = np.corrcoef(changes, rowvar=False)[np.triu_indices(3, 1)]
    assert np.abs(correlations).max() < 4 / np.sqrt(len(x))


def test_grayscale_has_no_saturation():
    x = images(50, (6, 6, 1))
    outputs = to_numpy(coloring()(x, training=True))
    for before, after in zip(x, outputs, strict=True):
        brightness, _, contrast = color_between(before, after)
        assert abs(brightness) <= 0.25 + 1e-6 and 0.5 - 1e-6 <= contrast <= 1.5 + 1e-6


def test_color_changes_before_shift_and_cutout():
    layer = DifferentiableAugmentation(translation=0.25, cutout=0.5, color=True, seed=0)
    black = np.zeros((100, 8, 8, 1), "float32")
    outputs = to_numpy(layer(black, training=True))
    for image in outputs:
        # Black becomes a single shade of gray. Pixels of the shift and the cutout stay black.
        assert len(set(image.ravel()) - {0.0}) == 1
        assert np.sum(image == 0) >= 4
    assert len({image.ravel()[np.abs(image).argmax()] for image in outputs}) == 100


def check_gradient(layer, check, count=6):
    """Checks that the layer maps the factors of `weighted_sum` to the gradient.

    The gradients of a shift, a cut and a change of color are the same kind of change.
    """
    x = images(count)
    (gradient,) = gradients(lambda point: weighted_sum(layer(point, training=True)), x, layer=layer)
    factors = np.random.default_rng(0).normal(size=x.shape).astype("float32")  # of `weighted_sum`
    return [check(*pair) for pair in zip(factors, gradient.astype("float32"), strict=True)]


def test_gradients_are_shifts_cuts_and_changes_of_color():
    shifts = check_gradient(shifting(), lambda *pair: shift_between(*pair, largest=(2, 2)))
    assert len(set(shifts)) > 1
    centers = check_gradient(cutting(), lambda *pair: center_between(*pair, size=(4, 3)))
    assert len(set(centers)) > 1
    for brightness, saturation, contrast in check_gradient(coloring(), color_between):
        assert abs(brightness) < 1e-6 and 0 <= saturation <= 2 and 0.5 <= contrast <= 1.5


@pytest.mark.parametrize("make", [shifting, cutting, coloring])
def test_same_seed_same_stream(make):
    x = images(20)
    layer, same_seed, other_seed = make(seed=3), make(seed=3), make(seed=4)
    outputs = [to_numpy(layer(x, training=True)) for _ in range(2)]
    assert not np.allclose(*outputs)
    np.testing.assert_array_equal(
        outputs, [to_numpy(same_seed(x, training=True)) for _ in range(2)]
    )
    assert not np.allclose(outputs[0], to_numpy(other_seed(x, training=True)))


def test_it_trains_in_fit_and_loads_from_a_file(tmp_path):
    inputs = keras.Input((8, 8, 3))
    x = DifferentiableAugmentation(seed=0)(inputs)
    model = keras.Model(inputs, keras.layers.Dense(1)(keras.layers.Flatten()(x)))
    model.compile("sgd", "mse")
    x = images(5, (8, 8, 3))
    # Batches of 2, 2 and 1.
    history = model.fit(x, np.zeros((5, 1)), batch_size=2, epochs=2, verbose=0).history["loss"]
    assert np.isfinite(history).all()
    model.save(tmp_path / "model.keras")
    restored = keras.saving.load_model(tmp_path / "model.keras")
    expected = to_numpy(model(x, training=True))
    np.testing.assert_allclose(to_numpy(restored(x, training=True)), expected, atol=1e-6)


def test_config_batch_size_and_mixed_precision():
    restored = check_config(DifferentiableAugmentation(0.2, 0.3, color=False, seed=5))
    assert (restored.translation, restored.cutout, restored.color, restored.seed) == (
        0.2,
        0.3,
        False,
        5,
    )
    x = images(5)
    check_dynamic_batch(DifferentiableAugmentation(), x)
    check_mixed_precision(lambda **kwargs: DifferentiableAugmentation(**kwargs), x)
    # A shift and a cutout do not round the values.
    rounded = to_numpy(keras.ops.cast(x, "bfloat16")).astype("float32")
    for make, check in [
        (shifting, lambda *pair: shift_between(*pair, largest=(2, 2))),
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
def test_bad_shares_are_errors(name, share):
    with pytest.raises(
        ValueError, match=f"`{name}` must be a number, at least 0 and below 1.*{name}={share}"
    ):
        DifferentiableAugmentation(**{name: share})


def test_inputs_of_another_rank_are_errors():
    with pytest.raises(ValueError, match="ndim=4"):
        DifferentiableAugmentation()(np.zeros((2, 8, 8), "float32"))


@pytest.mark.parametrize("training", [False, True])
def test_integers_are_shares_of_255(training):
    images = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 3), "uint8")
    outputs = [
        to_numpy(DifferentiableAugmentation(seed=3)(given, training=training))
        for given in (images, (images / 255).astype("float32"))
    ]
    np.testing.assert_allclose(*outputs, atol=1e-6)
    if not training:
        np.testing.assert_allclose(outputs[0], images / 255, atol=1e-6)


def test_bad_flags_and_seeds_are_errors():
    with pytest.raises(ValueError, match="`color` must be True or False"):
        DifferentiableAugmentation(color="no")
    with pytest.raises(ValueError, match="`seed` must be an integer"):
        DifferentiableAugmentation(seed=0.5)
