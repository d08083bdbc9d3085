"""The functions behind the page of `explore`, and the check of uploads."""

import functools
import os

import numpy as np
import pytest
from PIL import Image

from keras_regen import CSAE, CVAE, GAN, Acceptance, Classifier, ReGene, generate
from keras_regen.datasets import load
from keras_regen.networks import regene_classifier, regene_decoder
from keras_regen_app.explorer import ALL_CLASSES, MAX_SAMPLES, End, Explorer
from keras_regen_app.uploads import read_upload

pytestmark = pytest.mark.any_backend


@pytest.fixture(scope="module")
def explorer(digits_model):
    return Explorer(digits_model)


@pytest.fixture(scope="module")
def regene():
    """A ReGene that is not trained, with a bank of 12 latents of each of 3 classes."""
    classifier = regene_classifier((8, 8, 1), 3, width=0.03)
    latent_dim = classifier.get_layer("latent").output.shape[1]
    decoder = regene_decoder((8, 8, 1), latent_dim, width=0.03)
    model = ReGene(classifier, decoder, class_names=["cat", "dog", "cow"])
    images = np.random.default_rng(0).random((36, 8, 8, 1)).astype("float32")
    model.adapt_prior(images, np.arange(36) % 3)
    return model


@pytest.fixture
def picture(tmp_path):
    """The path of a picture of the first test image, enlarged to 40x40 pixels in color."""
    pixels = load("digits").x_test[0, ..., 0]
    path = tmp_path / "digit.png"
    Image.fromarray(pixels).resize((40, 40), Image.Resampling.NEAREST).convert("RGB").save(path)
    return path


def test_samples_are_those_of_generate(explorer, digits_model):
    samples = explorer.samples("3", 5.0, seed=7)
    expected = generate(digits_model, "3", 5, seed=7)
    np.testing.assert_array_equal(samples.images, expected)
    assert samples.labels.tolist() == [3] * 5 and "seed 7" in samples.message
    every = explorer.samples(ALL_CLASSES, 2)
    assert every.labels.tolist() == np.repeat(np.arange(10), 2).tolist()


def test_the_number_of_images_is_bounded(explorer):
    assert len(explorer.samples(None, 1000).images) == MAX_SAMPLES


def test_accepted_samples(explorer, digits_model):
    samples = explorer.samples("3", 5, accept=True)
    assert (digits_model.classify(samples.images) == 3).all() and "tries" in samples.message


def test_too_few_accepted_samples_are_shown_with_a_message(digits_model, monkeypatch):
    strict = functools.partial(Acceptance, quantile=1e-6)
    monkeypatch.setattr("keras_regen_app.explorer.Acceptance", strict)
    monkeypatch.setattr("keras_regen_app.explorer._MAX_TRIES", 1)
    samples = Explorer(digits_model).samples("3", 5, accept=True)
    assert samples.images.shape[1:] == (8, 8, 1) and len(samples.images) < 5
    assert "Too few images" in samples.message


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"class_name": "horse"}, "`class_id`"),
        ({"num_samples": 0}, "`num_samples` must be an integer, at least 1"),
        ({"num_samples": 1.5}, "`num_samples`"),
        ({"seed": -1}, "`seed` must be an integer, at least 0"),
        ({"prior": "other"}, "`prior` must be among"),
    ],
)
def test_wrong_values_have_a_message(explorer, arguments, message):
    with pytest.raises(ValueError, match=message):
        explorer.samples(**arguments)


def test_the_number_of_sources_and_the_prior(regene):
    explorer = Explorer(regene)
    assert explorer.max_sources == 12 and explorer.num_sources == 2
    assert not explorer.accepts  # not calibrated
    two, three = (explorer.samples("dog", 4, num_sources=number) for number in (2, 3))
    expected = generate(regene, "dog", 4, seed=0, prior=regene.prior.combining(num_sources=3))
    np.testing.assert_array_equal(three.images, expected)
    assert np.abs(two.images - three.images).max() > 0
    gaussian = explorer.samples("dog", 4, prior=explorer.priors[1])
    assert np.abs(gaussian.images - two.images).max() > 0
    with pytest.raises(ValueError, match="num_sources"):
        explorer.samples("dog", 4, num_sources=13)
    with pytest.raises(ValueError, match="cannot accept"):
        explorer.samples("dog", 4, accept=True)


def test_the_slider_goes_from_the_start_to_the_end(explorer, digits_model):
    start, end = explorer.end("3", seed=1), explorer.end("8", seed=2)
    np.testing.assert_array_equal(start.image, generate(digits_model, "3", 1, seed=1)[0])
    np.testing.assert_allclose(explorer.between(start, end, 0), start.image, atol=1e-5)
    np.testing.assert_allclose(explorer.between(start, end, 1), end.image, atol=1e-5)
    middle = digits_model.decode(((start.latent + end.latent) / 2)[None])[0]
    np.testing.assert_allclose(explorer.between(start, end, 0.5), middle, atol=1e-5)
    with pytest.raises(ValueError, match="from 0"):
        explorer.between(start, end, 1.1)


def test_an_uploaded_picture_is_an_end(explorer, digits_model, picture):
    end = explorer.end("3", upload=picture)
    image = read_upload(picture, (8, 8, 1))
    np.testing.assert_array_equal(end.image, image)
    np.testing.assert_allclose(end.latent, digits_model.encode(image[None])[0], atol=1e-5)


def test_a_picture_is_classified_and_reconstructed(explorer, digits_model, picture):
    result = explorer.classify(picture)
    image = read_upload(picture, (8, 8, 1))[None]
    np.testing.assert_array_equal(result.image, image[0])
    np.testing.assert_allclose(result.reconstruction, digits_model.reconstruct(image)[0], atol=1e-5)
    assert abs(sum(result.probabilities.values()) - 1) < 1e-5
    label = digits_model.class_names[digits_model.classify(image)[0]]
    assert max(result.probabilities, key=result.probabilities.get) == label
    # The head classifies by the nearest centroid.
    assert result.nearest[0][0] == label and len(result.nearest) == 10
    distances = np.linalg.norm(
        digits_model.encode(image)[0] - np.asarray(digits_model.head.centroids), axis=1
    )
    if not digits_model.head.subspace:
        np.testing.assert_allclose(
            [distance for _, distance in result.nearest], np.sort(distances), rtol=1e-3
        )


def test_the_nearest_mean_latents_of_a_regene(regene, picture):
    result = Explorer(regene).classify(picture)
    latent = regene.encode(result.image[None])[0]
    expected = {
        name: np.linalg.norm(regene.prior.class_mean(label) - latent)
        for label, name in enumerate(regene.class_names)
    }
    assert [name for name, _ in result.nearest] == sorted(expected, key=expected.get)
    for name, distance in result.nearest:
        assert distance == pytest.approx(expected[name], rel=1e-4)


def test_models_without_parts(picture):
    gan = Explorer(GAN.for_images((8, 8, 1), latent_dim=2, network="dense", hidden=(4,)))
    assert (gan.classes, gan.encodes, gan.classifies, gan.accepts) == ((), False, False, False)
    samples = gan.samples(num_samples=3)
    assert samples.images.shape == (3, 8, 8, 1) and samples.labels.tolist() == [-1] * 3
    assert isinstance(gan.end(seed=3), End)
    with pytest.raises(ValueError, match="encoder"):
        gan.end(upload=picture)
    classifier = Explorer(Classifier.for_images((8, 8, 1), ["cat", "dog"], stem_filters=2))
    result = classifier.classify(picture)
    assert set(result.probabilities) == {"cat", "dog"} and result.reconstruction is None
    assert not classifier.generates
    cvae = Explorer(CVAE.for_images((8, 8, 1), ["cat", "dog"], latent_dim=2, stem_filters=2))
    assert cvae.classify(picture, "dog").reconstruction.shape == (8, 8, 1)
    with pytest.raises(ValueError, match="labels"):
        cvae.classify(picture)


def test_an_untrained_model_has_a_message():
    model = CSAE.for_images((8, 8, 1), ["cat", "dog"], latent_dim=4, stem_filters=2)
    with pytest.raises(ValueError, match="adapt"):
        Explorer(model).samples("cat")


def test_an_upload_gets_the_size_and_channels_of_the_model(picture):
    assert read_upload(picture, (6, 5, 3)).shape == (6, 5, 3)
    pixels = read_upload(picture, (8, 8, 1))
    assert pixels.dtype == np.uint8
    assert np.abs(pixels.astype(int) - load("digits").x_test[0]).mean() < 30


def test_the_name_of_an_upload_does_not_decide(tmp_path, picture):
    renamed = tmp_path / "picture.txt"
    renamed.write_bytes(picture.read_bytes())
    assert read_upload(renamed, (8, 8, 1)).shape == (8, 8, 1)
    for name, content in {
        "page.png": b"<script>alert(1)</script>",
        "empty.jpg": b"",
        "vector.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "cut.png": picture.read_bytes()[:60],
    }.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ValueError, match=f"'{name}' is not a readable picture"):
            read_upload(tmp_path / name, (8, 8, 1))


def test_a_large_upload_and_a_decompression_bomb_are_refused(tmp_path):
    large = tmp_path / "large.png"
    with open(large, "wb") as file:
        os.truncate(file.fileno(), 10_000_001)
    with pytest.raises(ValueError, match="at most 10 MB"):
        read_upload(large, (8, 8, 1))
    bomb = tmp_path / "bomb.png"
    Image.new("1", (20_000, 20_000)).save(bomb)
    assert bomb.stat().st_size < 100_000
    with pytest.raises(ValueError, match=r"'bomb\.png' is not a readable picture"):
        read_upload(bomb, (8, 8, 1))
