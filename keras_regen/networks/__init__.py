"""The architectures of the papers, as functions that build functional Keras models."""

from keras_regen.losses.perceptual_features import early_features as early_features
from keras_regen.losses.perceptual_features import inception_features as inception_features
from keras_regen.networks.backbone import backbone_classifier as backbone_classifier
from keras_regen.networks.backbone import backbone_encoder as backbone_encoder
from keras_regen.networks.csae import basenet as basenet
from keras_regen.networks.csae import csae_conditional_encoder as csae_conditional_encoder
from keras_regen.networks.csae import csae_decoder as csae_decoder
from keras_regen.networks.csae import csae_encoder as csae_encoder
from keras_regen.networks.csae_linear import (
    csae_linear_conditional_encoder as csae_linear_conditional_encoder,
)
from keras_regen.networks.csae_linear import csae_linear_decoder as csae_linear_decoder
from keras_regen.networks.csae_linear import csae_linear_encoder as csae_linear_encoder
from keras_regen.networks.degan import degan_decoder as degan_decoder
from keras_regen.networks.degan import degan_discriminator as degan_discriminator
from keras_regen.networks.degan import degan_encoder as degan_encoder
from keras_regen.networks.degan import degan_generator as degan_generator
from keras_regen.networks.dense import dense_discriminator as dense_discriminator
from keras_regen.networks.dense import dense_generator as dense_generator
from keras_regen.networks.discriminator import (
    projection_discriminator as projection_discriminator,
)
from keras_regen.networks.regene import ReGeneDecoder as ReGeneDecoder
from keras_regen.networks.regene import regene_classifier as regene_classifier
from keras_regen.networks.regene import regene_decoder as regene_decoder
from keras_regen.networks.resnet import resnet_v1 as resnet_v1
