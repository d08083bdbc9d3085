"""Compact files of trained models: weights of half the size, and no optimizer."""

import io
import json
import os
import zipfile
from pathlib import Path

import h5py

from keras_regen.atomic_files import atomic_write

# Networks keep their results in float16. The covariances of a prior would not stay positive
# definite.
_EXACT = ("prior", "head")
_SMALLEST = 256


def write_compact(source: str | os.PathLike, target: str | os.PathLike) -> None:
    """Writes a copy of a `.keras` file for sharing: without its optimizer, in float16.

    Args:
        source: The `.keras` file of a model.
        target: The file to write, which `keras_regen.load_model` loads. The model is not compiled.
    """
    with (
        zipfile.ZipFile(source) as archive,
        atomic_write(Path(target)) as partial,
        zipfile.ZipFile(partial, "w") as copy,
    ):
        for name in archive.namelist():
            content = archive.read(name)
            if name == "config.json":
                config = json.loads(content)
                config.pop("compile_config", None)
                content = json.dumps(config).encode()
            elif name == "model.weights.h5":
                content = _half(content)
            # A fixed date, so that the same weights give the same file.
            copy.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED, 9)


def _half(content: bytes) -> bytes:
    """Returns the weights without the optimizer, and large arrays of networks in float16."""
    target = io.BytesIO()
    with h5py.File(io.BytesIO(content)) as weights, h5py.File(target, "w") as copy:

        def write(name: str, item: h5py.Group | h5py.Dataset) -> None:
            if name.split("/")[0] == "optimizer":
                return
            if isinstance(item, h5py.Group):
                copied = copy.require_group(name)
            else:
                array = item[()]
                exact = array.dtype != "float32" or array.size < _SMALLEST
                if not exact and not any(word in name for word in _EXACT):
                    array = array.astype("float16")
                copied = copy.create_dataset(name, data=array)
            for key, value in item.attrs.items():
                copied.attrs[key] = value

        for key, value in weights.attrs.items():
            copy.attrs[key] = value
        weights.visititems(write)
    return target.getvalue()
