"""The presets of CSAE: the recipes of both papers and of this package."""

from collections.abc import Iterator

from keras_regen.presets.preset import TITLES, Preset

WAVELET_PAPER = "CSAE, second version"
LAPLACIAN_PAPER = "CSAE, first version"

# In Keras, a step reduces a weight by `learning_rate * weight_decay` of itself. The papers use
# PyTorch, which adds the decay to the gradient, so that the momentum of 0.9 multiplies it by 10.
# The value in the papers is 5e-4.
_PAPER_SGD = {
    "name": "sgd",
    "learning_rate": 0.1,
    "momentum": 0.9,
    "weight_decay": 5e-3,
    # The learning rate drops to a tenth after every 30 of the 120 epochs.
    "schedule": ((0.25, 0.1), (0.5, 0.01), (0.75, 0.001)),
}
# The papers do not name the batch size.
_PAPER_TRAINING = {"optimizer": _PAPER_SGD, "batch_size": 256, "epochs": 120}

# Options of this package's recipes: the centroid subspace, and sharper images than the papers'.
SHARP_CSAE = {
    "latent_dim": 128,
    "levels": 2,
    "beta": 0.04,
    "subspace": True,
    "image_weight": 3.0,
    "perceptual_weight": 1.0,
    "prior": "mixture",
}
ONE_CYCLE_ADAM = {"name": "adam", "learning_rate": 2e-3, "schedule": "one_cycle"}


def csae_presets() -> Iterator[Preset]:
    """Yields the presets of CSAE and of its baseline classifier."""
    yield Preset.for_dataset(
        "digits",
        name="csae_digits",
        summary="CSAE with wavelet loss, on scikit-learn's 8x8 digits; trains in about a minute",
        model="CSAE",
        options={"latent_dim": 32, "levels": 2, "beta": 0.06, "image_weight": 0.5},
        optimizer={"name": "adam", "learning_rate": 2e-3, "schedule": "cosine"},
        batch_size=64,
        epochs=60,
    )
    for name, beta in (("mnist", 0.06), ("fashion_mnist", 0.06), ("facescrub", 0.01)):
        face = name == "facescrub"
        yield Preset.for_dataset(
            name,
            name=f"csae_{name}",
            summary=f"CSAE with wavelet loss, on {TITLES[name]}",
            model="CSAE",
            options={
                "latent_dim": 256 if face else 40,
                "levels": 3 if face else 2,
                "beta": beta,
                "shrinkage": 0.0,
            },
            **_PAPER_TRAINING,
            mirror=face,
            source=f"{WAVELET_PAPER}, section 4, tables 2 to 4",
        )
    for name in ("mnist", "fashion_mnist", "cifar10"):
        yield Preset.for_dataset(
            name,
            name=f"csae_plus_{name}",
            summary=f"CSAE with the centroid subspace and sharper images, on {TITLES[name]}",
            model="CSAE",
            options=SHARP_CSAE | ({"mirror": True} if name == "cifar10" else {}),
            # Three times the rate for four times the batch of the recipe `csae`. With 0.002, the
            # accuracy on test images of Fashion-MNIST is 0.8 points lower after 8 epochs.
            optimizer=ONE_CYCLE_ADAM | {"learning_rate": 6e-3},
            batch_size=256,
            epochs=16,
        )
    for name in ("mnist", "fashion_mnist"):
        title = TITLES[name]
        yield Preset.for_dataset(
            name,
            name=f"csae_adversarial_{name}",
            summary=f"csae_plus_{name} with an adversarial loss, for a GPU",
            model="CSAE",
            options=SHARP_CSAE | {"adversarial_weight": 0.3},
            optimizer=ONE_CYCLE_ADAM,
            # Neither network learns from the other while the images are blurred by little training.
            loss_weights=(
                (0.0, {"adversarial_loss": 0.0, "discriminator_loss": 0.0}),
                (0.2, {"adversarial_loss": 1.0, "discriminator_loss": 1.0}),
            ),
            batch_size=256,
            epochs=40,
        )
        yield Preset.for_dataset(
            name,
            name=f"csae_laplacian_{name}",
            summary=f"convolutional CSAE of the first paper, on {title}",
            model="CSAE",
            options={
                "latent_dim": 40,
                "stem_filters": 16,
                "upsampling": "transposed",
                "image_loss": "laplacian",
                # With a weight of 1, the decoder diverges at the initial learning rate of 0.1.
                "image_weight": 0.1,
                "beta": 0.04,
                "shrinkage": 0.0,
            },
            **_PAPER_TRAINING,
            source=f"{LAPLACIAN_PAPER}, section 4, table 2 (CSAE-C)",
        )
        yield Preset.for_dataset(
            name,
            name=f"csae_linear_{name}",
            summary=f"CSAE-L with dense networks, on {title}",
            model="CSAE",
            options={
                "network": "linear",
                "latent_dim": 40,
                "image_loss": "laplacian",
                "beta": 0.04,
                "shrinkage": 0.0,
            },
            optimizer={"name": "adam", "learning_rate": 1e-3, "schedule": "constant"},
            batch_size=256,
            epochs=200,
            source=f"{LAPLACIAN_PAPER}, section 4 (CSAE-L)",
        )
    for name in ("mnist", "fashion_mnist", "facescrub"):
        title = TITLES[name]
        yield Preset.for_dataset(
            name,
            name=f"csae_encoder_{name}",
            summary=f"CSAE without a decoder, on {title}",
            model="CSAE",
            options={
                "latent_dim": 256 if name == "facescrub" else 40,
                "with_decoder": False,
                "shrinkage": 0.0,
            },
            **_PAPER_TRAINING,
            mirror=name == "facescrub",
            source=f"{WAVELET_PAPER}, section 4.3, tables 3 and 4 (CSAE_encoder)",
        )
        yield Preset.for_dataset(
            name,
            name=f"basenet_{name}",
            summary=f"a softmax classifier with CSAE's convolutions, on {title}",
            model="Classifier",
            options={},
            **_PAPER_TRAINING,
            mirror=name == "facescrub",
            source=f"{WAVELET_PAPER}, section 4.3, tables 3 and 4 (Basenet)",
        )
