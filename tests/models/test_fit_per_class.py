"""fit_per_class: the model of a class does not depend on the other classes."""

import numpy as np
import pytest

from keras_regen import CSAE, fit_per_class
from tests.callbacks.small_vae import small_vae
from tests.samples import striped_images

pytestmark = pytest.mark.any_backend

IMAGES, LABELS = striped_images(12)
NAMES = ["left", "middle", "right"]


def build(name):
    return small_vae(NAMES.index(name))


def test_each_model_equals_a_model_trained_on_its_class_alone():
    models = fit_per_class(build, IMAGES, LABELS.tolist(), NAMES, epochs=2, batch_size=3, verbose=0)
    assert list(models) == NAMES
    for label, name in enumerate(NAMES):
        separate = build(name)
        images = [image for image, value in zip(IMAGES, LABELS, strict=True) if value == label]
        separate.fit(np.stack(images), epochs=2, batch_size=3, verbose=0)
        for first, second in zip(models[name].get_weights(), separate.get_weights(), strict=True):
            np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(
    ("labels", "names", "message"),
    [
        (LABELS, [*NAMES, "none", "nobody"], "Received: none of 'none', 'nobody'"),
        (LABELS, ["a", "b", "a"], r"must differ. Received: \('a', 'b', 'a'\)"),
        (LABELS, ["a", "b"], "`y` must lie in 0..1. Received: 2 at index 2"),
        (LABELS[:4], NAMES, "4 labels"),
    ],
)
def test_bad_arguments_raise_before_a_model_is_built(labels, names, message):
    with pytest.raises(ValueError, match=message):
        fit_per_class(lambda name: pytest.fail(name), IMAGES, labels, names)


def test_a_model_that_needs_classes():
    def build_csae(name):
        model = CSAE.for_images((8, 8, 1), NAMES, network="linear", hidden=8, latent_dim=4)
        model.compile("adam")
        return model

    with pytest.raises(ValueError, match="CSAE learns classes and needs labels"):
        fit_per_class(build_csae, IMAGES, LABELS, NAMES, verbose=0)
    with pytest.raises(ValueError, match="`x` must have shape"):
        fit_per_class(build, IMAGES[..., 0], LABELS, NAMES)
