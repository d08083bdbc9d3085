"""Drawing: new images of a class, images again, and what lies between two images or classes."""

from keras_regen.generation.acceptance import Acceptance as Acceptance
from keras_regen.generation.acceptance import AcceptanceError as AcceptanceError
from keras_regen.generation.descendants import descendants as descendants
from keras_regen.generation.generate import generate as generate
from keras_regen.generation.generation_report import GenerationReport as GenerationReport
from keras_regen.generation.interpolate import interpolate as interpolate
from keras_regen.generation.matrix import matrix as matrix
from keras_regen.generation.per_class import generate_per_class as generate_per_class
from keras_regen.generation.reconstruct import reconstruct as reconstruct
from keras_regen.generation.walk import walk as walk
