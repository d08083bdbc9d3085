"""`parallel_map`: threads, order and errors."""

import threading

import pytest

from keras_regen.datasets.parallel_map import parallel_map

pytestmark = pytest.mark.any_backend


@pytest.mark.parametrize("num_items", [4, 30, 128])
def test_all_threads_are_used(num_items):
    barrier = threading.Barrier(4)
    thread = threading.local()

    def wait_once_per_thread(index):
        if not hasattr(thread, "waited"):
            thread.waited = barrier.wait(timeout=20)  # fails unless four threads arrive
        return index

    assert parallel_map(wait_once_per_thread, range(num_items), 4) == list(range(num_items))


def test_results_keep_the_order():
    assert parallel_map(lambda x: x * x, iter(range(1000))) == [x * x for x in range(1000)]


def test_errors_are_raised():
    with pytest.raises(ZeroDivisionError):
        parallel_map(lambda x: 1 // x, range(100))
