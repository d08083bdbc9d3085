"""Labeled images from many sources: digits, folders, archives, `.npz` files, TFDS, downloads."""

from keras_regen.datasets.catalog import DatasetSource as DatasetSource
from keras_regen.datasets.catalog import list_datasets as list_datasets
from keras_regen.datasets.dataset import ImageDataset as ImageDataset
from keras_regen.datasets.folder_stream import ImageFolderStream as ImageFolderStream
from keras_regen.datasets.folder_stream import as_dataset as as_dataset
from keras_regen.datasets.loading import load as load
from keras_regen.datasets.shuffled_batches import ShuffledArrays as ShuffledArrays
from keras_regen.datasets.shuffled_batches import ShuffledBatches as ShuffledBatches
