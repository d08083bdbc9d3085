"""ResidualBlock against a slow NumPy block, in values and gradients."""

import keras
import numpy as np
import pytest

from keras_regen.layers import ResidualBlock
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

# Halves even sizes, halves odd sizes, keeps the size with an identity shortcut.
CASES = [(2, (4, 6, 2), 3), (2, (5, 3, 2), 3), (1, (3, 4, 3), 3)]


def images(shape, count=5):
    return np.random.default_rng(1).normal(size=(count, *shape)).astype("float32")


def block_for(strides, shape, filters):
    block = ResidualBlock(filters, strides, name="block")
    block.build((None, *shape))
    return randomize(block)


@pytest.mark.parametrize("strides, shape, filters", CASES)
def test_values_equal_the_slow_block(strides, shape, filters):
    block, x = block_for(strides, shape, filters), images(shape)
    outputs = run(block, x)[0][0]
    expected = reference.residual_block(x, weights_of(block), strides)
    np.testing.assert_allclose(outputs, expected, atol=1e-4)
    assert outputs.shape == (5, -(-shape[0] // strides), -(-shape[1] // strides), filters)
    assert block.compute_output_shape((None, *shape)) == (None, *outputs.shape[1:])


@pytest.mark.parametrize("strides, shape, filters", [CASES[0], CASES[2]])
def test_gradients_and_statistics_of_a_training_step(strides, shape, filters):
    block, x = block_for(strides, shape, filters), images(shape)
    before = weights_of(block)
    check_gradients(block, x, lambda x, w: reference.residual_block(x, w, strides, training=True))
    first = reference.conv(x, before["conv1/kernel"], strides=strides)
    after = weights_of(block)
    for name, value in {"mean": first.mean((0, 1, 2)), "variance": first.var((0, 1, 2))}.items():
        expected = 0.9 * before[f"norm1/moving_{name}"] + 0.1 * value
        np.testing.assert_allclose(after[f"norm1/moving_{name}"], expected, atol=1e-5)


def test_an_identity_shortcut_has_no_weights_and_no_unbuilt_layer():
    block = block_for(1, (4, 4, 3), 3)
    assert not any("shortcut" in weight.path for weight in block.weights)
    assert all(layer.built for layer in block._flatten_layers())


def test_config_batch_size_and_mixed_precision():
    restored = check_config(ResidualBlock(3, strides=1, kernel_initializer="glorot_uniform"))
    assert (restored.filters, restored.strides) == (3, 1)
    check_dynamic_batch(block_for(2, (4, 6, 2), 3), images((4, 6, 2)))
    check_mixed_precision(lambda **kwargs: ResidualBlock(3, **kwargs), images((4, 6, 2)))


def test_kernels_differ_and_depend_on_the_global_seed():
    kernels = []
    for _ in range(2):
        keras.utils.set_random_seed(3)
        block = ResidualBlock(3, strides=1)
        block.build((None, 4, 4, 3))
        kernels.append([to_numpy(block.conv1.kernel), to_numpy(block.conv2.kernel)])
    assert not np.allclose(*kernels[0])
    np.testing.assert_array_equal(kernels[0], kernels[1])


def test_zero_filters_are_an_error():
    with pytest.raises(ValueError, match="filters"):
        ResidualBlock(0)
