"""Preset: a recipe as data."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from keras_regen.checks import as_integers, check_choice, check_flag, check_integer, check_number

# The shape of the images, the number of classes and the number of training images.
_DATASETS = {
    "digits": ((8, 8, 1), 10, 1_438),
    "mnist": ((28, 28, 1), 10, 60_000),
    "fashion_mnist": ((28, 28, 1), 10, 60_000),
    "cifar10": ((32, 32, 3), 10, 50_000),
    # CSAE uses about 100 pictures of each of 100 people, and their mirror images.
    "facescrub": ((128, 128, 3), 100, 20_000),
    # ReGene uses two classes: 15,000 faces of CelebA and 15,000 anime faces.
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
    """Describes how to build and train a model.

    Args:
        name: Name of the preset.
        summary: A description in one line.
        model: Name of the model class in `keras_regen.models`.
        dataset: Name of the dataset for `keras_regen.datasets.load`. `None`, as the next three
            fields, for a recipe that fits any images: the model that is built from it says the
            shape and the classes.
        image_shape: `(height, width, channels)` of the images.
        num_classes: Integer: the number of classes.
        num_samples: Integer: the number of training images, including mirror images. The
            schedule of the learning rate depends on it.
        options: Keyword arguments of the `for_images` method of the model class.
        optimizer: Arguments of `keras_regen.optimizers.build_optimizer` without `total_steps`. For
            an adversarial model, a mapping from the names of its networks to such arguments.
        batch_size: Integer: the number of images in a step.
        epochs: Integer: the number of passes over the training images. `None` for a recipe that
            counts steps.
        steps: Integer: the number of training steps, so that a small dataset is trained for as
            long as a large one. `None` for a recipe that counts epochs.
        mirror: Boolean: whether the training images include the mirror image of each image.
        full_epochs: Integer: the number of epochs of the original recipe. Defaults to `epochs`. It
            differs from `epochs` in a shorter training run.
        pretraining: Pair of the name of a network, such as `"classifier"` or `"vae"`, and the name
            of the preset for its pretraining. `None` for a model without pretraining.
        loss_weights: Pairs `(share, weights)`: after this share of the epochs, the losses in the
            mapping `weights` have the weights in it.
        source: Source of the recipe.

    Raises:
        ValueError: If a field is not as described.

    Examples:
        >>> from keras_regen.presets import get_preset
        >>> get_preset("csae_mnist").epochs
        120
    """

    name: str
    summary: str
    model: str
    dataset: str | None
    image_shape: tuple[int, int, int] | None
    num_classes: int | None
    num_samples: int | None
    options: Mapping[str, Any]
    optimizer: Mapping[str, Any]
    batch_size: int
    epochs: int | None
    steps: int | None = None
    mirror: bool = False
    full_epochs: int | None = None
    pretraining: tuple[str, str] | None = None
    loss_weights: Sequence[tuple[float, Mapping[str, float]]] = ()
    source: str = "this package"

    def __post_init__(self) -> None:
        self._check()
        if self.full_epochs is None:
            object.__setattr__(self, "full_epochs", self.epochs)
        # Presets are shared, so they are immutable. JSON contains lists instead of tuples.
        for field in ("options", "optimizer"):
            object.__setattr__(self, field, MappingProxyType(_frozen(getattr(self, field))))
        for field in ("image_shape", "loss_weights", "pretraining"):
            object.__setattr__(self, field, _frozen(getattr(self, field)))

    def _check(self) -> None:
        for field in ("name", "summary", "model", "dataset", "source"):
            optional = field == "dataset"
            value = getattr(self, field)
            if not isinstance(value, str) and not (optional and value is None):
                raise ValueError(f"`{field}` must be a string. Received: {field}={value!r}.")
        for field in ("options", "optimizer"):
            if not isinstance(value := getattr(self, field), Mapping):
                raise ValueError(f"`{field}` must be a dict. Received: {field}={value!r}.")
        shape = self.image_shape
        if shape is not None and len(as_integers("image_shape", shape, 1)) != 3:
            raise ValueError(
                "`image_shape` must be (height, width, channels). "
                f"Received: image_shape={self.image_shape!r}."
            )
        check_integer("batch_size", self.batch_size, 1)
        for field in ("num_classes", "num_samples", "epochs", "steps", "full_epochs"):
            if (value := getattr(self, field)) is not None:
                check_integer(field, value, 1)
        if (self.epochs is None) == (self.steps is None):
            raise ValueError(
                "A preset counts either `epochs` or `steps`. "
                f"Received: epochs={self.epochs}, steps={self.steps}."
            )
        check_flag("mirror", self.mirror)
        pair = self.pretraining
        if pair is not None and not (_is_pair(pair) and all(isinstance(x, str) for x in pair)):
            raise ValueError(
                "`pretraining` must be a pair of the names of a network and of a preset, or None. "
                f"Received: pretraining={pair!r}."
            )
        stages = self.loss_weights
        if not isinstance(stages, (list, tuple)) or not all(
            _is_pair(stage) and isinstance(stage[1], Mapping) for stage in stages
        ):
            raise ValueError(
                "`loss_weights` must be pairs of a share of the epochs and a dict of weights. "
                f"Received: loss_weights={stages!r}."
            )
        for share, _ in stages:
            check_number("share", share, 0, 1)

    @classmethod
    def for_dataset(cls, dataset: str, **fields: Any) -> "Preset":
        """Builds a preset for a known dataset.

        Args:
            dataset: `"digits"`, `"mnist"`, `"fashion_mnist"`, `"cifar10"`, `"facescrub"` or
                `"celeba"`.
            **fields: The other fields of the preset.

        Returns:
            A preset with the image shape, the classes and the size of the dataset.

        Raises:
            ValueError: If the dataset is unknown, or a field is not as described.
        """
        check_choice("dataset", dataset, _DATASETS)
        image_shape, num_classes, num_samples = _DATASETS[dataset]
        return cls(
            dataset=dataset,
            image_shape=image_shape,
            num_classes=num_classes,
            num_samples=num_samples,
            **fields,
        )

    @classmethod
    def for_any_images(cls, **fields: Any) -> "Preset":
        """Builds a recipe for images of any size and any classes.

        Args:
            **fields: The fields of the preset other than the dataset, its images and classes.

        Returns:
            A preset whose model is built with `image_shape` and `class_names`.

        Raises:
            ValueError: If a field is not as described.
        """
        anything = ("dataset", "image_shape", "num_classes", "num_samples", "epochs")
        return cls(**dict.fromkeys(anything), **fields)

    def epochs_for(self, steps_per_epoch: int) -> int:
        """Returns the number of epochs of a training run.

        Args:
            steps_per_epoch: Integer, at least 1: the number of batches in an epoch.

        Returns:
            `epochs`, or the fewest epochs that have at least `steps` steps.

        Examples:
            >>> from keras_regen.presets import get_preset
            >>> get_preset("csae").epochs_for(steps_per_epoch=5)
            500
        """
        if self.epochs is not None:
            return self.epochs
        check_integer("steps_per_epoch", steps_per_epoch, 1)
        return -(-self.steps // int(steps_per_epoch))

    def stage_start(self, share: float) -> float:
        """Returns the start of a stage of the schedule, as a share of this training run.

        In a training run of `full_epochs`, the stages start as in the recipe. In a shorter run,
        the first stage is longer and the other stages are close to the end, because the initial
        learning rate needs a minimum number of steps.

        Args:
            share: Float in [0, 1]: the start of the stage in a run of `full_epochs`.

        Returns:
            Float in [0, 1].

        Raises:
            ValueError: If `share` is no number in [0, 1].
        """
        check_number("share", share, 0, 1)
        # A recipe that counts steps is never shorter than its original.
        length = 1.0 if self.epochs is None else min(1.0, self.epochs / self.full_epochs)
        return share ** (0.5 + 0.5 * length)

    def optimizer_arguments(self) -> dict[str, Any]:
        """Returns the arguments of `keras_regen.optimizers.build_optimizer`.

        Returns:
            A dict of all arguments except `total_steps`. For an adversarial model, a dict from the
            names of its networks to such dicts.
        """
        if "name" in self.optimizer:
            return self._with_stage_starts(self.optimizer)
        return {
            network: self._with_stage_starts(arguments)
            for network, arguments in self.optimizer.items()
        }

    def _with_stage_starts(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        arguments = dict(arguments)
        if not isinstance(arguments.get("schedule", ""), str):
            arguments["schedule"] = [
                (self.stage_start(share), factor) for share, factor in arguments["schedule"]
            ]
        return arguments

    def loss_stages(self, epochs: int | None = None) -> list[tuple[int, int, dict[str, float]]]:
        """Returns the stages of `keras_regen.callbacks.LossWeightSchedule`.

        Args:
            epochs: Integer, at least 0: the number of epochs of the training run. Defaults to
                `epochs` of the preset; a preset that counts steps has no default.

        Returns:
            A list of tuples `(first epoch, last epoch, weights)`. A stage that is shorter than an
            epoch is omitted.
        """
        epochs = self.epochs if epochs is None else epochs
        check_integer("epochs", epochs, 0)
        starts = [round(self.stage_start(share) * epochs) for share, _ in self.loss_weights]
        return [
            (start + 1, end, dict(weights))
            for start, end, (_, weights) in zip(
                starts, [*starts[1:], epochs], self.loss_weights, strict=False
            )
            if start < end
        ]

    def to_dict(self) -> dict[str, Any]:
        """Returns the fields of the preset as values for JSON."""
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return json.loads(json.dumps(fields, default=dict))


def _is_pair(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and len(value) == 2


def _frozen(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _frozen(member) for name, member in value.items()}
    return tuple(map(_frozen, value)) if isinstance(value, (list, tuple)) else value
