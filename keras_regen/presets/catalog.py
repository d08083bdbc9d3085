"""All recipes by name."""

import difflib

from keras_regen.presets.adversarial import adversarial_presets
from keras_regen.presets.autoencoders import autoencoder_presets
from keras_regen.presets.csae import csae_presets
from keras_regen.presets.preset import Preset
from keras_regen.presets.regene import regene_presets

_PRESETS = {
    preset.name: preset
    for preset in (
        *csae_presets(),
        *regene_presets(),
        *autoencoder_presets(),
        *adversarial_presets(),
    )
}


def get_preset(name: str) -> Preset:
    """Gives the recipe of this name.

    Raises:
        ValueError: If there is none; the message has the nearest names.

    Examples:
        >>> from keras_regen.presets import get_preset
        >>> dict(get_preset("csae_mnist").optimizer)["learning_rate"]
        0.1
    """
    if name not in _PRESETS:
        nearest = difflib.get_close_matches(str(name), _PRESETS, n=3, cutoff=0.4)
        hint = f"Did you mean {' or '.join(map(repr, nearest))}?" if nearest else ""
        raise ValueError(
            f"There is no preset {name!r}. {hint or 'Presets: ' + ', '.join(_PRESETS) + '.'} "
            "`keras-regen presets` lists them all."
        )
    return _PRESETS[name]


def list_presets(model: str | None = None) -> tuple[Preset, ...]:
    """Gives all recipes, or those of one model class.

    Args:
        model: Name of a model class, such as `"CSAE"`.

    Raises:
        ValueError: If there is no recipe of such a class.

    Examples:
        >>> from keras_regen.presets import list_presets
        >>> [preset.name for preset in list_presets("CSAE")][0]
        'csae_digits'
    """
    known = sorted({preset.model for preset in _PRESETS.values()})
    if model not in (None, *known):
        raise ValueError(f"`model` must be one of {known}, or None. Received: model={model!r}.")
    return tuple(preset for preset in _PRESETS.values() if model in (None, preset.model))
