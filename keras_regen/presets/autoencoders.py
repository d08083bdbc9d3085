"""The presets of the autoencoder baselines: AE, VAE, CVAE and AAE."""

from collections.abc import Iterator

from keras_regen.presets.preset import TITLES, Preset

_ADAM = {"name": "adam", "learning_rate": 1e-3, "schedule": "cosine"}
# DE-GAN compares its baselines after 25 epochs, and names neither their learning rate nor the batch
# size.
_TRAINING = {"optimizer": _ADAM, "batch_size": 128, "epochs": 25}


def autoencoder_presets() -> Iterator[Preset]:
    """Yields the presets of the autoencoder baselines."""
    for dataset in ("mnist", "fashion_mnist"):
        title = TITLES[dataset]
        for name, model, summary, options, source in (
            ("ae", "Autoencoder", "a plain autoencoder", {}, "this package"),
            ("vae", "VAE", "a variational autoencoder", {}, "DE-GAN, table V (VAE)"),
            (
                "cvae",
                "CVAE",
                "a conditional VAE with CSAE's networks",
                {},
                "CSAE, second version, section 4 (CVAE)",
            ),
            ("aae", "AAE", "an adversarial autoencoder", {}, "DE-GAN, table V (AAE)"),
        ):
            yield Preset.for_dataset(
                dataset,
                name=f"{name}_{dataset}",
                summary=f"{summary}, on {title}",
                model=model,
                options={"latent_dim": 8 if name == "aae" else 40} | options,
                **_TRAINING,
                source=source,
            )
