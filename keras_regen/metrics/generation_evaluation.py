"""The evaluation of the images that a model generates, over several seeds."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np

from keras_regen.atomic_files import json_number
from keras_regen.datasets import ImageDataset
from keras_regen.generation import Acceptance, AcceptanceError, generate
from keras_regen.metrics.aligned_classifier import AlignedClassifier
from keras_regen.metrics.classification_accuracy import classification_accuracy_score
from keras_regen.metrics.evaluation_classifier import describe_evaluation_classifier
from keras_regen.metrics.feature_extractor import FeatureExtractor
from keras_regen.metrics.generated_classes import generation_accuracy
from keras_regen.metrics.image_set_metrics import ImageSetMetrics
from keras_regen.models import Classifier, ImageModel


class GenerationEvaluation:
    """Generates images with several seeds, and measures them next to the real test images.

    Args:
        model: A trained model that generates.
        data: The dataset, with the labels of the model if it has classes.
        classifier: The evaluation classifier.
        metrics: Names of metrics, among `keras_regen.metrics.ALL_METRICS`.
        samples_per_class: Integer: images to generate for each class that has training images.
        student_steps: Integer: training steps for the classification accuracy score.
        extractor: The extractor of features, or `None` for the evaluation classifier.
        accept: The acceptance of accepted images, or `None` to leave them out. For a model without
            classes, its classifier must have the labels of `data`.
        batch_size: Integer: images per step.
        on_stage: Function that receives a description of each stage.

    Examples:
        >>> from keras_regen import GAN, Classifier
        >>> from keras_regen.datasets import load
        >>> from keras_regen.metrics.generation_evaluation import GenerationEvaluation
        >>> digits = load("digits")
        >>> classifier = Classifier.for_images((8, 8, 1), digits.class_names, stem_filters=2)
        >>> gan = GAN.for_images((8, 8, 1), latent_dim=2, network="dense", hidden=(4,))
        >>> evaluation = GenerationEvaluation(
        ...     gan, digits, classifier, {"recognized"}, samples_per_class=2
        ... )
        >>> results = evaluation.run([0, 1])
        >>> len(results["values"]["recognized"]), results["samples"]
        (2, 20)
    """

    def __init__(
        self,
        model: ImageModel,
        data: ImageDataset,
        classifier: Classifier,
        metrics: Collection[str],
        *,
        samples_per_class: int = 200,
        student_steps: int = 500,
        extractor: FeatureExtractor | None = None,
        accept: Acceptance | None = None,
        batch_size: int = 256,
        on_stage: Callable[[str], None] = lambda text: None,
    ):
        extractor = FeatureExtractor(classifier) if extractor is None else extractor
        self.model, self.data, self.metrics = model, data, metrics
        self.classifier = AlignedClassifier(classifier, data)
        self.samples_per_class, self.student_steps = samples_per_class, student_steps
        self.accept, self.batch_size, self.on_stage = accept, batch_size, on_stage
        # The classifier may not know classes without images.
        self.classes = np.unique(data.y_train)
        self.num_samples = samples_per_class * len(self.classes)
        # Distances depend on the number of images: it is the same for generated and test images.
        compared = min(self.num_samples, len(data.x_test))
        reconstruct = None if model.encoder is None else model.reconstruct
        self.images = ImageSetMetrics(
            data, self.classifier, extractor, metrics, compared, reconstruct, batch_size
        )
        self.context = {
            "samples": self.num_samples,
            "samples_per_class": samples_per_class,
            "originals": len(self.images.originals),
            "compared": compared,
            "student_steps": student_steps,
            "evaluation_classifier": describe_evaluation_classifier(classifier, data),
            "extractor": extractor.describe(),
        }

    def run(self, seeds: Sequence[int]) -> dict[str, Any]:
        """Measures the images of all seeds.

        Args:
            seeds: Integers, at least one.

        Returns:
            The results for a model that generates, as `evaluate_generation` returns them.
        """
        by_seed = [self._measure(seed) for seed in seeds]
        real = self._measure_real()
        values = {
            name: [json_number(numbers[name]) for numbers, _ in by_seed] for name in by_seed[0][0]
        }
        by_class = {
            name: self._by_class_name(_means(np.stack([classes[name] for _, classes in by_seed])))
            for name in by_seed[0][1]
        }
        results = {name: _mean(numbers) for name, numbers in values.items()}
        if "frechet_distance" in self.metrics and self.model.encoder is not None:
            distance = self.images.frechet_original_reconstructed()
            results["frechet_original_reconstructed"] = json_number(distance)
        return (
            results
            | {
                f"{name}_by_class" if name in results else name: numbers
                for name, numbers in by_class.items()
            }
            | {
                "std": {name: _std(numbers) for name, numbers in values.items()},
                "values": values,
                "real": {name: json_number(real[name]) for name in values if name in real},
                "seeds": seeds,
            }
            | self.context
        )

    def _measure(self, seed):
        options = {"seed": seed, "batch_size": self.batch_size}
        self.on_stage(f"Generating {self.num_samples:,} images with the seed {seed}.")
        if self.model.num_classes:
            labels = np.repeat(self.classes, self.samples_per_class)
            images = generate(self.model, labels, **options)
        else:
            labels = None
            images = generate(self.model, num_samples=self.num_samples, **options)
        values = {}
        if "classification_accuracy_score" in self.metrics:
            known = self.classifier.classify(images, self.batch_size) if labels is None else labels
            values["classification_accuracy_score"] = self._student_accuracy(images, known, seed)
        self.on_stage("Measuring the generated images.")
        measured, by_class = self.images.measure(images, labels)
        values |= measured
        if self.accept is not None and "accepted_generation_accuracy" in self.metrics:
            self.on_stage(
                f"Generating {self.num_samples:,} accepted images, in at most "
                f"{self.num_samples * self.accept.max_tries:,} tries."
            )
            by_class |= self._measure_accepted(options)
            shares = by_class["accepted_generation_accuracy"]
            values["accepted_generation_accuracy"] = float(shares[self.classes].mean())
        return values, by_class

    def _measure_accepted(self, options):
        """Accuracy and tries of accepted images by class; a missing image counts as wrong.

        Classes without training images, of which no images are requested, have NaN.
        """
        labels = np.repeat(self.classes, self.samples_per_class)
        try:
            images, report = generate(
                self.model, labels, accept=self.accept, return_report=True, **options
            )
        except AcceptanceError as error:
            images, report = error.images, error.report
        correct = np.zeros(self.data.num_classes)
        if len(images):
            counts = np.bincount(report.labels)
            accuracy = np.nan_to_num(generation_accuracy(self.classifier, images, report.labels))
            correct[: len(counts)] = np.rint(accuracy * counts)
        requested = np.isin(np.arange(self.data.num_classes), self.classes)
        numbers = {
            "accepted_generation_accuracy": correct / self.samples_per_class,
            "tries": report.tries,
            "latent_tries": report.latent_tries,
        }
        return {name: np.where(requested, values, np.nan) for name, values in numbers.items()}

    def _measure_real(self):
        """The metrics of the test images; the student learns from training images."""
        self.on_stage(f"Measuring the {len(self.data.x_test):,} test images.")
        values, _ = self.images.measure(self.data.x_test, self.data.y_test, generated=False)
        if "classification_accuracy_score" in self.metrics:
            rng = np.random.default_rng(0)
            places = [np.flatnonzero(self.data.y_train == label) for label in self.classes]
            chosen = np.concatenate(
                [rng.permutation(place)[: self.samples_per_class] for place in places]
            )
            values["classification_accuracy_score"] = self._student_accuracy(
                self.data.x_train[chosen], self.data.y_train[chosen], 0
            )
        return values

    def _student_accuracy(self, images, labels, seed):
        self.on_stage(f"Training a classifier on {len(images):,} images.")
        return classification_accuracy_score(
            images,
            labels,
            self.data.x_test,
            self.data.y_test,
            class_names=self.data.class_names,
            steps=self.student_steps,
            seed=seed,
        )

    def _by_class_name(self, numbers):
        # A model without classes may generate images of any class.
        labels = self.classes if self.model.num_classes else range(self.data.num_classes)
        return {self.data.class_names[label]: json_number(numbers[label]) for label in labels}


def _means(rows):
    """Means over the first axis of the numbers that are not NaN; NaN where all are."""
    known = ~np.isnan(rows)
    total = np.where(known, rows, 0).sum(axis=0)
    counts = known.sum(axis=0)
    return np.divide(total, counts, out=np.full(total.shape, np.nan), where=counts > 0)


def _mean(values):
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def _std(values):
    known = [value for value in values if value is not None]
    return float(np.std(known, ddof=1)) if len(known) > 1 else None
