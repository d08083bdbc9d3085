"""Generation of many images in blocks, which several processes or machines share."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from keras_regen import Acceptance, ImageModel, generate
from keras_regen.atomic_files import write_arrays, write_json
from keras_regen.metrics.weight_hashing import weights_hash
from keras_regen.priors import Prior
from keras_regen_app.shard_option import Shard

# A block is in memory at once, and a stop loses one block at most.
BLOCK_SIZE = 1000
SETTINGS = "generation.json"


def generate_shard(
    model: ImageModel,
    labels: Sequence[int],
    num_samples: int,
    folder: Path,
    shard: Shard,
    *,
    seed: int,
    class_names: Sequence[str] = (),
    prior: Prior | None = None,
    acceptance: Acceptance | None = None,
    options: dict[str, Any] | None = None,
) -> tuple[int, int]:
    """Generates the blocks of a shard, each in an `.npz` file, except those that exist.

    The seed of a block depends on its position only, so that the images are the same with any
    number of shards, and after an interruption.

    Args:
        model: The trained model.
        labels: Labels of the requested classes; empty for images without a class.
        num_samples: Integer: images of each class, or of all for a model without classes.
        folder: Folder of the files, which all shards share.
        shard: The part of the blocks to generate.
        seed: Integer, at least 0.
        class_names: Names of the classes, for the files.
        prior: As in `keras_regen.generate`.
        acceptance: As `accept` in `keras_regen.generate`.
        options: JSON values of the options on which the images depend, for the settings file.

    Returns:
        The number of images generated, and the number of images found in the folder.

    Raises:
        AcceptanceError: If too few images of a block are accepted.
        ValueError: If the folder has images of another model or of other options.
    """
    labels = [int(label) for label in labels]
    settings = {
        "model": weights_hash(model.weights),
        "labels": labels,
        "num_samples": num_samples,
        "seed": seed,
        "block_size": BLOCK_SIZE,
        **(options or {}),
    }
    _check_settings(folder / SETTINGS, settings)
    total = num_samples * max(1, len(labels))
    generated = found = 0
    for block in range(shard.index, -(-total // BLOCK_SIZE), shard.count):
        positions = np.arange(block * BLOCK_SIZE, min(total, (block + 1) * BLOCK_SIZE))
        path = folder / f"images-{positions[0]:09d}.npz"
        if path.exists():
            found += len(positions)
            continue
        images, report = generate(
            model,
            np.take(labels, positions // num_samples) if labels else None,
            None if labels else len(positions),
            seed=int(np.random.SeedSequence([seed, block]).generate_state(1, np.uint64)[0]),
            prior=prior,
            accept=acceptance,
            return_report=True,
        )
        write_arrays(path, images=images, labels=report.labels, class_names=class_names)
        generated += len(positions)
    return generated, found


def _check_settings(path: Path, settings: dict[str, Any]) -> None:
    """Writes the settings of the images, or compares them with those of another shard."""
    if not path.exists():
        write_json(path, settings)
        return
    stored = json.loads(path.read_text())
    names = [name for name in settings | stored if stored.get(name) != settings.get(name)]
    if names:
        differences = ", ".join(
            f"{name} {stored.get(name)} in the folder, {settings.get(name)} now" for name in names
        )
        raise ValueError(
            f"{path.parent} has images of other settings: {differences}. Use another `output`, or "
            "the same settings for all shards."
        )
