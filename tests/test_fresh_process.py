"""Layers, losses, networks and the prior, saved here and loaded by a process of its own."""

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

# What a user writes: no custom objects, and safe mode as it is.
LOAD = """
import keras, keras_regen
import numpy as np

model = keras.saving.load_model(folder + "/parts.keras")
data = np.load(folder + "/data.npz")
found = model.predict(data["images"], verbose=0)
judge = keras.saving.load_model(folder + "/losses.keras")
given = {name: data[name] for name in ("latent", "edges", "bands")}
wanted = {name: data["wanted_" + name] for name in given}
found |= judge.evaluate(given, wanted, verbose=0, return_dict=True)
noise = model.get_layer("noise")
found["noise"] = keras.ops.convert_to_numpy(noise(data["latent"], training=True))
prior = keras.saving.load_model(folder + "/csae.keras").prior
found["drawn"] = prior.sample(5, 1, np.random.default_rng(0))
np.savez(folder + "/found.npz", **found)
"""


def parts():
    """Every layer and network in one model."""
    shape, dim, options = (8, 8, 1), 4, {"stem_filters": 1}
    image = keras.Input(shape, name="image")
    latent = csae_encoder(shape, dim, **options)(image)
    noisy = NoisyLatent(0.1, seed=3, name="noise")(latent)
    low, *_, (_, _, diagonal) = HaarTransform2D(2, "orthonormal")(image)
    painted = DeconvolutionBlock(1)(UpsamplingBlock(1)(ResidualBlock(2)(image)))
    linear = csae_linear_encoder(shape, dim, hidden=3, name="linear_encoder")(image)
    outputs = {
        "latent": latent,
        "score": PEDCCHead(3, subspace=True, seed=None)(latent),
        "bilinear": csae_decoder(shape, dim, name="bilinear", **options)(noisy),
        "transposed": csae_decoder(shape, dim, upsampling="transposed", name="b", **options)(noisy),
        "linear": csae_linear_decoder(shape, dim, hidden=3, name="linear")(linear),
        "probability": basenet(shape, 3, **options)(image),
        "low": low,
        "diagonal": diagonal,
        "kept": ResidualBlock(1, strides=1, kernel_initializer="glorot_uniform")(image),
        "painted": painted,
    }
    return keras.Model(image, outputs)


def judge():
    """Every loss in the compilation of a model that passes on what it is given."""
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
    model = parts()
    for layer in model.layers:
        if not isinstance(layer, PEDCCHead):
            randomize(layer)
    rng = np.random.default_rng(0)
    images, latents = rng.random((3, 8, 8, 1), "float32"), rng.random((3, 4), "float32")
    expected = model.predict(images, verbose=0)
    given = {"latent": latents, "edges": 1 - images, "bands": images**2}
    wanted = {"latent": np.array([2, 0, 1]), "edges": images, "bands": images}
    losses = judge()
    expected |= losses.evaluate(given, wanted, verbose=0, return_dict=True)
    noise = model.get_layer("noise")
    noise(latents, training=True)  # the stream is saved in its midst

    prior = ClassGaussianPrior(2, shrinkage=0.5)
    prior.adapt(rng.normal(size=(20, 4)), np.arange(20) % 2)
    encoder = csae_linear_encoder((8, 8, 1), latent_dim=4, hidden=3)
    CSAE(encoder, None, PEDCCHead(2), prior=prior).save(tmp_path / "csae.keras")
    model.save(tmp_path / "parts.keras")
    losses.save(tmp_path / "losses.keras")
    wanted = {f"wanted_{name}": value for name, value in wanted.items()}
    np.savez(tmp_path / "data.npz", images=images, **given, **wanted)
    run_fresh(LOAD, tmp_path)

    expected["noise"] = to_numpy(noise(latents, training=True))
    expected["drawn"] = prior.sample(5, 1, np.random.default_rng(0))
    found = np.load(tmp_path / "found.npz")
    assert set(found.files) == set(expected)
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, atol=1e-5, err_msg=name)
