"""Loads saved models in a process with another backend, where the other backends are missing."""

import os
import subprocess
import sys

from tests.samples import BACKENDS

_USE = """
from importlib.machinery import PathFinder
from pathlib import Path

find = PathFinder.find_spec
PathFinder.find_spec = lambda name, *rest: (
    None if name.split(".")[0] in {missing!r} else find(name, *rest)
)
import numpy as np
import keras_regen

data = np.load({folder!r} + "/data.npz")
for path in sorted(Path({folder!r}).glob("*.keras")):
    model = keras_regen.load_model(path)
    images = keras_regen.generate(model, seed=0)
    assert np.allclose(images, data[path.stem], atol=1e-4), path.stem
    step = int(model.optimizer.iterations)
    labels = data["labels"] if model.num_classes else None
    history = model.fit(data["images"], labels, epochs=1, batch_size=8, verbose=0)
    assert np.isfinite(history.history["loss"]).all(), path.stem
    assert int(model.optimizer.iterations) == step + 3, path.stem
"""


def use_elsewhere(folder, backend):
    """Generates with each model of a folder, and trains it, in a process with one backend only.

    Args:
        folder: Folder of `.keras` files and of `data.npz`: the images and labels to train with, and
            the images that each model should generate, by the name of its file.
        backend: The backend that the process has.
    """
    missing = [name for name in BACKENDS if name != backend]
    code = _USE.format(folder=str(folder), missing=missing)
    environment = {**os.environ, "KERAS_BACKEND": backend}
    result = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True
    )
    assert result.returncode == 0, f"{backend}: {result.stderr[-3000:]}"
