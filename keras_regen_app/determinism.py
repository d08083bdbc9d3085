"""The option `--deterministic`: operations of the backend that repeat their results to the bit."""

import os
import sys

import click

deterministic_option = click.option(
    "--deterministic",
    is_flag=True,
    help="On a GPU: use only operations that repeat their results to the bit with the same seed, "
    "which are slower. A CPU repeats its results anyway. Add it to `--resume` as well.",
)


def use_deterministic_operations(backend: str) -> None:
    """Chooses the deterministic operations of a backend, in this process and its children.

    Call it before the first import of Keras.

    Args:
        backend: `"tensorflow"`, `"jax"` or `"torch"`.

    Raises:
        RuntimeError: If TensorFlow or JAX is imported already and would not read the setting. On
            PyTorch, an operation without a deterministic implementation raises it in `fit`.

    Examples:
        >>> import os
        >>> from keras_regen_app.determinism import use_deterministic_operations
        >>> if "tensorflow" not in sys.modules:
        ...     use_deterministic_operations("tensorflow")
        ...     assert os.environ.pop("TF_DETERMINISTIC_OPS") == "1"
    """
    if backend in ("tensorflow", "jax") and backend in sys.modules:
        raise RuntimeError(
            f"{backend} is imported already: choose deterministic operations before the first "
            "import of Keras."
        )
    if backend == "tensorflow":
        os.environ["TF_DETERMINISTIC_OPS"] = "1"
    elif backend == "jax":
        flags = os.environ.get("XLA_FLAGS", "")
        os.environ["XLA_FLAGS"] = f"{flags} --xla_gpu_deterministic_ops=true".strip()
    else:
        # cuBLAS reads the variable; PyTorch asks for it.
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        import torch

        torch.use_deterministic_algorithms(True)
