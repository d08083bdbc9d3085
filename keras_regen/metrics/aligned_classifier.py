"""A judge whose classes are numbered as those of a dataset."""

import numpy as np

from keras_regen.datasets import ImageDataset
from keras_regen.models import Classifier


class OrderedJudge:
    """A classifier that judges a dataset's images, with the dataset's numbers of classes.

    A judge and a model may have learned the same classes in another order, or the judge only those
    of which there are images.

    Args:
        judge: The classifier.
        data: The dataset. The judge must know its images' classes by their names, and no others.

    Raises:
        ValueError: If the judge knows other classes, or takes images of another shape.

    Examples:
        >>> from keras_regen import Classifier
        >>> from keras_regen.datasets import load
        >>> from keras_regen.metrics.class_order import OrderedJudge
        >>> digits = load("digits")
        >>> backwards = digits.with_classes([str(digit) for digit in range(9, -1, -1)])
        >>> judge = Classifier.for_images((8, 8, 1), backwards.class_names, stem_filters=2)
        >>> ordered = OrderedJudge(judge, digits).probabilities(digits.x_test)
        >>> bool((ordered == judge.probabilities(digits.x_test)[:, ::-1]).all())
        True
    """

    def __init__(self, judge: Classifier, data: ImageDataset):
        numbers = {name: number for number, name in enumerate(data.class_names)}
        seen = np.unique(np.concatenate([data.y_train, data.y_test]))
        needed = {data.class_names[label] for label in seen}
        known = set(judge.class_names)
        if not needed <= known <= set(numbers) or judge.image_shape != data.image_shape:
            raise ValueError(
                f"The judge must know the classes {list(data.class_names)} in images of shape "
                f"{data.image_shape}. Received: one of {list(judge.class_names)} in "
                f"{judge.image_shape}. Train it on this dataset: "
                "`keras-regen train-evaluation-classifier --dataset ...`."
            )
        self._judge = judge
        self._numbers = np.array([numbers[name] for name in judge.class_names])
        self._num_classes = len(numbers)

    def probabilities(self, images: np.ndarray, batch_size: int = 256) -> np.ndarray:
        """Gives the probabilities `(num_images, num_classes)`: 0 of classes it does not know."""
        found = self._judge.probabilities(images, batch_size)
        ordered = np.zeros((len(found), self._num_classes), found.dtype)
        ordered[:, self._numbers] = found
        return ordered

    def classify(self, images: np.ndarray, batch_size: int = 256) -> np.ndarray:
        """Gives the most probable class of each image, `(num_images,)`."""
        return np.argmax(self.probabilities(images, batch_size), axis=1)
