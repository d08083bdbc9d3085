"""Tests the figures of the papers: their names, pictures and captions, and the command."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from matplotlib.figure import Figure
from PIL import Image

from keras_regen.callbacks import NonFiniteLossError
from reproduction import SCALES, Scale, Training
from reproduction.__main__ import main
from reproduction.figures import sources
from reproduction.figures.captions import PAPERS, count_figures, read_captions
from reproduction.figures.csae import _TITLES, _panels
from reproduction.figures.making import make_figures
from reproduction.figures.paper_figure import Panel, PaperFigure
from reproduction.figures.pictures import check_contrast, distances, reconstructions, samples
from reproduction.figures.registry import get_figure, list_figures
from reproduction.figures.sources import Sources

pytestmark = pytest.mark.any_backend

ROOT = Path(__file__).parents[2]
STORED = ROOT / "results/figures"
needs_results = pytest.mark.skipif(
    not (ROOT / "results").exists(), reason="a source distribution does not include the results"
)
SMALL = {"network": "linear", "hidden": 16, "latent_dim": 12}
TINY = Scale("quick", "tiny", 200, 50, 1, (0,), 2, 1, 1, options={"CSAE": SMALL})
CSAE = Training("csae_digits", "digits")


def run(*arguments, code=0):
    """Runs the command, and checks its exit code and that errors have no traceback."""
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result.output


def test_every_figure_has_pictures_or_a_reason():
    figures = list_figures()
    names = [figure.name for figure in figures]
    assert len(set(names)) == len(names)
    assert {figure.paper for figure in figures} == set(PAPERS)
    for figure in figures:
        assert figure.title and (figure.panels or figure.missing), figure.name
        labels = [(panel.label, panel.alt) for panel in figure.panels]
        assert len(set(labels)) == len(labels), figure.name
        assert all(panel.alt for panel in figure.panels), figure.name


@pytest.mark.parametrize(
    ("name", "number"), [("csae1-figure10", "10"), ("regene-figureB18", "B.18")]
)
def test_number_of_a_figure(name, number):
    assert get_figure(name).number == number


def test_unknown_figure_raises_with_a_suggestion():
    with pytest.raises(ValueError, match=r"Did you mean 'degan-figure11'.*csae1-figure2, csae1"):
        get_figure("degan-figure111")


@needs_results
def test_figure_from_results_has_the_numbers_of_the_paper_and_ours(tmp_path):
    stored = Sources(SCALES["quick"], results_folder=ROOT / "results/reproduction")
    lines = []
    figures = [get_figure("degan-figure6"), get_figure("degan-figure7")]
    assert make_figures(figures, stored, tmp_path, log=lines.append) == []
    captions = read_captions(tmp_path)
    assert list(captions) == ["degan-figure6", "degan-figure7"]
    (panel,) = captions["degan-figure6"]["panels"]
    assert "95 % after 1 epoch" in panel["numbers"] and "68.60 %" in panel["numbers"]
    source = panel["sources"]["degan-figure6: degan_mnist"]
    assert (source["scale"], source["epochs"]) == ("paper", 25)
    with Image.open(tmp_path / panel["file"]) as image:
        assert image.size == (panel["width"], panel["height"]) and image.mode == "P"
    assert captions["degan-figure7"]["missing"] and not captions["degan-figure7"]["panels"]
    assert count_figures(captions)[-1] == ("DE-GAN", 1, 1)
    assert lines == ["degan-figure6: 1 picture", "degan-figure7: 0 pictures"]


def test_figure_from_a_model_trains_once(tmp_path, monkeypatch):
    monkeypatch.setattr("keras_regen_app.training_run.plot_run", lambda *arguments: None)
    monkeypatch.setitem(sources._CLASSIFIER, "steps", 1)
    monkeypatch.setitem(_TITLES, "digits", "digits")
    figures = [
        PaperFigure(f"csae1-figure{number}", "a", "", _panels("b", make, [("c", CSAE, 0.9)]))
        for number, make in ((4, reconstructions), (6, samples))
    ]
    options = {"runs_folder": tmp_path / "runs", "reused_folders": [], "results_folder": tmp_path}
    untrained = Sources(TINY, train=False, **options)
    assert make_figures(figures[:1], untrained, tmp_path) == []
    entry = read_captions(tmp_path)["csae1-figure4"]
    assert entry["panels"] == [] and entry["missing"] == "c: no trained model is at hand."
    lines = []
    assert make_figures(figures, Sources(TINY, log=lines.append, **options), tmp_path) == []
    assert lines == ["csae_digits: training at the scale quick"]
    (panel,) = read_captions(tmp_path)["csae1-figure6"]["panels"]
    assert panel["numbers"].startswith("Test accuracy: 90.00 % in the paper, ")
    assert panel["sources"]["csae_digits"]["train_images"] == 200
    first = (tmp_path / panel["file"]).read_bytes()

    again = Sources(
        TINY, log=lines.append, runs_folder=tmp_path, reused_folders=[tmp_path / "runs"]
    )
    make_figures(figures[1:], again, tmp_path)
    assert len(lines) == 1 and (tmp_path / panel["file"]).read_bytes() == first
    figure, values = distances(again.run(CSAE))
    assert len(figure.axes) == 4 and values.shape == (45,)


@pytest.mark.parametrize(
    "error", [FileNotFoundError("No faces."), NonFiniteLossError("NaN.", 1, [])]
)
def test_figure_that_fails_does_not_stop_the_others_and_leaves_no_file(tmp_path, error):
    def fail(sources):
        raise error

    panel = Panel("a", "b", lambda sources: (Figure(), "text"))
    figures = [
        PaperFigure("csae1-figure4", "a", "", (panel, Panel("c", "d", fail))),
        PaperFigure("csae1-figure5", "a", "", (panel,)),
    ]
    empty = Sources(TINY, results_folder=tmp_path)
    assert make_figures(figures, empty, tmp_path) == [f"csae1-figure4: {error}"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["csae1-figure5.png", "figures.json"]


def test_command_lists_figures_and_reports_errors(tmp_path):
    output = run("figures", "--list")
    assert "degan-figure5" in output and "regene-figure9" in output
    assert "(cannot be made)" in output
    message = run("figures", "regene-figure33", "--results", tmp_path, code=1)
    assert "Did you mean" in message and not list(tmp_path.iterdir())
    output = run("figures", "regene-figure16", "--results", tmp_path)
    assert "`python -m reproduction regene-figure16` makes them" in output


def test_tables_is_the_command_without_a_name():
    assert run("--list") == run("tables", "--list")
    assert "figures" in run("--help") and "Name a table" in run(code=2)


@needs_results
def test_stored_pictures_belong_to_the_captions():
    captions = read_captions(STORED)
    known = {figure.name: figure for figure in list_figures()}
    files = [panel["file"] for entry in captions.values() for panel in entry["panels"]]
    assert sorted(path.name for path in STORED.glob("*.png")) == sorted(files)
    for name, entry in captions.items():
        figure = known[name]
        assert (entry["title"], entry["caption"]) == (figure.title, figure.caption)
        labels = [panel["label"] for panel in entry["panels"]]
        assert set(labels) <= {panel.label for panel in figure.panels}


def test_a_blank_picture_is_left_out_with_the_reason(tmp_path):
    gray = np.full((2, 8, 8, 1), 0.13)

    def make(found):
        check_contrast(gray)
        raise AssertionError

    figure = PaperFigure("csae2-figure4", "Reconstructions", panels=(Panel("MNIST", "alt", make),))
    assert make_figures([figure], Sources(TINY), tmp_path) == []
    entry = read_captions(tmp_path)["csae2-figure4"]
    assert entry["panels"] == [] and "MNIST: the decoder returns a gray image" in entry["missing"]
    assert [path.name for path in tmp_path.iterdir()] == ["figures.json"]
    gray[1, :4] = 0.3  # a single image that shows something
    assert check_contrast(gray) is gray
