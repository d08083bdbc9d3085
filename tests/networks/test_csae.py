"""CSAE's networks: the papers' tables, slow NumPy networks, and images of any size."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_regen.networks import (
    basenet,
    csae_conditional_encoder,
    csae_decoder,
    csae_encoder,
    csae_linear_decoder,
    csae_linear_encoder,
)
from tests import reference
from tests.contract import (
    check_gradients,
    gradients,
    randomize,
    run,
    shapes_only,
    weighted_sum,
    weights_of,
)

# Each network has a single block.
SHAPE, DIM = (8, 8, 1), 3
TINY = {
    "encoder": lambda: csae_encoder(SHAPE, DIM, stem_filters=2),
    "bilinear": lambda: csae_decoder(SHAPE, DIM, stem_filters=2),
    "transposed": lambda: csae_decoder(SHAPE, DIM, stem_filters=2, upsampling="transposed"),
    "linear_encoder": lambda: csae_linear_encoder(SHAPE, DIM, hidden=4),
    "linear_decoder": lambda: csae_linear_decoder(SHAPE, DIM, hidden=4),
    "basenet": lambda: basenet(SHAPE, 3, stem_filters=2),
}


def inputs_of(network, count=5):
    return np.random.default_rng(1).random((count, *network.input_shape[1:]), "float32")


def dense(x, weights):
    return x @ weights["kernel"] + weights["bias"]


def convolutions(x, w, training):
    x = reference.conv(x, w["stem/kernel"])
    x = reference.relu(reference.norm(x, reference.layer_weights(w, "stem_norm"), training))
    return reference.residual_block(x, reference.layer_weights(w, "block1"), training=training)


def encoder(x, w, training=False):
    x = convolutions(x, w, training).reshape(len(x), 1, 1, -1)
    plain = {"gamma": 1.0, "beta": 0.0, **reference.layer_weights(w, "feature_norm")}
    return dense(reference.norm(x, plain, training)[:, 0, 0], reference.layer_weights(w, "latent"))


def decoder(z, w, training=False):
    x = dense(z, reference.layer_weights(w, "map")).reshape(len(z), 4, 4, 4)
    x = reference.upsampling_block(x, reference.layer_weights(w, "block1"), training)
    return reference.conv(x, w["image/kernel"], w["image/bias"])


def linear_encoder(x, w, training=False):
    hidden = reference.relu(dense(x.reshape(len(x), -1), reference.layer_weights(w, "hidden")))
    return dense(hidden, reference.layer_weights(w, "latent"))


def linear_decoder(z, w, training=False):
    hidden = reference.relu(dense(z, reference.layer_weights(w, "hidden")))
    return dense(hidden, reference.layer_weights(w, "pixels")).reshape(len(z), *SHAPE)


def classifier(x, w, training=False):
    logits = dense(
        convolutions(x, w, training).mean((1, 2)), reference.layer_weights(w, "probability")
    )
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


SLOW = {
    "encoder": encoder,
    "bilinear": decoder,
    "transposed": decoder,
    "linear_encoder": linear_encoder,
    "linear_decoder": linear_decoder,
    "basenet": classifier,
}


@pytest.mark.parametrize("name", TINY)
def test_values_equal_the_slow_network_for_any_batch_size(name):
    network = randomize(TINY[name]())
    x = inputs_of(network)
    expected = SLOW[name](x, weights_of(network))
    assert network.input_shape[0] is None and network.output_shape == (None, *expected.shape[1:])
    # Batches of 2, 2 and 1.
    outputs = network.predict(x, batch_size=2, verbose=0)
    np.testing.assert_allclose(outputs, expected, atol=1e-4)
    assert outputs.dtype == np.float32


@pytest.mark.parametrize("name", TINY)
def test_gradients_equal_the_slopes_of_the_slow_network(name):
    network = randomize(TINY[name]())
    check_gradients(network, inputs_of(network), lambda x, w: SLOW[name](x, w, training=True))


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
    expected = SLOW[name](x, weights_of(exact))
    np.testing.assert_allclose(outputs, expected, atol=0.05 * np.abs(expected).max())
    # Images and probabilities are outputs of the model; the latent is an input of the decoder.
    assert tensor.dtype == ("bfloat16" if "encoder" in name else "float32")
    changes = gradients(lambda point: weighted_sum(mixed(point, training=True)), x, layer=mixed)
    assert all(np.isfinite(change).all() and np.any(change != 0) for change in changes)


def test_conditional_encoder_equals_the_encoder_of_the_image_and_label_maps():
    network = randomize(csae_conditional_encoder(SHAPE, 4, DIM, stem_filters=2))
    x = np.random.default_rng(1).random((5, *SHAPE), "float32")
    labels = np.array([3, 0, 1, 1, 2])
    maps = np.zeros((5, 8, 8, 4), "float32")
    for image, label in enumerate(labels):
        maps[image, :, :, label] = 1
    expected = encoder(np.concatenate([x, maps], axis=-1), weights_of(network))
    one_hot = maps[:, 0, 0]
    outputs = network.predict([x, one_hot], batch_size=2, verbose=0)
    np.testing.assert_allclose(outputs, expected, atol=1e-4)


@pytest.mark.parametrize(
    ("build", "slow"), [(csae_decoder, decoder), (csae_linear_decoder, linear_decoder)]
)
def test_activation_of_the_last_layer(build, slow):
    network = randomize(build(SHAPE, DIM, 2, activation="sigmoid"))
    z = inputs_of(network)
    expected = 1 / (1 + np.exp(-slow(z, weights_of(network))))
    np.testing.assert_allclose(network.predict(z, verbose=0), expected, atol=1e-5)


def stages(network, *names):
    return [network.get_layer(name).output.shape[1:] for name in names]


def residual(channels, count):
    """Counts two 3x3 convolutions without bias, a 1x1 convolution, and two normalizations."""
    return 9 * channels * count + 9 * count * count + channels * count + count + 2 * 4 * count


@pytest.mark.any_backend
@shapes_only()
def test_stages_and_parameters_of_the_second_version():
    halved = [(32, 32, 32), (16, 16, 64), (8, 8, 128), (4, 4, 128)]
    convolutions = 9 * 3 * 32 + 4 * 32 + residual(32, 64) + residual(64, 128) + residual(128, 128)
    network = csae_encoder((28, 28, 3))
    assert stages(network, "stem", "block1", "block2", "block3") == halved
    # The normalization before the last layer has a mean and a variance for every feature.
    assert network.count_params() == convolutions + 2 * 2048 + 2048 * 40 + 40
    network = basenet((28, 28, 3), 10)
    assert stages(network, "stem", "block1", "block2", "block3") == halved
    assert network.count_params() == convolutions + 128 * 10 + 10

    network = csae_decoder((28, 28, 3))
    doubled = [(4, 4, 128), (8, 8, 128), (16, 16, 64), (32, 32, 32), (32, 32, 3)]
    assert stages(network, "reshape", "block1", "block2", "block3", "image") == doubled
    blocks = sum(9 * a * b + 4 * b for a, b in [(128, 128), (128, 64), (64, 32)])
    assert network.count_params() == 40 * 2048 + 2048 + blocks + 32 * 3 + 3


@pytest.mark.any_backend
@shapes_only()
def test_stages_and_parameters_of_the_first_version():
    halved = [(32, 32, 16), (16, 16, 32), (8, 8, 64), (4, 4, 64)]
    convolutions = 9 * 3 * 16 + 4 * 16 + residual(16, 32) + residual(32, 64) + residual(64, 64)
    network = csae_encoder((32, 32, 3), stem_filters=16)
    assert stages(network, "stem", "block1", "block2", "block3") == halved
    assert network.count_params() == convolutions + 2 * 1024 + 1024 * 40 + 40

    network = csae_decoder((32, 32, 3), stem_filters=16, upsampling="transposed")
    doubled = [(4, 4, 64), (8, 8, 64), (16, 16, 32), (32, 32, 16), (32, 32, 3)]
    assert stages(network, "reshape", "block1", "block2", "block3", "image") == doubled
    # A 2x2 transposed convolution to half the channels and a 3x3 convolution.
    blocks = sum(
        4 * a * (a // 2) + a // 2 + 9 * (a // 2) * b + 4 * b
        for a, b in [(64, 64), (64, 32), (32, 16)]
    )
    assert network.count_params() == 40 * 1024 + 1024 + blocks + 16 * 3 + 3


@shapes_only()
def test_parameters_of_the_linear_networks():
    assert csae_linear_encoder((28, 28, 1)).count_params() == 784 * 400 + 400 + 400 * 40 + 40
    assert csae_linear_decoder((28, 28, 1)).count_params() == 40 * 400 + 400 + 400 * 784 + 784


@settings(deadline=None, max_examples=4)
@given(
    height=st.integers(8, 128),
    width=st.integers(8, 128),
    channels=st.sampled_from([1, 3]),
    upsampling=st.sampled_from(["bilinear", "transposed"]),
)
@shapes_only()
def test_output_shapes_for_any_size(height, width, channels, upsampling):
    shape = (height, width, channels)
    network = csae_encoder(shape, latent_dim=3, stem_filters=1)
    assert network.output_shape == (None, 3)
    # The encoder halves images to about 4x4: the longer side has 3 or 4 rows or columns.
    ends = network.get_layer("flatten").input.shape[1:3]
    assert max(ends) in (3, 4) and min(ends) >= 1
    network = csae_decoder(shape, latent_dim=3, stem_filters=1, upsampling=upsampling)
    assert network.output_shape == (None, *shape)
    assert basenet(shape, 2, stem_filters=1).output_shape == (None, 2)


@pytest.mark.parametrize("shape", [(13, 9, 3), (128, 128, 1)])
def test_images_of_extreme_sizes(shape):
    x = np.random.default_rng(0).random((2, *shape), "float32")
    pairs = [
        (csae_encoder(shape, 3, stem_filters=1), csae_decoder(shape, 3, stem_filters=1)),
        (csae_linear_encoder(shape, 3, hidden=2), csae_linear_decoder(shape, 3, hidden=2)),
    ]
    for encode, decode in pairs:
        images = decode.predict(encode.predict(x, verbose=0), verbose=0)
        assert images.shape == x.shape and np.isfinite(images).all()


def test_28x28_is_padded_to_32x32_and_cropped():
    x = np.random.default_rng(0).random((2, 28, 28, 1), "float32")
    padded = np.pad(x, ((0, 0), (2, 2), (2, 2), (0, 0)))
    small, large = (randomize(csae_encoder((s, s, 1), 3, stem_filters=1)) for s in (28, 32))
    outputs, expected = small.predict(x, verbose=0), large.predict(padded, verbose=0)
    np.testing.assert_allclose(outputs, expected, atol=1e-5)
    z = np.random.default_rng(0).random((2, 3), "float32")
    small, large = (randomize(csae_decoder((s, s, 1), 3, stem_filters=1)) for s in (28, 32))
    outputs, expected = small.predict(z, verbose=0), large.predict(z, verbose=0)
    np.testing.assert_allclose(outputs, expected[:, 2:-2, 2:-2], atol=1e-5)


def test_the_network_does_not_bound_images():
    network = randomize(TINY["bilinear"]())
    images = network.predict(100 * inputs_of(network), verbose=0)
    assert images.min() < 0 and images.max() > 1


BUILDERS = [
    lambda shape: csae_conditional_encoder(shape, 3),
    csae_encoder,
    csae_decoder,
    csae_linear_encoder,
    csae_linear_decoder,
    lambda shape: basenet(shape, 3),
]


@pytest.mark.parametrize("build", BUILDERS)
@pytest.mark.parametrize(
    "shape", [(7, 8, 1), (8, 257, 1), (8, 8, 2), (8, 8), (None, 8, 1), (1, 8, 8, 1)]
)
def test_bad_image_shapes_are_errors(build, shape):
    message = rf"8 to 256 rows and columns and 1 or 3 channels.*image_shape=\({shape[0]}, "
    with pytest.raises(ValueError, match=message):
        build(shape)


def test_other_bad_arguments_are_errors():
    with pytest.raises(ValueError, match=r"'bilinear', 'transposed'.*upsampling='nearest'"):
        csae_decoder(SHAPE, upsampling="nearest")
    with pytest.raises(ValueError, match=r"at least 2.*num_classes=1"):
        basenet(SHAPE, 1)
    with pytest.raises(ValueError, match=r"at least 2.*num_classes=1"):
        csae_conditional_encoder(SHAPE, 1)
    with pytest.raises(ValueError, match="at least 1"):
        csae_encoder(SHAPE, latent_dim=0)
    with pytest.raises(ValueError, match="at least 1"):
        csae_encoder(SHAPE, stem_filters=0)
    with pytest.raises(ValueError, match=r"without \"/\". Received: name='a/b'"):
        csae_encoder(SHAPE, name="a/b")
    for activation in ("sigmoide", 3, len, keras.ops.sum):
        with pytest.raises(ValueError, match="`activation` must be None, the name"):
            csae_decoder(SHAPE, activation=activation)


def test_arguments_of_other_types():
    """Shapes and numbers of NumPy, lists, and a function as the activation."""
    count = np.int64(2)
    encoder = csae_encoder(np.array(SHAPE), latent_dim=count, stem_filters=count)
    assert encoder.output_shape == (None, 2)
    decoder = csae_decoder(list(SHAPE), count, count, activation=keras.ops.relu)
    assert decoder.output_shape == (None, *SHAPE)
    assert decoder.predict(np.full((2, 2), 3.0), verbose=0).min() >= 0
    restored = keras.Model.from_config(encoder.get_config())
    assert restored.output_shape == (None, 2)
