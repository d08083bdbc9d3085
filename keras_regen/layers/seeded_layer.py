"""The base of layers that draw random numbers."""

import keras

_SEED_STATE = "seed_state"


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
        store[_SEED_STATE] = keras.ops.convert_to_numpy(self.seed_generator.state)

    def load_own_variables(self, store):
        self.seed_generator.state.assign(store[_SEED_STATE])
        # A store can only be iterated over by its keys.
        weights = {key: store[key] for key in store.keys() if key != _SEED_STATE}  # noqa: SIM118
        super().load_own_variables(weights)

    def get_config(self):
        return {**super().get_config(), "seed": self.seed}
