"""A CSAE of digits whose weights are computed by two linear regressions."""

import keras
import numpy as np

from keras_regen import CSAE
from keras_regen.datasets import load
from keras_regen.layers import PEDCCHead

LATENT_DIM = 12


def regression(inputs, targets, ridge):
    """The kernel and bias of the linear map with the least squared error."""
    x, y = (values - values.mean(axis=0) for values in (inputs, targets))
    kernel = np.linalg.solve(x.T @ x + ridge * np.eye(x.shape[1]), x.T @ y)
    return [kernel, targets.mean(axis=0) - inputs.mean(axis=0) @ kernel]


def linear_csae(prior=None, ridge=10.0):
    """An adapted and calibrated CSAE from images to centroids and back."""
    digits = load("digits")
    pixels = digits.x_train.reshape(-1, 64) / 255
    encoder = keras.Sequential(
        [keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(LATENT_DIM)]
    )
    decoder = keras.Sequential(
        [keras.Input((LATENT_DIM,)), keras.layers.Dense(64), keras.layers.Reshape((8, 8, 1))]
    )
    model = CSAE(encoder, decoder, PEDCCHead(10), prior=prior)
    centroids = keras.ops.convert_to_numpy(model.head.centroids)
    encoder.set_weights(regression(pixels, 1.5 * centroids[digits.y_train], ridge))
    latents = encoder.predict(digits.x_train / 255, verbose=0)
    decoder.set_weights(regression(latents, pixels, 0.0))
    model.adapt_prior(digits.x_train, digits.y_train)
    model.calibrate(digits.x_test, digits.y_test)
    return model
