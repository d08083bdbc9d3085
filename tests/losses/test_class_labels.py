"""The labels of CentroidLoss and ClassificationLoss: class indices, one-hot rows and wrong ones."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_regen.losses import (
    CentroidLoss,
    ClassificationLoss,
    centroid_loss,
    classification_loss,
)
from tests.contract import to_numpy

LABELS = np.array([2, 0, 1, 2])
ROWS = np.random.default_rng(0).dirichlet([1, 2, 3], size=4).astype("float32")
CENTROIDS = np.diag([1.0, 2.0, 3.0]).astype("float32")
CLASSIFICATION = -np.log(ROWS[np.arange(4), LABELS])
DISTANCES = ((ROWS - CENTROIDS[LABELS]) ** 2).mean(axis=1)
LOSSES = {
    "classification_loss": (classification_loss(), CLASSIFICATION),
    "ClassificationLoss": (ClassificationLoss(reduction=None), CLASSIFICATION),
    "centroid_loss": (lambda *pair: centroid_loss(*pair, CENTROIDS), DISTANCES),
    "CentroidLoss": (CentroidLoss(CENTROIDS, reduction=None), DISTANCES),
}
WRONG = {
    "negative": [2, -1, 1, 2],
    "too large": [2, 3, 1, 2],
    "beyond 32 bits": [2, 2**32, 1, 2],
    "a fraction": [2.0, 0.5, 1.0, 2.0],
    "NaN": [2.0, np.nan, 1.0, 2.0],
    "no one": [[0, 0, 1], [0, 0, 0], [0, 1, 0], [0, 0, 1]],
    "two ones": [[0, 0, 1], [1, 1, 0], [0, 1, 0], [0, 0, 1]],
    "smoothed": [[0, 0, 1], [0.9, 0.1, 0], [0, 1, 0], [0, 0, 1]],
}


@pytest.mark.parametrize("name", list(LOSSES))
@pytest.mark.parametrize("kind", ["int64", "int32", "uint8", "float32", "bool"])
def test_indices_and_rows_have_the_same_loss(name, kind):
    loss, expected = LOSSES[name]
    rows = np.eye(3)[LABELS].astype(kind)
    indices = LABELS.astype("int64" if kind == "bool" else kind)
    for labels in (indices, indices[:, None], rows, indices.tolist(), rows.tolist()):
        for given in (labels, ops.convert_to_tensor(labels)):
            np.testing.assert_allclose(to_numpy(loss(given, ROWS)), expected, rtol=1e-5)


@pytest.mark.parametrize("name", list(LOSSES))
@pytest.mark.parametrize("wrong", list(WRONG))
def test_a_wrong_label_is_an_error_or_nan(name, wrong):
    loss, expected = LOSSES[name]
    with pytest.raises(ValueError, match=r"lie in 0\.\.2, or be one-hot rows.*at index 1"):
        loss(np.array(WRONG[wrong]), ROWS)
    if wrong != "beyond 32 bits":  # a tensor of some backends cannot hold the label
        values = to_numpy(loss(ops.convert_to_tensor(np.array(WRONG[wrong])), ROWS))
        expected = np.where([False, True, False, False], np.nan, expected)
        np.testing.assert_allclose(values, expected, rtol=1e-5)


@pytest.mark.parametrize("make", [ClassificationLoss, lambda: CentroidLoss(CENTROIDS)])
def test_a_wrong_label_is_nan_in_a_compiled_step(make):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("sgd", loss=make())
    assert np.isfinite(model.train_on_batch(ROWS, LABELS))
    assert np.isfinite(model.train_on_batch(ROWS, np.eye(3)[LABELS]))
    assert np.isnan(model.evaluate(ROWS, np.array([0, 1, 3, 0]), verbose=0))
    assert np.isnan(model.evaluate(ROWS, np.ones((4, 3)), verbose=0))


@pytest.mark.parametrize("name", list(LOSSES))
@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (LABELS[:3], "same number of rows"),
        (LABELS[:1], "same number of rows"),
        (np.eye(4)[LABELS], "class indices"),
        (LABELS.reshape(2, 2), "class indices"),
        (np.array(1), "class indices"),
        (LABELS[:0], "same number of rows"),
        ("left", "y_true"),
        (None, "y_true"),
    ],
)
def test_wrong_shapes_are_errors(name, labels, message):
    loss, _ = LOSSES[name]
    with pytest.raises(ValueError, match=message):
        loss(labels, ROWS)


@pytest.mark.parametrize("name", list(LOSSES))
@pytest.mark.parametrize("predictions", [1.0, ROWS[0], ROWS[:0], ROWS[None], "left", None])
def test_wrong_predictions_are_errors(name, predictions):
    loss, _ = LOSSES[name]
    with pytest.raises(ValueError, match="y_pred"):
        loss(LABELS, predictions)


def test_a_wrong_label_has_no_gradient():
    def kernel(labels, weights=None):
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3, activation="softmax")])
        model.compile(keras.optimizers.SGD(1.0), loss=ClassificationLoss())
        model.fit(ROWS, labels, sample_weight=weights, shuffle=False, verbose=0)
        return to_numpy(model.weights[0])

    expected = kernel(np.array([0, 1, 2, 0]), np.array([1.0, 1.0, 0.0, 1.0]))
    np.testing.assert_allclose(kernel(np.array([0, 1, 3, 0])), expected, atol=1e-6)
