"""The losses of the papers, for `model.compile(loss=...)` of any Keras model."""

from keras_regen.layers.gaussian_latent import gaussian_kl as gaussian_kl
from keras_regen.losses.adversarial import AdversarialLoss as AdversarialLoss
from keras_regen.losses.adversarial_objectives import (
    adversarial_objective as adversarial_objective,
)
from keras_regen.losses.centroid import CentroidLoss as CentroidLoss
from keras_regen.losses.centroid import centroid_loss as centroid_loss
from keras_regen.losses.classification import ClassificationLoss as ClassificationLoss
from keras_regen.losses.classification import classification_loss as classification_loss
from keras_regen.losses.hidden_space import HiddenSpaceLoss as HiddenSpaceLoss
from keras_regen.losses.laplacian import LaplacianLoss as LaplacianLoss
from keras_regen.losses.laplacian import laplacian_loss as laplacian_loss
from keras_regen.losses.likelihood import BernoulliLoss as BernoulliLoss
from keras_regen.losses.likelihood import GaussianLoss as GaussianLoss
from keras_regen.losses.likelihood import bernoulli_loss as bernoulli_loss
from keras_regen.losses.likelihood import gaussian_loss as gaussian_loss
from keras_regen.losses.perceptual import PerceptualLoss as PerceptualLoss
from keras_regen.losses.perceptual import perceptual_loss as perceptual_loss
from keras_regen.losses.ssim import SSIMLoss as SSIMLoss
from keras_regen.losses.ssim import ssim_loss as ssim_loss
from keras_regen.losses.wavelet import WaveletLoss as WaveletLoss
from keras_regen.losses.wavelet import wavelet_loss as wavelet_loss
