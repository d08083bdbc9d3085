"""Preset: one recipe, as data."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

# Height, width and channels of the images, classes, training images.
_DATASETS = {
    "digits": ((8, 8, 1), 10, 1_438),
    "mnist": ((28, 28, 1), 10, 60_000),
    "fashion_mnist": ((28, 28, 1), 10, 60_000),
    "cifar10": ((32, 32, 3), 10, 50_000),
    # CSAE's choice: 100 people, near to 100 pictures of each, all mirrored.
    "facescrub": ((128, 128, 3), 100, 20_000),
    # ReGene's choice: 15,000 faces, and as many drawn ones as the other class.
    "celeba": ((64, 64, 3), 2, 30_000),
}
TITLES = {
    "digits": "scikit-learn's 8x8 digits",
    "mnist": "MNIST",
    "fashion_mnist": "Fashion-MNIST",
    "cifar10": "CIFAR-10",
    "facescrub": "FaceScrub",
    "celeba": "CelebA and Anime faces",
}


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
        optimizer: What `optimizer_arguments` gives for a full training; or, for a model of two
            players, a mapping from their names to that of each.
        batch_size: Images in one step.
        epochs: Passes over the training images.
        full_epochs: The recipe's own `epochs`, kept where a training has fewer.
        mirror: Whether every training image is also trained on mirrored, left to right.
        pretraining: Pair of the name of a part, such as `"classifier"` or `"vae"`, that is a trained
            model, and of the recipe by which it is trained first.
        loss_weights: Pairs `(share, weights)`: once that share of the epochs is done, the losses
            that the mapping `weights` names have these weights.
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
    full_epochs: int | None = None
    pretraining: tuple[str, str] | None = None
    loss_weights: Sequence[tuple[float, Mapping[str, float]]] = ()
    source: str = "this package"

    def __post_init__(self):
        if self.full_epochs is None:
            object.__setattr__(self, "full_epochs", self.epochs)
        # Recipes are shared: nobody's change of one may reach another. JSON gives lists back.
        for field in ("options", "optimizer"):
            object.__setattr__(self, field, MappingProxyType(_frozen(getattr(self, field))))
        for field in ("image_shape", "loss_weights", "pretraining"):
            object.__setattr__(self, field, _frozen(getattr(self, field)))

    @classmethod
    def for_dataset(cls, dataset: str, **fields) -> "Preset":
        """Builds a recipe for a dataset whose images, classes and size are known here."""
        image_shape, num_classes, num_samples = _DATASETS[dataset]
        return cls(
            dataset=dataset,
            image_shape=image_shape,
            num_classes=num_classes,
            num_samples=num_samples,
            **fields,
        )

    def begin(self, share: float) -> float:
        """Gives the share of this training at which a stage of the full one begins.

        A full training has its stages as the recipe says. A shorter one keeps to the first stage
        for longer, and has the others close to its end: a learning rate needs its number of steps,
        and five epochs at the papers' quarters would hardly leave the start.
        """
        return share ** (0.5 + 0.5 * min(1.0, self.epochs / self.full_epochs))

    def optimizer_arguments(self) -> dict[str, Any]:
        """Gives the arguments of `keras_regen.optimizers.build_optimizer`, less the steps.

        For a model of two players, a dict of those by their names.
        """
        if "name" in self.optimizer:
            return self._begun(self.optimizer)
        return {player: self._begun(arguments) for player, arguments in self.optimizer.items()}

    def _begun(self, arguments):
        arguments = dict(arguments)
        if not isinstance(arguments.get("schedule", ""), str):
            arguments["schedule"] = [(self.begin(at), rate) for at, rate in arguments["schedule"]]
        return arguments

    def loss_stages(self) -> list[tuple[int, int, dict[str, float]]]:
        """Gives the stages of `keras_regen.callbacks.LossWeightSchedule` over the epochs.

        A stage that is shorter than an epoch is left out.
        """
        done = [round(self.begin(share) * self.epochs) for share, _ in self.loss_weights]
        return [
            (before + 1, end, dict(weights))
            for before, end, (_, weights) in zip(
                done, [*done[1:], self.epochs], self.loss_weights, strict=False
            )
            if before < end
        ]

    def to_dict(self) -> dict[str, Any]:
        """Gives the recipe as plain values that JSON can hold."""
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return json.loads(json.dumps(fields, default=dict))


def _frozen(value):
    if isinstance(value, Mapping):
        return {name: _frozen(one) for name, one in value.items()}
    return tuple(map(_frozen, value)) if isinstance(value, (list, tuple)) else value
