"""SeededLayer: the base class of the layers with random numbers."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_regen.checks import check_seed

_SEED_STATE = "seed_state"


def save_seeds(store: Any, generators: Sequence[keras.random.SeedGenerator]) -> None:
    """Writes the states of seed generators to a store of weights.

    Args:
        store: The store that Keras passes to `save_own_variables`.
        generators: Seed generators.
    """
    for index, generator in enumerate(generators):
        store[f"{_SEED_STATE}{index}"] = keras.ops.convert_to_numpy(generator.state)


def load_seeds(store: Any, generators: Sequence[keras.random.SeedGenerator]) -> dict[str, Any]:
    """Restores the states of seed generators from a store of weights.

    Args:
        store: The store that Keras passes to `load_own_variables`.
        generators: Seed generators.

    Returns:
        The other entries of the store.
    """
    for index, generator in enumerate(generators):
        if (key := f"{_SEED_STATE}{index}") in store.keys():  # noqa: SIM118
            generator.state.assign(store[key])
    # A store is not iterable, but its keys are.
    return {key: store[key] for key in store.keys() if not key.startswith(_SEED_STATE)}  # noqa: SIM118


def keras_seed(seed: int | None) -> int | None:
    """Returns a seed that Keras accepts.

    Args:
        seed: Integer from 0 to 2**32 - 1, or `None`.

    Returns:
        Python integer, or `None`.

    Raises:
        ValueError: If `seed` is anything else.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.layers.seeded_layer import keras_seed
        >>> keras_seed(np.int64(3))
        3
    """
    check_seed(seed)
    if seed is not None and seed >= 2**32:
        raise ValueError(f"`seed` must be below 2**32, as in Keras. Received: seed={seed}.")
    return None if seed is None else int(seed)


class SeededLayer(keras.layers.Layer):
    """A layer with a random stream that is saved and loaded with its weights.

    Keras does not save the state of a `SeedGenerator`, so a training run that resumes from a
    checkpoint would use other noise than an uninterrupted run. With this layer, the noise is the
    same.

    Args:
        seed: Integer, at least 0, or `None` for a stream that differs between runs.
        **kwargs: Arguments of `keras.layers.Layer`.

    Raises:
        ValueError: If `seed` is not an integer from 0 to 2**32 - 1, or `None`.

    Examples:
        >>> import keras
        >>> from keras_regen.layers import SeededLayer
        >>> class Jitter(SeededLayer):
        ...     def call(self, inputs):
        ...         return inputs + keras.random.normal((2,), seed=self.seed_generator)
        >>> Jitter(seed=1).get_config()["seed"]
        1
    """

    def __init__(self, seed: int | None = None, **kwargs: Any):
        seed = keras_seed(seed)
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def save_own_variables(self, store: Any) -> None:
        super().save_own_variables(store)
        save_seeds(store, [self.seed_generator])

    def load_own_variables(self, store: Any) -> None:
        super().load_own_variables(load_seeds(store, [self.seed_generator]))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "seed": self.seed}
