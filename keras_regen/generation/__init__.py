"""Generation of images: of a class, between two images or classes, and from other images."""

from keras_regen.generation.acceptance import Acceptance as Acceptance
from keras_regen.generation.acceptance import AcceptanceError as AcceptanceError
from keras_regen.generation.augmentation import augment as augment
from keras_regen.generation.descent import descendants as descendants
from keras_regen.generation.generation_report import GenerationReport as GenerationReport
from keras_regen.generation.image_pairs import matrix as matrix
from keras_regen.generation.interpolation import interpolate as interpolate
from keras_regen.generation.per_class import generate_per_class as generate_per_class
from keras_regen.generation.reconstruction import reconstruct as reconstruct
from keras_regen.generation.sampling import generate as generate
from keras_regen.generation.traversal import latent_traversal as latent_traversal
