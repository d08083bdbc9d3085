"""DataSpec: the images and labels that a model takes, and the check of each batch."""

import dataclasses
from typing import Any

from keras import ops

from keras_regen.arrays import as_array, check_images, check_labels
from keras_regen.models.batch_streams import is_array


@dataclasses.dataclass(frozen=True)
class DataSpec:
    """The images and labels that a model takes.

    Args:
        model_name: Name of the model's class, for error messages.
        image_shape: `(height, width, channels)`.
        num_classes: Number of classes, 0 for a model without classes.
        needs_labels: Whether images without labels are an error.

    Examples:
        >>> from keras_regen.models.data_spec import DataSpec
        >>> DataSpec("CSAE", (8, 8, 1), 10, needs_labels=True).num_classes
        10
    """

    model_name: str
    image_shape: tuple[int, int, int]
    num_classes: int
    needs_labels: bool

    def check(self, images: Any, labels: Any = None) -> Any:
        """Checks a batch, or all images at once.

        Args:
            images: Images `(num_samples, height, width, channels)`.
            labels: Labels `(num_samples,)`, `(num_samples, 1)` or one-hot rows, or `None`.

        Returns:
            The labels as class numbers `(num_samples,)`, of the kind of array that was given;
            `None` if the model does not use them.

        Raises:
            ValueError: If images or labels do not have the shape, type or range that the model
                expects.
        """
        if isinstance(images, dict):
            raise ValueError(
                "A batch must be a tuple of images, labels and perhaps weights. Received: a dict "
                f"of {list(images)}. `dataset.map(lambda batch: (batch['image'], batch['label']))` "
                "changes the batches of a `tf.data.Dataset`."
            )
        if self.needs_labels and labels is not None:
            labels = _class_numbers(labels, self.num_classes)
        images = as_array("images", images)
        check_images(images, self.image_shape)
        if not self.needs_labels:
            return labels
        if labels is None:
            raise ValueError(
                f"{self.model_name} learns classes and needs labels. Received images without "
                "labels: call it with (images, labels), or `predict` with "
                '{"image": images, "label": labels}.'
            )
        check_labels(labels, len(images), self.num_classes)
        return labels


def as_labels(labels: Any) -> Any:
    """Converts labels to an array. Tensors and `None` stay as they are.

    Raises:
        ValueError: If the labels cannot be converted.
    """
    return labels if labels is None or is_array(labels) else as_array("labels", labels)


def _class_numbers(labels, num_classes):
    """Class numbers from a column of them, or from one-hot rows; other labels stay as they are."""
    if not hasattr(labels, "reshape"):  # a tensor of another framework stays a tensor
        labels = as_labels(labels)
    shape = tuple(labels.shape)
    if shape[1:] == (1,):
        return labels.reshape(-1) if hasattr(labels, "reshape") else ops.reshape(labels, (-1,))
    if len(shape) == 2 and shape[1] == num_classes:
        rows = as_array("labels", labels)
        if ((rows == 0) | (rows == 1)).all() and (rows.sum(axis=1) == 1).all():
            return labels.argmax(-1) if hasattr(labels, "argmax") else ops.argmax(labels, axis=-1)
    return labels
