"""Plots of images, training curves, latents and predictions, for notebooks and files.

Each function returns a `matplotlib.figure.Figure`, which a notebook shows as the result of a cell.
With `path` the function also writes a picture file, completely or not at all. With `ax` it plots
into an axes of a figure of the user. The fonts are those of `matplotlib.rcParams`.
"""

from keras_regen.plotting.curves import plot_history as plot_history
from keras_regen.plotting.curves import plot_ratio as plot_ratio
from keras_regen.plotting.curves import plot_runs as plot_runs
from keras_regen.plotting.generated_images import plot_closest as plot_closest
from keras_regen.plotting.generated_images import plot_matrix as plot_matrix
from keras_regen.plotting.generated_images import plot_sources as plot_sources
from keras_regen.plotting.grids import plot_images as plot_images
from keras_regen.plotting.grids import plot_reconstructions as plot_reconstructions
from keras_regen.plotting.grids import plot_samples as plot_samples
from keras_regen.plotting.grids import plot_traversals as plot_traversals
from keras_regen.plotting.intrinsic_dimension import (
    plot_intrinsic_dimension as plot_intrinsic_dimension,
)
from keras_regen.plotting.latents import plot_barcodes as plot_barcodes
from keras_regen.plotting.latents import plot_distances as plot_distances
from keras_regen.plotting.latents import plot_tsne as plot_tsne
from keras_regen.plotting.noise import plot_noise as plot_noise
from keras_regen.plotting.predictions import plot_confidence as plot_confidence
from keras_regen.plotting.predictions import plot_confusion_matrix as plot_confusion_matrix
from keras_regen.plotting.tiles import save_image as save_image
from keras_regen.plotting.tiles import tile as tile
