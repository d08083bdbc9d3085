"""The kind of device, against the device of a tensor."""

import pytest
from keras import ops

from keras_regen.devices import runs_on_cpu

pytestmark = pytest.mark.eager


def test_the_device_of_a_tensor_tells_whether_the_backend_runs_on_a_cpu():
    assert runs_on_cpu() == ("cpu" in str(ops.ones(1).device).lower())
