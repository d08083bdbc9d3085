"""CVAE: labels as inputs, in every kind of dataset."""

import keras
import numpy as np
import pytest
from keras import layers

from keras_regen import CVAE, descendants, generate
from keras_regen.datasets import ShuffledArrays
from keras_regen.networks import csae_linear_decoder, csae_linear_encoder
from keras_regen.priors import ClassGaussianPrior
from tests.samples import check_fresh_process, striped_images

pytestmark = pytest.mark.eager

IMAGES, LABELS = striped_images(60)
SHAPE, DIM = IMAGES.shape[1:], 2
DATA = {"image": IMAGES, "label": LABELS}
ONE_HOT = np.eye(3)[LABELS]


def dense_posterior(outputs=2 * DIM):
    image, label = keras.Input(SHAPE), keras.Input((3,))
    x = layers.Concatenate()([layers.Flatten()(image), label])
    x = layers.Dense(16, activation="relu")(x)
    return keras.Model([image, label], layers.Dense(outputs)(x), name="posterior")


def build(**options):
    keras.utils.set_random_seed(0)
    model = CVAE(
        dense_posterior(),
        csae_linear_decoder(SHAPE, DIM + 3, hidden=16, activation="sigmoid"),
        class_names=["left", "middle", "right"],
        seed=1,
        **options,
    )
    model.compile(keras.optimizers.Adam(2e-2), metrics={"reconstruction": ["mae"]})
    return model


@pytest.fixture(scope="module")
def trained():
    model = build()
    options = {"epochs": 10, "batch_size": 20, "validation_data": (IMAGES, LABELS), "verbose": 0}
    return model, model.fit(IMAGES, LABELS, **options).history


def test_training_reports_every_term_and_learns(trained):
    model, history = trained
    terms = {"loss", "bernoulli_loss", "kl_loss", "reconstruction_mae"}
    assert set(history) == terms | {f"val_{term}" for term in terms}
    assert history["loss"][-1] < 0.9 * history["loss"][0]
    assert model.adapted


def test_evaluate_equals_the_terms_computed_by_hand(trained):
    model, _ = trained
    moments = model.posterior.predict([IMAGES / 255.0, ONE_HOT], verbose=0)
    mean, log_variance = moments[:, :DIM], moments[:, DIM:]
    latents = np.hstack([mean, ONE_HOT])
    decoded = model.decoder.predict(latents, verbose=0)
    outputs = model.predict(DATA, verbose=0)
    np.testing.assert_allclose(outputs["latent"], latents, atol=1e-5)
    np.testing.assert_allclose(outputs["reconstruction"], decoded, atol=1e-5)
    np.testing.assert_allclose(model.encode(IMAGES, LABELS), latents, atol=1e-5)
    np.testing.assert_allclose(model.reconstruct(IMAGES, LABELS), decoded, atol=1e-5)

    images = IMAGES / 255
    bernoulli = -np.sum(images * np.log(decoded) + (1 - images) * np.log(1 - decoded)) / 60
    kl = np.sum(np.exp(log_variance) + mean**2 - 1 - log_variance) / 2 / 60
    measured = model.evaluate(IMAGES, LABELS, verbose=0, return_dict=True)
    np.testing.assert_allclose(measured["bernoulli_loss"], bernoulli, rtol=1e-4)
    np.testing.assert_allclose(measured["kl_loss"], kl, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(measured["loss"], bernoulli + kl, rtol=1e-4)
    np.testing.assert_allclose(
        measured["reconstruction_mae"], np.mean(np.abs(decoded - images)), rtol=1e-4
    )


def test_images_have_the_requested_class(trained):
    """The images of a class have a bright stripe of three columns from column `2 * label` on."""
    model, _ = trained
    labels = np.repeat(np.arange(3), 4)
    decoded, report = generate(model, labels, seed=0, return_report=True)
    columns = decoded[..., 0].mean(axis=1)
    stripes = [columns[:, 2 * label : 2 * label + 3].mean(axis=1) for label in range(3)]
    np.testing.assert_array_equal(np.argmax(stripes, axis=0), labels)
    np.testing.assert_array_equal(report.latents[:, DIM:], np.eye(3)[labels])
    first, second = (generate(model, name, 2, seed=1) for name in ("middle", 1))
    np.testing.assert_array_equal(first, second)


class Batches(keras.utils.PyDataset):
    """A user's dataset, with labels of shape `(batch, 1)`."""

    def __len__(self):
        return 3

    def __getitem__(self, index):
        part = slice(20 * index, 20 * index + 20)
        return IMAGES[part], LABELS[part, None]


def tensorflow_stream():
    data = pytest.importorskip("tensorflow").data
    return data.Dataset.from_tensor_slices((IMAGES, LABELS)).batch(20)


def torch_stream():
    torch = pytest.importorskip("torch")
    tensors = torch.from_numpy(IMAGES), torch.from_numpy(LABELS)
    data = torch.utils.data
    return data.DataLoader(data.TensorDataset(*tensors), batch_size=20)


STREAMS = {
    "PyDataset": Batches,
    "tf.data": tensorflow_stream,
    "DataLoader": torch_stream,
    "generator": lambda: (Batches()[index] for index in range(3)),
    "weighted": lambda: ((*Batches()[index], np.ones(20)) for index in range(3)),
}


@pytest.fixture(scope="module")
def array_losses():
    return build().fit(IMAGES, LABELS, batch_size=20, shuffle=False, verbose=0).history["loss"]


@pytest.mark.filterwarnings("ignore:Your input ran out of data")
@pytest.mark.parametrize("name", STREAMS)
def test_streams_give_the_results_of_arrays(trained, array_losses, name):
    model, _ = trained
    build_stream = STREAMS[name]
    expected = model.evaluate(IMAGES, LABELS, verbose=0)
    np.testing.assert_allclose(model.evaluate(build_stream(), verbose=0), expected, rtol=1e-4)
    latents = model.predict(build_stream(), verbose=0)["latent"]
    np.testing.assert_allclose(latents, model.encode(IMAGES, LABELS), atol=1e-5)
    losses = build().fit(build_stream(), shuffle=False, verbose=0).history["loss"]
    np.testing.assert_allclose(losses, array_losses, rtol=1e-4)


def test_a_stream_as_validation_data(trained):
    history = build().fit(Batches(), epochs=2, validation_data=Batches(), verbose=0).history
    assert len(history["val_loss"]) == 2


def test_the_order_of_a_stream_changes_with_the_epochs():
    data, plain = (ShuffledArrays(IMAGES, LABELS, 20, epoch=3) for _ in range(2))
    build().fit(data, epochs=2, shuffle=False, verbose=0)
    model = keras.Sequential([layers.Flatten(), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(plain, epochs=2, shuffle=False, verbose=0)
    assert data.epoch == plain.epoch > 3


def test_a_prior_with_classes_adapts_to_latents_with_labels():
    model = build(prior=ClassGaussianPrior(3))
    for data in ((IMAGES, LABELS), (Batches(),)):
        model.fit(*data, verbose=0)
        expected = model.encode(IMAGES, LABELS)[LABELS == 1].mean(axis=0)
        np.testing.assert_allclose(model.prior.class_mean(1), expected, atol=1e-5)


def test_saved_model_is_the_same_in_a_fresh_process(trained, tmp_path):
    check_fresh_process(trained[0], DATA, tmp_path, "next")


def test_export_with_both_inputs(trained, tmp_path):
    if keras.backend.backend() != "tensorflow":
        pytest.skip("a SavedModel needs TensorFlow")
    trained[0].export(tmp_path / "exported", verbose=False)
    assert (tmp_path / "exported/saved_model.pb").exists()


def test_missing_and_wrong_labels(trained):
    model, _ = trained
    for call in (model.fit, model.evaluate):
        with pytest.raises(ValueError, match="needs labels"):
            call(IMAGES, verbose=0)
        with pytest.raises(ValueError, match="needs labels"):
            call(ShuffledArrays(IMAGES, None, 20), verbose=0)
        with pytest.raises(ValueError, match="3 at index 2"):
            call(IMAGES, LABELS + 1, verbose=0)
    for call in (model.encode, model.reconstruct):
        with pytest.raises(ValueError, match="needs the labels"):
            call(IMAGES)
    with pytest.raises(ValueError, match=r'"image": images, "label": labels'):
        model.predict(IMAGES, verbose=0)
    with pytest.raises(ValueError, match="5 labels"):
        model.predict({"image": IMAGES, "label": LABELS[:5]}, verbose=0)
    with pytest.raises(ValueError, match="3 at index 2"):
        model.predict([(IMAGES, LABELS + 1)], verbose=0)
    with pytest.raises(ValueError, match="needs labels"):
        model.predict([(IMAGES,)], verbose=0)
    with pytest.raises(ValueError, match="Received: object"):
        model.evaluate(object(), verbose=0)


def test_predict_takes_one_hot_labels_in_batches(trained):
    model, _ = trained
    expected = model.predict({"image": IMAGES, "label": LABELS}, verbose=0)["latent"]
    latents = model.predict([(IMAGES, np.eye(3)[LABELS])], verbose=0)["latent"]
    np.testing.assert_allclose(latents, expected, atol=1e-5)


def test_children_are_encoded_with_their_labels(trained):
    model, _ = trained
    (parents, report), (children, _) = descendants(model, [1] * 4, kind="children", seed=0)
    assert report.labels.tolist() == [1] * 4 and children.shape == parents.shape


def test_dense_networks_of_the_first_paper_learn():
    keras.utils.set_random_seed(0)
    model = CVAE.for_images(SHAPE, ["a", "b", "c"], network="linear", latent_dim=DIM, hidden=16)
    # 64 pixels or 2 latents with 3 labels, to 16 units, to 2 means and variances or 64 pixels.
    assert model.posterior.count_params() == (64 + 3) * 16 + 16 + 16 * 4 + 4
    assert model.decoder.count_params() == (DIM + 3) * 16 + 16 + 16 * 64 + 64
    model.compile(keras.optimizers.Adam(1e-2))
    history = model.fit(IMAGES, LABELS, epochs=10, batch_size=20, verbose=0).history
    assert history["loss"][-1] < 0.9 * history["loss"][0]
    assert generate(model, "b", num_samples=3, seed=0).shape == (3, *SHAPE)
    with pytest.raises(ValueError, match="`network` must be one of"):
        CVAE.for_images(SHAPE, ["a", "b", "c"], network="dense")


def test_networks_for_images_of_a_shape_and_parts_that_do_not_fit():
    model = CVAE.for_images(SHAPE, ["a", "b"], latent_dim=DIM, stem_filters=2, kl_weight=0.3)
    assert (model.latent_dim, model.class_names) == (DIM + 2, ("a", "b"))
    assert model.loss_weights["kl_loss"] == pytest.approx(0.3)
    with pytest.raises(ValueError, match="two inputs, images and one-hot labels"):
        CVAE(csae_linear_encoder(SHAPE, 4, 2), csae_linear_decoder(SHAPE, 5, 2))
    with pytest.raises(ValueError, match=r"\(5,\) -> \(8, 8, 1\).*\(4,\) -> \(8, 8, 1\)"):
        CVAE(dense_posterior(), csae_linear_decoder(SHAPE, 4, 2))
    with pytest.raises(ValueError, match="Received: 2 class names"):
        CVAE(dense_posterior(), csae_linear_decoder(SHAPE, 5, 2), class_names=["a", "b"])
