"""The search of the nearest on a GPU: its steps run here on the CPU, with a GPU's rounding."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_regen.metrics import gpu as gpu_module
from keras_regen.metrics import nearest as nearest_module
from keras_regen.metrics.nearest import SquaredErrors, nearest
from tests.contract import to_numpy


def rounded(values):
    """Values rounded to the nearest with 11 binary digits, as a GPU takes them in TF32."""
    mantissa, exponent = np.frexp(to_numpy(values))
    return np.ldexp(np.rint(mantissa * 2**11), exponent - 11).astype("float32")


@pytest.fixture
def gpu(monkeypatch):
    exact = ops.matmul

    def matmul(left, right):
        return exact(ops.convert_to_tensor(rounded(left)), ops.convert_to_tensor(rounded(right)))

    monkeypatch.setattr(nearest_module, "keras_is_on_gpu", lambda: True)
    monkeypatch.setattr(gpu_module.ops, "matmul", matmul)


def points(kind):
    rng = np.random.default_rng(0)
    if kind == "images":
        return rng.integers(0, 256, (300, 30), dtype="uint8")
    # Neighbors on a line are nearer than the first 11 digits tell.
    return 0.7 + 0.001 * rng.permutation(1000)[:, None] * np.linspace(0.5, 1, 30)


@pytest.mark.parametrize("kind", ["images", "line"])
@pytest.mark.parametrize("exclude_self", [False, True])
@pytest.mark.parametrize("block_size", [64, 2048])
def test_a_gpu_finds_the_same(gpu, kind, exclude_self, block_size):
    rows = points(kind)
    measure = SquaredErrors(rows, rows)
    assert ops.is_tensor(measure.fast(slice(0, 2), slice(0, 3)))
    indices, values = nearest(measure, 4, block_size, exclude_self)
    scale = 255 if kind == "images" else 1
    errors = (
        np.stack([((rows - row) ** 2).mean(axis=1) for row in rows.astype("float64")]) / scale**2
    )
    if exclude_self:
        np.fill_diagonal(errors, np.inf)
    np.testing.assert_allclose(values, np.sort(errors)[:, :4], rtol=1e-3)
    assert exclude_self or (indices[:, 0] == np.arange(len(rows))).all()


def test_products_of_a_gpu_keep_the_digits_of_float32(gpu):
    rng = np.random.default_rng(1)
    left, right = rng.normal(size=(2, 40, 50)).astype("float32")
    expected = left.astype("float64") @ right.T.astype("float64")
    error = np.abs(to_numpy(gpu_module.gpu_product(left, right)) - expected).max()
    with_tf32 = np.abs(rounded(left) @ rounded(right).T - expected).max()
    assert error < 1e-5 < 1e-3 < with_tf32


def test_the_cpu_is_not_taken_for_a_gpu():
    with keras.device("cpu:0"):
        measure = SquaredErrors(np.zeros((2, 1)), np.zeros((2, 1)))
    assert isinstance(measure.fast(slice(0, 2), slice(0, 2)), np.ndarray)
