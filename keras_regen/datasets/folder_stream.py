"""Reads a folder of class folders that is too large for memory, batch by batch."""

import os
from functools import partial
from typing import Any

import numpy as np

from keras_regen.checks import check_integer
from keras_regen.datasets.folder import file_paths, find_class_folders, result_or_error
from keras_regen.datasets.image_decoding import (
    TargetSize,
    check_color_mode,
    check_image_size,
    decode_image,
)
from keras_regen.datasets.image_files import common_shape, select_readable, split_files
from keras_regen.datasets.parallel_map import NUM_THREADS, parallel_map
from keras_regen.datasets.shuffled_batches import ShuffledBatches, check_shard
from keras_regen.datasets.split import check_test_fraction


class ImageFolderStream(ShuffledBatches):
    """Batches of images of a folder of class folders, read from the disk when they are needed.

    It has the same files, classes and split as `load` with the same folder and arguments. Every
    file is read once at the start, so an unreadable file is found before the training run and not
    in the middle of it. See `ShuffledBatches` for the order of the batches.

    `keras.utils.image_dataset_from_directory` does not replace it: that function needs TensorFlow
    or Grain on every backend, and its order cannot continue at a later epoch.

    Args:
        path: Folder with a folder of images per class, at its top or in `train/` and `test/`.
        batch_size: Images per batch, at least 1. The last batch of an epoch may be smaller.
        split: `"train"` or `"test"`.
        image_size: Height and width to resize to, as in `load`.
        fit: `"crop"`, `"pad"` or `"stretch"`, as in `load`.
        center_crop: The central part that is cut out before, as in `load`.
        color_mode: `"grayscale"`, `"rgb"` or `None`, as in `load`.
        test_fraction: Share of the test images, as in `load`.
        shuffle: Whether to shuffle in every epoch. If `False`, the order is that of `load`.
        seed: Integer, at least 0. Seed of the split and of the order.
        epoch: Integer, at least 0. The first epoch.
        strict: Whether an unreadable file is an error, as in `load`.
        num_threads: Threads that read the images of a batch, at least 1.
        shard: Tuple of two integers: the part of each batch that this process reads, as in
            `ShuffledBatches`. Every process checks all files at the start.

    Raises:
        ValueError: If an argument is out of range, or the folder is not as `load` expects.
        FileNotFoundError: If the folder does not exist.

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
        fit: str = "crop",
        center_crop: int | tuple[int, int] | None = None,
        color_mode: str | None = None,
        test_fraction: float = 0.2,
        shuffle: bool = True,
        seed: int = 0,
        epoch: int = 0,
        strict: bool = False,
        num_threads: int = NUM_THREADS,
        shard: tuple[int, int] = (0, 1),
    ):
        if split not in ("train", "test"):
            raise ValueError(f'`split` must be "train" or "test". Received: split={split!r}.')
        # Reading a large folder takes minutes, so the arguments are checked before.
        check_integer("batch_size", batch_size, 1)
        check_integer("seed", seed, 0)
        check_integer("epoch", epoch, 0)
        check_integer("num_threads", num_threads, 1)
        check_shard(shard, batch_size)
        check_color_mode(color_mode)
        check_test_fraction(test_fraction)
        size = check_image_size(image_size, fit, center_crop)
        path = os.path.expanduser(path)
        if not os.path.isdir(path):
            raise FileNotFoundError(
                f"Expected the path of a folder of class folders. Received: {path!r}."
            )
        folders = find_class_folders(path)
        paths = file_paths(path, folders)
        read_shape = partial(_image_shape, image_size=size, color_mode=color_mode)
        shapes = parallel_map(partial(result_or_error, read_shape), paths, num_threads)
        readable, self.skipped = select_readable(path, folders, shapes, strict)
        self.image_shape = common_shape(
            [paths[index] for index in readable], [shapes[index] for index in readable]
        )
        self.class_names = folders.class_names
        train, test = split_files(folders, readable, test_fraction, seed)
        indices = train if split == "train" else test
        self.files = tuple(paths[index] for index in indices)
        self.labels = folders.labels[indices]
        self.image_size = size
        self.num_threads = num_threads
        super().__init__(
            len(indices), batch_size, shuffle=shuffle, seed=seed, epoch=epoch, shard=shard
        )

    @property
    def num_classes(self) -> int:
        """Number of classes."""
        return len(self.class_names)

    def read(self, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Reads the images with these indices.

        Args:
            indices: Integer array of sample indices.

        Returns:
            Images `(batch, height, width, channels)`, `uint8`, and labels `(batch,)`, `int64`.
        """
        decode = partial(
            decode_image,
            image_size=self.image_size,
            color_mode="grayscale" if self.image_shape[2] == 1 else "rgb",
        )
        images = parallel_map(decode, [self.files[index] for index in indices], self.num_threads)
        return np.stack(images), self.labels[indices]


def as_dataset(path: str | os.PathLike, **options: Any) -> ImageFolderStream:
    """Returns a stream of a folder of class folders that is too large for memory.

    Args:
        path: Folder with a folder of images per class, at its top or in `train/` and `test/`.
        **options: The arguments of `ImageFolderStream`: `batch_size`, `split`, `image_size`,
            `fit`, `color_mode`, `test_fraction`, `shuffle`, `seed`, `epoch`, `strict`,
            `num_threads`, `shard`.

    Returns:
        An `ImageFolderStream` of `(images, labels)` batches, for `fit` and `evaluate`.

    Raises:
        ValueError: If an argument is out of range, or the folder is not as `load` expects.
        FileNotFoundError: If the folder does not exist.

    Examples:
        >>> as_dataset("no/such/folder", batch_size=32, image_size=64)
        Traceback (most recent call last):
        ...
        FileNotFoundError: Expected the path of a folder of class folders. Received: ...
    """
    return ImageFolderStream(path, **options)


def _image_shape(
    file: str, image_size: TargetSize | None, color_mode: str | None
) -> tuple[int, int, int]:
    # Resizing takes time and never fails, unlike the crop of an image that is too small.
    crops = image_size is not None and image_size.center_crop is not None
    height, width, channels = decode_image(file, image_size if crops else None, color_mode).shape
    return (*(image_size or (height, width))[:2], channels)
