"""Layers, losses, networks and a prior give the same results when loaded in a new process."""

import keras
import numpy as np

from keras_regen import pedcc
from keras_regen.layers import (
    DeconvolutionBlock,
    HaarTransform2D,
    NoisyLatent,
    PEDCCHead,
    ResidualBlock,
    UpsamplingBlock,
)
from keras_regen.losses import CentroidLoss, LaplacianLoss, WaveletLoss
from keras_regen.models import CSAE
from keras_regen.networks import (
    basenet,
    csae_decoder,
    csae_encoder,
    csae_linear_decoder,
    csae_linear_encoder,
)
from keras_regen.priors import ClassGaussianPrior
from tests.contract import randomize, to_numpy
from tests.fresh import run_fresh

# As a user loads models: without custom objects, in safe mode.
LOAD = """
import keras, keras_regen
import numpy as np

model = keras.saving.load_model(folder + "/parts.keras")
data = np.load(folder + "/data.npz")
results = model.predict(data["images"], verbose=0)
losses = keras.saving.load_model(folder + "/losses.keras")
inputs = {name: data[name] for name in ("latent", "edges", "bands")}
targets = {name: data["target_" + name] for name in inputs}
results |= losses.evaluate(inputs, targets, verbose=0, return_dict=True)
noise = model.get_layer("noise")
results["noise"] = keras.ops.convert_to_numpy(noise(data["latent"], training=True))
prior = keras.saving.load_model(folder + "/csae.keras").prior
results["samples"] = prior.sample(5, 1, np.random.default_rng(0))
np.savez(folder + "/results.npz", **results)
"""


def model_of_all_layers():
    """Builds a model with every layer and network."""
    shape, dim, options = (8, 8, 1), 4, {"stem_filters": 1}
    image = keras.Input(shape, name="image")
    latent = csae_encoder(shape, dim, **options)(image)
    noisy = NoisyLatent(0.1, seed=3, name="noise")(latent)
    low, *_, (_, _, diagonal) = HaarTransform2D(2, "orthonormal")(image)
    blocks = DeconvolutionBlock(1)(UpsamplingBlock(1)(ResidualBlock(2)(image)))
    linear = csae_linear_encoder(shape, dim, hidden=3, name="linear_encoder")(image)
    outputs = {
        "latent": latent,
        "logits": PEDCCHead(3, subspace=True, seed=None)(latent),
        "bilinear": csae_decoder(shape, dim, name="bilinear", **options)(noisy),
        "transposed": csae_decoder(shape, dim, upsampling="transposed", name="b", **options)(noisy),
        "linear": csae_linear_decoder(shape, dim, hidden=3, name="linear")(linear),
        "probability": basenet(shape, 3, **options)(image),
        "low": low,
        "diagonal": diagonal,
        "residual": ResidualBlock(1, strides=1, kernel_initializer="glorot_uniform")(image),
        "blocks": blocks,
    }
    return keras.Model(image, outputs)


def model_of_all_losses():
    """Builds a model that returns its inputs and is compiled with every loss."""
    shapes = {"latent": (4,), "edges": (8, 8, 1), "bands": (8, 8, 1)}
    inputs = {name: keras.Input(shape, name=name) for name, shape in shapes.items()}
    outputs = {name: keras.layers.Identity()(x) for name, x in inputs.items()}
    model = keras.Model(inputs, outputs)
    losses = {
        "latent": CentroidLoss(pedcc(3, 4), subspace=True),
        "edges": LaplacianLoss(),
        "bands": WaveletLoss(1, (1, 2, 3, 4), "orthonormal"),
    }
    model.compile("sgd", loss=losses)
    return model


def test_everything_is_the_same_in_a_fresh_process(tmp_path):
    model = model_of_all_layers()
    for layer in model.layers:
        if not isinstance(layer, PEDCCHead):
            randomize(layer)
    rng = np.random.default_rng(0)
    images, latents = rng.random((3, 8, 8, 1), "float32"), rng.random((3, 4), "float32")
    expected = model.predict(images, verbose=0)
    inputs = {"latent": latents, "edges": 1 - images, "bands": images**2}
    targets = {"latent": np.array([2, 0, 1]), "edges": images, "bands": images}
    losses = model_of_all_losses()
    expected |= losses.evaluate(inputs, targets, verbose=0, return_dict=True)
    noise = model.get_layer("noise")
    noise(latents, training=True)  # the random state is saved after a first use

    prior = ClassGaussianPrior(2, shrinkage=0.5)
    prior.adapt(rng.normal(size=(20, 4)), np.arange(20) % 2)
    encoder = csae_linear_encoder((8, 8, 1), latent_dim=4, hidden=3)
    CSAE(encoder, None, PEDCCHead(2), prior=prior).save(tmp_path / "csae.keras")
    model.save(tmp_path / "parts.keras")
    losses.save(tmp_path / "losses.keras")
    targets = {f"target_{name}": value for name, value in targets.items()}
    np.savez(tmp_path / "data.npz", images=images, **inputs, **targets)
    run_fresh(LOAD, tmp_path)

    expected["noise"] = to_numpy(noise(latents, training=True))
    expected["samples"] = prior.sample(5, 1, np.random.default_rng(0))
    results = np.load(tmp_path / "results.npz")
    assert set(results.files) == set(expected)
    for name, value in expected.items():
        np.testing.assert_allclose(results[name], value, atol=1e-5, err_msg=name)
