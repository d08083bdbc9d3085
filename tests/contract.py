"""Checks that every layer, loss and network must pass on every backend."""

import contextlib
import inspect
import json

import keras
import numpy as np
from keras import ops


def to_numpy(tensor):
    """Returns the values of a tensor in float64, from any backend and precision."""
    return ops.convert_to_numpy(ops.cast(tensor, "float32")).astype("float64")


def weights_of(layer):
    """Returns the weights of a layer or a model, with keys such as `conv1/kernel`."""
    start = f"{layer.name}/"
    return {weight.path.removeprefix(start): to_numpy(weight) for weight in layer.weights}


@contextlib.contextmanager
def shapes_only():
    """Builds networks without values, which is faster. Use it as a context or a decorator."""
    with keras.StatelessScope(initialize_variables=False):
        yield


def randomize(layer, seed=0):
    """Sets every weight to random values that differ from its initial values."""
    rng = np.random.default_rng(seed)
    for weight in layer.weights:
        positive = weight.path.endswith(("gamma", "moving_variance"))
        shape = tuple(weight.shape)
        weight.assign(rng.uniform(0.5, 1.5, shape) if positive else rng.normal(0, 0.4, shape))
    return layer


def check_config(original):
    """Rebuilds a layer or loss from JSON and returns it."""
    text = json.dumps(keras.saving.serialize_keras_object(original))
    assert json.loads(text)["registered_name"] == f"keras_regen>{type(original).__name__}"
    restored = keras.saving.deserialize_keras_object(json.loads(text))
    assert type(restored) is type(original)
    assert json.dumps(keras.saving.serialize_keras_object(restored)) == text
    arguments = set(inspect.signature(type(original).__init__).parameters) - {"self", "kwargs"}
    assert arguments <= set(original.get_config())
    return restored


def run(layer, inputs, batch_size=None):
    """Computes the outputs of a layer or network with `predict`, which JAX compiles at once.

    Returns:
        A list of arrays, and a list of the symbolic outputs of the functional model.
    """
    x = keras.Input(inputs.shape[1:], dtype=inputs.dtype)
    model = keras.Model(x, layer(x))
    arrays = keras.tree.flatten(model.predict(inputs, batch_size or len(inputs), verbose=0))
    return [array.astype("float64") for array in arrays], keras.tree.flatten(model.output)


def check_dynamic_batch(layer, inputs):
    """Compares the outputs of batches of 2, 2 and 1 with the outputs of a batch of 5."""
    outputs, tensors = run(layer, inputs, batch_size=2)
    expected, _ = run(layer, inputs)
    for output, expected_output, tensor in zip(outputs, expected, tensors, strict=True):
        assert tensor.shape == (None, *output.shape[1:])
        np.testing.assert_allclose(output, expected_output, rtol=1e-4, atol=1e-4)


def check_mixed_precision(make, inputs, output_dtype="bfloat16", tolerance=0.05):
    """Compares a layer in mixed precision with a float32 layer of the same weights."""
    exact, mixed = make(), make(dtype="mixed_bfloat16")
    for layer in (exact, mixed):
        layer.build(inputs.shape)
    mixed.set_weights(exact.get_weights())
    outputs, tensors = run(mixed, inputs)
    expected, _ = run(exact, inputs)
    assert all(weight.dtype == "float32" for weight in mixed.weights)
    for output, exact_output, tensor in zip(outputs, expected, tensors, strict=True):
        assert tensor.dtype == output_dtype
        np.testing.assert_allclose(
            output, exact_output, atol=tolerance * np.abs(exact_output).max()
        )


class _Step(keras.Model):
    """A model with weights `points` and their loss as its output."""

    def __init__(self, function, points, layer):
        super().__init__()
        self.points = [self.add_weight(shape=point.shape) for point in points]
        for weight, point in zip(self.points, points, strict=True):
            weight.assign(point)
        self.layer = layer
        self.function = function
        self.built = True

    def call(self, inputs, training=None):
        return self.function(*(ops.convert_to_tensor(point) for point in self.points))

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return y_pred


def weighted_sum(outputs):
    """Computes the sum of arrays or tensors with random factors, so that nothing cancels."""
    total = 0.0
    for index, output in enumerate(keras.tree.flatten(outputs)):
        factors = np.random.default_rng(index).normal(size=output.shape)
        if isinstance(output, np.ndarray):
            total += np.sum(factors * output)
        else:
            total += ops.sum(ops.multiply(output, factors.astype("float32")))
    return total


def gradients(function, *points, layer=None):
    """Computes gradients of a scalar function, from a step of `fit` with a learning rate of 1.

    Args:
        function: Function with a tensor argument for each point.
        *points: Arrays: the arguments of the function.
        layer: Layer in the function, to return the gradients of its trainable weights.

    Returns:
        A list of arrays: the gradients of the points and of the layer's trainable weights.
    """
    model = _Step(function, points, layer)
    before = [to_numpy(weight) for weight in model.trainable_weights]
    not_jax = keras.backend.backend() != "jax"  # JAX compiles a step faster than its operations
    model.compile(keras.optimizers.SGD(1.0), run_eagerly=not_jax)
    model.fit(np.zeros((1, 1)), verbose=0)
    return [old - to_numpy(new) for old, new in zip(before, model.trainable_weights, strict=True)]


def check_gradients(layer, inputs, slow):
    """Compares the gradients of a layer in training with the slopes of a NumPy function.

    Args:
        layer: Built layer or model.
        inputs: Array: the inputs of the layer.
        slow: Function of the inputs and `weights_of(layer)`, both in float64, that computes the
            training outputs of the layer.
    """
    weights = weights_of(layer)
    names = [weight.path.removeprefix(f"{layer.name}/") for weight in layer.trainable_weights]

    def value(points):
        return weighted_sum(slow(points[0], weights | dict(zip(names, points[1:], strict=True))))

    computed = gradients(
        lambda point: weighted_sum(layer(point, training=True)), inputs, layer=layer
    )
    check_slopes(computed, value, [inputs.astype("float64"), *(weights[name] for name in names)])


def check_slopes(computed, function, points, seed=0, rtol=1e-3):
    """Compares gradients with central differences of a NumPy function, along random directions.

    Args:
        computed: List of arrays: the computed gradients of the points.
        function: Function of a list of float64 arrays, such as `points`.
        points: List of arrays: the arguments of the function.
        seed: Seed of the directions.
        rtol: Largest error, relative to the length of the gradient.
    """
    rng = np.random.default_rng(seed)
    for index, (gradient, point) in enumerate(zip(computed, points, strict=True)):
        assert np.isfinite(gradient).all() and np.any(gradient != 0)
        direction = rng.standard_normal(point.shape)
        ends = [
            function([*points[:index], point + step * direction, *points[index + 1 :]])
            for step in (1e-6, -1e-6)
        ]
        slope, length = (ends[0] - ends[1]) / 2e-6, np.linalg.norm(gradient)
        np.testing.assert_allclose(np.sum(gradient * direction), slope, atol=rtol * length)
