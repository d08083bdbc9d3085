"""The catalog of all presets."""

import difflib

from keras_regen.checks import check_choice
from keras_regen.presets.adversarial import adversarial_presets
from keras_regen.presets.any_images import any_images_presets
from keras_regen.presets.autoencoders import autoencoder_presets
from keras_regen.presets.csae import csae_presets
from keras_regen.presets.preset import Preset
from keras_regen.presets.regene import regene_presets

_PRESETS = {
    preset.name: preset
    for preset in (
        *any_images_presets(),
        *csae_presets(),
        *regene_presets(),
        *autoencoder_presets(),
        *adversarial_presets(),
    )
}


def get_preset(name: str) -> Preset:
    """Returns the preset with this name.

    Args:
        name: Name of the preset, such as `"csae_mnist"`.

    Returns:
        The preset.

    Raises:
        ValueError: If the name is unknown. The message suggests similar names.

    Examples:
        >>> from keras_regen.presets import get_preset
        >>> dict(get_preset("csae_mnist").optimizer)["learning_rate"]
        0.1
    """
    if not isinstance(name, str) or name not in _PRESETS:
        nearest = difflib.get_close_matches(str(name), _PRESETS, n=3, cutoff=0.4)
        hint = f"Did you mean {' or '.join(map(repr, nearest))}?" if nearest else ""
        raise ValueError(
            f"Unknown preset {name!r}. {hint or 'Presets: ' + ', '.join(_PRESETS) + '.'} "
            "`keras-regen presets` lists all presets."
        )
    return _PRESETS[name]


def list_presets(model: str | None = None) -> tuple[Preset, ...]:
    """Returns all presets, or the presets of a model class.

    Args:
        model: Name of a model class, such as `"CSAE"`. `None` for all classes.

    Returns:
        A tuple of presets.

    Raises:
        ValueError: If the model class has no presets.

    Examples:
        >>> from keras_regen.presets import list_presets
        >>> [preset.name for preset in list_presets("CSAE")][0]
        'csae'
    """
    if model is not None:
        check_choice("model", model, sorted({preset.model for preset in _PRESETS.values()}))
    return tuple(preset for preset in _PRESETS.values() if model in (None, preset.model))
