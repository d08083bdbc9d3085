"""Images that a small model learns in seconds, and a model read back by a process of its own."""

import importlib.util

import keras
import numpy as np
import pytest

from keras_regen import Acceptance, generate
from tests.fresh import run_fresh

BACKENDS = ("tensorflow", "jax", "torch")

_READ = """
import keras, numpy as np, keras_regen

model = keras.saving.load_model(folder + "/model.keras")
inputs = dict(np.load(folder + "/inputs.npz"))
accept = keras_regen.Acceptance(threshold=threshold) if threshold else None
drawn, report = keras_regen.generate(model, seed=0, accept=accept, return_report=True)
outputs = model.predict(inputs.get("x", inputs), verbose=0)
np.savez(folder + "/out.npz", **outputs, drawn=drawn, latents=report.latents)
"""


def striped_images(count):
    """Dim noise with a bright stripe whose place is the class, one of three, in integers."""
    rng = np.random.default_rng(0)
    labels = np.arange(count) % 3
    images = np.clip(rng.normal(0.2, 0.1, (count, 8, 8, 1)), 0, 1)
    for label in range(3):
        images[labels == label, :, 2 * label : 2 * label + 3] = 0.9
    return np.round(images * 255).astype("uint8"), labels


def judge_of(images, num_classes):
    """A classifier that is sure of each class in some of such images."""
    pixels = images.reshape(len(images), -1)
    kernel = np.random.default_rng(0).normal(size=(pixels.shape[1], num_classes))
    kernel *= 5 / (pixels @ kernel).std(axis=0)
    image = keras.Input(images.shape[1:])
    scores = keras.layers.Dense(num_classes, activation="softmax")
    judge = keras.Model(image, scores(keras.layers.Flatten()(image)))
    scores.set_weights([kernel, -(pixels @ kernel).mean(axis=0)])
    return judge


def check_fresh_process(model, inputs, folder, backend, threshold=0.0, latents_atol=0.0):
    """Compares what a saved model predicts and draws with what it does in a fresh process.

    Args:
        model: Trained model.
        inputs: Images to predict, or a dict of what the model takes beside them.
        folder: An empty folder.
        backend: `"same"` or `"next"`: the three runs of the tests go through all three.
        threshold: Of `Acceptance`, for the images drawn; 0 for none.
        latents_atol: By how much latents may differ that a prior computes when it is asked.
    """
    here = keras.backend.backend()
    there = here if backend == "same" else BACKENDS[BACKENDS.index(here) - 1]
    if importlib.util.find_spec(there) is None:
        pytest.skip(f"{there} is not installed")
    model.save(folder / "model.keras")
    np.savez(folder / "inputs.npz", **(inputs if isinstance(inputs, dict) else {"x": inputs}))
    run_fresh(f"threshold = {threshold}\n{_READ}", folder, there)
    loaded = np.load(folder / "out.npz")
    accept = Acceptance(threshold=threshold) if threshold else None
    drawn, report = generate(model, seed=0, accept=accept, return_report=True)
    # Latents of training images that a prior keeps are those that this process encoded.
    np.testing.assert_allclose(loaded["latents"], report.latents, rtol=0, atol=latents_atol)
    for name, value in {**model.predict(inputs, verbose=0), "drawn": drawn}.items():
        np.testing.assert_allclose(loaded[name], value, atol=1e-4)
