"""training_speed: steps of every kind of model, with a clock of the test."""

import itertools

import numpy as np
import pytest

import keras_regen
from keras_regen.models import training_speed as module
from keras_regen.models.training_speed import training_speed
from tests.samples import striped_images

IMAGES, LABELS = striped_images(24)
SHAPE, NAMES = (8, 8, 1), ["left", "middle", "right"]
BUILD = {
    "CSAE": lambda: keras_regen.CSAE.for_images(
        SHAPE, NAMES, network="linear", hidden=4, latent_dim=4
    ),
    "ReGene": lambda: keras_regen.ReGene.for_images(SHAPE, NAMES, width=0.03),
    "CVAE": lambda: keras_regen.CVAE.for_images(
        SHAPE, NAMES, network="linear", hidden=4, latent_dim=4
    ),
    "DEGAN": lambda: keras_regen.DEGAN.for_images(SHAPE, latent_dim=4, width=0.05, vae_width=0.05),
}


@pytest.mark.parametrize("name", list(BUILD))
def test_images_per_second_of_the_median_step(name, monkeypatch):
    # The steps take 1, 2, 4, 8, ... seconds.
    ticks = itertools.chain.from_iterable((0.0, 2.0**step) for step in itertools.count())
    monkeypatch.setattr(module.time, "perf_counter", lambda: next(ticks))
    model = BUILD[name]()
    model.compile("adam")
    steps = []
    train = model.train_on_batch
    model.train_on_batch = lambda *batch: steps.append(batch) or train(*batch)
    speed = training_speed(model, IMAGES, LABELS, batch_size=10, seconds=6)
    assert speed == pytest.approx(10 / 2)  # the median of 1, 2 and 4 seconds
    assert len(steps) == 4  # and the step that compiles
    images, labels = steps[0]
    assert len(images["image"] if isinstance(images, dict) else images) == 10
    assert labels is None or len(np.asarray(labels)) == 10
