"""Valid calls of the models' constructors and methods, and of the callbacks."""

import functools

import keras
import numpy as np

import keras_regen
from keras_regen import callbacks, layers, metrics, networks, priors
from keras_regen.generation.protocol import require_part


def calls(folder):
    """Returns valid calls: a dict from a name to a function and its arguments."""
    # Here, because the other module adds these calls to its own.
    from tests.fuzz_calls import IMAGES, LABELS, LATENTS, NAMES, SHAPE, classifier, csae
    from tests.fuzz_calls import data as dataset

    split = {"image_losses": None, "loss_weights": None, "prior": None, "class_names": None}
    encoder = networks.csae_linear_encoder(SHAPE, 4, 2)
    posterior = networks.csae_linear_encoder(SHAPE, 8, 2)
    decoder = networks.csae_linear_decoder(SHAPE, 4, 2)
    generator = networks.dense_generator(SHAPE, 4, (4,))
    discriminator = networks.dense_discriminator(SHAPE, (4,))
    small = {"image_shape": SHAPE, "latent_dim": 3, "stem_filters": 2, "seed": 0}
    image_loss = {"upsampling": "bilinear", "image_loss": "mse", "scale": 0.1}
    adversarial = {
        "objective": "hinge", "critic_steps": 1, "hidden_layer": None, "seed": 0,
        "augmentation": None}  # fmt: skip
    data = {"x": IMAGES, "y": LABELS, "batch_size": 4, "sample_weight": None, "verbose": 0}
    constructors = {
        keras_regen.CSAE: split
        | {"encoder": encoder, "decoder": decoder, "head": layers.PEDCCHead(3), "noise": None},
        keras_regen.Autoencoder: split | {"encoder": encoder, "decoder": decoder},
        keras_regen.AAE: split
        | {"encoder": encoder, "decoder": decoder, "objective": "hinge", "seed": 0,
           "discriminator": networks.dense_discriminator((4,), (2,))},
        keras_regen.VAE: split | {"posterior": posterior, "decoder": decoder, "seed": 0},
        keras_regen.CVAE: split
        | {"posterior": networks.csae_conditional_encoder(SHAPE, 3, 4, 2),
           "decoder": networks.csae_linear_decoder(SHAPE, 5, 2), "seed": 0},
        keras_regen.Classifier: {
            "network": classifier().network, "class_names": NAMES, "loss": "cross_entropy",
            "from_logits": False},
        keras_regen.ReGene: split
        | {"classifier": classifier().network, "decoder": networks.csae_linear_decoder(SHAPE, 4, 2),
           "latent_layer": "pool", "from_logits": None, "cache_latents": True},
        keras_regen.GAN: adversarial
        | {"generator": generator, "discriminator": discriminator, "prior": None,
           "loss_weights": None, "class_names": None},
        keras_regen.DEGAN: adversarial
        | {"vae": keras_regen.VAE(posterior, decoder), "generator": generator,
           "discriminator": discriminator, "posterior": "sample", "vae_epochs": 1},
        keras_regen.ImageModel: {"image_shape": SHAPE, "class_names": NAMES, "preset": None},
    }  # fmt: skip
    for_images = {
        keras_regen.CSAE: small
        | {"class_names": NAMES, "network": "convolutional", "upsampling": "bilinear", "hidden": 4,
           "with_decoder": True, "image_loss": "wavelet", "image_weight": 1.0, "levels": 2,
           "beta": 0.06, "centroids": "auto", "subspace": False, "shrinkage": "auto",
           "perceptual_weight": 0.0, "adversarial_weight": 0.0, "prior": "gaussian"},
        keras_regen.Autoencoder: small | image_loss,
        keras_regen.AAE: small
        | image_loss
        | {"hidden": (4,), "encoder_weight": 0.01, "objective": "hinge"},
        keras_regen.VAE: small
        | image_loss
        | {"network": "csae", "width": 0.1, "dropout": 0.1, "kl_weight": 1.0},
        keras_regen.CVAE: small | image_loss | {"class_names": NAMES, "kl_weight": 1.0},
        keras_regen.Classifier: {
            "image_shape": SHAPE, "class_names": NAMES, "network": "basenet", "seed": 0,
            "loss": "cross_entropy", "stem_filters": 2},
        keras_regen.ReGene: {
            "image_shape": SHAPE, "class_names": NAMES, "classifier": classifier().network,
            "latent_layer": "pool", "blocks": None, "convs_per_block": 1, "width": 0.05,
            "decoder_width": None, "features": None, "num_sources": 2, "ratios": "uniform",
            "bank_size": 5, "seed": 0},
        keras_regen.GAN: adversarial
        | {"image_shape": SHAPE, "network": "dense", "latent_dim": 3, "width": 0.05,
           "hidden": (4, 4), "clip": None, "hidden_weight": 1.0},
        keras_regen.DEGAN: adversarial
        | {"image_shape": SHAPE, "vae": None, "latent_dim": 3, "width": 0.05, "vae_width": None,
           "vae_epochs": 1, "posterior": "sample", "clip": None, "hidden_weight": 1.0},
    }  # fmt: skip
    preset = {
        "preset": "csae_linear_mnist", "image_shape": SHAPE, "class_names": NAMES,
        "num_samples": 12, "epochs": 1, "batch_size": 4, "seed": 0, "latent_dim": 4,
        "hidden": 4}  # fmt: skip
    methods = {
        "fit": data
        | {"epochs": 1, "callbacks": None, "validation_split": 0.0, "validation_data": None,
           "shuffle": True, "class_weight": None, "initial_epoch": 0, "steps_per_epoch": None,
           "validation_steps": None, "validation_batch_size": None, "validation_freq": 1,
           "adapt_prior": True},
        "evaluate": data | {"steps": None, "callbacks": None, "return_dict": False},
        "predict": {"x": IMAGES, "batch_size": 4, "verbose": 0, "steps": None, "callbacks": None},
        "compile": {
            "optimizer": "adam", "loss": "auto", "metrics": None, "weighted_metrics": None,
            "jit_compile": "auto", "run_eagerly": False, "steps_per_execution": 1},
        "save": {"filepath": folder / "again.keras", "overwrite": True},
        "save_to_preset": {"folder": folder / "preset"},
    }  # fmt: skip
    named = {}
    for kind, arguments in constructors.items():
        named[f"{kind.__name__}.__init__"] = (kind, arguments)
    for kind, arguments in for_images.items():
        named[f"{kind.__name__}.for_images"] = (kind.for_images, arguments)
    named["CSAE.from_preset"] = (keras_regen.CSAE.from_preset, preset)
    for name, arguments in methods.items():
        named[f"CSAE.{name}"] = (functools.partial(_method, csae, name), arguments)
    named["VAE.fit"] = (functools.partial(_method, _vae, "fit"), methods["fit"] | {"y": None})
    named["GAN.compile"] = (
        keras_regen.GAN(generator, discriminator).compile,
        methods["compile"] | {"optimizer": {"discriminator": "adam", "generator": "adam"}},
    )
    named["ReGene.fit_classifier"] = (
        keras_regen.ReGene(**constructors[keras_regen.ReGene]).fit_classifier,
        {"x": IMAGES, "y": LABELS, "loss": "mse", "optimizer": "adam", "verbose": 0},
    )
    named["DEGAN.fit_vae"] = (
        keras_regen.DEGAN(**constructors[keras_regen.DEGAN]).fit_vae,
        {"x": IMAGES, "y": None, "optimizer": "adam", "verbose": 0},
    )
    return named | {
        "fit_per_class": (
            keras_regen.fit_per_class,
            {"build": lambda name: _vae(), "x": IMAGES, "y": LABELS, "class_names": NAMES,
             "verbose": 0},
        ),
        "require_part": (
            require_part, {"model": csae(), "part": "decoder", "purpose": "generate images"}),
        "LossWeightSchedule": (
            callbacks.LossWeightSchedule, {"stages": [(1, 2, {"mse_loss": 1.0})]}),
        "Checkpoint": (
            callbacks.Checkpoint,
            {"folder": folder, "monitor": "val_loss", "best": None, "mode": None, "pause": 0.0},
        ),
        "GenerationAccuracy": (
            callbacks.GenerationAccuracy,
            {"classifier": classifier(), "num_samples": 3, "threshold": 0.9, "seed": 0,
             "images": IMAGES, "labels": LABELS},
        ),
        "fit with GenerationAccuracy": (_fit_with_accuracy, {
            "classifier": classifier(), "num_samples": 3, "threshold": 0.9, "seed": 0,
            "images": IMAGES, "labels": LABELS}),
        "HistoryFile": (callbacks.HistoryFile, {"path": folder / "new.csv", "rows": None}),
        "ImageGrids": (
            callbacks.ImageGrids,
            {"log_dir": folder / "logs", "images": IMAGES, "labels": LABELS, "every": 1,
             "columns": 2, "seed": 0, "format": "png"},
        ),
        "StepHistory": (callbacks.StepHistory, {"path": folder / "steps.csv"}),
        "Preset": (keras_regen.presets.Preset, keras_regen.presets.get_preset(
            "regene_digits").to_dict()),
        "Preset.for_dataset": (
            keras_regen.presets.Preset.for_dataset,
            {"dataset": "digits", "name": "a", "summary": "b", "model": "CSAE", "options": {},
             "optimizer": {"name": "sgd"}, "batch_size": 4, "epochs": 2}),
        "Preset.stage_start": (
            keras_regen.presets.get_preset("csae_digits").stage_start, {"share": 0.5}),
        "evaluate_generation of images": (metrics.evaluate_generation, {
            "model": csae(), "data": dataset(), "evaluation_classifier": classifier(),
            "samples_per_class": 2, "seeds": (0,), "student_steps": 0, "extractor": None,
            "accept": 1e-9, "batch_size": 8, "on_stage": None,
            "metrics": [
                "generation_accuracy", "recognized", "relative_diversity", "precision_recall",
                "copied", "inception_score", "frechet_distance", "kernel_distance",
                "intrinsic_dimension", "reconstruction", "accepted_generation_accuracy"]}),
        "generate with Acceptance": (_generate_accepted, {
            "classifier": classifier(), "threshold": 1e-9, "max_tries": 3, "prior": None}),
        "NoisePrior of GAN": (
            lambda **arguments: keras_regen.GAN(generator, discriminator, **arguments),
            {"prior": priors.StandardNormalPrior(4), "hidden_layer": "features"}),
        "decode without end": (csae().decode, {"z": LATENTS[:0], "batch_size": 2}),
    }  # fmt: skip


def _method(build, name, **arguments):
    model = build()
    model = model.from_config(model.get_config())
    model.compile("sgd")
    return getattr(model, name)(**arguments)


def _vae():
    model = keras_regen.VAE(
        networks.csae_linear_encoder((8, 8, 1), 8, 2), networks.csae_linear_decoder((8, 8, 1), 4, 2)
    )
    model.compile("sgd")
    return model


def _fit_with_accuracy(**arguments):
    from tests.fuzz_calls import IMAGES, LABELS, csae

    callback = callbacks.GenerationAccuracy(**arguments)
    return _method(csae, "fit", x=IMAGES, y=LABELS, verbose=0, callbacks=[callback])


def _generate_accepted(prior, **arguments):
    from tests.fuzz_calls import csae

    accept = keras_regen.Acceptance(**arguments, check_latent=False)
    return keras_regen.generate(csae(), [0, 1], seed=0, prior=prior, accept=accept)


def odd_values():
    """Returns objects of this package that are most functions refuse."""
    row = keras.Input((64,))
    encoder = networks.csae_linear_encoder((8, 8, 1), 4, 2)
    decoder = networks.csae_linear_decoder((8, 8, 1), 4, 2)
    return [
        "sgd", ["accuracy"], {"probabilities": "mae"}, {"left": 2.0}, {0: 1, 1: 2.0, 2: 0.5},
        {"mse_loss": 2}, {"kl_loss": np.float32(1)}, "hinge", keras.optimizers.SGD(),
        keras.losses.MeanSquaredError(name="mse_loss"), [keras.losses.MeanSquaredError()],
        keras.metrics.MeanSquaredError(), keras.callbacks.EarlyStopping(), layers.PEDCCHead(3),
        layers.NoisyLatent(), priors.StandardNormalPrior(4), priors.StandardNormalPrior(3),
        priors.ConvexCombinationPrior(3), priors.ClassGaussianPrior(2),
        keras.Model(row, keras.layers.Dense(3)(row)), keras.Sequential([keras.layers.Dense(3)]),
        networks.dense_discriminator((8, 8, 1), (2,)), encoder, decoder,
        keras_regen.presets.get_preset("csae_digits"),
    ]  # fmt: skip
