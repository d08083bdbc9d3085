"""Loading of models and images in commands, and the errors of wrong files."""

import functools

import keras
import numpy as np
import pytest
from PIL import Image

from keras_regen import GAN, Classifier, metrics
from keras_regen.datasets import load
from keras_regen_app.model_loading import load_model_and_data
from keras_regen_app.pretraining import load_pretrained
from keras_regen_app.runs import train_run
from tests.app.helpers import figures, picture_folder, run

pytestmark = pytest.mark.any_backend


@keras.saving.register_keras_serializable(package="somebody")
class Doubled(keras.layers.Layer):
    """A layer that is not registered in other processes."""

    def call(self, inputs):
        return 2 * inputs


def test_images_are_resized_and_classes_are_matched_by_name(
    tmp_path, own_run, digits_model, monkeypatch
):
    quick = functools.partial(metrics.train_evaluation_classifier, steps=1, stem_filters=2)
    monkeypatch.setattr(metrics, "train_evaluation_classifier", quick)
    folder = picture_folder(tmp_path / "some", {7: "7", 3: "3"})
    options = ["--samples-per-class", 5, "--repeats", 1, "--student-steps", 1]
    measured = figures("evaluate", own_run, "--dataset", folder, *options)
    hits = total = 0
    for name in ("3", "7"):
        for file in (folder / "test" / name).iterdir():
            small = Image.open(file).convert("L").resize((8, 8), Image.Resampling.BICUBIC)
            pixels = np.asarray(small)[None, :, :, None]
            hits += int(digits_model.predict(pixels, verbose=0)["probabilities"].argmax()) == int(
                name
            )
            total += 1
    assert measured["test_images"] == total == 40
    assert measured["accuracy"] == hits / total > 0.5
    assert list(measured["generation_accuracy_by_class"]) == ["3", "7"]
    assert list(measured["tries"]) == ["3", "7"]
    assert measured["samples"] == 10


def test_classes_that_the_model_lacks(tmp_path, digits_run):
    folder = picture_folder(tmp_path / "pets", {7: "cat", 3: "3"})
    message = run("evaluate", digits_run, "--dataset", folder, code=1).output
    assert "'pets' with ('3', 'cat')" in message and "'8', '9')" in message


def test_a_model_without_classes(tmp_path):
    model = GAN.for_images((8, 8, 1), latent_dim=3, width=0.02)
    model.save(tmp_path / "gan.keras")
    loaded, data = load_model_and_data(str(tmp_path / "gan.keras"), "digits")
    assert not loaded.num_classes and data.num_classes == 10
    command = ["closest", tmp_path / "gan.keras", "--dataset", "digits", "--num-samples", 2]
    run(*command, "--output", tmp_path / "a.png")
    assert (tmp_path / "a.png").exists()
    command = ["reconstruct", tmp_path / "gan.keras", "--dataset", "digits"]
    assert "cannot encode images" in run(*command, "--output", tmp_path / "b.png", code=1).output


def test_a_model_without_a_run(tmp_path, digits_run):
    lonely = tmp_path / "lonely.keras"
    lonely.write_bytes((digits_run / "model.keras").read_bytes())
    assert "name the images with `--dataset`" in run("evaluate", lonely, code=2).output
    results = figures("reconstruct", lonely, "--dataset", "digits", "--output", tmp_path / "a.png")
    expected = figures("reconstruct", digits_run, "--output", tmp_path / "b.png")
    assert results["mse"] == expected["mse"]


@pytest.mark.parametrize("command", ["generate", "evaluate", "augment", "closest", "reconstruct"])
def test_a_plain_keras_model(tmp_path, command):
    keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten()]).save(tmp_path / "a.keras")
    more = [] if command == "generate" else ["--dataset", "digits"]
    message = run(command, tmp_path / "a.keras", *more, code=1).output
    assert "contains a plain Keras Sequential" in message and "such as CSAE" in message


def test_an_unknown_class(tmp_path, monkeypatch):
    keras.Sequential([keras.Input((3,)), Doubled()]).save(tmp_path / "a.keras")
    with keras.saving.custom_object_scope({}):
        monkeypatch.delitem(keras.saving.get_custom_objects(), "somebody>Doubled")
        monkeypatch.setattr(Doubled, "__module__", "nowhere")
        message = run("generate", tmp_path / "a.keras", code=1).output
    assert "Could not locate class 'Doubled'" in message and "import its package first" in message


def test_a_model_without_a_run_has_the_held_out_images_of_its_run(tmp_path):
    folder = picture_folder(tmp_path / "pets", {7: "cat", 3: "dog"})
    train_run(
        "csae_digits",
        tmp_path / "run",
        dataset=str(folder),
        seed=3,
        epochs=1,
        options={"stem_filters": 2},
        show_progress=False,
    )
    lonely = tmp_path / "lonely.keras"
    lonely.write_bytes((tmp_path / "run" / "model.keras").read_bytes())
    _, expected = load_model_and_data(str(tmp_path / "run"), None)
    _, received = load_model_and_data(str(lonely), str(folder))
    np.testing.assert_array_equal(received.x_test, expected.x_test)
    assert not np.array_equal(
        received.x_test, load(folder, image_size=(8, 8), color_mode="grayscale").x_test
    )


def test_a_pretrained_classifier_of_other_classes_is_refused(tmp_path):
    settings = {"preset": "regene_digits", "pretrained": tmp_path / "classifier.keras"}
    options = {"network": "regene", "width": 0.02}
    Classifier.for_images((8, 8, 1), ["dog", "cat"], **options).save(settings["pretrained"])
    with pytest.raises(ValueError, match=r"in this order. Received: .*of \['dog', 'cat'\]"):
        load_pretrained(settings, ("cat", "dog"))
    assert list(load_pretrained(settings, ("dog", "cat"))) == ["classifier"]
    # Names that are numbers say nothing.
    Classifier.for_images((8, 8, 1), ["0", "1"], **options).save(settings["pretrained"])
    assert list(load_pretrained(settings, ("cat", "dog"))) == ["classifier"]
