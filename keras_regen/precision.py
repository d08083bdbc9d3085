"""The precision of a model's computations, and the instructions of the processor for it."""

import contextlib
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras

from keras_regen.checks import check_choice
from keras_regen.devices import runs_on_cpu

PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")
_CPU_INFO = Path("/proc/cpuinfo")
# The names of the instructions in /proc/cpuinfo, on x86 and on ARM.
_INSTRUCTIONS = {
    "mixed_bfloat16": {"avx512_bf16", "amx_bf16", "avx_ne_convert", "bf16"},
    "mixed_float16": {"avx512_fp16", "amx_fp16", "asimdhp"},
}


@contextlib.contextmanager
def precision_scope(precision: str | None) -> Iterator[None]:
    """Builds models in a precision: a `with` block, after which the earlier precision returns.

    In a mixed precision, layers compute in 16 bits. Weights, losses, batch statistics, the
    statistics of priors, and metrics stay in float32. A model keeps its precision when it is saved
    and loaded.

    Args:
        precision: `"float32"`, `"mixed_bfloat16"` or `"mixed_float16"`, as the dtype policies of
            Keras; `None` for the current policy.

    Raises:
        ValueError: If the precision is unknown, or is `"mixed_float16"` on a CPU without
            instructions for it.

    Examples:
        >>> import keras_regen
        >>> with keras_regen.precision_scope("mixed_bfloat16"):
        ...     model = keras_regen.CSAE.for_images((8, 8, 1), ["cat", "dog"], stem_filters=2)
        >>> model.encoder.compute_dtype, model.encoder.variable_dtype
        ('bfloat16', 'float32')
    """
    if precision is None:
        yield
        return
    check_precision(precision)
    with policy_scope(precision):
        yield


@contextlib.contextmanager
def policy_scope(policy: Any) -> Iterator[None]:
    """Builds layers with any dtype policy: a `with` block, after which the earlier policy returns.

    Args:
        policy: A dtype policy of Keras, its name or its configuration; `None` for the current
            policy.

    Examples:
        >>> import keras
        >>> from keras_regen.precision import policy_scope
        >>> with policy_scope("mixed_bfloat16"):
        ...     layer = keras.layers.Dense(2)
        >>> layer.compute_dtype
        'bfloat16'
    """
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(keras.dtype_policies.get(policy))
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def check_precision(precision: str) -> None:
    """Raises an error unless models can train in a precision on this machine.

    Args:
        precision: As in `precision_scope`.

    Raises:
        ValueError: If the precision is unknown, or is `"mixed_float16"` on a CPU without
            instructions for it.

    Examples:
        >>> from keras_regen.precision import check_precision
        >>> check_precision("mixed_bfloat16")
    """
    check_choice("precision", precision, PRECISIONS)
    # bfloat16 is float32 without its last bits, which every CPU converts quickly.
    if precision == "mixed_float16" and has_instructions(precision) is False:
        raise ValueError(
            "`precision` must be 'float32' or 'mixed_bfloat16' on this CPU, which has no "
            "instructions for float16 (avx512_fp16). Received: precision='mixed_float16', which "
            "needs an accelerator."
        )


def has_instructions(precision: str) -> bool | None:
    """Returns whether the processor computes a mixed precision with its own instructions.

    Args:
        precision: As in `precision_scope`.

    Returns:
        True on an accelerator; on a CPU, whether it has the instructions, or `None` if the
        operating system does not tell.

    Examples:
        >>> from keras_regen.precision import has_instructions
        >>> has_instructions("float32")
        True
    """
    if precision == "float32" or not runs_on_cpu():
        return True
    flags = _cpu_flags(_CPU_INFO)
    return None if flags is None else not flags.isdisjoint(_INSTRUCTIONS[precision])


@functools.cache
def _cpu_flags(path: Path) -> frozenset[str] | None:
    """Returns the names of the CPU's instructions, or `None` on other systems than Linux."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    for line in lines:
        name, _, values = line.partition(":")
        if name.strip() in ("flags", "Features"):  # x86, ARM
            return frozenset(values.split())
    return None
