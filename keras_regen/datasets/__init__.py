"""Images in classes, from anywhere: bundled digits, folders, `.npz`, TFDS, downloads, streams."""

from keras_regen.datasets.batches import ShuffledArrays as ShuffledArrays
from keras_regen.datasets.batches import ShuffledBatches as ShuffledBatches
from keras_regen.datasets.catalog import DatasetSource as DatasetSource
from keras_regen.datasets.catalog import list_datasets as list_datasets
from keras_regen.datasets.dataset import ImageDataset as ImageDataset
from keras_regen.datasets.loading import load as load
from keras_regen.datasets.stream import ImageFolderStream as ImageFolderStream
from keras_regen.datasets.stream import as_dataset as as_dataset
