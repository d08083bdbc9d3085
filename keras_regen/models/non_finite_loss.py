"""StopOnNonFiniteLoss: ends a training run whose loss becomes NaN or infinite."""

import math

import keras
import numpy as np
from keras import ops


class NonFiniteLossError(ValueError):
    """Raised when a loss, or a weight at the end of an epoch, is NaN or infinite.

    Args:
        message: The step or epoch, the losses or weights, and advice.
        epoch: Integer: the epoch, counted from 1.
        terms: Names of the losses, or paths of the weights, that were NaN or infinite first.

    Examples:
        >>> from keras_regen.callbacks import NonFiniteLossError
        >>> issubclass(NonFiniteLossError, ValueError)
        True
    """

    def __init__(self, message: str, epoch: int, terms: list[str]):
        super().__init__(message)
        self.epoch, self.terms = epoch, terms

    def __reduce__(self):
        # For exceptions from another process: pickle keeps only the message by default.
        return type(self), (str(self), self.epoch, self.terms)


class StopOnNonFiniteLoss(keras.callbacks.Callback):
    """Ends a training run whose loss becomes NaN or infinite, with an error that names the loss.

    `fit` of this package's models runs this callback before all other callbacks, so `Checkpoint`
    keeps the model of the last good epoch. Training stops within a step or two, and the error
    follows at the end of the epoch. The callback also checks the weights at the end of each epoch:
    without this check, weights that the last step spoiled would be saved before the losses of the
    next epoch show them. It does not check validation losses.

    Raises:
        NonFiniteLossError: In `fit`, at the end of the epoch.

    Examples:
        >>> import keras
        >>> import numpy as np
        >>> from keras_regen.callbacks import StopOnNonFiniteLoss
        >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        >>> model.compile(keras.optimizers.SGD(float("inf")), "mse")
        >>> model.fit(np.ones((8, 1)), np.ones(8), callbacks=[StopOnNonFiniteLoss()], verbose=0)
        Traceback (most recent call last):
        ...
        keras_regen.models.non_finite_loss.NonFiniteLossError: After epoch 1 ...
    """

    # On TensorFlow and JAX, Keras calls `on_train_batch_end` in another thread, in any order, as it
    # does for its own callbacks: no step waits for the values of the step before.
    async_safe = True

    _bad_steps: dict[int, dict[str, float]] | None = None

    def on_train_batch_end(self, batch, logs=None):
        # Each value is a mean over the epoch so far, which stays NaN.
        if not math.isfinite((logs or {}).get("loss", 0.0)):
            bad = {name: value for name, value in logs.items() if not math.isfinite(value)}
            self._bad_steps = {**(self._bad_steps or {}), batch: bad}
            # Not `self.model`: on JAX, that property writes the state of the training step into the
            # model, and a step that runs at the same time in the main thread deletes this state.
            self._model.stop_training = True

    def on_epoch_end(self, epoch, logs=None):
        if self._bad_steps:
            batch = min(self._bad_steps)
            self._raise_for_losses(epoch + 1, batch + 1, self._bad_steps[batch])
        paths = [weight.path for weight in self.model.weights if not _is_finite(weight)]
        if paths:
            more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
            raise NonFiniteLossError(
                f"After epoch {epoch + 1} the weights {paths[0]!r}{more} are NaN or infinite, "
                f"since the last step of the epoch. {_ADVICE}",
                epoch + 1,
                paths,
            )

    def _raise_for_losses(self, epoch, step, values):
        # In the order in which the model adds up its losses: Keras sorts the logs by name.
        terms = [name for name in getattr(self.model, "loss_weights", {}) if name in values]
        terms = terms or ["loss"]
        losses = ", ".join(f"{name!r} {values[name]}" for name in terms)
        raise NonFiniteLossError(
            f"In step {step} of epoch {epoch} the loss became NaN or infinite: {losses}. {_ADVICE}",
            epoch,
            terms,
        )


_ADVICE = (
    "Train again with a smaller learning rate, or with `clipnorm` in the optimizer. The "
    "checkpoints of earlier epochs are kept."
)


def _is_finite(weight):
    if not np.issubdtype(np.dtype(keras.backend.standardize_dtype(weight.dtype)), np.floating):
        return True
    return bool(ops.convert_to_numpy(ops.all(ops.isfinite(weight))))
