"""HistoryFile in `fit`: epochs without some values, and a history that goes on."""

import csv

import keras
import numpy as np

from keras_regen.callbacks import Checkpoint, HistoryFile, read_history

X, Y = np.linspace(0, 1, 16)[:, None], np.arange(16) % 2


def small_model():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.SGD(0.1), "binary_crossentropy", metrics=["accuracy"])
    return model


def test_values_of_some_epochs_only(tmp_path):
    file = tmp_path / "history.csv"
    history = small_model().fit(
        X,
        Y,
        epochs=5,
        validation_data=(X, Y),
        validation_freq=2,
        callbacks=[HistoryFile(file), Checkpoint(tmp_path / "checkpoints")],
        verbose=0,
    )
    rows = read_history(file)
    assert [row["epoch"] for row in rows] == [1, 2, 3, 4, 5]
    assert [row["loss"] for row in rows] == history.history["loss"]
    assert ["val_loss" in row for row in rows] == [False, True, False, True, False]
    assert [row["val_loss"] for row in rows[1::2]] == history.history["val_loss"]
    with open(file, newline="") as lines:
        assert {len(line) for line in csv.reader(lines)} == {5}
    assert (tmp_path / "checkpoints/best.keras").exists()


def test_a_history_goes_on(tmp_path):
    file = tmp_path / "history.csv"
    first = HistoryFile(file)
    first.on_epoch_end(0, {"loss": 0.1})
    HistoryFile(file, read_history(file)).on_epoch_end(1, {"loss": 1 / 3, "val_loss": 2.0})
    assert read_history(file) == [
        {"epoch": 1, "loss": 0.1},
        {"epoch": 2, "loss": 1 / 3, "val_loss": 2.0},
    ]
    assert read_history(tmp_path / "none.csv") == []
