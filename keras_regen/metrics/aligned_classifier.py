"""An evaluation classifier whose labels are the labels of a dataset."""

import numpy as np

from keras_regen.datasets import ImageDataset
from keras_regen.metrics.feature_checks import check_dataset
from keras_regen.models import Classifier


class AlignedClassifier:
    """Classifies images with the labels of a dataset, matched by the class names.

    A classifier and a dataset may have the same classes in a different order, and the classifier
    may know only the classes that have images.

    Args:
        classifier: The classifier.
        data: The dataset. The classifier must know all classes that have images, and no class that
            the dataset does not have.

    Raises:
        ValueError: If the arguments are no classifier and no dataset, or the classifier knows other
            classes or takes images of another shape.

    Examples:
        >>> from keras_regen import Classifier
        >>> from keras_regen.datasets import load
        >>> from keras_regen.metrics.aligned_classifier import AlignedClassifier
        >>> digits = load("digits")
        >>> backwards = digits.with_classes([str(digit) for digit in range(9, -1, -1)])
        >>> classifier = Classifier.for_images((8, 8, 1), backwards.class_names, stem_filters=2)
        >>> aligned = AlignedClassifier(classifier, digits)
        >>> bool((aligned.classify(digits.x_test) == 9 - classifier.classify(digits.x_test)).all())
        True
    """

    def __init__(self, classifier: Classifier, data: ImageDataset):
        check_dataset(data)
        check_classifier(classifier)
        labels = {name: label for label, name in enumerate(data.class_names)}
        present = np.unique(np.concatenate([data.y_train, data.y_test]))
        needed = {data.class_names[label] for label in present}
        known = set(classifier.class_names)
        if not needed <= known <= set(labels) or classifier.image_shape != data.image_shape:
            raise ValueError(
                f"The evaluation classifier must know the classes {list(data.class_names)} in "
                f"images of shape {data.image_shape}. Received: a classifier of "
                f"{list(classifier.class_names)} in {classifier.image_shape}. Train one on this "
                "dataset: `keras-regen train-evaluation-classifier --dataset ...`."
            )
        self._classifier = classifier
        self._labels = np.array([labels[name] for name in classifier.class_names])
        self._num_classes = len(labels)

    def classify(
        self, images: np.ndarray, batch_size: int = 256, return_probabilities: bool = False
    ) -> np.ndarray:
        """Returns the labels of images, or the probabilities of the dataset's classes.

        Args:
            images: Images `(num_images, height, width, channels)`.
            batch_size: Integer: images per step.
            return_probabilities: Boolean: whether to return probabilities, which are 0 for
                classes that the classifier does not know.

        Returns:
            Array `(num_images,)` of labels, or `(num_images, num_classes)` of probabilities.
        """
        known = self._classifier.classify(images, batch_size, return_probabilities=True)
        probabilities = np.zeros((len(known), self._num_classes), known.dtype)
        probabilities[:, self._labels] = known
        return probabilities if return_probabilities else np.argmax(probabilities, axis=1)


def check_classifier(classifier: Classifier) -> None:
    """Raises an error unless an argument is an evaluation classifier.

    Args:
        classifier: The argument that should be a `keras_regen.Classifier`.

    Raises:
        ValueError: If it is anything else.
    """
    if not isinstance(classifier, Classifier):
        raise ValueError(
            "The evaluation classifier must be a `keras_regen.Classifier`, such as "
            f"`keras_regen.metrics.train_evaluation_classifier` returns. Received: {classifier!r}."
        )
