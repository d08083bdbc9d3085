"""Images in classes, from anywhere: bundled digits, folders, `.npz`, TFDS, downloads, streams."""

from typing import TYPE_CHECKING

from keras_regen.datasets.catalog import DatasetSource as DatasetSource
from keras_regen.datasets.catalog import list_datasets as list_datasets
from keras_regen.datasets.dataset import ImageDataset as ImageDataset
from keras_regen.datasets.loading import load as load

if TYPE_CHECKING:
    from keras_regen.datasets.batches import ShuffledArrays as ShuffledArrays
    from keras_regen.datasets.batches import ShuffledBatches as ShuffledBatches
    from keras_regen.datasets.stream import ImageFolderStream as ImageFolderStream
    from keras_regen.datasets.stream import as_dataset as as_dataset

# These need Keras, which takes seconds to import; loading and listing data do without it.
_NEED_KERAS = {
    "ShuffledArrays": "batches",
    "ShuffledBatches": "batches",
    "ImageFolderStream": "stream",
    "as_dataset": "stream",
}


def __getattr__(name: str):
    if name not in _NEED_KERAS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_NEED_KERAS[name]}"), name)
