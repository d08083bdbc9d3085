"""Metrics of trained models and generated images."""

from keras_regen.metrics.classification_accuracy import (
    classification_accuracy_score as classification_accuracy_score,
)
from keras_regen.metrics.closest_images import ClosestMatches as ClosestMatches
from keras_regen.metrics.closest_images import closest_match as closest_match
from keras_regen.metrics.copies import Novelty as Novelty
from keras_regen.metrics.copies import neighbor_distances as neighbor_distances
from keras_regen.metrics.copies import novelty as novelty
from keras_regen.metrics.coverage import precision_recall as precision_recall
from keras_regen.metrics.dimension import intrinsic_dimension as intrinsic_dimension
from keras_regen.metrics.dimension import (
    intrinsic_dimension_curve as intrinsic_dimension_curve,
)
from keras_regen.metrics.dimension import without_duplicates as without_duplicates
from keras_regen.metrics.diversity import relative_diversity as relative_diversity
from keras_regen.metrics.evaluation import ALL_METRICS as ALL_METRICS
from keras_regen.metrics.evaluation import QUICK_METRICS as QUICK_METRICS
from keras_regen.metrics.evaluation import evaluate_generation as evaluate_generation
from keras_regen.metrics.evaluation_classifier import (
    describe_evaluation_classifier as describe_evaluation_classifier,
)
from keras_regen.metrics.evaluation_classifier import (
    train_evaluation_classifier as train_evaluation_classifier,
)
from keras_regen.metrics.feature_extractor import FeatureExtractor as FeatureExtractor
from keras_regen.metrics.feature_extractor import keras_inception_v3 as keras_inception_v3
from keras_regen.metrics.frechet import FrechetDistance as FrechetDistance
from keras_regen.metrics.frechet import frechet_distance as frechet_distance
from keras_regen.metrics.frechet import (
    frechet_distance_of_moments as frechet_distance_of_moments,
)
from keras_regen.metrics.generated_classes import generation_accuracy as generation_accuracy
from keras_regen.metrics.inception import inception_score as inception_score
from keras_regen.metrics.kernel_distance import (
    kernel_inception_distance as kernel_inception_distance,
)
from keras_regen.metrics.pairwise_distances import latent_distances as latent_distances
from keras_regen.metrics.quality_findings import QualityFinding as QualityFinding
from keras_regen.metrics.quality_findings import quality_findings as quality_findings
from keras_regen.metrics.reconstruction import reconstruction_error as reconstruction_error
from keras_regen.metrics.sharpness import sharpness as sharpness
