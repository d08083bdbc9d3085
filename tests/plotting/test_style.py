"""Names as text, files, axes of the user, and how notebooks show a figure."""

import io
import sys
import types

import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure
from matplotlib.textpath import TextPath
from PIL import Image

from keras_regen import plotting
from keras_regen.plotting.canvas import text_width
from keras_regen.plotting.style import legend_text, plain_text
from keras_regen.priors import StandardNormalPrior
from tests.plotting.image_helpers import pixels_of, random_images, read_pixels

pytestmark = pytest.mark.any_backend

IMAGES, NAMES, LABELS = random_images(6, 8, 8, 1), ["a", "b"], np.arange(6) % 2
LATENTS = np.random.default_rng(0).normal(size=(6, 4))
GRIDS = IMAGES.reshape(2, 3, 8, 8, 1)
PLOTS = {
    "images": lambda **kw: plotting.plot_images(IMAGES, **kw),
    "samples": lambda **kw: plotting.plot_samples(IMAGES, LABELS, NAMES, **kw),
    "reconstructions": lambda **kw: plotting.plot_reconstructions(IMAGES, IMAGES, **kw),
    "traversals": lambda **kw: plotting.plot_traversals(GRIDS, **kw),
    "matrix": lambda **kw: plotting.plot_matrix(GRIDS, IMAGES[:2], IMAGES[:3], **kw),
    "sources": lambda **kw: plotting.plot_sources(IMAGES[:2], GRIDS, **kw),
    "closest": lambda **kw: plotting.plot_closest(IMAGES[:2], GRIDS, **kw),
    "history": lambda **kw: plotting.plot_history({"loss": [2.0, 1.0]}, **kw),
    "runs": lambda **kw: plotting.plot_runs({"a": {"loss": [2.0, 1.0]}}, **kw),
    "ratio": lambda **kw: plotting.plot_ratio([0, 1], {"FID": [2.0, 1.0]}, **kw),
    "dimension": lambda **kw: plotting.plot_intrinsic_dimension([5, 9], {"a": [2.0, 1.0]}, **kw),
    "barcodes": lambda **kw: plotting.plot_barcodes(LATENTS, LABELS, NAMES, **kw),
    "tsne": lambda **kw: plotting.plot_tsne(LATENTS, LABELS, NAMES, **kw),
    "confusion": lambda **kw: plotting.plot_confusion_matrix(LABELS, LABELS, NAMES, **kw),
    "confidence": lambda **kw: plotting.plot_confidence([[0.3, 0.7]], **kw),
}
PANELS = {
    "distances": lambda **kw: plotting.plot_distances(LATENTS[:2], LATENTS[:2], NAMES, **kw),
    "noise": lambda **kw: plotting.plot_noise(StandardNormalPrior(2), num_samples=9, **kw),
}
ALL = {**PLOTS, **PANELS}


@pytest.mark.parametrize("name", ALL)
def test_figure_and_file_are_the_same(tmp_path, name):
    path = tmp_path / "plot.png"
    figure = ALL[name](path=path)
    assert type(figure) is Figure
    assert [file.name for file in tmp_path.iterdir()] == ["plot.png"]
    drawn, written = pixels_of(figure), read_pixels(path)
    assert drawn.shape == written.shape
    # matplotlib's layout can move by a pixel when it is computed again.
    assert np.mean(drawn == written) > (0.9 if figure.get_layout_engine() else 0.999999)
    assert not pyplot.get_fignums()


@pytest.mark.parametrize("name", PLOTS)
def test_plots_use_the_axes_of_the_user(tmp_path, name):
    figure = Figure(figsize=(6, 3))
    left, right = figure.subplots(1, 2)
    assert PLOTS[name](ax=right, path=tmp_path / "plot.png") is figure
    assert right.has_data() and not left.has_data()
    assert (tmp_path / "plot.png").exists()


@pytest.mark.parametrize("name", PLOTS)
def test_other_axes_are_errors(name):
    removed = Figure().add_subplot()
    removed.remove()
    for ax in ("left", Figure(), Figure().add_subplot(projection="polar"), removed):
        with pytest.raises(ValueError, match="`ax` must be an axes"):
            PLOTS[name](ax=ax)


@pytest.mark.parametrize("name", ALL)
def test_paths_are_checked_before_plotting(tmp_path, name):
    with pytest.raises(ValueError, match=r"\.jpeg, \.jpg, \.pdf, \.png, \.svg.*plot\.keras"):
        ALL[name](path=tmp_path / "plot.keras")
    with pytest.raises(FileNotFoundError, match="does not exist"):
        ALL[name](path=tmp_path / "missing/plot.png")
    with pytest.raises(ValueError, match="path=3"):
        ALL[name](path=3)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", ["pdf", "svg", "JPG", "webp", "tiff"])
def test_other_formats(tmp_path, suffix):
    path = tmp_path / f"plot.{suffix}"
    plotting.plot_images(IMAGES, path=path)
    if suffix in ("pdf", "svg"):
        assert path.read_bytes()[:5] in (b"%PDF-", b"<?xml")
    else:
        assert Image.open(path).size == (6 * 68 - 4, 64)


def test_an_error_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "plot.png"
    plotting.plot_images(IMAGES, path=path)
    before = path.read_bytes()

    def save(figure, partial, **options):
        partial.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(Figure, "savefig", save)
    with pytest.raises(OSError, match="disk full"):
        plotting.plot_images(IMAGES[:3], path=path)
    assert path.read_bytes() == before and len(list(tmp_path.iterdir())) == 1


def test_several_panels_do_not_fit_into_an_axes():
    axes = Figure().add_subplot()
    history = {"loss": [2.0, 1.0], "accuracy": [0.1, 0.2]}
    for plot in (
        lambda: plotting.plot_history(history, ax=axes),
        lambda: plotting.plot_runs({"a": history}, ax=axes),
        lambda: plotting.plot_ratio([0, 1], history, ax=axes),
    ):
        with pytest.raises(ValueError, match="2 panels"):
            plot()
    plotting.plot_history(history, names=["accuracy"], ax=axes)
    assert axes.get_title() == "accuracy"


def test_names_are_no_formulas_and_have_one_line():
    for name in ("$x_$", "$\\frac{1$"):
        with pytest.raises(ValueError, match="Expected"):  # matplotlib cannot parse the formula
            TextPath((0, 0), name)
        assert text_width(name) > text_width(name.replace("$", ""))
    assert plain_text("a\nb\tc\x00d\x1be\u2028f\ud800") == "a b c\ufffdd\ufffde f\ufffd"
    assert plain_text("a\u202eb\u2066\u2029") == "a\ufffdb\ufffd "
    assert plain_text("a\u200db\u200c\u00a0") == "a\u200db\u200c\u00a0"
    assert text_width("\u200b\u2800") < 20 and text_width("") == 0
    assert plain_text("x" * 41) == "x" * 39 + "…" and plain_text("x" * 40) == "x" * 40
    assert legend_text("") == " " and legend_text("_a") == " _a"


@pytest.mark.filterwarnings("ignore:Glyph")
def test_odd_names_in_all_plots():
    names = ["$x_$", "line\nbreak\x00", "_under", "", "\\frac{$\u202e", "x" * 500]
    labels, six, values = np.arange(6), np.eye(6), {name: [1.0] for name in names}
    figures = [
        plotting.plot_samples(IMAGES, labels, names),
        plotting.plot_traversals(GRIDS, row_names=names[:2]),
        plotting.plot_closest(IMAGES[:2], GRIDS, row_names=names[4:], captions=[names[:3]] * 2),
        plotting.plot_distances(six, six, names),
        plotting.plot_barcodes(six, labels, names),
        plotting.plot_tsne(six, labels, names),
        plotting.plot_confusion_matrix(labels, labels, names),
        plotting.plot_history(values),
        plotting.plot_runs(dict.fromkeys(names, values), x_label="$_"),
        plotting.plot_ratio([1], values, marks={1: "$_"}, x_label="$_"),
        plotting.plot_intrinsic_dimension([5], values),
    ]
    for figure in figures:
        height, width = pixels_of(figure).shape[:2]
        assert max(height, width) < 2600


@pytest.mark.parametrize("known", [None, "image/svg+xml", "image/png"])
def test_notebooks_show_figures(monkeypatch, known):
    """With a stand-in for IPython: a formatter of figures is added only if there is none."""
    kinds = ("image/png", "image/jpeg", "image/svg+xml", "application/pdf")
    formatters = {
        kind: types.SimpleNamespace(type_printers={Figure: str} if kind == known else {})
        for kind in kinds
    }
    png = formatters["image/png"]
    png.for_type = png.type_printers.__setitem__
    shell = types.SimpleNamespace(display_formatter=types.SimpleNamespace(formatters=formatters))
    module = types.SimpleNamespace(get_ipython=lambda: shell)
    monkeypatch.setitem(sys.modules, "IPython", module)
    figure = plotting.plot_images(IMAGES)
    if known is None:
        picture = read_pixels(io.BytesIO(png.type_printers[Figure](figure)))
        np.testing.assert_array_equal(picture, pixels_of(figure))
    else:
        assert png.type_printers == ({Figure: str} if known == "image/png" else {})


def test_a_program_that_imports_ipython_is_no_notebook(monkeypatch):
    module = types.SimpleNamespace(get_ipython=lambda: None)
    monkeypatch.setitem(sys.modules, "IPython", module)
    assert isinstance(plotting.plot_images(IMAGES), Figure)
