"""Tests `reproduce`: its files, reuse and resumption of runs, the report and the command."""

import dataclasses
import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from click.testing import CliRunner

from keras_regen import load_model
from keras_regen.callbacks import read_history
from keras_regen.datasets import load
from keras_regen.presets import get_preset
from keras_regen_app.runs import SETTINGS
from reproduction import SCALES, Cell, Scale, Table, Training, list_tables
from reproduction.__main__ import reproduce as command
from reproduction.data_source import describe_data
from reproduction.report import table_lines, write_report
from reproduction.results import read_results
from reproduction.running import reproduce, result_path
from reproduction.settings import result_settings
from reproduction.summary import summary_lines
from reproduction.time_limit import TimeLimit, TimeLimitReached

pytestmark = pytest.mark.any_backend

SMALL = {"network": "linear", "hidden": 16, "latent_dim": 12}
TINY = Scale("quick", "tiny", 200, 50, 2, (0,), 2, 1, 1, options={"CSAE": SMALL})
CSAE = Training("csae_digits", "digits", {"beta": 0.1}, measures=("metrics", "distances"))
TABLE = Table(
    "test",
    "A table",
    (
        Cell("CSAE", "Accuracy", CSAE, "accuracy", 0.9, percent=True),
        Cell("smallest", "Distance", CSAE, "least_distance", 1.0),
        Cell("missing", "Accuracy", None, note="not available"),
    ),
)


def folders(folder):
    """Returns the folder arguments of `reproduce`, inside a folder."""
    return {"runs_folder": folder / "runs", "results_folder": folder / "results"}


class InterruptSecondEpoch(keras.callbacks.Callback):
    """Raises `KeyboardInterrupt` in the second epoch, as Ctrl-C does."""

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self.epoch == 1:
            raise KeyboardInterrupt


@pytest.fixture(scope="module")
def reproduced(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reproduced")
    lines = []
    reproduce(TABLE, TINY, **folders(folder), log=lines.append)
    return folder, lines


def test_reproduce_writes_a_file_for_each_run(reproduced):
    folder, lines = reproduced
    result = json.loads(result_path(folder / "results", TINY, CSAE, 0).read_text())
    run_folder = folder / "runs/quick/csae_digits-beta=0.1-seed0"
    metrics = json.loads((run_folder / "metrics.json").read_text())
    assert result["figures"]["accuracy"] == metrics["accuracy"]
    assert result["options"] == {"beta": 0.1, **SMALL}
    assert (result["train_images"], result["test_images"], result["epochs"]) == (200, 50, 2)
    # The scale sets no batch size, so the preset's is in effect.
    assert result["batch_size"] == get_preset("csae_digits").batch_size
    assert result["seconds"] > 0 and result["backend"] and result["device"]
    assert len(lines) == 2 and "started" in lines[0]
    part, whole = load(folder / "runs/quick/data/digits-200-50.npz"), load("digits")
    assert part.class_names == whole.class_names
    rows = {image.tobytes() for image in whole.x_train}
    assert len(part.x_train) == 200 and all(image.tobytes() in rows for image in part.x_train)


def test_results_of_other_settings_are_reproduced_again(reproduced, tmp_path, monkeypatch):
    folder, _ = reproduced
    options = folders(tmp_path)
    shutil.copytree(folder / "runs", options["runs_folder"])
    shutil.copytree(folder / "results", options["results_folder"])

    def train_run(*arguments, epochs, **_):
        raise KeyboardInterrupt(epochs)

    monkeypatch.setattr("keras_regen_app.runs.train_run", train_run)
    reproduce(TABLE, TINY, **options)
    with pytest.raises(KeyboardInterrupt, match="3"):
        reproduce(TABLE, dataclasses.replace(TINY, epochs=3), **options)
    with pytest.raises(KeyboardInterrupt, match="2"):
        reproduce(TABLE, dataclasses.replace(TINY, train_images=100), **options)
    with pytest.raises(KeyboardInterrupt, match="2"):
        reproduce(TABLE, dataclasses.replace(TINY, batch_size=50), **options)


def test_missing_dataset_does_not_stop_other_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_REGEN_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("keras_regen_app.training_run.plot_run", lambda *arguments: None)
    faces = Training("csae_facescrub", "facescrub")
    table = Table("test", "A table", (Cell("a", "b", faces, "x"), Cell("c", "d", CSAE, "accuracy")))
    lines = []
    with pytest.raises(FileNotFoundError, match="Put them into a folder of class folders"):
        reproduce(table, TINY, **folders(tmp_path), log=lines.append)
    assert result_path(tmp_path / "results", TINY, CSAE, 0).exists()
    assert any("skipped. The images of 'facescrub'" in line for line in lines)


def test_model_of_a_single_class_is_measured_by_the_classifier_of_all_classes(tmp_path):
    vae = Training("vae_degan_digits", "digits", measures=("one_class",), class_name="4")
    table = Table("test", "A table", (Cell("a", "b", vae, "share_of_the_class"),))
    scale = dataclasses.replace(TINY, epochs=1, class_images=100, options={"degan": {"width": 0.1}})
    reproduce(table, scale, **folders(tmp_path))
    result = json.loads(result_path(tmp_path / "results", scale, vae, 0).read_text())
    assert 0 <= result["figures"]["share_of_the_class"] <= 1
    assert result["judge"]["name"] == "basenet"
    part = load(tmp_path / "runs/quick/data/digits-100-100-4.npz")
    assert set(part.y_train) == set(part.y_test) == {4}
    assert result["train_images"] == len(part.x_train) == 100 and 20 < len(part.x_test) < 50


def test_parallel_runs_equal_sequential_runs(reproduced, tmp_path):
    folder, _ = reproduced
    faces = Training("csae_facescrub", "facescrub")
    vae = Training("vae_degan_digits", "digits", measures=("one_class",), class_name="4")
    scale = dataclasses.replace(
        TINY, class_images=100, options={"CSAE": SMALL, "degan": {"width": 0.1}}
    )
    cells = (Cell("a", "b", faces, "x"), Cell("c", "d", vae, "share_of_the_class"))
    table = dataclasses.replace(TABLE, cells=TABLE.cells + cells)
    lines = []
    with pytest.raises(FileNotFoundError, match="facescrub"):
        reproduce(table, scale, **folders(tmp_path), processes=2, log=lines.append)
    parallel, sequential = (
        json.loads(result_path(path / "results", TINY, CSAE, 0).read_text())
        for path in (tmp_path, folder)
    )
    assert parallel["figures"] == sequential["figures"]
    assert (parallel["processes"], sequential["processes"]) == (2, 1)
    assert result_path(tmp_path / "results", TINY, vae, 0).exists()
    assert len(list((tmp_path / "runs/quick/evaluation_classifiers").iterdir())) == 1
    assert len(lines) == 3 and any("skipped" in line for line in lines)


def test_training_of_several_cells_has_all_their_measures():
    more = dataclasses.replace(CSAE, measures=("distances", "scores"))
    cells = (*TABLE.cells, Cell("FID", "b", more, "frechet_original_generated"))
    (training,) = dataclasses.replace(TABLE, cells=cells).trainings
    assert training.measures == ("metrics", "distances", "scores")


def test_new_measure_keeps_the_figures_of_other_tables(reproduced, tmp_path):
    folder, _ = reproduced
    options = folders(tmp_path)
    shutil.copytree(folder / "runs", options["runs_folder"])
    shutil.copytree(folder / "results", options["results_folder"])
    more = dataclasses.replace(CSAE, measures=("metrics", "losses"))
    table = Table("test", "A table", (Cell("a", "b", more, "test_loss_2"),))
    reproduce(table, TINY, **options)
    first, second = (
        json.loads(result_path(path / "results", TINY, CSAE, 0).read_text())
        for path in (folder, tmp_path)
    )
    assert second["measures"] == ["metrics", "losses", "distances"]
    assert first["figures"].items() < second["figures"].items()


def test_complete_runs_are_not_repeated(reproduced, monkeypatch):
    folder, _ = reproduced
    monkeypatch.setattr("keras_regen_app.runs.train_run", lambda *_, **__: pytest.fail("trained"))
    lines = []
    options = folders(folder)
    reproduce(TABLE, TINY, log=lines.append, **options)
    assert lines == [f"{CSAE.name}, seed 0: already measured"]
    # A missing result is measured again on the complete run.
    result_path(folder / "results", TINY, CSAE, 0).unlink()
    reproduce(TABLE, TINY, **options)
    assert result_path(folder / "results", TINY, CSAE, 0).exists()


def test_interrupted_training_is_resumed(tmp_path, monkeypatch):
    monkeypatch.setattr("keras_regen_app.training_run.plot_run", lambda *arguments: None)
    scale = Scale("quick", "tiny", 200, 50, 3, (0,), 2, 1, 1, options={"CSAE": SMALL})
    table = Table("test", "A table", (Cell("a", "b", CSAE, "accuracy"),))
    options = folders(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        reproduce(table, scale, callbacks=[InterruptSecondEpoch()], **options)
    assert not result_path(tmp_path / "results", scale, CSAE, 0).exists()
    (run_folder,) = (tmp_path / "runs/quick").glob("csae*")
    assert (run_folder / SETTINGS).exists() and not (run_folder / "metrics.json").exists()
    monkeypatch.setattr(
        "keras_regen_app.runs.train_run", lambda *_, **__: pytest.fail("started again")
    )
    reproduce(table, scale, **options)
    assert result_path(tmp_path / "results", scale, CSAE, 0).exists()


class Clock(keras.callbacks.Callback):
    """A clock that moves ten seconds in each epoch."""

    now = 0.0

    def on_epoch_end(self, epoch, logs=None):
        self.now += 10


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    module = SimpleNamespace(time=lambda: clock.now)
    monkeypatch.setattr("reproduction.time_limit.time", module)
    monkeypatch.setattr("keras_regen_app.training_run.plot_run", lambda *arguments: None)
    return clock


THREE_EPOCHS = Scale("quick", "tiny", 200, 50, 3, (0,), 2, 1, 1, options={"CSAE": SMALL})


@pytest.mark.parametrize(("seconds", "epochs"), [(35, 3), (25, 2), (12, 1)])
def test_time_limit_stops_after_an_epoch_and_the_next_call_continues(
    tmp_path, clock, seconds, epochs
):
    table = Table("test", "A table", (Cell("a", "b", CSAE, "accuracy"),))
    options = folders(tmp_path) | {"callbacks": [clock]}
    limited = options | {"time_limit": TimeLimit(seconds)}
    path = result_path(tmp_path / "results", THREE_EPOCHS, CSAE, 0)
    lines = []
    if epochs == 3:
        reproduce(table, THREE_EPOCHS, **limited)
        assert not limited["time_limit"].is_over()
    else:
        with pytest.raises(TimeLimitReached, match="1 run is left"):
            reproduce(table, THREE_EPOCHS, log=lines.append, **limited)
        assert "stopped at the time limit" in lines[-1] and not path.exists()
        assert limited["time_limit"].is_over()  # for the runs that follow
        (file,) = (tmp_path / "runs/quick").glob("csae*/history.csv")
        history = read_history(file)
        assert len(history) == epochs
        model = load_model(file.parent / "checkpoints/last.keras")
        assert int(model.optimizer.iterations) == epochs * 4  # batches of 64 of 200 images
        reproduce(table, THREE_EPOCHS, **options)
        assert read_history(file)[:epochs] == history and len(read_history(file)) == 3
    assert path.exists()


def test_time_limit_ends_in_the_middle_of_an_epoch(tmp_path, clock):
    class Jump(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            clock.now += 10

    table = Table("test", "A table", (Cell("a", "b", CSAE, "accuracy"),))
    with pytest.raises(TimeLimitReached):
        reproduce(
            *(table, THREE_EPOCHS),
            **folders(tmp_path),
            callbacks=[Jump()],
            time_limit=TimeLimit(15),
        )
    assert not list((tmp_path / "runs/quick").glob("csae*/history.csv"))


def test_time_limit_starts_with_the_dearest_runs_of_each_seed(tmp_path, monkeypatch):
    order = []

    def execute(run, log):
        order.append((run.training.preset, run.seed))
        return TimeLimitReached() if len(order) > 3 else None

    monkeypatch.setattr("reproduction.running._Run.execute", execute)
    trainings = [Training(name, "mnist") for name in ("vae_mnist", "regene_mnist", "csae_mnist")]
    table = Table("test", "A table", tuple(Cell(t.name, "b", t, "accuracy") for t in trainings))
    with pytest.raises(TimeLimitReached, match="3 runs are left"):
        reproduce(
            *(table, SCALES["paper"]),
            seeds=[0, 1],
            time_limit=TimeLimit(60),
            **folders(tmp_path),
        )
    dearest = ["regene_mnist", "csae_mnist", "vae_mnist"]
    assert order == [(name, seed) for seed in (0, 1) for name in dearest]


def test_run_does_not_start_after_the_time(tmp_path, clock):
    limit, lines = TimeLimit(0), []
    with pytest.raises(TimeLimitReached):
        reproduce(TABLE, TINY, **folders(tmp_path), time_limit=limit, log=lines.append)
    assert not lines and not (tmp_path / "runs").exists()


def test_command_ends_well_at_the_time_limit(tmp_path, monkeypatch):
    calls = []

    def record(table, scale, *, time_limit, **_):
        calls.append((table.name, scale.name, time_limit))
        raise TimeLimitReached("The time limit is reached, and 7 runs are left.")

    monkeypatch.setattr("reproduction.running.reproduce", record)
    arguments = ("csae1-table3", "regene-table2", "--scale", "paper", "--results", tmp_path)
    output = run(*arguments, "--minutes", "9").output
    assert "7 runs are left. The same command continues" in output
    ((name, scale, limit),) = calls  # all tables at once
    assert (name, scale) == ("all", "paper") and not limit.is_over()
    assert "| CSAE β=0.02 | 97.86 |" in output and (tmp_path / "README.md").exists()
    assert "0.0 is not in the range" in run(*arguments, "--minutes", "0", code=2).output


def write_results(folder, training, figures, scale=SCALES["quick"], **changed):
    """Writes results of a scale, a file for each seed, as `reproduce` does."""
    for seed, values in enumerate(figures):
        path = result_path(folder, scale, training, seed)
        path.parent.mkdir(exist_ok=True)
        result = {
            **result_settings(training, scale, seed),
            "training": training.name,
            "measures": list(training.measures),
            "figures": values,
            "train_images": 9,
            "backend": "jax",
            "device": "d",
            "seconds": 1.5,
            "processes": 3,
        }
        path.write_text(json.dumps(result | changed))


def test_report_is_a_matrix_with_means_differences_and_settings(tmp_path):
    numbers = ((0.8, 500), (0.9, 640), (0.85, 510))
    figures = [{"accuracy": accuracy, "least_distance": distance} for accuracy, distance in numbers]
    write_results(tmp_path, CSAE, figures)
    lines = table_lines(TABLE, tmp_path)
    assert lines[0] == (
        "| | Accuracy (%): paper | ours | difference | Distance: paper | ours | difference |"
    )
    spread = np.std([80, 90, 85], ddof=1)
    assert lines[2] == f"| CSAE | 90.00 | 85.00 ± {spread:.2g} (q) | -5.00 | | | |"
    spread = np.std([500, 640, 510], ddof=1)
    assert lines[3] == f"| smallest | | | | 1.0000 | 550.0 ± {spread:.1f} (q) | +549.0000 |"
    assert lines[4] == "| missing | - | not available | - | | | |"
    assert lines[6] == (
        "- **quick** (q): 3 runs, seeds 0, 1, 2; 5 epochs of 9 images in batches of 64; JAX, d; "
        "3 runs in parallel; 4 s in all."
    )
    write_report(tmp_path, tmp_path / "README.md")
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "python -m reproduction degan-figure6" in text and "not the paper's setting" in text


def test_larger_scale_replaces_the_quick_scale(tmp_path):
    write_results(tmp_path, CSAE, [{"accuracy": 0.8, "least_distance": 0.9}])
    write_results(tmp_path, CSAE, [{"accuracy": 0.95}], SCALES["paper"])
    lines = table_lines(TABLE, tmp_path)
    assert lines[2] == "| CSAE | 90.00 | 95.00 | +5.00 | | | |"
    # The larger scale lacks this figure.
    assert lines[3].endswith("| 1.0000 | 0.9000 (q) | -0.1000 |")
    assert [line.split(":")[0] for line in lines[6:]] == ["- **paper**", "- **quick** (q)"]


def test_outdated_results_are_marked_and_measured_again(tmp_path, monkeypatch):
    write_results(tmp_path, CSAE, [{"accuracy": 0.9}], outdated="trained by old code")
    lines = table_lines(TABLE, tmp_path)
    assert lines[2] == r"| CSAE | 90.00 | 90.00 (q) \* | +0.00 | | | |"
    assert lines[-1] == r"- \*: trained by old code."
    monkeypatch.setattr("reproduction.running._Run.execute", lambda run, log: log("executed"))
    executed = []
    reproduce(TABLE, SCALES["quick"], seeds=[0], results_folder=tmp_path, log=executed.append)
    assert executed == ["executed"]


def test_current_results_come_before_outdated_results_of_a_larger_scale(tmp_path):
    old, new = ([{"accuracy": value}] for value in (0.9, 0.8))
    write_results(tmp_path, CSAE, old, SCALES["paper"], outdated="trained by old code")
    assert table_lines(TABLE, tmp_path)[2] == r"| CSAE | 90.00 | 90.00 \* | +0.00 | | | |"
    write_results(tmp_path, CSAE, new, SCALES["reduced"])
    assert table_lines(TABLE, tmp_path)[2] == "| CSAE | 90.00 | 80.00 (r) | -10.00 | | | |"


def test_column_without_published_numbers_has_ours_alone(tmp_path):
    write_results(tmp_path, CSAE, [{"accuracy": 0.9}])
    table = Table("test", "A table", (Cell("CSAE", "Accuracy", CSAE, "accuracy"),))
    assert table_lines(table, tmp_path)[:3] == [
        "| | Accuracy: ours |",
        "| --- | ---: |",
        "| CSAE | 0.9000 (q) |",
    ]


def test_results_state_the_source_and_hash_of_their_data(reproduced):
    folder, _ = reproduced
    result = json.loads(result_path(folder / "results", TINY, CSAE, 0).read_text())
    part = load(folder / "runs/quick/data/digits-200-50.npz")
    digest = hashlib.sha256()
    for array in (part.x_train, part.y_train, part.x_test, part.y_test):
        digest.update(array.tobytes())
    assert result["data"] == {"source": "embedded", "images_hash": digest.hexdigest()[:16]}


def test_source_of_a_dataset_is_the_name_of_its_file(tmp_path, monkeypatch):
    digits = load("digits")
    (tmp_path / "mnist.npz").touch()
    (tmp_path / "cifar10_jpeg.tar.xz").touch()
    monkeypatch.setenv("KERAS_REGEN_DATA_DIR", str(tmp_path))
    assert describe_data("mnist", digits)["source"] == "mnist.npz"
    assert describe_data("cifar10", digits)["source"] == "cifar10_jpeg.tar.xz"


def test_summary_counts_all_cells_and_states_close_numbers():
    lines = summary_lines({})
    counts = [[int(number) for number in line.split("|")[2:-1]] for line in lines[2:6]]
    assert sum(row[0] for row in counts) == sum(len(table.cells) for table in list_tables())
    assert all(row[0] == row[-1] for row in counts)
    assert "0 published numbers" in lines[7] and "no result for 99.50 %" in lines[8]
    # 0.97 is within 5 % of the published 0.9948, and 0.91 within 10 % of 0.9952.
    paper = {}
    for beta, accuracy in (("0.0", 0.97), ("0.02", 0.91), ("0.04", 0.5)):
        training = Training("csae_mnist", "mnist", {"beta": float(beta)})
        result = result_settings(training, SCALES["paper"], 0) | {"figures": {"accuracy": accuracy}}
        paper[training.name] = [result]
    lines = summary_lines({"paper": paper})
    assert "3 published numbers" in lines[7]
    assert "1 are within 5 %" in lines[7] and "2 within 10 %" in lines[7]
    assert [number.strip() for number in lines[3].split("|")[2:-1]] == ["27", "3", "0", "0", "24"]


def test_report_omits_results_of_other_settings(tmp_path):
    write_results(tmp_path, CSAE, [{"accuracy": 0.9}], epochs=3)
    assert table_lines(TABLE, tmp_path)[2] == "| CSAE | 90.00 | - | - | | | |"


def test_results_page_equals_the_report_of_the_results(tmp_path):
    results = Path(__file__).parents[2] / "results"
    if not results.exists():
        pytest.skip("a source distribution does not include the results")
    write_report(results / "reproduction", tmp_path / "README.md")
    page, stored = (folder / "README.md" for folder in (tmp_path, results))
    assert page.read_text(encoding="utf-8") == stored.read_text(encoding="utf-8")


def test_stored_results_have_the_figure_of_every_cell():
    results = read_results(Path(__file__).parents[2] / "results/reproduction", SCALES["quick"])
    if not results:
        pytest.skip("a source distribution does not include the results")
    # Figures that some sets of images do not have.
    optional = ("tries_for_500", "latent_tries_for_500", "accepted_of", "relative_diversity_by")
    for table in list_tables():
        for cell in table.cells:
            for result in results.get(cell.training.name, []):
                if set(cell.training.measures) <= set(result["measures"]):
                    assert cell.figure in result["figures"] or cell.figure.startswith(optional)


def run(*arguments, code=0):
    """Runs the command, and checks its exit code and that errors have no traceback."""
    result = CliRunner().invoke(command, [str(argument) for argument in arguments])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


def test_command_lists_tables_and_reports_errors(tmp_path, monkeypatch):
    assert "degan-table7" in run("--list").output
    assert "Name a table" in run(code=2).output
    message = run("csae2-table33", "--results", tmp_path, code=1).output
    assert "Did you mean 'csae2-table3'" in message and not list(tmp_path.iterdir())
    monkeypatch.setenv("KERAS_REGEN_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    message = run("csae2-table4", "--results", tmp_path / "results", code=1).output
    assert "facescrub" in message


def test_command_groups_tables_that_run_in_parallel(tmp_path, monkeypatch):
    calls = []

    def record(table, scale, *, processes, **_):
        calls.append((table, scale.name, processes))
        raise FileNotFoundError("No faces.")

    monkeypatch.setattr("reproduction.running.reproduce", record)
    tables, results = ("csae2-table4", "csae2-section4.5"), ("--results", tmp_path)
    output = run(*tables, *results, "--processes", "3").output
    ((table, scale, processes),) = calls
    assert len(table.cells) == 11 and (scale, processes) == ("quick", 3)
    assert "2 tables" in output and "| MSE loss | 92.05 |" in output
    assert output.count("Skipped: No faces.") == 1
    run(*tables, *results)
    assert [table.name for table, _, _ in calls[1:]] == [*tables]


def test_module_runs_the_command_before_keras_is_imported():
    """`--backend` has an effect only if the package does not import Keras before the command."""
    code = "import sys, reproduction.__main__; sys.exit('keras' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
    listing = subprocess.run(
        [sys.executable, "-m", "reproduction", "--list"], check=True, capture_output=True, text=True
    )
    assert "csae2-table3" in listing.stdout
