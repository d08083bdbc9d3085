"""Checkpoint and HistoryFile in `fit`, with what a value's name does not say."""

import csv

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


@pytest.mark.parametrize(
    ("monitor", "mode", "best_epochs"),
    [
        ("val_accuracy", None, [0, 1, 3]),
        ("loss", None, [0, 2]),
        ("val_auc", "max", [0, 1, 3]),
        ("error", "min", [0, 2]),
        ("val_accuracy", "min", [0, 2]),
    ],
)
def test_the_best_is_the_most_or_the_least(tmp_path, monkeypatch, monitor, mode, best_epochs):
    saved = []
    checkpoint = Checkpoint(tmp_path, monitor, mode=mode)
    monkeypatch.setattr(checkpoint, "_save", lambda name: saved.append((epoch, name)))
    for epoch, value in enumerate([0.4, 0.6, 0.3, 0.7]):
        checkpoint.on_epoch_end(epoch, {monitor: value})
    assert [epoch for epoch, name in saved if name == "best.keras"] == best_epochs
    assert [epoch for epoch, name in saved if name == "last.keras"] == [0, 1, 2, 3]


@pytest.mark.parametrize(("monitor", "mode"), [("val_auc", None), ("loss", "up")])
def test_a_mode_that_is_not_known_is_asked_for(tmp_path, monitor, mode):
    with pytest.raises(ValueError, match=f"'max' where more.*monitor='{monitor}'"):
        Checkpoint(tmp_path, monitor, mode=mode)


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
