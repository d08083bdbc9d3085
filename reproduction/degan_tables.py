"""The tables and numeric figures of the DE-GAN paper."""

from collections.abc import Iterator

from reproduction.table import Cell, Table, Training

_MODELS = {
    "DCGAN": ("dcgan_mnist", 0.990, 0.977),
    "WGAN": ("wgan_mnist", 0.943, 1.260),
    "VAE": ("vae_mnist", 0.977, 0.796),
    "GAN": ("gan_mnist", 0.697, None),
    "AAE": ("aae_mnist", 0.978, None),
    "DE-GANs": ("degan_mnist", 0.991, 1.021),
}
_REAL = "Real test images"
_DIVERSITY = {
    "DCGAN": (0.952, 0.935, 1.012, 0.923, 1.009, 1.004, 0.987, 0.968, 0.974, 1.002),
    "VAE": (0.836, 0.864, 0.786, 0.778, 0.765, 0.776, 0.812, 0.815, 0.735, 0.788),
    "WGAN": (1.007, 2.261, 1.000, 1.150, 1.219, 1.067, 1.167, 1.316, 1.101, 1.310),
    "DE-GANs": (0.995, 0.970, 1.038, 1.023, 1.015, 1.017, 1.113, 0.962, 1.070, 1.011),
}
_CLASSES = (
    ("airplane", 0.656, 0.113, 0.684),
    ("automobile", 0.779, 0.440, 0.844),
    ("bird", 0.659, 0.256, 0.714),
    ("cat", 0.602, 0.460, 0.648),
    ("deer", 0.746, 0.817, 0.821),
    ("dog", 0.597, 0.408, 0.671),
    ("frog", 0.874, 0.282, 0.869),
    ("horse", 0.890, 0.121, 0.813),
    ("ship", 0.909, 0.385, 0.927),
    ("truck", 0.807, 0.565, 0.809),
)


def degan_tables() -> Iterator[Table]:
    """Returns the tables and numeric figures of the DE-GAN paper."""
    yield Table(
        "degan-table1",
        "DE-GAN, table I: intrinsic dimension",
        tuple(
            Cell(
                title,
                "Dimension",
                Training(None, dataset, measures=("dimension",)),
                "intrinsic_dimension",
                13,
            )
            for title, dataset in (("MNIST", "mnist"), ("CIFAR-10", "cifar10"))
        ),
        "Our estimates use 100 neighbors of each training image. The numbers of the paper are read "
        "off its figure 4, in the limit of many neighbors. On CIFAR-10 the estimate grows with the "
        "number of images: it is 15.1 for 2,000 images and 26.9 for all 50,000 (12.5 and 13.7 on "
        "MNIST), because the neighbors of an image are nearer among more images. The paper states "
        "neither the number of images nor of neighbors, so its 13 may belong to fewer images.",
    )
    yield Table(
        "degan-table5",
        "DE-GAN, table V: generated digits that a classifier recognizes, MNIST",
        (
            Cell(_REAL, "Recognized", _training("degan_mnist"), "recognized.real"),
            *(
                Cell(row, "Recognized", _training(preset), "recognized", paper)
                for row, (preset, paper, _) in _MODELS.items()
            ),
        ),
        "An image is recognized if the evaluation classifier assigns a probability of at least 0.9 "
        "to a class; the paper does not define the term. A model that always generates the same "
        "image can reach 1: compare table VI, which measures diversity.",
    )
    yield Table(
        "degan-table6",
        "DE-GAN, table VI: relative diversity degree, MNIST",
        tuple(_diversity()),
    )
    yield Table(
        "degan-table7",
        "DE-GAN, table VII: accuracy of images of one class, CIFAR-10",
        tuple(_by_class()),
    )
    yield Table(
        "degan-figure6",
        "DE-GAN, figure 6: generated digits recognized, by epoch, MNIST",
        tuple(_by_epoch()),
        "The paper plots the other values, and does not state them.",
    )


def _training(preset):
    history = ("history",) if preset in ("degan_mnist", "dcgan_mnist") else ()
    return Training(preset, "mnist", measures=("metrics", "scores", "diversity", *history))


def _diversity():
    for model, numbers in _DIVERSITY.items():
        preset, _, average = _MODELS[model]
        for label, paper in enumerate(numbers):
            figure = f"relative_diversity_by_class.{label}"
            yield Cell(f"digit {label}", model, _training(preset), figure, paper)
        yield Cell("average", model, _training(preset), "relative_diversity", average)
    yield Cell("average", _REAL, _training("degan_mnist"), "relative_diversity.real")


def _by_class():
    for name, *numbers in _CLASSES:
        for column, preset, paper in zip(
            ("DCGANs", "VAE", "DE-GANs"),
            ("dcgan_cifar10", "vae_degan_cifar10", "degan_cifar10"),
            numbers,
            strict=True,
        ):
            training = Training(preset, "cifar10", measures=("one_class",), class_name=name)
            yield Cell(name, column, training, "share_of_the_class", paper)
        yield Cell(name, _REAL, training, "share_of_the_class.real")


def _by_epoch():
    for row, preset, epoch_1 in (("DE-GANs", "degan_mnist", 0.95), ("DCGANs", "dcgan_mnist", None)):
        for column, figure, paper in (
            ("after 1 epoch", "recognized_first", epoch_1),
            ("after 2 epochs", "recognized_second", 0.98 if epoch_1 else None),
            ("at the end", "recognized_last", None),
        ):
            yield Cell(row, column, _training(preset), figure, paper)
