"""The tables and numeric figures of the ReGene paper."""

from collections.abc import Iterator

from reproduction.table import Cell, Table, Training

_TITLES = {"mnist": "MNIST", "fashion_mnist": "Fashion-MNIST", "cifar10": "CIFAR-10"}
_MEASURES = ("metrics", "scores", "sources")
# Latents and images tried for 500 accepted images of each class, 0 to 9.
_TRIES = {
    "mnist": (
        (500, 502, 500, 504, 501, 500, 500, 501, 500, 503),
        (501, 507, 521, 520, 518, 513, 502, 505, 531, 548),
    ),
    "fashion_mnist": (
        (504, 500, 501, 501, 526, 506, 552, 500, 500, 500),
        (564, 500, 538, 608, 808, 590, 847, 607, 531, 510),
    ),
    "cifar10": (
        (502, 501, 508, 512, 506, 517, 502, 504, 501, 501),
        (830, 730, 929, 681, 901, 895, 1347, 780, 563, 1390),
    ),
}
_BY_SOURCES = {
    "mnist": (0.9867, (0.9961, 0.9984, 0.9996), (3.51e-5, 1.23e-5, 5.77e-5)),
    "fashion_mnist": (0.9037, (0.9766, 0.9846, 0.9853), (0.008, 0.009, 0.008)),
    "cifar10": (0.8953, (0.9137, 0.9151, 0.9177), (0.006, 0.002, 0.007)),
}
# Blocks, latent dimensions, convolutions per block, accuracy, error of the decoder.
_ARCHITECTURES = (
    (4, 2048, 1, 0.772, 0.079),
    (4, 2048, 3, 0.795, 0.135),
    (5, 512, 1, 0.776, 0.135),
    (5, 512, 3, 0.808, 0.182),
    (6, 128, 1, 0.779, 0.169),
    (6, 128, 3, 0.821, 0.209),
)
_LOSSES = (
    ("cross_entropy", "Categorical cross-entropy", 0.7522, 0.0667),
    ("hinge", "Multiclass hinge", 0.7303, 0.0695),
    ("mse", "Mean squared error", 0.6499, 0.0746),
    ("cosine", "Cosine similarity", 0.7275, 0.0721),
)


_OWN_FEATURES = (
    "In all tables, the perceptual loss on CIFAR-10 compares features of ReGene's classifier, and "
    "not of InceptionV3, whose weights are a download."
)

_LIMIT = (
    "A class with too few accepted images after 40 tries per image has a blank cell. So has a "
    "figure of all classes that includes such a class."
)


def regene_tables() -> Iterator[Table]:
    """Returns the tables and numeric figures of the ReGene paper."""
    yield Table(
        "regene-table1",
        "ReGene, table 1: depth of the classifier and error of the decoder, CIFAR-10",
        tuple(_architectures()),
        _OWN_FEATURES,
    )
    yield Table(
        "regene-table2",
        "ReGene, table 2: latents (LS) and images (IS) tried for 500 accepted images",
        tuple(_tries()),
        f"Tries for fewer than 500 images are scaled to 500. {_LIMIT}",
    )
    yield Table(
        "regene-table3",
        "ReGene, table 3: distances of original, reconstructed and generated images",
        tuple(_distances()),
        "The paper states the FID, which uses features of Inception. Our Fréchet distances use "
        "features of the evaluation classifier, so the numbers are not comparable.",
    )
    yield Table(
        "regene-table4",
        "ReGene, table 4: inception score",
        tuple(_inception_scores()),
        "Our scores use the probabilities of the evaluation classifier. The paper does not name "
        "its network.",
    )
    yield Table(
        "regene-figure6a",
        "ReGene, figure 6 (a): accuracy of a neutral classifier on generated images",
        tuple(_by_sources()),
        _LIMIT,
    )
    yield Table(
        "regene-figure16",
        "ReGene, figure 16: losses of the classifier, CIFAR-10",
        tuple(_losses()),
    )
    yield Table(
        "regene-figure17",
        "ReGene, figure 17: a classifier trained on generated images, CIFAR-10",
        tuple(_mixtures()),
        "The paper plots the accuracy: 77 % with the original images, about 80 % with the same "
        "number of generated images added.",
    )


def _training(dataset):
    options = {"features": "self"} if dataset == "cifar10" else {}
    measures = (*_MEASURES, "mixtures") if dataset == "cifar10" else _MEASURES
    return Training(f"regene_{dataset}", dataset, options, measures=measures)


def _architectures():
    for blocks, latent, convolutions, accuracy, error in _ARCHITECTURES:
        options = {"features": "self", "blocks": blocks, "convs_per_block": convolutions}
        training = Training("regene_cifar10", "cifar10", options)
        row = f"{blocks} blocks, {latent} dimensions, {convolutions} per block"
        yield Cell(row, "Classifier accuracy", training, "accuracy", accuracy)
        yield Cell(row, "Decoder MAE", training, "reconstruction_mae", error)


def _tries():
    for dataset, columns in _TRIES.items():
        for kind, figure, numbers in zip(
            ("LS", "IS"), ("latent_tries", "tries"), columns, strict=True
        ):
            for label, paper in enumerate(numbers):
                column = f"{_TITLES[dataset]} {kind}"
                figures = f"{figure}_for_500.{label}"
                yield Cell(f"class {label}", column, _training(dataset), figures, paper)


def _distances():
    for dataset, title in _TITLES.items():
        for row, figure in (
            ("Original and generated", "frechet_original_generated"),
            ("Original and reconstructed", "frechet_original_reconstructed"),
            ("Reconstructed and generated", "frechet_reconstructed_generated"),
            ("Original and held-out (for reference)", "frechet_original_generated.real"),
        ):
            column = f"{title}, Fréchet distance"
            yield Cell(row, column, _training(dataset), figure)


def _inception_scores():
    real = {"mnist": (9.8793, 0.0614), "fashion_mnist": (9.0617, 0.0430)}
    generated = {"mnist": (2.3840, 0.0173), "fashion_mnist": (4.4061, 0.0367)}
    for dataset in real:
        title, training = _TITLES[dataset], _training(dataset)
        yield Cell("Real images", title, training, "inception_score.real", *real[dataset])
        yield Cell("ReGene", title, training, "inception_score", *generated[dataset])


def _by_sources():
    for dataset, (original, numbers, spreads) in _BY_SOURCES.items():
        title, training = _TITLES[dataset], _training(dataset)
        yield Cell(
            "Original test images", title, training, "evaluation_classifier_accuracy", original
        )
        for count, paper, spread in zip((2, 3, 5), numbers, spreads, strict=True):
            figure = f"accepted_of_{count}_sources"
            yield Cell(f"{count} sources", title, training, figure, paper, spread)


def _losses():
    for loss, row, accuracy, error in _LOSSES:
        training = _training("cifar10")
        if loss != "cross_entropy":
            training = Training("regene_cifar10", "cifar10", training.options, {"loss": loss})
        yield Cell(row, "Classifier accuracy", training, "accuracy", accuracy)
        yield Cell(row, "Decoder MAE", training, "reconstruction_mae", error)


def _mixtures():
    training = _training("cifar10")
    for row, figure in (
        ("0 % original, 100 % generated", "mixture_0"),
        ("50 % original, 50 % generated", "mixture_50"),
        ("100 % original", "mixture_100"),
        ("100 % original and 100 % generated", "mixture_200"),
    ):
        yield Cell(row, "Accuracy", training, figure)
