"""Training on several devices: as on one, in a process of its own that has virtual CPUs."""

import json
import os
import subprocess
import sys

import keras
import numpy as np
import pytest

_MODELS = """
import json, keras, numpy as np
from keras_regen import CSAE, GAN
from keras_regen.layers import NoisyLatent, PEDCCHead
from keras_regen.networks import csae_linear_decoder, csae_linear_encoder

IMAGES = np.random.default_rng(0).random((32, 8, 8, 1), "float32")
SHAPE = (8, 8, 1)

def gan():
    keras.utils.set_random_seed(0)
    options = {"network": "dense", "hidden": (8,), "hidden_layer": "features"}
    model = GAN.for_images(SHAPE, latent_dim=4, seed=1, **options)
    model.compile({"generator": keras.optimizers.Adam(0.05), "discriminator": "sgd"})
    return model

def csae():
    keras.utils.set_random_seed(0)
    loss = keras.losses.MeanSquaredError(name="mse_loss")
    networks = csae_linear_encoder(SHAPE, 4, 8), csae_linear_decoder(SHAPE, 4, 8)
    model = CSAE(*networks, PEDCCHead(3), NoisyLatent(0.0), loss)
    model.compile(keras.optimizers.SGD(0.1))
    return model

def losses(model):
    options = {"batch_size": 16, "epochs": 3, "shuffle": False, "verbose": 0}
    return model.fit(IMAGES, np.arange(32) % 3, **options).history
"""

_DATA_PARALLEL = """
import jax
found = {"devices": len(jax.devices())}
for make in (gan, csae):
    alone = losses(make())
    keras.distribution.set_distribution(keras.distribution.DataParallel())
    found[make.__name__] = [alone, losses(make())]
    keras.distribution.set_distribution(None)
print(json.dumps(found))
"""

_MIRRORED = """
import tensorflow as tf
two = [tf.config.LogicalDeviceConfiguration()] * 2
tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], two)
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
found = {"devices": strategy.num_replicas_in_sync}
for make in (gan, csae):
    with strategy.scope():
        model = make()
    before = [variable.numpy() for variable in model.trainable_variables]
    found[make.__name__] = losses(model)
    after = [variable.numpy() for variable in model.trainable_variables]
    assert not any(map(np.array_equal, before, after))
found["alone"] = losses(csae())
print(json.dumps(found))
"""


def run(code, flags=""):
    """What a fresh process prints last."""
    environment = {**os.environ, "XLA_FLAGS": f"{os.environ.get('XLA_FLAGS', '')} {flags}"}
    command = [sys.executable, "-c", _MODELS + code]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def check_same(alone, together):
    assert set(alone) == set(together)
    for name, values in alone.items():
        if name == "accuracy":
            continue  # of few images, of which one on the border may fall on either side
        np.testing.assert_allclose(together[name], values, atol=1e-3)


def test_data_parallel_gives_the_losses_of_one_device():
    if keras.backend.backend() != "jax":
        pytest.skip("keras.distribution runs on JAX")
    found = run(_DATA_PARALLEL, "--xla_force_host_platform_device_count=4")
    assert found["devices"] == 4
    for name in ("gan", "csae"):
        check_same(*found[name])
    # Two players' sum need not fall, but it moves far more than the two may differ.
    assert abs(found["gan"][0]["loss"][0] - found["gan"][0]["loss"][-1]) > 0.01


def test_mirrored_strategy_trains():
    """Replicas draw the same noise, each for its share of a batch: a GAN's losses are others."""
    if keras.backend.backend() != "tensorflow":
        pytest.skip("tf.distribute runs on TensorFlow")
    found = run(_MIRRORED)
    assert found["devices"] == 2
    check_same(found["alone"], found["csae"])
    terms = ("discriminator_loss", "generator_loss", "hidden_space_loss")
    total = np.sum([found["gan"][name] for name in terms], axis=0)
    np.testing.assert_allclose(found["gan"]["loss"], total, rtol=1e-4)
