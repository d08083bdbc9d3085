"""`closest`: the nearest images against a slow search."""

import numpy as np
import pytest
from PIL import Image
from skimage.metrics import structural_similarity

from keras_regen import generate
from keras_regen.datasets import load
from tests.app.helpers import figures, run

pytestmark = pytest.mark.any_backend


@pytest.fixture(scope="module")
def generated(digits_model):
    return generate(digits_model, num_samples=12, seed=5)


def errors(images, others):
    return np.array([[np.mean((one - other) ** 2) for other in others] for one in images])


def test_nearest_training_images(tmp_path, digits_run, generated):
    out = tmp_path / "new/closest.png"
    command = ["closest", digits_run, "--num-samples", 12, "--seed", 5, "--output", out]
    results = figures(*command, "--num-matches", 3)
    digits = load("digits")
    training, held_out = digits.x_train / 255, digits.x_test / 255
    slow = errors(generated, training)
    np.testing.assert_array_equal(results["indices"], slow.argsort(axis=1)[:, :3])
    np.testing.assert_allclose(results["values"], np.sort(slow)[:, :3], rtol=1e-3)
    # A copy is at least as near to a training image as the nearest training neighbor of that image.
    flat = training.reshape(len(training), -1)
    gaps = ((flat[:, None] - flat[None]) ** 2).mean(axis=-1)
    np.fill_diagonal(gaps, np.inf)
    gaps = gaps.min(axis=1)
    for name, images in (
        ("copied_share", slow),
        ("held_out_copied_share", errors(held_out, training)),
    ):
        share = np.mean(images.min(axis=1) <= gaps[images.argmin(axis=1)])
        np.testing.assert_allclose(results[name], share, atol=1e-9)
    assert results["num_copies"] == 0
    assert Image.open(out).size[1] > Image.open(out).size[0]  # ten rows of four
    words = run(*command).output
    assert f"{results['held_out_copied_share']:.1%}" in words and str(out) in words


def test_nearest_other_generations_and_latents(tmp_path, digits_run, digits_model, generated):
    command = ["closest", digits_run, "--num-samples", 12, "--seed", 5, "--num-matches", 2]
    command += ["--output", tmp_path / "closest.png"]
    results = figures(*command, "--among", "generations")
    slow = errors(generated, generated)
    np.fill_diagonal(slow, np.inf)
    np.testing.assert_array_equal(results["indices"], slow.argsort(axis=1)[:, :2])
    results = figures(*command, "--among", "generations", "--metric", "latent")
    latents = digits_model.encode(generated)
    slow = errors(latents, latents)
    np.fill_diagonal(slow, np.inf)
    np.testing.assert_array_equal(results["indices"], slow.argsort(axis=1)[:, :2])
    message = run(*command, "--candidates", 9, code=2).output
    assert "Only `--metric ssim` compares candidates. Omit --candidates." in message
    results = figures(*command, "--among", "generations", "--metric", "ssim")
    assert np.shape(results["indices"]) == (12, 2)
    assert (np.diff(results["values"]) <= 0).all()
    one, other = generated[0, ..., 0], generated[results["indices"][0][0], ..., 0]
    rough = structural_similarity(one, other, data_range=1.0, win_size=7)
    assert abs(results["values"][0][0] - rough) < 0.3  # another window, of the same kind
