"""Damaged files of every kind: data, or an error that describes the file."""

import pytest

from tests import mutated_files


@pytest.mark.any_backend
@pytest.mark.filterwarnings("ignore")
def test_damaged_files(tmp_path):
    assert mutated_files.faults(tmp_path, count=300, seed=0) == {}
