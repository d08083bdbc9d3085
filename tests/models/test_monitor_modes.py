"""The callbacks of Keras know the direction of our losses and metrics."""

import keras
import numpy as np
import pytest

from keras_regen import CSAE
from keras_regen.models.monitor_modes import monitor_mode, set_monitor_modes

pytestmark = pytest.mark.any_backend

X = np.random.default_rng(0).random((20, 8, 8, 1)).astype("float32")
Y = np.arange(20) % 4


@pytest.fixture(scope="module")
def model():
    model = CSAE.for_images((8, 8, 1), list("abcd"), network="linear", hidden=8, latent_dim=4)
    model.compile("adam", metrics=["accuracy"])
    return model


@pytest.mark.parametrize(
    ("monitor", "mode"),
    [
        ("val_accuracy", "max"),
        ("generation_accuracy", "max"),
        ("recognized", "max"),
        ("val_loss", "min"),
        ("wavelet_loss", "min"),
        ("real_logits", None),
    ],
)
def test_the_mode_follows_from_the_name(monitor, mode):
    assert monitor_mode(monitor) == mode


@pytest.mark.parametrize(
    ("monitor", "better"), [("val_accuracy", "greater"), ("val_wavelet_loss", "less")]
)
def test_fit_with_the_callbacks_of_keras(model, tmp_path, monitor, better):
    callbacks = [
        keras.callbacks.EarlyStopping(monitor, patience=5),
        keras.callbacks.ModelCheckpoint(tmp_path / "best.keras", monitor, save_best_only=True),
        keras.callbacks.ReduceLROnPlateau(monitor),
    ]
    model.fit(X, Y, epochs=1, validation_data=(X, Y), verbose=0, callbacks=callbacks)
    assert (tmp_path / "best.keras").exists()
    assert [callback.monitor_op.__name__ for callback in callbacks] == [better] * 3


def test_a_given_mode_and_an_unknown_value_stay():
    given = keras.callbacks.EarlyStopping("val_accuracy", mode="min")
    unknown = keras.callbacks.EarlyStopping("real_logits")
    set_monitor_modes([given, unknown])
    assert (given.mode, unknown.mode) == ("min", "auto")
