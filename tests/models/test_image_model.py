"""ImageModel: checks of the data, kinds of data, presets, saving and export."""

import importlib.util
import subprocess
import sys
import warnings

import keras
import numpy as np
import pytest

from keras_regen import CSAE, Classifier
from keras_regen.datasets import ShuffledArrays
from keras_regen.models.batch_streams import is_endless, num_batches_of
from keras_regen.models.fitting import plan
from keras_regen.models.training_data import check_data
from tests.samples import striped_images

IMAGES, LABELS = striped_images(12)
NAMES = ["left", "middle", "right"]


class Batches(keras.utils.PyDataset):
    """A user's dataset."""

    def __init__(self, *batches):
        super().__init__()
        self.batches = batches

    def __len__(self):
        return len(self.batches)

    def __getitem__(self, index):
        return self.batches[index]


@pytest.fixture
def model():
    keras.utils.set_random_seed(0)
    model = CSAE.for_images((8, 8, 1), NAMES, network="linear", hidden=8, latent_dim=4)
    model.compile("adam")
    return model


class CountingModel(CSAE):
    """Counts the calls of `compute_loss`, each of which computes or traces the loss."""

    count = 0

    def compute_loss(self, *args, **kwargs):
        self.count += 1
        return super().compute_loss(*args, **kwargs)


class StepCounter(keras.callbacks.Callback):
    """Counts the training steps."""

    count = 0

    def on_train_batch_end(self, batch, logs=None):
        self.count += 1


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (IMAGES.astype("float32"), LABELS, "Divide by 255"),
        (IMAGES, LABELS - 1, "-1 at index 0"),
        (IMAGES, LABELS + 1, "3 at index 2"),
        (IMAGES[:, :7], LABELS, r"\(7, 8, 1\)"),
        (IMAGES, LABELS[:5], "5 labels"),
    ],
)
def test_a_stream_is_checked_before_the_first_step(model, images, labels, message):
    dataset = Batches((images, labels))
    steps = StepCounter()
    with pytest.raises(ValueError, match=message):
        model.fit(dataset, callbacks=[steps], verbose=0)
    with pytest.raises(ValueError, match=message):
        model.fit(IMAGES, LABELS, validation_data=dataset, callbacks=[steps], verbose=0)
    with pytest.raises(ValueError, match=message):
        model.evaluate(dataset, verbose=0)
    assert steps.count == 0


def test_a_column_of_labels_adapts_the_prior(model):
    model.fit(ShuffledArrays(IMAGES, LABELS[:, None], 6), shuffle=False, verbose=0)
    expected = model.encode(IMAGES[LABELS == 1]).mean(axis=0)
    np.testing.assert_allclose(model.prior.class_mean(1), expected, atol=1e-5)


def test_lists_and_tensors_of_other_frameworks(model):
    model.fit(IMAGES.tolist(), LABELS.tolist(), verbose=0)
    expected = model.predict(IMAGES, verbose=0)["latent"]
    np.testing.assert_allclose(
        model.predict(list(IMAGES), verbose=0)["latent"], expected, atol=1e-5
    )
    np.testing.assert_array_equal(model.classify(IMAGES.tolist()), model.classify(IMAGES))
    for name, convert in (("torch", "from_numpy"), ("tensorflow", "constant")):
        if importlib.util.find_spec(name) is None:
            continue
        framework = importlib.import_module(name)
        x, y = (getattr(framework, convert)(array) for array in (IMAGES, LABELS))
        model.fit(x, y, verbose=0)
        expected = model.encode(IMAGES)
        np.testing.assert_allclose(model.encode(x), expected, atol=1e-5)


def test_the_prior_adapts_to_a_whole_dataset(model):
    """The dataset is sorted by class, so its first steps have a single class."""
    order = np.argsort(LABELS)
    batches = [(IMAGES[part], LABELS[part]) for part in np.split(order, 6)]

    model.fit(Batches(*batches), steps_per_epoch=2, epochs=2, shuffle=False, verbose=0)
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(model.prior.count), [4, 4, 4])
    assert num_batches_of(Batches()) == 0 and num_batches_of(iter(batches)) is None


class Endless(Batches):
    """A user's dataset that repeats its batch."""

    num_batches = None

    def __getitem__(self, index):
        return self.batches[0]


def test_a_dataset_without_an_end_is_read_as_far_as_training_reads_it(model, tmp_path):
    dataset, paths = Endless((IMAGES, LABELS)), tmp_path / "{epoch}.keras"
    checkpoint = keras.callbacks.ModelCheckpoint(paths)
    model.fit(dataset, steps_per_epoch=2, epochs=2, callbacks=[checkpoint], verbose=0)
    # 2 batches for the checkpoint of the first epoch, and 4 at the end.
    first = keras.saving.load_model(tmp_path / "1.keras")
    for known, batches in ((first, 2), (model, 4)):
        counts = keras.ops.convert_to_numpy(known.prior.count)
        np.testing.assert_array_equal(counts, [4 * batches] * 3)
    for method in (model.adapt_prior, model.calibrate):
        with pytest.raises(ValueError, match="without an end needs `num_batches`"):
            method(dataset)
        method(dataset, num_batches=1)
    assert is_endless(dataset) and not is_endless(Batches())


def test_an_endless_dataset_of_tensorflow_is_an_error(model):
    tensorflow = pytest.importorskip("tensorflow")
    dataset = tensorflow.data.Dataset.from_tensors((IMAGES, LABELS)).repeat()
    with pytest.raises(ValueError, match="without an end needs `num_batches`"):
        model.adapt_prior(dataset)


@pytest.mark.parametrize("kind", ["PyDataset", "DataLoader", "tf.data"])
def test_a_preset_that_counts_steps_counts_the_batches_of_a_dataset(kind, monkeypatch):
    options = {"image_shape": (8, 8, 1), "class_names": NAMES, "num_samples": 12}
    model = CSAE.from_preset("csae", **options, stem_filters=2)
    batches = [(IMAGES[part], LABELS[part]) for part in np.split(np.arange(12), 4)]
    if kind == "PyDataset":
        dataset = Batches(*batches)
    elif kind == "DataLoader":
        data = pytest.importorskip("torch.utils.data")
        dataset = data.DataLoader(list(zip(IMAGES, LABELS, strict=True)), batch_size=3)
    else:
        tensorflow = pytest.importorskip("tensorflow")
        dataset = tensorflow.data.Dataset.from_tensor_slices((IMAGES, LABELS)).batch(3)
    epochs = []
    monkeypatch.setattr(
        keras.Model, "fit", lambda self, epochs, **_: planned(epochs) or keras.callbacks.History()
    )
    planned = epochs.append
    model.fit(dataset, verbose=0, adapt_prior=False)
    assert epochs == [-(-model.preset.steps // 4)]
    with pytest.raises(ValueError, match="batches of the dataset is unknown: set `epochs`"):
        model.fit(iter(batches), verbose=0)


def test_batches_that_are_dicts_are_an_error_that_says_so(model):
    batches = ({"image": IMAGES, "label": LABELS} for _ in range(2))
    with pytest.raises(Exception, match=r"Received: a dict of \['image', 'label'\]"):
        model.fit(batches, epochs=1, verbose=0)


def test_batch_size_and_epochs_have_the_positions_of_keras(model):
    steps = StepCounter()
    model.fit(IMAGES, LABELS, 4, 3, callbacks=[steps], verbose=0)
    assert steps.count == 9


def test_compile_rejects_arguments_that_it_would_ignore(model):
    with pytest.raises(ValueError, match=r"Received: loss_weights=\{'centroid_loss': 100.0\}"):
        model.compile("adam", loss_weights={"centroid_loss": 100.0})
    with pytest.raises(ValueError, match="at least 2 names"):
        Classifier.for_images((8, 8, 1), "abc")


def test_jit_compile_is_chosen_again_when_a_model_is_loaded(model, tmp_path):
    for jit_compile in ("auto", False):
        model.compile("adam", jit_compile=jit_compile)
        assert model.get_compile_config()["jit_compile"] == jit_compile
        model.save(tmp_path / "model.keras")
        loaded = keras.saving.load_model(tmp_path / "model.keras")
        assert loaded.get_compile_config()["jit_compile"] == jit_compile
        assert loaded.jit_compile == model.jit_compile


def test_the_recipe_is_saved_with_the_model(tmp_path):
    model = CSAE.from_preset("csae_digits", epochs=3, stem_filters=2)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.preset == model.preset
    assert loaded.preset.epochs == 3


def test_a_preset_has_priority_over_a_folder_with_its_name(tmp_path, monkeypatch):
    (tmp_path / "csae_digits").mkdir()
    monkeypatch.chdir(tmp_path)
    assert CSAE.from_preset("csae_digits", stem_filters=2).preset.name == "csae_digits"


# All other tests in new processes import Keras first.
@pytest.mark.parametrize("imports", ["import keras_regen, keras", "import keras_regen.priors"])
@pytest.mark.any_backend
def test_a_model_loads_in_any_order_of_imports(model, tmp_path, imports):
    model.save(tmp_path / "model.keras")
    code = f"{imports}; import keras, sys\n"
    if imports.endswith("priors"):
        code += "import keras_regen.models\n"
    code += "print(keras.saving.load_model(sys.argv[1]).class_names[2])"
    command = [sys.executable, "-c", code, str(tmp_path / "model.keras")]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "right\n"


def test_a_trained_model_exports(model, tmp_path):
    if keras.backend.backend() != "tensorflow":
        pytest.skip("a SavedModel needs TensorFlow")
    model(np.zeros((1, 8, 8, 1), "float32"))
    model.export(tmp_path / "exported", verbose=False)
    assert (tmp_path / "exported/saved_model.pb").exists()


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="tracing is TensorFlow's")
def test_a_training_step_is_traced_once():
    # Keras creates the optimizer's variables in the first step, so TensorFlow traces it again.
    model = CountingModel.for_images((8, 8, 1), NAMES, network="linear", hidden=8, latent_dim=4)
    model.compile("adam")
    model.fit(IMAGES, LABELS, batch_size=4, epochs=2, verbose=0)
    assert model.count == 1
    assert int(model.optimizer.iterations) == 6


class BrightArrays(ShuffledArrays):
    """A user's dataset that changes the images when it reads them."""

    def read(self, indices):
        images, labels = super().read(indices)
        return 255 - images, labels


def test_a_dataset_with_its_own_reading(model):
    read = []
    images, labels = IMAGES.astype("uint8"), LABELS
    latents = model.encode(255 - images)
    model._adapt_prior = lambda data, num_batches: read.extend(data.batches(num_batches))
    model.adapt_prior(BrightArrays(images, labels, 12))
    np.testing.assert_array_equal(
        np.sort(model.encode(read[0][0]), axis=0), np.sort(latents, axis=0)
    )


def test_the_accuracy_is_not_weighted(model):
    classes = model.classify(IMAGES)
    labels = np.where(np.arange(12) < 3, classes, (classes + 1) % 3)
    weights = np.where(np.arange(12) < 6, 1.0, 0.0)
    model.compile("adam", metrics=["accuracy"], weighted_metrics=["accuracy"])
    logs = model.evaluate(IMAGES, labels, sample_weight=weights, verbose=0, return_dict=True)
    assert logs["accuracy"] == pytest.approx(3 / 12)
    assert logs["probabilities_accuracy"] == pytest.approx(3 / 6)
    history = model.fit(IMAGES, labels, class_weight={0: 0, 1: 0, 2: 0}, verbose=0).history
    assert history["accuracy"] == pytest.approx([3 / 12])
    assert history["probabilities_accuracy"] == [0]


def test_the_last_epoch_of_a_preset_that_counts_steps_may_be_longer_than_its_decay():
    options = {"image_shape": (8, 8, 1), "class_names": NAMES, "stem_filters": 2}
    images, labels = np.tile(IMAGES, (2, 1, 1, 1)), np.tile(LABELS, 2)
    # Epochs of 8 steps: the last of 313 epochs ends after the 2500 steps of the preset.
    model = CSAE.from_preset("csae", batch_size=3, **options)
    data = check_data(model._data_spec(), images, labels)
    with warnings.catch_warnings(record=True) as caught:
        epochs, _, _ = plan(model, data, None, None, 0, [], 0, None)
    assert not [warning for warning in caught if "learning rate" in str(warning.message)]
    assert epochs == 313
    with pytest.warns(UserWarning, match="zero after 2500 steps, and .* would end after 2512"):
        plan(model, data, 314, None, 0, [], 0, None)


def test_a_training_run_that_ends_long_before_the_decay():
    model = CSAE.from_preset("csae_digits", stem_filters=2, class_names=NAMES)
    data = check_data(model._data_spec(), IMAGES, LABELS)
    # 60 epochs of a step, and of 23 steps for the 1437 images of the preset.
    with pytest.warns(
        UserWarning, match="falls to zero in 1380 steps, .* would end after 60. Build"
    ):
        plan(model, data, None, None, 0, [], 0, None)
    with warnings.catch_warnings(record=True) as caught:
        plan(model, data, 5, None, 0, [], 0, None)  # the user means to continue
        model = CSAE.from_preset("csae_digits", stem_filters=2, class_names=NAMES, num_samples=12)
        plan(model, data, None, None, 0, [], 0, None)
    assert not [warning for warning in caught if "learning rate" in str(warning.message)]
