"""Studies on a local Dask cluster: the workers are processes of their own."""

import json

import pytest

from keras_regen.datasets import load
from keras_regen_app.augmentation_study import StudySettings, run_study
from keras_regen_app.cluster import joblib_cluster
from reproduction import Cell, Scale, Table, Training
from reproduction.running import reproduce, result_path
from tests.app.helpers import run

pytestmark = pytest.mark.any_backend


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as cluster:
        yield cluster.scheduler_address


def test_the_draws_of_a_study_run_on_the_workers(cluster):
    data = load("digits")
    settings = StudySettings.for_data(data, steps=2, generator_steps=2, stem_filters=2)
    arguments = data, [2], 3, settings
    with joblib_cluster(cluster) as workers:
        assert workers == 2
        parallel = list(run_study(*arguments, workers))
    assert [row[:2] for row in parallel] == [(2, 0), (2, 1), (2, 2)]
    for here, there in zip(run_study(*arguments), parallel, strict=True):
        assert there == here


def test_three_training_runs_of_a_table(cluster, tmp_path):
    small = {"network": "linear", "hidden": 16, "latent_dim": 12}
    scale = Scale("quick", "tiny", 200, 50, 1, (0,), 2, 1, 1, options={"CSAE": small})
    trainings = [Training("csae_digits", "digits", {"beta": beta}) for beta in (0.1, 0.2, 0.3)]
    table = Table("test", "A table", tuple(Cell("a", "b", run, "accuracy") for run in trainings))
    results = {}
    for name, address in (("cluster", cluster), ("here", None)):
        folder = tmp_path / name
        with joblib_cluster(address) as workers:
            reproduce(
                table,
                scale,
                runs_folder=folder / "runs",
                results_folder=folder,
                processes=workers or 1,
            )
        results[name] = [
            json.loads(result_path(folder, scale, training, 0).read_text())["figures"]
            for training in trainings
        ]
    # Equal to the bit, although the workers train in threads and at other times.
    assert results["cluster"] == results["here"]


def test_a_cluster_that_is_not_there():
    output = run(
        "augment", "--study", "--dataset", "digits", "--cluster", "tcp://127.0.0.1:9", code=1
    ).output
    assert "No Dask scheduler answers at `--cluster` 'tcp://127.0.0.1:9'" in output


def test_workers_have_one_thread_each():
    distributed = pytest.importorskip("distributed")
    options = {"threads_per_worker": 2, "processes": False, "dashboard_address": None}
    with (
        distributed.LocalCluster(n_workers=1, **options) as threads,
        pytest.raises(ValueError, match="one thread each"),
        joblib_cluster(threads.scheduler_address),
    ):
        pass


def test_a_cluster_needs_workers():
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=None) as empty,
        pytest.raises(ConnectionError, match="has no workers"),
        joblib_cluster(empty.scheduler_address),
    ):
        pass
