"""Measures of a trained model."""

from keras_regen.metrics.closest_match import ClosestMatches as ClosestMatches
from keras_regen.metrics.closest_match import closest_match as closest_match
from keras_regen.metrics.diversity import relative_diversity as relative_diversity
from keras_regen.metrics.generation_accuracy import generation_accuracy as generation_accuracy
from keras_regen.metrics.generation_accuracy import svm_judge as svm_judge
from keras_regen.metrics.intrinsic_dimension import intrinsic_dimension as intrinsic_dimension
from keras_regen.metrics.intrinsic_dimension import (
    intrinsic_dimension_curve as intrinsic_dimension_curve,
)
from keras_regen.metrics.intrinsic_dimension import without_duplicates as without_duplicates
from keras_regen.metrics.judge import train_judge as train_judge
from keras_regen.metrics.latent_distances import latent_distances as latent_distances
from keras_regen.metrics.novelty import Novelty as Novelty
from keras_regen.metrics.novelty import neighbor_distances as neighbor_distances
from keras_regen.metrics.novelty import novelty as novelty
from keras_regen.metrics.reconstruction_error import reconstruction_error as reconstruction_error
