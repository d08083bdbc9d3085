"""UpsamplingBlock against a slow NumPy block, in values and gradients."""

import numpy as np
import pytest

from keras_regen.layers import UpsamplingBlock
from tests import reference
from tests.contract import (
    check_config,
    check_dynamic_batch,
    check_gradients,
    check_mixed_precision,
    randomize,
    run,
    to_numpy,
    weights_of,
)

SHAPE = (3, 2, 4)


def images(shape=SHAPE):
    return np.random.default_rng(1).normal(size=(5, *shape)).astype("float32")


def block_for(shape=SHAPE):
    block = UpsamplingBlock(2, name="block")
    block.build((None, *shape))
    return randomize(block)


def test_values_equal_the_slow_block():
    block, x = block_for(), images()
    outputs = run(block, x)[0][0]
    np.testing.assert_allclose(outputs, reference.upsampling_block(x, weights_of(block)), atol=1e-4)
    assert outputs.shape == (5, 6, 4, 2)
    assert block.compute_output_shape((None, *SHAPE)) == (None, 6, 4, 2)


def test_interpolation_equals_the_slow_loop_and_keeps_a_slope():
    block, x = block_for(), images()
    np.testing.assert_allclose(
        to_numpy(block.upsample(x)), reference.doubled_bilinear(x), atol=1e-5
    )
    ramp = np.arange(3.0, dtype="float32")[None, :, None, None] * np.ones((1, 3, 2, 4), "float32")
    column = to_numpy(block.upsample(ramp))[0, :, 0, 0]
    np.testing.assert_allclose(column, [0, 0.25, 0.75, 1.25, 1.75, 2], atol=1e-6)


def test_gradients_and_statistics_of_a_training_step():
    block, x = block_for(), images()
    before = weights_of(block)
    check_gradients(block, x, lambda x, w: reference.upsampling_block(x, w, training=True))
    doubled = reference.doubled_bilinear(x)
    inner = reference.conv(doubled, before["conv/kernel"])
    after = weights_of(block)
    for name, value in {"mean": inner.mean((0, 1, 2)), "variance": inner.var((0, 1, 2))}.items():
        expected = 0.9 * before[f"norm/moving_{name}"] + 0.1 * value
        np.testing.assert_allclose(after[f"norm/moving_{name}"], expected, atol=1e-5)


def test_config_batch_size_and_mixed_precision():
    restored = check_config(UpsamplingBlock(3, kernel_initializer="glorot_uniform"))
    assert restored.filters == 3
    check_dynamic_batch(block_for(), images())
    check_mixed_precision(lambda **kwargs: UpsamplingBlock(2, **kwargs), images())


def test_zero_filters_are_an_error():
    with pytest.raises(ValueError, match="filters"):
        UpsamplingBlock(0)
