"""Curves: where the marked points lie tells that the axes are right."""

import numpy as np
import pytest

from keras_regen import plotting
from tests.plotting.pixels import read, where

pytestmark = pytest.mark.any_backend

BLUE, RED, GREEN = (0x3A, 0x5B, 0xA0), (0xC8, 0x55, 0x3D), (0x58, 0x81, 0x57)


def centers(picture):
    """`(x, y)` of the dot of each color."""
    return [np.median(where(picture, color), axis=0)[::-1] for color in (RED, BLUE, GREEN)]


def test_history_draws_a_panel_for_each_name(tmp_path):
    history = {"loss": [2.0, 1.0], "val_loss": [2.5, 1.5], "learning_rate": [1, 1]}
    plotting.plot_history(history, tmp_path / "one.png")
    plotting.plot_history({**history, "accuracy": [0.1, 0.9]}, tmp_path / "two.png")
    one, two = read(tmp_path / "one.png"), read(tmp_path / "two.png")
    assert two.shape[1] == 2 * one.shape[1]
    assert len(where(one, BLUE)) and len(where(one, RED))


def test_marked_points_lie_at_their_ratio_and_mean(tmp_path):
    ratios = [0, 0.25, 1, 1.5, 2]
    # The means at the marked ratios are 0, 1 and 2: on a line.
    values = np.array([[-0.2, 0.2], [0.7, 0.7], [0.9, 1.1], [1.2, 1.2], [2.0, 2.0]])
    for runs in (values, values.mean(axis=1)):
        plotting.plot_ratio(ratios, {"accuracy": runs}, tmp_path / "ratio.png", marks={})
        plain = read(tmp_path / "ratio.png")
        assert not any(len(where(plain, color)) for color in (RED, BLUE, GREEN))
        marks = {0.0: "", 1.0: "", 2.0: ""}
        plotting.plot_ratio(ratios, {"accuracy": runs}, tmp_path / "ratio.png", marks=marks)
        red, blue, green = centers(read(tmp_path / "ratio.png"))
        np.testing.assert_allclose(blue - red, green - blue, atol=2)
        assert green[0] > red[0] + 100
        assert green[1] < red[1] - 100  # higher up
    # The band of the runs is there with them only.
    plotting.plot_ratio(ratios, {"accuracy": values}, tmp_path / "ratio.png", marks={})
    assert not np.array_equal(read(tmp_path / "ratio.png"), plain)


def test_each_score_has_a_panel(tmp_path):
    ratios = np.linspace(0, 1, 5)
    plotting.plot_ratio(ratios, {"FID": 30 * ratios}, tmp_path / "one.png")
    scores = {"FID": 30 * ratios, "accuracy": 1 - ratios}
    plotting.plot_ratio(ratios, scores, tmp_path / "two.png", x_label="share")
    one, two = read(tmp_path / "one.png"), read(tmp_path / "two.png")
    assert two.shape[1] == 2 * one.shape[1]
    with pytest.raises(ValueError, match="5 ratios and 4 rows of 'FID'"):
        plotting.plot_ratio(ratios, {"FID": np.ones(4)}, tmp_path / "three.png")
    assert not (tmp_path / "three.png").exists()


def test_runs_share_the_panels(tmp_path):
    runs = {"one": {"loss": [2.0, 1.0, 0.5], "score": [0, 1, 2]}, "other": {"loss": [1.0]}}
    out = tmp_path / "runs.png"
    plotting.plot_runs(runs, out)
    both = read(out)
    plotting.plot_runs(runs, out, ["loss"])
    one = read(out)
    assert both.shape[1] == 2 * one.shape[1]
    assert len(where(one, BLUE)) and len(where(one, RED))
    plotting.plot_runs(runs, out, ["score"], x_label="step")
    # Of the other only its line in the legend, at the top.
    assert where(read(out), RED)[:, 0].max() < 0.3 * len(one)
    for wrong, options in (
        (runs, {"names": ["accuracy"]}),
        (runs, {"names": []}),
        ({}, {}),
    ):
        with pytest.raises(ValueError, match="`names` must be of"):
            plotting.plot_runs(wrong, tmp_path / "none.png", **options)
    with pytest.raises(ValueError, match="window=0"):
        plotting.plot_runs(runs, tmp_path / "none.png", window=0)
    assert not (tmp_path / "none.png").exists()


def test_the_mean_over_a_window(tmp_path):
    """Of values that go up and down by as much, the mean over two is level."""
    out = tmp_path / "runs.png"
    plotting.plot_runs({"a": {"loss": [0.0, 2.0] * 20}}, out)
    zigzag = where(read(out), BLUE)
    plotting.plot_runs({"a": {"loss": [0.0, 2.0] * 20}}, out, window=2)
    level = where(read(out), BLUE)
    curve = [points[points[:, 0] > 60] for points in (zigzag, level)]
    assert np.ptp(curve[0][:, 0]) > 100 and np.ptp(curve[1][:, 0]) < 4
    # It ends where the values end, and begins with the second of them.
    assert abs(curve[0][:, 1].max() - curve[1][:, 1].max()) <= 2
    assert curve[1][:, 1].min() > curve[0][:, 1].min() + 5
    plotting.plot_runs({"a": {"loss": [1.0, 2.0]}}, out, window=10)
    assert len(where(read(out), BLUE))
