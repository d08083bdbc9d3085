"""Precision: the scope, the instructions of the processor, and models trained in 16 bits."""

import keras
import numpy as np
import pytest

import keras_regen
from keras_regen import CSAE, precision_scope
from keras_regen.datasets import load
from keras_regen.precision import _cpu_flags, check_precision, has_instructions

LINEAR = {"network": "linear", "hidden": 32, "latent_dim": 12}


@pytest.fixture
def processor(monkeypatch, tmp_path):
    """Returns a function that replaces the processor by a CPU with these lines in cpuinfo."""

    def replace(text):
        path = tmp_path / f"cpuinfo-{abs(hash(text))}"
        if text is not None:
            path.write_text(text)
        monkeypatch.setattr(keras_regen.precision, "_CPU_INFO", path)
        monkeypatch.setattr(keras_regen.precision, "runs_on_cpu", lambda: True)

    yield replace
    _cpu_flags.cache_clear()


def test_models_are_built_in_the_precision_of_the_scope():
    before = keras.config.dtype_policy().name
    with precision_scope("mixed_bfloat16"):
        inside = CSAE.for_images((8, 8, 1), ["a", "b"], **LINEAR)
        with precision_scope(None):  # keeps the policy
            assert keras.config.dtype_policy().name == "mixed_bfloat16"
    outside = CSAE.for_images((8, 8, 1), ["a", "b"], **LINEAR)
    assert inside.encoder.get_layer("hidden").compute_dtype == "bfloat16"
    assert inside.decoder.get_layer("pixels").compute_dtype == "float32"
    assert {weight.dtype for weight in inside.weights} == {
        weight.dtype for weight in outside.weights
    }
    assert outside.encoder.get_layer("hidden").compute_dtype == before
    assert keras.config.dtype_policy().name == before


def test_scope_ends_with_an_error():
    before = keras.config.dtype_policy().name
    with pytest.raises(KeyError), precision_scope("mixed_bfloat16"):
        raise KeyError
    assert keras.config.dtype_policy().name == before


def test_preset_in_a_precision():
    model = CSAE.from_preset("csae_digits", precision="mixed_bfloat16", **LINEAR)
    assert model.dtype_policy.name == "mixed_bfloat16"
    assert keras.config.dtype_policy().name == "float32"
    assert model.compute_loss is not None and "precision" not in model.preset.options


@pytest.mark.parametrize(
    ("flags", "precision", "expected"),
    [
        ("flags\t\t: fpu avx512f avx512_bf16\n", "mixed_bfloat16", True),
        ("flags\t\t: fpu amx_bf16 amx_tile\n", "mixed_bfloat16", True),
        ("flags\t\t: fpu avx512f\n", "mixed_bfloat16", False),
        ("flags\t\t: fpu avx512_fp16\n", "mixed_float16", True),
        ("Features\t: fp asimd bf16\n", "mixed_bfloat16", True),
        ("Features\t: fp asimd\n", "mixed_float16", False),
        ("model name: a CPU\n", "mixed_bfloat16", None),
        (None, "mixed_bfloat16", None),
        ("flags\t\t: fpu\n", "float32", True),
    ],
)
def test_instructions_of_a_cpu(processor, flags, precision, expected):
    processor(flags)
    assert has_instructions(precision) is expected


def test_accelerators_have_instructions(monkeypatch):
    monkeypatch.setattr(keras_regen.precision, "runs_on_cpu", lambda: False)
    assert has_instructions("mixed_float16") and has_instructions("mixed_bfloat16")
    check_precision("mixed_float16")


def test_precision_that_is_unknown_or_not_supported(processor):
    with pytest.raises(ValueError, match=r"one of 'float32', .*'bfloat16'.*'mixed_bfloat16'\?"):
        CSAE.from_preset("csae_digits", precision="bfloat16")
    with pytest.raises(ValueError, match="`precision` must be one of"), precision_scope("float8"):
        pass
    processor("flags\t\t: fpu avx2\n")
    message = "no instructions for float16.*Received: precision='mixed_float16'"
    with pytest.raises(ValueError, match=message):
        CSAE.from_preset("csae_digits", precision="mixed_float16")
    processor(None)  # An unknown CPU may be able to.
    check_precision("mixed_float16")


@pytest.mark.any_backend
def test_accuracy_in_bfloat16_is_within_the_spread_of_float32():
    digits = load("digits")
    accuracies = {}
    for precision in ("float32", "mixed_bfloat16"):
        accuracies[precision] = []
        for seed in range(3):
            keras.utils.set_random_seed(seed)
            model = CSAE.from_preset(
                "csae_digits",
                epochs=8,
                seed=seed,
                precision=precision,
                **(LINEAR | {"hidden": 200}),
            )
            model.fit(digits.x_train, digits.y_train, verbose=0)
            correct = model.classify(digits.x_test) == digits.y_test
            accuracies[precision].append(np.mean(correct))
    full, half = accuracies["float32"], accuracies["mixed_bfloat16"]
    # The test is worth nothing for models that have not learned, or with the same computations.
    assert min(full) > 0.8 and full != half
    spread = max(max(full) - min(full), 2 / len(digits.x_test))
    assert abs(np.mean(half) - np.mean(full)) <= spread
