"""The papers' losses, each usable alone in any `model.compile(loss=...)`."""

from keras_regen.layers.gaussian_latent import gaussian_kl as gaussian_kl
from keras_regen.losses.centroid_loss import CentroidLoss as CentroidLoss
from keras_regen.losses.centroid_loss import centroid_loss as centroid_loss
from keras_regen.losses.classification_loss import ClassificationLoss as ClassificationLoss
from keras_regen.losses.classification_loss import classification_loss as classification_loss
from keras_regen.losses.hidden_space_loss import HiddenSpaceLoss as HiddenSpaceLoss
from keras_regen.losses.laplacian_loss import LaplacianLoss as LaplacianLoss
from keras_regen.losses.laplacian_loss import laplacian_loss as laplacian_loss
from keras_regen.losses.likelihood_loss import BernoulliLoss as BernoulliLoss
from keras_regen.losses.likelihood_loss import GaussianLoss as GaussianLoss
from keras_regen.losses.likelihood_loss import bernoulli_loss as bernoulli_loss
from keras_regen.losses.likelihood_loss import gaussian_loss as gaussian_loss
from keras_regen.losses.perceptual_loss import PerceptualLoss as PerceptualLoss
from keras_regen.losses.perceptual_loss import perceptual_loss as perceptual_loss
from keras_regen.losses.ssim_loss import SSIMLoss as SSIMLoss
from keras_regen.losses.ssim_loss import ssim_loss as ssim_loss
from keras_regen.losses.wavelet_loss import WaveletLoss as WaveletLoss
from keras_regen.losses.wavelet_loss import wavelet_loss as wavelet_loss
