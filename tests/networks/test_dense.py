"""The dense networks against slow NumPy networks."""

import itertools

import keras
import numpy as np
import pytest

from keras_regen.networks import dense_discriminator, dense_generator
from keras_regen.networks.degan import HIDDEN_LAYER
from tests import reference
from tests.contract import (
    check_gradients,
    gradients,
    randomize,
    run,
    shapes_only,
    to_numpy,
    weighted_sum,
    weights_of,
)

SHAPE = (8, 9, 3)
TINY = {
    "generator": lambda: dense_generator(SHAPE, 4, hidden=(5, 6)),
    "discriminator": lambda: dense_discriminator(SHAPE, hidden=(6, 5)),
    "latent_discriminator": lambda: dense_discriminator((4,), hidden=[3]),
}


def inputs_of(network, count=5):
    return np.random.default_rng(1).random((count, *network.input_shape[1:]), "float32")


def slow(x, w, name, training=False):
    x = x.reshape(len(x), -1)
    for layer in sorted(key.split("/")[0] for key in w if key.endswith("/kernel")):
        if not layer.startswith("dense"):
            continue
        x = x @ w[f"{layer}/kernel"]
        if name == "generator":
            norm = reference.layer_weights(w, f"{layer}_norm")
            x = reference.norm(x[:, None, None], norm, training)[:, 0, 0]
        else:
            x = x + w[f"{layer}/bias"]
        x = np.where(x > 0, x, 0.2 * x)
    if name == "generator":
        x = x @ w["pixels/kernel"] + w["pixels/bias"]
        return (1 / (1 + np.exp(-x))).reshape(-1, *SHAPE)
    return x @ w["logits/kernel"] + w["logits/bias"]


@pytest.mark.parametrize("name", TINY)
def test_values_equal_the_slow_network_for_any_batch_size(name):
    network = randomize(TINY[name]())
    x = inputs_of(network)
    expected = slow(x, weights_of(network), name)
    assert network.output_shape == (None, *expected.shape[1:])
    outputs = network.predict(x, batch_size=2, verbose=0)
    np.testing.assert_allclose(outputs, expected, atol=1e-4)
    assert outputs.dtype == np.float32


@pytest.mark.parametrize("name", TINY)
def test_gradients_equal_the_slopes_of_the_slow_network(name):
    network = randomize(TINY[name]())
    check_gradients(network, inputs_of(network), lambda x, w: slow(x, w, name, training=True))


@pytest.mark.parametrize("name", TINY)
def test_mixed_precision_is_close_and_trains_every_weight(name):
    exact = randomize(TINY[name]())
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        mixed = TINY[name]()
    finally:
        keras.config.set_dtype_policy(policy)
    mixed.set_weights(exact.get_weights())
    x = inputs_of(exact)
    (outputs,), (tensor,) = run(mixed, x)
    expected = slow(x, weights_of(exact), name)
    np.testing.assert_allclose(outputs, expected, atol=0.05 * np.abs(expected).max())
    assert tensor.dtype == "float32"
    changes = gradients(lambda point: weighted_sum(mixed(point, training=True)), x, layer=mixed)
    assert all(np.isfinite(change).all() and np.any(change != 0) for change in changes)


@pytest.mark.parametrize("name", TINY)
@shapes_only()
def test_variable_paths_start_with_the_name_of_the_network(name):
    network = TINY[name]()
    assert all(weight.path.startswith(f"{network.name}/") for weight in network.weights)


@shapes_only()
def test_the_hidden_layer_is_the_last_hidden_activation():
    network = dense_discriminator(SHAPE, hidden=(6, 5))
    assert network.get_layer(HIDDEN_LAYER).output.shape == (None, 5)
    assert network.layers[-2] is network.get_layer(HIDDEN_LAYER)


@shapes_only()
def test_parameters_of_the_default_networks():
    sizes = [128, 256, 512, 1024]
    # Each hidden unit has a scale, an offset, a mean and a variance, but no bias.
    expected = sum(a * b + 4 * b for a, b in itertools.pairwise(sizes)) + 1024 * 784 + 784
    assert dense_generator((28, 28, 1)).count_params() == expected
    expected = 784 * 512 + 512 + 512 * 256 + 256 + 256 + 1
    assert dense_discriminator((28, 28, 1)).count_params() == expected


def test_clip_bounds_kernels_and_biases():
    limit = 0.03
    network = dense_discriminator((4,), hidden=(6, 5), clip=limit)
    network.compile(keras.optimizers.SGD(100.0), lambda y, logits: logits)
    network.fit(inputs_of(network, 4), np.zeros((4, 1)), verbose=0)
    largest = [np.abs(to_numpy(weight)).max() for weight in network.trainable_weights]
    np.testing.assert_array_less(largest, limit + 1e-6)
    assert max(largest) > limit - 1e-6


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dense_generator((7, 8, 1)), "image_shape"),
        (lambda: dense_generator(SHAPE, latent_dim=0), "latent_dim=0"),
        (lambda: dense_generator(SHAPE, hidden=(4, 0)), r"hidden=\(4, 0\)"),
        (lambda: dense_generator(SHAPE, hidden=()), r"len\(hidden\)=0"),
        (lambda: dense_discriminator((7, 8, 1)), "image_shape"),
        (lambda: dense_discriminator((8, 8)), "image_shape"),
        (lambda: dense_discriminator((0,)), r"input_shape=\(0,\)"),
        (lambda: dense_discriminator((4,), clip=-1.0), r"limit=-1\.0"),
    ],
)
def test_bad_arguments_are_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()
