"""What several commands write: images as one picture, as arrays, or as a folder of pictures."""

from pathlib import Path

from keras_regen import plotting
from keras_regen.atomic_files import write_arrays
from keras_regen.datasets.dataset import folder_name
from keras_regen_app.options import Output


def write_images(images, labels, class_names, output: str, prefix: str) -> None:
    """Writes images as the name of the output asks for.

    Args:
        images: Array `(num_samples, height, width, channels)`.
        labels: Integer labels `(num_samples,)`.
        class_names: Names of the classes; none if the images are of no class.
        output: A `.png`, an `.npz`, or a folder.
        prefix: What the names of pictures in a folder begin with.
    """
    path, kind = Path(output), Output.kind(output)
    if kind == ".png":
        path.parent.mkdir(parents=True, exist_ok=True)
        if class_names:
            plotting.plot_samples(images, labels, class_names, path)
        else:
            plotting.plot_images(images, path)
    elif kind == ".npz":
        write_arrays(path, images=images, labels=labels, class_names=class_names)
    else:
        write_folder(images, labels, class_names, path, prefix)


def write_folder(images, labels, class_names, folder: Path, prefix: str) -> None:
    """Writes each image as a picture into the folder of its class.

    Raises:
        ValueError: If two classes would have one folder.
    """
    # Images of no class have the label -1, and one folder.
    names = [folder_name(name) for name in class_names] or ["drawn"]
    if len(set(names)) < len(names):
        raise ValueError(
            "Two classes have one name when slashes are taken out of them, and cannot have folders "
            f"of their own. Received: {tuple(class_names)}. Write an .npz."
        )
    for index, (image, label) in enumerate(zip(images, labels, strict=True)):
        place = folder / names[label]
        place.mkdir(parents=True, exist_ok=True)
        plotting.save_image(image, place / f"{prefix}-{index:06d}.png")
