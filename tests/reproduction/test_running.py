"""reproduce: what it writes, what it does not do twice, and the report."""

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from keras_regen.datasets import load
from keras_regen.presets import get_preset
from keras_regen_app.runs import SETTINGS
from reproduction import (
    SCALES,
    Cell,
    Scale,
    Table,
    Training,
    list_tables,
    reproduce,
)
from reproduction.report import read_results, table_lines, values_of, write_report
from reproduction.running import result_path
from reproduction.settings import settings_of
from tests.app.helpers import run
from tests.test_runs import Interrupt

pytestmark = pytest.mark.any_backend

SMALL = {"network": "linear", "hidden": 16, "latent_dim": 12}
TINY = Scale("quick", "tiny", 200, 50, 2, (0,), 2, 1, 1, options={"CSAE": SMALL})
CSAE = Training("csae_digits", "digits", {"beta": 0.1}, measures=("metrics", "distances"))
TABLE = Table(
    "mine",
    "A table",
    (
        Cell("CSAE", "Accuracy", CSAE, "accuracy", 0.9, percent=True),
        Cell("least", "Distance", CSAE, "least_distance", 1.0),
        Cell("not made", "Accuracy", None, note="not to be had"),
    ),
)


def places(folder):
    """Where `reproduce` has its runs and results, in a folder."""
    return {"runs_folder": folder / "runs", "results_folder": folder / "results"}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    told = []
    reproduce(TABLE, TINY, **places(folder), tell=told.append)
    return folder, told


def test_a_file_for_each_run(made):
    folder, told = made
    found = json.loads(result_path(folder / "results", TINY, CSAE, 0).read_text())
    place = folder / "runs/quick/csae_digits-beta=0.1-seed0"
    metrics = json.loads((place / "metrics.json").read_text())
    assert found["figures"]["accuracy"] == metrics["accuracy"]
    assert found["options"] == {"beta": 0.1, **SMALL}
    assert (found["train_images"], found["test_images"], found["epochs"]) == (200, 50, 2)
    # The scale has no batch of its own, so it is the recipe's.
    assert found["batch_size"] == get_preset("csae_digits").batch_size
    assert found["seconds"] > 0 and found["backend"] and found["device"]
    assert len(told) == 2 and "begun" in told[0]
    part, whole = load(folder / "runs/quick/data/digits-200-50.npz"), load("digits")
    assert part.class_names == whole.class_names
    rows = {image.tobytes() for image in whole.x_train}
    assert len(part.x_train) == 200 and all(image.tobytes() in rows for image in part.x_train)


def test_what_was_made_otherwise_is_made_again(made, tmp_path, monkeypatch):
    folder, _ = made
    options = places(tmp_path)
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


def test_a_dataset_that_is_not_here_leaves_the_others(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_REGEN_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("keras_regen_app.runs.plot_run", lambda *arguments: None)
    faces = Training("csae_facescrub", "facescrub")
    table = Table("mine", "A table", (Cell("a", "b", faces, "x"), Cell("c", "d", CSAE, "accuracy")))
    told = []
    with pytest.raises(FileNotFoundError, match="Put them in a folder of class folders"):
        reproduce(table, TINY, **places(tmp_path), tell=told.append)
    assert result_path(tmp_path / "results", TINY, CSAE, 0).exists()
    assert any("left out. The images of 'facescrub'" in line for line in told)


def test_a_model_of_one_class_is_measured_by_the_judge_of_all(tmp_path):
    vae = Training("vae_degan_digits", "digits", measures=("one_class",), class_name="4")
    table = Table("mine", "A table", (Cell("a", "b", vae, "share_of_the_class"),))
    scale = dataclasses.replace(TINY, epochs=1, class_images=100, options={"degan": {"width": 0.1}})
    reproduce(table, scale, **places(tmp_path))
    found = json.loads(result_path(tmp_path / "results", scale, vae, 0).read_text())
    assert 0 <= found["figures"]["share_of_the_class"] <= 1
    assert found["judge"]["name"] == "basenet"
    part = load(tmp_path / "runs/quick/data/digits-100-100-4.npz")
    assert set(part.y_train) == set(part.y_test) == {4}
    assert found["train_images"] == len(part.x_train) == 100 and 20 < len(part.x_test) < 50


def test_side_by_side_is_as_one_after_the_other(made, tmp_path):
    folder, _ = made
    faces = Training("csae_facescrub", "facescrub")
    judged = Training("vae_degan_digits", "digits", measures=("one_class",), class_name="4")
    scale = dataclasses.replace(
        TINY, class_images=100, options={"CSAE": SMALL, "degan": {"width": 0.1}}
    )
    cells = (Cell("a", "b", faces, "x"), Cell("c", "d", judged, "share_of_the_class"))
    table = dataclasses.replace(TABLE, cells=TABLE.cells + cells)
    told = []
    with pytest.raises(FileNotFoundError, match="facescrub"):
        reproduce(table, scale, **places(tmp_path), processes=2, tell=told.append)
    found, alone = (
        json.loads(result_path(place / "results", TINY, CSAE, 0).read_text())
        for place in (tmp_path, folder)
    )
    assert found["figures"] == alone["figures"]
    assert (found["processes"], alone["processes"]) == (2, 1)
    assert result_path(tmp_path / "results", TINY, judged, 0).exists()
    assert len(list((tmp_path / "runs/quick/judges").iterdir())) == 1
    assert len(told) == 3 and any("left out" in line for line in told)


def test_a_training_of_several_cells_has_the_measures_of_all():
    more = dataclasses.replace(CSAE, measures=("distances", "scores"))
    cells = (*TABLE.cells, Cell("FID", "b", more, "frechet_original_generated"))
    (training,) = dataclasses.replace(TABLE, cells=cells).trainings
    assert training.measures == ("metrics", "distances", "scores")


def test_nothing_is_made_twice(made, monkeypatch):
    folder, _ = made
    monkeypatch.setattr("keras_regen_app.runs.train_run", lambda *_, **__: pytest.fail("trained"))
    told = []
    options = places(folder)
    reproduce(TABLE, TINY, tell=told.append, **options)
    assert told == [f"{CSAE.name}, seed 0: measured"]
    # A measure that another table asks for is taken of the run that is there.
    result_path(folder / "results", TINY, CSAE, 0).unlink()
    reproduce(TABLE, TINY, **options)
    assert result_path(folder / "results", TINY, CSAE, 0).exists()


def test_an_interrupted_training_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr("keras_regen_app.runs.plot_run", lambda *arguments: None)
    scale = Scale("quick", "tiny", 200, 50, 3, (0,), 2, 1, 1, options={"CSAE": SMALL})
    table = Table("mine", "A table", (Cell("a", "b", CSAE, "accuracy"),))
    options = places(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        reproduce(table, scale, callbacks=[Interrupt(1)], **options)
    assert not result_path(tmp_path / "results", scale, CSAE, 0).exists()
    (place,) = (tmp_path / "runs/quick").glob("csae*")
    assert (place / SETTINGS).exists() and not (place / "metrics.json").exists()
    monkeypatch.setattr(
        "keras_regen_app.runs.train_run", lambda *_, **__: pytest.fail("begun again")
    )
    reproduce(table, scale, **options)
    assert result_path(tmp_path / "results", scale, CSAE, 0).exists()


def write_results(folder, training, figures, **about):
    """Results of the quick scale, one for each seed, as `reproduce` writes them."""
    for seed, values in enumerate(figures):
        path = result_path(folder, SCALES["quick"], training, seed)
        path.parent.mkdir(exist_ok=True)
        result = {
            **settings_of(training, SCALES["quick"], seed),
            "training": training.name,
            "figures": values,
            "train_images": 9,
            "backend": "jax",
            "device": "d",
            "seconds": 1.5,
            "processes": 3,
        }
        path.write_text(json.dumps(result | about))


def test_the_report_has_means_and_blanks(tmp_path):
    numbers = ((0.8, 500), (0.9, 640), (0.85, 510))
    figures = [{"accuracy": accuracy, "least_distance": far} for accuracy, far in numbers]
    write_results(tmp_path, CSAE, figures)
    lines = table_lines(TABLE, tmp_path)
    spread = np.std([80, 90, 85], ddof=1)
    how = "quick: seeds 0, 1, 2, 5 epochs of 9 images, jax, d, 4 s, one of 3 at a time"
    assert lines[2] == f"| CSAE | Accuracy | 90.00 % | 85.00 ± {spread:.2g} % | - | {how} |"
    spread = np.std([500, 640, 510], ddof=1)
    assert lines[3] == f"| least | Distance | 1.0000 | 550.0 ± {spread:.1f} | - | {how} |"
    assert lines[4] == "| not made | Accuracy | - | - | - | not to be had |"
    assert values_of(TABLE.cells[2], {}, SCALES["quick"]) == []
    write_report(tmp_path, tmp_path / "README.md")
    text = (tmp_path / "README.md").read_text()
    assert "reproduce degan-figure6" in text and "not the paper's setting" in text


def test_what_was_made_otherwise_is_not_in_the_report(tmp_path):
    write_results(tmp_path, CSAE, [{"accuracy": 0.9}], epochs=3)
    assert table_lines(TABLE, tmp_path)[2] == "| CSAE | Accuracy | 90.00 % | - | - | - |"


def test_the_page_of_results_is_of_the_results(tmp_path):
    results = Path(__file__).parents[2] / "results"
    if not results.exists():
        pytest.skip("the results are not in a source distribution")
    write_report(results / "reproduction", tmp_path / "README.md")
    assert (tmp_path / "README.md").read_text() == (results / "README.md").read_text()


def test_every_cell_has_a_figure_of_its_measures():
    """Of the results that there are; a figure that some images only have may be missing."""
    known = read_results(Path(__file__).parents[2] / "results/reproduction", SCALES["quick"])
    if not known:
        pytest.skip("the results are not in a source distribution")
    at_times = ("tries_for_500", "latent_tries_for_500", "accepted_of", "relative_diversity_by")
    for table in list_tables():
        for cell in table.cells:
            for result in known.get(cell.training.name, []):
                if set(cell.training.measures) <= set(result["measures"]):
                    assert cell.figure in result["figures"] or cell.figure.startswith(at_times)


def test_the_command(tmp_path, monkeypatch):
    assert "degan-table7" in run("reproduce", "--list").output
    assert "Which table?" in run("reproduce", code=2).output
    message = run("reproduce", "csae2-table33", "--results", tmp_path, code=1).output
    assert "Did you mean 'csae2-table3'" in message and not list(tmp_path.iterdir())
    monkeypatch.setenv("KERAS_REGEN_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    message = run("reproduce", "csae2-table4", "--results", tmp_path / "results", code=1).output
    assert "facescrub" in message


def test_the_command_makes_several_tables_as_one(tmp_path, monkeypatch):
    asked = []

    def record(table, scale, *, processes, **_):
        asked.append((table, scale.name, processes))
        raise FileNotFoundError("No faces.")

    monkeypatch.setattr("reproduction.reproduce", record)
    tables, results = ("csae2-table4", "csae2-section4.5"), ("--results", tmp_path)
    output = run("reproduce", *tables, *results, "--processes", "3").output
    ((table, scale, processes),) = asked
    assert len(table.cells) == 11 and (scale, processes) == ("quick", 3)
    assert "2 tables" in output and "| MSE loss | FaceScrub |" in output
    assert output.count("Left out: No faces.") == 1
    run("reproduce", *tables, *results)
    assert [one.name for one, _, _ in asked[1:]] == [*tables]
