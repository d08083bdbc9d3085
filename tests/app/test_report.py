"""`report.html`: its sections, pictures, escaping, and bounds."""

import base64
import io
import shutil
from html.parser import HTMLParser

import keras
import numpy as np
import pytest
from PIL import Image

from keras_regen import CSAE, GAN
from keras_regen.datasets import load
from keras_regen.datasets.dataset import dataset_from_arrays
from keras_regen.metrics import ALL_METRICS, evaluate_generation, train_evaluation_classifier
from keras_regen_app.metric_texts import METRIC_TEXTS
from keras_regen_app.report import write_report
from keras_regen_app.run_commands import train_command
from keras_regen_app.run_plots import plot_run
from keras_regen_app.run_settings import describe_images
from tests.app.browser import Browser
from tests.app.helpers import figures, run

pytestmark = pytest.mark.any_backend

SECTIONS = (
    "run",
    "quality",
    "metrics",
    "samples",
    "reconstructions",
    "closest",
    "confusion",
    "latents",
    "curves",
    "commands",
)
METRICS = {
    "accuracy": 0.75,
    "generation_accuracy": 0.625,
    "copied": 0.5,
    "std": {"generation_accuracy": 0.125},
    "real": {"generation_accuracy": 0.9375},
    "seeds": [3, 4],
    "samples": 40,
}


class Page(HTMLParser):
    """The elements of a page, their texts, and the tags that are not closed."""

    def __init__(self, path):
        super().__init__()
        self.tags, self.text, self.open = [], "", []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in ("meta", "link", "img", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def report(digits_run):
    return Page(digits_run / "report.html")


def small_model(class_names, size=8):
    """An untrained CSAE, and a dataset of as many images as classes."""
    count = len(class_names)
    images = np.random.default_rng(0).random((count, size, size, 1)).astype("float32")
    data = dataset_from_arrays("noise", *[(images, np.arange(count))] * 2, class_names)
    options = {"network": "linear", "hidden": 4, "latent_dim": count}
    model = CSAE.for_images((size, size, 1), class_names, **options)
    model.adapt_prior(images, np.arange(count))
    return model, data


def test_a_run_has_a_report_with_every_section(report):
    assert [section["id"] for section in report.all("section")] == list(SECTIONS)
    assert not report.open
    links = {link["href"].removeprefix("#") for link in report.all("a")}
    assert links == set(SECTIONS)
    assert f"1,438 (hash {describe_images(load('digits'))['images_hash']})" in report.text
    assert f"keras {keras.__version__}" in report.text
    assert "keras-regen train csae_digits --dataset digits --epochs 6" in report.text


def test_every_picture_is_in_the_page_and_has_an_alternative_text(report):
    pictures = report.all("img")
    assert len(pictures) == 6
    for picture in pictures:
        assert len(picture["alt"]) > 20
        head, content = picture["src"].split(",")
        assert head == "data:image/png;base64"
        with Image.open(io.BytesIO(base64.b64decode(content))) as image:
            assert image.size == (int(picture["width"]), int(picture["height"]))
    assert all(bar["aria-label"] for bar in report.all("svg"))


def test_the_page_loads_nothing_and_runs_no_script(report):
    (policy,) = (tag for tag in report.all("meta") if "http-equiv" in tag)
    assert policy["content"].startswith("default-src 'none'")
    for tag, attributes in report.tags:
        assert tag not in ("script", "iframe", "object", "embed")
        assert not any(name.startswith("on") for name in attributes)
        address = attributes.get("src") or attributes.get("href") or "#"
        assert address.startswith(("data:", "#")), address


def test_the_metrics_have_a_reference_and_a_sentence(tmp_path):
    model, data = small_model(["cat", "dog", "cow"])
    page = Page(write_report(tmp_path, model, data, METRICS))
    labels = [bar["aria-label"] for bar in page.all("svg")]
    assert "Generation accuracy: 62.5%; real held-out images: 93.8%" in labels
    # Each of three classes has a third of the test images.
    assert "Test accuracy: 75.0%; always the most frequent class: 33.3%" in labels
    assert "± 12.5%" in page.text and "each of the seeds 3, 4" in page.text
    assert METRIC_TEXTS["copied"].text in page.text
    bars = [part["width"] for part in page.all("rect") if part["class"] == "bar"]
    assert bars == ["75.00", "62.50", "50.00"]


def test_poor_pictures_have_a_warning(tmp_path):
    model, data = small_model(["cat", "dog", "cow"])
    page = Page(write_report(tmp_path, model, data, METRICS | {"reconstruction_explained": 0.21}))
    assert "quality" in [section["id"] for section in page.all("section")]
    assert "Warning. Reconstructions are poor: they explain 21 %" in page.text
    # The names of options, between backticks on a terminal, are code.
    assert "a larger latent_dim" in page.text and "`" not in page.text


def test_the_report_of_a_stopped_run_has_the_epochs_of_its_history(tmp_path):
    model, data = small_model(["cat", "dog", "cow"])
    rows = [{"epoch": epoch, "loss": 1.0, "val_loss": 1.0} for epoch in (1, 2)]
    page = Page(write_report(tmp_path, model, data, METRICS, settings={"epochs": 9}, rows=rows))
    assert "2 of 9, at the time limit" in page.text
    page = Page(write_report(tmp_path, model, data, METRICS, settings={"epochs": 2}, rows=rows))
    assert "at the time limit" not in page.text


def test_every_metric_of_the_library_has_words(digits_model):
    data = load("digits")
    classifier = train_evaluation_classifier(data.x_train, data.y_train, steps=1, stem_filters=2)
    results = evaluate_generation(
        digits_model,
        data,
        evaluation_classifier=classifier,
        samples_per_class=4,
        student_steps=1,
        metrics=ALL_METRICS,
    )
    counts = {"test_images", "samples", "samples_per_class", "originals", "compared"}
    counts.add("student_steps")
    numbers = {name for name, value in results.items() if isinstance(value, int | float)}
    assert numbers - counts <= set(METRIC_TEXTS)


def test_names_and_paths_are_text(tmp_path):
    hostile = "<script>alert(1)</script>"
    model, data = small_model([hostile, '"><img src=x onerror=alert(1)>', "a & b"])
    settings = {"preset": "csae_digits", "dataset": f"/data/{hostile}", "options": {}}
    by_class = {name: 0.5 for name in model.class_names}
    metrics = METRICS | {"generation_accuracy_by_class": by_class}
    commands = [train_command(settings, f"runs/{hostile}")]
    plot_run(model, data, [], tmp_path)
    path = write_report(tmp_path, model, data, metrics, settings=settings, commands=commands)
    page = Page(path)
    assert hostile not in path.read_text()
    assert not page.all("script") and not page.open
    assert all(picture["src"].startswith("data:") for picture in page.all("img"))
    assert page.text.count(hostile) >= 4  # the classes, the dataset, the table and the command
    assert hostile in next(picture["alt"] for picture in page.all("img"))


def test_a_report_of_many_classes_is_bounded(tmp_path):
    names = [f"a class with the long name number {number}" for number in range(300)]
    model, data = small_model(names)
    by_class = {name: number / 300 for number, name in enumerate(reversed(names))}
    # Noise is as large as a picture can be.
    noise = np.random.default_rng(0).integers(0, 256, (2500, 2500, 3), "uint8")
    for name in ("samples", "distances"):
        Image.fromarray(noise).save(tmp_path / f"{name}.png", compress_level=0)
    metrics = METRICS | {"generation_accuracy_by_class": by_class}
    path = write_report(tmp_path, model, data, metrics)
    page = Page(path)
    assert path.stat().st_size < 6_000_000
    rows = [tag for tag in page.all("th") if tag["scope"] == "row"]
    assert len(rows) == 20
    assert "The 20 of 300 classes with the lowest generation accuracy" in page.text
    # The lowest accuracy is that of the last class.
    assert names[-1] in page.text and names[100] not in page.text
    assert [int(picture["width"]) for picture in page.all("img")] == [1600, 1600]


def test_a_model_without_classes(tmp_path):
    data = load("digits")
    model = GAN.for_images((8, 8, 1), latent_dim=2, network="dense", hidden=(4,))
    plot_run(model, data, [], tmp_path)
    page = Page(write_report(tmp_path, model, data, {"recognized": 0.5}))
    sections = [section["id"] for section in page.all("section")]
    assert sections == ["run", "metrics", "samples", "closest", "commands"]
    assert "no classes" in page.text


def test_an_error_leaves_the_earlier_report(tmp_path, monkeypatch):
    model, data = small_model(["cat", "dog"])
    earlier = write_report(tmp_path, model, data, METRICS).read_bytes()

    def fail(*arguments):
        raise OSError("No space left on device")

    monkeypatch.setattr("keras_regen.atomic_files.os.replace", fail)
    with pytest.raises(OSError, match="No space"):
        write_report(tmp_path, model, data, METRICS | {"accuracy": 0.5})
    assert (tmp_path / "report.html").read_bytes() == earlier
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]


@pytest.fixture
def quick_evaluation(monkeypatch):
    """Replaces the evaluation and its classifier by fixed results."""
    monkeypatch.setattr("keras_regen.metrics.evaluate_generation", lambda *a, **k: dict(METRICS))
    monkeypatch.setattr(
        "keras_regen_app.commands.evaluation._evaluation_classifier", lambda *arguments: None
    )


def test_evaluate_replaces_the_report_of_a_run(digits_run, tmp_path, quick_evaluation):
    folder = tmp_path / "run"
    shutil.copytree(digits_run, folder)
    before = {file.name: file.stat().st_mtime_ns for file in folder.iterdir() if file.is_file()}
    result = figures("evaluate", folder, "--seed", 5)
    assert result["report"] == str(folder / "report.html")
    page = Page(folder / "report.html")
    assert [section["id"] for section in page.all("section")] == list(SECTIONS)
    assert f"keras-regen evaluate {folder} --seed 5" in page.text
    assert "keras-regen train csae_digits" in page.text and "62.5%" in page.text
    after = {file.name: file.stat().st_mtime_ns for file in folder.iterdir() if file.is_file()}
    assert [name for name in before if before[name] != after[name]] == ["report.html"]


def test_evaluate_of_a_file_or_checkpoint_writes_a_report_only_on_request(
    digits_run, tmp_path, quick_evaluation
):
    checkpoint = digits_run / "checkpoints/last.keras"
    before = (digits_run / "report.html").read_bytes()
    assert figures("evaluate", checkpoint)["report"] is None
    folder = tmp_path / "new/plots"
    assert "report.html" in run("evaluate", checkpoint, "--output", folder).output
    assert (folder / "report.html").exists() and (folder / "samples.png").exists()
    assert (digits_run / "report.html").read_bytes() == before


def test_the_report_opens_in_a_browser_without_errors(digits_run, tmp_path):
    page = digits_run / "report.html"
    planted = tmp_path / "planted.html"
    text = page.read_text(encoding="utf-8")
    planted.write_text(text.replace("</body>", "<script>alert(1)</script></body>"), "utf-8")
    with Browser(tmp_path / "profile", width=390) as browser:
        browser.open(page.as_uri())
        # Another test may have evaluated the run with other images.
        assert browser.run("document.title").startswith("csae_digits on ")
        assert browser.run("[...document.images].every(image => image.naturalWidth > 0)")
        # The pictures scroll sideways, and the page does not.
        assert browser.run("document.documentElement.scrollWidth") == 390
        colors = []
        for scheme in ("light", "dark"):
            browser.set_color_scheme(scheme)
            colors.append(browser.run("getComputedStyle(document.body).backgroundColor"))
        assert colors == ["rgb(255, 255, 255)", "rgb(20, 22, 31)"]
        assert browser.errors == [] and browser.addresses == [page.as_uri()]
        browser.open(planted.as_uri())
        assert "Content Security Policy" in "".join(browser.errors)


def test_the_command_of_a_run_names_its_precision():
    settings = {"preset": "csae_digits", "precision": "mixed_bfloat16"}
    assert "--precision mixed_bfloat16" in train_command(settings, "runs/mine")
    usual = settings | {"precision": "float32"}
    assert "--precision" not in train_command(usual, "runs/mine")
