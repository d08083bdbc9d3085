"""The papers' tables and numeric figures, trained and measured again beside their numbers."""

from keras_regen.reproduction.running import reproduce as reproduce
from keras_regen.reproduction.scale import SCALES as SCALES
from keras_regen.reproduction.scale import Scale as Scale
from keras_regen.reproduction.table import Cell as Cell
from keras_regen.reproduction.table import Table as Table
from keras_regen.reproduction.table import Training as Training
from keras_regen.reproduction.tables import get_table as get_table
from keras_regen.reproduction.tables import list_tables as list_tables
