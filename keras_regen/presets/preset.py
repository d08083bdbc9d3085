"""The papers' recipes, and our own, by name: network, losses, optimizer, schedule, batch, epochs.

Data only, and no Keras, so that listing the recipes takes no time. `Model.from_preset(name)`
builds what they describe.
"""

import dataclasses
import difflib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

WAVELET_PAPER = "CSAE, second version"
LAPLACIAN_PAPER = "CSAE, first version"


@dataclasses.dataclass(frozen=True)
class Preset:
    """One recipe.

    Args:
        name: Its name.
        summary: What it is, in one line.
        model: Name of the model class in `keras_regen.models`.
        dataset: What `keras_regen.datasets.load` is asked for.
        image_shape: `(height, width, channels)` of the dataset's images.
        num_classes: Classes of the dataset.
        num_samples: Training images, with the mirrored ones; the schedule counts its steps by it.
        options: Keyword arguments of the model class's `for_images`.
        optimizer: Keyword arguments of `keras_regen.optimizers.build_optimizer`, less the steps.
        batch_size: Images in one step.
        epochs: Passes over the training images.
        mirror: Whether every training image is also trained on mirrored, left to right.
        source: Where the recipe comes from.

    Examples:
        >>> from keras_regen.presets import get_preset
        >>> get_preset("csae_mnist").epochs
        120
    """

    name: str
    summary: str
    model: str
    dataset: str
    image_shape: tuple[int, int, int]
    num_classes: int
    num_samples: int
    options: Mapping[str, Any]
    optimizer: Mapping[str, Any]
    batch_size: int
    epochs: int
    mirror: bool = False
    source: str = "this package"

    def __post_init__(self):
        # Recipes are shared: nobody's change of one may reach another.
        for field in ("options", "optimizer"):
            object.__setattr__(self, field, MappingProxyType(dict(getattr(self, field))))

    def to_dict(self) -> dict[str, Any]:
        """Gives the recipe as plain values that JSON can hold."""
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return {
            name: dict(value) if isinstance(value, Mapping) else value
            for name, value in fields.items()
        }


def get_preset(name: str) -> Preset:
    """Gives the recipe of this name.

    Raises:
        ValueError: If there is none; the message has the nearest names.

    Examples:
        >>> from keras_regen.presets import get_preset
        >>> dict(get_preset("csae_mnist").optimizer)["learning_rate"]
        0.1
    """
    if name not in _PRESETS:
        nearest = difflib.get_close_matches(str(name), _PRESETS, n=3, cutoff=0.4)
        hint = f"Did you mean {' or '.join(map(repr, nearest))}?" if nearest else ""
        raise ValueError(
            f"There is no preset {name!r}. {hint or 'Presets: ' + ', '.join(_PRESETS) + '.'} "
            "`keras-regen presets` lists them all."
        )
    return _PRESETS[name]


def list_presets(model: str | None = None) -> tuple[Preset, ...]:
    """Gives all recipes, or those of one model class.

    Args:
        model: Name of a model class, such as `"CSAE"`.

    Examples:
        >>> from keras_regen.presets import list_presets
        >>> [preset.name for preset in list_presets("CSAE")][0]
        'csae_digits'
    """
    return tuple(preset for preset in _PRESETS.values() if model in (None, preset.model))


def _dataset(name):
    shape, num_classes, num_samples = {
        "digits": ((8, 8, 1), 10, 1_438),
        "mnist": ((28, 28, 1), 10, 60_000),
        "fashion_mnist": ((28, 28, 1), 10, 60_000),
        # The second paper's choice: 100 people, near to 100 pictures of each, all mirrored.
        "facescrub": ((128, 128, 3), 100, 20_000),
    }[name]
    return {
        "dataset": name,
        "image_shape": shape,
        "num_classes": num_classes,
        "num_samples": num_samples,
    }


# Keras decays weights by learning_rate * weight_decay in a step. PyTorch, with which the papers
# worked, adds the decay to the gradient, and momentum 0.9 makes it ten times as much: their 5e-4.
_PAPER_SGD = {
    "name": "sgd",
    "learning_rate": 0.1,
    "momentum": 0.9,
    "weight_decay": 5e-3,
    "schedule": "steps",
}
# Neither paper names its batch size.
_PAPER_TRAINING = {"optimizer": _PAPER_SGD, "batch_size": 256, "epochs": 120}
_TITLES = {"mnist": "MNIST", "fashion_mnist": "Fashion-MNIST", "facescrub": "FaceScrub"}


def _csae_presets():
    yield Preset(
        name="csae_digits",
        summary="CSAE for scikit-learn's 8x8 digits, trained in seconds",
        model="CSAE",
        **_dataset("digits"),
        options={"latent_dim": 32, "levels": 2, "beta": 0.06, "image_weight": 0.5},
        optimizer={"name": "adam", "learning_rate": 2e-3, "schedule": "cosine"},
        batch_size=64,
        epochs=60,
    )
    for name, beta in (("mnist", 0.06), ("fashion_mnist", 0.06), ("facescrub", 0.01)):
        face = name == "facescrub"
        yield Preset(
            name=f"csae_{name}",
            summary=f"CSAE with wavelet loss on {_TITLES[name]}",
            model="CSAE",
            **_dataset(name),
            options={
                "latent_dim": 256 if face else 40,
                "levels": 3 if face else 2,
                "beta": beta,
                "shrinkage": 0.0,
            },
            **_PAPER_TRAINING,
            mirror=face,
            source=f"{WAVELET_PAPER}, section 4, tables 2 to 4",
        )
    for name, title in list(_TITLES.items())[:2]:
        yield Preset(
            name=f"csae_plus_{name}",
            summary=f"our best CSAE on {title}: the centroid subspace, sharper images",
            model="CSAE",
            **_dataset(name),
            options={
                "latent_dim": 40,
                "levels": 2,
                "beta": 0.04,
                "subspace": True,
                "image_weight": 3.0,
            },
            optimizer={"name": "adam", "learning_rate": 2e-3, "schedule": "cosine"},
            batch_size=256,
            epochs=40,
        )
        yield Preset(
            name=f"csae_laplacian_{name}",
            summary=f"the first paper's convolutional CSAE on {title}",
            model="CSAE",
            **_dataset(name),
            options={
                "latent_dim": 40,
                "stem_filters": 16,
                "upsampling": "transposed",
                "image_loss": "laplacian",
                "beta": 0.04,
                "shrinkage": 0.0,
            },
            **_PAPER_TRAINING,
            source=f"{LAPLACIAN_PAPER}, section 4, table 2 (CSAE-C)",
        )
        yield Preset(
            name=f"csae_linear_{name}",
            summary=f"CSAE-L, two dense layers on each side, on {title}",
            model="CSAE",
            **_dataset(name),
            options={
                "network": "linear",
                "latent_dim": 40,
                "image_loss": "laplacian",
                "beta": 0.04,
                "shrinkage": 0.0,
            },
            optimizer={"name": "adam", "learning_rate": 1e-3, "schedule": "constant"},
            batch_size=256,
            epochs=200,
            source=f"{LAPLACIAN_PAPER}, section 4 (CSAE-L)",
        )
    for name, title in _TITLES.items():
        yield Preset(
            name=f"csae_encoder_{name}",
            summary=f"CSAE without its decoder, a classifier only, on {title}",
            model="CSAE",
            **_dataset(name),
            options={
                "latent_dim": 256 if name == "facescrub" else 40,
                "with_decoder": False,
                "shrinkage": 0.0,
            },
            **_PAPER_TRAINING,
            mirror=name == "facescrub",
            source=f"{WAVELET_PAPER}, section 4.3, tables 3 and 4 (CSAE_encoder)",
        )
        yield Preset(
            name=f"basenet_{name}",
            summary=f"the same convolutions with softmax and cross-entropy on {title}",
            model="Classifier",
            **_dataset(name),
            options={},
            **_PAPER_TRAINING,
            mirror=name == "facescrub",
            source=f"{WAVELET_PAPER}, section 4.3, tables 3 and 4 (Basenet)",
        )


_PRESETS = {preset.name: preset for preset in _csae_presets()}
