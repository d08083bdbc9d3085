"""Tests the tables of the papers: their cells, trainings and published numbers."""

import pytest

from keras_regen.presets import get_preset
from reproduction import SCALES, Training, get_table, list_tables
from reproduction.measures import MEASURES
from reproduction.settings import image_limits, run_settings

pytestmark = pytest.mark.any_backend


@pytest.mark.parametrize("table", list_tables(), ids=lambda table: table.name)
def test_cells_are_unique_and_match_presets_and_measures(table):
    positions = [(cell.row, cell.column) for cell in table.cells]
    assert len(set(positions)) == len(positions)
    for training in table.trainings:
        assert set(training.measures) <= set(MEASURES)
        if training.preset is not None:
            preset = get_preset(training.preset)
            assert preset.dataset == training.dataset
            assert not training.pretraining_options or preset.pretraining


def test_trainings_of_the_same_name_are_equal_in_all_tables():
    known = {}
    for table in list_tables():
        for training in table.trainings:
            first = known.setdefault(training.name, training)
            assert (first.preset, dict(first.options)) == (training.preset, dict(training.options))


@pytest.mark.parametrize(
    ("name", "row", "column", "paper"),
    [
        ("csae1-table3", "CSAE β=0.06", "with linear", 0.9797),
        ("csae1-table4", "CSAE-C", "Accuracy", 0.9184),
        ("csae2-table3", "CSAE β=0.06", "Fashion-MNIST", 0.9289),
        ("csae2-table4", "Basenet", "FaceScrub", 0.9018),
        ("regene-table1", "5 blocks, 512 dimensions, 3 per block", "Decoder MAE", 0.182),
        ("regene-table2", "class 6", "CIFAR-10 IS", 1347),
        ("regene-table2", "class 4", "Fashion-MNIST LS", 526),
        ("regene-table4", "ReGene", "Fashion-MNIST", 4.4061),
        ("regene-figure6a", "3 sources", "CIFAR-10", 0.9151),
        ("degan-table6", "digit 1", "WGAN", 2.261),
        ("degan-table7", "horse", "DE-GANs", 0.813),
    ],
)
def test_paper_numbers_equal_the_printed_numbers(name, row, column, paper):
    cells = get_table(name).cells
    (cell,) = [cell for cell in cells if (cell.row, cell.column) == (row, column)]
    assert cell.paper == paper


def test_distances_of_another_network_have_no_paper_number():
    assert all(cell.paper is None for cell in get_table("regene-table3").cells)


def test_paper_averages_equal_the_means_of_their_columns():
    cells = get_table("degan-table6").cells
    for model in {cell.column for cell in cells if "digit" in cell.row}:
        digits = [cell.paper for cell in cells if cell.column == model and "digit" in cell.row]
        (average,) = [cell.paper for cell in cells if (cell.row, cell.column) == ("average", model)]
        assert sum(digits) / 10 == pytest.approx(average, abs=0.0006)


def test_unknown_table_raises_with_a_suggestion():
    with pytest.raises(ValueError, match=r"Did you mean 'regene-table3'.*csae1-table3, csae1"):
        get_table("regene-tabel3")


@pytest.mark.parametrize(
    ("preset", "dataset", "expected"),
    [
        ("csae_mnist", "mnist", (12, 256, {"beta": 0.06})),
        ("csae_linear_mnist", "mnist", (20, 256, {"beta": 0.06})),
        ("basenet_fashion_mnist", "fashion_mnist", (12, 256, {"beta": 0.06})),
        (
            "regene_mnist",
            "mnist",
            (10, 512, {"width": 0.25, "decoder_width": 0.25, "beta": 0.06}),
        ),
        ("vae_mnist", "mnist", (25, 128, {"beta": 0.06})),
    ],
)
def test_reduced_scale_has_all_images_and_fewer_epochs(preset, dataset, expected):
    training = Training(preset, dataset, {"beta": 0.06})
    settings = run_settings(training, SCALES["reduced"])
    assert (settings["epochs"], settings["batch_size"], settings["options"]) == expected
    assert image_limits(training, SCALES["reduced"]) == {"train": None, "test": None}
    assert list(SCALES) == ["quick", "reduced", "paper"]
