"""GAN: training against a version in NumPy, the losses of each network, and saving."""

import itertools

import keras
import numpy as np
import pytest
from keras import layers

from keras_regen import GAN, Acceptance, generate
from keras_regen.layers import DifferentiableAugmentation
from keras_regen.networks import dense_discriminator, dense_generator
from keras_regen.priors import GaussianPrior, StandardNormalPrior
from tests.contract import to_numpy, weights_of
from tests.samples import check_fresh_process, confident_classifier, striped_images
from tests.textbook import (
    NOISE_DIM,
    SLOW_OBJECTIVES,
    SlowAdam,
    SlowMomentum,
    slow_generator,
    small_networks,
    textbook,
)

IMAGES, LABELS = striped_images(30)
SHAPE, DIM = IMAGES.shape[1:], 4
TINY_IMAGES = np.random.default_rng(0).random((6, 2, 2, 1)).astype("float32")


def build(optimizer="sgd", **options):
    keras.utils.set_random_seed(0)
    defaults = {"network": "dense", "latent_dim": DIM, "hidden": (8,), "seed": 1}
    model = GAN.for_images(SHAPE, **(defaults | options))
    model.compile(optimizer)
    return model


def state(*models):
    """Copies of all variables, including random states."""
    variables = [variable for model in models for variable in model.variables]
    return [keras.ops.convert_to_numpy(variable).copy() for variable in variables]


def restore(models, values):
    variables = [variable for model in models for variable in model.variables]
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def same(first, second):
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


class WeightRecorder(keras.callbacks.Callback):
    """Records the weights of both networks after each epoch, which is a single step here."""

    def on_train_begin(self, logs=None):
        self.weights = []

    def on_epoch_end(self, epoch, logs=None):
        self.weights.append(
            {name: weights_of(getattr(self.model, name)) for name in ("generator", "discriminator")}
        )


@pytest.mark.parametrize(
    ("objective", "normalized", "hidden_weight", "critic_steps", "both"),
    [
        ("minimax", False, None, 1, True),
        ("non_saturating", True, 0.7, 1, False),
        ("wasserstein", False, None, 5, True),
        ("non_saturating", True, 0.7, 3, False),
    ],
)
def test_training_equals_the_textbook(objective, normalized, hidden_weight, critic_steps, both):
    """With an optimizer for both networks, and with an optimizer for each network."""
    hidden = {"hidden_layer": "features", "loss_weights": {"hidden_space_loss": hidden_weight}}
    model = GAN(
        *small_networks(normalized),
        objective=objective,
        critic_steps=critic_steps,
        seed=9,
        **(hidden if hidden_weight else {}),
    )
    momentum = keras.optimizers.SGD(0.1, momentum=0.5)
    adam = keras.optimizers.Adam(0.05, epsilon=1e-3)
    model.compile(momentum if both else {"generator": adam, "discriminator": momentum})
    slow_optimizers = (
        SlowMomentum(0.1, 0.5) if both else SlowAdam(0.05, 1e-3),
        SlowMomentum(0.1, 0.5),
    )
    before = [weights_of(model.generator), weights_of(model.discriminator)]
    steps = 2 * critic_steps + 1

    recorder, fit = WeightRecorder(), {"epochs": steps, "batch_size": 6, "shuffle": False}
    history = model.fit(TINY_IMAGES, **fit, callbacks=[recorder], verbose=0).history

    seed = keras.random.SeedGenerator(9)
    noises = [to_numpy(keras.random.normal((6, NOISE_DIM), seed=seed)) for _ in range(steps)]
    flat = TINY_IMAGES.reshape(6, 4).astype("float64")
    options = (slow_optimizers, objective, hidden_weight or 0.0, critic_steps)
    logs, expected_weights = textbook(flat, noises, before, *options)
    pairs = zip(recorder.weights, expected_weights, strict=True)
    for step, (measured, expected) in enumerate(pairs):
        for network, weights in expected.items():
            for name in [name for name in weights if "moving" not in name]:
                np.testing.assert_allclose(measured[network][name], weights[name], atol=1e-5)
        for name in history:
            if name != "loss":
                np.testing.assert_allclose(history[name][step], logs[step][name], atol=1e-5)
        terms = [logs[step][name] for name in ("discriminator_loss", "generator_loss")]
        total = sum(terms) + (hidden_weight or 0.0) * logs[step]["hidden_space_loss"]
        np.testing.assert_allclose(history["loss"][step], total, atol=1e-5)
    kernels = [weights["generator"]["pixels/kernel"] for weights in recorder.weights]
    changed = [
        not np.array_equal(first, second)
        for first, second in itertools.pairwise([before[0]["pixels/kernel"], *kernels])
    ]
    assert changed == [(step + 1) % critic_steps == 0 for step in range(steps)]


def test_training_is_deterministic():
    """The generator's loss uses the discriminator before its update, in any order of the graph."""
    model = build(keras.optimizers.SGD(0.1))
    start, ends = state(model), []
    for _ in range(6):
        restore([model], start)
        model.fit(IMAGES, batch_size=2, epochs=2, shuffle=False, verbose=0)
        ends.append(state(model))
    assert all(same(ends[0], end) for end in ends)


def test_moving_averages_count_real_and_generated_images_once():
    model = GAN(*small_networks(normalized=True), seed=9)
    model.compile(keras.optimizers.SGD(0.0))
    before = [weights_of(model.generator), weights_of(model.discriminator)]
    model.fit(TINY_IMAGES, batch_size=6, verbose=0)
    noise = to_numpy(keras.random.normal((6, NOISE_DIM), seed=keras.random.SeedGenerator(9)))
    generated = slow_generator(noise, before[0])

    def updated_average(inputs, weights, name, momentum=0.99):
        means = [x @ weights[f"{name}/kernel"] + weights[f"{name}/bias"] for x in inputs]
        moment = weights[f"{name}_norm/moving_mean"]
        for mean in means:
            moment = momentum * moment + (1 - momentum) * mean.mean(axis=0)
        return moment

    for network, weights, name, inputs in (
        (model.discriminator, before[1], "hidden", [TINY_IMAGES.reshape(6, 4), generated]),
        (model.generator, before[0], "pixels", [noise]),
    ):
        measured = weights_of(network)[f"{name}_norm/moving_mean"]
        np.testing.assert_allclose(measured, updated_average(inputs, weights, name), atol=1e-6)


def trained_weights(model):
    return [
        [to_numpy(weight) for weight in network.trainable_weights]
        for network in (model.generator, model.discriminator)
    ]


@pytest.mark.parametrize("fixed", [0, 1])
def test_a_loss_trains_only_its_own_network(fixed):
    rates = [0.0 if network == fixed else 0.1 for network in range(2)]
    generator, discriminator = (keras.optimizers.SGD(rate) for rate in rates)
    model = build({"generator": generator, "discriminator": discriminator}, hidden_layer="features")
    before = trained_weights(model)
    model.fit(IMAGES, batch_size=10, verbose=0)
    for network, (first, second) in enumerate(zip(before, trained_weights(model), strict=True)):
        assert same(first, second) == (network == fixed)
        assert network == fixed or not any(map(np.array_equal, first, second))


def test_a_loss_of_weight_zero_trains_no_network():
    model = build(keras.optimizers.SGD(0.1))
    start = state(model)
    for fixed, name in enumerate(("generator_loss", "discriminator_loss")):
        restore([model], start)
        model.loss_weights = {"generator_loss": 1, "discriminator_loss": 1} | {name: 0}
        before = trained_weights(model)
        history = model.fit(IMAGES, batch_size=10, verbose=0).history
        for network, (first, second) in enumerate(zip(before, trained_weights(model), strict=True)):
            assert same(first, second) == (network == fixed)
        (weighed,) = {"generator_loss", "discriminator_loss"} - {name}
        np.testing.assert_allclose(history["loss"], history[weighed], rtol=1e-5)


def test_the_generator_ends_with_its_moving_average():
    adam = keras.optimizers.Adam(0.05, use_ema=True, ema_momentum=0.8)
    model = build({"generator": adam, "discriminator": keras.optimizers.SGD(0.1)})
    recorder, fit = WeightRecorder(), {"batch_size": 30, "epochs": 4, "verbose": 0}
    model.fit(IMAGES, callbacks=[recorder], **fit)
    measured = weights_of(model.generator)
    for name, value in measured.items():
        if "moving" in name:  # averages of a batch normalization
            continue
        average = recorder.weights[0]["generator"][name]
        for step in recorder.weights[1:]:
            average = 0.8 * average + 0.2 * step["generator"][name]
        np.testing.assert_allclose(value, average, atol=1e-5)
        assert not np.allclose(value, recorder.weights[-1]["generator"][name], atol=1e-3)
    for name, value in weights_of(model.discriminator).items():
        np.testing.assert_array_equal(value, recorder.weights[-1]["discriminator"][name])
    model.fit(IMAGES, **fit)
    assert not np.allclose(measured["pixels/kernel"], weights_of(model.generator)["pixels/kernel"])


@pytest.fixture(scope="module")
def trained():
    """A model with many states: normalization, augmentation, optimizers, stored gradients."""
    model = GAN(
        *small_networks(normalized=True, shape=SHAPE),
        critic_steps=3,
        hidden_layer="features",
        loss_weights={"hidden_space_loss": 0.3},
        augmentation=DifferentiableAugmentation(translation=0.25, cutout=0.25, seed=2),
        seed=1,
    )
    optimizers = keras.optimizers.Adam(0.01), keras.optimizers.RMSprop(0.01)
    model.compile(dict(zip(("generator", "discriminator"), optimizers, strict=True)))
    model.optimizer.build(model.trainable_variables)
    return model


def test_a_saved_model_trains_on_exactly(trained, tmp_path):
    """Saved after four of eight steps, when the generator has gradients of a single step."""
    model, fit = trained, {"batch_size": 8, "shuffle": False, "verbose": 0}
    start = state(model, model.optimizer)
    model.fit(IMAGES, epochs=2, **fit)
    whole = state(model, model.optimizer)
    restore([model, model.optimizer], start)
    assert not same(whole, start)
    model.fit(IMAGES, **fit)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert [type(part).__name__ for part in loaded.optimizer.optimizers] == ["Adam", "RMSprop"]
    assert loaded.loss_weights == model.loss_weights and loaded.critic_steps == 3
    loaded.fit(IMAGES, **fit)
    assert same(state(loaded, loaded.optimizer), whole)


def test_evaluate_equals_the_terms_computed_by_hand(trained):
    """Evaluation uses no augmentation, and the moving averages of training."""
    model = trained
    noise_state = keras.ops.convert_to_numpy(model._noise.seed_generator.state).copy()
    before = state(model.generator, model.discriminator)
    measured = model.evaluate(IMAGES, batch_size=30, verbose=0, return_dict=True)
    assert same(state(model.generator, model.discriminator), before)
    seed = keras.random.SeedGenerator(0)
    seed.state.assign(noise_state)
    noise = to_numpy(keras.random.normal((30, DIM), seed=seed))
    critic = keras.Model(
        model.discriminator.input,
        [model.discriminator.output, model.discriminator.get_layer("features").output],
    )
    (real, maps), (fake, fake_maps) = (
        critic.predict(images, verbose=0)
        for images in (IMAGES / 255.0, model.generator.predict(noise, verbose=0))
    )
    distance = np.sqrt(((maps - fake_maps) ** 2).sum(axis=1)).mean()
    discriminator_loss, generator_loss = SLOW_OBJECTIVES["non_saturating"]
    expected = {
        "discriminator_loss": discriminator_loss(real, fake),
        "generator_loss": generator_loss(fake),
        "hidden_space_loss": distance,
        "real_logits": real.mean(),
        "fake_logits": fake.mean(),
    }
    expected["loss"] = expected["discriminator_loss"] + expected["generator_loss"] + 0.3 * distance
    assert set(measured) == set(expected)
    for name, value in expected.items():
        assert measured[name] == pytest.approx(value, rel=1e-3, abs=1e-5)
    outputs = model.predict(IMAGES, batch_size=7, verbose=0)
    assert list(outputs) == ["logits"]
    np.testing.assert_allclose(outputs["logits"], real, atol=1e-4)


class GrayInTraining(layers.Layer):
    def call(self, inputs, training=False):
        return 0 * inputs + 0.5 if training else inputs


def test_augmentation_changes_all_images_in_training_only():
    generator, discriminator = (
        dense_generator(SHAPE, DIM, (8,)),
        dense_discriminator(SHAPE, (8,)),
    )
    augmentation, hidden = GrayInTraining(), {"hidden_layer": "features"}
    model = GAN(generator, discriminator, augmentation=augmentation, seed=0, **hidden)
    model.compile(keras.optimizers.SGD(0.0))
    logs = model.fit(IMAGES, validation_data=(IMAGES, LABELS), verbose=0).history
    gray = discriminator.predict(np.full((1, *SHAPE), 0.5), verbose=0).item()
    assert logs["real_logits"][0] == pytest.approx(gray, abs=1e-5)
    assert logs["fake_logits"][0] == pytest.approx(gray, abs=1e-5)
    assert logs["hidden_space_loss"][0] == pytest.approx(0, abs=1e-3)
    real = discriminator.predict(IMAGES / 255.0, verbose=0).mean()
    assert abs(real - gray) > 1e-3
    assert logs["val_real_logits"][0] == pytest.approx(real, abs=1e-5)
    assert logs["val_hidden_space_loss"][0] > 0.01


def test_the_weights_of_the_discriminator_are_clipped():
    clipped = {"objective": "wasserstein", "clip": 0.01, "critic_steps": 2}
    model = build("adam", **clipped)

    def largest():
        return [np.abs(weight).max() for weight in model.discriminator.get_weights()]

    assert max(largest()) > 0.1
    model.fit(IMAGES, batch_size=10, epochs=2, verbose=0)
    assert len(largest()) == 4 and max(largest()) <= np.float32(0.01)
    assert np.abs(model.generator.get_weights()[0]).max() > 0.1
    convolutional = GAN.for_images(SHAPE, width=0.05, **clipped).discriminator
    assert not any(isinstance(layer, layers.BatchNormalization) for layer in convolutional.layers)


class Batches(keras.utils.PyDataset):
    def __init__(self, *arrays):
        super().__init__()
        self.arrays = arrays

    def __len__(self):
        return 3

    def __getitem__(self, index):
        batch = tuple(array[10 * index : 10 * index + 10] for array in self.arrays)
        return batch if len(batch) > 1 else batch[0]


def stream():
    import tensorflow as tf

    return tf.data.Dataset.from_tensor_slices(IMAGES).batch(10)


def test_labels_and_the_form_of_the_data_do_not_change_training():
    model = build(keras.optimizers.SGD(0.1))
    start = state(model)

    def losses(x, y=None):
        restore([model], start)
        options = {"epochs": 2, "shuffle": False, "verbose": 0}
        if isinstance(x, np.ndarray):
            options["batch_size"] = 10
        return model.fit(x, y, **options).history["loss"]

    expected = losses(IMAGES)
    for x, y in (
        (IMAGES, LABELS),
        (IMAGES, np.full(30, 99)),
        (IMAGES / 255.0, None),
        (Batches(IMAGES), None),
        (Batches(IMAGES, LABELS), None),
        *([(stream(), None)] if keras.backend.backend() == "tensorflow" else []),
    ):
        np.testing.assert_allclose(losses(x, y), expected, rtol=1e-4)
    with pytest.raises(ValueError, match=r"\(8, 8, 1\)"):
        model.fit(IMAGES[:, :7], verbose=0)
    with pytest.raises(ValueError, match="Divide by 255"):
        model.fit(Batches(IMAGES.astype("float32")), verbose=0)


def test_images_are_generated_from_noise_without_classes(trained):
    images, report = generate(trained, num_samples=5, seed=3, return_report=True)
    noise = np.random.default_rng([3]).standard_normal((5, DIM), "float32")
    np.testing.assert_array_equal(report.latents, noise)
    np.testing.assert_allclose(images, trained.generator.predict(noise, verbose=0), atol=1e-5)
    assert report.labels.tolist() == [-1] * 5 and report.confidence is None
    with pytest.raises(ValueError, match=r"give `accept=Acceptance\(classifier\)`.*class_id=3"):
        generate(trained, class_id=3)
    with pytest.raises(ValueError, match="GAN has no classes, so it cannot classify its own"):
        generate(trained, class_id=3, accept=True)


def test_a_classifier_selects_the_images_of_a_class(trained):
    classifier = confident_classifier(generate(trained, num_samples=100, seed=1), 3)
    accept = Acceptance(classifier, threshold=0.6)
    options = {"seed": 0, "accept": accept, "return_report": True}
    images, report = generate(trained, [2, 1, 2], **options)
    assert report.labels.tolist() == [2, 1, 2] and report.tries.sum() > 3
    probabilities = classifier.predict(images, verbose=0)[np.arange(3), report.labels]
    assert (probabilities >= 0.6).all()
    np.testing.assert_allclose(report.confidence, probabilities, atol=1e-5)
    _, report = generate(trained, num_samples=5, **options)
    assert report.labels.tolist() == [0, 1, 2, 0, 1]


def test_saved_model_is_the_same_in_a_fresh_process(trained, tmp_path):
    """The test of DEGAN covers other backends."""
    check_fresh_process(trained, IMAGES, tmp_path, "same")


def test_networks_for_images_of_a_shape():
    model = GAN.for_images(
        SHAPE,
        latent_dim=5,
        width=0.05,
        objective="hinge",
        hidden_layer="features",
        hidden_weight=0.3,
        augmentation={"cutout": 0.2, "color": False},
        seed=7,
    )
    assert (model.latent_dim, model.num_classes, model.seed) == (5, 0, 7)
    assert (model.objective, model.critic_steps) == ("hinge", 1)
    assert model.loss_weights["hidden_space_loss"] == 0.3
    augmentation = model.augmentation.get_config()
    assert (augmentation["cutout"], augmentation["color"], augmentation["seed"]) == (0.2, False, 7)
    dense = build(hidden=(8, 6, 4))
    units = [
        [layer.units for layer in network.layers if isinstance(layer, layers.Dense)]
        for network in (dense.generator, dense.discriminator)
    ]
    assert units == [[8, 6, 4, 64], [6, 8, 1]]
    assert dense.augmentation is None and dense.hidden_layer is None


def test_parts_that_do_not_fit_are_refused():
    generator, discriminator = dense_generator(SHAPE, DIM, (8,)), dense_discriminator(SHAPE, (8,))
    image = keras.Input(SHAPE)
    two_logits = keras.Model(image, layers.Dense(2)(layers.Flatten()(image)))
    for arguments, message in (
        ({"prior": StandardNormalPrior(5)}, r"generator's 4 dimensions. Received: a prior of 5"),
        ({"prior": GaussianPrior()}, "NoisePrior.*maps noise to latents"),
        ({"objective": "maximin"}, "'hinge', 'wasserstein'. Received: objective='maximin'"),
        ({"critic_steps": 0}, "`critic_steps` must be an integer, at least 1"),
        ({"critic_steps": 1.5}, "critic_steps=1.5"),
        ({"hidden_layer": "maps"}, "no layer 'maps'. Its layers: .*features, logits"),
        ({"loss_weights": {"hidden_space_loss": 1}}, "for the losses .*generator_loss"),
        ({"loss_weights": {"generator_loss": -1}}, "at least 0"),
        ({"discriminator": two_logits}, r"a logit for each image.*\(None, 2\)"),
        (
            {"discriminator": dense_discriminator((9, 8, 1), (8,))},
            r"\(8, 8, 1\). Received: a discriminator of shape \(9, 8, 1\)",
        ),
    ):
        with pytest.raises(ValueError, match=message):
            GAN(**({"generator": generator, "discriminator": discriminator} | arguments))
    with pytest.raises(ValueError, match=r"'convolutional', 'dense'. Received: network='cnn'"):
        GAN.for_images(SHAPE, network="cnn")


def test_optimizers_that_do_not_fit_are_refused():
    model = build()
    with pytest.raises(ValueError, match=r"\['discriminator', 'generator'\].*\['critic', 'gen"):
        model.compile({"critic": "sgd", "generator": "sgd"})
    with pytest.raises(ValueError, match="each of"):
        model.compile({"generator": "sgd"})
    same_paths = GAN(
        dense_generator(SHAPE, DIM, (8, 8), name="player"),
        dense_discriminator(SHAPE, (8, 8), name="player"),
    )
    with pytest.raises(ValueError, match=r"'player/dense1/kernel' and 1 more.*different names"):
        same_paths.compile({"generator": "sgd", "discriminator": "adam"})
