"""mean_loss against NumPy."""

import numpy as np
import pytest

from keras_regen.models.objective import mean_loss
from tests.contract import to_numpy

VALUES = np.random.default_rng(0).normal(size=7).astype("float32")
WEIGHTS = np.arange(7, dtype="float32")


@pytest.mark.parametrize("weights", [None, WEIGHTS, WEIGHTS[:, None]])
def test_the_mean_equals_numpy(weights):
    factors = 1 if weights is None else WEIGHTS
    mean = to_numpy(mean_loss(VALUES, weights))
    np.testing.assert_allclose(mean, np.mean(factors * VALUES), rtol=1e-5)


def test_the_mean_of_a_scalar():
    assert to_numpy(mean_loss(np.float32(2.5))) == 2.5
