"""The presets of DE-GAN and of its baseline GANs."""

from collections.abc import Iterator
from typing import Any

from keras_regen.presets.preset import TITLES, Preset

PAPER = "DE-GAN, section IV"
_ADAM = {"name": "adam", "learning_rate": 1e-3, "schedule": "constant"}
# The paper does not name the optimizer and the batch size. These are the values of DCGAN.
_GAN_ADAM = {"name": "adam", "learning_rate": 2e-4, "beta_1": 0.5}
_TRAINING = {
    "optimizer": {"discriminator": _GAN_ADAM, "generator": _GAN_ADAM},
    "batch_size": 128,
    "epochs": 25,
}
_TABLES = {"mnist": "II", "celeba": "III", "cifar10": "IV"}
_DIGITS_ADAM = {"name": "adam", "learning_rate": 4e-4, "beta_1": 0.5}
_DIGITS = {
    "optimizer": {
        "discriminator": _DIGITS_ADAM,
        # The average of the last steps generates cleaner digits than the last step.
        "generator": _DIGITS_ADAM | {"use_ema": True, "ema_momentum": 0.998},
    },
    "batch_size": 64,
    "epochs": 250,
}


def adversarial_presets() -> Iterator[Preset]:
    """Yields the presets of DE-GAN and of its baseline GANs."""
    yield from _degan(
        "digits",
        vae={
            # With a weight of 1, most of the 32 dimensions would carry no information.
            "options": {"latent_dim": 32, "width": 0.5, "kl_weight": 0.2},
            "optimizer": {"name": "adam", "learning_rate": 2e-3, "schedule": "cosine"},
            "batch_size": 64,
            "epochs": 40,
        },
        options={"width": 0.5, "objective": "hinge", "hidden_weight": 0.4},
        training=_DIGITS,
        source="this package",
    )
    yield Preset.for_dataset(
        "digits",
        name="dcgan_digits",
        summary=f"DE-GAN's networks with N(0, I) noise, on {TITLES['digits']}",
        model="GAN",
        options={"latent_dim": 32, "width": 0.5, "objective": "hinge"},
        **_DIGITS,
    )
    for dataset, table in _TABLES.items():
        source = f"{PAPER}, table {table}"
        yield from _degan(
            dataset,
            vae={"options": {}, "optimizer": _ADAM, "batch_size": 128, "epochs": 25},
            options={"hidden_weight": 0.1},
            training=_TRAINING,
            source=source,
        )
        yield Preset.for_dataset(
            dataset,
            name=f"dcgan_{dataset}",
            summary=f"DE-GAN's networks with N(0, I) noise, on {TITLES[dataset]}",
            model="GAN",
            options={},
            **_TRAINING,
            source=f"{source} (DCGANs)",
        )
    yield Preset.for_dataset(
        "mnist",
        name="gan_mnist",
        summary=f"a GAN with dense networks, on {TITLES['mnist']}",
        model="GAN",
        options={"network": "dense"},
        **_TRAINING,
        source=f"{PAPER}, table V (GAN)",
    )
    rmsprop = {"name": "rmsprop", "learning_rate": 5e-5}
    yield Preset.for_dataset(
        "mnist",
        name="wgan_mnist",
        summary=f"a Wasserstein GAN with clipped weights, on {TITLES['mnist']}",
        model="GAN",
        options={"objective": "wasserstein", "clip": 0.01, "critic_steps": 5},
        **_TRAINING | {"optimizer": {"discriminator": rmsprop, "generator": rmsprop}},
        source=f"{PAPER}, table V (WGAN); Arjovsky et al., 2017",
    )


def _degan(
    dataset: str,
    vae: dict[str, Any],
    options: dict[str, Any],
    training: dict[str, Any],
    source: str,
) -> Iterator[Preset]:
    """Yields the presets of a VAE and of the DE-GAN with this VAE."""
    title = TITLES[dataset]
    yield Preset.for_dataset(
        dataset,
        name=f"vae_degan_{dataset}",
        summary=f"the VAE for the noise of DE-GAN, on {title}",
        model="VAE",
        source=source,
        **vae | {"options": {"network": "degan", "latent_dim": 128} | vae["options"]},
    )
    yield Preset.for_dataset(
        dataset,
        name=f"degan_{dataset}",
        summary=f"DE-GAN with a pretrained VAE, on {title}",
        model="DEGAN",
        options=options,
        pretraining=("vae", f"vae_degan_{dataset}"),
        source=source,
        **training,
    )
