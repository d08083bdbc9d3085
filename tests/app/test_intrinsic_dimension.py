"""`intrinsic-dimension`: its results against scikit-learn's neighbors."""

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
    indices = np.r_[:100, 10:15]
    arrays = {"x_train": digits.x_train[indices], "y_train": digits.y_train[indices]}
    np.savez(path, **arrays, x_test=digits.x_test, y_test=digits.y_test)
    return path


def expected(images, k):
    rows = images.reshape(len(images), -1).astype("float64")
    distances, _ = NearestNeighbors(n_neighbors=k).fit(rows).kneighbors()
    return np.mean((k - 1) / np.log(distances[:, -1:] / distances[:, :-1]).sum(axis=1))


def test_estimates(tmp_path, images_with_copies):
    out = tmp_path / "new/dimension.png"
    command = ["intrinsic-dimension", images_with_copies, "--output", out]
    results = figures(*command, "--k", 20, "--k", 5, "--k", 20)
    assert (results["images"], results["duplicates"]) == (100, 5)
    images = load("digits").x_train[:100]
    assert list(results["dimensions"]) == ["5", "20"]
    for k, dimension in results["dimensions"].items():
        np.testing.assert_allclose(dimension, expected(images, int(k)), rtol=1e-6)
    assert out.exists()
    words = run(*command, "--k", 20).output
    assert "100 images, 5 duplicates removed" in words and str(out) in words
    assert f"{results['dimensions']['20']:.2f}" in words
    # The default numbers of neighbors are smaller than the number of images.
    assert list(figures(*command)["dimensions"])[-2:] == ["60", "80"]


def test_a_random_part(tmp_path, images_with_copies):
    command = ["intrinsic-dimension", images_with_copies, "--output", tmp_path / "a.png", "--k", 5]
    part = [*command, "--num-samples", 40]
    first, repeated, other = (figures(*part, "--seed", seed) for seed in (1, 1, 2))
    assert first["images"] + first["duplicates"] == 40
    assert first == repeated
    assert first["dimensions"] != other["dimensions"] != figures(*command)["dimensions"]


def test_the_harmonic_mean_is_the_remedy_for_neighbors_that_are_equally_far(tmp_path):
    line = np.arange(0, 90, 10, "uint8")[:, None, None, None].repeat(2, axis=1).repeat(2, axis=2)
    labels = np.arange(9) % 2
    np.savez(tmp_path / "line.npz", x_train=line, y_train=labels, x_test=line, y_test=labels)
    command = ["intrinsic-dimension", tmp_path / "line.npz", "--output", tmp_path / "a.png"]
    message = " ".join(run(*command, "--k", 2, code=2).output.split())
    assert "7 such points with --k 2" in message
    assert "Use a larger `--k`, or `--average 'harmonic'`." in message
    results = figures(*command, "--k", 2, "--average", "harmonic")
    # Only the 2 ends have neighbors at different distances, 1 and 2.
    assert results["dimensions"] == {"2": pytest.approx(9 / (2 * np.log(2)))}
    assert results["average"] == "harmonic"


def test_wrong_numbers(tmp_path, images_with_copies):
    command = ["intrinsic-dimension", images_with_copies, "--output", tmp_path / "a.png"]
    message = run(*command, "--num-samples", 106, code=2).output
    assert "must be at most 105" in message and "'copies'. Received: 106" in message
    assert "at most 99" in run(*command, "--k", 100, code=2).output
    assert "--k" in run(*command, "--k", 1, code=2).output
    assert not list(tmp_path.iterdir())
    assert "nowhere" in run("intrinsic-dimension", "nowhere", code=1).output
