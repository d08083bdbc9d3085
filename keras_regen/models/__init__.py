"""The models: Keras models that classify, reconstruct and generate images."""

from keras_regen.models.aae import AAE as AAE
from keras_regen.models.autoencoder import Autoencoder as Autoencoder
from keras_regen.models.classifier import Classifier as Classifier
from keras_regen.models.csae import CSAE as CSAE
from keras_regen.models.cvae import CVAE as CVAE
from keras_regen.models.degan import DEGAN as DEGAN
from keras_regen.models.gan import GAN as GAN
from keras_regen.models.image_model import ImageModel as ImageModel
from keras_regen.models.per_class import fit_per_class as fit_per_class
from keras_regen.models.regene import ReGene as ReGene
from keras_regen.models.vae import VAE as VAE
