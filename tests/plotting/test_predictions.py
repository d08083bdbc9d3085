"""The confusion matrix, and the histogram of the confidence."""

import numpy as np
import pytest

from keras_regen import plotting
from tests.plotting.image_helpers import pixels_of, texts_of, tick_names
from tests.plotting.test_latents import MANY, assert_readable, class_names

pytestmark = pytest.mark.any_backend


def test_shares_of_the_predictions():
    labels, predictions = [0, 0, 0, 0, 1, 3, 3], [0, 0, 0, 2, 1, 1, 3]
    figure = plotting.plot_confusion_matrix(labels, predictions, list("abcd"))
    axes = figure.axes[0]
    shares = axes.images[0].get_array()
    expected = [[0.75, 0, 0.25, 0], [0, 1, 0, 0], [np.nan] * 4, [0, 0.5, 0, 0.5]]
    np.testing.assert_array_equal(np.ma.filled(shares, np.nan), expected)
    assert tick_names(axes.xaxis) == tick_names(axes.yaxis) == list("abcd")
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("class", "predicted class")
    assert axes.get_title() == "accuracy 71.4% of 7 images"  # 5 / 7
    # The class without images has no numbers and no color.
    assert texts_of(axes)[:4] == ["75.0%", "0.0%", "25.0%", "0.0%"] and len(axes.texts) == 12
    plot = pixels_of(figure)
    x, y = axes.transData.transform((3, 2))
    assert (plot[len(plot) - 1 - int(y), int(x)] == 255).all()
    x, y = axes.transData.transform((1.3, 1))
    assert plot[len(plot) - 1 - int(y), int(x)].max() < 150


def test_first_classes_of_many():
    figure = plotting.plot_confusion_matrix([0, 1, 1, 2], [0, 1, 2, 2], list("abc"), max_classes=2)
    # Half of the images of class b are in a class that is not shown.
    np.testing.assert_array_equal(figure.axes[0].images[0].get_array(), [[1, 0], [0, 0.5]])
    assert figure.axes[0].get_title() == "accuracy 75.0% of 4 images\nfirst 2 of 3 classes"


@pytest.mark.parametrize("count", MANY)
def test_names_of_any_number_of_classes(count):
    labels = np.arange(count)
    figure = plotting.plot_confusion_matrix(labels, (labels + 1) % count, class_names(count))
    axes = figure.axes[0]
    np.testing.assert_array_equal(axes.images[0].get_array(), np.eye(count)[(labels + 1) % count])
    assert_readable(figure, axes.xaxis, class_names(count))
    assert_readable(figure, axes.yaxis, class_names(count))
    assert max(figure.bbox.size) < 1400


def test_confidence_of_right_and_wrong_predictions():
    probabilities = np.array([[0.9, 0.1], [0.2, 0.8], [0.45, 0.55], [1.0, 0.0], [0.4, 0.6]])
    labels = [0, 1, 0, 1, 1]
    figure = plotting.plot_confidence(probabilities, labels, bins=4)
    right, wrong = figure.axes[0].containers
    # Bars 0..0.25, ..0.5, ..0.75, ..1: right are 0.9, 0.8 and 0.6; wrong are 0.55 and 1.
    assert [bar.get_height() for bar in right] == [0, 0, 1, 2]
    assert [bar.get_height() for bar in wrong] == [0, 0, 1, 1]
    assert [bar.get_y() for bar in wrong] == [0, 0, 1, 2]  # upon the bars of the right
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["right: 3 (60.0%)", "wrong: 2 (40.0%)"]
    (all_bars,) = plotting.plot_confidence(probabilities, bins=4).axes[0].containers
    assert [bar.get_height() for bar in all_bars] == [0, 0, 2, 3]
    assert figure.axes[0].get_xlim() == (0, 1)


def test_half_precision_probabilities():
    rows = np.full((2, 3), 1 / 3, "float16")
    (bars,) = plotting.plot_confidence(rows, bins=3).axes[0].containers
    assert sum(bar.get_height() for bar in bars) == 2


def test_invalid_arguments_raise():
    labels = np.zeros(3, int)
    for plot, match in (
        (lambda: plotting.plot_confusion_matrix([], [], ["a"]), "labels"),
        (lambda: plotting.plot_confusion_matrix(labels, labels[:2], ["a"]), "`predictions`"),
        (lambda: plotting.plot_confusion_matrix(labels, labels + 1, ["a"]), "`predictions`"),
        (lambda: plotting.plot_confusion_matrix(labels - 1, labels, ["a"]), "`labels`"),
        (lambda: plotting.plot_confidence([[0.4, 0.4]]), "sum of 1"),
        (lambda: plotting.plot_confidence([[-0.5, 1.5]]), "at least 0"),
        (lambda: plotting.plot_confidence([0.5, 0.5]), "array of 2 axes"),
        (lambda: plotting.plot_confidence([[1.0]], [1]), "must lie in"),
        (lambda: plotting.plot_confidence([[1.0]], bins=0), "bins=0"),
        (lambda: plotting.plot_confidence([[1.0]], bins=1001), "at most 1000"),
    ):
        with pytest.raises(ValueError, match=match):
            plot()
