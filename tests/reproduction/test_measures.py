"""Tests the measures that the tables need, against NumPy and SciPy."""

import numpy as np
import pytest
from scipy.ndimage import laplace

from keras_regen import CSAE
from keras_regen.datasets import load
from reproduction import SCALES
from reproduction.measures import MEASURES, Measured

pytestmark = pytest.mark.any_backend


def test_losses_of_the_first_paper(monkeypatch):
    monkeypatch.setattr("reproduction.measures._BLOCK", 1000)  # The last block is smaller.
    data = load("digits")
    model = CSAE.for_images(data.image_shape, data.class_names, network="linear", hidden=8)
    run = Measured(model, data, None, {}, None, SCALES["quick"], 0)
    figures = MEASURES["losses"](run)
    centroids = np.asarray(model.head.centroids.numpy())
    for part, images, labels in (
        ("train", data.x_train, data.y_train),
        ("test", data.x_test, data.y_test),
    ):
        difference = (model.reconstruct(images) - images / 255.0)[..., 0]
        edges = np.stack([laplace(image, mode="constant") for image in difference])
        expected = [
            np.mean((model.encode(images) - centroids[labels]) ** 2),
            # Of images in [-1, 1], and with the weight 0.2, as in the authors' code.
            np.mean((2 * difference) ** 2),
            0.2 * np.mean((2 * edges) ** 2),
        ]
        measured = [figures[f"{part}_loss_{index}"] for index in (1, 2, 3)]
        np.testing.assert_allclose(measured, expected, rtol=1e-4)
