"""The recipes for images of any size and any classes. They count steps and not epochs."""

from collections.abc import Iterator

from keras_regen.presets.csae import ONE_CYCLE_ADAM, SHARP_CSAE
from keras_regen.presets.preset import Preset

_STEPS = 2_500
_BATCH = 64
_GAN_ADAM = {"name": "adam", "learning_rate": 4e-4, "beta_1": 0.5}
_TRAINING = {"optimizer": ONE_CYCLE_ADAM, "batch_size": _BATCH, "steps": _STEPS}


def any_images_presets() -> Iterator[Preset]:
    """Yields the recipes without a dataset in their names."""
    yield Preset.for_any_images(
        name="csae",
        summary="CSAE with the centroid subspace and sharp images",
        model="CSAE",
        options=SHARP_CSAE,
        **_TRAINING,
    )
    yield Preset.for_any_images(
        name="regene_classifier",
        summary="the classifier for ReGene",
        model="Classifier",
        options={"network": "regene", "width": 0.25},
        **_TRAINING,
    )
    yield Preset.for_any_images(
        name="regene",
        summary="ReGene with a pretrained classifier",
        model="ReGene",
        options={"width": 0.25, "decoder_width": 0.25},
        pretraining=("classifier", "regene_classifier"),
        # The last third of training compares pixels only, as in the paper's recipes.
        loss_weights=((0.0, {"mae_loss": 1.0, "ssim_loss": 1.0}), (2 / 3, {"ssim_loss": 0.0})),
        **_TRAINING,
    )
    for name, model, summary in (
        ("ae", "Autoencoder", "a plain autoencoder"),
        ("vae", "VAE", "a variational autoencoder"),
        ("cvae", "CVAE", "a conditional VAE"),
        ("aae", "AAE", "an adversarial autoencoder"),
    ):
        yield Preset.for_any_images(
            name=name,
            summary=summary,
            model=model,
            options={"latent_dim": 8 if name == "aae" else 40},
            **_TRAINING | {"optimizer": ONE_CYCLE_ADAM | {"learning_rate": 1e-3}},
        )
    # The average of the last steps generates cleaner images than the last step.
    adversarial = {
        "optimizer": {
            "discriminator": _GAN_ADAM,
            "generator": _GAN_ADAM | {"use_ema": True, "ema_momentum": 0.998},
        },
        "batch_size": _BATCH,
        "steps": 2 * _STEPS,
    }
    yield Preset.for_any_images(
        name="gan",
        summary="a GAN with convolutional networks",
        model="GAN",
        options={"latent_dim": 64, "width": 0.5, "objective": "hinge"},
        **adversarial,
    )
    yield Preset.for_any_images(
        name="vae_degan",
        summary="the VAE for the noise of DE-GAN",
        model="VAE",
        options={"network": "degan", "latent_dim": 64, "width": 0.5, "kl_weight": 0.2},
        **_TRAINING,
    )
    yield Preset.for_any_images(
        name="degan",
        summary="DE-GAN with a pretrained VAE",
        model="DEGAN",
        options={"width": 0.5, "objective": "hinge", "hidden_weight": 0.4},
        pretraining=("vae", "vae_degan"),
        **adversarial,
    )
