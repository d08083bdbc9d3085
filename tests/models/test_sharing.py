"""`save_to_preset` and `from_preset`: folders, model cards, and repositories without a network."""

import json
import shutil
import sys
import types

import h5py
import keras
import numpy as np
import pytest

from keras_regen import CSAE, GAN, Classifier, ImageModel, ReGene, load_model
from keras_regen.models.model_card import model_card

FILES = ["README.md", "config.json", "metadata.json", "model.weights.h5"]
HOSTILE = "<script>alert(1)</script> `|` name"


def small_csae(class_names=("cat", "dog"), latent_dim=3):
    options = {"network": "linear", "hidden": 4, "latent_dim": latent_dim}
    return CSAE.for_images((8, 8, 1), class_names, **options)


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """A Hugging Face Hub in a folder; the list of its calls."""
    calls, store = [], tmp_path / "hub"

    def snapshot_download(repo_id, allow_patterns=None):
        calls.append(("download", repo_id))
        return str(store / repo_id)

    class HfApi:
        def create_repo(self, repo_id, exist_ok=False):
            calls.append(("create", repo_id))

        def upload_folder(self, repo_id, folder_path, commit_message):
            calls.append(("upload", repo_id))
            shutil.copytree(folder_path, store / repo_id)

    module = types.SimpleNamespace(snapshot_download=snapshot_download, HfApi=HfApi)
    monkeypatch.setitem(sys.modules, "huggingface_hub", module)
    return calls


@pytest.mark.any_backend
def test_a_folder_has_the_files_of_keras_and_a_card(tmp_path, digits_model):
    folder = tmp_path / "new/preset"
    digits_model.save_to_preset(folder)
    assert sorted(file.name for file in folder.iterdir()) == FILES
    images = np.random.default_rng(0).random((3, 8, 8, 1)).astype("float32")
    for restored in (
        CSAE.from_preset(folder),
        load_model(folder),
        keras.saving.load_model(folder),
    ):
        assert restored.class_names == digits_model.class_names
        assert restored.preset == digits_model.preset
        np.testing.assert_allclose(
            restored.reconstruct(images), digits_model.reconstruct(images), atol=1e-6
        )
        np.testing.assert_array_equal(
            restored.generate(3, 2, seed=0), load_model(folder).generate(3, 2, seed=0)
        )
    assert restored.optimizer is not None and restored.fit(images, [0, 1, 2], verbose=0)


@pytest.mark.any_backend
def test_a_folder_is_replaced_completely(tmp_path):
    small_csae().save_to_preset(tmp_path)
    small_csae(["left", "middle", "right"]).save_to_preset(tmp_path)
    assert ImageModel.from_preset(tmp_path).class_names == ("left", "middle", "right")
    assert sorted(file.name for file in tmp_path.iterdir()) == FILES


@pytest.mark.any_backend
def test_the_folder_of_a_run_or_of_an_earlier_version(tmp_path):
    model = small_csae()
    model.save(tmp_path / "model.keras")
    assert CSAE.from_preset(tmp_path).class_names == ("cat", "dog")
    with pytest.raises(FileExistsError, match=r"contains model\.keras.*Choose another folder"):
        model.save_to_preset(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["model.keras"]


@pytest.mark.any_backend
def test_a_repository_is_uploaded_and_downloaded(hub):
    model = small_csae()
    model.save_to_preset("hf://someone/cats", metrics={"accuracy": 0.5})
    assert hub == [("create", "someone/cats"), ("upload", "someone/cats")]
    restored = CSAE.from_preset("hf://someone/cats")
    assert hub[-1] == ("download", "someone/cats")
    for weight, other in zip(model.weights, restored.weights, strict=True):
        np.testing.assert_array_equal(
            keras.ops.convert_to_numpy(weight), keras.ops.convert_to_numpy(other)
        )
    with pytest.raises(ValueError, match="cannot be built from 'hf://someone/cats'"):
        ReGene.from_preset("hf://someone/cats")
    with pytest.raises(ValueError, match="'hf://someone/cats' is trained"):
        CSAE.from_preset("hf://someone/cats", epochs=3)


@pytest.mark.any_backend
def test_the_hub_of_keras_reads_the_same_files(hub, tmp_path, monkeypatch):
    small_csae().save_to_preset("hf://someone/cats")
    monkeypatch.setattr(
        "keras.src.saving.saving_lib.huggingface_hub",
        types.SimpleNamespace(snapshot_download=lambda repo_id, **rest: tmp_path / "hub" / repo_id),
    )
    assert keras.saving.load_model("hf://someone/cats").class_names == ("cat", "dog")


@pytest.mark.any_backend
@pytest.mark.parametrize("address", ["hf://", "hf://name", "hf://a/b/c", "hf://a/ b", "hf://a/.."])
def test_a_wrong_address(hub, address):
    message = "Expected an address of the form 'hf://user/name'"
    with pytest.raises(ValueError, match=message):
        CSAE.from_preset(address)
    with pytest.raises(ValueError, match=message):
        small_csae().save_to_preset(address)
    assert hub == []


@pytest.mark.any_backend
def test_a_missing_library_has_a_message(monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    for call in (CSAE.from_preset, small_csae().save_to_preset):
        with pytest.raises(ImportError, match=r'pip install "keras_regen\[hub\]"'):
            call("hf://someone/cats")


@pytest.mark.any_backend
def test_a_failed_write_leaves_the_earlier_model(tmp_path, monkeypatch):
    small_csae().save_to_preset(tmp_path / "preset")

    def fail(*arguments, **options):
        raise OSError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("keras_regen.models.sharing.Path.write_text", fail)
        with pytest.raises(OSError, match="No space"):
            small_csae(["left", "middle", "right"]).save_to_preset(tmp_path / "preset")
    assert CSAE.from_preset(tmp_path / "preset").class_names == ("cat", "dog")
    assert [file.name for file in tmp_path.iterdir()] == ["preset"]


@pytest.mark.any_backend
def test_damaged_folders_have_a_message(tmp_path):
    def damaged(name, content):
        folder = tmp_path / f"{name}-{len(content or b'')}"
        small_csae().save_to_preset(folder)
        if content is None:
            (folder / name).unlink()
        else:
            (folder / name).write_bytes(content)
        with pytest.raises(ValueError, match=r"complete model|cannot be built") as error:
            load_model(folder)
        return str(error.value)

    assert "it has no model.weights.h5" in damaged("model.weights.h5", None)
    assert "truncated or of another format" in damaged("model.weights.h5", b"no weights")
    assert "truncated or of another format" in damaged("config.json", b"{")
    other = {"module": "nowhere", "class_name": "Other", "config": {}, "registered_name": "Other"}
    assert "holds a Other" in damaged("config.json", json.dumps(other).encode())


@pytest.mark.any_backend
def test_weights_that_claim_to_be_large_are_refused(tmp_path):
    small_csae().save_to_preset(tmp_path)
    with h5py.File(tmp_path / "model.weights.h5", "a") as file:
        file.create_dataset("large", shape=(2**40,), dtype="float32", chunks=(2**20,))
    with pytest.raises(ValueError, match="claim to have"):
        load_model(tmp_path)


@pytest.mark.any_backend
def test_the_card_has_the_scores_next_to_real_images(tmp_path):
    metrics = {
        "accuracy": 0.9721,
        "generation_accuracy": 0.995,
        "frechet_original_generated": None,
        "real": {"generation_accuracy": 0.9721},
        "seeds": [3, 4],
        "samples": 2000,
        "test_images": 359,
        "evaluation_classifier": {"name": "basenet", "hash": "0123"},
    }
    model = CSAE.from_preset("csae_digits", epochs=7)
    model.save_to_preset(tmp_path, metrics=metrics)
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "| accuracy | 0.9721 | |" in card
    assert "| generation_accuracy | 0.995 | 0.9721 |" in card
    assert "frechet" not in card
    assert "359 held-out images; 2,000 generated images for each seed; seeds 3, 4" in card
    assert "basenet 0123" in card and "| epochs | 7 |" in card
    assert f"keras_regen.CSAE.from_preset('{tmp_path}')" in card
    with pytest.raises(ValueError, match="`metrics` must be"):
        model.save_to_preset(tmp_path, metrics=[0.5])


@pytest.mark.any_backend
def test_the_card_has_the_scores_that_the_model_keeps(digits_model):
    card = model_card(digits_model, None, "folder")
    confidence = keras.ops.convert_to_numpy(digits_model.confidence)
    assert f"{confidence.mean():.4g} on average of the classes" in card
    loss = digits_model.history.history["loss"][-1]
    assert f"loss {loss:.4g}" in card
    assert "No scores are known" in model_card(small_csae(), None, "folder")


@pytest.mark.any_backend
def test_the_code_of_the_card_runs(tmp_path, digits_model):
    digits_model.save_to_preset(tmp_path)
    code = (tmp_path / "README.md").read_text().split("```python\n")[1].split("```")[0]
    values = {"photos": np.zeros((2, 8, 8, 1))}
    exec(code, values)
    assert values["images"].shape == (16, 8, 8, 1) and len(values["labels"]) == 2


@pytest.mark.any_backend
def test_names_have_no_meaning_in_the_card():
    card = model_card(small_csae([HOSTILE, "dog"]), None, "folder")
    # In Markdown, text between two runs of two backticks is code.
    assert f"`` {HOSTILE} ``, `dog`" in card
    # The centroids of 300 classes need no optimization in 300 dimensions.
    many = model_card(small_csae([str(number) for number in range(300)], 300), None, "folder")
    assert "`99` and 200 more" in many


@pytest.mark.any_backend
def test_cards_of_models_without_parts():
    gan = model_card(
        GAN.for_images((8, 8, 1), latent_dim=2, network="dense", hidden=(4,)), None, ""
    )
    assert "It has no classes" in gan and "classify" not in gan
    classifier = Classifier.for_images((8, 8, 1), ["cat", "dog"], stem_filters=2)
    card = model_card(classifier, None, "")
    assert "classify" in card and "generate(" not in card


def test_the_card_of_a_recipe_for_any_images_has_its_steps():
    model = CSAE.from_preset(
        "csae", image_shape=(8, 8, 1), class_names=["a", "b"], stem_filters=2, latent_dim=4
    )
    card = model_card(model, None, "folder")
    assert "| steps | 2500 |" in card and "training images" not in card and "None" not in card
