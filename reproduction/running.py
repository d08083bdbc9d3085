"""Trains and measures what a table needs, run by run, and takes up again what was interrupted."""

import contextlib
import json
import os
import platform
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import keras
import numpy as np
from joblib import Parallel, cpu_count, delayed

import keras_regen
from keras_regen import runs
from keras_regen.atomic_files import write_arrays, write_json
from keras_regen.callbacks import GenerationAccuracy, NonFiniteLossError
from keras_regen.datasets import ImageDataset, load
from keras_regen.datasets.catalog import USERS_OWN
from keras_regen.datasets.loading import from_anywhere
from keras_regen.metrics import train_evaluation_classifier
from keras_regen.metrics.weight_hashing import weights_hash
from keras_regen.presets import get_preset
from keras_regen.saving import load_model, save_model
from reproduction.measures import CLASSIFIER_MEASURES, MEASURES, Measured
from reproduction.scale import Scale
from reproduction.settings import (
    is_as_asked,
    most_images,
    run_settings,
    settings_of,
)
from reproduction.table import Table, Training


def reproduce(
    table: Table,
    scale: Scale,
    *,
    seeds: Sequence[int] | None = None,
    runs_folder: str | os.PathLike = "runs/reproduce",
    results_folder: str | os.PathLike = "results/reproduction",
    processes: int = 1,
    tell: Callable[[str], None] = lambda text: None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> None:
    """Makes a table again: trains what it needs, measures it, and writes one file for each run.

    What is measured already is not trained again, whichever table it was for; a training that was
    interrupted goes on. `reproduction.report.write_report` makes the report of the
    files.

    Args:
        table: Table to make.
        scale: At what expense, one of `SCALES`.
        seeds: Integers: one training for each. Defaults to the scale's.
        runs_folder: Where the runs go. Runs that are there are taken.
        results_folder: Where the results go, in a folder of the scale's name.
        processes: Integer: trainings at a time, each in a process of its own. Several are for
            small networks on a CPU with several cores, where one training does not keep all busy.
        tell: Function that is called with a line for each step; of a training that is one of
            several at a time, only when it ends.
        callbacks: Further callbacks for each `fit`.

    Raises:
        FileNotFoundError: If a dataset is not to be had, after all that needs no such dataset is
            made; the message says which file to put where.
        NonFiniteLossError: If a training came to nothing, after all others are made.

    Examples:
        >>> from reproduction import SCALES, get_table, reproduce
        >>> table = get_table("csae2-table3")
        >>> reproduce(table, SCALES["quick"], seeds=[])
    """
    open_ones = []
    for training in table.trainings:
        for seed in scale.seeds if seeds is None else seeds:
            path = result_path(results_folder, scale, training, seed)
            one = _Reproduction(
                training, scale, seed, Path(runs_folder), path, processes, callbacks
            )
            if one.is_measured():
                tell(f"{one.title}: measured")
            else:
                open_ones.append(one)
    if processes == 1:
        failed = [one.make(tell) for one in open_ones]
    else:
        failed = _make_in_processes(open_ones, processes, tell)
    for error in failed:
        if error is not None:
            raise error


def _make_in_processes(open_ones, processes, tell):
    """Makes several at a time; gives the error or `None` of each."""
    # What serves several runs is made before them, or each would make it for itself.
    by_dataset = {}
    for one in open_ones:
        by_dataset.setdefault(one.training.dataset, []).append(one)
    Parallel(processes)(delayed(_prepare)(them) for them in by_dataset.values())

    failed = []
    outcomes = Parallel(processes, return_as="generator_unordered")(
        delayed(_make_quietly)(one) for one in open_ones
    )
    for line, error in outcomes:
        tell(line)
        failed.append(error)
    return failed


def _prepare(them):
    for one in them:
        one.prepare()


def _make_quietly(one):
    """Makes one in a process of its own, from which nobody can be told anything until it ends."""
    lines = []
    error = one.make(lines.append)
    return lines[-1], error


def result_path(
    results_folder: str | os.PathLike, scale: Scale, training: Training, seed: int
) -> Path:
    """Gives the file of a run's results.

    Examples:
        >>> from reproduction import SCALES, Training
        >>> from reproduction.running import result_path
        >>> result_path("a", SCALES["quick"], Training("csae_mnist", "mnist"), 0).as_posix()
        'a/quick/csae_mnist-seed0.json'
    """
    return Path(results_folder) / scale.name / f"{training.name}-seed{seed}.json"


class _Reproduction:
    """One training at one scale, with one seed."""

    def __init__(self, training, scale, seed, runs_folder, path, processes, callbacks):
        self.training, self.scale, self.seed = training, scale, seed
        self.place = runs_folder / scale.name
        self.folder = self.place / f"{training.name}-seed{seed}"
        self.path, self.processes, self.callbacks = path, processes, callbacks
        self._loaded_judge = None

    @property
    def title(self):
        return f"{self.training.name}, seed {self.seed}"

    @property
    def needs_judge(self):
        return not CLASSIFIER_MEASURES.isdisjoint(self.training.measures)

    def is_measured(self):
        """Whether the result has all that is asked for, and was made as it is asked for now."""
        if not self.path.exists():
            return False
        known = json.loads(self.path.read_text())
        measured = set(self.training.measures) <= set(known["measures"])
        return measured and is_as_asked(known, self.training, self.scale)

    def make(self, tell):
        """Writes the result. What keeps this one from being made, but no other, is returned."""
        tell(f"{self.title}: begun")
        try:
            result = self._result()
        except (FileNotFoundError, NonFiniteLossError) as error:
            tell(f"{self.title}: left out. {error}")
            return error
        write_json(self.path, result)
        tell(f"{self.title}: {result['seconds']:.0f} s")
        return None

    def prepare(self):
        """Makes what other runs take as well: the part of the dataset, and its judge."""
        with contextlib.suppress(FileNotFoundError):  # `make` says which
            self._dataset()
            if self.needs_judge:
                self._train_judge()

    def _train_judge(self):
        """Trains the judge of the dataset, unless it is there."""
        path = self._judge_path()
        if not path.exists():
            data = load(self.training.dataset, image_size=self._image_size())
            judge = train_evaluation_classifier(
                data.x_train,
                data.y_train,
                data.class_names,
                network=self.scale.judge_network,
                steps=self.scale.judge_steps,
            )
            save_model(judge, path)

    def _result(self):
        model, metrics = None, {}
        self.prepare()  # before a clock is read: it is for other runs as well
        if self.training.preset is not None:
            metrics = self._train()
            model = load_model(self.folder)
        start = time.perf_counter()
        given = Measured(
            model,
            load(self._dataset(), image_size=self._image_size(), seed=self.seed),
            self.folder,
            metrics,
            self._judge,
            self.scale,
            self.seed,
            self.training.class_name,
        )
        figures = {}
        for name in self.training.measures:
            figures |= MEASURES[name](given)
        found = {
            **settings_of(self.training, self.scale, self.seed),
            "training": self.training.name,
            "train_images": len(given.data.x_train),
            "test_images": len(given.data.x_test),
            "measures": list(self.training.measures),
            "figures": figures,
            "backend": keras.backend.backend(),
            "device": _device(),
            "keras": keras.__version__,
            "keras_regen": keras_regen.__version__,
            "seconds": round(self._training_seconds() + time.perf_counter() - start, 1),
            "processes": self.processes,
        }
        if self._loaded_judge is not None:  # it was asked for
            network = self._judge().network
            found["judge"] = {"name": network.name, "hash": weights_hash(network.weights)}
        return found

    def _train(self):
        asked = {
            "dataset": from_anywhere(self._dataset()),
            "image_size": self._image_size(),
            **run_settings(self.training, self.scale),
        }
        begun = (self.folder / runs.SETTINGS).exists()
        # A run that is there may be one of another backend, or of this scale before it was changed.
        here = {**asked, "backend": keras.backend.backend()}
        same = begun and here.items() <= runs.read_settings(self.folder).items()
        if same and (self.folder / "metrics.json").exists():
            return json.loads((self.folder / "metrics.json").read_text())
        callbacks = list(self.callbacks)
        if "history" in self.training.measures:
            callbacks.insert(0, GenerationAccuracy(self._judge(), num_samples=500))
        if same:
            return runs.resume_run(self.folder, judge=self._judge, callbacks=callbacks)
        return runs.train_run(
            self.training.preset,
            self.folder,
            seed=self.seed,
            **asked,
            judge=self._judge,
            overwrite=True,
            callbacks=callbacks,
        )

    def _training_seconds(self):
        """Seconds of the run and of the part that was trained before, as far as they tell."""
        files = self.folder.glob("**/metrics.json")
        return sum(json.loads(file.read_text())["seconds"] for file in files)

    def _image_size(self):
        """The recipe's, for pictures as their owner has them; those of other datasets have one."""
        if self.training.dataset not in USERS_OWN:
            return None
        return get_preset(self.training.preset).image_shape[:2]

    def _dataset(self):
        """The dataset's name; or a file of the part of it that the scale and class ask for."""
        name, class_name = self.training.dataset, self.training.class_name
        most = most_images(self.training, self.scale)
        if class_name is None and set(most.values()) == {None}:
            return name
        parts = [name, *(str(count) for count in most.values() if count is not None)]
        folder = self.place / "data"
        path = folder / f"{'-'.join(filter(None, [*parts, class_name]))}.npz"
        if not path.exists():
            data = load(name, image_size=self._image_size())
            # Of all classes at once: to read an archive of pictures takes longer than a training.
            for one in [None] if class_name is None else data.class_names:
                file = folder / f"{'-'.join(filter(None, [*parts, one]))}.npz"
                write_arrays(file, **_part(data, most, one))
        return path

    def _judge_path(self):
        name = f"{self.training.dataset}-{self.scale.judge_network}-{self.scale.judge_steps}.keras"
        return self.place / "judges" / name

    def _judge(self):
        """The judge of the whole dataset, the same for all runs of the scale."""
        if self._loaded_judge is None:
            self._train_judge()
            self._loaded_judge = load_model(self._judge_path())
        return self._loaded_judge


def _device():
    kind = "GPU" if "gpu" in str(keras.ops.ones(1).device).lower() else "CPU"
    # Those that this process may use, which may be fewer than there are.
    return f"{kind} ({platform.machine()}, {cpu_count()} cores)"


def _part(data: ImageDataset, most, class_name):
    """A part of the images, by chance; the classes stay, for the judge knows them all."""
    rng = np.random.default_rng(0)
    found = {"class_names": np.array(data.class_names)}
    for part, count in most.items():
        x, y = getattr(data, f"x_{part}"), getattr(data, f"y_{part}")
        chosen = rng.permutation(len(x))
        if class_name is not None:
            chosen = chosen[y[chosen] == data.class_names.index(class_name)]
        chosen = np.sort(chosen[:count])
        found |= {f"x_{part}": x[chosen], f"y_{part}": y[chosen]}
    return found
