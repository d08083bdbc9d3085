"""Every network with integers, floats and shapes of NumPy, and with names that are no names."""

import keras
import numpy as np
import pytest

from keras_regen import networks
from tests.contract import shapes_only

TWO, SHARE, SHAPE = np.int64(2), np.float32(0.25), np.array([8, 8, 1])
CALLS = {
    "csae_encoder": {"latent_dim": TWO, "stem_filters": TWO},
    "csae_decoder": {"latent_dim": TWO, "stem_filters": TWO},
    "csae_conditional_encoder": {"num_classes": TWO, "latent_dim": TWO, "stem_filters": TWO},
    "csae_linear_conditional_encoder": {"num_classes": TWO, "latent_dim": TWO, "hidden": TWO},
    "csae_linear_encoder": {"latent_dim": TWO, "hidden": TWO},
    "csae_linear_decoder": {"latent_dim": TWO, "hidden": TWO},
    "basenet": {"num_classes": TWO, "stem_filters": TWO},
    "regene_classifier": {
        "num_classes": TWO, "blocks": TWO, "convs_per_block": TWO, "width": SHARE / 4},
    "regene_decoder": {"latent_dim": TWO, "width": SHARE / 4},
    "degan_encoder": {"latent_dim": TWO, "width": SHARE, "dropout": SHARE, "seed": TWO},
    "degan_decoder": {"latent_dim": TWO, "width": SHARE},
    "degan_generator": {"latent_dim": TWO, "width": SHARE / 4},
    "degan_discriminator": {"width": SHARE / 4, "normalization": np.True_, "clip": SHARE},
    "dense_generator": {"latent_dim": TWO, "hidden": np.array([4, 2])},
    "resnet_v1": {"num_classes": TWO, "depth": np.int64(8)},
}  # fmt: skip


@pytest.mark.parametrize("name", list(CALLS))
@shapes_only()
def test_types_of_numpy(name):
    network = getattr(networks, name)(SHAPE, **CALLS[name])
    plain = {
        key: value.tolist() if hasattr(value, "tolist") else value
        for key, value in CALLS[name].items()
    }
    expected = getattr(networks, name)((8, 8, 1), **plain)
    assert network.count_params() == expected.count_params()
    model = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(network))
    assert model.output_shape == expected.output_shape


@pytest.mark.parametrize("name", list(CALLS))
@pytest.mark.parametrize("wrong", [3, "a/b", b"name"])
def test_bad_names_are_errors(name, wrong):
    with pytest.raises(ValueError, match="`name` must be a string"):
        getattr(networks, name)(SHAPE, **CALLS[name], name=wrong)
