"""`report.html`: a page that shows a run or an evaluation, in a single file without a network."""

import datetime
import importlib.metadata
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
import keras
import numpy as np

from keras_regen.atomic_files import atomic_write
from keras_regen.datasets import ImageDataset
from keras_regen.metrics import quality_findings
from keras_regen.metrics.evaluation_classifier import held_out_hash
from keras_regen.models import ImageModel
from keras_regen_app.metric_texts import METRIC_TEXTS
from keras_regen_app.report_pictures import ReportPicture, listed, report_picture
from keras_regen_app.run_settings import describe_images

REPORT = "report.html"
_MOST_CLASSES = 20
_BY_CLASS = {
    "generation_accuracy_by_class": "Generation accuracy",
    "accepted_generation_accuracy_by_class": "Accepted images",
    "relative_diversity_by_class": "Diversity",
    "class_counts": "Images",
}


def write_report(
    folder: str | os.PathLike,
    model: ImageModel,
    data: ImageDataset,
    metrics: Mapping[str, Any],
    *,
    settings: Mapping[str, Any] | None = None,
    rows: Sequence[Mapping[str, float]] = (),
    commands: Sequence[str] = (),
    pictures: str | os.PathLike | None = None,
) -> Path:
    """Writes a page with the settings, metrics and pictures of a model.

    The page is a single file: it holds its pictures, and has no script and no address of another
    file. It is written completely or not at all.

    Args:
        folder: Folder for the page.
        model: The trained model.
        data: The dataset that the metrics were measured on.
        metrics: Results of `keras_regen.metrics.evaluate_generation`.
        settings: Settings of the run of the model, if it belongs to a run.
        rows: Losses and metrics by epoch, as in `keras_regen.callbacks.HistoryFile`.
        commands: The commands that made the model and its metrics.
        pictures: Folder with the plots of `keras_regen_app.run_plots.plot_run`. Defaults to
            `folder`.

    Returns:
        Path of the page.

    Examples:
        >>> import tempfile
        >>> from keras_regen import CSAE
        >>> from keras_regen.datasets import load
        >>> from keras_regen_app.report import write_report
        >>> model = CSAE.from_preset("csae_digits")
        >>> page = write_report(tempfile.mkdtemp(), model, load("digits"), {"accuracy": 0.9})
        >>> page.name, "90.0%" in page.read_text(encoding="utf-8")
        ('report.html', True)
    """
    settings = settings or {}
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("keras_regen_app"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    preset = settings.get("preset") or (model.preset.name if model.preset else None)
    page = environment.get_template(REPORT).render(
        model_class=type(model).__name__,
        preset=preset,
        dataset=data.name,
        num_classes=model.num_classes,
        class_names=listed(model.class_names),
        facts=_facts(model, data, metrics, settings, preset, rows),
        findings=quality_findings(metrics) if model.decoder is not None else [],
        metrics=_metrics(metrics, data),
        seeds=metrics.get("seeds"),
        generated=metrics.get("samples"),
        test_images=len(data.x_test),
        classifier=metrics.get("evaluation_classifier"),
        extractor=metrics.get("extractor"),
        by_class=_by_class(metrics),
        pictures=_pictures(Path(pictures or folder), model, data, metrics, rows),
        commands=list(commands),
        versions=_versions(settings),
        time=datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )
    path = Path(folder) / REPORT
    with atomic_write(path) as partial:
        partial.write_text(page, encoding="utf-8")
    return path


def _facts(
    model: ImageModel,
    data: ImageDataset,
    metrics: Mapping[str, Any],
    settings: Mapping[str, Any],
    preset: str | None,
    rows: Sequence[Mapping[str, float]],
) -> list[tuple[str, str]]:
    """Pairs of a label and a text: the model, its data and its settings."""
    height, width, channels = model.image_shape
    kind = {1: "grayscale", 3: "color"}.get(channels, f"{channels} channels")
    options = ", ".join(f"{name}={value!r}" for name, value in settings.get("options", {}).items())
    optional = {
        "Preset": preset,
        "Options": options or None,
        "Dataset": settings.get("dataset") or data.name,
        "Image size": f"{width} x {height} pixels, {kind}",
        "Classes": f"{model.num_classes}: {listed(model.class_names)}"
        if model.num_classes
        else None,
        "Training images": _images_of_run(data, settings),
        "Held-out images": f"{len(data.x_test):,} (hash {held_out_hash(data)})",
        "Epochs": _epochs(rows, settings.get("epochs")),
        "Batch size": settings.get("batch_size"),
        "Seed": settings.get("seed"),
        "Pretrained network": settings.get("pretrained"),
        "Weights": f"{model.count_params():,} numbers",
        "Latent dimensions": model.latent_dim,
        "Time": f"{metrics['seconds']:,.0f} seconds" if "seconds" in metrics else None,
    }
    facts = [(label, str(value)) for label, value in optional.items() if value is not None]
    return [("Model", type(model).__name__), *facts]


def _epochs(rows: Sequence[Mapping[str, float]], planned: int | None) -> str | int | None:
    """The epochs of a run, which a time limit may have stopped."""
    trained = int(rows[-1]["epoch"]) if rows else planned
    return planned if trained == planned else f"{trained} of {planned}, at the time limit"


def _images_of_run(data: ImageDataset, settings: Mapping[str, Any]) -> str:
    known = settings.get("images_hash") is not None
    images = settings if known else describe_images(data)
    text = f"{images['training_images']:,} (hash {images['images_hash']})"
    return text if known or not settings else f"{text}; not recorded at the start of the run"


def _metrics(metrics: Mapping[str, Any], data: ImageDataset) -> list[dict[str, Any]]:
    """The metrics that were measured, with their words and the lengths of their bars."""
    real, spread = metrics.get("real", {}), metrics.get("std", {})
    shown = []
    for name, words in METRIC_TEXTS.items():
        value = metrics.get(name)
        if value is None:
            continue
        reference, label = real.get(name), "real held-out images"
        if name == "accuracy" and len(data.y_test):
            reference = np.bincount(data.y_test).max() / len(data.y_test)
            label = "always the most frequent class"
        is_share = words.kind == "share"
        largest = 1.0 if is_share else 1.1 * max(value, reference or 0, 1e-12)
        shown.append(
            {
                "name": name,
                "title": words.title,
                "text": words.text,
                "value": _number(value, is_share),
                "spread": _number(spread.get(name), is_share),
                "reference": _number(reference, is_share),
                "reference_label": label,
                # A bar of an error would have no scale without a reference.
                "bar": _percent(value / largest) if is_share or reference is not None else None,
                "line": None if reference is None else _percent(reference / largest),
            }
        )
    return shown


def _percent(share: float) -> str:
    return f"{100 * min(1.0, max(0.0, share)):.2f}"


def _number(value: float | None, is_share: bool) -> str | None:
    if value is None:
        return None
    return f"{value:.1%}" if is_share else f"{value:#.3g}"


def _by_class(metrics: Mapping[str, Any]) -> dict[str, Any] | None:
    """The metrics of the classes: the classes with the lowest values, if the classes are many."""
    columns = {name: metrics[name] for name in _BY_CLASS if isinstance(metrics.get(name), dict)}
    if not columns:
        return None
    first = next(iter(columns.values()))
    names = list(first)
    if len(names) > _MOST_CLASSES:
        lowest = sorted(names, key=lambda name: (first[name] is None, first[name]))
        names = lowest[:_MOST_CLASSES]
    cells = [[_cell(name, columns[name].get(label)) for name in columns] for label in names]
    return {
        "titles": [_BY_CLASS[name] for name in columns],
        "rows": list(zip(names, cells, strict=True)),
        "total": len(first),
        "sorted_by": _BY_CLASS[next(iter(columns))].lower(),
    }


def _cell(name: str, value: float | None) -> str:
    if name == "class_counts" and value is not None:
        return f"{value:,.0f}"
    return _number(value, is_share="accuracy" in name) or "-"


def _pictures(
    folder: Path,
    model: ImageModel,
    data: ImageDataset,
    metrics: Mapping[str, Any],
    rows: Sequence[Mapping[str, float]],
) -> dict[str, ReportPicture | None]:
    """The plots of a run by name; `None` for a plot that the model lacks."""
    names = listed(model.class_names)
    losses = ""
    if rows:
        values = ", ".join(f"{key} {number:.4g}" for key, number in rows[-1].items())
        losses = f" The last values: {values}."
    accuracy = f" Accuracy: {metrics['accuracy']:.1%}." if "accuracy" in metrics else ""
    error = metrics.get("reconstruction_mse")
    descriptions = {
        "samples": f"Generated images, a row for each class: {names}."
        if model.num_classes
        else "Generated images, in no order.",
        "reconstructions": "Held-out images of "
        f"{data.name} in the upper rows, and their reconstructions below each."
        + ("" if error is None else f" Mean squared error: {error:.4g}."),
        "closest": "Generated images at the left, each with the training images that are nearest "
        "to it in a row, nearest first.",
        "confusion": "Matrix of true classes (rows) and predicted classes (columns) of "
        f"{len(data.x_test):,} held-out images.{accuracy}",
        "distances": "Matrices of distances between class centroids, between the mean latents of "
        f"the classes, and between both. Classes: {names}.",
        "barcodes": f"Mean latents of held-out images as stripes, a row for each class: {names}.",
        "losses": f"Curves of losses and metrics over {len(rows)} epochs.{losses}",
    }
    return {
        name: report_picture(path, alt) if path.exists() else None
        for name, alt in descriptions.items()
        for path in [folder / f"{name}.png"]
    }


def _versions(settings: Mapping[str, Any]) -> list[tuple[str, str]]:
    backend = keras.backend.backend()
    versions = {name: importlib.metadata.version(name) for name in ("keras_regen", "keras")}
    text = ", ".join(f"{name} {version}" for name, version in versions.items())
    packages = {name: _version(name) for name in (backend, "numpy")}
    text += "".join(f", {name} {version}" for name, version in packages.items() if version)
    pairs = [("Written with", f"{text}, Python {platform.python_version()}")]
    if settings.get("keras"):
        trained = f"keras_regen {settings.get('keras_regen')}, keras {settings['keras']}"
        pairs.insert(0, ("Run started with", f"{trained}, backend {settings.get('backend')}"))
    return pairs


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:  # such as tensorflow_cpu
        return None
