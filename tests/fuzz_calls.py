"""Valid calls of the public functions, and odd values to put in their place."""

import ast
import functools
import traceback
from pathlib import Path

import keras
import numpy as np

import keras_regen
from keras_regen import datasets, layers, losses, metrics, networks, plotting, priors
from tests import fuzz_models
from tests.samples import striped_images

_PACKAGES = str(Path(keras_regen.__file__).parent)
IMAGES, LABELS = striped_images(12)
SHAPE, NAMES = (8, 8, 1), ["left", "middle", "right"]
RNG = np.random.default_rng(0)
LATENTS = RNG.normal(size=(12, 4)).astype("float32")
FEATURES = RNG.normal(size=(12, 5))


@functools.cache
def csae():
    keras.utils.set_random_seed(0)
    model = keras_regen.CSAE.for_images(SHAPE, NAMES, network="linear", hidden=8, latent_dim=4)
    model.compile("sgd")
    model.adapt_prior(IMAGES, LABELS)
    model.calibrate(IMAGES, LABELS)
    return model


@functools.cache
def vae():
    keras.utils.set_random_seed(0)
    model = keras_regen.VAE.for_images(SHAPE, latent_dim=4, stem_filters=2)
    model.compile("adam")
    return model


@functools.cache
def classifier():
    return keras_regen.Classifier.for_images(SHAPE, NAMES, network="basenet", stem_filters=2)


@functools.cache
def halves():
    image = keras.Input((None, None, 1))
    return keras.Model(image, keras.layers.AveragePooling2D(2)(image))


@functools.cache
def data():
    return datasets.ImageDataset(IMAGES, LABELS, IMAGES, LABELS, tuple(NAMES), "stripes")


def calls(folder):
    """Returns valid calls: a dict from a name to a function and its arguments."""
    path = folder / "picture.png"
    saved = folder / "model.keras"
    if not saved.exists():
        csae().save(saved)
        (folder / "history.csv").write_text("epoch,loss\n1,2.5\n")
        np.savez(folder / "data.npz", x_train=IMAGES, y_train=LABELS, x_test=IMAGES, y_test=LABELS)
    images = {"y_true": IMAGES, "y_pred": IMAGES}
    model = {"model": csae()}
    classes = {"labels": LABELS, "class_names": NAMES, "path": path}
    probabilities = np.full((12, 3), 1 / 3, "float32")
    pair = {"features": FEATURES, "other_features": FEATURES + 1}
    sets = {"images": IMAGES, "labels": LABELS, "real_images": IMAGES, "real_labels": LABELS}
    listing = {
        # generation
        keras_regen.generate: model
        | {"class_id": 1, "num_samples": 3, "seed": 0, "batch_size": 4, "prior": None,
           "accept": None, "return_report": False},
        keras_regen.augment: model
        | {"x": IMAGES, "y": LABELS, "factor": 0.5, "accept": None, "seed": 0, "shuffle": True,
           "prior": None, "batch_size": 4},
        keras_regen.descendants: model
        | {"class_id": 1, "num_samples": 3, "depth": 2, "kind": "siblings", "num_sources": 2,
           "accept": None, "seed": 0, "batch_size": 4, "prior": None},
        keras_regen.generate_per_class: {
            "models": {"left": csae()}, "samples_per_class": 2, "seed": 0, "batch_size": 4},
        keras_regen.interpolate: model
        | {"start": 0, "end": IMAGES[0], "num_samples": 3, "ratios": None},
        keras_regen.latent_traversal: model
        | {"num_traversals": 2, "num_samples": 3, "seed": 0, "batch_size": 4, "prior": None},
        keras_regen.matrix: model | {"rows": IMAGES[:2], "columns": IMAGES[:2], "ratio": 0.5},
        keras_regen.reconstruct: model | {"x": IMAGES, "y": None, "batch_size": 4},
        keras_regen.Acceptance: {
            "classifier": None, "threshold": "calibrated", "max_tries": 3, "check_latent": True,
            "by": "auto", "quantile": None},
        # centroids
        keras_regen.pedcc: {
            "num_classes": 3, "dim": 4, "method": "auto", "seed": 0, "iterations": 5},
        keras_regen.coulomb_energy: {"points": LATENTS},
        keras_regen.least_distance: {"points": LATENTS},
        # losses
        losses.bernoulli_loss: images,
        losses.centroid_loss: {
            "y_true": LABELS, "y_pred": LATENTS, "centroids": LATENTS[:3], "basis": None},
        losses.classification_loss: {"kind": "hinge"},
        losses.gaussian_kl: {"mean": LATENTS, "log_variance": LATENTS},
        losses.gaussian_loss: images | {"scale": 0.1},
        losses.laplacian_loss: images,
        losses.perceptual_loss: images | {"features": halves(), "weights": None},
        losses.ssim_loss: images | {"filter_size": 11, "filter_sigma": 1.5},
        losses.wavelet_loss: images
        | {"levels": 2, "weights": (1.0, 1.0, 6.0, 10.0), "normalization": "average"},
        losses.CentroidLoss: {"centroids": LATENTS[:3], "subspace": False},
        losses.GaussianLoss: {"scale": 0.1},
        losses.SSIMLoss: {"filter_size": 11, "filter_sigma": 1.5},
        losses.WaveletLoss: {
            "levels": 2, "weights": (1.0, 1.0, 6.0, 10.0), "normalization": "average"},
        losses.ClassificationLoss: {"kind": "mse"},
        losses.PerceptualLoss: {
            "features": halves(), "weights": None, "layer": None, "error": "squared"},
        losses.LaplacianLoss: {"reduction": "sum", "name": None, "dtype": None},
        losses.AdversarialLoss: {
            "discriminator": networks.projection_discriminator(SHAPE, 3, 2), "weight": 0.3,
            "objective": "hinge"},
        losses.adversarial_objective: {"name": "hinge"},
        losses.adversarial_objective("hinge").discriminator_loss: {
            "real_logits": FEATURES, "fake_logits": FEATURES},
        # layers
        layers.haar_transform_2d: {"images": IMAGES, "levels": 2, "normalization": "average"},
        layers.HaarTransform2D: {"levels": 2, "normalization": "average"},
        layers.PEDCCHead: {"num_classes": 3, "method": "auto", "subspace": False, "seed": 0},
        layers.NoisyLatent: {"beta": 0.06, "alpha": None, "seed": 0},
        layers.GaussianLatent: {"kl_weight": 1.0, "seed": 0},
        layers.StandardNoise: {"dim": 3, "seed": 0},
        layers.DifferentiableAugmentation: {
            "translation": 0.1, "cutout": 0.5, "color": True, "seed": 0},
        layers.LatentMixing: {"num_sources": 4, "seed": 0},
        layers.MirrorAndShift: {"mirror": True, "shift": 2, "seed": 0},
        layers.ResidualBlock: {
            "filters": 4, "strides": 2, "kernel_initializer": "he_normal"},
        layers.UpsamplingBlock: {"filters": 4, "kernel_initializer": "he_normal"},
        layers.DeconvolutionBlock: {"filters": 4, "kernel_initializer": "he_normal"},
        layers.pedcc_head.span_basis: {"centroids": LATENTS[:3]},
        keras_regen.constraints.ClipWeights: {"limit": 0.01},
        keras_regen.constraints.SpectralNorm: {"iterations": 10},
        keras_regen.constraints.SpectralNorm(2).__call__: {"w": LATENTS},
        keras_regen.constraints.ClipWeights(0.1).__call__: {"w": LATENTS},
        keras_regen.arrays.unit_range: {"images": IMAGES},
        keras_regen.load_pretrained: {"name": "csae_digits"},
        keras_regen.precision_scope: {"precision": "float32"},
        # metrics
        metrics.sharpness: {"images": IMAGES},
        metrics.quality_findings: {
            "results": {"sharpness": 0.1, "real": {"sharpness": 0.2}, "relative_diversity": 0.5}},
        metrics.classification_accuracy_score: sets | {"steps": 1, "stem_filters": 2, "seed": 0},
        metrics.train_evaluation_classifier: {
            "images": IMAGES, "labels": LABELS, "class_names": NAMES, "network": "basenet",
            "steps": 1, "seed": 0, "stem_filters": 2},
        metrics.closest_match: {
            "queries": IMAGES, "references": IMAGES, "num_matches": 2, "metric": "mse",
            "features": None, "exclude_self": False, "candidates": None, "block_size": 8,
            "batch_size": 8},
        metrics.frechet_distance: pair,
        metrics.frechet_distance_of_moments: {
            "mean": np.zeros(2), "covariance": np.eye(2), "other_mean": np.ones(2),
            "other_covariance": np.eye(2)},
        metrics.generation_accuracy: {
            "classifier": classifier(), "images": IMAGES, "labels": LABELS},
        metrics.inception_score: {"probabilities": probabilities, "splits": 2, "seed": 0},
        metrics.intrinsic_dimension: {"points": FEATURES, "k": 3, "block_size": 8},
        metrics.intrinsic_dimension_curve: {"points": FEATURES, "ks": [3, 4], "block_size": 8},
        metrics.kernel_inception_distance: pair
        | {"subset_size": 4, "subsets": 3, "seed": 0},
        metrics.latent_distances: {"points": LATENTS, "others": LATENTS},
        metrics.neighbor_distances: {
            "images": IMAGES, "features": None, "block_size": 8, "batch_size": 8},
        metrics.novelty: {
            "generated": IMAGES, "training": IMAGES, "features": None, "block_size": 8,
            "batch_size": 8, "training_distances": None},
        metrics.precision_recall: {
            "real_features": FEATURES, "generated_features": FEATURES, "k": 3, "block_size": 8},
        metrics.reconstruction_error: {"images": IMAGES, "reconstructions": IMAGES},
        metrics.relative_diversity: sets,
        metrics.without_duplicates: {"points": FEATURES},
        metrics.describe_evaluation_classifier: {"classifier": classifier(), "data": data()},
        metrics.FeatureExtractor: {
            "model": halves(), "layer": None, "name": None, "pixel_range": (0.0, 1.0),
            "resize": False, "batch_size": 4},
        metrics.FrechetDistance: {"feature_extractor": None},
        metrics.evaluate_generation: {
            "model": csae(), "data": data(), "evaluation_classifier": classifier(),
            "samples_per_class": 2, "seeds": (0,), "student_steps": 0, "extractor": None,
            "accept": None, "batch_size": 8, "metrics": ["accuracy"], "on_stage": None},
        # priors
        priors.ClassGaussianPrior: {"num_classes": 3, "shrinkage": "auto"},
        priors.ClassMixturePrior: {"num_classes": 3, "num_components": 3, "seed": 0},
        priors.DeviationTransferPrior: {
            "num_classes": 3, "strength": 0.5, "bank_size": 5, "seed": 0},
        priors.ConvexCombinationPrior: {
            "num_classes": 3, "num_sources": 2, "ratios": "uniform", "bank_size": 5, "seed": 0},
        priors.StandardNormalPrior: {"latent_dim": 3},
        priors.ConditionalNormalPrior: {"num_classes": 3, "noise_dim": 2},
        priors.DecoderEncoderPrior: {"vae": vae(), "posterior": "sample"},
        # networks
        networks.csae_encoder: {"image_shape": SHAPE, "latent_dim": 3, "stem_filters": 2},
        networks.csae_decoder: {
            "image_shape": SHAPE, "latent_dim": 3, "stem_filters": 2, "upsampling": "bilinear",
            "activation": None},
        networks.csae_linear_encoder: {"image_shape": SHAPE, "latent_dim": 3, "hidden": 4},
        networks.csae_linear_decoder: {
            "image_shape": SHAPE, "latent_dim": 3, "hidden": 4, "activation": None},
        networks.csae_conditional_encoder: {
            "image_shape": SHAPE, "num_classes": 3, "latent_dim": 3, "stem_filters": 2},
        networks.basenet: {"image_shape": SHAPE, "num_classes": 3, "stem_filters": 2},
        networks.regene_classifier: {
            "image_shape": SHAPE, "num_classes": 3, "blocks": None, "convs_per_block": 1,
            "width": 0.05},
        networks.ReGeneDecoder: {"latent_dim": 3, "image_shape": SHAPE, "width": 0.05},
        networks.regene_decoder: {"image_shape": SHAPE, "latent_dim": 3, "width": 0.05},
        networks.degan_encoder: {
            "image_shape": SHAPE, "latent_dim": 3, "width": 0.05, "dropout": 0.1, "seed": 0},
        networks.degan_decoder: {"image_shape": SHAPE, "latent_dim": 3, "width": 0.05},
        networks.degan_generator: {"image_shape": SHAPE, "latent_dim": 3, "width": 0.05},
        networks.degan_discriminator: {
            "image_shape": SHAPE, "width": 0.05, "normalization": True, "clip": None},
        networks.dense_generator: {"image_shape": SHAPE, "latent_dim": 3, "hidden": (4,)},
        networks.dense_discriminator: {"input_shape": SHAPE, "hidden": (4,), "clip": None},
        networks.projection_discriminator: {
            "image_shape": SHAPE, "num_classes": 3, "filters": 2},
        networks.resnet_v1: {
            "image_shape": SHAPE, "num_classes": 3, "depth": 8, "name": None},
        networks.early_features: {
            "classifier": classifier().network, "layer": None, "name": "features"},
        networks.inception_features: {
            "layer": "conv1", "image_shape": (28, 28, 1), "weights": None},
        # presets, files and data
        keras_regen.presets.get_preset: {"name": "csae_digits"},
        keras_regen.presets.list_presets: {"model": None},
        keras_regen.load_model: {"path": saved},
        keras_regen.callbacks.read_history: {"path": folder / "history.csv"},
        datasets.load: {
            "name_or_path": folder / "data.npz", "image_size": None, "fit": "crop",
            "color_mode": None,
            "test_fraction": 0.2, "seed": 0, "strict": False, "data_dir": folder},
        datasets.ImageDataset: {
            "x_train": IMAGES, "y_train": LABELS, "x_test": IMAGES, "y_test": LABELS,
            "class_names": tuple(NAMES), "name": "stripes"},
        datasets.ShuffledArrays: {"x": IMAGES, "y": LABELS, "batch_size": 4, "seed": 0, "epoch": 0},
        datasets.ShuffledBatches: {
            "num_samples": 12, "batch_size": 4, "shuffle": True, "seed": 0, "epoch": 0},
        keras_regen.arrays.check_images: {"images": IMAGES, "image_shape": None},
        keras_regen.arrays.check_labels: {
            "labels": LABELS, "num_samples": None, "num_classes": None},
        keras_regen.class_names.class_index: {"class_names": NAMES, "class_id": 1},
        keras_regen.optimizers.build_optimizer: {
            "name": "adam", "learning_rate": 0.1, "total_steps": 10, "schedule": "constant"},
        # pictures
        plotting.plot_barcodes: {"latents": LATENTS, "max_classes": 2, "ax": None} | classes,
        plotting.plot_closest: {
            "generated": IMAGES[:2], "matches": IMAGES[:4].reshape(2, 2, 8, 8, 1), "path": path,
            "captions": None, "row_names": None, "max_rows": 1, "ax": None},
        plotting.plot_confidence: {
            "probabilities": probabilities, "labels": LABELS, "bins": 4, "path": path,
            "ax": None},
        plotting.plot_confusion_matrix: {
            "predictions": LABELS[::-1], "max_classes": 2, "ax": None} | classes,
        plotting.plot_distances: {
            "centroids": LATENTS[:3], "latent_means": LATENTS[:3], "class_names": NAMES,
            "max_classes": 2, "path": path},
        plotting.plot_history: {
            "history": {"loss": [1.0, 0.5]}, "names": None, "path": path, "ax": None},
        plotting.plot_images: {
            "images": IMAGES, "columns": 4, "max_images": 8, "path": path, "ax": None},
        plotting.plot_intrinsic_dimension: {
            "ks": [3, 4], "curves": {"real": [2.0, 1.0]}, "path": path, "ax": None},
        plotting.plot_matrix: {
            "images": IMAGES[:4].reshape(2, 2, 8, 8, 1), "rows": IMAGES[:2],
            "columns": IMAGES[:2], "path": path, "ax": None},
        plotting.plot_noise: {
            "prior": priors.StandardNormalPrior(3), "num_samples": 5, "seed": 0, "path": path},
        plotting.plot_ratio: {
            "ratios": [0.5, 1.0], "values": {"accuracy": np.ones(2)}, "x_label": "share",
            "marks": None, "path": path, "ax": None},
        plotting.plot_reconstructions: {
            "images": IMAGES, "reconstructions": IMAGES, "columns": 4, "max_images": 8,
            "path": path, "ax": None},
        plotting.plot_runs: {
            "runs": {"a": {"loss": [1.0, 0.5]}}, "names": None, "x_label": "step", "window": 2,
            "path": path, "ax": None},
        plotting.plot_samples: {
            "images": IMAGES, "columns": 2, "max_classes": 2, "ax": None} | classes,
        plotting.plot_sources: {
            "generated": IMAGES[:2], "sources": IMAGES[:4].reshape(2, 2, 8, 8, 1), "path": path,
            "columns": 4, "max_images": 1, "ax": None},
        plotting.plot_traversals: {
            "traversals": IMAGES.reshape(3, 4, 8, 8, 1), "row_names": None, "max_rows": 2,
            "path": path, "ax": None},
        plotting.plot_tsne: {
            "latents": LATENTS, "max_samples": 10, "seed": 0, "ax": None} | classes,
        plotting.save_image: {"image": IMAGES[0], "path": path},
        plotting.tile: {"images": IMAGES, "columns": 3, "gap": 1, "scale": 1},
    }  # fmt: skip
    named = {function.__name__: (function, arguments) for function, arguments in listing.items()}
    methods = {
        "encode": {"x": IMAGES, "y": None, "batch_size": 4},
        "decode": {"z": LATENTS, "batch_size": 4},
        "reconstruct": {"x": IMAGES, "y": None, "batch_size": 4},
        "classify": {"x": IMAGES, "batch_size": 4, "return_probabilities": False},
        "calibrate": {"x": IMAGES, "y": LABELS},
        "adapt_prior": {"x": IMAGES, "y": LABELS},
        "generate": {"class_id": 1, "num_samples": 2, "seed": 0},
    }
    for name, arguments in methods.items():
        named[f"CSAE.{name}"] = (functools.partial(_method, name), arguments)
    named["ClassGaussianPrior.adapt"] = (
        lambda **arguments: priors.ClassGaussianPrior(3).adapt(**arguments),
        {"latents": LATENTS, "labels": LABELS},
    )
    named["ConvexCombinationPrior.adapt"] = (
        lambda **arguments: priors.ConvexCombinationPrior(3).adapt(**arguments),
        {"latents": LATENTS, "labels": LABELS},
    )
    named["ConvexCombinationPrior.combining"] = (
        priors.ConvexCombinationPrior(3).combining,
        {"num_sources": 3, "ratios": "random"},
    )
    named["NoisePrior.latents"] = (priors.StandardNormalPrior(4).latents, {"noise": LATENTS})
    named["Prior.sample"] = (
        csae().prior.sample,
        {"num_samples": 2, "class_id": 1, "rng": np.random.default_rng(0)},
    )
    for loss, first, second in (
        (losses.SSIMLoss(), IMAGES, IMAGES),
        (losses.WaveletLoss(), IMAGES, IMAGES),
        (losses.LaplacianLoss(), IMAGES, IMAGES),
        (losses.BernoulliLoss(), IMAGES, IMAGES),
        (losses.GaussianLoss(), IMAGES, IMAGES),
        (losses.HiddenSpaceLoss(), IMAGES, IMAGES),
        (losses.PerceptualLoss(halves()), IMAGES, IMAGES),
        (losses.CentroidLoss(LATENTS[:3]), LABELS, LATENTS),
        (losses.ClassificationLoss(), LABELS, probabilities),
    ):
        named[f"{type(loss).__name__}()"] = (loss, {"y_true": first, "y_pred": second})
    named["classification_loss()"] = (
        losses.classification_loss("hinge"),
        {"y_true": LABELS, "y_pred": probabilities},
    )
    return named | fuzz_models.calls(folder)


def _method(name, **arguments):
    model = csae()
    if name in ("calibrate", "adapt_prior"):
        model = model.from_config(model.get_config())
    return getattr(model, name)(**arguments)


def odd_values(folder):
    """Returns values that most functions refuse."""
    array = np.array
    return [
        None, True, -1, 0, 1, 2, 3, 7, 2.5, -0.5, 0.0, 1e-9, float("nan"), float("inf"), 1 + 2j,
        "", "x", "left", "\0", b"bytes", [], [1], [0, 1], ["left"], [None], [[1, 2], [3]], (1, 2),
        (8, 8), (8, 8, 3), (0, 8, 1), (8, 8, 1), (-1, 8, 1), {}, {"a": 1}, {"image": IMAGES},
        {1, 2}, object(), len, lambda *args: None, folder, folder / "missing", "model.keras",
        array(3), array(0.5), array([]), array([0]), array([0, 1, 2]), array([0, 5]),
        array([-1, 0]), array([0.5, 1.5]), array([np.nan]), array(["a"]), array([True, False]),
        array([None]), np.zeros((0, 8, 8, 1)), np.zeros((2, 0, 8, 1)), np.zeros((2, 3)),
        np.eye(3), np.zeros((12, 1), int), np.eye(3)[LABELS], LABELS, LABELS.astype("float32"),
        LABELS + 1, LABELS.tolist(), LATENTS, LATENTS[:3], LATENTS[:0], FEATURES, FEATURES * 1e300,
        np.full((12, 5), np.inf), IMAGES, IMAGES[0], IMAGES[:1], IMAGES[..., 0], IMAGES.tolist(),
        (IMAGES * 255).astype("uint8"), (IMAGES * 255).astype("int64"), IMAGES * 255,
        IMAGES.astype("float16"), IMAGES.astype("float64"), IMAGES - 2, IMAGES > 0.5,
        np.full_like(IMAGES, np.nan), np.repeat(IMAGES, 3, -1), np.repeat(IMAGES, 2, -1),
        IMAGES[:, :4], IMAGES[:, :1, :1], IMAGES.astype(complex), IMAGES.astype(object),
        csae(), vae(), classifier(), halves(), csae().prior, data(), iter([IMAGES]),
        keras_regen.Acceptance(), np.random.default_rng(0), int, keras.layers.Dense,
        *fuzz_models.odd_values(),
    ]  # fmt: skip


def fault(function, arguments):
    """Calls a function; describes its error, unless it is an error that users understand.

    These are an `OSError`, and a `ValueError` or `TypeError` that a `raise` of this package raised.

    Returns:
        The place and the text of the error; `None` for a result and for an error as above.
    """
    try:
        function(**arguments)
    except OSError:
        return None
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        ours = [frame for frame in frames if frame.filename.startswith(_PACKAGES)]
        raised_here = ours and ours[-1] is frames[-1] and _is_in_raise(ours[-1])
        if raised_here and isinstance(error, (ValueError, TypeError)):
            return None
        place = ours[-1] if ours else frames[-1]
        where = f"{Path(place.filename).name}:{place.lineno}"
        return f"{where} {type(error).__name__}: {str(error)[:100]!r}"
    return None


@functools.cache
def _raising_lines(path):
    tree = ast.parse(Path(path).read_text())
    nodes = (node for node in ast.walk(tree) if isinstance(node, ast.Raise))
    return {line for node in nodes for line in range(node.lineno, node.end_lineno + 1)}


def _is_in_raise(frame):
    return frame.lineno in _raising_lines(frame.filename)
