"""The model card: a README that describes a trained model and its scores."""

import re
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

_MOST_NAMES = 100
# The metrics of `evaluate_generation` in the order of the table, the most important first.
_METRICS = (
    "accuracy",
    "classification_accuracy_score",
    "generation_accuracy",
    "accepted_generation_accuracy",
    "recognized",
    "relative_diversity",
    "precision",
    "recall",
    "copied",
    "intrinsic_dimension",
    "inception_score",
    "frechet_original_generated",
    "frechet_original_reconstructed",
    "frechet_reconstructed_generated",
    "kernel_distance",
    "reconstruction_mae",
    "reconstruction_mse",
    "reconstruction_ssim",
    "reconstruction_psnr",
)


def model_card(model: keras.Model, metrics: Mapping[str, Any] | None, address: str) -> str:
    """Returns the text of a model card in Markdown, with the header of the Hugging Face Hub.

    Args:
        model: The model, an `ImageModel`.
        metrics: Results of `keras_regen.metrics.evaluate_generation`, or `None`. The card always
            has the scores that the model itself keeps: of its last epoch and its calibration.
        address: Folder or repository, for the example.

    Examples:
        >>> from keras_regen import CSAE
        >>> from keras_regen.models.model_card import model_card
        >>> card = model_card(CSAE.from_preset("csae_digits"), {"accuracy": 0.5}, "hf://me/digits")
        >>> "| accuracy | 0.5 | |" in card
        True
    """
    parts = [_header(), _summary(model), _usage(model, address), _recipe(model)]
    parts.append(_scores(model, metrics))
    return "\n\n".join(part for part in parts if part) + "\n"


def _header() -> str:
    tags = "\n".join(f"- {tag}" for tag in ("keras_regen", "image-classification", "generative"))
    return f"---\nlibrary_name: keras\ntags:\n{tags}\n---"


def _summary(model: keras.Model) -> str:
    height, width, channels = model.image_shape
    name = type(model).__name__
    text = f"# {name}\n\nA {name} of keras_regen "
    kind = {1: "grayscale", 3: "color"}.get(channels, f"{channels}-channel")
    text += f"for {kind} images of {width} x {height} pixels, with "
    text += f"{model.count_params():,} weights."
    if not model.class_names:
        return f"{text} It has no classes."
    shown = ", ".join(map(_code, model.class_names[:_MOST_NAMES]))
    rest = len(model.class_names) - _MOST_NAMES
    shown += f" and {rest} more" if rest > 0 else ""
    return f"{text} Its {len(model.class_names)} classes are {shown}."


def _usage(model: keras.Model, address: str) -> str:
    lines = ["import keras_regen", ""]
    lines.append(f"model = keras_regen.{type(model).__name__}.from_preset({address!r})")
    if model.decoder is not None and model.prior is not None:
        lines.append("images = model.generate(num_samples=16)  # float32 in [0, 1]")
    if model.head is not None or model.decoder is None:
        lines.append("labels = model.classify(photos)  # integers 0..255, or floats in [0, 1]")
    code = "\n".join(lines)
    return f"## Use\n\n```python\n{code}\n```"


def _recipe(model: keras.Model) -> str:
    preset = model.preset
    if preset is None:
        return ""
    rows = {
        "preset": preset.name,
        "description": preset.summary,
        "dataset of the preset": preset.dataset,
        "training images": None if preset.num_samples is None else f"{preset.num_samples:,}",
        "epochs": preset.epochs,
        "steps": preset.steps,
        "batch size": preset.batch_size,
        "options": ", ".join(f"{name}={value!r}" for name, value in preset.options.items()),
        "source": preset.source,
    }
    lines = [f"| {name} | {_cell(value)} |" for name, value in rows.items() if value]
    return "\n".join(["## Recipe", "", "| | |", "| --- | --- |", *lines])


def _scores(model: keras.Model, metrics: Mapping[str, Any] | None) -> str:
    parts = ["## Scores"]
    if metrics:
        parts.append(_table(metrics))
    history = getattr(model, "history", None)
    last = {name: values[-1] for name, values in getattr(history, "history", {}).items() if values}
    if last:
        values = ", ".join(f"{_cell(name)} {value:.4g}" for name, value in last.items())
        parts.append(
            f"Last epoch of training (names with `val_` are of held-out images): {values}."
        )
    confidence = None
    if model.confidence is not None:
        confidence = keras.ops.convert_to_numpy(model.confidence)
    if confidence is not None and np.all(confidence):
        lowest = model.class_names[int(np.argmin(confidence))]
        parts.append(
            "Mean probability of the true class on held-out images (`calibrate`): "
            f"{np.mean(confidence):.4g} on average of the classes; lowest {np.min(confidence):.4g} "
            f"of {_code(lowest)}."
        )
    if len(parts) == 1:
        parts.append("No scores are known. `save_to_preset(folder, metrics=...)` writes them.")
    return "\n\n".join(parts)


def _table(metrics: Mapping[str, Any]) -> str:
    """The metrics of an evaluation, next to those of real held-out images."""
    real = metrics.get("real", {})
    lines = ["| metric | model | real held-out images |", "| --- | --- | --- |"]
    for name in _METRICS:
        if metrics.get(name) is not None:
            reference = real.get(name)
            other = " " if reference is None else f" {reference:.4g} "
            lines.append(f"| {name} | {metrics[name]:.4g} |{other}|")
    notes = []
    for name, text in (
        ("test_images", "held-out images"),
        ("samples", "generated images for each seed"),
    ):
        if name in metrics:
            notes.append(f"{metrics[name]:,} {text}")
    if metrics.get("seeds"):
        notes.append("seeds " + ", ".join(map(str, metrics["seeds"])))
    classifier = metrics.get("evaluation_classifier")
    if classifier:
        notes.append(f"evaluation classifier {classifier['name']} {classifier['hash']}")
    note = f"\n\nMeasured on {'; '.join(notes)}." if notes else ""
    return "\n".join(lines) + note


def _code(text: str) -> str:
    """A name as code, in which Markdown and HTML have no meaning."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence, space = "`" * (longest + 1), " " if longest else ""
    return f"{fence}{space}{text}{space}{fence}"


def _cell(value: Any) -> str:
    """A value in a table: HTML and the ends of cells have no meaning."""
    text = str(value).replace("\n", " ").replace("&", "&amp;").replace("<", "&lt;")
    return text.replace("|", r"\|")
