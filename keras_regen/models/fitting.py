"""The steps of `ImageModel.fit` around the `fit` of Keras."""

import contextlib
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_regen.checks import as_integers, check_flag, check_integer, check_number, is_integer
from keras_regen.models.batch_streams import num_batches_of
from keras_regen.models.loss_weight_schedule import LossWeightSchedule
from keras_regen.models.monitor_modes import set_monitor_modes
from keras_regen.models.non_finite_loss import StopOnNonFiniteLoss
from keras_regen.models.training_data import ModelData

# The smallest value of the arguments of Keras's `fit`, `evaluate` and `predict` that are integers
# or None.
_LEAST = {
    "batch_size": 1,
    "epochs": 0,
    "initial_epoch": 0,
    "steps": 1,
    "steps_per_epoch": 1,
    "validation_steps": 1,
    "validation_batch_size": 1,
}
_FLAGS = ("shuffle", "adapt_prior", "return_dict")


def checked_arguments(model: Any, **arguments: Any) -> dict[str, Any]:
    """Checks that the model is compiled, if necessary, and that all arguments are valid.

    Args:
        model: The model.
        **arguments: Arguments of `fit`, `evaluate` or `predict` other than the data.

    Returns:
        The arguments, with integers of NumPy as integers of Python, which PyTorch requires.

    Raises:
        ValueError: If an argument is not as Keras takes it.
    """
    for name, value in arguments.items():
        if name in _FLAGS:
            check_flag(name, value)
        elif name in _LEAST and (value is not None or name == "initial_epoch"):
            check_integer(name, value, _LEAST[name])
    verbose = arguments["verbose"]
    if not isinstance(verbose, (str, int, np.integer)) or verbose not in ("auto", 0, 1, 2):
        raise ValueError(f"`verbose` must be 'auto', 0, 1 or 2. Received: verbose={verbose!r}.")
    callbacks = arguments["callbacks"]
    if not isinstance(callbacks, (list, tuple, keras.callbacks.Callback, type(None))) or not all(
        isinstance(callback, keras.callbacks.Callback)
        for callback in keras.tree.flatten([] if callbacks is None else callbacks)
    ):
        raise ValueError(
            "`callbacks` must be a list of `keras.callbacks.Callback`. "
            f"Received: callbacks={callbacks!r}."
        )
    if "validation_split" in arguments:
        check_number("validation_split", arguments["validation_split"], 0, below=1)
        frequency = arguments["validation_freq"]
        if not isinstance(frequency, (list, tuple)):
            check_integer("validation_freq", frequency, 1)
        else:
            as_integers("validation_freq", frequency, 1)
    if not model.compiled and "return_dict" in arguments:
        raise ValueError(
            f"`evaluate` needs a compiled {type(model).__name__}. Call `compile` first, "
            "for example `model.compile('adam')`."
        )
    return {
        name: int(value) if isinstance(value, np.integer) else value
        for name, value in arguments.items()
    }


def plan(
    model: Any,
    data: ModelData,
    epochs: int | None,
    batch_size: int | None,
    verbose: int | str,
    callbacks: Sequence[keras.callbacks.Callback] | None,
    initial_epoch: int,
    steps: int | None,
) -> tuple[int, int | None, list[keras.callbacks.Callback]]:
    """Prepares a training run: its length, its callbacks and the optimizer.

    Args:
        model: The compiled model.
        data: The training data.
        epochs: As in `fit`; `None` for the epochs of the model's preset.
        batch_size: As in `fit`; `None` for the batch size of the model's preset.
        verbose: As in `fit`.
        callbacks: As in `fit`.
        initial_epoch: As in `fit`.
        steps: Steps of an epoch, or `None` for all batches.

    Returns:
        A tuple of the epochs, the batch size and the callbacks.
    """
    callbacks = keras.tree.flatten(callbacks or [])
    preset = model.preset
    of_preset = preset is not None and epochs is None
    if preset is not None and batch_size is None and data.in_memory:
        batch_size = preset.batch_size
    steps = _steps_per_epoch(data, batch_size, steps) or 0
    if preset is not None:
        if of_preset:
            epochs = _epochs_of(preset, steps)
            if verbose:
                print(f"Preset {preset.name!r}: training for {epochs} epochs.")
        own_schedule = any(isinstance(known, LossWeightSchedule) for known in callbacks)
        if preset.loss_weights and not own_schedule and (stages := preset.loss_stages(epochs)):
            callbacks.append(LossWeightSchedule(_known_stages(stages, model.loss_weights)))
    epochs = 1 if epochs is None else epochs
    _warn_of_unfit_schedule(model, steps, (epochs - initial_epoch) * steps, of_preset)
    build_optimizer(model)
    set_monitor_modes(callbacks)
    # First of all: a checkpoint by another callback is of a model that is still good.
    return epochs, batch_size, [StopOnNonFiniteLoss(), *callbacks]


def _epochs_of(preset, steps_per_epoch):
    """The epochs of a preset, which may count steps instead."""
    if preset.epochs is None and not steps_per_epoch:
        raise ValueError(
            f"The preset {preset.name!r} trains for {preset.steps} steps, and the number of "
            "batches of the dataset is unknown: set `epochs` or `steps_per_epoch`."
        )
    return preset.epochs_for(steps_per_epoch or 1)


def _known_stages(stages, names):
    """Leaves out losses that the model lacks, because an option of the preset was changed."""
    return [
        (first, last, {name: weight for name, weight in weights.items() if name in names})
        for first, last, weights in stages
    ]


def weights_by_label(model: Any, class_weight: Mapping[int | str, float]) -> dict[int, float]:
    """Returns class weights by label, from weights by label or class name.

    Raises:
        ValueError: If a key is no class of the model, or a weight is no number of at least 0.
    """
    if not isinstance(class_weight, Mapping):
        raise ValueError(
            "`class_weight` must be a dict from labels or names of classes to numbers. "
            f"Received: class_weight={class_weight!r}."
        )
    for weight in class_weight.values():
        check_number("class_weight", weight, 0)
    labels = {name: label for label, name in enumerate(model.class_names)}
    weights = {labels.get(key, key): weight for key, weight in class_weight.items()}
    if not all(is_integer(key) and key in range(model.num_classes) for key in weights):
        raise ValueError(
            "`class_weight` must be of labels or names of the model's classes "
            f"{list(model.class_names)}. Received: class_weight={dict(class_weight)}."
        )
    if len(weights) < len(class_weight):
        raise ValueError(
            "`class_weight` must have a class once, by its label or by its name. "
            f"Received: class_weight={dict(class_weight)}."
        )
    return weights


def steps_done(model: Any) -> int:
    """Returns the number of training steps that the optimizer has done."""
    # `int` of a variable fails in a distribution strategy of TensorFlow.
    return int(ops.convert_to_numpy(model.optimizer.iterations))


def build_optimizer(model: Any) -> None:
    """Creates the variables of the optimizer: TensorFlow would trace the first step twice.

    Raises:
        ValueError: If the optimizer has the variables of another model.
    """
    known = {
        id(weight)
        for optimizer in single_optimizers(model.optimizer)
        for weight in getattr(optimizer, "_trainable_variables", ())
    }
    if known and not known.issuperset(map(id, model.trainable_variables)):
        raise ValueError(
            "The optimizer was built for other weights: of another model, or before a layer became "
            "trainable. Call `compile` again with a new optimizer, such as "
            f"`{type(model.optimizer).__name__}()`."
        )
    strategy = getattr(model, "distribute_strategy", None)  # TensorFlow's
    with strategy.scope() if strategy else contextlib.nullcontext():
        if model.trainable_variables and not model.optimizer.built:
            model.optimizer.build(model.trainable_variables)


def single_optimizers(optimizer: Any) -> list[Any]:
    """Returns the optimizers that an optimizer combines or wraps, or the optimizer itself."""
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)
    return list(getattr(optimizer, "optimizers", [optimizer]))


def _warn_of_unfit_schedule(model: Any, epoch_steps: int, steps: int, of_preset: bool) -> None:
    """Warns of a cosine decay that ends before training does, or long after it.

    Args:
        model: The compiled model.
        epoch_steps: Steps of an epoch; 0 if they are unknown.
        steps: Steps of the training run; 0 if they are unknown.
        of_preset: Whether the preset sets the epochs. A user who sets them may mean to continue.
    """
    schedules = [
        schedule
        for optimizer in single_optimizers(model.optimizer)
        if isinstance(
            schedule := getattr(optimizer, "_learning_rate", None),
            keras.optimizers.schedules.CosineDecay,
        )
    ]
    if not schedules:
        return
    end = steps_done(model) + steps
    last_step = min(
        schedule.decay_steps + (schedule.warmup_steps if schedule.warmup_target else 0)
        for schedule in schedules
    )
    # A preset that counts steps trains for whole epochs, the last of which may end after the decay.
    tolerance = epoch_steps if model.preset is not None and model.preset.epochs is None else 1
    if end >= last_step + min(tolerance, last_step):
        problem = f"The learning rate is zero after {last_step} steps"
    elif of_preset and steps and end < 0.9 * last_step:
        problem = f"The learning rate falls to zero in {last_step} steps"
    else:
        return
    warnings.warn(
        f"{problem}, and this training would end after {end}. Build the model for it by "
        "`from_preset(..., num_samples=, epochs=, batch_size=)`, or `compile` it again.",
        stacklevel=4,
    )


def _steps_per_epoch(data: ModelData, batch_size: int | None, steps: int | None) -> int | None:
    """Returns the number of steps of an epoch, or `None` for a stream of unknown length."""
    if steps is not None:
        return steps
    if data.in_memory:
        return -(-len(data.images) // (batch_size or 32))
    return num_batches_of(data.inputs)
