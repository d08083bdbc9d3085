"""The search of nearest neighbors against all differences, in one block and in many."""

import numpy as np
import pytest

from keras_regen.metrics.neighbors import nearest_neighbors

pytestmark = pytest.mark.any_backend


def points(kind):
    rng = np.random.default_rng(0)
    if kind == "images":
        return rng.integers(0, 256, (300, 30), dtype="uint8")
    # Neighbors on a line differ in digits that a product of single precision loses.
    return 0.7 + 0.001 * rng.permutation(1000)[:, None] * np.linspace(0.5, 1, 30)


@pytest.mark.parametrize("kind", ["images", "line"])
@pytest.mark.parametrize("exclude_self", [False, True])
@pytest.mark.parametrize("block_size", [64, 2048])
def test_equals_all_differences(kind, exclude_self, block_size):
    rows = points(kind)
    indices, values = nearest_neighbors(
        rows, rows, 4, exclude_self=exclude_self, block_size=block_size
    )
    scale = 255 if kind == "images" else 1
    errors = (
        np.stack([((rows - row) ** 2).mean(axis=1) for row in rows.astype("float64")]) / scale**2
    )
    if exclude_self:
        np.fill_diagonal(errors, np.inf)
    np.testing.assert_allclose(values, np.sort(errors)[:, :4], rtol=1e-5)
    assert exclude_self or (indices[:, 0] == np.arange(len(rows))).all()


def test_equal_errors_are_in_the_order_of_the_references():
    references = np.zeros((9, 5), "float32")
    indices, values = nearest_neighbors(references[:2], references, 9, block_size=2)
    assert indices.tolist() == [list(range(9))] * 2
    assert (values == 0).all()


def test_images_of_both_kinds_are_compared():
    images = points("images")
    for queries in (images / 255, (images / 255).astype("float32")):
        indices, values = nearest_neighbors(queries, images, 1)
        assert indices[:, 0].tolist() == list(range(300))
        assert (values == 0).all()
