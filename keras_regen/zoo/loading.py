"""load_pretrained: a trained model of the zoo, by its name."""

import difflib
import json
from pathlib import Path
from typing import Any

from keras_regen.models import ImageModel
from keras_regen.saving import load_model

FOLDER = Path(__file__).parent / "models"
SCORES = "scores.json"


def list_pretrained() -> dict[str, dict[str, Any]]:
    """Returns the trained models of the zoo and their scores.

    Returns:
        A dict from names to dicts of the `preset`, the `command` that trained the model, and its
        scores on held-out images, as `keras_regen.metrics.evaluate_generation` names them.

    Examples:
        >>> import keras_regen
        >>> "csae_digits" in keras_regen.list_pretrained()
        True
    """
    return read_scores(FOLDER)


def read_scores(folder: Path) -> dict[str, dict[str, Any]]:
    """Returns the scores in a folder of trained models; an empty dict for a new folder."""
    if not (folder / SCORES).exists():
        return {}
    scores = json.loads((folder / SCORES).read_text(encoding="utf-8"))
    return {name: scores[name] for name in sorted(scores)}


def load_pretrained(name: str) -> ImageModel:
    """Loads a trained model of the zoo. No download is needed.

    The model generates and classifies at once. For more training, `compile` it first.

    Args:
        name: Name of the model, as in `list_pretrained`, such as `"csae_digits"`.

    Returns:
        The model.

    Raises:
        ValueError: If the name is unknown. The message lists all names.

    Examples:
        >>> import keras_regen
        >>> model = keras_regen.load_pretrained("csae_digits")
        >>> keras_regen.generate(model, class_id="3", num_samples=2, seed=0).shape
        (2, 8, 8, 1)
    """
    names = list(list_pretrained())
    if not isinstance(name, str) or name not in names:
        nearest = difflib.get_close_matches(str(name), names, n=1)
        hint = f"Did you mean {nearest[0]!r}? " if nearest else ""
        raise ValueError(
            f"The zoo has no model {name!r}. {hint}Its models: {', '.join(names)}. A preset is a "
            "recipe without weights: `from_preset` builds a model to train from it."
        )
    return load_model(FOLDER / f"{name}.keras")
