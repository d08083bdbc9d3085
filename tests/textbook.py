"""Adversarial training as textbooks have it, in NumPy: two losses, two gradients, two optimizers.

Everything is float64, and gradients are slopes.
"""

import math

import keras
import numpy as np
from keras import layers

from tests.contract import randomize

NOISE_DIM = 4


def small_networks(normalized, shape=(2, 2, 1)):
    """A generator of one layer, and a discriminator of two."""
    noise, image = keras.Input((NOISE_DIM,)), keras.Input(shape)
    drawn = layers.Dense(math.prod(shape), name="draw")(noise)
    hidden = layers.Dense(3, name="hidden")(layers.Flatten()(image))
    if normalized:
        drawn = layers.BatchNormalization(name="draw_norm")(drawn)
        hidden = layers.BatchNormalization(name="hidden_norm")(hidden)
    drawn = layers.Reshape(shape)(layers.Activation("sigmoid")(drawn))
    score = layers.Dense(1, name="score")(layers.Activation("tanh", name="features")(hidden))
    return (
        randomize(keras.Model(noise, drawn, name="generator"), seed=1),
        randomize(keras.Model(image, score, name="discriminator"), seed=2),
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
    return sigmoid(slow_layer(noise, weights, "draw"))


def slow_discriminator(images, weights):
    maps = np.tanh(slow_layer(images, weights, "hidden"))
    return slow_layer(maps, weights, "score")[:, 0], maps


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


def slow_terms(images, noise, of_generator, of_discriminator, objective):
    """All that the logs have, by the weights of both players."""
    discriminator_loss, generator_loss = SLOW_OBJECTIVES[objective]
    real, maps = slow_discriminator(images, of_discriminator)
    fake, drawn_maps = slow_discriminator(slow_generator(noise, of_generator), of_discriminator)
    return {
        "discriminator_loss": discriminator_loss(real, fake),
        "generator_loss": generator_loss(fake),
        "hidden_space_loss": np.mean(np.sqrt(np.sum((maps - drawn_maps) ** 2, axis=1))),
        "real_logits": np.mean(real),
        "fake_logits": np.mean(fake),
    }


def slopes(function, weights):
    """Central differences by every number of every weight that learns."""
    found = {}
    for name in [name for name in weights if "moving" not in name]:
        found[name] = np.empty(weights[name].shape)
        for index in np.ndindex(weights[name].shape):
            ends = []
            for step in (1e-5, -1e-5):
                moved = weights[name].copy()
                moved[index] += step
                ends.append(function(weights | {name: moved}))
            found[name][index] = (ends[0] - ends[1]) / 2e-5
    return found


class SlowMomentum:
    def __init__(self, rate, momentum):
        self.rate, self.momentum, self.velocity = rate, momentum, {}

    def step(self, weights, gradients):
        for name, gradient in gradients.items():
            velocity = self.momentum * self.velocity.get(name, 0) - self.rate * gradient
            self.velocity[name] = velocity
            weights[name] = weights[name] + velocity


class SlowAdam:
    """Kingma and Ba, the variant of section 2 with the epsilon hat, as Keras has it."""

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


def textbook(images, noises, players, optimizers, objective, hidden_weight, critic_steps):
    """Both players' steps from one and the same state; gives the logs and weights by step."""
    generator, discriminator = (dict(player) for player in players)
    waiting, logs, seen = [], [], []

    def of_discriminator(weights):
        return slow_terms(images, noise, generator, weights, objective)["discriminator_loss"]

    def of_generator(weights):
        terms = slow_terms(images, noise, weights, discriminator, objective)
        return terms["generator_loss"] + hidden_weight * terms["hidden_space_loss"]

    for noise in noises:
        logs.append(slow_terms(images, noise, generator, discriminator, objective))
        waiting.append(slopes(of_generator, generator))
        critics = slopes(of_discriminator, discriminator)
        optimizers[1].step(discriminator, critics)
        if len(waiting) == critic_steps:
            mean = {name: np.mean([one[name] for one in waiting], axis=0) for name in waiting[0]}
            optimizers[0].step(generator, mean)
            waiting = []
        seen.append({"generator": dict(generator), "discriminator": dict(discriminator)})
    return logs, seen
