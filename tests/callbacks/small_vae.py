"""A small generative model with several losses that compiles quickly."""

import keras

from keras_regen import VAE


def small_vae(seed=0):
    keras.utils.set_random_seed(seed)
    posterior = [keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(8)]
    decoder = [
        keras.Input((4,)),
        keras.layers.Dense(64, "sigmoid"),
        keras.layers.Reshape((8, 8, 1)),
    ]
    model = VAE(keras.Sequential(posterior), keras.Sequential(decoder), seed=seed)
    model.compile(keras.optimizers.Adam(0.01))
    return model
