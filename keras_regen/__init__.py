"""keras_regen: train a classifier that can also draw what it has learned.

The public names are loaded on first use, so that `import keras_regen` and the command line's
`--help` do not wait for Keras and its backend.
"""

import importlib
import sys

__version__ = "0.1.0"

# Where each public name lives.
_EXPORTS = {
    "CSAE": "keras_regen.models",
    "Classifier": "keras_regen.models",
    "GenerationReport": "keras_regen.generation",
    "ImageModel": "keras_regen.models",
    "coulomb_energy": "keras_regen.centroids",
    "generate": "keras_regen.generation",
    "interpolate": "keras_regen.generation",
    "least_distance": "keras_regen.centroids",
    "load_model": "keras_regen.saving",
    "pedcc": "keras_regen.centroids",
    "reconstruct": "keras_regen.generation",
}
_SUBPACKAGES = (
    "callbacks",
    "datasets",
    "evaluation",
    "layers",
    "losses",
    "metrics",
    "models",
    "networks",
    "optimizers",
    "plotting",
    "presets",
    "priors",
    "runs",
)

__all__ = ["__version__", *_EXPORTS, *_SUBPACKAGES]


def __getattr__(name):
    if name in _EXPORTS:
        return getattr(importlib.import_module(_EXPORTS[name]), name)
    if name in _SUBPACKAGES:
        return importlib.import_module(f"keras_regen.{name}")
    raise AttributeError(f"module 'keras_regen' has no attribute {name!r}")


def __dir__():
    return sorted(__all__)


# Where Keras is in use already, `keras.saving.load_model` has to know this package's classes.
if "keras" in sys.modules:
    importlib.import_module("keras_regen.models")
