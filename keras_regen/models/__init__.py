"""The papers' models: a classifier and its generator in one."""

from keras_regen.models.autoencoding import AutoencodingModel as AutoencodingModel
from keras_regen.models.base import ImageModel as ImageModel
from keras_regen.models.classifier import Classifier as Classifier
from keras_regen.models.csae import CSAE as CSAE
from keras_regen.models.regene import ReGene as ReGene
