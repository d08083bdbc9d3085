"""StopOnNonFiniteLoss: a training that went wrong ends with an error that says where."""

import math

import keras
import numpy as np
from keras import ops


class NonFiniteLossError(ValueError):
    """A loss, or a weight after the last step of an epoch, became NaN or infinite.

    Args:
        message: Where, what and what to do.
        epoch: Integer: the epoch, the first of a training is 1.
        terms: Names of the losses, or paths of the weights, that became so first.

    Examples:
        >>> from keras_regen.callbacks import NonFiniteLossError
        >>> issubclass(NonFiniteLossError, ValueError)
        True
    """

    def __init__(self, message: str, epoch: int, terms: list[str]):
        super().__init__(message)
        self.epoch, self.terms = epoch, terms

    def __reduce__(self):
        # An exception is made again of its message alone, where it comes from another process.
        return type(self), (str(self), self.epoch, self.terms)


class StopOnNonFiniteLoss(keras.callbacks.Callback):
    """Ends a training whose loss became NaN or infinite, with an error that names the loss.

    `fit` of this package's models has one, before all other callbacks, so that `Checkpoint` keeps
    the model of the last good epoch. The training ends with the step after the one in which the
    loss became so; the error comes at the end of that epoch. Weights are looked at too, when an
    epoch ends: those that its last step spoiled would show in the losses of the next epoch, when
    they are saved already. Held-out losses are not looked at.

    Raises:
        NonFiniteLossError: In `fit`, at the end of the epoch in which it happened.

    Examples:
        >>> import keras
        >>> import numpy as np
        >>> from keras_regen.callbacks import StopOnNonFiniteLoss
        >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        >>> model.compile(keras.optimizers.SGD(float("inf")), "mse")
        >>> model.fit(np.ones((8, 1)), np.ones(8), callbacks=[StopOnNonFiniteLoss()], verbose=0)
        Traceback (most recent call last):
        ...
        keras_regen.callbacks.stop_on_non_finite_loss.NonFiniteLossError: After epoch 1 ...
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
            self.model.stop_training = True

    def on_epoch_end(self, epoch, logs=None):
        if self._bad_steps:
            batch = min(self._bad_steps)
            self._raise_for_losses(epoch + 1, batch + 1, self._bad_steps[batch])
        paths = [weight.path for weight in self.model.weights if not _is_finite(weight)]
        if paths:
            more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
            raise NonFiniteLossError(
                f"After epoch {epoch + 1} the weights {paths[0]!r}{more} are NaN or infinite, "
                f"while its losses were not: its last step spoiled them. {_ADVICE}",
                epoch + 1,
                paths,
            )

    def _raise_for_losses(self, epoch, step, values):
        # Keras sorts the logs; a model of this package adds its losses up in this order.
        known = [name for name in getattr(self.model, "loss_weights", {}) if name in values]
        terms = known or ["loss"]
        told = ", ".join(f"{name!r} {values[name]}" for name in terms)
        raise NonFiniteLossError(
            f"In step {step} of epoch {epoch} the loss became NaN or infinite: {told}. {_ADVICE}",
            epoch,
            terms,
        )


_ADVICE = (
    "The training cannot go on from here: train again with a smaller learning rate, or with "
    "`clipnorm` in the optimizer. Checkpoints of the epochs before are kept."
)


def _is_finite(weight):
    if not np.issubdtype(np.dtype(keras.backend.standardize_dtype(weight.dtype)), np.floating):
        return True
    return bool(ops.convert_to_numpy(ops.all(ops.isfinite(weight))))
