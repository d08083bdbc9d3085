"""Curves: their points, panels, labels and marks."""

import keras
import numpy as np
import pytest

from keras_regen import plotting
from tests.plotting.image_helpers import pixels_of

pytestmark = pytest.mark.any_backend


def lines(axes):
    """Returns the points of each line with points."""
    return [line.get_xydata().tolist() for line in axes.lines if len(line.get_xdata())]


def legend(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_history_has_a_panel_for_each_name():
    history = {
        "loss": [2.0, 1.0],
        "val_loss": [2.5, 1.5],
        "accuracy": [0.1, 0.9],
        "learning_rate": [1, 1],
        "val_recall_score": [0.2, 0.3],
    }
    figure = plotting.plot_history(history)
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["loss", "accuracy", "recall score"]
    loss, accuracy, recall = figure.axes
    assert lines(loss) == [[[1, 2.0], [2, 1.0]], [[1, 2.5], [2, 1.5]]]
    assert lines(accuracy) == [[[1, 0.1], [2, 0.9]]]
    assert lines(recall) == [[[1, 0.2], [2, 0.3]]]
    assert [axes.get_yscale() for axes in figure.axes] == ["log", "linear", "linear"]
    assert legend(figure) == ["training", "validation"]
    selected = plotting.plot_history(history, names=["learning_rate", "accuracy"])
    assert [axes.get_title() for axes in selected.axes] == ["learning rate", "accuracy"]
    # The learning rate is a panel if there is nothing else.
    assert len(plotting.plot_history({"learning_rate": [1.0]}).axes) == 1


def test_history_of_fit():
    history = keras.callbacks.History()
    history.history = {"loss": [3.0, np.nan, float("inf"), -1.0]}
    (axes,) = plotting.plot_history(history).axes
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), [3, np.nan, np.nan, -1])
    assert axes.get_yscale() == "linear"  # a value below 0


def test_many_names_are_announced():
    history = {f"loss {index}": [1.0] for index in range(35)}
    for figure in (plotting.plot_history(history), plotting.plot_runs({"a": history})):
        assert len(figure.axes) == 30
        assert figure.get_suptitle() == "first 30 of 35 names"
    with pytest.raises(ValueError, match="at most 30 names"):
        plotting.plot_ratio([1], history)


def test_marked_points_lie_at_their_ratio_and_mean():
    ratios = [0, 0.25, 1, 1.5, 2]
    values = np.array([[-0.2, 0.2], [0.7, 0.7], [0.9, 1.1], [1.2, 1.2], [2.0, 2.0]])
    marks = {0.0: "none", 1.0: "all", 2.0: "double", 3.0: "absent"}
    figure = plotting.plot_ratio(ratios, {"accuracy": values}, marks=marks, x_label="share")
    (axes,) = figure.axes
    curve, *points = lines(axes)
    np.testing.assert_allclose(
        curve, [[0, 0], [25, 0.7], [100, 1], [150, 1.2], [200, 2]], atol=1e-12
    )
    np.testing.assert_allclose(points, [[[0, 0]], [[100, 1]], [[200, 2]]], atol=1e-12)
    assert legend(figure) == ["standard deviation of 2 runs", "none", "all", "double"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("share", "accuracy")
    # The band of the standard deviation: 0.2 around 0, and 0.1 around 1.
    corners = axes.collections[0].get_paths()[0].vertices
    for corner in ([0, 0.2], [0, -0.2], [100, 1.1], [100, 0.9]):
        assert np.isclose(corners, corner).all(axis=1).any()
    unmarked = plotting.plot_ratio(ratios, {"accuracy": values[:, 0]}, marks={})
    assert len(unmarked.axes[0].lines) == 1 and not unmarked.axes[0].collections
    assert not unmarked.legends


def test_each_metric_has_a_panel():
    ratios = np.linspace(0, 1, 5)
    figure = plotting.plot_ratio(ratios, {"FID": 30 * ratios, "accuracy": 1 - ratios})
    assert [axes.get_ylabel() for axes in figure.axes] == ["FID", "accuracy"]
    assert lines(figure.axes[1])[0][1] == [25, 0.75]
    for values, match in (
        ({"FID": np.ones(4)}, "5 ratios and 4 rows of 'FID'"),
        ({"FID": np.full(5, np.nan)}, "must be finite"),
        ({}, "`values` must be a dict"),
    ):
        with pytest.raises(ValueError, match=match):
            plotting.plot_ratio(ratios, values)
    with pytest.raises(ValueError, match="ascending order"):
        plotting.plot_ratio([1, 1], {"FID": np.ones(2)})
    with pytest.raises(ValueError, match="`marks` must be a dict"):
        plotting.plot_ratio([1], {"FID": [2.0]}, marks={"all": 1})


def test_runs_share_panels():
    runs = {"first": {"loss": [2.0, 1.0, 0.5], "score": [0, 1, 2]}, "second": {"loss": [1.0]}}
    figure = plotting.plot_runs(runs, x_label="step")
    loss, score = figure.axes
    assert lines(loss) == [[[1, 2], [2, 1], [3, 0.5]], [[1, 1]]]
    assert lines(score) == [[[1, 0], [2, 1], [3, 2]]]
    assert loss.lines[1].get_marker() == "."  # a single value would be an invisible line
    assert legend(figure) == ["first", "second"]
    assert loss.get_xlabel() == "step"
    assert [axes.get_title() for axes in plotting.plot_runs(runs, names=["score"]).axes] == [
        "score"
    ]
    for invalid, options, match in (
        (runs, {"names": ["accuracy"]}, "`names` must be among"),
        (runs, {"names": []}, "`names` must be among"),
        ({}, {}, "`runs` must be a dict"),
        ({"a": [1]}, {}, "`runs\\['a'\\]` must be a dict"),
        ({"a": {"loss": ["x"]}}, {}, "must be a list of numbers"),
        (runs, {"window": 0}, "window=0"),
        (runs, {"x_label": 1}, "x_label=1"),
    ):
        with pytest.raises(ValueError, match=match):
            plotting.plot_runs(invalid, **options)


def test_moving_average():
    """The moving average over two alternating values is constant."""
    zigzag = {"a": {"loss": [0.0, 2.0] * 20}}
    (axes,) = plotting.plot_runs(zigzag, window=2).axes
    values, means = axes.lines
    assert values.get_ydata().tolist() == [0, 2] * 20
    # It starts at the second value, and ends at the last.
    assert means.get_xdata().tolist() == list(range(2, 41))
    np.testing.assert_allclose(means.get_ydata(), 1)
    (axes,) = plotting.plot_runs({"a": {"loss": [1.0, 2.0]}}, window=10).axes
    assert axes.lines[1].get_xydata().tolist() == [[2, 1.5]]


def test_a_legend_of_many_runs_is_bounded():
    runs = {f"run {index}": {"loss": [1.0, index]} for index in range(80)}
    figure = plotting.plot_runs(runs)
    names = legend(figure)
    assert names[:60] == list(runs)[:60] and names[60:] == ["and 20 more"]
    height, width = pixels_of(figure).shape[:2]
    assert height < 1500
    # The legend has space above the panel, and the panel keeps its size.
    box, axes_box = figure.legends[0].get_window_extent(), figure.axes[0].get_window_extent()
    assert box.y0 > axes_box.y1 and box.y1 <= height and box.x0 >= 0 and box.x1 <= width
    assert axes_box.height > 250
