"""The base of layers that draw random numbers."""

from collections.abc import Sequence

import keras

_SEED_STATE = "seed_state"


def save_seeds(store, generators: Sequence[keras.random.SeedGenerator]) -> None:
    """Writes where random streams are to a store of weights, as `save_own_variables` gets one."""
    for index, generator in enumerate(generators):
        store[f"{_SEED_STATE}{index}"] = keras.ops.convert_to_numpy(generator.state)


def load_seeds(store, generators: Sequence[keras.random.SeedGenerator]) -> dict:
    """Sets random streams to where they were when saved; gives the rest of the store."""
    for index, generator in enumerate(generators):
        if (key := f"{_SEED_STATE}{index}") in store.keys():  # noqa: SIM118
            generator.state.assign(store[key])
    # A store can only be iterated over by its keys.
    return {key: store[key] for key in store.keys() if not key.startswith(_SEED_STATE)}  # noqa: SIM118


class SeededLayer(keras.layers.Layer):
    """A layer with its own random stream that is saved and loaded with its weights.

    Keras leaves the state of a `SeedGenerator` out of saved files. A training that goes on from a
    checkpoint would then see other noise than one that was never interrupted; here it does not.

    Args:
        seed: Integer, or `None` for a stream that differs from run to run.
        **kwargs: Arguments of `keras.layers.Layer`.

    Examples:
        >>> import keras
        >>> from keras_regen.layers import SeededLayer
        >>> class Jitter(SeededLayer):
        ...     def call(self, inputs):
        ...         return inputs + keras.random.normal((2,), seed=self.seed_generator)
        >>> Jitter(seed=1).get_config()["seed"]
        1
    """

    def __init__(self, seed: int | None = None, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def save_own_variables(self, store):
        super().save_own_variables(store)
        save_seeds(store, [self.seed_generator])

    def load_own_variables(self, store):
        super().load_own_variables(load_seeds(store, [self.seed_generator]))

    def get_config(self):
        return {**super().get_config(), "seed": self.seed}
