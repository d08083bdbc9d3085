"""DE-GAN's networks: the paper's tables, slow NumPy networks, and images of any size."""

import keras
import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_regen.networks import (
    degan_decoder,
    degan_discriminator,
    degan_encoder,
    degan_generator,
)
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

GRAY, COLOR, DIM, WIDTH = (8, 8, 1), (8, 8, 3), 3, 0.03
# Each network has two stages. Images of 9x8 are cropped from larger maps.
TINY = {
    "gray_encoder": lambda: degan_encoder(GRAY, DIM, WIDTH, dropout=0.0),
    "gray_decoder": lambda: degan_decoder(GRAY, DIM, WIDTH),
    "gray_generator": lambda: degan_generator(GRAY, DIM, WIDTH),
    "gray_discriminator": lambda: degan_discriminator(GRAY, WIDTH),
    "color_encoder": lambda: degan_encoder((9, 8, 3), DIM, WIDTH, dropout=0.0),
    "color_decoder": lambda: degan_decoder((9, 8, 3), DIM, WIDTH),
    "color_generator": lambda: degan_generator((9, 8, 3), DIM, WIDTH),
    "color_discriminator": lambda: degan_discriminator((9, 8, 3), WIDTH),
    "gray_critic": lambda: degan_discriminator(GRAY, WIDTH, normalization=False),
}


def inputs_of(network, count=5):
    return np.random.default_rng(1).random((count, *network.input_shape[1:]), "float32")


def leaky(x):
    return np.where(x > 0, x, 0.2 * x)


def dense(x, weights):
    return x @ weights["kernel"] + weights.get("bias", 0.0)


def normalized(x, w, name, training):
    """Applies the batch normalization of a layer, if its weights exist."""
    weights = reference.layer_weights(w, f"{name}_norm")
    if not weights:
        return x
    flat = x.reshape(-1, 1, 1, x.shape[-1])
    return reference.norm(flat, weights, training).reshape(x.shape)


def transposed(x, weights, strides):
    """Adds a patch of the kernel's size for each pixel."""
    kernel = weights["kernel"]
    batch, height, width, _ = x.shape
    rows, columns, channels, _ = kernel.shape
    y = np.zeros((batch, (height - 1) * strides + rows, (width - 1) * strides + columns, channels))
    for i in range(height):
        for j in range(width):
            top, left = i * strides, j * strides
            y[:, top : top + rows, left : left + columns] += np.tensordot(
                x[:, i, j], kernel, (1, 3)
            )
    if strides == 2:  # crop one row at the start and two at the end
        y = y[:, 1 : 1 + 2 * height, 1 : 1 + 2 * width]
    return y + weights.get("bias", 0.0)


def layers_of(w, kind):
    """Returns the names `conv1`, `conv2`, ... or `dense1`, ... of the layers in this order."""
    return sorted({key.split("/")[0] for key in w if key.startswith(kind) and "_" not in key})


def image(x, w, shape=None):
    x = transposed(x, reference.layer_weights(w, "image"), 2)
    if x.shape[-1] == 1:
        return 1 / (1 + np.exp(-x))
    # Crop both sides; an odd row or column is cropped at the end.
    top, left = ((side - size) // 2 for side, size in zip(x.shape[1:3], shape, strict=True))
    return (np.tanh(x[:, top : top + shape[0], left : left + shape[1]]) + 1) / 2


def encoder(x, w, training=False):
    x = 2 * x - 1 if x.shape[-1] == 3 else x
    for name in layers_of(w, "conv"):
        x = leaky(reference.conv(x, w[f"{name}/kernel"], w[f"{name}/bias"], 2))
    return dense(x.reshape(len(x), -1), reference.layer_weights(w, "posterior"))


def gray_decoder(z, w, training=False):
    x = leaky(transposed(z[:, None, None], reference.layer_weights(w, "conv1"), 1))
    assert x.shape[1:3] == (3, 3)
    return image(leaky(transposed(x, reference.layer_weights(w, "conv2"), 1)), w)


def color_decoder(z, w, training=False):
    x = leaky(transposed(z[:, None, None], reference.layer_weights(w, "conv1"), 1))
    return image(x, w, (9, 8))


def generator(z, w, training=False):
    gray = "dense2/kernel" in w
    for name in layers_of(w, "dense"):
        z = reference.relu(
            normalized(dense(z, reference.layer_weights(w, name)), w, name, training)
        )
    x = z.reshape(len(z), *((2, 2) if gray else (3, 2)), -1)
    x = transposed(x, reference.layer_weights(w, "conv1"), 2)
    return image(reference.relu(normalized(x, w, "conv1", training)), w, (9, 8))


def features(x, w, training=False):
    x = 2 * x - 1 if x.shape[-1] == 3 else x
    for name in layers_of(w, "conv"):
        x = reference.conv(x, w[f"{name}/kernel"], w.get(f"{name}/bias", 0.0), 2)
        x = leaky(normalized(x, w, name, training))
    return x


def discriminator(x, w, training=False):
    x = features(x, w, training).reshape(len(x), -1)
    if "dense/kernel" in w:
        x = leaky(normalized(dense(x, reference.layer_weights(w, "dense")), w, "dense", training))
    return dense(x, reference.layer_weights(w, "logits"))


SLOW = {
    "gray_encoder": encoder,
    "gray_decoder": gray_decoder,
    "gray_generator": generator,
    "gray_discriminator": discriminator,
    "color_encoder": encoder,
    "color_decoder": color_decoder,
    "color_generator": generator,
    "color_discriminator": discriminator,
    "gray_critic": discriminator,
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


@pytest.mark.parametrize("name", [name for name in TINY if "critic" not in name])
def test_gradients_equal_the_slopes_of_the_slow_network(name):
    network = randomize(TINY[name]())
    check_gradients(network, inputs_of(network), lambda x, w: SLOW[name](x, w, training=True))


@pytest.mark.parametrize(
    "name", ["color_encoder", "gray_decoder", "color_generator", "gray_discriminator"]
)
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
    # Images and logits are outputs of the model; the posterior is an input of the decoder.
    assert tensor.dtype == ("bfloat16" if "encoder" in name else "float32")
    try:
        changes = gradients(lambda point: weighted_sum(mixed(point, training=True)), x, layer=mixed)
    except RuntimeError as error:
        if "slow_conv2d" not in str(error):
            raise
        pytest.skip("PyTorch has no bfloat16 convolution for this processor (no AVX-512)")
    assert all(np.isfinite(change).all() and np.any(change != 0) for change in changes)


@pytest.mark.parametrize("name", ["gray_critic", "color_discriminator"])
def test_the_hidden_layer_is_the_activation_after_the_last_convolution(name):
    network = randomize(TINY[name]())
    x = inputs_of(network)
    outputs = keras.Model(network.input, network.get_layer(HIDDEN_LAYER).output).predict(
        x, verbose=0
    )
    np.testing.assert_allclose(outputs, features(x, weights_of(network)), atol=1e-4)


def stages(network, *names):
    return [network.get_layer(name).output.shape[1:] for name in names]


def conv(inputs, outputs, bias=1):
    """Counts the parameters of a 5x5 convolution."""
    return 25 * inputs * outputs + bias * outputs


def normalized_conv(inputs, outputs):
    return conv(inputs, outputs, bias=0) + 4 * outputs


@pytest.mark.any_backend
@shapes_only()
def test_stages_and_parameters_of_table_2():
    shape = (28, 28, 1)
    network = degan_encoder(shape)
    assert stages(network, "conv1", "conv2", "conv3", "flatten", "posterior") == [
        (14, 14, 32),
        (7, 7, 64),
        (4, 4, 128),
        (2048,),
        (256,),
    ]
    expected = conv(1, 32) + conv(32, 64) + conv(64, 128) + 2048 * 256 + 256
    assert network.count_params() == expected

    network = degan_decoder(shape)
    assert stages(network, "conv1", "conv2", "conv3", "image") == [
        (3, 3, 128),
        (7, 7, 64),
        (14, 14, 32),
        (28, 28, 1),
    ]
    expected = 9 * 128 * 128 + 128 + conv(128, 64) + conv(64, 32) + conv(32, 1)
    assert network.count_params() == expected

    network = degan_generator(shape)
    assert stages(network, "dense1", "dense2", "reshape", "conv1", "image") == [
        (1024,),
        (6272,),
        (7, 7, 128),
        (14, 14, 128),
        (28, 28, 1),
    ]
    expected = 128 * 1024 + 4 * 1024 + 1024 * 6272 + 4 * 6272
    assert network.count_params() == expected + normalized_conv(128, 128) + conv(128, 1)

    network = degan_discriminator(shape)
    assert stages(network, "conv1", "conv2", "features", "dense", "logits") == [
        (14, 14, 11),
        (7, 7, 74),
        (7, 7, 74),
        (1024,),
        (1,),
    ]
    expected = conv(1, 11) + normalized_conv(11, 74) + 49 * 74 * 1024 + 4 * 1024 + 1024 + 1
    assert network.count_params() == expected


@pytest.mark.any_backend
@shapes_only()
def test_stages_and_parameters_of_table_4():
    shape = (32, 32, 3)
    network = degan_encoder(shape)
    names = "conv1", "conv2", "conv3", "flatten"
    assert stages(network, *names) == [(16, 16, 32), (8, 8, 64), (4, 4, 128), (2048,)]
    expected = conv(3, 32) + conv(32, 64) + conv(64, 128) + 2048 * 256 + 256
    assert network.count_params() == expected

    network = degan_decoder(shape)
    names = "conv1", "conv2", "conv3", "image"
    assert stages(network, *names) == [(4, 4, 128), (8, 8, 64), (16, 16, 32), (32, 32, 3)]
    expected = 16 * 128 * 128 + 128 + conv(128, 64) + conv(64, 32) + conv(32, 3)
    assert network.count_params() == expected

    network = degan_generator(shape)
    assert stages(network, "dense1", "reshape", "conv1", "conv2", "conv3", "image") == [
        (1024,),
        (2, 2, 256),
        (4, 4, 512),
        (8, 8, 256),
        (16, 16, 512),
        (32, 32, 3),
    ]
    hidden = normalized_conv(256, 512) + normalized_conv(512, 256) + normalized_conv(256, 512)
    assert network.count_params() == 128 * 1024 + 4 * 1024 + hidden + conv(512, 3)

    network = degan_discriminator(shape)
    names = "conv1", "conv2", "conv3", "features", "logits"
    assert stages(network, *names) == [(16, 16, 64), (8, 8, 128)] + [(4, 4, 256)] * 2 + [(1,)]
    hidden = normalized_conv(64, 128) + normalized_conv(128, 256)
    assert network.count_params() == conv(3, 64) + hidden + 16 * 256 + 1
    critic = degan_discriminator(shape, normalization=False)
    hidden = conv(64, 128) + conv(128, 256)
    assert critic.count_params() == conv(3, 64) + hidden + 16 * 256 + 1


@pytest.mark.any_backend
@shapes_only()
def test_stages_of_table_3():
    shape, width = (64, 64, 3), 1 / 8
    names = "conv1", "conv2", "conv3"
    expected = [(32, 32, 4), (16, 16, 8), (8, 8, 16)]
    assert stages(degan_encoder(shape, width=width), *names) == expected
    expected = [(4, 4, 16), (8, 8, 8), (16, 16, 4), (32, 32, 2), (64, 64, 3)]
    assert stages(degan_decoder(shape, width=width), *names, "conv4", "image") == expected
    network = degan_generator(shape, width=width)
    expected = [(4, 4, 8), (8, 8, 64), (16, 16, 32), (32, 32, 64), (64, 64, 3)]
    assert stages(network, "reshape", *names, "image") == expected
    expected = [(32, 32, 8), (16, 16, 16), (8, 8, 32)]
    assert stages(degan_discriminator(shape, width), *names) == expected


@pytest.mark.any_backend
@pytest.mark.parametrize("shape", [(129, 129, 1), (160, 200, 3), (256, 256, 1), (256, 256, 3)])
@shapes_only()
def test_stages_of_images_above_128_pixels(shape):
    gray, scale = shape[-1] == 1, 1 / 8
    names = "conv1", "conv2", "conv3", "conv4"
    network = degan_generator(shape, width=scale)
    assert [stage[-1] for stage in stages(network, *names)] == (
        [16, 16, 16, 16] if gray else [64, 32, 64, 64]
    )
    assert network.output_shape == (None, *shape)
    network = degan_discriminator(shape, scale)
    assert [stage[-1] for stage in stages(network, *names, HIDDEN_LAYER)] == (
        [1, 9, 18, 37, 74] if gray else [8, 16, 32, 64, 128]
    )
    names = *names, "conv5"
    network = degan_encoder(shape, width=scale)
    assert [stage[-1] for stage in stages(network, *names)] == [4, 8, 16, 32, 64]


@settings(deadline=None, max_examples=3)
@given(
    height=st.integers(8, 256),
    width=st.integers(8, 256),
    channels=st.sampled_from([1, 3]),
)
@shapes_only()
def test_output_shapes_for_any_size(height, width, channels):
    shape, scale = (height, width, channels), 0.01
    encode = degan_encoder(shape, 3, scale)
    assert encode.output_shape == (None, 6)
    assert degan_decoder(shape, 3, scale).output_shape == (None, *shape)
    assert degan_generator(shape, 3, scale).output_shape == (None, *shape)
    discriminate = degan_discriminator(shape, scale)
    assert discriminate.output_shape == (None, 1)
    # The shorter side of the last map has 2 to 8 pixels.
    for map_shape in (
        discriminate.get_layer(HIDDEN_LAYER).output.shape,
        encode.layers[-3].output.shape,
    ):
        assert 2 <= min(map_shape[1:3]) <= 8


@pytest.mark.parametrize("shape", [(13, 9, 3), (128, 128, 1)])
def test_images_of_extreme_sizes(shape):
    x = np.random.default_rng(0).random((2, *shape), "float32")
    posterior = degan_encoder(shape, 3, 0.02).predict(x, verbose=0)
    for build in (degan_decoder, degan_generator):
        network = randomize(build(shape, 3, 0.02))
        images = network.predict(10 * posterior[:, :3], verbose=0)
        assert images.shape == x.shape
        assert 0 <= images.min() < images.max() <= 1
    logits = degan_discriminator(shape, 0.02).predict(x, verbose=0)
    assert logits.shape == (2, 1) and np.isfinite(logits).all()


def test_logits_are_not_bounded():
    network = randomize(TINY["gray_critic"]())
    logits = network.predict(100 * inputs_of(network), verbose=0)
    assert logits.min() < 0 or logits.max() > 1
    assert network.layers[-1].activation is keras.activations.linear


@pytest.mark.any_backend
@pytest.mark.parametrize("name", [name for name in TINY if "gray" in name])
@shapes_only()
def test_variable_paths_start_with_the_name_of_the_network(name):
    network = TINY[name]()
    start = f"{network.name}/"
    paths = [weight.path for weight in network.weights]
    assert all(path.startswith(start) for path in paths) and len(set(paths)) == len(paths)
    restored = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(network))
    assert [weight.path for weight in restored.weights] == paths


@shapes_only()
def test_the_name_of_a_network():
    network = degan_generator(GRAY, DIM, WIDTH, name="artist")
    assert network.name == "artist"
    assert all(weight.path.startswith("artist/") for weight in network.weights)


@pytest.mark.parametrize("build", [degan_generator, degan_discriminator])
def test_kernels_are_initialized_as_in_dcgan(build):
    # At 64 pixels, the grayscale generator has two convolutions of the same shape.
    network = build((64, 64, 1), width=0.1)
    kernels = [to_numpy(weight).ravel() for weight in network.weights if "kernel" in weight.path]
    rng = np.random.default_rng(0)
    for kernel in kernels:
        sample = rng.choice(kernel, min(len(kernel), 20_000), replace=False) / 0.02
        assert scipy.stats.kstest(sample, "norm").pvalue > 1e-4
    starts = {tuple(kernel[:5]) for kernel in kernels}
    assert len(starts) == len(kernels)


@pytest.mark.parametrize("shape", [GRAY, COLOR])
def test_clip_bounds_kernels_and_biases(shape):
    limit = 0.03
    network = degan_discriminator(shape, WIDTH, normalization=False, clip=limit)
    network.compile(keras.optimizers.SGD(100.0), lambda y, logits: logits)
    x = inputs_of(network, 4)
    network.fit(x, np.zeros((4, 1)), verbose=0)
    largest = [np.abs(to_numpy(weight)).max() for weight in network.trainable_weights]
    np.testing.assert_array_less(largest, limit + 1e-6)
    assert max(largest) > limit - 1e-6


def test_dropout_is_active_in_training_only():
    network = degan_encoder(GRAY, DIM, dropout=0.5)
    x = inputs_of(network)
    expected = to_numpy(network(x))
    np.testing.assert_array_equal(expected, to_numpy(network(x)))
    output, other_output = (to_numpy(network(x, training=True)) for _ in range(2))
    assert not np.allclose(output, other_output) and not np.allclose(output, expected)


def test_saved_networks_load(tmp_path):
    for build in (
        lambda: degan_encoder(COLOR, DIM, WIDTH),
        lambda: degan_discriminator(COLOR, WIDTH, clip=0.5),
    ):
        network = randomize(build())
        network.save(tmp_path / "network.keras")
        restored = keras.saving.load_model(tmp_path / "network.keras")
        x = inputs_of(network)
        outputs, expected = restored.predict(x, verbose=0), network.predict(x, verbose=0)
        np.testing.assert_allclose(outputs, expected, atol=1e-6)
        assert [weight.path for weight in restored.weights] == [
            weight.path for weight in network.weights
        ]
    assert restored.get_layer("conv1").kernel_constraint.limit == 0.5
    assert restored.get_layer("logits").bias_constraint.limit == 0.5


BUILDERS = [degan_encoder, degan_decoder, degan_generator, degan_discriminator]


@pytest.mark.parametrize("build", BUILDERS)
@pytest.mark.parametrize("shape", [(7, 8, 1), (8, 257, 1), (8, 8, 2), (8, 8), (None, 8, 1)])
def test_bad_image_shapes_are_errors(build, shape):
    message = rf"8 to 256 rows and columns and 1 or 3 channels.*image_shape=\({shape[0]}, "
    with pytest.raises(ValueError, match=message):
        build(shape)


@pytest.mark.parametrize("build", BUILDERS)
def test_bad_widths_are_errors(build):
    with pytest.raises(ValueError, match=r"above 0.*width=0"):
        build(GRAY, width=0)


@pytest.mark.parametrize("build", BUILDERS[:3])
def test_bad_latents_are_errors(build):
    with pytest.raises(ValueError, match=r"at least 1.*latent_dim=0"):
        build(GRAY, latent_dim=0)


def test_other_bad_arguments_are_errors():
    with pytest.raises(ValueError, match=r"`limit` must be a number, above 0.*limit=0"):
        degan_discriminator(GRAY, clip=0)
    with pytest.raises(ValueError, match=r"`dropout` must be a number.*dropout=2"):
        degan_encoder(GRAY, dropout=2)
