"""`ImageDataset`: labeled training and test images in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from keras_regen.arrays import check_images, check_labels
from keras_regen.class_names import as_class_names
from keras_regen.datasets.image_decoding import TargetSize, convert_images


@dataclass(frozen=True, eq=False, repr=False)
class ImageDataset:
    """Labeled training and test images in memory.

    `keras_regen.datasets.load` returns it for any source. `fit` and `evaluate` take its arrays.

    Args:
        x_train: Images `(num_train, height, width, channels)`: `uint8` in 0..255, or `float32` in
            0..1 if the source holds floats. 1 channel is grayscale, 3 channels are RGB.
        y_train: Labels `(num_train,)`, `int64` in 0..`num_classes` - 1.
        x_test: Test images, like `x_train`.
        y_test: Test labels, like `y_train`.
        class_names: Names of the classes, in the order of the labels.
        name: Name of the dataset.
        skipped: Paths of the unreadable files that are left out.

    Examples:
        >>> from keras_regen.datasets import load
        >>> digits = load("digits")
        >>> digits
        ImageDataset('digits': 1438 training and 359 test images of shape (8, 8, 1), 10 classes)
        >>> digits.class_names[:3], digits.image_shape, digits.num_classes
        (('0', '1', '2'), (8, 8, 1), 10)
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    class_names: tuple[str, ...]
    name: str
    skipped: tuple[str, ...] = ()

    @property
    def num_classes(self) -> int:
        """Number of classes."""
        return len(self.class_names)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """`(height, width, channels)` of every image."""
        return self.x_train.shape[1:]

    def with_classes(self, class_names: Sequence[str]) -> "ImageDataset":
        """Returns the dataset with the labels and class names of a model.

        Names are matched exactly, or else as folder names: the folder name of `T-shirt/top` is
        `T-shirt_top`.

        Args:
            class_names: Names of the model's classes, in the order of its labels. They must
                include all classes of the dataset.

        Returns:
            An `ImageDataset` with the same images and these class names.

        Raises:
            ValueError: If the model does not have a class of the dataset.

        Examples:
            >>> from keras_regen.datasets import load
            >>> digits = load("digits")
            >>> backwards = digits.with_classes([str(digit) for digit in range(9, -1, -1)])
            >>> digits.y_test[:3], backwards.y_test[:3]
            (array([5, 9, 2]), array([4, 0, 7]))
        """
        class_names = tuple(class_names)
        if class_names == self.class_names:
            return self
        for normalize in (str, folder_name):
            model_labels = {normalize(name): label for label, name in enumerate(class_names)}
            labels = [model_labels.get(normalize(name)) for name in self.class_names]
            # Different names may have the same folder name, which would be ambiguous.
            unique = len(model_labels) == len(class_names) and len(set(labels)) == len(labels)
            if unique and None not in labels:
                new_labels = np.array(labels, "int64")
                return replace(
                    self,
                    class_names=class_names,
                    y_train=new_labels[self.y_train],
                    y_test=new_labels[self.y_test],
                )
        raise ValueError(
            f"The model must have all classes of the dataset. Its classes are {class_names}. "
            f"Received: {self.name!r} with {self.class_names}. Rename the class folders of the "
            "dataset, or correct `class_names` in its .npz file."
        )

    def __repr__(self) -> str:
        return (
            f"ImageDataset({self.name!r}: {len(self.x_train)} training and {len(self.x_test)} "
            f"test images of shape {self.image_shape}, {self.num_classes} classes)"
        )


def dataset_from_arrays(
    name: str,
    train: tuple[np.ndarray, np.ndarray],
    test: tuple[np.ndarray, np.ndarray],
    class_names: Sequence[str],
    *,
    image_size: TargetSize | None = None,
    color_mode: str | None = None,
    skipped: tuple[str, ...] = (),
) -> ImageDataset:
    """Checks images and labels, and returns them as an `ImageDataset`.

    Args:
        name: Name of the dataset.
        train: `(images, labels)`. The images may be any integers in 0..255 or floats in 0..1.
        test: `(images, labels)` of the same kind.
        class_names: Names of the classes.
        image_size: The size to resize to, or `None` to keep the size.
        color_mode: `"grayscale"`, `"rgb"`, or `None` to keep the channels.
        skipped: Paths of the files that are left out.

    Returns:
        An `ImageDataset`.

    Raises:
        ValueError: If `check_images` or `check_labels` refuses the arrays, if training and test
            images differ in shape or kind, or if the dataset has fewer than two classes.
    """
    (x_train, y_train), (x_test, y_test) = train, test
    class_names = as_class_names(class_names)
    check_images(x_train, name="x_train")
    check_images(x_test, x_train.shape[1:], name="x_test")
    if (x_train.dtype.kind == "f") != (x_test.dtype.kind == "f"):
        raise ValueError(
            "`x_train` and `x_test` must both be integers or both be floats. "
            f"Received: {x_train.dtype} and {x_test.dtype}."
        )
    check_labels(y_train, len(x_train), len(class_names), name="y_train")
    check_labels(y_test, len(x_test), len(class_names), name="y_test")
    return ImageDataset(
        x_train=convert_images(_standard_type(x_train), image_size, color_mode),
        y_train=y_train.astype("int64"),
        x_test=convert_images(_standard_type(x_test), image_size, color_mode),
        y_test=y_test.astype("int64"),
        class_names=class_names,
        name=name,
        skipped=skipped,
    )


def folder_name(class_name: str) -> str:
    """Returns the folder name of a class: without slashes, and not hidden.

    Examples:
        >>> folder_name("T-shirt/top"), folder_name("..")
        ('T-shirt_top', '_.')
    """
    name = class_name.replace("/", "_").replace("\\", "_")
    return f"_{name[1:]}" if name[:1] in ("", ".") else name


def _standard_type(images: np.ndarray) -> np.ndarray:
    return images.astype("float32" if images.dtype.kind == "f" else "uint8", copy=False)
