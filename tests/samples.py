"""Images that a small model learns in seconds, and a check of a saved model in a new process."""

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
images, report = keras_regen.generate(model, seed=0, accept=accept, return_report=True)
outputs = model.predict(inputs.get("x", inputs), verbose=0)
np.savez(folder + "/out.npz", **outputs, generated=images, latents=report.latents)
"""


def striped_images(count):
    """Returns integer images of noise with a bright stripe. The stripe shows the class, 0..2."""
    rng = np.random.default_rng(0)
    labels = np.arange(count) % 3
    images = np.clip(rng.normal(0.2, 0.1, (count, 8, 8, 1)), 0, 1)
    for label in range(3):
        images[labels == label, :, 2 * label : 2 * label + 3] = 0.9
    return np.round(images * 255).astype("uint8"), labels


def confident_classifier(images, num_classes):
    """Returns an untrained classifier that predicts each class with confidence for some images."""
    pixels = images.reshape(len(images), -1)
    kernel = np.random.default_rng(0).normal(size=(pixels.shape[1], num_classes))
    kernel *= 5 / (pixels @ kernel).std(axis=0)
    image = keras.Input(images.shape[1:])
    probabilities = keras.layers.Dense(num_classes, activation="softmax")
    classifier = keras.Model(image, probabilities(keras.layers.Flatten()(image)))
    probabilities.set_weights([kernel, -(pixels @ kernel).mean(axis=0)])
    return classifier


def check_fresh_process(model, inputs, folder, backend, threshold=0.0, latents_atol=0.0):
    """Compares the outputs of a model with the outputs of the saved model in a new process.

    Args:
        model: Trained model.
        inputs: Images to predict, or a dict of the model's inputs.
        folder: An empty folder.
        backend: Backend of the new process: `"same"`, or `"next"`, so that the test runs on the
            three backends cover three pairs.
        threshold: Threshold of `Acceptance` for the generated images; 0 for no acceptance.
        latents_atol: Absolute tolerance of the latents, for a prior that computes them with a
            network.
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
    images, report = generate(model, seed=0, accept=accept, return_report=True)
    # The prior's weights are the latents that this process encoded, so they are equal.
    np.testing.assert_allclose(loaded["latents"], report.latents, rtol=0, atol=latents_atol)
    for name, value in {**model.predict(inputs, verbose=0), "generated": images}.items():
        np.testing.assert_allclose(loaded[name], value, atol=1e-4)
