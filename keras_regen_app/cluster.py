"""A Dask cluster that executes the training runs of a study in parallel."""

import contextlib
import os
import random
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import click

_VARIABLES = ("KERAS_BACKEND", "KERAS_HOME", "KERAS_REGEN_DATA_DIR")
_SECONDS_TO_CONNECT = 10

cluster_option = click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Address of a Dask scheduler, such as tcp://host:8786, whose workers execute the training "
    "runs. They need this package and the same folders, and one thread each: `dask worker ADDRESS "
    "--nthreads 1 --nworkers 2`.",
)


@contextlib.contextmanager
def joblib_cluster(address: str | None) -> Iterator[int | None]:
    """Lets `joblib.Parallel` run its calls on the workers of a Dask cluster.

    Other clusters that joblib supports, such as Ray, work in the same way: call the functions that
    take `processes` in the scope of `joblib.parallel_config`.

    Args:
        address: Address of the scheduler; `None` for no cluster.

    Yields:
        The number of workers; `None` without a cluster.

    Raises:
        ConnectionError: If no scheduler answers, or it has no worker.
        FileNotFoundError: If a worker lacks the current folder.
        ImportError: If Dask is not installed.
        ValueError: If a worker has several threads, or uses another backend already.

    Examples:
        >>> from keras_regen_app.cluster import joblib_cluster
        >>> with joblib_cluster(None) as workers:
        ...     print(workers)
        None
    """
    if address is None:
        yield None
        return
    try:
        import joblib
        from distributed import Client
    except ImportError:
        raise ImportError('`cluster` needs Dask: pip install "keras_regen[cluster]".') from None
    try:
        client = Client(address, timeout=_SECONDS_TO_CONNECT)
    except (OSError, ValueError) as error:
        raise ConnectionError(
            f"No Dask scheduler answers at `cluster` {address!r}: {error} Start it with `dask "
            "scheduler`, and workers with `dask worker ADDRESS --nthreads 1`."
        ) from error
    with client:
        threads = client.nthreads()
        if not threads:
            raise ConnectionError(
                f"The Dask scheduler at `cluster` {address!r} has no workers: start some with "
                f"`dask worker {address} --nthreads 1`."
            )
        # The random state and the precision of Keras belong to a process, not to a thread.
        if max(threads.values()) > 1:
            raise ValueError(
                f"The workers of `cluster` must have one thread each. Received: {threads}. Start "
                "them with `--nthreads 1`."
            )
        environment = {name: os.environ[name] for name in _VARIABLES if name in os.environ}
        if "KERAS_REGEN_DATA_DIR" in environment:
            folder = Path(environment["KERAS_REGEN_DATA_DIR"])
            environment["KERAS_REGEN_DATA_DIR"] = str(folder.absolute())
        backends = client.run(_prepare_worker, environment, os.getcwd())
        backend = environment.get("KERAS_BACKEND")
        others = {worker: name for worker, name in backends.items() if name not in (None, backend)}
        if others:
            raise ValueError(
                f"The workers of `cluster` must use the backend {backend!r}. Received: {others}. "
                "Restart these workers."
            )
        with joblib.parallel_config("dask", n_jobs=len(threads)):
            yield len(threads)


def _prepare_worker(environment: dict[str, str], folder: str) -> str | None:
    """Sets the environment of a worker, and returns the backend of Keras if it is imported."""
    os.environ.update(environment)
    # For relative paths, and for the package `reproduction`, which is not installed.
    os.chdir(folder)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    _separate_random_states()
    keras = sys.modules.get("keras")
    return None if keras is None else keras.backend.backend()


def _separate_random_states() -> None:
    """Gives each thread its own state of the module `random`.

    Keras takes the seeds of weights from this module. The threads of Dask call it too, at times
    that vary, so that a training run with a seed would have other weights each time.
    """
    if hasattr(random, "_by_thread"):
        return
    by_thread = random._by_thread = _ThreadRandom()

    def method(name):
        return lambda *args, **options: getattr(by_thread.random, name)(*args, **options)

    for name in random.__all__:
        if not isinstance(getattr(random, name), type):
            setattr(random, name, method(name))


class _ThreadRandom(threading.local):
    """A generator of random numbers for each thread."""

    def __init__(self):
        self.random = random.Random()
