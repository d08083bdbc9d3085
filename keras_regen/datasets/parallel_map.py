"""Applies a function to many items in threads."""

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from operator import length_hint
from typing import TypeVar

NUM_THREADS = 4
_CHUNK_SIZE = 64

Item = TypeVar("Item")
Result = TypeVar("Result")


def parallel_map(
    function: Callable[[Item], Result], items: Iterable[Item], num_threads: int = NUM_THREADS
) -> list[Result]:
    """Applies `function` to all items in threads.

    Args:
        function: Function of a single item.
        items: The items, such as file names.
        num_threads: Number of threads, at least 1.

    Returns:
        The results in the order of the items.

    Examples:
        >>> parallel_map(abs, [-2, 3, -5])
        [2, 3, 5]
    """

    def run(chunk: list[Item]) -> list[Result]:
        return [function(item) for item in chunk]

    # A task holds several items, because switching threads costs more than decoding a small
    # image. A small batch is divided evenly, so that every thread has work.
    items_per_thread = -(-length_hint(items, _CHUNK_SIZE * num_threads) // num_threads)
    chunk_size = max(1, min(_CHUNK_SIZE, items_per_thread))
    iterator = iter(items)
    pool = ThreadPoolExecutor(num_threads)
    try:
        results, futures = [], deque()
        while chunk := list(islice(iterator, chunk_size)):
            futures.append(pool.submit(run, chunk))
            # Items that are read faster than they are processed would fill the memory.
            if len(futures) > 4 * num_threads:
                results += futures.popleft().result()
        for future in futures:
            results += future.result()
        return results
    finally:
        pool.shutdown(cancel_futures=True)  # so that Ctrl-C does not wait for thousands of files
