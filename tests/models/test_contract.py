"""The contract that all models share: one `fit`, data in every form, Keras's habits."""

import importlib.util
import inspect
import json

import keras
import numpy as np
import pytest

import keras_regen
from keras_regen import CSAE, CVAE, GAN, VAE, Acceptance, Classifier, generate
from keras_regen.datasets import ShuffledArrays
from tests.samples import striped_images

pytestmark = pytest.mark.eager

IMAGES, LABELS = striped_images(24)
SHAPE, NAMES = (8, 8, 1), ["left", "middle", "right"]
MODELS = (
    keras_regen.AAE,
    keras_regen.Autoencoder,
    keras_regen.CSAE,
    keras_regen.CVAE,
    keras_regen.Classifier,
    keras_regen.DEGAN,
    keras_regen.GAN,
    keras_regen.ReGene,
    keras_regen.VAE,
)


def csae():
    keras.utils.set_random_seed(0)
    model = CSAE.for_images(SHAPE, NAMES, network="linear", hidden=8, latent_dim=4, beta=0.0)
    model.compile("sgd")
    return model


def vae():
    keras.utils.set_random_seed(0)
    model = VAE.for_images(SHAPE, latent_dim=4, stem_filters=2)
    model.compile("adam")
    return model


def same_weights(first, second):
    pairs = zip(first.get_weights(), second.get_weights(), strict=True)
    return all(np.allclose(one, other, atol=1e-6) for one, other in pairs)


class Batches(keras.utils.PyDataset):
    def __init__(self, batches):
        super().__init__()
        self.batches = batches

    def __len__(self):
        return len(self.batches)

    def __getitem__(self, index):
        return self.batches[index]


class Steps(keras.callbacks.Callback):
    count = 0

    def on_train_batch_end(self, batch, logs=None):
        self.count += 1


@pytest.mark.any_backend
def test_fit_is_defined_once_and_no_model_is_deeper_than_three_classes():
    for model in MODELS:
        ours = [cls for cls in model.__mro__ if cls.__module__.startswith("keras_regen")]
        assert len(ours) <= 3, ours
        assert [cls.__name__ for cls in ours if "fit" in vars(cls)] == ["ImageModel"]
        arguments = inspect.signature(model.fit).parameters
        assert all(argument.kind != argument.VAR_KEYWORD for argument in arguments.values())
        assert set(inspect.signature(keras.Model.fit).parameters) < set(arguments)


@pytest.mark.any_backend
def test_the_public_methods_are_those_that_a_user_calls():
    public = {name for name in dir(CSAE) if not name.startswith("_")} - set(dir(keras.Model))
    assert {name for name in public if callable(getattr(CSAE, name))} == {
        *("classify", "encode", "decode", "reconstruct", "generate", "adapt_prior", "calibrate"),
        *("from_preset", "save_to_preset", "for_images"),
    }


def test_labels_as_a_column_and_as_one_hot_rows_are_the_same():
    models = []
    for labels in (LABELS, LABELS[:, None], np.eye(3)[LABELS], np.eye(3, dtype="uint8")[LABELS]):
        models.append(csae())
        models[-1].fit(IMAGES, labels, shuffle=False, verbose=0)
        batches = Batches([(IMAGES[:12], labels[:12]), (IMAGES[12:], labels[12:])])
        models[-1].fit(batches, shuffle=False, verbose=0)
    assert all(same_weights(models[0], model) for model in models[1:])


def test_two_columns_that_are_not_one_hot_are_refused():
    with pytest.raises(ValueError, match=r"shape"):
        csae().fit(IMAGES, np.ones((24, 3)), verbose=0)


def streams(batches):
    yield "dataset", lambda: Batches(batches)
    yield "generator", lambda: (batch for batch in batches)
    if importlib.util.find_spec("tensorflow"):
        import tensorflow as tf

        images, labels = (np.concatenate(parts) for parts in zip(*batches, strict=True))
        yield "tf.data", lambda: tf.data.Dataset.from_tensor_slices((images, labels)).batch(6)
    if keras.backend.backend() == "torch":
        import torch

        images, labels = (np.concatenate(parts) for parts in zip(*batches, strict=True))
        data = torch.utils.data.TensorDataset(torch.from_numpy(images), torch.from_numpy(labels))
        yield "loader", lambda: torch.utils.data.DataLoader(data, batch_size=6)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda images, labels: (images, labels - 1), r"`labels` must lie in 0\.\.2.*-1"),
        (lambda images, labels: (images, labels + 1), r"`labels` must lie in 0\.\.2.*3"),
        (lambda images, labels: (images * 255, labels), "Divide by 255"),
        (lambda images, labels: (images * np.nan, labels), "must be finite"),
    ],
)
def test_a_bad_third_batch_of_a_stream_stops_the_training_there(spoil, message):
    images = (IMAGES / 255).astype("float32")
    batches = [(images[start : start + 6], LABELS[start : start + 6]) for start in (0, 6, 12, 18)]
    batches[2] = (
        tuple(part.astype("float32") for part in spoil(*batches[2])[:1]) + spoil(*batches[2])[1:]
    )
    for kind, stream in streams(batches):
        steps = Steps()
        model = csae()
        with pytest.raises(ValueError, match=message):
            model.fit(stream(), shuffle=False, callbacks=[steps], verbose=0)
        assert steps.count <= 2, kind


def test_weights_of_samples_count_without_labels():
    logs = vae().fit(IMAGES, sample_weight=np.zeros(24), verbose=0).history
    assert logs["loss"] == [0.0]
    with pytest.raises(ValueError, match="one number for each of the 24 images"):
        vae().fit(IMAGES, sample_weight=np.zeros(3), verbose=0)


def test_weights_of_classes_by_name():
    by_label, by_name, without = csae(), csae(), csae()
    by_label.fit(IMAGES, LABELS, class_weight={0: 1.0, 1: 0.0, 2: 2.0}, shuffle=False, verbose=0)
    weights = {"left": 1.0, "middle": 0.0, "right": 2.0}
    by_name.fit(IMAGES, LABELS, class_weight=weights, shuffle=False, verbose=0)
    without.fit(IMAGES, LABELS, shuffle=False, verbose=0)
    assert same_weights(by_label, by_name) and not same_weights(by_label, without)
    with pytest.raises(ValueError, match=r"'left', 'middle', 'right'.*'top'"):
        csae().fit(IMAGES, LABELS, class_weight={"top": 2.0}, verbose=0)


@pytest.mark.parametrize("form", [tuple, list])
def test_validation_data(form):
    model = csae()
    held_out = form([IMAGES[12:], LABELS[12:]])
    logs = model.fit(IMAGES[:12], LABELS[:12], validation_data=held_out, verbose=0).history
    measured = model.evaluate(IMAGES[12:], LABELS[12:], verbose=0, return_dict=True)
    assert logs["val_loss"][0] == pytest.approx(measured["loss"], rel=1e-5)


def test_held_out_images_do_not_reach_the_prior():
    model = csae()
    model.fit(IMAGES, LABELS, validation_split=0.25, verbose=0)
    expected = model.encode(IMAGES[:18])[LABELS[:18] == 1].mean(axis=0)
    np.testing.assert_allclose(model.prior.class_mean(1), expected, atol=1e-5)
    with pytest.raises(ValueError, match="`validation_split` needs images in memory"):
        model.fit(ShuffledArrays(IMAGES, LABELS, 6), validation_split=0.25, verbose=0)


def test_the_best_checkpoint_of_keras_generates(tmp_path):
    model = csae()
    best = keras.callbacks.ModelCheckpoint(
        tmp_path / "best.keras", monitor="val_accuracy", mode="max", save_best_only=True
    )
    model.fit(
        IMAGES, LABELS, validation_data=(IMAGES, LABELS), epochs=2, callbacks=[best], verbose=0
    )
    again = keras.saving.load_model(tmp_path / "best.keras")
    assert again.generate("middle", 3, seed=0).shape == (3, *SHAPE)


def test_a_file_that_is_not_of_keras_own_format_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"ends in `\.keras`"):
        csae().save(tmp_path / "model.h5")


@pytest.mark.parametrize("number", [-1, 0, 2.5])
@pytest.mark.parametrize("method", ["encode", "decode", "classify", "reconstruct"])
def test_numbers_of_methods_are_checked(method, number):
    data = np.zeros((3, 4)) if method == "decode" else IMAGES
    with pytest.raises(ValueError, match="`batch_size` must be an integer, at least 1"):
        getattr(csae(), method)(data, batch_size=number)


@pytest.mark.parametrize("model", ["model.keras", None, keras.Sequential()])
@pytest.mark.any_backend
def test_other_objects_than_models(model):
    hint = "load_model" if isinstance(model, str) else "Received: a "
    for function, arguments in (
        (generate, ()),
        (keras_regen.reconstruct, (IMAGES,)),
        (keras_regen.interpolate, (IMAGES[0], IMAGES[1])),
        (keras_regen.matrix, (IMAGES, IMAGES)),
        (keras_regen.latent_traversal, ()),
        (keras_regen.descendants, (0,)),
        (keras_regen.augment, (IMAGES, LABELS)),
    ):
        with pytest.raises(ValueError, match=f"Expected a model of keras_regen.*{hint}"):
            function(model, *arguments)


def test_accuracy_among_the_metrics():
    model = csae()
    for metrics in (["accuracy"], "accuracy", ["accuracy", "sparse_categorical_crossentropy"]):
        model.compile("sgd", loss="auto", metrics=metrics)
        logs = model.fit(IMAGES, LABELS, verbose=0).history
        assert "accuracy" in logs
    entropy = next(values for name, values in logs.items() if "crossentropy" in name)
    assert 0 < entropy[0] < 10
    model = vae()
    model.compile("adam", metrics=["mae"])
    model.fit(IMAGES, verbose=0)
    measured = model.evaluate(IMAGES, verbose=0, return_dict=True)
    error = np.abs(model.predict(IMAGES, verbose=0)["reconstruction"] - IMAGES / 255).mean()
    found = next(value for name, value in measured.items() if "mae" in name)
    assert found == pytest.approx(error, rel=0.05)  # each reconstruction is of a sampled latent
    with pytest.raises(ValueError, match="VAE does not classify"):
        model.compile("adam", metrics=["accuracy"])
    with pytest.raises(ValueError, match="`metrics` has nothing to measure"):
        GAN.for_images(SHAPE, network="dense", latent_dim=2, hidden=(4, 4)).compile(
            "adam", metrics=["mae"]
        )


def test_generation_as_a_method_and_by_a_threshold():
    model = csae()
    model.fit(IMAGES, LABELS, epochs=3, verbose=0)
    np.testing.assert_array_equal(
        model.generate("left", 5, seed=3), generate(model, "left", 5, seed=3)
    )
    loose = Acceptance(threshold=0.1)
    np.testing.assert_array_equal(
        model.generate(2, 5, seed=1, accept=0.1), generate(model, 2, 5, seed=1, accept=loose)
    )
    with pytest.raises(ValueError, match=r"`threshold` must be"):
        model.generate(2, accept=1.5)
    with pytest.raises(ValueError, match=r"a threshold in \(0, 1\]"):
        model.generate(2, accept="high")


@pytest.mark.any_backend
def test_presets_of_a_class():
    assert CSAE.presets["csae_mnist"].epochs == 120
    assert {preset.model for preset in CSAE.presets.values()} == {"CSAE"}
    assert set(CVAE.presets) == {"cvae", "cvae_mnist", "cvae_fashion_mnist"}
    for name in ("vae_mnist", "ae_mnist", "aae_mnist", "dcgan_mnist", "degan_mnist"):
        with pytest.raises(ValueError, match="takes no class names"):
            keras_regen.ImageModel.from_preset(name, class_names=NAMES)


def test_the_epochs_of_a_preset_are_told(capsys):
    model = CSAE.from_preset("csae_digits", num_samples=24, epochs=2, stem_filters=2)
    model.fit(IMAGES, LABELS, verbose=2)
    assert "Preset 'csae_digits': training for 2 epochs." in capsys.readouterr().out
    assert int(model.optimizer.iterations) == 2
    model.fit(IMAGES, LABELS, epochs=1, verbose=2)
    assert "Preset" not in capsys.readouterr().out


@pytest.mark.parametrize("cls", MODELS, ids=lambda cls: cls.__name__)
def test_a_config_is_json_and_builds_the_model_again(cls):
    options = {"width": 0.1} if cls in (keras_regen.DEGAN, keras_regen.GAN) else {}
    if cls is keras_regen.ReGene:
        options = {"width": 0.05}
    names = [NAMES] if "class_names" in inspect.signature(cls.for_images).parameters else []
    model = cls.for_images(SHAPE, *names, **options)
    config = json.loads(json.dumps(model.get_config()))
    again = cls.from_config(config)
    assert again.class_names == model.class_names and again.image_shape == model.image_shape
    assert again.loss_weights == model.loss_weights
    shapes = [weight.shape for weight in model.weights]
    assert [weight.shape for weight in again.weights] == shapes


def test_loss_weights_are_set_by_name():
    model = csae()
    model.loss_weights = {"wavelet_loss": 0.5}
    assert model.loss_weights == {"centroid_loss": 1.0, "wavelet_loss": 0.5}
    with pytest.raises(ValueError, match=r"\['centroid_loss', 'wavelet_loss'\]"):
        model.loss_weights = {"ssim_loss": 1}
    with pytest.raises(ValueError, match="no losses to weigh"):
        Classifier.for_images(SHAPE, NAMES, stem_filters=2).loss_weights = {"loss": 1}
