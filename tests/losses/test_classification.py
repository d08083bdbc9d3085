"""ClassificationLoss against closed forms in NumPy."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_regen.losses import ClassificationLoss, classification_loss
from tests.contract import check_config, check_slopes, gradients, to_numpy

LABELS = np.array([2, 0, 1, 2])
KINDS = ["cross_entropy", "hinge", "mse", "cosine"]


def probabilities():
    return np.random.default_rng(0).dirichlet([0.5, 1, 2], size=4).astype("float32")


def slow_loss(kind, labels, rows):
    values = []
    for label, p in zip(labels, rows.astype("float64"), strict=True):
        others = [value for index, value in enumerate(p) if index != label]
        values.append(
            {
                "cross_entropy": -np.log(p[label] / p.sum()),
                "hinge": max(0, 1 - (p[label] - max(others))),
                "mse": (sum(value**2 for value in others) + (1 - p[label]) ** 2) / len(p),
                "cosine": -p[label] / np.sqrt(sum(value**2 for value in p)),
            }[kind]
        )
    return np.array(values)


@pytest.mark.parametrize("kind", KINDS)
def test_values_and_gradients_equal_the_closed_forms(kind):
    expected = slow_loss(kind, LABELS, probabilities())
    for labels in (LABELS, LABELS[:, None], LABELS.tolist(), ops.convert_to_tensor(LABELS)):
        losses = to_numpy(classification_loss(kind)(labels, probabilities()))
        np.testing.assert_allclose(losses, expected, rtol=1e-4)
    loss = ClassificationLoss(kind)
    assert float(loss(LABELS, probabilities())) == pytest.approx(expected.mean(), rel=1e-4)
    slopes = gradients(lambda p: loss(LABELS, p), probabilities())
    check_slopes(slopes, lambda p: slow_loss(kind, LABELS, p[0]).mean(), [probabilities()])


@pytest.mark.parametrize("kind", KINDS)
def test_it_trains_any_classifier(kind):
    rng = np.random.default_rng(0)
    labels = rng.integers(3, size=90)
    x = (np.eye(3)[labels] + rng.normal(0, 0.1, (90, 3))).astype("float32")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3, activation="softmax")])
    model.set_weights([np.zeros((3, 3)), np.zeros(3)])
    model.compile(keras.optimizers.Adam(0.1), loss=ClassificationLoss(kind))
    model.fit(x, labels, epochs=8, batch_size=30, verbose=0)
    assert np.mean(model.predict(x, verbose=0).argmax(-1) == labels) == 1


def test_config_round_trip():
    restored = check_config(ClassificationLoss("hinge", "sum", "margin", "float64"))
    assert (restored.kind, restored.reduction, restored.name, restored.dtype) == (
        "hinge",
        "sum",
        "margin",
        "float64",
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("wrong", [-1, 3])
def test_labels_out_of_range(kind, wrong):
    labels = np.array([0, wrong, 1, 2])
    for loss in (classification_loss(kind), ClassificationLoss(kind, reduction=None)):
        with pytest.raises(ValueError, match=rf"lie in 0\.\.2.*Received: {wrong} at index 1"):
            loss(labels, probabilities())
        values = to_numpy(loss(ops.convert_to_tensor(labels), probabilities()))
        np.testing.assert_array_equal(np.isnan(values), [False, True, False, False])


def test_bad_input_is_an_error():
    for kind in ("l1", None, ["mse"]):
        for door in (classification_loss, ClassificationLoss):
            with pytest.raises(ValueError, match=r"'cross_entropy', 'hinge'.*kind="):
                door(kind)
