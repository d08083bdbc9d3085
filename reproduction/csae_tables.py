"""The tables of both CSAE papers."""

from collections.abc import Iterator

from reproduction.table import Cell, Table, Training

_TITLES = {"mnist": "MNIST", "fashion_mnist": "Fashion-MNIST", "facescrub": "FaceScrub"}
# Losses 1, 2 and 3 of the training images, then of the test images.
_LOSSES_WITHOUT = (0.0272, 0.1134, 0.1374, 0.0357, 0.0922, 0.1319)
_LOSSES_WITH = (0.0365, 0.0999, 0.1298, 0.0447, 0.0764, 0.1221)
_FIRST_VERSION_NETWORK = {"stem_filters": 16}


def csae_tables() -> Iterator[Table]:
    """Returns the tables of both CSAE papers."""
    yield Table(
        "csae1-table3", "CSAE, first version, table 3: accuracy, MNIST", _first_version_mnist()
    )
    yield Table(
        "csae1-table4",
        "CSAE, first version, table 4: accuracy, Fashion-MNIST",
        _first_version_fashion(),
    )
    yield Table(
        "csae1-table5",
        "CSAE, first version, table 5: with and without the Laplacian loss, MNIST",
        tuple(_laplacian_and_mse()),
        "Loss 1 is the squared distance to the centroid (equation 6), loss 2 the squared error "
        "(equation 7), loss 3 the squared difference of the Laplacians (equation 9). The paper "
        "does not state their unit. Ours have the unit of the code that its authors published: "
        "means of squares of images in [-1, 1], and the weight 0.2 in loss 3. Our losses have no "
        "noise in the latents and no padding. The paper trained for 100 epochs.",
    )
    yield Table(
        "csae1-figure9",
        "CSAE, first version, figure 9: distances of the classes' mean latents, MNIST",
        _distances("csae_laplacian_mnist", 0.04, None, None),
        "The paper does not state the numbers of the figure.",
    )
    yield Table(
        "csae2-table3",
        "CSAE, second version, table 3: accuracy, MNIST and Fashion-MNIST",
        tuple(
            cell
            for dataset, *numbers in (
                ("mnist", 0.9948, 0.9952, 0.9950, 0.9950, 0.9947, 0.9945, 0.9920),
                ("fashion_mnist", 0.9270, 0.9236, 0.9245, 0.9289, 0.9248, 0.9260, 0.9245),
            )
            for cell in _second_version(dataset, (0.0, 0.02, 0.04, 0.06, 0.08), numbers)
        ),
    )
    yield Table(
        "csae2-table4",
        "CSAE, second version, table 4: accuracy, FaceScrub",
        tuple(
            _second_version(
                "facescrub",
                (0.0, 0.005, 0.01, 0.015, 0.02),
                [0.9210, 0.9269, 0.9288, 0.9280, 0.9284, 0.9208, 0.9018],
            )
        ),
        "FaceScrub may not be redistributed. Put your copy into the folder that "
        "`KERAS_REGEN_DATA_DIR` names, as a folder `facescrub` of class folders.",
    )
    yield Table(
        "csae2-figure10",
        "CSAE, second version, figure 10: distances of the classes' mean latents, MNIST",
        _distances("csae_mnist", 0.06, 9.53, 9.60),
    )
    yield Table(
        "csae2-section4.5",
        "CSAE, second version, section 4.5: wavelet and MSE loss",
        (
            _accuracy("Wavelet loss", "facescrub", "csae_facescrub", 0.9269, beta=0.005),
            _accuracy(
                "MSE loss", "facescrub", "csae_facescrub", 0.9205, beta=0.005, image_loss="mse"
            ),
            *(
                _accuracy(row, "mnist", "csae_mnist", None, beta=0.06, **options)
                for row, options in (("Wavelet loss", {}), ("MSE loss", {"image_loss": "mse"}))
            ),
        ),
        "The paper compares the losses on FaceScrub. The column of MNIST is for users without a "
        "copy of FaceScrub.",
    )


def _accuracy(row, dataset, preset, paper, column=None, **options):
    training = Training(preset, dataset, options)
    column = column or _TITLES[dataset]
    return Cell(row, column, training, "accuracy", paper, percent=True)


def _first_version_mnist():
    betas = (0.02, 0.04, 0.06, 0.1)
    linear, convolution = (0.9786, 0.9795, 0.9797, 0.9774), (0.9932, 0.9932, 0.9938, 0.9935)
    cells = []
    for column, preset, numbers in (
        ("with linear", "csae_linear_mnist", linear),
        ("with convolution", "csae_laplacian_mnist", convolution),
    ):
        for beta, paper in zip(betas, numbers, strict=True):
            row = f"CSAE β={beta}"
            cells.append(_accuracy(row, "mnist", preset, paper, column, beta=beta))
    column = "with convolution"
    return (
        *cells,
        _accuracy(
            "CSAE_encoder", "mnist", "csae_encoder_mnist", 0.9930, column, **_FIRST_VERSION_NETWORK
        ),
        _accuracy("basenet", "mnist", "basenet_mnist", 0.9925, column, **_FIRST_VERSION_NETWORK),
    )


def _first_version_fashion():
    column, data = "Accuracy", "fashion_mnist"
    return (
        _accuracy("CSAE-L", data, "csae_linear_fashion_mnist", 0.8951, column),
        _accuracy("CSAE-C", data, "csae_laplacian_fashion_mnist", 0.9184, column),
        _accuracy(
            "CSAE_encoder",
            data,
            "csae_encoder_fashion_mnist",
            0.9244,
            column,
            **_FIRST_VERSION_NETWORK,
        ),
        _accuracy(
            "basenet", data, "basenet_fashion_mnist", 0.9220, column, **_FIRST_VERSION_NETWORK
        ),
    )


def _laplacian_and_mse():
    rows = (
        ("Without Laplacian loss", 0.9930, {"image_loss": "mse"}, _LOSSES_WITHOUT),
        ("With Laplacian loss", 0.9938, {}, _LOSSES_WITH),
    )
    for row, accuracy, options, losses in rows:
        training = Training(
            "csae_laplacian_mnist",
            "mnist",
            {"beta": 0.04, **options},
            measures=("metrics", "losses"),
        )
        numbers = iter(losses)
        for part in ("train", "test"):
            for index in (1, 2, 3):
                figure = f"{part}_loss_{index}"
                column = f"{part.capitalize()} loss {index}"
                yield Cell(row, column, training, figure, next(numbers))
        yield Cell(row, "Accuracy", training, "accuracy", accuracy, percent=True)


def _second_version(dataset, betas, numbers):
    *beta_numbers, encoder, basenet = numbers
    for beta, paper in zip(betas, beta_numbers, strict=True):
        yield _accuracy(f"CSAE β={beta}", dataset, f"csae_{dataset}", paper, beta=beta)
    yield _accuracy("CSAE_encoder", dataset, f"csae_encoder_{dataset}", encoder)
    yield _accuracy("Basenet", dataset, f"basenet_{dataset}", basenet)


def _distances(preset, beta, least, most):
    training = Training(preset, "mnist", {"beta": beta}, measures=("metrics", "distances"))
    return (
        Cell("smallest distance of two classes", "Distance", training, "least_distance", least),
        Cell("largest distance of two classes", "Distance", training, "most_distance", most),
    )
