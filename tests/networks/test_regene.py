"""ReGene's networks against the paper's tables."""

import keras
import numpy as np
import pytest

from keras_regen.networks import ReGeneDecoder, regene_classifier, regene_decoder
from tests.contract import shapes_only


def conv_filters(model):
    return [
        layer.filters
        for layer in model.layers
        if layer.name.startswith("block") and "conv" in layer.name
    ]


@pytest.mark.any_backend
@pytest.mark.parametrize(
    ("shape", "latent_dim", "decoder"),
    [
        ((28, 28, 1), 1152, [512] * 3 + [256] * 6),
        ((32, 32, 3), 2048, [512] * 3 + [256] * 9),
        ((64, 64, 3), 2048, [512] * 3 + [256] * 12),
        ((128, 128, 3), 2048, [512] * 3 + [256] * 15),
    ],
)
@shapes_only()
def test_the_papers_tables(shape, latent_dim, decoder):
    # The latent and the filters are a sixteenth of the paper's.
    classifier = regene_classifier(shape, 10, width=1 / 16)
    assert classifier.get_layer("latent").output.shape == (None, latent_dim / 16)
    counts = {28: 6, 32: 6, 64: 7, 128: 8}
    assert conv_filters(classifier) == [8] * counts[shape[0]]
    network = regene_decoder(shape, latent_dim // 16, width=1 / 16)
    assert conv_filters(network) == [filters // 16 for filters in decoder]
    assert network.output_shape == (None, *shape)


@pytest.mark.any_backend
@shapes_only()
def test_parameters_of_table_a5():
    def conv(inputs, outputs):
        return 9 * inputs * outputs + outputs

    norm = 4 * 16
    expected = conv(1, 16) + 5 * conv(16, 16) + 6 * norm + (144 * 10 + 10)
    assert regene_classifier((28, 28, 1), 10, width=1 / 8).count_params() == expected


@shapes_only()
def test_kernels_of_table_a7():
    model = regene_classifier((32, 32, 3), 10, width=1 / 32)
    sizes = [layer.kernel_size[0] for layer in model.layers if "conv" in layer.name]
    assert sizes == [3, 3, 3, 3, 9, 11]


@pytest.mark.any_backend
@pytest.mark.parametrize(("blocks", "latent_dim"), [(4, 2048), (5, 512), (6, 128)])
@shapes_only()
def test_the_networks_of_table_1(blocks, latent_dim):
    for convs in (1, 3):
        model = regene_classifier((32, 32, 3), 10, blocks, convs, width=1 / 32)
        assert model.get_layer("latent").output.shape[-1] == latent_dim / 32
        assert len(conv_filters(model)) == 4 + convs * (blocks - 2)


@pytest.mark.parametrize("shape", [(8, 8, 1), (9, 17, 3), (40, 24, 1)])
def test_any_shape_and_latent(shape):
    decoder = regene_decoder(shape, latent_dim=7, width=1 / 64)
    images = decoder.predict(np.random.default_rng(0).normal(size=(3, 7)), verbose=0)
    assert images.shape == (3, *shape)
    assert 0 <= images.min() <= images.max() <= 1
    assert regene_classifier(shape, 2, width=1 / 64).output_shape == (None, 2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: regene_classifier((7, 8, 1), 10), "image_shape"),
        (lambda: regene_classifier((8, 8, 1), 1), "num_classes"),
        (lambda: regene_classifier((8, 8, 1), 3, blocks=5), "at most 4"),
        (lambda: regene_classifier((8, 8, 1), 3, width=0), "width=0"),
        (lambda: regene_classifier((8, 8, 1), 3, convs_per_block=0), "convs_per_block"),
        (lambda: regene_decoder((8, 8, 2), 4), "image_shape"),
        (lambda: regene_decoder((8, 8, 1), 0), "latent_dim"),
    ],
)
def test_bad_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.any_backend
def test_the_decoder_model_trains_and_loads(tmp_path):
    rng = np.random.default_rng(0)
    latents, images = rng.normal(size=(8, 5)).astype("float32"), rng.random((8, 12, 9, 3))
    decoder = ReGeneDecoder(latent_dim=5, image_shape=(12, 9, 3), width=0.02)
    decoder.compile("adam", "mse")
    history = decoder.fit(latents, images, epochs=5, verbose=0).history["loss"]
    assert history[-1] < history[0]
    decoder.save(tmp_path / "decoder.keras")
    restored = keras.saving.load_model(tmp_path / "decoder.keras")
    np.testing.assert_allclose(
        restored.predict(latents, verbose=0), decoder.predict(latents, verbose=0), atol=1e-6
    )


@pytest.mark.any_backend
def test_the_decoder_model_keeps_its_dtype_policy_and_its_frozen_weights(tmp_path):
    arguments = {"latent_dim": 5, "image_shape": (8, 8, 1), "width": 0.02}
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        decoder = ReGeneDecoder(**arguments)
    finally:
        keras.config.set_dtype_policy(policy)
    decoder.trainable = False
    decoder.save(tmp_path / "decoder.keras")
    restored = keras.saving.load_model(tmp_path / "decoder.keras")
    policies = [layer.dtype_policy.name for layer in decoder.layers]
    assert set(policies) == {"mixed_bfloat16", "float32"}  # the images are float32
    for other in (restored, ReGeneDecoder(**arguments, dtype="mixed_bfloat16")):
        assert [layer.dtype_policy.name for layer in other.layers] == policies
        assert other.dtype_policy.name == "mixed_bfloat16"
        assert keras.config.dtype_policy() == policy
    assert restored.trainable_weights == []
    # A file of an earlier version has neither.
    config = ReGeneDecoder(**arguments).get_config()
    del config["dtype"], config["trainable"]
    assert ReGeneDecoder.from_config(config).trainable_weights
