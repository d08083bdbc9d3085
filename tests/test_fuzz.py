"""Odd arguments in calls of the public functions: a result, or an error that users understand."""

import os
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import fuzz_calls

pytestmark = pytest.mark.any_backend

# A long run: FUZZ_EXAMPLES=500000 pytest tests/test_fuzz.py
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", 1000))


@pytest.fixture(scope="module")
def setting(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzz")
    previous = os.getcwd()
    os.chdir(folder)
    yield fuzz_calls.calls(folder), fuzz_calls.odd_values(folder)
    os.chdir(previous)


@pytest.mark.filterwarnings("ignore")
def test_the_calls_are_valid_before_they_are_changed(setting):
    calls, _ = setting
    for function, arguments in calls.values():
        function(**arguments)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=EXAMPLES == 1000,
    suppress_health_check=list(HealthCheck),
)
@given(st.data())
def test_odd_arguments(setting, data):
    calls, values = setting
    name = data.draw(st.sampled_from(sorted(calls)))
    function, arguments = calls[name]
    number = data.draw(st.integers(1, min(2, len(arguments))))
    changed = data.draw(st.permutations(sorted(arguments)))[:number]
    indices = st.integers(0, len(values) - 1)
    odd = {argument: values[data.draw(indices)] for argument in changed}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        fault = fuzz_calls.fault(function, arguments | odd)
    assert fault is None, f"{name}({odd}): {fault}"
