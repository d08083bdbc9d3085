"""Training on several devices, in a new process with virtual CPUs."""

import json
import os
import socket
import subprocess
import sys

import keras
import numpy as np
import pytest

_MODELS = """
import json, keras, numpy as np
from keras_regen import CSAE, GAN, generate
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

def preset():
    return CSAE.from_preset("csae_digits", class_names=["a", "b", "c"], image_shape=SHAPE, epochs=3)

def losses(model):
    options = {"batch_size": 16, "epochs": 3, "shuffle": False, "verbose": 0}
    return model.fit(IMAGES, np.arange(32) % 3, **options).history
"""

_DATA_PARALLEL = """
import jax
results = {"devices": len(jax.devices())}
for build in (gan, csae):
    single = losses(build())
    keras.distribution.set_distribution(keras.distribution.DataParallel())
    results[build.__name__] = [single, losses(build())]
    keras.distribution.set_distribution(None)
print(json.dumps(results))
"""

_PROCESS = """
import os, sys
address, index, count = sys.argv[1], *map(int, sys.argv[2:])
from keras_regen.datasets import ShuffledArrays
if count > 1:
    keras.distribution.initialize(address, count, index)
    keras.distribution.set_distribution(keras.distribution.DataParallel(auto_shard_dataset=False))
results = {}
for build in (gan, csae):
    data = ShuffledArrays(IMAGES, np.arange(32) % 3, batch_size=16, shard=(index, count))
    options = {"epochs": 3, "shuffle": False, "verbose": 0, "adapt_prior": False}
    results[build.__name__] = build().fit(data, **options).history
print(json.dumps(results))
"""

_MIRRORED = """
import tensorflow as tf
two = [tf.config.LogicalDeviceConfiguration()] * 2
tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], two)
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
results = {"devices": strategy.num_replicas_in_sync}
for build in (gan, csae):
    with strategy.scope():
        model = build()
    before = [variable.numpy() for variable in model.trainable_variables]
    results[build.__name__] = losses(model)
    after = [variable.numpy() for variable in model.trainable_variables]
    assert not any(map(np.array_equal, before, after))
results["single"] = losses(csae())
with strategy.scope():
    model = preset()
model.fit(IMAGES, np.arange(32) % 3, batch_size=16, epochs=1, verbose=0)
results["generated"] = generate(model, 2, 3, seed=0).shape
print(json.dumps(results))
"""


def start(code, *arguments, flags=""):
    """Starts code in a new process."""
    flags = f"{os.environ.get('XLA_FLAGS', '')} {flags}".strip()
    environment = {**os.environ, "XLA_FLAGS": flags}
    command = [sys.executable, "-c", _MODELS + code, *map(str, arguments)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, **pipes, text=True, env=environment)


def result(process):
    """Waits for the end of a process, and returns the last line of its output."""
    output, errors = process.communicate()
    assert process.returncode == 0, errors
    return json.loads(output.splitlines()[-1])


def run(code, flags=""):
    return result(start(code, flags=flags))


def check_same(single, parallel):
    assert set(single) == set(parallel)
    for name, values in single.items():
        if name == "accuracy":
            continue  # with few images, a rounding error of a single image changes it
        np.testing.assert_allclose(parallel[name], values, atol=1e-3)


def test_data_parallel_gives_the_losses_of_one_device():
    if keras.backend.backend() != "jax":
        pytest.skip("keras.distribution runs on JAX")
    results = run(_DATA_PARALLEL, "--xla_force_host_platform_device_count=4")
    assert results["devices"] == 4
    for name in ("gan", "csae"):
        check_same(*results[name])
    # The sum of adversarial losses need not fall, but it changes far more than the tolerance.
    assert abs(results["gan"][0]["loss"][0] - results["gan"][0]["loss"][-1]) > 0.01


def test_two_processes_give_the_losses_of_a_single_process():
    """Each process reads its part of every batch."""
    if keras.backend.backend() != "jax":
        pytest.skip("Keras trains in several processes on JAX only")
    with socket.socket() as free:
        free.bind(("localhost", 0))
        address = f"localhost:{free.getsockname()[1]}"
    first, second = map(result, [start(_PROCESS, address, index, 2) for index in (0, 1)])
    single = result(start(_PROCESS, address, 0, 1))
    for name in ("gan", "csae"):
        assert first[name] == second[name]
        check_same(single[name], first[name])


def test_mirrored_strategy_trains():
    """Replicas sample the same noise for different parts of a batch: a GAN has other losses."""
    if keras.backend.backend() != "tensorflow":
        pytest.skip("tf.distribute runs on TensorFlow")
    results = run(_MIRRORED)
    assert results["devices"] == 2
    check_same(results["single"], results["csae"])
    # The preset has a learning rate schedule, and `fit` adapts the prior.
    assert results["generated"] == [3, 8, 8, 1]
    terms = ("discriminator_loss", "generator_loss", "hidden_space_loss")
    total = np.sum([results["gan"][name] for name in terms], axis=0)
    np.testing.assert_allclose(results["gan"]["loss"], total, rtol=1e-4)
