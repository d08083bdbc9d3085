"""The presets of ReGene: the recipes of the paper and of this package."""

from collections.abc import Iterator
from typing import Any

from keras_regen.presets.preset import TITLES, Preset

PAPER = "ReGene, appendix A"
_BOTH = {"mae_loss": 1.0, "ssim_loss": 1.0}
_MAE_AND_SSIM = ((0.0, _BOTH), (2 / 3, {"ssim_loss": 0.0}))
# The first stages compare outlines and textures, the last stage compares pixels only.
_ALL_THREE = _BOTH | {"perceptual_loss": 1.0}
_TENTH_FOR_THE_LAST_THIRD = {
    "name": "adam",
    "learning_rate": 1e-3,
    "schedule": ((2 / 3, 0.1),),
}


def regene_presets() -> Iterator[Preset]:
    """Yields the presets of ReGene and of its classifiers."""
    yield from _pair(
        "digits",
        options={"width": 0.25},
        classifier={
            "optimizer": {"name": "adam", "learning_rate": 2e-3, "schedule": "cosine"},
            "batch_size": 64,
            "epochs": 30,
        },
        decoder={
            "options": {"decoder_width": 0.15},
            "optimizer": {"name": "adam", "learning_rate": 2e-3, "schedule": "cosine"},
            "loss_weights": _MAE_AND_SSIM,
            "batch_size": 64,
            "epochs": 50,
        },
        source="this package",
    )
    for dataset in ("mnist", "fashion_mnist"):
        yield from _pair(
            dataset,
            options={},
            classifier={"optimizer": _drops(50, 20), "batch_size": 512, "epochs": 50},
            decoder={
                "optimizer": _TENTH_FOR_THE_LAST_THIRD,
                "loss_weights": _MAE_AND_SSIM,
                "batch_size": 512,
                "epochs": 300,
            },
            source=f"{PAPER}.1.{1 if dataset == 'mnist' else 2}, table A.5",
        )
    yield from _pair(
        "cifar10",
        options={},
        classifier={"optimizer": _drops(100, 20), "batch_size": 512, "epochs": 100},
        decoder={
            "options": {"features": "inception"},
            "optimizer": _TENTH_FOR_THE_LAST_THIRD,
            "loss_weights": (
                (0.0, _ALL_THREE),
                (1 / 3, {"ssim_loss": 0.0}),
                (2 / 3, {"perceptual_loss": 0.0}),
            ),
            "batch_size": 512,
            "epochs": 300,
        },
        source=f"{PAPER}.1.3, table A.7",
    )
    yield from _pair(
        "celeba",
        options={},
        classifier={"optimizer": _drops(50, 5), "batch_size": 256, "epochs": 50},
        decoder={
            "options": {"features": "inception"},
            "optimizer": {"name": "adam", "learning_rate": 5e-4},
            "loss_weights": (
                (0.0, _ALL_THREE),
                (3 / 7, {"ssim_loss": 0.0}),
                (6 / 7, {"perceptual_loss": 0.0}),
            ),
            "batch_size": 128,
            "epochs": 700,
        },
        source=f"{PAPER}.1.4, table A.6",
    )


def _pair(
    dataset: str,
    options: dict[str, Any],
    classifier: dict[str, Any],
    decoder: dict[str, Any],
    source: str,
) -> Iterator[Preset]:
    """Yields the presets of a classifier and of its ReGene. Both have the same `options`."""
    title = TITLES[dataset]
    yield Preset.for_dataset(
        dataset,
        name=f"regene_classifier_{dataset}",
        summary=f"the classifier for ReGene, on {title}",
        model="Classifier",
        options={"network": "regene"} | options,
        source=source,
        **classifier,
    )
    yield Preset.for_dataset(
        dataset,
        name=f"regene_{dataset}",
        summary=f"ReGene with a pretrained classifier, on {title}",
        model="ReGene",
        pretraining=("classifier", f"regene_classifier_{dataset}"),
        source=source,
        **decoder | {"options": options | decoder.get("options", {})},
    )


def _drops(epochs: int, every: int) -> dict[str, Any]:
    """Returns Adam with a learning rate of 0.005, multiplied by 0.99 after every `every` epochs."""
    drops = [((epoch / epochs), 0.99 ** (epoch // every)) for epoch in range(every, epochs, every)]
    return {"name": "adam", "learning_rate": 5e-3, "schedule": tuple(drops)}
