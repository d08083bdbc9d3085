"""What every layer, loss and network must do, whatever it computes; the same on any backend."""

import contextlib
import inspect
import json

import keras
import numpy as np
from keras import ops


def to_numpy(tensor):
    """The values of a tensor in float64, from any backend and precision."""
    return ops.convert_to_numpy(ops.cast(tensor, "float32")).astype("float64")


def weights_of(layer):
    """The weights of a layer or a model by the ends of their paths, such as `conv1/kernel`."""
    start = f"{layer.name}/"
    return {weight.path.removeprefix(start): to_numpy(weight) for weight in layer.weights}


@contextlib.contextmanager
def shapes_alone():
    """Networks in it, or in a test that it decorates, have shapes but no values: built faster."""
    with keras.StatelessScope(initialize_variables=False):
        yield


def randomize(layer, seed=0):
    """Puts every weight away from the special values that it starts with."""
    rng = np.random.default_rng(seed)
    for weight in layer.weights:
        positive = weight.path.endswith(("gamma", "moving_variance"))
        shape = tuple(weight.shape)
        weight.assign(rng.uniform(0.5, 1.5, shape) if positive else rng.normal(0, 0.4, shape))
    return layer


def check_config(thing):
    """Rebuilds a layer or loss from JSON, and gives it back."""
    text = json.dumps(keras.saving.serialize_keras_object(thing))
    assert json.loads(text)["registered_name"] == f"keras_regen>{type(thing).__name__}"
    again = keras.saving.deserialize_keras_object(json.loads(text))
    assert type(again) is type(thing)
    assert json.dumps(keras.saving.serialize_keras_object(again)) == text
    arguments = set(inspect.signature(type(thing).__init__).parameters) - {"self", "kwargs"}
    assert arguments <= set(thing.get_config())
    return again


def run(layer, inputs, batch_size=None):
    """The outputs of a layer or network by `predict`: JAX compiles one whole faster than parts.

    Returns:
        A list of arrays, and a list of the tensors that stand for them in a functional model.
    """
    x = keras.Input(inputs.shape[1:], dtype=inputs.dtype)
    model = keras.Model(x, layer(x))
    arrays = keras.tree.flatten(model.predict(inputs, batch_size or len(inputs), verbose=0))
    return [array.astype("float64") for array in arrays], keras.tree.flatten(model.output)


def check_dynamic_batch(layer, inputs):
    """Compares batches of 2, 2 and 1 with one of all 5."""
    found, tensors = run(layer, inputs, batch_size=2)
    expected, _ = run(layer, inputs)
    for one, other, tensor in zip(found, expected, tensors, strict=True):
        assert tensor.shape == (None, *one.shape[1:])
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)


def check_mixed_precision(make, inputs, output_dtype="bfloat16", tolerance=0.05):
    """Compares a layer in mixed precision with one of the same weights in float32."""
    exact, mixed = make(), make(dtype="mixed_bfloat16")
    for layer in (exact, mixed):
        layer.build(inputs.shape)
    mixed.set_weights(exact.get_weights())
    found, tensors = run(mixed, inputs)
    expected, _ = run(exact, inputs)
    assert all(weight.dtype == "float32" for weight in mixed.weights)
    for one, other, tensor in zip(found, expected, tensors, strict=True):
        assert tensor.dtype == output_dtype
        np.testing.assert_allclose(one, other, atol=tolerance * np.abs(other).max())


class _Step(keras.Model):
    """A model whose output is the loss of its own weights."""

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


def weighed(outputs):
    """One number from arrays or tensors: their sum with random factors, so that nothing cancels."""
    total = 0.0
    for index, output in enumerate(keras.tree.flatten(outputs)):
        factors = np.random.default_rng(index).normal(size=output.shape)
        if isinstance(output, np.ndarray):
            total += np.sum(factors * output)
        else:
            total += ops.sum(ops.multiply(output, factors.astype("float32")))
    return total


def gradients(function, *points, layer=None):
    """Gradients of a scalar function, from one step of gradient descent at rate 1 by `fit`.

    Args:
        function: Function of as many tensors as there are points.
        *points: Arrays: where.
        layer: Layer that the function calls, if its weights' gradients are wanted too.

    Returns:
        A list of arrays: by the points, and by the layer's trainable weights.
    """
    model = _Step(function, points, layer)
    before = [to_numpy(weight) for weight in model.trainable_weights]
    not_jax = keras.backend.backend() != "jax"  # which compiles a step faster than its parts
    model.compile(keras.optimizers.SGD(1.0), run_eagerly=not_jax)
    model.fit(np.zeros((1, 1)), verbose=0)
    return [old - to_numpy(new) for old, new in zip(before, model.trainable_weights, strict=True)]


def check_gradients(layer, inputs, slow):
    """Compares a layer's gradients in training with slopes of its NumPy twin.

    Args:
        layer: Built layer or model.
        inputs: Array: where.
        slow: Function of the inputs and `weights_of(layer)`, both in float64, that computes what
            the layer does in training.
    """
    weights = weights_of(layer)
    names = [weight.path.removeprefix(f"{layer.name}/") for weight in layer.trainable_weights]

    def value(points):
        return weighed(slow(points[0], weights | dict(zip(names, points[1:], strict=True))))

    found = gradients(lambda point: weighed(layer(point, training=True)), inputs, layer=layer)
    check_slopes(found, value, [inputs.astype("float64"), *(weights[name] for name in names)])


def check_slopes(found, function, points, seed=0, rtol=1e-3):
    """Compares gradients with central differences of a NumPy function, along random directions.

    Args:
        found: List of arrays: the gradients by the points.
        function: Function of a list of float64 arrays, such as `points`.
        points: List of arrays: where.
        seed: Seed of the directions.
        rtol: Largest error, as a share of the gradient's length.
    """
    rng = np.random.default_rng(seed)
    for index, (gradient, point) in enumerate(zip(found, points, strict=True)):
        assert np.isfinite(gradient).all() and np.any(gradient != 0)
        direction = rng.standard_normal(point.shape)
        ends = [
            function([*points[:index], point + step * direction, *points[index + 1 :]])
            for step in (1e-6, -1e-6)
        ]
        slope, length = (ends[0] - ends[1]) / 2e-6, np.linalg.norm(gradient)
        np.testing.assert_allclose(np.sum(gradient * direction), slope, atol=rtol * length)
