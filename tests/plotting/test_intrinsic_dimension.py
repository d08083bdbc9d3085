"""The plot of intrinsic dimensions: its curves and their last values."""

import numpy as np
import pytest

from keras_regen import plotting
from tests.plotting.image_helpers import texts_of

pytestmark = pytest.mark.any_backend


def test_points_of_the_curves():
    figure = plotting.plot_intrinsic_dimension(
        [10, 20, 40], {"MNIST": np.array([7, 6, 5.25]), "$x$": [12, 11, float("nan")]}
    )
    (axes,) = figure.axes
    first, second = (line.get_xydata() for line in axes.lines)
    np.testing.assert_array_equal(first, [[10, 7], [20, 6], [40, 5.25]])
    np.testing.assert_array_equal(second, [[10, 12], [20, 11], [40, np.nan]])
    assert axes.get_ylim()[0] == 0 and axes.get_ylim()[1] > 12
    assert texts_of(axes) == ["5.25"]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["MNIST", r"\$x\$"]


def test_invalid_arguments_raise():
    for ks, curves, match in (
        ([5, 10], {"MNIST": [12.0]}, "2 numbers and 1 estimates of 'MNIST'"),
        ([10, 5], {"MNIST": [12.0, 11.0]}, "ascending order"),
        ([5], {}, "`curves` must be a dict"),
        ([5], {"MNIST": [[1.0]]}, "must be a list of numbers"),
        ([5], {"MNIST": [1e200]}, "between -1e100 and 1e100"),
        ([], {"MNIST": []}, "`ks` must be finite numbers"),
    ):
        with pytest.raises(ValueError, match=match):
            plotting.plot_intrinsic_dimension(ks, curves)
