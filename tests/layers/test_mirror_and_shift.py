"""MirrorAndShift: each output against all possible changes of its image."""

import keras
import numpy as np
import pytest

from keras_regen.layers import MirrorAndShift
from tests.contract import check_config, check_dynamic_batch, check_mixed_precision, to_numpy

SHAPE = (7, 6, 3)


def images(count=400):
    return np.random.default_rng(1).uniform(0, 1, (count, *SHAPE)).astype("float32")


def changes(image, mirror, shift):
    """Returns every change of an image, by (mirrored, down, right)."""
    height, width, _ = image.shape
    results = {}
    for mirrored in {False, mirror}:
        turned = image[:, ::-1] if mirrored else image
        padded = np.pad(turned, [(shift, shift), (shift, shift), (0, 0)], "edge")
        for down in range(-shift, shift + 1):
            for right in range(-shift, shift + 1):
                top, left = shift - down, shift - right
                results[mirrored, down, right] = padded[top : top + height, left : left + width]
    return results


@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize("shift", [0, 2])
def test_every_image_has_a_change_of_its_own_and_all_changes_occur(mirror, shift):
    before = images()
    after = to_numpy(MirrorAndShift(mirror, shift, seed=0)(before, training=True))
    counts = {}
    for image, changed in zip(before, after, strict=True):
        matches = [
            key
            for key, expected in changes(image, mirror, shift).items()
            if np.allclose(expected, changed, atol=1e-6)
        ]
        assert len(matches) == 1
        counts[matches[0]] = counts.get(matches[0], 0) + 1
    assert len(counts) == (1 + mirror) * (2 * shift + 1) ** 2
    assert min(counts.values()) > 1
    if mirror:
        share = sum(count for key, count in counts.items() if key[0]) / len(before)
        assert abs(share - 0.5) < 0.1


def test_images_are_unchanged_outside_of_training():
    before = images(5)
    np.testing.assert_array_equal(to_numpy(MirrorAndShift()(before)), before)
    integers = np.arange(2 * 7 * 6, dtype="uint8").reshape(2, 7, 6, 1)
    np.testing.assert_allclose(to_numpy(MirrorAndShift()(integers)), integers / 255, atol=1e-6)


def test_the_stream_goes_on_after_loading(tmp_path):
    inputs = keras.Input(SHAPE)
    model = keras.Model(inputs, MirrorAndShift(seed=3)(inputs))
    before = images(40)
    first = to_numpy(model(before, training=True))
    model.save(tmp_path / "model.keras")
    expected = to_numpy(model(before, training=True))
    restored = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(to_numpy(restored(before, training=True)), expected)
    assert not np.array_equal(first, expected)


@pytest.mark.parametrize("arguments", [{"shift": -1}, {"shift": 1.5}, {"mirror": "yes"}])
def test_wrong_arguments_raise(arguments):
    with pytest.raises(ValueError, match=next(iter(arguments))):
        MirrorAndShift(**arguments)


def test_config():
    restored = check_config(MirrorAndShift(False, 3, seed=5))
    assert (restored.mirror, restored.shift, restored.seed) == (False, 3, 5)


def test_dynamic_batch_and_mixed_precision():
    check_dynamic_batch(MirrorAndShift(), images(3))
    check_mixed_precision(lambda **options: MirrorAndShift(seed=0, **options), images(3))
