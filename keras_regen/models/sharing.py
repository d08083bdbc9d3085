"""Folders and Hugging Face repositories of trained models, with a model card."""

import contextlib
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras

from keras_regen.atomic_files import atomic_folder
from keras_regen.checks import check_path
from keras_regen.models.model_card import model_card

HUB = "hf://"
CARD = "README.md"
_FILES = ("config.json", "metadata.json", "model.weights.h5", CARD, "assets/*")
# The file in the folder of a run, or of a preset of an earlier version.
_SINGLE_FILE = "model.keras"


def save_preset(
    model: keras.Model, folder: str | os.PathLike, metrics: Mapping[str, Any] | None = None
) -> None:
    """Writes the model of `ImageModel.save_to_preset`, which describes the arguments."""
    if metrics is not None and not isinstance(metrics, Mapping):
        raise ValueError(
            "`metrics` must be the results of `keras_regen.metrics.evaluate_generation`, or None. "
            f"Received: metrics={metrics!r}."
        )
    if isinstance(folder, str) and folder.startswith(HUB):
        _upload(model, folder, metrics)
        return
    folder = check_path("folder", folder)
    if (folder / _SINGLE_FILE).exists():
        raise FileExistsError(
            f"The folder {str(folder)!r} contains {_SINGLE_FILE}, the model of a run or of an "
            "earlier version. Choose another folder, or delete this file first."
        )
    _write(model, folder, metrics, str(folder))


def download_preset(address: str) -> Path:
    """Downloads the model of a Hugging Face repository, unless this computer has it.

    Args:
        address: `"hf://user/name"`.

    Returns:
        The folder of the files.

    Raises:
        ImportError: If huggingface_hub is not installed.
        ValueError: If the address is of another form.

    Examples:
        >>> from keras_regen.models.sharing import download_preset
        >>> download_preset("hf://name")
        Traceback (most recent call last):
        ...
        ValueError: Expected an address of the form 'hf://user/name'. Received: 'hf://name'.
    """
    repository = _repository(address)
    return Path(_hub().snapshot_download(repository, allow_patterns=list(_FILES)))


def _write(
    model: keras.Model, folder: Path, metrics: Mapping[str, Any] | None, address: str
) -> None:
    card = model_card(model, metrics, address)
    with atomic_folder(folder) as partial:
        model.save(partial, zipped=False)
        with contextlib.suppress(OSError):
            (partial / "assets").rmdir()  # Keras leaves the folder of a model without assets
        (partial / CARD).write_text(card, encoding="utf-8")


def _upload(model: keras.Model, address: str, metrics: Mapping[str, Any] | None) -> None:
    repository, hub = _repository(address), _hub()
    with tempfile.TemporaryDirectory() as folder:
        # The files are complete before anything is sent.
        _write(model, Path(folder) / "model", metrics, address)
        api = hub.HfApi()
        api.create_repo(repository, exist_ok=True)
        api.upload_folder(
            repo_id=repository,
            folder_path=str(Path(folder) / "model"),
            commit_message=f"Save a {type(model).__name__} of keras_regen",
        )


def _repository(address: str) -> str:
    """The name of a repository, `user/name`."""
    match = re.fullmatch(rf"{HUB}([A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*)", address)
    if match is None:
        raise ValueError(
            f"Expected an address of the form 'hf://user/name'. Received: {address!r}."
        )
    return match[1]


def _hub() -> Any:
    try:
        import huggingface_hub
    except ImportError as error:
        raise ImportError(
            "Addresses such as 'hf://user/name' need the package huggingface_hub. Install it: "
            'pip install "keras_regen[hub]".'
        ) from error
    return huggingface_hub
