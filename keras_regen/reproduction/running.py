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
from joblib import Parallel, delayed

import keras_regen
from keras_regen import runs
from keras_regen.callbacks import GenerationAccuracy, NonFiniteLossError
from keras_regen.datasets import ImageDataset, load
from keras_regen.datasets.loading import from_anywhere
from keras_regen.metrics import train_judge
from keras_regen.metrics.gpu import keras_is_on_gpu
from keras_regen.metrics.weights_hash import weights_hash
from keras_regen.presets import get_preset
from keras_regen.reproduction.measures import JUDGED, MEASURES, Measured
from keras_regen.reproduction.scale import Scale
from keras_regen.reproduction.table import Table, Training
from keras_regen.saving import load_model, save_model
from keras_regen.writing import write_arrays, write_json


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
    interrupted goes on. `keras_regen.reproduction.report.write_report` makes the report of the
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
        >>> from keras_regen.reproduction import SCALES, get_table, reproduce
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
    # A judge serves all runs of its dataset. It is trained before them, or several would do so.
    judges = {one.training.dataset: one for one in open_ones if one.needs_judge}
    Parallel(processes)(delayed(one.train_judge)() for one in judges.values())

    failed = []
    outcomes = Parallel(processes, return_as="generator_unordered")(
        delayed(_make_quietly)(one) for one in open_ones
    )
    for lines, error in outcomes:
        tell(lines[-1])
        failed.append(error)
    return failed


def _make_quietly(one):
    """Makes one in a process of its own, from which nobody can be told anything until it ends."""
    lines = []
    error = one.make(lines.append)
    return lines, error


def result_path(
    results_folder: str | os.PathLike, scale: Scale, training: Training, seed: int
) -> Path:
    """Gives the file of a run's results.

    Examples:
        >>> from keras_regen.reproduction import SCALES, Training
        >>> from keras_regen.reproduction.running import result_path
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
        return not JUDGED.isdisjoint(self.training.measures)

    def is_measured(self):
        """Whether the result has all that is asked for, and was made as it is asked for now."""
        if not self.path.exists():
            return False
        known, asked = json.loads(self.path.read_text()), self._settings()
        return set(self.training.measures) <= set(known["measures"]) and all(
            known.get(name) == value for name, value in asked.items()
        )

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

    def train_judge(self):
        """Trains the judge of the dataset, unless it is there."""
        path = self._judge_path()
        # Without the dataset there is no judge, and `make` says so.
        with contextlib.suppress(FileNotFoundError):
            if not path.exists():
                data = load(self.training.dataset)
                judge = train_judge(
                    data.x_train,
                    data.y_train,
                    data.class_names,
                    network=self.scale.judge_network,
                    steps=self.scale.judge_steps,
                )
                save_model(judge, path)

    def _result(self):
        model, metrics = None, {}
        if self.training.preset is not None:
            metrics = self._train()
            model = load_model(self.folder)
        start = time.perf_counter()
        given = Measured(
            model,
            load(self._dataset()),
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
            **self._settings(),
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

    def _settings(self):
        """What a result must have been made with, to be the one that is asked for."""
        return {
            "preset": self.training.preset,
            "dataset": self.training.dataset,
            "class_name": self.training.class_name,
            **self._asked(),
            "scale": self.scale.name,
            "seed": self.seed,
            "most_images": list(self._most_images().values()),
            "judge_network": self.scale.judge_network,
            "judge_steps": self.scale.judge_steps,
            "student_steps": self.scale.student_steps,
        }

    def _train(self):
        asked = {"dataset": from_anywhere(self._dataset()), **self._asked()}
        begun = (self.folder / runs.SETTINGS).exists()
        # A run that is there may be one of another scale, of before this one was changed.
        same = begun and asked.items() <= runs.read_settings(self.folder).items()
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

    def _asked(self):
        """What a run is asked for, beside its dataset: blanks where nothing is trained."""
        scale, samples = self.scale, {"samples_per_class": self.scale.samples_per_class}
        if self.training.preset is None:
            return {"epochs": 0, "batch_size": None, "options": {}, "first_options": {}, **samples}
        recipe = get_preset(self.training.preset)
        small_first = {} if recipe.first is None else self._small(get_preset(recipe.first[1]))
        return {
            "epochs": scale.longer.get(recipe.model, scale.epochs) or recipe.epochs,
            "batch_size": scale.batch_size or recipe.batch_size,
            "options": {**self._small(recipe), **self.training.options},
            "first_options": {**small_first, **self.training.first_options},
            **samples,
        }

    def _small(self, recipe):
        """Arguments that keep a recipe's model small."""
        return self.scale.options.get(recipe.options.get("network", recipe.model), {})

    def _most_images(self):
        """Images to take, at most, to train and to test on."""
        train, test = self.scale.train_images, self.scale.test_images
        if self.training.class_name is None:
            return {"train": train, "test": test}
        return {"train": self.scale.class_images, "test": self.scale.class_images}

    def _dataset(self):
        """The dataset's name; or a file of the part of it that the scale and class ask for."""
        name, class_name = self.training.dataset, self.training.class_name
        most = self._most_images()
        if class_name is None and set(most.values()) == {None}:
            return name
        parts = [name, *(str(count) for count in most.values() if count is not None)]
        folder = self.place / "data"
        path = folder / f"{'-'.join(filter(None, [*parts, class_name]))}.npz"
        if not path.exists():
            data = load(name)
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
            self.train_judge()
            self._loaded_judge = load_model(self._judge_path())
        return self._loaded_judge


def _device():
    kind = "GPU" if keras_is_on_gpu() else "CPU"
    return f"{kind} ({platform.machine()}, {os.cpu_count()} cores)"


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
