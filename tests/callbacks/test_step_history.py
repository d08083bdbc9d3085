"""`StepHistory` against separate training steps, and the values that it must not change."""

import keras
import numpy as np
import pytest

from keras_regen.callbacks import HistoryFile, StepHistory, read_history
from tests.callbacks.small_vae import small_vae
from tests.samples import striped_images

IMAGES, _ = striped_images(10)


def fit(*callbacks):
    model = small_vae()
    history = model.fit(
        IMAGES, batch_size=4, epochs=2, shuffle=False, callbacks=list(callbacks), verbose=0
    )
    return model, history.history


def test_losses_of_each_step(tmp_path):
    steps = StepHistory(tmp_path / "steps.csv")
    fit(steps)
    model = small_vae()
    expected = []
    for batch in (IMAGES[:4], IMAGES[4:8], IMAGES[8:]) * 2:
        model.reset_metrics()
        expected.append(model.train_on_batch(batch, return_dict=True))
    assert set(steps.history) == {"bernoulli_loss", "kl_loss", "loss"}
    for name, values in steps.history.items():
        np.testing.assert_allclose(values, [float(row[name]) for row in expected], rtol=1e-5)
    rows = read_history(tmp_path / "steps.csv")
    assert [(row["epoch"], row["step"]) for row in rows] == [
        (1, 1), (1, 2), (1, 3), (2, 4), (2, 5), (2, 6)
    ]  # fmt: skip
    assert [row["loss"] for row in rows] == steps.history["loss"]


@pytest.mark.any_backend
def test_logs_and_weights_do_not_change(tmp_path):
    class LastLogs(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.logs = dict(logs)

    expected_logs, logs = LastLogs(), LastLogs()
    model, history = fit(StepHistory(), logs)
    expected_model, expected_history = fit(expected_logs)
    assert history == expected_history
    # The running mean over the epoch, for the progress bar.
    assert logs.logs == expected_logs.logs
    for weight, expected in zip(model.get_weights(), expected_model.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, expected)


def test_small_losses_after_a_large_loss():
    """The difference of two running sums would be 0."""
    values = np.array([1e8, 1e-3, 3e-3, 2e-3])
    model = keras.Sequential([keras.Input((1,)), keras.layers.Activation("linear")])
    model.compile("sgd", lambda y, x: x)
    steps = StepHistory()
    y = np.zeros(4)
    history = model.fit(
        values[:, None], y, batch_size=1, shuffle=False, callbacks=[steps], verbose=0
    )
    np.testing.assert_allclose(steps.history["loss"], values, rtol=1e-6)
    np.testing.assert_allclose(history.history["loss"], values.mean(), rtol=1e-6)


def test_second_training_run_starts_a_new_history():
    steps = StepHistory()
    model = small_vae()
    for _ in range(2):
        model.fit(IMAGES, batch_size=5, callbacks=[steps], verbose=0)
    assert {len(values) for values in steps.history.values()} == {2}


@pytest.mark.any_backend
def test_validation_is_not_recorded(tmp_path):
    steps, file = StepHistory(), tmp_path / "history.csv"
    model = small_vae()
    model.fit(
        IMAGES,
        batch_size=5,
        epochs=2,
        validation_data=(IMAGES[:3], None),
        callbacks=[steps, HistoryFile(file)],
        verbose=0,
    )
    assert {len(values) for values in steps.history.values()} == {4}
    rows = read_history(file)
    for epoch, row in enumerate(rows):
        losses = steps.history["kl_loss"][2 * epoch : 2 * epoch + 2]
        np.testing.assert_allclose(row["kl_loss"], np.mean(losses), rtol=1e-5)
    assert "val_kl_loss" in rows[0]
