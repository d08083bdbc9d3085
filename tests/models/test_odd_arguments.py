"""Odd arguments of models: an error that names the argument, before any training."""

import keras
import numpy as np
import pytest

from keras_regen import (
    AAE,
    CSAE,
    CVAE,
    DEGAN,
    GAN,
    VAE,
    Autoencoder,
    Classifier,
    ImageModel,
    ReGene,
    fit_per_class,
)
from keras_regen.callbacks import LossWeightSchedule
from keras_regen.layers import PEDCCHead
from keras_regen.networks import (
    csae_linear_decoder,
    csae_linear_encoder,
    dense_discriminator,
    dense_generator,
)
from tests.samples import striped_images

pytestmark = pytest.mark.eager

SHAPE, NAMES = (8, 8, 1), ["left", "middle", "right"]
IMAGES, LABELS = striped_images(12)
RAGGED = [[1, 2], [3]]


def linear_csae():
    return CSAE.for_images(SHAPE, NAMES, network="linear", hidden=4, latent_dim=4)


@pytest.fixture(scope="module")
def model():
    model = linear_csae()
    model.compile("sgd")
    return model


@pytest.mark.parametrize(
    ("method", "arguments", "message"),
    [
        ("fit", {"y": "left"}, "`labels` must have shape"),
        ("fit", {"y": 3}, "`labels` must have shape"),
        ("fit", {"y": RAGGED}, "`labels` must be an array"),
        ("fit", {"x": RAGGED}, "`images` must be an array"),
        ("fit", {"x": "model.keras", "y": None}, "`images` must have shape"),
        ("fit", {"x": 3, "y": None}, "Expected arrays, a `keras.utils.PyDataset`.*int"),
        ("fit", {"x": iter([IMAGES]), "y": None}, "needs labels"),
        ("fit", {"batch_size": 2.5}, "`batch_size` must be an integer, at least 1"),
        ("fit", {"epochs": -1}, "`epochs` must be an integer, at least 0"),
        ("fit", {"verbose": "no"}, "`verbose` must be 'auto', 0, 1 or 2"),
        ("fit", {"verbose": IMAGES}, "`verbose` must be"),
        ("fit", {"callbacks": [3]}, "`callbacks` must be a list of `keras.callbacks.Callback`"),
        ("fit", {"callbacks": IMAGES}, "`callbacks` must be a list"),
        ("fit", {"validation_split": 1}, "`validation_split` must be a number.*below 1"),
        ("fit", {"validation_data": [IMAGES, LABELS, LABELS, 1]}, "Received: 4 parts"),
        ("fit", {"validation_data": (IMAGES, "a")}, "`labels` must have shape"),
        ("fit", {"validation_freq": 0}, "`validation_freq` must be an integer"),
        ("fit", {"validation_freq": [0]}, "`validation_freq` must be a list of integers"),
        ("fit", {"shuffle": "no"}, "`shuffle` must be True or False"),
        ("fit", {"class_weight": 3}, "`class_weight` must be a dict"),
        ("fit", {"class_weight": {0: "a"}}, "`class_weight` must be a number, at least 0"),
        ("fit", {"class_weight": {"up": 1.0}}, "`class_weight` must be of labels or names"),
        ("fit", {"class_weight": {True: 1.0}}, "`class_weight` must be of labels or names"),
        ("fit", {"class_weight": {0: 1.0, "left": 2.0}}, "must have a class once"),
        ("fit", {"class_weight": {0: 1.0}, "sample_weight": np.ones(12)}, "Received: both"),
        ("fit", {"sample_weight": np.ones(11)}, r"one number for each of the 12.*\(11,\)"),
        ("fit", {"sample_weight": np.ones((12, 2))}, r"one number for each of the 12.*\(12, 2\)"),
        ("fit", {"sample_weight": ["a"] * 12}, "one number for each of the 12 images.*<U1"),
        ("fit", {"sample_weight": np.full(12, np.nan)}, "`sample_weight` must be finite"),
        ("fit", {"initial_epoch": None}, "`initial_epoch` must be an integer"),
        ("fit", {"steps_per_epoch": 0}, "`steps_per_epoch` must be an integer, at least 1"),
        ("fit", {"validation_steps": 0.5}, "`validation_steps` must be an integer"),
        ("fit", {"validation_batch_size": 0}, "`validation_batch_size` must be an integer"),
        ("fit", {"adapt_prior": 1}, "`adapt_prior` must be True or False"),
        ("evaluate", {"steps": 0}, "`steps` must be an integer, at least 1"),
        ("evaluate", {"return_dict": None}, "`return_dict` must be True or False"),
        ("predict", {"y": 0, "batch_size": "a"}, "`batch_size` must be an integer"),
        ("encode", {"x": RAGGED}, "`images` must be an array"),
        ("encode", {"y": 3}, "`labels` must have shape"),
        ("decode", {"z": "a"}, r"numbers of the shape \(num_samples, 4\).*type <U1"),
        ("decode", {"z": RAGGED}, "`z` must be an array"),
        ("decode", {"z": np.ones((2, 4), complex)}, "numbers of the shape.*complex128"),
        ("classify", {"return_probabilities": 1}, "`return_probabilities` must be True or False"),
        ("calibrate", {"num_batches": 0}, "`num_batches` must be an integer, at least 1"),
        ("adapt_prior", {"num_batches": "a"}, "`num_batches` must be an integer, at least 1"),
        ("compile", {"optimizer": "adm"}, "`optimizer` must be an optimizer of Keras"),
        ("compile", {"optimizer": 3}, "`optimizer` must be an optimizer of Keras"),
        ("compile", {"loss": IMAGES}, "has its own losses"),
        ("compile", {"metrics": ["left"]}, "`metrics` must be metrics of Keras.*'left'"),
        ("compile", {"metrics": {"image": "mae"}}, r"outputs of CSAE, \['probabilities', 'latent'"),
        ("compile", {"jit_compile": "yes"}, "`jit_compile` must be True or False"),
        ("compile", {"run_eagerly": 3}, "`run_eagerly` must be True or False"),
        ("compile", {"steps_per_execution": 0}, "`steps_per_execution` must be an integer"),
        ("save", {"filepath": 3}, "`filepath` must be the path"),
        ("save", {"filepath": "model.onnx"}, "use a path that ends in `.keras`"),
        ("save", {"filepath": "a.keras", "overwrite": 3}, "`overwrite` must be True or False"),
        ("save_to_preset", {"folder": None}, "`folder` must be the path"),
    ],
)
def test_the_error_names_the_argument(model, method, arguments, message):
    data = {} if method in ("compile", "decode", "save", "save_to_preset") else {"x": IMAGES}
    if method in ("fit", "evaluate", "calibrate", "adapt_prior"):
        data["y"] = LABELS
    arguments = data | arguments
    if method == "predict":
        arguments.pop("y", None)
    with pytest.raises(ValueError, match=message):
        getattr(model, method)(**arguments)


def test_unknown_arguments_are_type_errors(model):
    with pytest.raises(TypeError, match=r"arguments of Keras's `compile`. Received: \['metric'\]"):
        model.compile("sgd", metric="accuracy")
    with pytest.raises(TypeError, match=r"unknown arguments \['step'\]"):
        model.evaluate(IMAGES, LABELS, step=3)
    with pytest.raises(TypeError, match=r"'basenet' has no arguments \['width'\]"):
        Classifier.for_images(SHAPE, NAMES, width=0.5)


def test_a_model_that_is_not_compiled_is_not_evaluated():
    with pytest.raises(ValueError, match=r"`evaluate` needs a compiled .*Call `compile` first"):
        linear_csae().evaluate(IMAGES, LABELS)
    model = linear_csae()
    model.compile(None)
    with pytest.raises(ValueError, match=r"`fit` needs a compiled .*Call `compile` first"):
        model.fit(IMAGES, LABELS)


def test_arguments_of_every_usual_type_train_the_same_model():
    results = []
    for y, weights, batch_size, class_weight in (
        (LABELS, None, 4, {0: 2.0, 1: 1.0, 2: 1.0}),
        (LABELS.tolist(), None, np.int64(4), {"left": np.float32(2), 1: 1, "right": 1.0}),
        (np.eye(3)[LABELS], np.where(LABELS == 0, 2.0, 1.0), 4, None),
        (LABELS[:, None], np.where(LABELS == 0, 2, 1).tolist(), np.uint8(4), {}),
        (LABELS, np.where(LABELS == 0, 2.0, 1.0)[:, None], 4, None),
    ):
        keras.utils.set_random_seed(0)
        model = linear_csae()
        model.compile("sgd")
        weighting = {"class_weight": class_weight}
        if weights is not None:
            weighting = {"sample_weight": weights}
        history = model.fit(IMAGES, y, batch_size, shuffle=False, verbose=np.int64(0), **weighting)
        results.append(history.history["centroid_loss"])
    np.testing.assert_allclose(results, [results[0]] * 5, rtol=1e-5)


def test_labels_that_a_model_does_not_use():
    model = VAE(csae_linear_encoder(SHAPE, 8, 2), csae_linear_decoder(SHAPE, 4, 2))
    model.compile("sgd")
    model.fit(IMAGES, LABELS, verbose=0)
    assert model.encode(IMAGES, "not used").shape == (12, 4)
    with pytest.raises(ValueError, match=r"`labels` must hold numbers for each.*\(11,\)"):
        model.fit(IMAGES, LABELS[1:], verbose=0)


def given(odd):
    """`None` stands for a default, so that it is not odd."""
    return "left" if odd is None else odd


def parts():
    return {
        "encoder": csae_linear_encoder(SHAPE, 4, 2),
        "decoder": csae_linear_decoder(SHAPE, 4, 2),
        "posterior": csae_linear_encoder(SHAPE, 8, 2),
        "generator": dense_generator(SHAPE, 4, (4,)),
        "discriminator": dense_discriminator(SHAPE, (4,)),
        "latent discriminator": dense_discriminator((4,), (4,)),
        "network": Classifier.for_images(SHAPE, NAMES, stem_filters=2).network,
    }


@pytest.mark.parametrize("odd", [None, "model.keras", IMAGES, 3, keras.layers.Dense, object()])
def test_parts_that_are_no_networks(odd):
    known = parts()
    encoder, decoder, posterior = known["encoder"], known["decoder"], known["posterior"]
    generator, discriminator = known["generator"], known["discriminator"]
    for build, name in (
        (lambda: CSAE(odd, decoder, PEDCCHead(3)), "encoder"),
        (lambda: CSAE(encoder, given(odd), PEDCCHead(3)), "decoder"),
        (lambda: CSAE(encoder, decoder, odd), "head"),
        (lambda: CSAE(encoder, decoder, PEDCCHead(3), noise=given(odd)), "noise"),
        (lambda: CSAE(encoder, decoder, PEDCCHead(3), prior=given(odd)), "prior"),
        (lambda: CSAE(encoder, decoder, PEDCCHead(3), image_losses=given(odd)), "image_losses"),
        (lambda: CSAE(encoder, decoder, PEDCCHead(3), loss_weights=given(odd)), "loss_weights"),
        (lambda: Autoencoder(odd, decoder), "encoder"),
        (lambda: Autoencoder(encoder, odd), "decoder"),
        (lambda: Autoencoder(encoder, decoder, prior=given(odd)), "prior"),
        (lambda: AAE(encoder, decoder, odd), "discriminator"),
        (lambda: VAE(odd, decoder), "posterior"),
        (lambda: VAE(posterior, odd), "decoder"),
        (lambda: VAE(posterior, decoder, seed=given(odd)), "seed"),
        (lambda: CVAE(odd, decoder), "posterior"),
        (lambda: Classifier(odd), "network"),
        (lambda: Classifier(known["network"], from_logits=odd), "from_logits"),
        (lambda: GAN(odd, discriminator), "generator"),
        (lambda: GAN(generator, odd), "discriminator"),
        (lambda: GAN(generator, discriminator, augmentation=given(odd)), "augmentation"),
        (lambda: DEGAN(odd, generator, discriminator), "vae"),
        (lambda: ReGene(known["network"], odd, "pool"), "decoder"),
        (lambda: ImageModel(odd), "image_shape"),
        (lambda: ImageModel(SHAPE, preset=given(odd)), "preset"),
    ):
        if name == "seed" and isinstance(odd, int):
            continue
        with pytest.raises(ValueError, match=f"`{name}` must be"):
            build()
    with pytest.raises(ValueError, match="must be a functional or sequential Keras model with one"):
        ReGene(odd, decoder)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: CSAE.for_images(SHAPE, 3), "`class_names` must be a list"),
        (lambda: CSAE.for_images(SHAPE, NAMES, network=IMAGES), "`network` must be one of"),
        (lambda: CSAE.for_images(SHAPE, NAMES, with_decoder=1), "`with_decoder` must be True or"),
        (
            lambda: CSAE.for_images(SHAPE, NAMES, image_weight="a"),
            "`image_weight` must be a number",
        ),
        (lambda: CSAE.for_images(SHAPE, NAMES, seed=None), "`seed` must be an integer"),
        (lambda: VAE.for_images(SHAPE, latent_dim=[1]), "`latent_dim` must be an integer"),
        (lambda: VAE.for_images(SHAPE, kl_weight=-1), "`kl_weight` must be a number, at least 0"),
        (lambda: AAE.for_images(SHAPE, hidden=3), "`hidden` must be a list of integers"),
        (lambda: CVAE.for_images(SHAPE, {"a", "b"}), "`class_names` must be a list"),
        (lambda: GAN.for_images(SHAPE, network="dense", hidden=0.5), "`hidden` must be a list"),
        (lambda: GAN.for_images(SHAPE, augmentation={"flip": 1}), "`augmentation` must be None or"),
        (lambda: GAN.for_images(SHAPE, hidden_weight="a"), "`hidden_weight` must be a number"),
        (
            lambda: ReGene.for_images(SHAPE, NAMES, features=IMAGES),
            "`features` must be 'inception'",
        ),
        (lambda: CSAE.from_preset(IMAGES), "Unknown preset"),
        (lambda: CSAE.from_preset(3), "Unknown preset 3"),
        (lambda: CSAE.from_preset("csae_digits", image_shape=3), "`image_shape` must be a list"),
        (lambda: CSAE.from_preset("csae_digits", image_shape=(8, 8)), "`image_shape` must be"),
        (
            lambda: CSAE.from_preset("csae_digits", class_names="abc"),
            "`class_names` must be a list",
        ),
        (lambda: CSAE.from_preset("csae_digits", epochs=0.5), "`epochs` must be an integer"),
        (lambda: CSAE.from_preset("csae_digits", seed="a"), "`seed` must be an integer"),
        (lambda: fit_per_class(3, IMAGES, LABELS, NAMES), "`build` must be a function that takes"),
        (
            lambda: fit_per_class(str, IMAGES, LABELS, NAMES),
            r"Expected a model of keras_regen\..*'left'",
        ),
        (lambda: fit_per_class(str, RAGGED, LABELS, NAMES), "`x` must be an array"),
        (lambda: fit_per_class(str, IMAGES, LABELS, "abc"), "`class_names` must be a list"),
        (lambda: LossWeightSchedule(3), "`stages` must be a list"),
        (lambda: LossWeightSchedule([3]), "`stages` must be a list"),
        (lambda: LossWeightSchedule([(1, 2, {"loss": "a"})]), "`stages` must be a list"),
        (lambda: LossWeightSchedule([("a", 2, {"loss": 1})]), "`first_epoch` must be an integer"),
        (lambda: LossWeightSchedule([]).loss_weights("a"), "`epoch` must be an integer"),
    ],
)
def test_arguments_of_builders(build, message):
    with pytest.raises(ValueError, match=message):
        build()


def test_an_optimizer_for_each_network():
    model = GAN(parts()["generator"], parts()["discriminator"])
    with pytest.raises(ValueError, match=r"`optimizer\['generator'\]` must be an optimizer"):
        model.compile({"discriminator": "adam", "generator": "adm"})
    with pytest.raises(ValueError, match="a dict with an optimizer for each"):
        model.compile({3: "adam", "generator": "adam"})


def test_an_optimizer_of_another_model():
    optimizer = keras.optimizers.SGD()
    optimizer.build(keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)]).variables)
    images, labels = striped_images(4)
    model = CSAE.for_images(SHAPE, NAMES, network="linear", latent_dim=4, hidden=8)
    model.compile(optimizer)
    with pytest.raises(ValueError, match="built for other weights: of another model"):
        model.fit(images, labels, verbose=0)
    model.compile(keras.optimizers.SGD())
    model.fit(images, labels, verbose=0)


def test_lists_and_tensors_are_decoded(model):
    latents = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")
    expected = model.decode(latents)
    for same in (latents.tolist(), keras.ops.convert_to_tensor(latents), latents.astype("float64")):
        np.testing.assert_allclose(model.decode(same), expected, rtol=1e-5, atol=1e-6)
    assert model.decode(latents[:0]).shape == (0, *SHAPE)
