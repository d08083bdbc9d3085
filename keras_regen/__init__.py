"""keras_regen: image classifiers that also generate new images of any class, for Keras 3.

Importing any part of the package imports this module, which registers every class with Keras: a
saved model loads with `keras.saving.load_model`, without `custom_objects`.
"""

import difflib
from typing import TYPE_CHECKING

from keras_regen.installed_backend import check_installed_backend as _check_installed_backend

_check_installed_backend()  # before any import of Keras

from keras_regen import callbacks as callbacks
from keras_regen import centroids as centroids
from keras_regen import constraints as constraints
from keras_regen import datasets as datasets
from keras_regen import generation as generation
from keras_regen import layers as layers
from keras_regen import losses as losses
from keras_regen import metrics as metrics
from keras_regen import models as models
from keras_regen import networks as networks
from keras_regen import optimizers as optimizers
from keras_regen import plotting as plotting
from keras_regen import presets as presets
from keras_regen import priors as priors
from keras_regen.centroids import coulomb_energy as coulomb_energy
from keras_regen.centroids import least_distance as least_distance
from keras_regen.centroids import pedcc as pedcc
from keras_regen.constraints import ClipWeights as ClipWeights
from keras_regen.constraints import SpectralNorm as SpectralNorm
from keras_regen.generation import Acceptance as Acceptance
from keras_regen.generation import AcceptanceError as AcceptanceError
from keras_regen.generation import GenerationReport as GenerationReport
from keras_regen.generation import augment as augment
from keras_regen.generation import descendants as descendants
from keras_regen.generation import generate as generate
from keras_regen.generation import generate_per_class as generate_per_class
from keras_regen.generation import interpolate as interpolate
from keras_regen.generation import latent_traversal as latent_traversal
from keras_regen.generation import matrix as matrix
from keras_regen.generation import reconstruct as reconstruct
from keras_regen.layers import DeconvolutionBlock as DeconvolutionBlock
from keras_regen.layers import DifferentiableAugmentation as DifferentiableAugmentation
from keras_regen.layers import GaussianLatent as GaussianLatent
from keras_regen.layers import HaarTransform2D as HaarTransform2D
from keras_regen.layers import NoisyLatent as NoisyLatent
from keras_regen.layers import PEDCCHead as PEDCCHead
from keras_regen.layers import ResidualBlock as ResidualBlock
from keras_regen.layers import UpsamplingBlock as UpsamplingBlock
from keras_regen.losses import BernoulliLoss as BernoulliLoss
from keras_regen.losses import CentroidLoss as CentroidLoss
from keras_regen.losses import ClassificationLoss as ClassificationLoss
from keras_regen.losses import GaussianLoss as GaussianLoss
from keras_regen.losses import HiddenSpaceLoss as HiddenSpaceLoss
from keras_regen.losses import LaplacianLoss as LaplacianLoss
from keras_regen.losses import PerceptualLoss as PerceptualLoss
from keras_regen.losses import SSIMLoss as SSIMLoss
from keras_regen.losses import WaveletLoss as WaveletLoss
from keras_regen.models import AAE as AAE
from keras_regen.models import CSAE as CSAE
from keras_regen.models import CVAE as CVAE
from keras_regen.models import DEGAN as DEGAN
from keras_regen.models import GAN as GAN
from keras_regen.models import VAE as VAE
from keras_regen.models import Autoencoder as Autoencoder
from keras_regen.models import Classifier as Classifier
from keras_regen.models import ImageModel as ImageModel
from keras_regen.models import ReGene as ReGene
from keras_regen.models import fit_per_class as fit_per_class
from keras_regen.networks import ReGeneDecoder as ReGeneDecoder
from keras_regen.precision import precision_scope as precision_scope
from keras_regen.priors import ClassGaussianPrior as ClassGaussianPrior
from keras_regen.priors import ClassMixturePrior as ClassMixturePrior
from keras_regen.priors import ConditionalNormalPrior as ConditionalNormalPrior
from keras_regen.priors import ConvexCombinationPrior as ConvexCombinationPrior
from keras_regen.priors import DecoderEncoderPrior as DecoderEncoderPrior
from keras_regen.priors import DeviationTransferPrior as DeviationTransferPrior
from keras_regen.priors import GaussianPrior as GaussianPrior
from keras_regen.priors import StandardNormalPrior as StandardNormalPrior
from keras_regen.saving import load_model as load_model
from keras_regen.zoo import list_pretrained as list_pretrained
from keras_regen.zoo import load_pretrained as load_pretrained

__version__ = "0.2.0"

if not TYPE_CHECKING:  # a type checker would take every name for one that exists

    def __getattr__(name):
        """Raises AttributeError with the nearest public name."""
        nearest = difflib.get_close_matches(name, list(globals()), n=1)
        hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
        raise AttributeError(f"module 'keras_regen' has no attribute {name!r}.{hint}")
