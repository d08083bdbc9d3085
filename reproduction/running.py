"""Trains and measures the models of a table, and resumes interrupted runs."""

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
from keras import ops

import keras_regen
from keras_regen.atomic_files import write_arrays, write_json
from keras_regen.callbacks import GenerationAccuracy, NonFiniteLossError
from keras_regen.datasets import ImageDataset, load
from keras_regen.datasets.catalog import MANUAL_DOWNLOADS
from keras_regen.datasets.loading import absolute_dataset_path
from keras_regen.metrics import train_evaluation_classifier
from keras_regen.metrics.weight_hashing import weights_hash
from keras_regen.models import Classifier
from keras_regen.presets import get_preset
from keras_regen.saving import load_model, save_model
from keras_regen_app import runs
from reproduction.cost import training_cost
from reproduction.data_source import describe_data
from reproduction.measures import CLASSIFIER_MEASURES, MEASURES, Measured
from reproduction.scale import Scale
from reproduction.settings import (
    has_current_settings,
    image_limits,
    result_settings,
    run_settings,
)
from reproduction.table import Table, Training
from reproduction.time_limit import TimeLimit, TimeLimitReached


def reproduce(
    table: Table,
    scale: Scale,
    *,
    seeds: Sequence[int] | None = None,
    runs_folder: str | os.PathLike = "runs/reproduce",
    results_folder: str | os.PathLike = "results/reproduction",
    processes: int = 1,
    log: Callable[[str], None] = lambda line: None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    time_limit: TimeLimit | None = None,
) -> None:
    """Reproduces a table: trains its models, measures them, and writes a file for each run.

    Runs with a current result are not repeated, even if they belong to another table. Interrupted
    runs are resumed. `reproduction.report.write_report` writes a report of the files.

    Args:
        table: Table to reproduce.
        scale: Scale of the training, such as `SCALES["quick"]`.
        seeds: Integers: the seeds of the training runs. Defaults to the seeds of the scale.
        runs_folder: Folder of the training runs. Complete runs in it are reused.
        results_folder: Folder of the results. The files go to its folder of the scale's name.
        processes: Integer: training runs in parallel, each in a separate process. Several
            processes help with small networks, which do not use all cores of a CPU.
        log: Function that is called with a line of text at each step; with several processes, at
            the end of each run.
        callbacks: Further callbacks for each `fit`.
        time_limit: Limit of the time, or `None`. With a limit, the longest runs come first, seed by
            seed. The run that reaches the limit stops at the end of an epoch, and can be resumed.

    Raises:
        TimeLimitReached: If the limit is reached before all runs are complete.
        FileNotFoundError: If a dataset is missing, after all runs that do not need it. The
            message names the file and its folder.
        NonFiniteLossError: If a training run diverges, after all other runs.

    Examples:
        >>> from reproduction import SCALES, get_table
        >>> from reproduction.running import reproduce
        >>> table = get_table("csae2-table3")
        >>> reproduce(table, SCALES["quick"], seeds=[])
    """
    pending = []
    for training in table.trainings:
        for seed in scale.seeds if seeds is None else seeds:
            path = result_path(results_folder, scale, training, seed)
            run = _Run(
                training, scale, seed, Path(runs_folder), path, processes, callbacks, time_limit
            )
            if run.is_measured():
                log(f"{run.title}: already measured")
            else:
                pending.append(run)
    if time_limit is not None:
        pending.sort(key=lambda run: (run.seed, -training_cost(run.training, scale)))
    if processes == 1:
        errors = [run.execute(log) for run in pending]
    else:
        errors = _execute_in_processes(pending, processes, log)
    left = sum(isinstance(error, TimeLimitReached) for error in errors)
    if left:
        runs_left = "1 run is" if left == 1 else f"{left} runs are"
        raise TimeLimitReached(f"The time limit is reached, and {runs_left} left.")
    for error in errors:
        if error is not None:
            raise error


def _execute_in_processes(pending, processes, log):
    """Executes runs in parallel; returns the error or `None` of each."""
    # Runs of the same dataset share files, which must exist before the runs start in parallel.
    by_dataset = {}
    for run in pending:
        by_dataset.setdefault(run.training.dataset, []).append(run)
    Parallel(processes)(delayed(_prepare)(dataset_runs) for dataset_runs in by_dataset.values())

    errors = []
    outcomes = Parallel(processes, return_as="generator_unordered")(
        delayed(_execute_in_process)(run) for run in pending
    )
    for line, error in outcomes:
        if line is not None:  # A run that has not started has no line.
            log(line)
        errors.append(error)
    return errors


def _prepare(dataset_runs):
    for run in dataset_runs:
        run.prepare()


def _execute_in_process(run):
    """Executes a run; returns its last line of the log or `None`, and its error or `None`."""
    lines = []
    error = run.execute(lines.append)
    return lines[-1] if lines else None, error


def result_path(
    results_folder: str | os.PathLike, scale: Scale, training: Training, seed: int
) -> Path:
    """Returns the path of the result file of a run.

    Examples:
        >>> from reproduction import SCALES, Training
        >>> from reproduction.running import result_path
        >>> result_path("a", SCALES["quick"], Training("csae_mnist", "mnist"), 0).as_posix()
        'a/quick/csae_mnist-seed0.json'
    """
    return Path(results_folder) / scale.name / f"{training.name}-seed{seed}.json"


def trained_run(
    training: Training,
    scale: Scale,
    *,
    seed: int = 0,
    runs_folder: str | os.PathLike = "runs/reproduce",
    evaluation_classifier: Callable[[], Classifier] | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> Measured:
    """Trains a model, and returns it with its data and its folder, for example for pictures.

    A complete run is loaded instead, also if another backend trained it. A `Training` without a
    preset has data alone.

    Args:
        training: The training.
        scale: Scale of the training.
        seed: Integer: seed of the training run.
        runs_folder: Folder of the training runs.
        evaluation_classifier: Function that returns the evaluation classifier of a new run.
            Defaults to the classifier of the scale.
        callbacks: Further callbacks for `fit`.

    Raises:
        FileNotFoundError: If the dataset is missing.
        NonFiniteLossError: If the training run diverges.

    Examples:
        >>> import tempfile
        >>> from reproduction import SCALES, Training
        >>> from reproduction.running import trained_run
        >>> training = Training(None, "digits")
        >>> run = trained_run(training, SCALES["quick"], runs_folder=tempfile.mkdtemp())
        >>> run.data.image_shape
        (8, 8, 1)
    """
    run = _Run(
        training,
        scale,
        seed,
        Path(runs_folder),
        callbacks=callbacks,
        evaluation_classifier=evaluation_classifier,
    )
    if training.preset is None:
        return run.measured({})
    return run.measured(run.complete_metrics() or run.train())


def has_run(
    training: Training,
    scale: Scale,
    *,
    seed: int = 0,
    runs_folder: str | os.PathLike = "runs/reproduce",
) -> bool:
    """Checks whether a folder has a complete run of a `Training`, of any backend.

    Args:
        training: The `Training`.
        scale: Scale of the run.
        seed: Integer: seed of the run.
        runs_folder: Folder of the training runs.

    Returns:
        Boolean.

    Examples:
        >>> from reproduction import SCALES, Training
        >>> from reproduction.running import has_run
        >>> has_run(Training("csae_mnist", "mnist"), SCALES["quick"], runs_folder="no/such/folder")
        False
    """
    return _Run(training, scale, seed, Path(runs_folder)).complete_metrics() is not None


class _Run:
    """A training run of a `Training` at a scale, with a seed."""

    def __init__(
        self,
        training,
        scale,
        seed,
        runs_folder,
        path=None,
        processes=1,
        callbacks=(),
        time_limit=None,
        evaluation_classifier=None,
    ):
        self.training, self.scale, self.seed = training, scale, seed
        self.scale_folder = runs_folder / scale.name
        self.folder = self.scale_folder / f"{training.name}-seed{seed}"
        self.path, self.processes, self.time_limit = path, processes, time_limit
        self.callbacks = [*callbacks, *([] if time_limit is None else [time_limit])]
        self._given_classifier = evaluation_classifier
        self._loaded_classifier = None

    @property
    def title(self):
        return f"{self.training.name}, seed {self.seed}"

    @property
    def needs_classifier(self):
        return not CLASSIFIER_MEASURES.isdisjoint(self.training.measures)

    def is_measured(self):
        """Checks that the result has all measures and the current settings and code."""
        return set(self.training.measures) <= set(self._known_measures())

    def _known_measures(self):
        """Returns the measures of the result, if it has the current settings and code."""
        if not self.path.exists():
            return []
        result = json.loads(self.path.read_text(encoding="utf-8"))
        current = has_current_settings(result, self.training, self.scale)
        return result["measures"] if current and "outdated" not in result else []

    def execute(self, log):
        """Writes the result; returns an error that concerns this run only, or `None`."""
        if self.time_limit is not None and self.time_limit.is_over():
            return TimeLimitReached()
        log(f"{self.title}: started")
        try:
            result = self._result()
        except TimeLimitReached as error:
            log(f"{self.title}: stopped at the time limit")
            return error
        except (FileNotFoundError, NonFiniteLossError) as error:
            log(f"{self.title}: skipped. {error}")
            return error
        write_json(self.path, result)
        log(f"{self.title}: {result['seconds']:.0f} s")
        return None

    def prepare(self):
        """Writes the files that other runs use too: data, and the evaluation classifier."""
        # `execute` reports the errors.
        with contextlib.suppress(FileNotFoundError, TimeLimitReached):
            self._dataset()
            if self.needs_classifier:
                self._train_classifier()

    def _train_classifier(self):
        """Trains the evaluation classifier of the dataset, unless its file exists."""
        path = self._classifier_path()
        if not path.exists():
            data = load(self.training.dataset, image_size=self._image_size())
            classifier = train_evaluation_classifier(
                data.x_train,
                data.y_train,
                data.class_names,
                network=self.scale.classifier_network,
                steps=self.scale.classifier_steps,
                augment=False,  # no paper changes the images of its classifier
                callbacks=[] if self.time_limit is None else [self.time_limit],
            )
            save_model(classifier, path)

    def measured(self, metrics):
        """Returns the model and the data of the run."""
        return Measured(
            None if self.training.preset is None else load_model(self.folder),
            load(self._dataset(), image_size=self._image_size(), seed=self.seed),
            self.folder,
            metrics,
            self._classifier,
            self.scale,
            self.seed,
            self.training.class_name,
        )

    def _result(self):
        self.prepare()  # Not part of the measured time, because other runs use the files too.
        metrics = {} if self.training.preset is None else self.train()
        start = time.perf_counter()
        measured = self.measured(metrics)
        # Other tables may have measured more on the same training, which the file must keep.
        measures = list(dict.fromkeys([*self.training.measures, *self._known_measures()]))
        figures = {}
        for name in measures:
            figures |= MEASURES[name](measured)
        result = {
            **result_settings(self.training, self.scale, self.seed),
            "training": self.training.name,
            "train_images": len(measured.data.x_train),
            "test_images": len(measured.data.x_test),
            "data": describe_data(self.training.dataset, measured.data),
            "measures": measures,
            "figures": figures,
            "backend": keras.backend.backend(),
            "device": _device(),
            "keras": keras.__version__,
            "keras_regen": keras_regen.__version__,
            "seconds": round(self._training_seconds() + time.perf_counter() - start, 1),
            "processes": self.processes,
        }
        if measured.model is not None:
            result["precision"] = measured.model.dtype_policy.name
        if self._loaded_classifier is not None:  # A measure has used the classifier.
            network = self._classifier().network
            # The key has this name in all stored results.
            result["judge"] = {"name": network.name, "hash": weights_hash(network.weights)}
        return result

    def complete_metrics(self, **further):
        """Returns the metrics of a complete run, or `None` without such a run.

        `further` are settings that the run must have, such as the backend.
        """
        path = self.folder / "metrics.json"
        if not path.exists() or not self._has_settings(**further):
            return None
        return json.loads(path.read_text(encoding="utf-8"))

    def _settings(self):
        return {
            "dataset": absolute_dataset_path(self._dataset()),
            "image_size": self._image_size(),
            **run_settings(self.training, self.scale),
        }

    def _has_settings(self, **further):
        """Checks the settings of the run in the folder."""
        if not (self.folder / runs.SETTINGS).exists():
            return False
        # As JSON holds them: a tuple is read back as a list.
        expected = json.loads(json.dumps({**self._settings(), **further}))
        return expected.items() <= runs.read_settings(self.folder).items()

    def train(self):
        """Trains the model, unless a complete run of this backend is at hand."""
        # A run in the folder may have another backend, or earlier settings of the scale.
        backend = keras.backend.backend()
        metrics = self.complete_metrics(backend=backend)
        if metrics is not None:
            return metrics
        callbacks = list(self.callbacks)
        if "history" in self.training.measures:
            callbacks.insert(0, GenerationAccuracy(self._classifier(), num_samples=500))
        if self._has_settings(backend=backend):
            return runs.resume_run(
                self.folder, evaluation_classifier=self._classifier, callbacks=callbacks
            )
        return runs.train_run(
            self.training.preset,
            self.folder,
            seed=self.seed,
            **self._settings(),
            precision=self.scale.precision,
            evaluation_classifier=self._classifier,
            overwrite=True,
            callbacks=callbacks,
        )

    def _training_seconds(self):
        """Returns the seconds of the run and of its pretraining."""
        files = self.folder.glob("**/metrics.json")
        return sum(json.loads(file.read_text())["seconds"] for file in files)

    def _image_size(self):
        """Returns the preset's image size for pictures of various sizes, and otherwise `None`."""
        if self.training.dataset not in MANUAL_DOWNLOADS:
            return None
        return get_preset(self.training.preset).image_shape[:2]

    def _dataset(self):
        """Returns the name of the dataset, or a file of its part for the scale and the class."""
        name, class_name = self.training.dataset, self.training.class_name
        limits = image_limits(self.training, self.scale)
        if class_name is None and set(limits.values()) == {None}:
            return name
        prefix = [name, *(str(limit) for limit in limits.values() if limit is not None)]
        folder = self.scale_folder / "data"
        path = folder / f"{'-'.join(filter(None, [*prefix, class_name]))}.npz"
        if not path.exists():
            data = load(name, image_size=self._image_size())
            # Written for all classes at once, because an archive of pictures takes long to read.
            for part in [None] if class_name is None else data.class_names:
                file = folder / f"{'-'.join(filter(None, [*prefix, part]))}.npz"
                write_arrays(file, **_subset(data, limits, part))
        return path

    def _classifier_path(self):
        network, steps = self.scale.classifier_network, self.scale.classifier_steps
        name = f"{self.training.dataset}-{network}-{steps}.keras"
        return self.scale_folder / "evaluation_classifiers" / name

    def _classifier(self) -> Classifier:
        """Returns the evaluation classifier of the dataset, which all runs of the scale share."""
        if self._given_classifier is not None:
            return self._given_classifier()
        if self._loaded_classifier is None:
            self._train_classifier()
            self._loaded_classifier = load_model(self._classifier_path())
        return self._loaded_classifier


def _device():
    # `keras.distribution.list_devices("gpu")` fails without a GPU, on JAX and PyTorch.
    device = str(ops.ones(1).device).lower()
    kind = "GPU" if "gpu" in device or "cuda" in device else "CPU"
    # `cpu_count` returns the cores that this process may use.
    return f"{kind} ({platform.machine()}, {cpu_count()} cores)"


def _subset(data: ImageDataset, limits, class_name):
    """Returns a random subset of the images, with the names of all classes.

    The names of all classes stay, because the evaluation classifier has them all.
    """
    rng = np.random.default_rng(0)
    arrays = {"class_names": np.array(data.class_names)}
    for part, limit in limits.items():
        x, y = getattr(data, f"x_{part}"), getattr(data, f"y_{part}")
        indices = rng.permutation(len(x))
        if class_name is not None:
            indices = indices[y[indices] == data.class_names.index(class_name)]
        indices = np.sort(indices[:limit])
        arrays |= {f"x_{part}": x[indices], f"y_{part}": y[indices]}
    return arrays
