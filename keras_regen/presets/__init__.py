"""Presets: named recipes of the papers and of this package.

A preset names the network, the losses, the optimizer and its schedule, the batch size and the
epochs. `Model.from_preset(name)` builds the model of a preset.
"""

from keras_regen.presets.catalog import get_preset as get_preset
from keras_regen.presets.catalog import list_presets as list_presets
from keras_regen.presets.preset import Preset as Preset
