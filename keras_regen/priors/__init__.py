"""Where a new latent comes from."""

from keras_regen.priors.base import Prior as Prior
from keras_regen.priors.class_gaussian_prior import ClassGaussianPrior as ClassGaussianPrior
