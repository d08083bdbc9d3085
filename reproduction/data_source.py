"""The source and the hash of the data of a result."""

import hashlib
from pathlib import Path

import numpy as np

from keras_regen.datasets import ImageDataset, list_datasets


def describe_data(name: str, data: ImageDataset) -> dict[str, str]:
    """Identifies the data of a result: its source on this machine, and the images themselves.

    Two copies of a dataset may differ: an archive of JPEG images is lossy.

    Args:
        name: Name of the dataset.
        data: The images that the run used, which may be a part of the dataset.

    Returns:
        A dict of `source`, a file name (or `"embedded"`, `"tfds"`, `"download"` without a file),
        and `images_hash`, the start of the SHA-256 hash of all images and labels.

    Examples:
        >>> from keras_regen.datasets import load
        >>> from reproduction.data_source import describe_data
        >>> describe_data("digits", load("digits"))["source"]
        'embedded'
    """
    (source,) = [source for source in list_datasets() if source.name == name]
    digest = hashlib.sha256()
    for images, labels in ((data.x_train, data.y_train), (data.x_test, data.y_test)):
        digest.update(np.ascontiguousarray(images))
        digest.update(np.ascontiguousarray(labels.astype("int64")))
    return {
        "source": source.kind
        if source.kind == "tfds"
        else Path(source.location).name or source.kind,
        "images_hash": digest.hexdigest()[:16],
    }
