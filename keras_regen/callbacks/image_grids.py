"""`ImageGrids`: writes generated and reconstructed images after each epoch, for TensorBoard."""

import importlib.util
import os
from pathlib import Path

import keras
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from keras_regen.checks import check_choice, check_integer, check_path
from keras_regen.generation import generate
from keras_regen.plotting import plot_images, plot_reconstructions, plot_samples
from keras_regen.plotting.style import finish

_FORMATS = ("auto", "tensorboard", "png")


class ImageGrids(keras.callbacks.Callback):
    """Writes a grid of generated images and a grid of reconstructions after each epoch.

    With TensorFlow and TensorBoard, the grids are in the tab "Images" of TensorBoard, next to the
    losses of `keras.callbacks.TensorBoard` with the same folder. Without them, they are PNG files
    in the folder, such as `samples-0001.png` after the first epoch. The backend of Keras does not
    matter.

    Args:
        log_dir: Folder of the logs; created if it is missing.
        images: Training images. The first are reconstructed, and all adapt the model's prior after
            each epoch, if it learns from latents as the prior of a `keras_regen.CSAE` does. `None`
            for a model without an encoder, such as a `keras_regen.GAN`.
        labels: Integer labels of these images.
        every: Integer, at least 1: number of epochs from one grid to the next.
        columns: Integer, at least 1: generated images of each class, and reconstructions in each
            of two rows.
        seed: Integer, at least 0: seed of the images. Every epoch decodes the same noise.
        format: `"tensorboard"`, `"png"`, or `"auto"`: TensorBoard if it is installed.

    Raises:
        ValueError: If an argument is not as described, or TensorBoard is not installed. When
            training starts: if the model has no decoder, or its prior learns from latents and
            `images` is missing.

    Examples:
        >>> import os, tempfile
        >>> from keras_regen import CSAE
        >>> from keras_regen.callbacks import ImageGrids
        >>> from keras_regen.datasets import load
        >>> digits, folder = load("digits"), tempfile.mkdtemp()
        >>> x, y = digits.x_train[:100], digits.y_train[:100]
        >>> model = CSAE.from_preset("csae_digits", stem_filters=2)
        >>> grids = ImageGrids(folder, x, y, columns=4, format="png")
        >>> history = model.fit(x, y, epochs=1, callbacks=[grids], verbose=0)
        >>> sorted(os.listdir(folder))
        ['reconstructions-0001.png', 'samples-0001.png']
    """

    def __init__(
        self,
        log_dir: str | os.PathLike,
        images: np.ndarray | None = None,
        labels: np.ndarray | None = None,
        *,
        every: int = 1,
        columns: int = 8,
        seed: int = 0,
        format: str = "auto",
    ):
        super().__init__()
        self.log_dir = check_path("log_dir", log_dir)
        for name, value, least in (("every", every, 1), ("columns", columns, 1), ("seed", seed, 0)):
            check_integer(name, value, least)
        check_choice("format", format, _FORMATS)
        installed = all(map(importlib.util.find_spec, ("tensorflow", "tensorboard")))
        if format == "tensorboard" and not installed:
            raise ValueError(
                "`format='tensorboard'` needs TensorFlow and TensorBoard: `pip install tensorflow "
                "tensorboard`. Or use `format='png'`."
            )
        self.images, self.labels = images, labels
        self.every, self.columns, self.seed = every, columns, seed
        self.format = "png" if format == "png" or not installed else "tensorboard"
        self._writer = None

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        if getattr(self.model, "decoder", None) is None:
            raise ValueError(
                "`ImageGrids` needs a model with a decoder. Received: "
                f"{type(self.model).__name__} {self.model.name!r}."
            )
        if self._generates() and self.model.prior.learns and self.images is None:
            raise ValueError(
                f"The model has a {type(self.model.prior).__name__}, which `fit` adapts only "
                "after the last epoch. Pass training images to adapt it after each epoch: "
                "`ImageGrids(log_dir, x_train, y_train)`."
            )

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if (epoch + 1) % self.every:
            return
        if self._generates():
            self._write("samples", self._samples(), epoch)
        if self.images is not None and self.model.encoder is not None:
            labels = None if self.labels is None else self.labels[: self.columns]
            images = self.images[: self.columns]
            reconstructions = self.model.reconstruct(images, labels)
            figure = plot_reconstructions(images, reconstructions, columns=self.columns)
            self._write("reconstructions", figure, epoch)

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _generates(self) -> bool:
        return self.model.prior is not None

    def _samples(self) -> Figure:
        if self.model.prior.learns:
            self.model.adapt_prior(self.images, self.labels)
        num_samples = self.columns * max(self.model.num_classes, self.columns)
        images, report = generate(
            self.model, num_samples=num_samples, seed=self.seed, return_report=True
        )
        if self.model.prior.num_classes is None:
            return plot_images(images, columns=self.columns)
        return plot_samples(images, report.labels, self.model.class_names, columns=self.columns)

    def _write(self, name: str, figure: Figure, epoch: int) -> None:
        if self.format == "png":
            Path(self.log_dir).mkdir(parents=True, exist_ok=True)
            finish(figure, Path(self.log_dir) / f"{name}-{epoch + 1:04d}.png")
            return
        # The callback of Keras imports TensorFlow's module, which this package never does.
        summary = keras.callbacks.TensorBoard(self.log_dir).summary
        if self._writer is None:
            self._writer = summary.create_file_writer(str(Path(self.log_dir) / "train"))
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        pixels = np.asarray(canvas.buffer_rgba())[None, ..., :3]
        with self._writer.as_default():
            summary.image(name, pixels, step=epoch)
