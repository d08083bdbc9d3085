"""The metrics of a set of images, generated or held out, compared with the training images."""

import functools
import math
from collections.abc import Callable, Collection

import numpy as np

from keras_regen.datasets import ImageDataset
from keras_regen.metrics.aligned_classifier import AlignedClassifier
from keras_regen.metrics.copies import neighbor_distances, novelty
from keras_regen.metrics.coverage import precision_recall
from keras_regen.metrics.dimension import intrinsic_dimension, without_duplicates
from keras_regen.metrics.diversity import mean_diversity, training_diversity
from keras_regen.metrics.evaluation_classifier import recognized_share
from keras_regen.metrics.feature_extractor import FeatureExtractor
from keras_regen.metrics.frechet import frechet_distance
from keras_regen.metrics.inception import inception_score
from keras_regen.metrics.kernel_distance import kernel_inception_distance
from keras_regen.metrics.neighbors import nearest_neighbors
from keras_regen.metrics.sharpness import sharpness

# More training images hardly change the distances.
_MAX_ORIGINALS = 10_000
_KERNEL_SUBSET = 1000
_NEIGHBORS = 20
# The fewest images of a set that have a covariance and a pair, and that have 3 neighbors each.
_LEAST_FOR_DISTANCE, _LEAST_FOR_PRECISION = 2, 4


class ImageSetMetrics:
    """Measures sets of images by the same metrics, all compared with the same training images.

    Args:
        data: The dataset.
        classifier: The evaluation classifier.
        extractor: The extractor of the features that distances compare.
        metrics: Names of the metrics to compute, among `keras_regen.metrics.ALL_METRICS`.
        num_compared: Integer: images of each set that enter the metrics which depend on the number
            of images.
        reconstruct: Function from images and labels to their reconstructions by the evaluated
            model, or `None` for a model without an encoder.
        batch_size: Integer: images per step.

    Examples:
        >>> from keras_regen import Classifier
        >>> from keras_regen.datasets import load
        >>> from keras_regen.metrics import FeatureExtractor
        >>> from keras_regen.metrics.aligned_classifier import AlignedClassifier
        >>> from keras_regen.metrics.image_set_metrics import ImageSetMetrics
        >>> digits = load("digits")
        >>> classifier = Classifier.for_images((8, 8, 1), digits.class_names, stem_filters=2)
        >>> aligned, extractor = AlignedClassifier(classifier, digits), FeatureExtractor(classifier)
        >>> metrics = ImageSetMetrics(digits, aligned, extractor, ["recognized", "copied"], 100)
        >>> values, by_class = metrics.measure(digits.x_test, digits.y_test)
        >>> list(values), by_class
        (['recognized', 'copied'], {})
    """

    def __init__(
        self,
        data: ImageDataset,
        classifier: AlignedClassifier,
        extractor: FeatureExtractor,
        metrics: Collection[str],
        num_compared: int,
        reconstruct: Callable | None = None,
        batch_size: int = 256,
    ):
        self.data, self.classifier, self.extractor = data, classifier, extractor
        self.metrics, self.num_compared = metrics, num_compared
        self.batch_size, self._reconstruct = batch_size, reconstruct
        chosen = np.random.default_rng(0).permutation(len(data.x_train))[:_MAX_ORIGINALS]
        self.originals, self._original_labels = data.x_train[chosen], data.y_train[chosen]

    def measure(
        self, images: np.ndarray, labels: np.ndarray | None, *, generated: bool = True
    ) -> tuple[dict[str, float], dict[str, np.ndarray]]:
        """Computes the metrics of a set of images.

        Args:
            images: Images `(num_images, height, width, channels)`.
            labels: Their classes, or `None` for the classes that the classifier assigns.
            generated: Boolean: whether the images are generated, so that they are also compared
                with reconstructions.

        Returns:
            A dict of numbers by the names of the results, and a dict of arrays `(num_classes,)`
            for the results by class. A metric for which the images are too few, or differ too
            little, is NaN.
        """
        probabilities = self.classifier.classify(images, self.batch_size, return_probabilities=True)
        predicted = np.argmax(probabilities, axis=1)
        values, by_class = {}, {}
        if "generation_accuracy" in self.metrics and labels is not None:
            values["generation_accuracy"] = float(np.mean(predicted == labels))
            by_class["generation_accuracy"] = self._shares(predicted == labels, labels)
        if "recognized" in self.metrics:
            values["recognized"] = recognized_share(probabilities)
            if labels is None:
                counts = np.bincount(predicted, minlength=self.data.num_classes)
                by_class["class_counts"] = counts.astype("float64")
        if "relative_diversity" in self.metrics:
            diversity = training_diversity(
                self.data, images, predicted if labels is None else labels
            )
            values["relative_diversity"] = mean_diversity(diversity)
            by_class["relative_diversity"] = diversity
        # Images are in the order of their classes: a random subset contains all of them.
        chosen = np.random.default_rng(0).permutation(len(images))[: self.num_compared]
        values |= self._measure_pixels(images, chosen)
        if "inception_score" in self.metrics:
            splits = min(10, len(chosen))
            values["inception_score"] = inception_score(probabilities[chosen], splits)[0]
        return values | self._measure_features(images[chosen], generated), by_class

    def frechet_original_reconstructed(self) -> float:
        """Computes the Fréchet distance of the training images and their reconstructions."""
        return _frechet_distance(self._original_features, self._reconstructed_features)

    def _measure_pixels(self, images, chosen):
        values = {}
        if "copied" in self.metrics:
            values["copied"] = self._copied_share(images)
        if "sharpness" in self.metrics and min(images.shape[1:3]) > 1:
            values["sharpness"] = sharpness(images)
        if "closest_distance" in self.metrics:
            _, distances = nearest_neighbors(images[chosen], self.originals, 1)
            values["closest_distance"] = float(distances.mean())
        if "intrinsic_dimension" in self.metrics:
            values["intrinsic_dimension"] = _dimension(images[chosen])
        return values

    def _measure_features(self, images, generated):
        values = {}
        if not {"precision_recall", "frechet_distance", "kernel_distance"} & set(self.metrics):
            return values
        originals, features = self._original_features, self.extractor(images)
        if "precision_recall" in self.metrics:
            values["precision"], values["recall"] = _precision_recall(originals, features)
        if "frechet_distance" in self.metrics:
            values["frechet_original_generated"] = _frechet_distance(originals, features)
            if generated and self._reconstruct is not None:
                distance = _frechet_distance(self._reconstructed_features, features)
                values["frechet_reconstructed_generated"] = distance
        if "kernel_distance" in self.metrics:
            values["kernel_distance"] = _kernel_distance(originals, features)
        return values

    def _copied_share(self, images):
        if (self.originals == self.originals[:1]).all():
            return math.nan
        distances = self._original_distances
        return novelty(images, self.originals, training_distances=distances).copied_share

    def _shares(self, hits, labels):
        counts = np.bincount(labels, minlength=self.data.num_classes)
        correct = np.bincount(labels[hits], minlength=self.data.num_classes)
        return np.divide(correct, counts, out=np.full(len(counts), np.nan), where=counts > 0)

    @functools.cached_property
    def _original_features(self):
        return self.extractor(self.originals)

    @functools.cached_property
    def _reconstructed_features(self):
        images = self._reconstruct(self.originals, self._original_labels, self.batch_size)
        return self.extractor(images)

    @functools.cached_property
    def _original_distances(self):
        return neighbor_distances(self.originals)


def _dimension(images):
    points = without_duplicates(images)
    if len(points) <= _NEIGHBORS:
        return math.nan
    try:
        return intrinsic_dimension(points, _NEIGHBORS)
    except ValueError:
        # Enough different images have no dimension if all neighbors of one are equally far.
        return math.nan


def _precision_recall(originals, features):
    count = min(len(originals), len(features))
    if count < _LEAST_FOR_PRECISION:
        return math.nan, math.nan
    return precision_recall(originals[:count], features[:count])


def _frechet_distance(features, other_features):
    if min(len(features), len(other_features)) < _LEAST_FOR_DISTANCE:
        return math.nan
    return frechet_distance(features, other_features)


def _kernel_distance(originals, features):
    count = min(len(originals), len(features))
    if count < _LEAST_FOR_DISTANCE:
        return math.nan
    return kernel_inception_distance(originals, features, min(_KERNEL_SUBSET, count), seed=0)[0]
