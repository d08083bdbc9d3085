"""At what expense the tables are made again."""

import dataclasses
from collections.abc import Mapping
from typing import Any


@dataclasses.dataclass(frozen=True)
class Scale:
    """How much is trained and measured.

    Args:
        name: Its name.
        title: What a reader is told beside every number.
        train_images: Integer: training images to take; `None` for all.
        test_images: Integer: test images to take; `None` for all.
        epochs: Integer: of every training; `None` for the recipe's.
        seeds: Integers: one training for each.
        samples_per_class: Integer: images to draw of each class.
        judge_steps: Integer: steps of the judge's training.
        student_steps: Integer: steps of classifiers that learn from drawn images.
        batch_size: Integer: images in one step; `None` for the recipe's.
        class_images: Integer: training images to take for a model of one class, and as many test
            images; `None` for all of the class.
        options: By the name of a recipe's network, or of its model where it names none, arguments
            that keep it small.
        longer: By the model's name, the epochs of those that need more than `epochs`.
        judge_network: Network of the judge, as in `metrics.train_evaluation_classifier`.

    Examples:
        >>> from reproduction import SCALES
        >>> SCALES["paper"].epochs is None
        True
    """

    name: str
    title: str
    train_images: int | None
    test_images: int | None
    epochs: int | None
    seeds: tuple[int, ...]
    samples_per_class: int
    judge_steps: int
    student_steps: int
    batch_size: int | None = None
    class_images: int | None = None
    options: Mapping[str, Mapping[str, Any]] = dataclasses.field(default_factory=dict)
    longer: Mapping[str, int] = dataclasses.field(default_factory=dict)
    judge_network: str = "basenet"


SCALES = {
    "quick": Scale(
        "quick",
        "minutes a training on a CPU: 2,000 training images (500 for a model of one class) in "
        "batches of 64, 5 epochs of CSAEs and classifiers, 10 of ReGenes after 2 or 4 of their "
        "classifiers, 40 of others, narrow networks; not the paper's setting",
        train_images=2000,
        test_images=1000,
        epochs=5,
        seeds=(0,),
        samples_per_class=20,
        judge_steps=1000,
        student_steps=100,
        # Of so few images, the papers' batches of up to 512 would make four steps an epoch.
        batch_size=64,
        class_images=500,
        options={
            "CSAE": {"stem_filters": 16},
            "Classifier": {"stem_filters": 16},
            "ReGene": {"width": 0.1, "decoder_width": 0.1, "bank_size": 200},
            "GAN": {"width": 0.125},
            "DEGAN": {"width": 0.125},
            "AAE": {"stem_filters": 8},
            "VAE": {"stem_filters": 8},
            "degan": {"width": 0.25},
        },
        longer={"GAN": 40, "DEGAN": 40, "AAE": 40, "VAE": 40, "ReGene": 10},
    ),
    "paper": Scale(
        "paper",
        "the paper's epochs on all images",
        train_images=None,
        test_images=None,
        epochs=None,
        seeds=(0, 1, 2),
        samples_per_class=500,
        judge_steps=20_000,
        student_steps=5_000,
        judge_network="resnet56v1",
    ),
}
