"""Noise, and the latents that a prior makes of it."""

import os

import numpy as np
from matplotlib.figure import Figure

from keras_regen.checks import check_integer
from keras_regen.plotting.sheet import COLORS, INK, PAPER, save_figure
from keras_regen.priors import NoisePrior


def plot_noise(
    prior: NoisePrior, path: str | os.PathLike, num_samples: int = 1000, seed: int = 0
) -> None:
    """Draws noise and the latents that a prior makes of it, each in its two main directions.

    Each is centered and turned by a principal component analysis of its own; both panels have one
    scale. The share of the variance that a direction has stands at its axis.

    Args:
        prior: A trained `keras_regen.priors.NoisePrior` of two dimensions or more, such as
            `keras_regen.priors.DecoderEncoderPrior`.
        path: Where to write the PNG.
        num_samples: Integer, at least 2: points in each panel.
        seed: Integer, at least 0: of the noise.

    Raises:
        ValueError: If the prior makes no latents of noise, is not trained or has one dimension
            only, or a number is out of range.

    Source: DE-GAN, section IV-D and figure 11; `sklearn.decomposition.PCA`.
    """
    from sklearn.decomposition import PCA

    check_integer("num_samples", num_samples, 2)
    check_integer("seed", seed, 0)
    if not isinstance(prior, NoisePrior) or prior.latent_dim < 2:
        raise ValueError(
            "`prior` must be a `keras_regen.priors.NoisePrior` of latents of at least two "
            f"dimensions. Received: prior={prior!r}."
        )
    noise = np.random.default_rng(seed).standard_normal((num_samples, prior.noise_dim), "float32")
    figure = Figure(figsize=(9, 5), dpi=120, layout="compressed", facecolor=PAPER)
    panels = figure.subplots(1, 2, sharex=True, sharey=True)
    largest = 0.0
    for axes, title, points, color in zip(
        panels, ("noise", "latents"), (noise, prior.latents(noise)), COLORS, strict=False
    ):
        analysis = PCA(n_components=2, svd_solver="full")
        places = analysis.fit_transform(points)
        axes.scatter(*places.T, s=9, color=color, alpha=0.6, linewidth=0)
        shares = analysis.explained_variance_ratio_
        axes.set_title(f"{title}, {points.shape[1]} dimensions", fontsize=11, color=INK)
        axes.set_xlabel(f"first component, {shares[0]:.1%} of the variance", fontsize=9, color=INK)
        axes.set_ylabel(f"second component, {shares[1]:.1%}", fontsize=9, color=INK)
        axes.set_aspect("equal")
        axes.tick_params(labelsize=8)
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
        largest = max(largest, np.abs(places).max())
    # The panels share their axes, so this is of both.
    panels[0].set(xlim=(-1.05 * largest, 1.05 * largest), ylim=(-1.05 * largest, 1.05 * largest))
    save_figure(figure, path)
