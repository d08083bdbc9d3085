"""keras_regen: train a classifier that can also draw what it has learned.

The public names are loaded on first use, so that `import keras_regen` and the command line's
`--help` do not wait for Keras and its backend.
"""

import importlib.abc
import importlib.util
import sys

__version__ = "0.1.0"

# Where each public name lives.
_EXPORTS = {
    "AAE": "keras_regen.models",
    "Acceptance": "keras_regen.generation",
    "AcceptanceError": "keras_regen.generation",
    "Autoencoder": "keras_regen.models",
    "CSAE": "keras_regen.models",
    "CVAE": "keras_regen.models",
    "Classifier": "keras_regen.models",
    "DEGAN": "keras_regen.models",
    "GAN": "keras_regen.models",
    "GenerationReport": "keras_regen.generation",
    "ImageModel": "keras_regen.models",
    "ReGene": "keras_regen.models",
    "VAE": "keras_regen.models",
    "augment": "keras_regen.augmentation",
    "coulomb_energy": "keras_regen.centroids",
    "descendants": "keras_regen.generation",
    "fit_per_class": "keras_regen.models",
    "generate": "keras_regen.generation",
    "generate_per_class": "keras_regen.generation",
    "interpolate": "keras_regen.generation",
    "least_distance": "keras_regen.centroids",
    "load_model": "keras_regen.saving",
    "matrix": "keras_regen.generation",
    "pedcc": "keras_regen.centroids",
    "reconstruct": "keras_regen.generation",
    "walk": "keras_regen.generation",
}
_SUBPACKAGES = (
    "callbacks",
    "constraints",
    "datasets",
    "evaluation",
    "generation",
    "layers",
    "losses",
    "metrics",
    "models",
    "networks",
    "optimizers",
    "plotting",
    "presets",
    "priors",
    "reproduction",
    "runs",
    "scores",
)

_USE_KERAS = {*(module.rpartition(".")[2] for module in _EXPORTS.values()), *_SUBPACKAGES} - {
    "centroids",
    "presets",
}

__all__ = ["__version__", *_EXPORTS, *_SUBPACKAGES]


def __getattr__(name):
    if name in _EXPORTS:
        return getattr(importlib.import_module(_EXPORTS[name]), name)
    if name in _SUBPACKAGES:
        return importlib.import_module(f"keras_regen.{name}")
    raise AttributeError(f"module 'keras_regen' has no attribute {name!r}")


def __dir__():
    return sorted(__all__)


class _RegisterWithKeras(importlib.abc.MetaPathFinder):
    """Registers the package's classes as soon as somebody imports Keras.

    `keras.saving.load_model` knows a class only after it was registered, which needs Keras; and
    `import keras_regen` does not import Keras.
    """

    def find_spec(self, fullname, path=None, target=None):
        if fullname != "keras":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is not None:
            execute = spec.loader.exec_module

            def execute_and_register(module):
                execute(module)
                # Not in the middle of an import of our own, which registers what it needs.
                if not any(f"keras_regen.{name}" in sys.modules for name in _USE_KERAS):
                    importlib.import_module("keras_regen.models")

            spec.loader.exec_module = execute_and_register
        return spec


if "keras" in sys.modules:
    importlib.import_module("keras_regen.models")
else:
    sys.meta_path.insert(0, _RegisterWithKeras())
