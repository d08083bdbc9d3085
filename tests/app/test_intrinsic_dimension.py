"""`intrinsic-dimension`: its figures against scikit-learn's neighbors."""

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from keras_regen.datasets import load
from tests.app.helpers import figures, run

pytestmark = pytest.mark.any_backend


@pytest.fixture(scope="module")
def images_with_copies(tmp_path_factory):
    """An `.npz` of 100 different training images, and 5 copies of them."""
    path = tmp_path_factory.mktemp("data") / "copies.npz"
    digits = load("digits")
    chosen = np.r_[:100, 10:15]
    arrays = {"x_train": digits.x_train[chosen], "y_train": digits.y_train[chosen]}
    np.savez(path, **arrays, x_test=digits.x_test, y_test=digits.y_test)
    return path


def expected(images, k):
    rows = images.reshape(len(images), -1).astype("float64")
    distances, _ = NearestNeighbors(n_neighbors=k).fit(rows).kneighbors()
    return np.mean((k - 1) / np.log(distances[:, -1:] / distances[:, :-1]).sum(axis=1))


def test_estimates(tmp_path, images_with_copies):
    out = tmp_path / "new/dimension.png"
    asked = ["intrinsic-dimension", images_with_copies, "--output", out]
    found = figures(*asked, "--k", 20, "--k", 5, "--k", 20)
    assert (found["images"], found["duplicates"]) == (100, 5)
    images = load("digits").x_train[:100]
    assert list(found["dimensions"]) == ["5", "20"]
    for k, dimension in found["dimensions"].items():
        np.testing.assert_allclose(dimension, expected(images, int(k)), rtol=1e-6)
    assert out.exists()
    words = run(*asked, "--k", 20).output
    assert "100 images, 5 duplicates left out" in words and str(out) in words
    assert f"{found['dimensions']['20']:.2f}" in words
    # By default, as many neighbors as there are images for.
    assert list(figures(*asked)["dimensions"])[-2:] == ["60", "80"]


def test_a_random_part(tmp_path, images_with_copies):
    asked = ["intrinsic-dimension", images_with_copies, "--output", tmp_path / "a.png", "--k", 5]
    part = [*asked, "--num-samples", 40]
    one, again, other = (figures(*part, "--seed", seed) for seed in (1, 1, 2))
    assert one["images"] + one["duplicates"] == 40
    assert one == again
    assert one["dimensions"] != other["dimensions"] != figures(*asked)["dimensions"]


def test_wrong_numbers(tmp_path, images_with_copies):
    asked = ["intrinsic-dimension", images_with_copies, "--output", tmp_path / "a.png"]
    message = run(*asked, "--num-samples", 106, code=2).output
    assert "There are 105 training images of 'copies'. Received: --num-samples 106" in message
    assert "at most 99" in run(*asked, "--k", 100, code=1).output
    assert "--k" in run(*asked, "--k", 1, code=2).output
    assert not list(tmp_path.iterdir())
    assert "nowhere" in run("intrinsic-dimension", "nowhere", code=1).output
