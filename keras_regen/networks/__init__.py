"""The papers' architecture tables as functions that return functional Keras models."""

from keras_regen.networks.csae import basenet as basenet
from keras_regen.networks.csae import csae_decoder as csae_decoder
from keras_regen.networks.csae import csae_encoder as csae_encoder
from keras_regen.networks.csae import csae_linear_decoder as csae_linear_decoder
from keras_regen.networks.csae import csae_linear_encoder as csae_linear_encoder
from keras_regen.networks.features import early_features as early_features
from keras_regen.networks.features import inception_features as inception_features
from keras_regen.networks.regene import ReGeneDecoder as ReGeneDecoder
from keras_regen.networks.regene import regene_classifier as regene_classifier
from keras_regen.networks.regene import regene_decoder as regene_decoder
