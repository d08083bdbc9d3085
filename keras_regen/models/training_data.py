"""The one door through which images and labels reach a model: converted, checked and described."""

import contextlib
import copy
import dataclasses
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np

from keras_regen.arrays import as_array
from keras_regen.datasets import ShuffledArrays
from keras_regen.models.batch_streams import (
    ListedBatches,
    ReplacedInputs,
    checked_tf_dataset,
    is_array,
    is_endless,
    is_repeatable,
    map_batches,
    num_batches_of,
    take_rows,
)
from keras_regen.models.data_spec import DataSpec, as_labels


@dataclasses.dataclass
class ModelData:
    """Checked images and labels: arrays in memory, or a stream of batches.

    Args:
        inputs: Images, a dict of `"image"` and further inputs of the model, or a stream of
            `(inputs, labels)` or `(inputs, labels, sample_weight)` batches that `fit` of Keras
            takes.
        labels: Integer labels `(num_samples,)`; `None` for a stream and for images without labels.
        sample_weight: Array `(num_samples,)`, or `None`.
        images: All images, if they are in memory, alone or behind a `ShuffledArrays`.
        latents: The latents of all images, if they are known.
        arrays: The `ShuffledArrays` behind the stream, if there is one.
        in_memory: Whether the data are arrays rather than a stream of batches.
        repeatable: Whether the data can be read a second time.
        error: The `ValueError` of the first bad batch of a stream; `None` before.
    """

    inputs: Any
    labels: Any = None
    sample_weight: Any = None
    images: Any = None
    latents: Any = None
    arrays: ShuffledArrays | None = None
    in_memory: bool = True
    repeatable: bool = True
    error: ValueError | None = None

    @property
    def known_labels(self) -> Any:
        """The labels of all samples, if they are in memory."""
        return self.labels if self.arrays is None else self.arrays.y

    @property
    def has_end(self) -> bool:
        """Whether it is known that the data ends."""
        return num_batches_of(self.inputs) is not None

    def with_inputs(self, inputs: Any) -> None:
        """Replaces the inputs of data in memory, such as images by images and their latents."""
        self.latents = inputs.get("latent")
        if self.arrays is None:
            self.inputs = inputs
        else:
            self.inputs = ReplacedInputs(self.arrays, inputs)

    def map_stream(self, function: Callable[[Any, Any], Any]) -> None:
        """Replaces the inputs of each batch of a stream by `function(inputs, labels)`."""

        def mapped(inputs, labels=None, *rest):
            return (function(inputs, labels), labels, *rest)

        self.inputs = map_batches(self.inputs, mapped)

    def split(self, fraction: float) -> "ModelData":
        """Removes the last samples of data in memory, as `validation_split` of Keras does.

        Args:
            fraction: Float in (0, 1): share of the samples to remove.

        Returns:
            The removed samples, as data for validation.

        Raises:
            ValueError: If the data are a stream, or a part would be empty.
        """
        if not self.in_memory:
            raise ValueError(
                "`validation_split` needs images in memory. Received a dataset: pass another "
                "dataset as `validation_data`."
            )
        start = int(len(self.images) * (1 - fraction))
        if not 0 < start < len(self.images):
            raise ValueError(
                "`validation_split` must leave images for training and for validation. "
                f"Received: validation_split={fraction} of {len(self.images)} images."
            )
        names = ("inputs", "labels", "sample_weight", "images", "latents")
        held_out = ModelData(
            **{name: take_rows(getattr(self, name), slice(start, None)) for name in names}
        )
        for name in names:
            setattr(self, name, take_rows(getattr(self, name), slice(None, start)))
        return held_out

    def validation_data(self) -> Any:
        """Returns the data as `fit` of Keras takes them in `validation_data`."""
        if not self.in_memory:
            return self.inputs
        weights = [] if self.sample_weight is None else [self.sample_weight]
        return (self.inputs, self.labels, *weights)

    def batches(self, num_batches: int | None = None) -> Iterator[tuple[Any, Any]]:
        """Yields `(inputs, labels)` as NumPy arrays: all at once for data in memory.

        Args:
            num_batches: Integer: batches to take from a stream without a known end.
        """
        if self.in_memory or self.arrays is not None:
            inputs = self.inputs.inputs if isinstance(self.inputs, ReplacedInputs) else None
            if self.arrays is None:
                yield _to_numpy(self.inputs), _to_numpy(self.labels)
            else:
                yield (self.arrays.x if inputs is None else inputs), self.arrays.y
            return
        stream = self.inputs
        if num_batches is None and is_endless(stream):
            raise ValueError(
                "A dataset without an end needs `num_batches`, the number of batches to read. "
                "Received: num_batches=None."
            )
        if isinstance(stream, keras.utils.PyDataset):
            count = num_batches if stream.num_batches is None else stream.num_batches
            stream = (self.inputs[index] for index in range(count))
        for batch in itertools.islice(stream, num_batches):
            inputs, labels = (
                (*batch, None)[:2] if isinstance(batch, (list, tuple)) else (batch, None)
            )
            yield _to_numpy(inputs), _to_numpy(labels)


def raise_plain_error(*parts: ModelData | None) -> None:
    """Raises the error of a bad batch itself, where a backend has wrapped it in its own.

    Args:
        *parts: The data that were read when another error was raised; `None` is ignored.
    """
    for data in parts:
        if data is not None and data.error is not None:
            raise data.error from None


@contextlib.contextmanager
def plain_errors(*parts: ModelData) -> Iterator[None]:
    """Raises the error of a bad batch itself, in a `with` statement around the reading."""
    try:
        yield
    except Exception:
        raise_plain_error(*parts)
        raise


def check_data(spec: DataSpec, x: Any, y: Any = None, sample_weight: Any = None) -> ModelData:
    """Converts and checks data in any form that a model takes.

    Arrays are checked whole and at once. Every batch of a stream is checked when it is read.

    Args:
        spec: The images and labels that the model takes.
        x: Images as array, tensor or list; a dict of `"image"` and `"label"`; or a
            `keras.utils.PyDataset`, `tf.data.Dataset`, PyTorch `DataLoader` or generator of
            `(images, labels)` batches.
        y: Labels; `None` with a stream.
        sample_weight: Array `(num_samples,)`, or `None`.

    Returns:
        The data for `fit`.

    Raises:
        ValueError: If the data are of another kind, or images or labels are not as the model
            takes them.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.models.data_spec import DataSpec
        >>> from keras_regen.models.training_data import check_data
        >>> spec = DataSpec("CSAE", (8, 8, 1), 10, needs_labels=True)
        >>> check_data(spec, np.zeros((2, 8, 8, 1)), [[3], [4]]).labels.tolist()
        [3, 4]
    """
    x = _as_array("images", x)
    if isinstance(x, dict):
        x, y = _unpacked(x, y)
    if is_array(x):
        y = spec.check(x, as_labels(y))
        if y is not None and not spec.needs_labels:
            _check_unused_labels(as_array("labels", y), len(x))
        if sample_weight is not None:
            sample_weight = _checked_weights(sample_weight, len(x))
        if y is None and sample_weight is not None:
            # Keras drops the weights of samples without targets. The models do not read these.
            y = np.zeros(len(x), "int64")
        return ModelData(x, y, sample_weight, images=x)
    if isinstance(x, (list, tuple)):
        x = ListedBatches(x)
    for name, noun, part in (("y", "labels", y), ("sample_weight", "weights", sample_weight)):
        if part is not None:
            raise ValueError(
                f"A dataset has its {noun} in its batches: leave out `{name}`. "
                f"Received: {type(x).__name__} and {noun}."
            )
    if isinstance(x, ShuffledArrays) and type(x).read is ShuffledArrays.read:
        # Everything is there to be checked at once; the batches then need no check.
        labels = spec.check(x.x, x.y)
        if labels is not None and labels is not x.y:
            x = _with_labels(x, labels)
        return ModelData(x, arrays=x, images=x.x, in_memory=False)
    data = ModelData(x, in_memory=False, repeatable=is_repeatable(x))
    if data.repeatable:
        # An error in all batches shows before training.
        for inputs, labels in data.batches(num_batches=1):
            spec.check(inputs, labels)

    def checked(images, labels=None, *rest):
        try:
            if len(rest) > 1:
                raise ValueError(
                    "A batch must hold images, labels and perhaps weights. "
                    f"Received: {len(rest) + 2} parts."
                )
            labels = spec.check(images, labels)
        except ValueError as error:
            data.error = data.error or error
            raise
        return (images, *([] if labels is None and not rest else [labels]), *rest)

    if hasattr(x, "element_spec"):  # tf.data
        data.inputs = checked_tf_dataset(x, checked, spec.needs_labels)
    else:
        data.inputs = map_batches(x, checked)
    return data


def images_of(inputs: Any) -> Any:
    """Returns the images among the inputs of a model: of a dict, or the inputs themselves."""
    return inputs["image"] if isinstance(inputs, dict) else inputs


def _with_labels(arrays, labels):
    changed = copy.copy(arrays)
    changed.y = labels
    return changed


def _unpacked(x, y):
    """The images and labels of a dict of both."""
    if set(x) != {"image", "label"} or y is not None:
        raise ValueError(
            'A dict must hold the images and their labels, {"image": images, "label": labels}. '
            f"Received: a dict of {list(x)}{'' if y is None else ' and labels'}."
        )
    images, labels = x["image"], x["label"]
    return images if is_array(images) else as_array("images", images), labels


def _as_array(name, part):
    """Converts lists and tensors of other frameworks to NumPy arrays; streams stay."""
    if isinstance(part, (list, tuple)):
        holds_batches = bool(part) and isinstance(part[0], tuple)
        return part if holds_batches else as_array(name, part)
    foreign = all(hasattr(part, attribute) for attribute in ("shape", "dtype", "__array__"))
    return as_array(name, part) if foreign and not is_array(part) else part


def _check_unused_labels(labels, num_samples):
    """Keras reads the labels of a model without classes as well, for metrics by the user."""
    if labels.shape[:1] != (num_samples,) or labels.dtype.kind not in "biuf":
        raise ValueError(
            f"`labels` must hold numbers for each of the {num_samples} images, or be None. "
            f"Received: shape={labels.shape}, dtype={labels.dtype}."
        )


def _checked_weights(sample_weight, num_samples):
    """The weights of samples: a finite number for each."""
    weights = as_array("sample_weight", sample_weight)
    # Keras takes a column of them as well.
    if weights.shape not in ((num_samples,), (num_samples, 1)) or weights.dtype.kind not in "biuf":
        raise ValueError(
            f"`sample_weight` must hold one number for each of the {num_samples} images. "
            f"Received: shape={weights.shape}, dtype={weights.dtype}."
        )
    if not np.isfinite(weights).all():
        raise ValueError("`sample_weight` must be finite. Received: NaN or infinite values.")
    return sample_weight if is_array(sample_weight) else weights


def _as_numpy(part):
    return as_array("batch", part)


def _to_numpy(part):
    return None if part is None else keras.tree.map_structure(_as_numpy, part)
