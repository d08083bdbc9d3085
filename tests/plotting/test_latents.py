"""Plots of the latent space, tested by their colors."""

import matplotlib
import numpy as np
import pytest
from scipy import ndimage

from keras_regen import plotting
from tests.plotting.image_helpers import read_pixels

pytestmark = pytest.mark.any_backend


def bars(plot, color):
    """Returns the centers `(count, 2)` of the large areas of a color left of the color bar."""
    same = (plot == color).all(axis=-1)[:, : int(0.88 * plot.shape[1])]
    areas, count = ndimage.label(same)
    sizes = ndimage.sum(same, areas, range(1, count + 1))
    large = [index + 1 for index in range(count) if sizes[index] > 200]
    return np.array(ndimage.center_of_mass(same, areas, large)).reshape(-1, 2)


def test_distances_have_three_panels(tmp_path):
    rng = np.random.default_rng(0)
    centroids, means = rng.normal(size=(2, 3, 4))
    plotting.plot_distances(centroids, means, ["a", "b", "c"], tmp_path / "distances.png")
    height, width = read_pixels(tmp_path / "distances.png").shape[:2]
    assert width == 3 * height


def test_each_class_has_a_bar(tmp_path):
    # Class k uses dimension k, with the values 0 and 2. Their mean is 1, which is black.
    latents = np.concatenate([np.zeros((4, 5)), 2 * np.eye(4, 5)])
    labels = np.concatenate([np.arange(4), np.arange(4)])
    plotting.plot_barcodes(latents, labels, list("abcd"), tmp_path / "bars.png")
    centers = bars(read_pixels(tmp_path / "bars.png"), (0, 0, 0))
    assert len(centers) == 4
    steps = np.diff(centers, axis=0)
    np.testing.assert_allclose(steps, np.broadcast_to(steps[0], steps.shape), atol=2)
    assert (steps > 20).all()


def test_negative_means_have_another_color(tmp_path):
    latents = np.array([[1.0, 0.0, -1.0], [1.0, 0.0, -1.0]])
    plotting.plot_barcodes(latents, np.array([0, 2]), ["a", "absent", "c"], tmp_path / "bars.png")
    plot = read_pixels(tmp_path / "bars.png")
    ends = [
        np.round(np.multiply(matplotlib.colormaps["RdBu_r"](end)[:3], 255)) for end in (1.0, 0.0)
    ]
    red, blue = (bars(plot, color) for color in ends)
    assert len(red) == len(blue) == 2  # a strip for each class that has samples
    assert (red[:, 1] < blue[:, 1]).all()


def test_tsne_separates_classes_and_depends_on_the_seed(tmp_path):
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 2
    latents = rng.normal(size=(60, 5)) + 30 * labels[:, None]
    plots = {}
    for name, seed in (("first", 0), ("same", 0), ("other", 1)):
        path = tmp_path / f"{name}.png"
        plotting.plot_tsne(latents, labels, ["a", "b"], path, max_samples=40, seed=seed)
        plots[name] = read_pixels(path)
    np.testing.assert_array_equal(plots["first"], plots["same"])
    assert not np.array_equal(plots["first"], plots["other"])
    plot = plots["first"][:, : int(0.88 * plots["first"].shape[1])].astype(int)
    # Blue and orange dots: each dot is nearer to the center of its class.
    blue = np.argwhere(plot[..., 2] - plot[..., 0] > 60)
    orange = np.argwhere(plot[..., 0] - plot[..., 2] > 60)
    centers = blue.mean(axis=0), orange.mean(axis=0)
    for points, center, other in ((blue, *centers), (orange, *centers[::-1])):
        nearer = np.linalg.norm(points - center, axis=1) < np.linalg.norm(points - other, axis=1)
        assert nearer.all()


def test_many_classes_and_few_samples(tmp_path):
    rng = np.random.default_rng(0)
    labels = np.arange(75) % 25
    names = [f"class {label}" for label in range(25)]
    plotting.plot_tsne(rng.normal(size=(75, 3)), labels, names, tmp_path / "many.png")
    plotting.plot_tsne(rng.normal(size=(3, 3)), labels[:3], names, tmp_path / "few.png")
    plotting.plot_barcodes(rng.normal(size=(75, 600)), labels, names, tmp_path / "bars.png")
    assert len(list(tmp_path.iterdir())) == 3


def test_invalid_arguments_raise(tmp_path):
    path, latents, names = tmp_path / "x.png", np.zeros((4, 3)), ["a", "b"]
    for plot in (plotting.plot_barcodes, plotting.plot_tsne):
        with pytest.raises(ValueError, match=r"shape \(num_samples, latent_dim\)"):
            plot(latents[0], np.zeros(4, int), names, path)
        with pytest.raises(ValueError, match="one label per image, 4 in all"):
            plot(latents, np.zeros(3, int), names, path)
        with pytest.raises(ValueError, match="Received: 2 at index 2"):
            plot(latents, np.array([0, 1, 2, 0]), names, path)
    with pytest.raises(ValueError, match="at least 3 samples"):
        plotting.plot_tsne(latents[:2], np.zeros(2, int), names, path)
    with pytest.raises(ValueError, match="max_samples=2"):
        plotting.plot_tsne(latents, np.zeros(4, int), names, path, max_samples=2)
    assert not path.exists()
