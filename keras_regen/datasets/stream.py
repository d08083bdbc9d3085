"""A folder of class folders that is too large for memory, read batch by batch."""

import os
from functools import partial
from typing import Any

import numpy as np

from keras_regen.checks import check_integer
from keras_regen.datasets.batches import ShuffledBatches
from keras_regen.datasets.folder import arrange_folder, file_paths, read_or_reason
from keras_regen.datasets.pixels import (
    NUM_THREADS,
    check_color_mode,
    check_size,
    decode_image,
    map_in_threads,
)
from keras_regen.datasets.readable_files import common_shape, keep_readable, split_tree
from keras_regen.datasets.split import check_test_fraction


class ImageFolderStream(ShuffledBatches):
    """Batches of pictures of a folder of class folders, read from the disk when they are needed.

    It takes the same files, classes and split as `load` does for the same folder and arguments.
    Every file is read once at the start, so a broken one is found before the training and not in
    the middle of it. See `ShuffledBatches` for the order of the batches.

    Args:
        path: Folder with one folder of pictures per class, at its top or in `train/` and `test/`.
        batch_size: Pictures per batch, at least 1. The last batch of an epoch may be smaller.
        split: `"train"` or `"test"`.
        image_size: Height and width to resize to, as in `load`.
        color_mode: `"grayscale"`, `"rgb"` or `None`, as in `load`.
        test_fraction: Share of the test pictures, as in `load`.
        shuffle: Whether the order changes with the epoch; otherwise it is the order of `load`.
        seed: Integer, at least 0, of the split and of the order.
        epoch: Integer, at least 0. The epoch to begin with.
        strict: Whether a file that cannot be read is an error, as in `load`.
        num_threads: Threads that read the pictures of a batch, at least 1.

    Raises:
        ValueError: When an argument is out of range, or the folder is not as `load` wants it.
        FileNotFoundError: When the folder does not exist.

    Examples:
        >>> import tempfile
        >>> from PIL import Image
        >>> folder = tempfile.mkdtemp()
        >>> for name in ("cat", "dog"):
        ...     os.mkdir(os.path.join(folder, name))
        ...     for i in range(5):
        ...         Image.new("L", (8, 6)).save(os.path.join(folder, name, f"{i}.png"))
        >>> stream = ImageFolderStream(folder, batch_size=4)
        >>> stream.class_names, stream.image_shape, len(stream)
        (('cat', 'dog'), (6, 8, 1), 2)
        >>> images, labels = stream[0]
        >>> images.shape, images.dtype, labels.shape
        ((4, 6, 8, 1), dtype('uint8'), (4,))
    """

    def __init__(
        self,
        path: str | os.PathLike,
        *,
        batch_size: int = 128,
        split: str = "train",
        image_size: int | tuple[int, int] | None = None,
        color_mode: str | None = None,
        test_fraction: float = 0.2,
        shuffle: bool = True,
        seed: int = 0,
        epoch: int = 0,
        strict: bool = False,
        num_threads: int = NUM_THREADS,
    ):
        if split not in ("train", "test"):
            raise ValueError(f'`split` must be "train" or "test". Received: split={split!r}.')
        # Reading a large folder takes minutes: what is wrong with the arguments is told before.
        check_integer("batch_size", batch_size, 1)
        check_integer("seed", seed, 0)
        check_integer("epoch", epoch, 0)
        check_integer("num_threads", num_threads, 1)
        check_color_mode(color_mode)
        check_test_fraction(test_fraction)
        image_size = check_size(image_size)
        path = os.path.expanduser(path)
        if not os.path.isdir(path):
            raise FileNotFoundError(
                f"Expected the path of a folder of class folders. Received: {path!r}."
            )
        tree = arrange_folder(path)
        paths = file_paths(path, tree)
        shape_of = partial(_shape, image_size=image_size, color_mode=color_mode)
        shapes = map_in_threads(partial(read_or_reason, shape_of), paths, num_threads)
        kept, self.skipped = keep_readable(path, tree, shapes, strict)
        self.image_shape = common_shape([paths[i] for i in kept], [shapes[i] for i in kept])
        self.class_names = tree.class_names
        train, test = split_tree(tree, kept, test_fraction, seed)
        chosen = train if split == "train" else test
        self.files = tuple(paths[i] for i in chosen)
        self.labels = tree.labels[chosen]
        self.num_threads = num_threads
        super().__init__(len(chosen), batch_size, shuffle=shuffle, seed=seed, epoch=epoch)

    @property
    def num_classes(self) -> int:
        """Number of classes."""
        return len(self.class_names)

    def read(self, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Gives images `(batch, height, width, channels)` and labels `(batch,)`."""
        decode = partial(
            decode_image,
            image_size=self.image_shape[:2],
            color_mode="grayscale" if self.image_shape[2] == 1 else "rgb",
        )
        images = map_in_threads(decode, [self.files[i] for i in indices], self.num_threads)
        return np.stack(images), self.labels[indices]


def as_dataset(path: str | os.PathLike, **options: Any) -> ImageFolderStream:
    """Streams a folder of class folders that is too large for memory, for `fit` and `evaluate`.

    Args:
        path: Folder with one folder of pictures per class, at its top or in `train/` and `test/`.
        **options: The arguments of `ImageFolderStream`: `batch_size`, `split`, `image_size`,
            `color_mode`, `test_fraction`, `shuffle`, `seed`, `epoch`, `strict`, `num_threads`.

    Returns:
        An `ImageFolderStream` of `(images, labels)` batches with the files and the split of `load`.

    Raises:
        ValueError: As `ImageFolderStream` does.
        FileNotFoundError: When the folder does not exist.

    Examples:
        >>> as_dataset("no/such/folder", batch_size=32, image_size=64)
        Traceback (most recent call last):
        ...
        FileNotFoundError: Expected the path of a folder of class folders. Received: ...
    """
    return ImageFolderStream(path, **options)


def _shape(
    file: str, image_size: tuple[int, int] | None, color_mode: str | None
) -> tuple[int, int, int]:
    height, width, channels = decode_image(file, None, color_mode).shape
    return (*(image_size or (height, width)), channels)
