"""Checkpoint: which epochs it keeps, by the value and what the value's name does not say."""

import pytest

from keras_regen.callbacks import Checkpoint


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
