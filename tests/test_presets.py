"""Presets: their values in the papers, and the models that they build."""

import dataclasses

import keras
import numpy as np
import pytest

from keras_regen import CSAE, Classifier, ImageModel, ReGene
from keras_regen.networks import regene_classifier
from keras_regen.optimizers import build_optimizer
from keras_regen.presets import get_preset, list_presets


def test_the_recipe_of_the_csae_paper():
    for name in ("csae_mnist", "csae_fashion_mnist", "csae_facescrub"):
        preset = get_preset(name)
        assert preset.epochs == 120
        assert dict(preset.optimizer) | {"weight_decay": None} == {
            "name": "sgd",
            "learning_rate": 0.1,
            "momentum": 0.9,
            "weight_decay": None,
            "schedule": ((0.25, 0.1), (0.5, 0.01), (0.75, 0.001)),
        }
        assert preset.options["levels"] == (3 if "face" in name else 2)
    assert get_preset("csae_linear_mnist").epochs == 200


def test_every_preset_builds_its_optimizers():
    for preset in list_presets():
        arguments = preset.optimizer_arguments()
        for optimizer_arguments in [arguments] if "name" in arguments else arguments.values():
            build_optimizer(total_steps=100, **optimizer_arguments)
        assert preset.to_dict()["name"] == preset.name


# The presets that differ in more than their optimizers and epochs.
KINDS = {
    (preset.model, preset.image_shape, str(preset.options)): preset for preset in list_presets()
}


@pytest.mark.any_backend
@pytest.mark.parametrize("preset", KINDS.values(), ids=lambda preset: preset.name)
def test_every_preset_builds_its_model(preset):
    if preset.image_shape is None:
        return  # the next test builds its model
    if preset.image_shape[0] > 32:
        return  # the tests of the networks build 128x128 networks
    model = ImageModel.from_preset(preset.name, **_small(preset))
    assert type(model).__name__ == preset.model
    assert model.image_shape == preset.image_shape
    assert model.num_classes == (preset.num_classes if model._needs_labels else 0)


ANY_IMAGES = [preset for preset in list_presets() if preset.image_shape is None]


@pytest.mark.any_backend
@pytest.mark.parametrize("image_shape", [(8, 8, 1), (28, 20, 1), (40, 72, 3)])
@pytest.mark.parametrize("preset", ANY_IMAGES, ids=lambda preset: preset.name)
def test_recipes_for_any_images_build_models_of_their_size(preset, image_shape):
    if preset.model == "DEGAN":
        vae = ImageModel.from_preset("vae_degan", image_shape=image_shape, width=0.05)
        model = ImageModel.from_preset(
            preset.name, image_shape=image_shape, vae=vae, **_small(preset)
        )
    else:
        takes_names = preset.model in ("CSAE", "Classifier", "ReGene", "CVAE")
        names = {"class_names": ["left", "right"]} if takes_names else {}
        model = ImageModel.from_preset(
            preset.name, image_shape=image_shape, **names, **_small(preset)
        )
    assert model.image_shape == image_shape
    assert model.preset.steps == preset.steps
    optimizer = getattr(model.optimizer, "optimizers", [model.optimizer])[0]
    schedule = getattr(optimizer, "_learning_rate", None)
    if isinstance(schedule, keras.optimizers.schedules.CosineDecay):
        assert schedule.warmup_steps + schedule.decay_steps == preset.steps


def test_a_recipe_for_any_images_asks_for_them():
    with pytest.raises(ValueError, match=r"`image_shape=` and `class_names=`"):
        CSAE.from_preset("csae")
    with pytest.raises(ValueError, match="`num_samples=`"):
        CSAE.from_preset("csae", image_shape=(8, 8, 1), class_names=["a", "b"], epochs=3)


def test_steps_are_counted_for_small_and_large_datasets(capsys):
    preset = dataclasses.replace(get_preset("csae"), steps=6, batch_size=4)
    assert [preset.epochs_for(steps) for steps in (1, 4, 6, 100)] == [6, 2, 1, 1]
    images = np.random.default_rng(0).random((10, 8, 8, 1))
    model = CSAE.from_preset(
        preset, image_shape=(8, 8, 1), class_names=["a", "b"], stem_filters=2, latent_dim=4
    )
    model.fit(images, np.arange(10) % 2, verbose=2)
    assert int(model.optimizer.iterations) == 6  # two epochs of three steps
    assert "2 epochs" in capsys.readouterr().out


@pytest.mark.parametrize("counts", [{"epochs": 3, "steps": 3}, {"epochs": None}])
def test_a_preset_counts_either_epochs_or_steps(counts):
    with pytest.raises(ValueError, match="either `epochs` or `steps`"):
        dataclasses.replace(get_preset("csae_digits"), **counts)


def _small(preset):
    if preset.options.get("network") in ("linear", "dense"):
        return {"hidden": 4 if preset.model == "CSAE" else (4, 4)}
    if preset.model in ("GAN", "DEGAN") or preset.options.get("network") == "degan":
        return {"width": 0.02}
    if preset.name.startswith("regene"):
        small = {"width": 0.02}
        small |= {"decoder_width": 0.02} if "decoder_width" in preset.options else {}
        # InceptionV3 would need a download.
        return small | ({"features": "self"} if "features" in preset.options else {})
    return {"stem_filters": 2}


def test_the_schedule_of_a_full_run_is_the_schedule_of_the_paper():
    model = CSAE.from_preset("csae_mnist", num_samples=256, stem_filters=2)
    rates = [float(model.optimizer._learning_rate(step)) for step in range(120)]
    np.testing.assert_allclose(rates, np.repeat([0.1, 0.01, 1e-3, 1e-4], 30)[[0, *range(119)]])


def test_a_short_run_keeps_the_first_learning_rate_longer():
    model = CSAE.from_preset("csae_mnist", epochs=12, num_samples=2560, stem_filters=2)
    rates = np.array([float(model.optimizer._learning_rate(step)) for step in range(1, 121)])
    shares = [np.mean(np.isclose(rates, rate)) for rate in (0.1, 0.01, 1e-3, 1e-4)]
    assert sum(shares) == pytest.approx(1)
    # With a tenth of the epochs, the stage at 0.25 of the run starts at 0.25 ** 0.55.
    starts = np.array([0.25, 0.5, 0.75]) ** 0.55
    np.testing.assert_allclose(np.cumsum(shares)[:3], starts, atol=0.01)


def test_the_stages_of_the_loss_weights_are_the_stages_of_the_paper():
    both = {"mae_loss": 1.0, "ssim_loss": 1.0}
    assert get_preset("regene_mnist").loss_stages() == [
        (1, 200, both),
        (201, 300, {"ssim_loss": 0.0}),
    ]
    assert [stage[:2] for stage in get_preset("regene_celeba").loss_stages()] == [
        (1, 300),
        (301, 600),
        (601, 700),
    ]
    assert dataclasses.replace(get_preset("regene_mnist"), epochs=1).loss_stages() == [(1, 1, both)]
    assert get_preset("regene_mnist").loss_stages(0) == []


@pytest.mark.any_backend
@pytest.mark.filterwarnings("ignore:The classifier recognizes")
def test_fit_without_epochs_of_a_preset_with_stages():
    classifier = regene_classifier((8, 8, 1), 10, blocks=2, width=0.02)
    model = ReGene.from_preset("regene_digits", classifier=classifier, width=0.02)
    assert model.preset.loss_weights
    weights = model.decoder.get_weights()
    images, labels = np.zeros((20, 8, 8, 1), "uint8"), np.arange(20) % 10
    assert model.fit(images, labels, epochs=0, verbose=0).history == {}
    for weight, start in zip(model.decoder.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(weight, start)


@pytest.mark.any_backend
def test_fit_uses_the_batch_size_and_the_epochs_of_the_preset():
    model = CSAE.from_preset("csae_digits", epochs=2, batch_size=5, num_samples=20, stem_filters=2)
    images, labels = np.zeros((20, 8, 8, 1), "uint8"), np.arange(20) % 10
    history = model.fit(images, labels, verbose=0)
    assert len(history.history["loss"]) == 2
    assert int(model.optimizer.iterations) == 8
    with pytest.warns(UserWarning, match="zero after 8 steps, and this training would end after 9"):
        model.fit(images, labels, 20, 1, verbose=0)
    assert int(model.optimizer.iterations) == 9
    with pytest.raises(ValueError, match=r"must be arguments of `CSAE\.for_images`"):
        CSAE.from_preset("csae_digits", nothing=1)


def test_a_saved_preset_loads_a_trained_model(tmp_path, digits_model):
    digits_model.save_to_preset(tmp_path / "mine")
    restored = ImageModel.from_preset(tmp_path / "mine")
    latents = np.ones((2, 12), "float32")
    np.testing.assert_allclose(digits_model.decode(latents), restored.decode(latents), atol=1e-6)
    with pytest.raises(ValueError, match="trained: its shape and options are its own"):
        CSAE.from_preset(tmp_path / "mine", epochs=3)
    with pytest.raises(ValueError, match="Use CSAE"):
        Classifier.from_preset(tmp_path / "mine")
    with pytest.raises(ValueError, match="Expected a folder that `save_to_preset` wrote"):
        CSAE.from_preset(tmp_path)


def test_unknown_and_wrong_presets_are_errors():
    with pytest.raises(ValueError, match="Did you mean 'csae_mnist'"):
        CSAE.from_preset("csae_minst")
    with pytest.raises(ValueError, match=r"Use Classifier.from_preset\('basenet_mnist'\)"):
        CSAE.from_preset("basenet_mnist")
    with pytest.raises(ValueError, match="`epochs` must be an integer, at least 1"):
        CSAE.from_preset("csae_mnist", epochs=0)
    with pytest.raises(ValueError, match="beta"):
        CSAE.from_preset("csae_digits", beta=-0.1)
    with pytest.raises(ValueError, match="levels"):
        CSAE.from_preset("csae_digits", levels=4).fit(np.zeros((4, 8, 8, 1)), np.arange(4))


def test_presets_are_immutable():
    with pytest.raises(TypeError):
        get_preset("csae_mnist").options["beta"] = 1.0


def test_the_same_seed_builds_the_same_model():
    def weights():
        keras.utils.set_random_seed(3)
        return CSAE.from_preset("csae_digits", stem_filters=2, seed=3).get_weights()

    for weight, other_weight in zip(weights(), weights(), strict=True):
        np.testing.assert_array_equal(weight, other_weight)


@pytest.mark.parametrize(
    "field, value",
    [
        ("name", None),
        ("model", CSAE),
        ("image_shape", (8, 8)),
        ("image_shape", 8),
        ("num_classes", 0),
        ("num_samples", 2.5),
        ("options", [("levels", 2)]),
        ("optimizer", "adam"),
        ("batch_size", 0),
        ("epochs", 0),
        ("steps", 0),
        ("mirror", 1),
        ("full_epochs", 0),
        ("pretraining", "vae"),
        ("pretraining", ("vae", None)),
        ("loss_weights", {"mse_loss": 1.0}),
        ("loss_weights", [(2.0, {"mse_loss": 1.0})]),
    ],
)
def test_a_wrong_field_is_an_error_that_names_it(field, value):
    name = "share" if value == [(2.0, {"mse_loss": 1.0})] else field
    with pytest.raises(ValueError, match=f"`{name}` must be"):
        dataclasses.replace(get_preset("csae_digits"), **{field: value})


@pytest.mark.parametrize("odd", [None, 3, ["csae_digits"], np.ones(3), {}])
def test_presets_have_names(odd):
    with pytest.raises(ValueError, match="Unknown preset"):
        get_preset(odd)
    if odd is not None:
        with pytest.raises(ValueError, match="`model` must be one of 'AAE', 'Autoencoder'"):
            list_presets(odd)
