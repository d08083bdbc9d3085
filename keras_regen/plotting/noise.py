"""Plots noise, and the latents that a prior computes from it."""

import os

import numpy as np
from matplotlib.figure import Figure

from keras_regen.checks import check_integer
from keras_regen.plotting.style import COLORS, INK, PAPER, save_figure
from keras_regen.priors import NoisePrior


def plot_noise(
    prior: NoisePrior, path: str | os.PathLike, num_samples: int = 1000, seed: int = 0
) -> None:
    """Plots the first two principal components of noise and of the latents computed from it.

    Noise and latents have separate principal component analyses. Both panels have the same scale.
    The axis labels show the share of the variance of each component.

    Args:
        prior: A trained `keras_regen.priors.NoisePrior` of two dimensions or more, such as
            `keras_regen.priors.DecoderEncoderPrior`.
        path: Path of the PNG file.
        num_samples: Integer, at least 2: points per panel.
        seed: Integer, at least 0: seed of the noise.

    Raises:
        ValueError: If the prior is not a `NoisePrior`, is not trained or has a single dimension,
            or a number is out of range.

    Source: DE-GAN, section IV-D and figure 11; `sklearn.decomposition.PCA`.
    """
    from sklearn.decomposition import PCA  # takes a second

    check_integer("num_samples", num_samples, 2)
    check_integer("seed", seed, 0)
    if not isinstance(prior, NoisePrior) or prior.latent_dim < 2:
        raise ValueError(
            "`prior` must be a `keras_regen.priors.NoisePrior` with at least two latent "
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
        components = analysis.fit_transform(points)
        axes.scatter(*components.T, s=9, color=color, alpha=0.6, linewidth=0)
        shares = analysis.explained_variance_ratio_
        axes.set_title(f"{title}, {points.shape[1]} dimensions", fontsize=11, color=INK)
        axes.set_xlabel(f"first component, {shares[0]:.1%} of the variance", fontsize=9, color=INK)
        axes.set_ylabel(f"second component, {shares[1]:.1%}", fontsize=9, color=INK)
        axes.set_aspect("equal")
        axes.tick_params(labelsize=8)
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
        largest = max(largest, np.abs(components).max())
    # The panels share their axes, so these limits hold for both.
    panels[0].set(xlim=(-1.05 * largest, 1.05 * largest), ylim=(-1.05 * largest, 1.05 * largest))
    save_figure(figure, path)
