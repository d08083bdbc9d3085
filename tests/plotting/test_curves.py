"""Curves: the positions of the marked points show that the axes are correct."""

import numpy as np
import pytest

from keras_regen import plotting
from tests.plotting.image_helpers import find_color, read_pixels

pytestmark = pytest.mark.any_backend

BLUE, RED, GREEN = (0x3A, 0x5B, 0xA0), (0xC8, 0x55, 0x3D), (0x58, 0x81, 0x57)


def centers(plot):
    """Returns `(x, y)` of the dot of each color."""
    return [np.median(find_color(plot, color), axis=0)[::-1] for color in (RED, BLUE, GREEN)]


def test_history_has_a_panel_for_each_name(tmp_path):
    history = {"loss": [2.0, 1.0], "val_loss": [2.5, 1.5], "learning_rate": [1, 1]}
    plotting.plot_history(history, tmp_path / "loss.png")
    plotting.plot_history({**history, "accuracy": [0.1, 0.9]}, tmp_path / "both.png")
    loss, both = read_pixels(tmp_path / "loss.png"), read_pixels(tmp_path / "both.png")
    assert both.shape[1] == 2 * loss.shape[1]
    assert len(find_color(loss, BLUE)) and len(find_color(loss, RED))


def test_marked_points_lie_at_their_ratio_and_mean(tmp_path):
    ratios = [0, 0.25, 1, 1.5, 2]
    # The means at the marked ratios are 0, 1 and 2, so the marks lie on a line.
    values = np.array([[-0.2, 0.2], [0.7, 0.7], [0.9, 1.1], [1.2, 1.2], [2.0, 2.0]])
    for runs in (values, values.mean(axis=1)):
        plotting.plot_ratio(ratios, {"accuracy": runs}, tmp_path / "ratio.png", marks={})
        unmarked = read_pixels(tmp_path / "ratio.png")
        assert not any(len(find_color(unmarked, color)) for color in (RED, BLUE, GREEN))
        marks = {0.0: "", 1.0: "", 2.0: ""}
        plotting.plot_ratio(ratios, {"accuracy": runs}, tmp_path / "ratio.png", marks=marks)
        red, blue, green = centers(read_pixels(tmp_path / "ratio.png"))
        np.testing.assert_allclose(blue - red, green - blue, atol=2)
        assert green[0] > red[0] + 100
        assert green[1] < red[1] - 100  # above
    # Only several runs have a band of the standard deviation.
    plotting.plot_ratio(ratios, {"accuracy": values}, tmp_path / "ratio.png", marks={})
    assert not np.array_equal(read_pixels(tmp_path / "ratio.png"), unmarked)


def test_each_metric_has_a_panel(tmp_path):
    ratios = np.linspace(0, 1, 5)
    plotting.plot_ratio(ratios, {"FID": 30 * ratios}, tmp_path / "fid.png")
    metrics = {"FID": 30 * ratios, "accuracy": 1 - ratios}
    plotting.plot_ratio(ratios, metrics, tmp_path / "both.png", x_label="share")
    fid, both = read_pixels(tmp_path / "fid.png"), read_pixels(tmp_path / "both.png")
    assert both.shape[1] == 2 * fid.shape[1]
    with pytest.raises(ValueError, match="5 ratios and 4 rows of 'FID'"):
        plotting.plot_ratio(ratios, {"FID": np.ones(4)}, tmp_path / "invalid.png")
    assert not (tmp_path / "invalid.png").exists()


def test_runs_share_panels(tmp_path):
    runs = {"first": {"loss": [2.0, 1.0, 0.5], "score": [0, 1, 2]}, "second": {"loss": [1.0]}}
    out = tmp_path / "runs.png"
    plotting.plot_runs(runs, out)
    both = read_pixels(out)
    plotting.plot_runs(runs, out, ["loss"])
    loss = read_pixels(out)
    assert both.shape[1] == 2 * loss.shape[1]
    assert len(find_color(loss, BLUE)) and len(find_color(loss, RED))
    plotting.plot_runs(runs, out, ["score"], x_label="step")
    # The second run appears only in the legend, at the top.
    assert find_color(read_pixels(out), RED)[:, 0].max() < 0.3 * len(loss)
    for invalid_runs, options in (
        (runs, {"names": ["accuracy"]}),
        (runs, {"names": []}),
        ({}, {}),
    ):
        with pytest.raises(ValueError, match="`names` must be among"):
            plotting.plot_runs(invalid_runs, tmp_path / "none.png", **options)
    with pytest.raises(ValueError, match="window=0"):
        plotting.plot_runs(runs, tmp_path / "none.png", window=0)
    assert not (tmp_path / "none.png").exists()


def test_moving_average(tmp_path):
    """The moving average over two alternating values is constant."""
    out = tmp_path / "runs.png"
    plotting.plot_runs({"a": {"loss": [0.0, 2.0] * 20}}, out)
    zigzag = find_color(read_pixels(out), BLUE)
    plotting.plot_runs({"a": {"loss": [0.0, 2.0] * 20}}, out, window=2)
    constant = find_color(read_pixels(out), BLUE)
    lines = [points[points[:, 0] > 60] for points in (zigzag, constant)]
    assert np.ptp(lines[0][:, 0]) > 100 and np.ptp(lines[1][:, 0]) < 4
    # It ends at the last value, and starts at the second value.
    assert abs(lines[0][:, 1].max() - lines[1][:, 1].max()) <= 2
    assert lines[1][:, 1].min() > lines[0][:, 1].min() + 5
    plotting.plot_runs({"a": {"loss": [1.0, 2.0]}}, out, window=10)
    assert len(find_color(read_pixels(out), BLUE))
