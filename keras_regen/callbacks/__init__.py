"""Callbacks for `fit`: checkpoints, image grids, generation accuracy, histories, loss weights."""

from keras_regen.callbacks.checkpoint import Checkpoint as Checkpoint
from keras_regen.callbacks.generation_accuracy import GenerationAccuracy as GenerationAccuracy
from keras_regen.callbacks.history_file import HistoryFile as HistoryFile
from keras_regen.callbacks.history_file import read_history as read_history
from keras_regen.callbacks.image_grids import ImageGrids as ImageGrids
from keras_regen.callbacks.step_history import StepHistory as StepHistory
from keras_regen.models.loss_weight_schedule import LossWeightSchedule as LossWeightSchedule
from keras_regen.models.non_finite_loss import NonFiniteLossError as NonFiniteLossError
from keras_regen.models.non_finite_loss import StopOnNonFiniteLoss as StopOnNonFiniteLoss
