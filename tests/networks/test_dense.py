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
    shapes_alone,
    to_numpy,
    weighed,
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
            norm = reference.part(w, f"{layer}_norm")
            x = reference.norm(x[:, None, None], norm, training)[:, 0, 0]
        else:
            x = x + w[f"{layer}/bias"]
        x = np.where(x > 0, x, 0.2 * x)
    if name == "generator":
        x = x @ w["pixels/kernel"] + w["pixels/bias"]
        return (1 / (1 + np.exp(-x))).reshape(-1, *SHAPE)
    return x @ w["score/kernel"] + w["score/bias"]


@pytest.mark.parametrize("name", TINY)
def test_values_and_batches_of_any_size_equal_the_slow_network(name):
    network = randomize(TINY[name]())
    x = inputs_of(network)
    expected = slow(x, weights_of(network), name)
    assert network.output_shape == (None, *expected.shape[1:])
    found = network.predict(x, batch_size=2, verbose=0)
    np.testing.assert_allclose(found, expected, atol=1e-4)
    assert found.dtype == np.float32


@pytest.mark.parametrize("name", TINY)
def test_gradients_equal_the_slopes_of_the_slow_network(name):
    network = randomize(TINY[name]())
    check_gradients(network, inputs_of(network), lambda x, w: slow(x, w, name, training=True))


@pytest.mark.parametrize("name", TINY)
def test_mixed_precision_stays_near_and_reaches_every_weight(name):
    exact = randomize(TINY[name]())
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        mixed = TINY[name]()
    finally:
        keras.config.set_dtype_policy(policy)
    mixed.set_weights(exact.get_weights())
    x = inputs_of(exact)
    (found,), (tensor,) = run(mixed, x)
    expected = slow(x, weights_of(exact), name)
    np.testing.assert_allclose(found, expected, atol=0.05 * np.abs(expected).max())
    assert tensor.dtype == "float32"
    moved = gradients(lambda point: weighed(mixed(point, training=True)), x, layer=mixed)
    assert all(np.isfinite(change).all() and np.any(change != 0) for change in moved)


@pytest.mark.parametrize("name", TINY)
@shapes_alone()
def test_paths_of_variables_start_with_the_networks_name(name):
    network = TINY[name]()
    assert all(weight.path.startswith(f"{network.name}/") for weight in network.weights)


@shapes_alone()
def test_the_last_hidden_activation_has_the_hidden_layers_name():
    network = dense_discriminator(SHAPE, hidden=(6, 5))
    assert network.get_layer(HIDDEN_LAYER).output.shape == (None, 5)
    assert network.layers[-2] is network.get_layer(HIDDEN_LAYER)


@shapes_alone()
def test_parameters_of_the_default_networks_by_hand():
    sizes = [128, 256, 512, 1024]
    # Each unit of a hidden layer has scale, offset, mean and variance, and no bias.
    expected = sum(a * b + 4 * b for a, b in itertools.pairwise(sizes)) + 1024 * 784 + 784
    assert dense_generator((28, 28, 1)).count_params() == expected
    expected = 784 * 512 + 512 + 512 * 256 + 256 + 256 + 1
    assert dense_discriminator((28, 28, 1)).count_params() == expected


def test_clip_bounds_kernels_and_biases():
    limit = 0.03
    network = dense_discriminator((4,), hidden=(6, 5), clip=limit)
    network.compile(keras.optimizers.SGD(100.0), lambda y, scores: scores)
    network.fit(inputs_of(network, 4), np.zeros((4, 1)), verbose=0)
    largest = [np.abs(to_numpy(weight)).max() for weight in network.trainable_weights]
    np.testing.assert_array_less(largest, limit + 1e-6)
    assert max(largest) > limit - 1e-6


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dense_generator((7, 8, 1)), "image_shape"),
        (lambda: dense_generator(SHAPE, latent_dim=0), "latent_dim=0"),
        (lambda: dense_generator(SHAPE, hidden=(4, 0)), "hidden=0"),
        (lambda: dense_generator(SHAPE, hidden=()), r"len\(hidden\)=0"),
        (lambda: dense_discriminator((7, 8, 1)), "image_shape"),
        (lambda: dense_discriminator((8, 8)), "image_shape"),
        (lambda: dense_discriminator((0,)), r"input_shape\[0\]=0"),
        (lambda: dense_discriminator((4,), clip=-1.0), r"limit=-1\.0"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
