"""Measures the value of generated images for classifiers of few images, on several datasets.

For each dataset, number of images per class and random choice of the images, classifiers train on
the same images without augmentation, with mirrored and shifted images, with generated images, and
with both. The generating CSAE trains on the same images. The script adds each comparison to a JSON
file, skips those that the file contains, and writes a table (.md) and a picture (.png).
"""

import dataclasses
import itertools
from pathlib import Path

import click
import numpy as np

# The image size to load, for photographs.
IMAGE_SIZES = {"ants_bees": 32}
NAMES = {
    "none": "none",
    "classical": "mirrored and shifted",
    "generated": "generated",
    "both": "both",
}


@click.command(help=__doc__)
@click.option("--datasets", default="digits,mnist,fashion_mnist", show_default=True)
@click.option("--sizes", default="10,20,50", show_default=True, help="Images of each class.")
@click.option("--draws", default=5, show_default=True, help="Random choices of the images.")
@click.option("--steps", default=500, show_default=True, help="Training steps of a classifier.")
@click.option("--test-images", default=5000, show_default=True, help="Of each dataset, at most.")
@click.option("--output", default="results/few_images.json", show_default=True)
def main(datasets, sizes, draws, steps, test_images, output):
    from study import Study

    from keras_regen.datasets import load
    from keras_regen_app.augmentation_study import StudySettings, compare_methods

    study = Study(output, steps=steps, generator_steps=3 * steps, test_images=test_images)
    for name in datasets.split(","):
        data = with_test_images(load(name, image_size=IMAGE_SIZES.get(name)), test_images)
        settings = StudySettings.for_data(data, steps=steps, generator_steps=3 * steps)
        for draw, size in itertools.product(range(draws), map(int, sizes.split(","))):
            cell = {"dataset": name, "size": size, "draw": draw}
            if not study.has(**cell):
                study.add(**cell, **compare_methods(data, size, draw, settings))
    path = Path(output)
    path.with_suffix(".md").write_text(table(study) + "\n")
    plot(study, path.with_suffix(".png"))
    click.echo(table(study))


def with_test_images(data, num_images):
    """Returns a dataset with a random choice of its test images, the same in every call."""
    chosen = np.random.default_rng(0).permutation(len(data.x_test))[:num_images]
    return dataclasses.replace(data, x_test=data.x_test[chosen], y_test=data.y_test[chosen])


def cells(study):
    """Returns the datasets and sizes of which the study has results, in order."""
    return list(dict.fromkeys((run["dataset"], run["size"]) for run in study.runs))


def table(study):
    """Returns a Markdown table with a row for each dataset and number of images."""
    from study import spread

    lines = [
        f"| dataset | images per class | draws | {' | '.join(NAMES.values())} "
        "| generated minus none | both minus mirrored and shifted |",
        "| --- |" + " ---: |" * 8,
    ]
    for dataset, size in sorted(cells(study)):
        values = {name: study.values(name, dataset=dataset, size=size) for name in NAMES}
        gains = values["generated"] - values["none"], values["both"] - values["classical"]
        numbers = [spread(column, 100, 1) for column in (*values.values(), *gains)]
        lines.append(f"| {dataset} | {size} | {len(gains[0])} | {' | '.join(numbers)} |")
    return "\n".join(lines)


def plot(study, path):
    """Plots the mean accuracy and its spread: a panel for each dataset."""
    from matplotlib.figure import Figure

    datasets = list(dict.fromkeys(dataset for dataset, _ in cells(study)))
    figure = Figure(figsize=(4 * len(datasets), 3.8), layout="constrained")
    for axis, dataset in zip(
        figure.subplots(1, len(datasets), squeeze=False)[0], datasets, strict=True
    ):
        sizes = sorted(size for name, size in cells(study) if name == dataset)
        for index, (method, label) in enumerate(NAMES.items()):
            values = [100 * study.values(method, dataset=dataset, size=size) for size in sizes]
            axis.errorbar(
                np.arange(len(sizes)) + 0.06 * (index - 1.5),  # next to each other
                [column.mean() for column in values],
                [column.std() for column in values],
                marker="o",
                capsize=3,
                label=label,
            )
        axis.set_xticks(range(len(sizes)), sizes)
        axis.set_title(dataset)
        axis.set_xlabel("training images of each class")
    figure.axes[0].set_ylabel("test accuracy (%)")
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=min(4, 2 * len(datasets)))
    figure.savefig(path, dpi=120)


if __name__ == "__main__":
    main()
