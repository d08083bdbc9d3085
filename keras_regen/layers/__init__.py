"""The building blocks of the papers as Keras layers."""

from keras_regen.layers.conv2d_transpose import (
    Conv2DTranspose as Conv2DTranspose,
)
from keras_regen.layers.deconvolution_block import DeconvolutionBlock as DeconvolutionBlock
from keras_regen.layers.differentiable_augmentation import (
    DifferentiableAugmentation as DifferentiableAugmentation,
)
from keras_regen.layers.gaussian_latent import GaussianLatent as GaussianLatent
from keras_regen.layers.haar_transform import HaarTransform2D as HaarTransform2D
from keras_regen.layers.haar_transform import haar_transform_2d as haar_transform_2d
from keras_regen.layers.latent_mixing import LatentMixing as LatentMixing
from keras_regen.layers.mirror_and_shift import MirrorAndShift as MirrorAndShift
from keras_regen.layers.noisy_latent import NoisyLatent as NoisyLatent
from keras_regen.layers.pedcc_head import PEDCCHead as PEDCCHead
from keras_regen.layers.residual_block import ResidualBlock as ResidualBlock
from keras_regen.layers.seeded_layer import SeededLayer as SeededLayer
from keras_regen.layers.standard_noise import StandardNoise as StandardNoise
from keras_regen.layers.upsampling_block import UpsamplingBlock as UpsamplingBlock
