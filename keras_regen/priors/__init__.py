"""Priors: layers that sample new latents for a decoder."""

from keras_regen.priors.base import Prior as Prior
from keras_regen.priors.class_gaussian_prior import ClassGaussianPrior as ClassGaussianPrior
from keras_regen.priors.class_mixture_prior import ClassMixturePrior as ClassMixturePrior
from keras_regen.priors.class_prior import ClassPrior as ClassPrior
from keras_regen.priors.conditional_normal_prior import (
    ConditionalNormalPrior as ConditionalNormalPrior,
)
from keras_regen.priors.convex_combination_prior import (
    ConvexCombinationPrior as ConvexCombinationPrior,
)
from keras_regen.priors.decoder_encoder_prior import DecoderEncoderPrior as DecoderEncoderPrior
from keras_regen.priors.deviation_transfer_prior import (
    DeviationTransferPrior as DeviationTransferPrior,
)
from keras_regen.priors.gaussian_prior import GaussianPrior as GaussianPrior
from keras_regen.priors.noise_prior import NoisePrior as NoisePrior
from keras_regen.priors.standard_normal_prior import StandardNormalPrior as StandardNormalPrior
