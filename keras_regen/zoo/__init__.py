"""Small trained models that come with the package."""

from keras_regen.zoo.loading import list_pretrained as list_pretrained
from keras_regen.zoo.loading import load_pretrained as load_pretrained
