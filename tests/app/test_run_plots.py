"""The plots of a run: which classes they show."""

import keras
import numpy as np
import pytest

from keras_regen import CSAE, CVAE, generate, plotting
from keras_regen.datasets.dataset import dataset_from_arrays
from keras_regen_app.run_plots import plot_run

pytestmark = pytest.mark.any_backend

NAMES = [f"class {label}" for label in range(14)]


@pytest.fixture
def shown(monkeypatch):
    """The positional arguments of each plot function of the run, by its name."""
    calls = {}

    def recorded(name, function):
        def plot(*arguments, **options):
            calls[name] = arguments
            return function(*arguments, **options)

        return plot

    for name in ("plot_samples", "plot_closest", "plot_distances"):
        monkeypatch.setattr(plotting, name, recorded(name, getattr(plotting, name)))
    return calls


def dataset(labels):
    """Three training images of each of the labels, and a test image of every class."""
    images = np.random.default_rng(0).random((3 * len(labels), 8, 8, 1)).astype("float32")
    test = np.random.default_rng(1).random((len(NAMES), 8, 8, 1)).astype("float32")
    train = images, np.repeat(labels, 3)
    return dataset_from_arrays("noise", train, (test, np.arange(len(NAMES))), NAMES)


@pytest.mark.parametrize(
    "labels", [[0, 1, *range(3, 14)], [4]], ids=["one class is missing", "one class is there"]
)
def test_classes_without_training_images_are_left_out(tmp_path, shown, labels):
    data = dataset(labels)
    model = CSAE.for_images((8, 8, 1), NAMES, network="linear", hidden=4, latent_dim=16)
    model.adapt_prior(data.x_train, data.y_train)
    plot_run(model, data, [], tmp_path, seed=3)
    assert sorted(np.unique(shown["plot_samples"][1])) == labels
    expected = generate(model, labels[:10], seed=3)
    np.testing.assert_allclose(shown["plot_closest"][0], expected, atol=1e-6)
    latents = model.encode(data.x_train)
    centroids, means, names = shown["plot_distances"]
    expected = [latents[data.y_train == label].mean(axis=0) for label in labels]
    np.testing.assert_allclose(means, expected, atol=1e-5)
    np.testing.assert_array_equal(
        centroids, keras.ops.convert_to_numpy(model.head.centroids)[labels]
    )
    assert names == [NAMES[label] for label in labels]
    assert (tmp_path / "distances.png").exists() and (tmp_path / "closest.png").exists()


def test_a_cvae_does_not_show_a_class_that_it_never_saw(tmp_path, shown):
    data = dataset([0, 2])
    model = CVAE.for_images((8, 8, 1), NAMES, latent_dim=2, stem_filters=2)
    plot_run(model, data, [], tmp_path)
    assert sorted(np.unique(shown["plot_samples"][1])) == [0, 2]
    assert len(shown["plot_closest"][0]) == 2
