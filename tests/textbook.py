"""A simple version of adversarial training in NumPy, with two losses and two optimizers.

It computes in float64, and its gradients are slopes.
"""

import math

import keras
import numpy as np
from keras import layers

from tests.contract import randomize

NOISE_DIM = 4


def small_networks(normalized, shape=(2, 2, 1)):
    """Builds a generator with a single layer and a discriminator with two layers."""
    noise, image = keras.Input((NOISE_DIM,)), keras.Input(shape)
    images = layers.Dense(math.prod(shape), name="pixels")(noise)
    hidden = layers.Dense(3, name="hidden")(layers.Flatten()(image))
    if normalized:
        images = layers.BatchNormalization(name="pixels_norm")(images)
        hidden = layers.BatchNormalization(name="hidden_norm")(hidden)
    images = layers.Reshape(shape)(layers.Activation("sigmoid")(images))
    logits = layers.Dense(1, name="logits")(layers.Activation("tanh", name="features")(hidden))
    return (
        randomize(keras.Model(noise, images, name="generator"), seed=1),
        randomize(keras.Model(image, logits, name="discriminator"), seed=2),
    )


def slow_layer(x, weights, name):
    x = x @ weights[f"{name}/kernel"] + weights[f"{name}/bias"]
    if f"{name}_norm/gamma" not in weights:
        return x
    x = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-3)
    return x * weights[f"{name}_norm/gamma"] + weights[f"{name}_norm/beta"]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def slow_generator(noise, weights):
    return sigmoid(slow_layer(noise, weights, "pixels"))


def slow_discriminator(images, weights):
    maps = np.tanh(slow_layer(images, weights, "hidden"))
    return slow_layer(maps, weights, "logits")[:, 0], maps


SLOW_OBJECTIVES = {
    "minimax": (
        lambda real, fake: -np.mean(np.log(sigmoid(real))) - np.mean(np.log(1 - sigmoid(fake))),
        lambda fake: np.mean(np.log(1 - sigmoid(fake))),
    ),
    "non_saturating": (
        lambda real, fake: -np.mean(np.log(sigmoid(real))) - np.mean(np.log(1 - sigmoid(fake))),
        lambda fake: -np.mean(np.log(sigmoid(fake))),
    ),
    "wasserstein": (
        lambda real, fake: np.mean(fake) - np.mean(real),
        lambda fake: -np.mean(fake),
    ),
}


def slow_terms(images, noise, generator, discriminator, objective):
    """Computes the values of the logs from the weights of both networks."""
    discriminator_loss, generator_loss = SLOW_OBJECTIVES[objective]
    real, maps = slow_discriminator(images, discriminator)
    fake, fake_maps = slow_discriminator(slow_generator(noise, generator), discriminator)
    return {
        "discriminator_loss": discriminator_loss(real, fake),
        "generator_loss": generator_loss(fake),
        "hidden_space_loss": np.mean(np.sqrt(np.sum((maps - fake_maps) ** 2, axis=1))),
        "real_logits": np.mean(real),
        "fake_logits": np.mean(fake),
    }


def slopes(function, weights):
    """Computes central differences for every entry of every trainable weight."""
    gradients = {}
    for name in [name for name in weights if "moving" not in name]:
        gradients[name] = np.empty(weights[name].shape)
        for index in np.ndindex(weights[name].shape):
            ends = []
            for step in (1e-5, -1e-5):
                shifted = weights[name].copy()
                shifted[index] += step
                ends.append(function(weights | {name: shifted}))
            gradients[name][index] = (ends[0] - ends[1]) / 2e-5
    return gradients


class SlowMomentum:
    def __init__(self, rate, momentum):
        self.rate, self.momentum, self.velocity = rate, momentum, {}

    def step(self, weights, gradients):
        for name, gradient in gradients.items():
            velocity = self.momentum * self.velocity.get(name, 0) - self.rate * gradient
            self.velocity[name] = velocity
            weights[name] = weights[name] + velocity


class SlowAdam:
    """Adam with the epsilon hat of section 2 in Kingma and Ba, as in Keras."""

    def __init__(self, rate, epsilon, first=0.9, second=0.999):
        self.rate, self.epsilon, self.betas = rate, epsilon, (first, second)
        self.count, self.moments = 0, {}

    def step(self, weights, gradients):
        self.count += 1
        rate = self.rate * np.sqrt(1 - self.betas[1] ** self.count)
        rate = rate / (1 - self.betas[0] ** self.count)
        for name, gradient in gradients.items():
            moments = self.moments.get(name, (0, 0))
            self.moments[name] = tuple(
                beta * moment + (1 - beta) * gradient**power
                for beta, moment, power in zip(self.betas, moments, (1, 2), strict=True)
            )
            mean, square = self.moments[name]
            weights[name] = weights[name] - rate * mean / (np.sqrt(square) + self.epsilon)


def textbook(images, noises, networks, optimizers, objective, hidden_weight, critic_steps):
    """Updates the discriminator in each step, and both from the same state in each last step.

    Returns:
        The logs and the weights of each step.
    """
    generator, discriminator = (dict(weights) for weights in networks)
    logs, history = [], []

    def discriminator_objective(weights):
        return slow_terms(images, noise, generator, weights, objective)["discriminator_loss"]

    def generator_objective(weights):
        terms = slow_terms(images, noise, weights, discriminator, objective)
        return terms["generator_loss"] + hidden_weight * terms["hidden_space_loss"]

    for step, noise in enumerate(noises, start=1):
        logs.append(slow_terms(images, noise, generator, discriminator, objective))
        gradients = (
            slopes(generator_objective, generator),
            slopes(discriminator_objective, discriminator),
        )
        if step % critic_steps == 0:
            optimizers[0].step(generator, gradients[0])
        optimizers[1].step(discriminator, gradients[1])
        history.append({"generator": dict(generator), "discriminator": dict(discriminator)})
    return logs, history
