"""The scales at which the tables can be reproduced."""

import dataclasses
from collections.abc import Mapping
from typing import Any


@dataclasses.dataclass(frozen=True)
class Scale:
    """The amount of training and of measurement.

    Args:
        name: Name of the scale.
        title: Description that the report prints.
        train_images: Integer: maximum number of training images; `None` for all.
        test_images: Integer: maximum number of test images; `None` for all.
        epochs: Integer: epochs of each training run; `None` for the preset's.
        seeds: Integers: the seeds of the training runs.
        samples_per_class: Integer: generated images per class.
        classifier_steps: Integer: training steps of the evaluation classifier.
        student_steps: Integer: training steps of classifiers that learn from generated images.
        batch_size: Integer: batch size; `None` for the preset's.
        class_images: Integer: maximum number of training images, and of test images, for a model
            of a single class; `None` for all images of the class.
        options: Arguments that keep a model small, by the name of the preset's network, or of its
            model if the preset does not name a network.
        model_epochs: Epochs by model name, for models that need another number than `epochs`.
        epoch_shares: Shares of the preset's epochs by model name, if `epochs` is `None`.
        precision: Precision of the training runs, as in `keras_regen_app.runs.train_run`. The
            evaluation classifier is trained in float32.
        classifier_network: Network of the evaluation classifier, as in
            `keras_regen.metrics.train_evaluation_classifier`.

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
    classifier_steps: int
    student_steps: int
    batch_size: int | None = None
    class_images: int | None = None
    options: Mapping[str, Mapping[str, Any]] = dataclasses.field(default_factory=dict)
    model_epochs: Mapping[str, int] = dataclasses.field(default_factory=dict)
    epoch_shares: Mapping[str, float] = dataclasses.field(default_factory=dict)
    classifier_network: str = "basenet"
    precision: str = "float32"


# In ascending order: the page of results takes the last scale that has a result.
SCALES = {
    "quick": Scale(
        "quick",
        "minutes per training run on a CPU: 2,000 training images (500 for a model of a single "
        "class) in batches of 64; 5 epochs for CSAEs and classifiers, 10 for ReGenes after 2 or 4 "
        "for their classifiers, 40 for other models; narrow networks. This is not the paper's "
        "setting",
        train_images=2000,
        test_images=1000,
        epochs=5,
        seeds=(0,),
        samples_per_class=20,
        classifier_steps=1000,
        student_steps=100,
        # The papers' batches of up to 512 images would leave four steps per epoch.
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
        model_epochs={"GAN": 40, "DEGAN": 40, "AAE": 40, "VAE": 40, "ReGene": 10},
    ),
    "reduced": Scale(
        "reduced",
        "all images in the paper's batches; a tenth of the paper's epochs for CSAEs and "
        "classifiers, 10 epochs for ReGenes of a quarter of the width after 2 or 4 for their "
        "classifiers, the paper's epochs for other models; in bfloat16 where it is faster. This is "
        "not the paper's setting",
        train_images=None,
        test_images=None,
        epochs=None,
        seeds=(0,),
        samples_per_class=100,
        classifier_steps=5000,
        student_steps=1000,
        options={"ReGene": {"width": 0.25, "decoder_width": 0.25}},
        model_epochs={"ReGene": 10},
        epoch_shares={"CSAE": 0.1, "Classifier": 0.1},
        precision="auto",
    ),
    "paper": Scale(
        "paper",
        "the paper's epochs on all images",
        train_images=None,
        test_images=None,
        epochs=None,
        seeds=(0, 1, 2),
        samples_per_class=500,
        classifier_steps=20_000,
        student_steps=5_000,
        classifier_network="resnet56v1",
    ),
}
