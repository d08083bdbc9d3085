"""StopOnNonFiniteLoss: the end of a training run, its message, and the last checkpoint."""

import pickle

import keras
import numpy as np
import pytest
from keras import ops

from keras_regen import CSAE, GAN, load_model
from keras_regen.callbacks import Checkpoint, NonFiniteLossError
from keras_regen.layers import PEDCCHead
from tests.samples import striped_images

IMAGES, LABELS = striped_images(12)


def small_gan():
    keras.utils.set_random_seed(0)
    model = GAN.for_images((8, 8, 1), network="dense", latent_dim=4, hidden=(8, 8))
    model.compile(keras.optimizers.SGD(0.01))
    return model


class Recorder(keras.callbacks.Callback):
    """Records the weights after each epoch and the number of steps."""

    def __init__(self):
        super().__init__()
        self.weights, self.steps = [], 0

    def on_train_batch_end(self, batch, logs=None):
        self.steps += 1

    def on_epoch_end(self, epoch, logs=None):
        self.weights.append(self.model.get_weights())


_BY_LOSS = "In step 2 of epoch 2 .*'discriminator_loss' (nan|-?inf), 'generator_loss' "
_BY_WEIGHTS = "After epoch 2 the weights '.*' and .* more are NaN.*last step"


@pytest.mark.parametrize(
    ("rate", "batch_size", "message"),
    [
        # The first step spoils the weights, and so the losses of the second step.
        (1e30, 4, _BY_LOSS),
        (float("inf"), 4, _BY_LOSS),
        # The epoch has a single step.
        (float("inf"), 12, _BY_WEIGHTS),
    ],
)
def test_the_checkpoint_is_of_the_last_good_epoch(tmp_path, rate, batch_size, message):
    recorder = Recorder()
    diverge = keras.callbacks.LearningRateScheduler(lambda epoch, _: rate if epoch else 0.01)
    model = small_gan()
    with pytest.raises(NonFiniteLossError, match=message) as error:
        model.fit(
            IMAGES,
            batch_size=batch_size,
            epochs=5,
            callbacks=[Checkpoint(tmp_path, monitor="loss"), recorder, diverge],
            verbose=0,
        )
    assert error.value.epoch == 2
    assert len(recorder.weights) == 1  # the error came before other callbacks
    for name in ("last.keras", "best.keras"):
        saved = load_model(tmp_path / name).get_weights()
        for first, second in zip(saved, recorder.weights[0], strict=True):
            np.testing.assert_array_equal(first, second)


@keras.saving.register_keras_serializable(package="tests")
class LogLoss(keras.losses.Loss):
    """Returns minus infinity for black images."""

    def call(self, y_true, y_pred):
        return ops.log(ops.mean(y_true, axis=(1, 2, 3))) + 0 * ops.mean(y_pred, axis=(1, 2, 3))


def test_the_message_names_the_first_loss():
    keras.utils.set_random_seed(0)
    encoder = keras.Sequential(
        [keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(4)]
    )
    decoder = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(64), keras.layers.Reshape((8, 8, 1))]
    )
    losses = [keras.losses.MeanSquaredError(name="square_loss"), LogLoss(name="log_loss")]
    model = CSAE(encoder, decoder, PEDCCHead(3), image_losses=losses)
    model.compile(keras.optimizers.SGD(0.01))
    images = np.repeat(IMAGES, 10, axis=0)
    images[44:48] = 0
    recorder = Recorder()
    with pytest.raises(NonFiniteLossError, match=r"In step 12 of epoch 1 .*: 'log_loss' -inf\."):
        model.fit(
            images,
            np.repeat(LABELS, 10),
            batch_size=4,
            shuffle=False,
            epochs=2,
            callbacks=[recorder],
            verbose=0,
        )
    # The epoch has 30 steps. A callback in another thread may stop it a step later.
    assert recorder.steps in (12, 13)


def test_finite_losses_do_not_stop_training():
    recorder = Recorder()
    model = small_gan()
    model.fit(IMAGES, batch_size=4, epochs=2, callbacks=recorder, verbose=0)
    assert len(recorder.weights) == 2 and recorder.steps == 6


def test_a_plain_keras_model():
    from keras_regen.callbacks import StopOnNonFiniteLoss

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(float("inf")), "mse")
    with pytest.raises(ValueError, match=r"In step 2 of epoch 1 .*: 'loss' (nan|inf)") as error:
        model.fit(
            np.ones((8, 1)),
            np.ones(8),
            batch_size=2,
            callbacks=[StopOnNonFiniteLoss()],
            verbose=0,
        )
    assert error.value.terms == ["loss"]


def test_the_error_can_be_pickled():
    loaded = pickle.loads(pickle.dumps(NonFiniteLossError("In step 2", 3, ["loss"])))
    assert (str(loaded), loaded.epoch, loaded.terms) == ("In step 2", 3, ["loss"])
