"""Fixtures of the tests of generation."""

import pytest

from tests.generation.linear_csae import linear_csae


@pytest.fixture(scope="session")
def digits():
    """The bundled digits."""
    from keras_regen.datasets import load

    return load("digits")


@pytest.fixture(scope="session")
def calibrated():
    """A calibrated model whose prior is a normal distribution for each class."""
    return linear_csae()


@pytest.fixture(scope="session")
def combining():
    """The same model with a prior that combines latents."""
    from keras_regen.priors import ConvexCombinationPrior

    return linear_csae(ConvexCombinationPrior(10, bank_size=60))
