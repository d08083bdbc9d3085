"""The evaluation of a trained model on held-out images, by all metrics that apply to it."""

import contextlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import keras
import numpy as np

from keras_regen.atomic_files import json_number
from keras_regen.checks import as_integers, check_integer, elements_of
from keras_regen.datasets import ImageDataset
from keras_regen.generation import Acceptance
from keras_regen.generation.acceptance_rule import AcceptanceRule
from keras_regen.generation.protocol import check_model, require_part
from keras_regen.generation.sampling import as_acceptance, requestable_classes
from keras_regen.metrics.aligned_classifier import check_classifier
from keras_regen.metrics.evaluation_classifier import train_evaluation_classifier
from keras_regen.metrics.feature_checks import check_dataset
from keras_regen.metrics.feature_extractor import FeatureExtractor
from keras_regen.metrics.generation_evaluation import GenerationEvaluation
from keras_regen.metrics.reconstruction import explained_variation, reconstruction_error
from keras_regen.models import Classifier, ImageModel
from keras_regen.models.classifier import classifies

# The metrics that take seconds, such as at the end of a training run.
QUICK_METRICS = (
    "accuracy",
    "reconstruction",
    "generation_accuracy",
    "accepted_generation_accuracy",
    "recognized",
    "relative_diversity",
    "sharpness",
    "closest_distance",
)
ALL_METRICS = (
    *QUICK_METRICS,
    "classification_accuracy_score",
    "precision_recall",
    "copied",
    "intrinsic_dimension",
    "inception_score",
    "frechet_distance",
    "kernel_distance",
)
_WITHOUT_GENERATION = {"accuracy", "reconstruction"}


def evaluate_generation(
    model: ImageModel,
    data: ImageDataset,
    *,
    evaluation_classifier: Classifier | None = None,
    samples_per_class: int = 200,
    seeds: Sequence[int] = (0,),
    student_steps: int = 500,
    extractor: FeatureExtractor | None = None,
    accept: bool | float | Acceptance | None = None,
    batch_size: int = 256,
    metrics: Iterable[str] | None = None,
    on_stage: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Measures how well a model classifies, reconstructs and generates.

    Every metric that applies to the model is measured; the others are left out. Each seed
    generates a set of images, and the result is the mean over the seeds. The same metrics of the
    real test images, in place of generated images, are in `real`: compare with them.

    Args:
        model: A trained model.
        data: The dataset. The test images are the held-out images; distances compare with the
            training images. Classes are matched by name: the model must know all classes of the
            dataset.
        evaluation_classifier: A classifier of the dataset's classes that was trained on real images
            only. Defaults to a new classifier from `train_evaluation_classifier`.
        samples_per_class: Integer, at least 1: images to generate for each class that has training
            images, and for each seed. A model without classes generates the same total.
        seeds: Integers, at least one: of the generated images.
        student_steps: Integer, at least 0: training steps of the classifiers behind the
            classification accuracy score; 0 leaves out the score.
        extractor: The extractor of the features for precision, recall and the distances. Defaults
            to the evaluation classifier.
        accept: The acceptance of `accepted_generation_accuracy`, as in `keras_regen.generate`; a
            model without classes needs `Acceptance(classifier)`. `False` leaves out the metric.
            Defaults to `Acceptance(max_tries=20)` for a calibrated model, and to `False` for other
            models.
        batch_size: Integer: images per step.
        metrics: Names of the metrics to measure, from `keras_regen.metrics.ALL_METRICS`. Defaults
            to all; `keras_regen.metrics.QUICK_METRICS` is a subset that takes seconds.
        on_stage: Function that receives a description of each stage when it starts, such as
            `print`.

    Returns:
        A flat dict of numbers for JSON; a number that is not finite is `None`, and so is a metric
        for which the images are too few or differ too little. For every model:

        - `test_images`: the number of test images.
        - `accuracy`: of the classes of the test images, for a model that classifies.
        - `reconstruction_mae`, `_mse`, `_ssim`, `_psnr`: of the test images, for a model that
            encodes and decodes; and `reconstruction_explained`: 1 for perfect reconstructions, 0
            for the mean training image in place of each.

        For a model that generates, the mean over the seeds of:

        - `classification_accuracy_score`: accuracy, on the test images, of a classifier that is
            trained on the generated images; `real`: trained on the same number of real images.
        - `generation_accuracy`: share of the images that the evaluation classifier assigns to the
            requested class. In all other metrics, the images of a model without classes have the
            class that the evaluation classifier assigns.
        - `accepted_generation_accuracy`: the same for accepted images; missing images are wrong.
        - `recognized`: share of the images for which the evaluation classifier gives a class a
            probability of at least 0.9.
        - `relative_diversity`: mean over the classes.
        - `sharpness`: the strength of edges, as in `keras_regen.metrics.sharpness`.
        - `closest_distance`: mean squared error of an image to its nearest training image. Copies
            have 0; blurred images have less than sharp images.
        - `precision`, `recall`: of generated images with respect to training images.
        - `copied`: share of the images that are at least as near to a training image, in pixels, as
            its nearest neighbor; about a half for new images of the same kind.
        - `intrinsic_dimension`: from 20 neighbors.
        - `inception_score`: of the probabilities of the evaluation classifier.
        - `frechet_original_generated`, and for a model that encodes
            `frechet_original_reconstructed` and `frechet_reconstructed_generated`, as in table 3 of
            ReGene but with `extractor`; `kernel_distance`, of original and generated images.

        Next to these numbers:

        - `std`, `values`, `real`: dicts by the names above of the standard deviation over the
            seeds (`None` for one seed), the list of values for each seed, and the value of the
            test images.
        - `generation_accuracy_by_class`, `accepted_generation_accuracy_by_class`,
            `relative_diversity_by_class`: dicts by class name of means over the seeds; `tries` and
            `latent_tries`, by class, of the accepted images; and for a model without classes
            `class_counts`, the number of images that the evaluation classifier assigns to a class.
        - `samples`, `samples_per_class`, `originals`, `compared`: numbers of images for each seed:
            all generated, for each class, training images that distances compare with, and images
            of
            each set in the metrics that depend on this number.
        - `seeds`, `student_steps`; `evaluation_classifier`, a dict of `name`, `hash`, `accuracy`
            and `recognized`; and `extractor`, a dict of `name`, `hash` and `num_features`.

    Raises:
        ValueError: If a class of the dataset is not known to the model or the classifier, images
            have another shape, an argument is out of range, or the acceptance does not fit the
            model.

    Source: CSAE, section 4.2; ReGene, sections 6.1, 6.2, 6.6 and tables 2 to 4; DE-GAN, section IV.

    Examples:
        >>> from keras_regen import GAN
        >>> from keras_regen.datasets import load
        >>> from keras_regen.metrics import evaluate_generation, train_evaluation_classifier
        >>> data = load("digits")
        >>> classifier = train_evaluation_classifier(
        ...     data.x_train, data.y_train, steps=1, stem_filters=2
        ... )
        >>> gan = GAN.for_images((8, 8, 1), latent_dim=2, network="dense", hidden=(4,))
        >>> results = evaluate_generation(
        ...     gan, data, evaluation_classifier=classifier, samples_per_class=9, student_steps=1
        ... )
        >>> results["samples"], list(results["values"])[0]
        (90, 'classification_accuracy_score')
    """
    check_model(model)
    check_dataset(data)
    metrics = _checked_metrics(metrics)
    seeds = list(as_integers("seeds", seeds, 0))
    if not seeds:
        raise ValueError(f"`seeds` must hold at least one integer. Received: seeds={seeds}.")
    check_integer("samples_per_class", samples_per_class, 1)
    check_integer("student_steps", student_steps, 0)
    check_integer("batch_size", batch_size, 1)
    accept = _default_acceptance(model) if accept is None else as_acceptance(accept)
    if evaluation_classifier is not None:
        check_classifier(evaluation_classifier)
    if extractor is not None and not isinstance(extractor, FeatureExtractor):
        raise ValueError(
            "`extractor` must be a `FeatureExtractor` or None; wrap a Keras model: "
            f"`FeatureExtractor(model)`. Received: extractor={extractor!r}."
        )
    if model.num_classes:
        data = data.with_classes(model.class_names)
    is_accepting = accept is not None and "accepted_generation_accuracy" in metrics
    if is_accepting and model.decoder is not None:
        data = _with_acceptable_classes(model, data, accept)
    on_stage = _checked_report(on_stage)
    results = {"test_images": len(data.x_test)}
    on_stage(f"Evaluating on {len(data.x_test):,} test images.")
    if "accuracy" in metrics and classifies(model):
        predicted = model.classify(data.x_test, batch_size)
        results["accuracy"] = float(np.mean(predicted == data.y_test))
    if model.decoder is None:
        return results
    if "reconstruction" in metrics and model.encoder is not None:
        reconstructions = model.reconstruct(data.x_test, data.y_test, batch_size)
        for name, error in reconstruction_error(data.x_test, reconstructions).items():
            results[f"reconstruction_{name}"] = json_number(error)
        results["reconstruction_explained"] = json_number(
            explained_variation(data.x_test, reconstructions, data.x_train)
        )
    if metrics <= _WITHOUT_GENERATION:
        return results
    if evaluation_classifier is None:
        on_stage("Training the evaluation classifier on real images.")
        evaluation_classifier = train_evaluation_classifier(
            data.x_train, data.y_train, data.class_names, seed=seeds[0]
        )
    if student_steps == 0:
        metrics = metrics - {"classification_accuracy_score"}
    evaluation = GenerationEvaluation(
        model,
        data,
        evaluation_classifier,
        metrics,
        samples_per_class=samples_per_class,
        student_steps=student_steps,
        extractor=extractor,
        accept=accept,
        batch_size=batch_size,
        on_stage=on_stage,
    )
    return results | evaluation.run(seeds)


def _checked_metrics(metrics):
    names = list(ALL_METRICS) if metrics is None else elements_of(metrics)
    if names is None or isinstance(metrics, str):
        raise ValueError(f"`metrics` must be a list of names. Received: metrics={metrics!r}.")
    unknown = [name for name in names if not isinstance(name, str) or name not in ALL_METRICS]
    if unknown:
        raise ValueError(f"`metrics` must be among {ALL_METRICS}. Received: {unknown}.")
    return set(names)


def _checked_report(on_stage):
    """The function, with an error that names it if it does not take a text."""
    if on_stage is None:
        return lambda text: None
    if not callable(on_stage):
        raise ValueError(
            "`on_stage` must be a function that takes a text, such as `print`. "
            f"Received: on_stage={on_stage!r}."
        )

    def report(text):
        try:
            on_stage(text)
        except (AttributeError, NotImplementedError, TypeError, ValueError) as error:
            raise ValueError(
                "`on_stage` must be a function that takes a text, such as `print`. It raised "
                f"{type(error).__name__}: {error}"
            ) from error

    return report


def _default_acceptance(model):
    calibrated = classifies(model) and np.all(keras.ops.convert_to_numpy(model.confidence))
    return Acceptance(max_tries=20) if calibrated else None


def _with_acceptable_classes(model, data, accept):
    """The dataset with the labels by which a model generates accepted images."""
    names = requestable_classes(model, require_part(model, "prior", "sample latents"), accept)
    # Raises an error now, and not after the training of classifiers.
    AcceptanceRule(model, accept, len(names))
    if model.num_classes:
        return data
    if hasattr(accept.classifier, "class_names"):
        with contextlib.suppress(ValueError):
            return data.with_classes(names)
    elif len(names) == data.num_classes:
        return data
    raise ValueError(
        "The classifier of `accept` must know the classes of the dataset, "
        f"{list(data.class_names)}. Received: a classifier of {list(names)}. Train one on this "
        "dataset."
    )
