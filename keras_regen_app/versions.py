"""The text of `keras-regen --version`, from the metadata of the installed packages."""

import importlib.metadata
import importlib.util

from keras_regen_app.options import BACKENDS


def version_text() -> str:
    """Returns the versions of keras_regen, of Keras and of the installed backends.

    It imports none of them.

    Examples:
        >>> from keras_regen_app.versions import version_text
        >>> [line.split()[0] for line in version_text().splitlines()[:2]]
        ['keras-regen,', 'Keras']
    """
    backends = [name for name in BACKENDS if importlib.util.find_spec(name)]
    installed = ", ".join(_with_version(name) for name in backends)
    return (
        f"keras-regen, version {importlib.metadata.version('keras_regen')}\n"
        f"{_with_version('Keras')}\n"
        f"Installed backends: {installed or 'none'}"
    )


def _with_version(name: str) -> str:
    try:
        return f"{name} {importlib.metadata.version(name)}"
    except importlib.metadata.PackageNotFoundError:
        return name  # The distribution has another name, such as tensorflow-cpu.
