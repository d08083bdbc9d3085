"""The residual network: its parameters, shapes and errors."""

import keras
import numpy as np
import pytest

from keras_regen.networks import resnet_v1
from tests.contract import randomize, run, shapes_only, weights_of


def parameters(depth, channels, classes):
    """Counts the weights, the biases and the normalization of each convolution."""

    def convolution(size, before, after, normalized=True):
        return size * size * before * after + after + 4 * after * normalized

    total, before = convolution(3, channels, 16), 16
    for after in (16, 32, 64):
        for block in range((depth - 2) // 6):
            total += convolution(3, after if block else before, after) + convolution(
                3, after, after
            )
        total += convolution(1, before, after, normalized=False) * (after != before)
        before = after
    return total + 64 * classes + classes


@pytest.mark.parametrize(("depth", "channels", "classes"), [(8, 1, 3), (20, 3, 10)])
@shapes_only()
def test_the_number_of_parameters(depth, channels, classes):
    network = resnet_v1((8, 8, channels), classes, depth)
    assert network.count_params() == parameters(depth, channels, classes)
    assert network.name == f"resnet{depth}v1"
    convolutions = [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
    assert len(convolutions) + 1 == depth + 2  # one layer is dense, and two are shortcuts
    # The published size of ResNet-56 is 0.85 million, without the biases of the convolutions.
    assert parameters(56, 3, 10) == 861770


def test_a_block_adds_its_input():
    network = randomize(resnet_v1((8, 8, 1), 2, depth=8))
    name = "stage2_block1"
    parts = [f"{name}_conv2_norm", f"{name}_skip", f"{name}_relu2"]
    parts = keras.Model(network.input, [network.get_layer(part).output for part in parts])
    (second, skip, output), _ = run(parts, np.random.default_rng(0).random((2, 8, 8, 1), "float32"))
    assert output.shape == (2, 4, 4, 32)
    np.testing.assert_allclose(output, np.maximum(second + skip, 0), atol=1e-4)
    assert weights_of(network)["stage2_block1_skip/kernel"].shape == (1, 1, 16, 32)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((8, 8, 1), 1), "num_classes=1"),
        (((8, 8, 1), 3, 57), "depth=57"),
        (((8, 8, 1), 3, 2), "depth=2"),
        (((7, 8, 1), 3), "Resize the images"),
    ],
)
def test_bad_arguments_are_errors(arguments, message):
    with pytest.raises(ValueError, match=message):
        resnet_v1(*arguments)
