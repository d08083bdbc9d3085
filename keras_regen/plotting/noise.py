"""Plots noise, and the latents that a prior computes from it."""

import os

import numpy as np
from matplotlib.figure import Figure

from keras_regen.checks import check_integer, check_seed
from keras_regen.plotting.arrays import as_points
from keras_regen.plotting.style import COLORS, finish, new_panels, picture_path, style_curves
from keras_regen.priors import NoisePrior


def plot_noise(
    prior: NoisePrior,
    *,
    num_samples: int = 1000,
    seed: int | None = 0,
    path: str | os.PathLike | None = None,
) -> Figure:
    """Plots the first two principal components of noise and of the latents computed from it.

    Noise and latents have separate principal component analyses. Both panels have the same scale.
    The axis labels show the share of the variance of each component.

    Args:
        prior: A trained `keras_regen.priors.NoisePrior` of two dimensions or more, such as
            `keras_regen.priors.DecoderEncoderPrior`.
        num_samples: Integer in 2..1,000,000: points per panel.
        seed: Integer, at least 0: seed of the noise. `None` for a random seed.
        path: Path of a picture file to write as well.

    Returns:
        A `matplotlib.figure.Figure` with two panels.

    Raises:
        ValueError: If the prior is not a `NoisePrior`, is not trained or has a single dimension; a
            number is out of range; or `path` has an unknown suffix.
        OSError: If the file cannot be written.

    Source: DE-GAN, section IV-D and figure 11; `sklearn.decomposition.PCA`.

    Examples:
        >>> from keras_regen.plotting import plot_noise
        >>> from keras_regen.priors import StandardNormalPrior
        >>> figure = plot_noise(StandardNormalPrior(3), num_samples=50)
        >>> [axes.get_title() for axes in figure.axes]
        ['noise, 3 dimensions', 'latents, 3 dimensions']
    """
    from sklearn.decomposition import PCA  # takes a second

    check_integer("num_samples", num_samples, 2)
    if num_samples > 1_000_000:
        raise ValueError(
            f"`num_samples` must be at most 1,000,000. Received: num_samples={num_samples}."
        )
    check_seed(seed)
    path = picture_path(path)
    if not isinstance(prior, NoisePrior) or min(prior.noise_dim, prior.latent_dim) < 2:
        raise ValueError(
            "`prior` must be a `keras_regen.priors.NoisePrior` with at least two dimensions of "
            f"noise and at least two latent dimensions. Received: prior={prior!r}."
        )
    noise = np.random.default_rng(seed).standard_normal((num_samples, prior.noise_dim), "float32")
    latents = as_points("latents of the prior", prior.latents(noise))
    figure, panels = new_panels(2, 4.5, 5, layout="compressed")
    largest = 0.0
    for axes, title, points, color in zip(
        panels, ("noise", "latents"), (noise, latents), COLORS, strict=False
    ):
        analysis = PCA(n_components=2, svd_solver="full")
        with np.errstate(invalid="ignore"):  # equal points have no variance to share
            components = analysis.fit_transform(points)
        axes.scatter(*components.T, s=9, color=color, alpha=0.6, linewidth=0)
        first, second = np.nan_to_num(analysis.explained_variance_ratio_)
        style_curves(
            axes,
            f"first component, {first:.1%} of the variance",
            f"second component, {second:.1%}",
            f"{title}, {points.shape[1]} dimensions",
        )
        axes.set_aspect("equal")
        largest = max(largest, np.abs(components).max())
    limits = (-1.05 * largest, 1.05 * largest) if largest else (-1, 1)
    for axes in panels:
        axes.set(xlim=limits, ylim=limits)
    return finish(figure, path)
