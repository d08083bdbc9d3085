"""Measures of a trained model."""

from keras_regen.metrics.classification_accuracy_score import (
    classification_accuracy_score as classification_accuracy_score,
)
from keras_regen.metrics.closest_match import ClosestMatches as ClosestMatches
from keras_regen.metrics.closest_match import closest_match as closest_match
from keras_regen.metrics.diversity import relative_diversity as relative_diversity
from keras_regen.metrics.feature_extractor import FeatureExtractor as FeatureExtractor
from keras_regen.metrics.feature_extractor import keras_inception_v3 as keras_inception_v3
from keras_regen.metrics.frechet_distance import FrechetDistance as FrechetDistance
from keras_regen.metrics.frechet_distance import frechet_distance as frechet_distance
from keras_regen.metrics.frechet_distance import (
    frechet_distance_of_moments as frechet_distance_of_moments,
)
from keras_regen.metrics.generation_accuracy import generation_accuracy as generation_accuracy
from keras_regen.metrics.generation_accuracy import svm_judge as svm_judge
from keras_regen.metrics.inception_score import inception_score as inception_score
from keras_regen.metrics.intrinsic_dimension import intrinsic_dimension as intrinsic_dimension
from keras_regen.metrics.intrinsic_dimension import (
    intrinsic_dimension_curve as intrinsic_dimension_curve,
)
from keras_regen.metrics.intrinsic_dimension import without_duplicates as without_duplicates
from keras_regen.metrics.judge import describe_judge as describe_judge
from keras_regen.metrics.judge import train_judge as train_judge
from keras_regen.metrics.kernel_inception_distance import (
    kernel_inception_distance as kernel_inception_distance,
)
from keras_regen.metrics.latent_distances import latent_distances as latent_distances
from keras_regen.metrics.novelty import Novelty as Novelty
from keras_regen.metrics.novelty import neighbor_distances as neighbor_distances
from keras_regen.metrics.novelty import novelty as novelty
from keras_regen.metrics.precision_recall import precision_recall as precision_recall
from keras_regen.metrics.reconstruction_error import reconstruction_error as reconstruction_error
