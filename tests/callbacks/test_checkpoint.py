"""`Checkpoint`: the epochs that it saves, by the monitored value and the mode."""

import time

import keras
import pytest

from keras_regen.callbacks import Checkpoint


def start_training(checkpoint, epochs):
    checkpoint.set_params({"epochs": epochs})
    checkpoint.set_model(keras.Sequential())
    checkpoint.model.stop_training = False


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
def test_best_value_is_the_largest_or_smallest(tmp_path, monkeypatch, monitor, mode, best_epochs):
    saved = []
    checkpoint = Checkpoint(tmp_path, monitor, mode=mode)
    monkeypatch.setattr(checkpoint, "_save", lambda name: saved.append((epoch, name)))
    start_training(checkpoint, epochs=4)
    for epoch, value in enumerate([0.4, 0.6, 0.3, 0.7]):
        checkpoint.on_epoch_end(epoch, {monitor: value})
    assert [epoch for epoch, name in saved if name == "best.keras"] == best_epochs
    assert [epoch for epoch, name in saved if name == "last.keras"] == [0, 1, 2, 3]


@pytest.mark.parametrize(("monitor", "mode"), [("val_auc", None), ("loss", "up")])
def test_unknown_mode_raises(tmp_path, monitor, mode):
    with pytest.raises(ValueError, match=f"'max' if a larger.*monitor='{monitor}'"):
        Checkpoint(tmp_path, monitor, mode=mode)


@pytest.mark.parametrize(("stopped_at", "saved_epochs"), [(None, [0, 3, 6, 7]), (4, [0, 3, 4])])
def test_pause_between_saves_of_the_last_model(tmp_path, monkeypatch, stopped_at, saved_epochs):
    saved = []
    checkpoint = Checkpoint(tmp_path, None, pause=10)
    monkeypatch.setattr(checkpoint, "_save", lambda name: saved.append((epoch, name)))
    start_training(checkpoint, epochs=8)
    for epoch in range(8 if stopped_at is None else stopped_at + 1):
        # Each epoch takes four seconds.
        monkeypatch.setattr(time, "monotonic", lambda: 100.0 + 4 * epoch)  # noqa: B023
        checkpoint.model.stop_training = epoch == stopped_at
        checkpoint.on_epoch_end(epoch, {})
    assert saved == [(epoch, "last.keras") for epoch in saved_epochs]


def test_resumed_run_continues_with_the_best_value(tmp_path, monkeypatch):
    saved = []
    checkpoint = Checkpoint(tmp_path, best=0.5)
    start_training(checkpoint, epochs=4)
    monkeypatch.setattr(checkpoint, "_save", lambda name: saved.append(name))
    for epoch, value in enumerate([0.4, 0.6, 0.6, 0.7]):
        saved.append(epoch)
        checkpoint.on_epoch_end(epoch, {"val_accuracy": value})
    best, last = "best.keras", "last.keras"
    assert saved == [0, last, 1, best, last, 2, last, 3, best, last]


def test_values_that_are_not_finite_are_never_best(tmp_path, monkeypatch):
    saved = []
    checkpoint = Checkpoint(tmp_path, "val_loss")
    start_training(checkpoint, epochs=4)
    monkeypatch.setattr(checkpoint, "_save", saved.append)
    for epoch, value in enumerate([float("nan"), 2.0, float("-inf"), 1.0]):
        saved.append(epoch)
        checkpoint.on_epoch_end(epoch, {"val_loss": value})
    best, last = "best.keras", "last.keras"
    assert saved == [0, last, 1, best, last, 2, last, 3, best, last]
    assert checkpoint.best == 1.0


def test_a_value_that_is_not_measured_is_said_once(tmp_path, monkeypatch):
    checkpoint = Checkpoint(tmp_path)
    start_training(checkpoint, epochs=2)
    monkeypatch.setattr(checkpoint, "_save", lambda name: None)
    with pytest.warns(
        UserWarning, match=r"'val_accuracy' is not measured. Measured: \['loss'\]"
    ) as caught:
        for epoch in range(2):
            checkpoint.on_epoch_end(epoch, {"loss": 1.0})
    assert len(caught) == 1
