"""Writes images as a grid, as arrays, or as a folder of picture files."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from keras_regen import plotting
from keras_regen.atomic_files import atomic_folder, write_arrays
from keras_regen.datasets.dataset import folder_name
from keras_regen_app.options import Output


def write_images(
    images: np.ndarray,
    labels: np.ndarray,
    class_names: Sequence[str],
    output: str,
    prefix: str,
) -> None:
    """Writes images in the format of the output path.

    Args:
        images: Array `(num_samples, height, width, channels)`.
        labels: Integer labels `(num_samples,)`; -1 for images without a class.
        class_names: Names of the classes; empty for images without classes.
        output: Path of a `.png` file, an `.npz` file, or a folder.
        prefix: Prefix of the file names in a folder.
    """
    path, kind = Path(output), Output.kind(output)
    if kind == ".png":
        path.parent.mkdir(parents=True, exist_ok=True)
        if class_names:
            plotting.plot_samples(
                images,
                labels,
                class_names,
                columns=len(images),
                max_classes=len(class_names),
                path=path,
            )
        else:
            plotting.plot_images(images, max_images=len(images), path=path)
    elif kind == ".npz":
        write_arrays(path, images=images, labels=labels, class_names=class_names)
    else:
        # A stop in between leaves no part of the pictures under their names.
        with atomic_folder(path) as partial:
            write_folder(images, labels, class_names, partial, prefix)


def write_folder(
    images: np.ndarray,
    labels: np.ndarray,
    class_names: Sequence[str],
    folder: Path,
    prefix: str,
) -> None:
    """Writes each image as a `.png` file to the subfolder of its class.

    Raises:
        ValueError: If two classes have the same folder name.
    """
    # The label -1 of images without a class selects the last and only folder.
    names = [folder_name(name) for name in class_names] or ["generated"]
    if len(set(names)) < len(names):
        raise ValueError(
            "Two classes have the same folder name, because a folder name cannot contain "
            f"slashes. Write an .npz file instead. Received: {tuple(class_names)}."
        )
    for index, (image, label) in enumerate(zip(images, labels, strict=True)):
        class_folder = folder / names[label]
        class_folder.mkdir(parents=True, exist_ok=True)
        plotting.save_image(image, class_folder / f"{prefix}-{index:06d}.png")
