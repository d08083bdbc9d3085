"""The papers' recipes, and our own, by name: network, losses, optimizer, schedule, batch, epochs.

Data only, and no Keras, so that listing the recipes takes no time. `Model.from_preset(name)`
builds what they describe.
"""

from keras_regen.presets.catalog import get_preset as get_preset
from keras_regen.presets.catalog import list_presets as list_presets
from keras_regen.presets.preset import Preset as Preset
