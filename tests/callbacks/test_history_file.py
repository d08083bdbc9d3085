"""`HistoryFile` in `fit`: missing values, resumed histories, and invalid paths."""

import csv
import os

import keras
import numpy as np
import pytest

from keras_regen.callbacks import Checkpoint, HistoryFile, read_history

X, Y = np.linspace(0, 1, 16)[:, None], np.arange(16) % 2


def small_model():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.SGD(0.1), "binary_crossentropy", metrics=["accuracy"])
    return model


def test_metrics_that_some_epochs_lack(tmp_path):
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


def test_resumed_history(tmp_path):
    file = tmp_path / "history.csv"
    interrupted = HistoryFile(file)
    interrupted.on_epoch_end(0, {"loss": 0.1})
    HistoryFile(file, read_history(file)).on_epoch_end(1, {"loss": 1 / 3, "val_loss": 2.0})
    assert read_history(file) == [
        {"epoch": 1, "loss": 0.1},
        {"epoch": 2, "loss": 1 / 3, "val_loss": 2.0},
    ]
    assert read_history(tmp_path / "none.csv") == []


def test_read_history_refuses_a_file_descriptor(tmp_path):
    file = tmp_path / "history.csv"
    HistoryFile(file).on_epoch_end(0, {"loss": 0.1})
    with open(file) as stream:
        for invalid in (stream.fileno(), True, bytes(file), None):
            with pytest.raises(ValueError, match="`path` must be the path of a file"):
                read_history(invalid)
        os.fstat(stream.fileno())  # raises an error if the descriptor was closed
    assert read_history(str(file)) == read_history(file) == [{"epoch": 1, "loss": 0.1}]
