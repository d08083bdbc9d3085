"""Runs without a preset: the recipe for the images, and the epochs that fit into the time."""

import json

import numpy as np
import pytest
from PIL import Image

from keras_regen.datasets import ImageDataset
from keras_regen.presets import get_preset
from keras_regen_app import run_planning, runs, training_run
from keras_regen_app.run_planning import choose_options, load_for_recipe, plan_epochs
from keras_regen_app.runs import train_run
from tests.samples import striped_images

pytestmark = pytest.mark.any_backend


def dataset(count, shape, num_classes=2):
    images = np.random.default_rng(0).integers(0, 256, (count, *shape), "uint8")
    labels = np.arange(count) % num_classes
    names = tuple("abcdefghij"[:num_classes])
    return ImageDataset(images, labels, images[:4], labels[:4], names, "random")


def write_folder(folder, sizes):
    images, labels = striped_images(len(sizes))
    for index, (image, label, size) in enumerate(zip(images, labels, sizes, strict=True)):
        (folder / f"class {label}").mkdir(parents=True, exist_ok=True)
        picture = Image.fromarray((image[..., 0] * 255).astype("uint8")).resize(size)
        picture.save(folder / f"class {label}" / f"{index}.png")
    return folder


def settings(**changes):
    return {
        "preset": "csae",
        "dataset": "random",
        "epochs": None,
        "batch_size": 4,
        "seed": 0,
        "options": {"stem_filters": 2, "latent_dim": 4},
        "pretrained": None,
        "image_size": None,
        "fit": "crop",
        "precision": "float32",
    } | changes


@pytest.mark.parametrize(
    "count, shape, expected",
    [
        (40, (32, 32, 3), {"prior": "deviation", "shift": 2, "mirror": True, "latent_dim": 128}),
        (40, (48, 32, 1), {"prior": "deviation", "shift": 2, "mirror": False, "latent_dim": 128}),
        (200, (8, 8, 1), {"prior": "mixture", "latent_dim": 32}),
        (6000, (16, 16, 1), {"prior": "mixture", "latent_dim": 128}),
    ],
)
def test_the_options_fit_the_data_and_the_reasons_name_them(count, shape, expected):
    options, reasons = choose_options(dataset(count, shape))
    assert options == expected
    text = " ".join(reasons)
    assert "csae" in text and f"prior={expected['prior']}" in text
    assert ("shift=" in text) == ("shift" in expected)


def test_images_of_mixed_sizes_are_resized_and_others_are_not(tmp_path):
    said = []
    mixed = write_folder(tmp_path / "mixed", [(40, 30), (20, 20)] * 6)
    chosen = settings(dataset=str(mixed))
    assert load_for_recipe(chosen, said.append).image_shape == (32, 32, 1)
    assert chosen["image_size"] == 32 and "sizes differ" in said[0]
    large = settings(dataset=str(write_folder(tmp_path / "large", [(90, 70)] * 12)))
    assert load_for_recipe(large, said.append).image_shape == (32, 32, 1)
    assert "90x70 pixels" in said[1]
    small = settings(dataset=str(write_folder(tmp_path / "small", [(20, 16)] * 12)))
    assert load_for_recipe(small, said.append).image_shape == (16, 20, 1)
    sized = settings(dataset=str(mixed), image_size=(24, 16))
    assert load_for_recipe(sized, said.append).image_shape == (24, 16, 1)
    assert len(said) == 2


def test_a_limit_of_time_lowers_the_epochs(monkeypatch):
    data, said = dataset(20, (8, 8, 1)), []
    options = {"automatic": False, "announce": said.append}
    unlimited = settings()
    plan_epochs(unlimited, data, {}, minutes=None, **options)
    assert unlimited["epochs"] == get_preset("csae").steps / 5 and said == []
    long = settings(epochs=3)
    plan_epochs(long, data, {}, minutes=600, **options)
    assert long["epochs"] == 3 and "3 epochs" in said[-1]
    with pytest.raises(ValueError, match=r"too short for an epoch.*Set `minutes` to at least 1\. "):
        plan_epochs(settings(), data, {}, minutes=1e-9, **options)
    # A second of each epoch, and 20 % in reserve.
    monkeypatch.setattr(run_planning, "_epoch_seconds", lambda *arguments: 1.0)
    bounded = settings()
    plan_epochs(bounded, data, {}, minutes=2, **options)
    assert bounded["epochs"] == 96


def test_narrow_networks_where_the_time_is_short(monkeypatch):
    data, said = dataset(20, (8, 8, 1)), []

    def epoch_seconds(settings, *arguments):
        return 1.0 if settings["options"].get("stem_filters", 32) == 16 else 4.0

    monkeypatch.setattr(run_planning, "_epoch_seconds", epoch_seconds)
    short = settings(options={})
    plan_epochs(short, data, {}, minutes=2, automatic=True, announce=said.append)
    assert short["options"] == {"stem_filters": 16} and short["epochs"] == 96
    assert any("only 24 of 500 epochs" in sentence for sentence in said)
    long = settings(options={})
    plan_epochs(long, data, {}, minutes=60, automatic=True, announce=said.append)
    assert long["options"] == {} and long["epochs"] == 500


def test_a_run_without_a_preset(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(training_run, "evaluate_generation", lambda *arguments, **options: {})
    monkeypatch.setattr(training_run, "plot_run", lambda *arguments: None)
    monkeypatch.setattr(runs, "train_evaluation_classifier", lambda *arguments, **options: None)
    folder = write_folder(tmp_path / "photos", [(20, 16)] * 24)
    options = {"stem_filters": 2, "latent_dim": 6}
    train_run(None, tmp_path / "run", dataset=folder, epochs=2, options=options, show_progress=True)
    written = json.loads((tmp_path / "run/run.json").read_text())
    assert written["preset"] == "csae" and written["epochs"] == 2
    assert written["options"] == {
        "latent_dim": 6,
        "stem_filters": 2,
        "prior": "deviation",
        "shift": 1,
        "mirror": False,
    }
    assert "prior=deviation" in capsys.readouterr().err
    with pytest.raises(ValueError, match="`dataset` must name the images"):
        train_run(None, tmp_path / "other")
    with pytest.raises(ValueError, match="name them by `dataset`"):
        train_run("csae", tmp_path / "other")
