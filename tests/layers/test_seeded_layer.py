"""SeededLayer: a random stream that continues after loading."""

import keras
import numpy as np
import pytest

from keras_regen.layers import NoisyLatent, SeededLayer
from tests.contract import to_numpy


@keras.saving.register_keras_serializable(package="tests")
class Jitter(SeededLayer):
    """Has a random stream and a weight, to test that both are saved."""

    def build(self, input_shape):
        self.scale = self.add_weight(shape=(input_shape[-1],), initializer="ones")

    def call(self, inputs):
        return inputs + self.scale * keras.random.normal((3,), seed=self.seed_generator)


def test_a_loaded_stream_continues_the_saved_stream(tmp_path):
    x = keras.Input((3,))
    jitter, noise = Jitter(seed=1), NoisyLatent(0.1, seed=2)
    model = keras.Model(x, noise(jitter(x)))
    zeros = np.zeros((2, 3), "float32")
    jitter.scale.assign([1.0, 2.0, 3.0])
    earlier = to_numpy(model(zeros, training=True))
    model.save(tmp_path / "model.keras")
    model.save_weights(tmp_path / "model.weights.h5")
    later = [to_numpy(model(zeros, training=True)) for _ in range(2)]
    assert not np.allclose(earlier, later[0])

    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(later, [to_numpy(loaded(zeros, training=True)) for _ in range(2)])
    model.load_weights(tmp_path / "model.weights.h5")
    np.testing.assert_array_equal(later[0], to_numpy(model(zeros, training=True)))


def test_config_holds_the_seed():
    assert SeededLayer(seed=4).get_config()["seed"] == 4
    assert SeededLayer.from_config(SeededLayer(name="a").get_config()).seed is None


def test_seeds_of_numpy_and_bad_seeds():
    assert SeededLayer(seed=np.int64(4)).get_config()["seed"] == 4
    for seed in (-1, 1.5, "1", True, 2**32):
        with pytest.raises(ValueError, match="`seed` must be"):
            SeededLayer(seed=seed)
