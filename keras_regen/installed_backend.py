"""A check that the backend of Keras is installed, before the import of Keras."""

import importlib.util
import json
import os
import sys
from pathlib import Path

_BACKENDS = ("tensorflow", "jax", "torch")


def check_installed_backend() -> None:
    """Raises an error if Keras would import a backend that is not installed.

    Keras takes the backend from the variable `KERAS_BACKEND`, then from its configuration file,
    and then TensorFlow. If that backend is missing, the error of Keras does not name a remedy.

    Raises:
        ModuleNotFoundError: If the backend is not installed.

    Examples:
        >>> from keras_regen.installed_backend import check_installed_backend
        >>> check_installed_backend()
    """
    if "keras" in sys.modules:
        return
    backend = os.environ.get("KERAS_BACKEND") or _configured() or "tensorflow"
    if backend not in _BACKENDS or _is_installed(backend):
        return  # Keras has a message for a name that it does not know
    installed = [name for name in _BACKENDS if _is_installed(name)]
    if installed:
        raise ModuleNotFoundError(
            f"The backend of Keras is {backend!r}, which is not installed. "
            f"Installed: {', '.join(installed)}. Set the variable before the first import: "
            f"`KERAS_BACKEND={installed[0]}` in the shell, or "
            f'`import os; os.environ["KERAS_BACKEND"] = "{installed[0]}"` in Python. '
            f'To install {backend}: pip install "keras_regen[{backend}]".'
        )
    raise ModuleNotFoundError(
        "keras_regen needs a backend of Keras: TensorFlow, JAX or PyTorch. Install one of them: "
        'pip install "keras_regen[tensorflow]", or [jax], or [torch]. For JAX and PyTorch, also '
        "set the variable KERAS_BACKEND to jax or torch before the first import."
    )


def _is_installed(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return name in sys.modules


def _configured() -> str | None:
    """Returns the backend in the configuration file of Keras, if any."""
    home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    try:
        return json.loads((home / "keras.json").read_text()).get("backend")
    except (OSError, ValueError, AttributeError):
        return None
