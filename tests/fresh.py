"""Code that runs in another process, which has none of what the test has: only what it reads."""

import os
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import keras
from filelock import FileLock

# To import Keras and its backend takes longer than what the tests ask for, so the process stays and
# serves all processes of the tests. It ends with the first of them, whose number it is given.
_SERVE = """
import os, shutil, sys, time, traceback
from pathlib import Path
import keras, numpy, keras_regen

place, first = Path(sys.argv[1]), int(sys.argv[2])
try:
    while True:
        for request in sorted(place.glob("*.py")):
            try:
                exec(request.read_text(), {})
                error = ""
            except BaseException:
                error = traceback.format_exc()
            request.unlink()
            request.with_suffix(".writing").write_text(error)
            request.with_suffix(".writing").rename(request.with_suffix(".done"))
        os.kill(first, 0)
        time.sleep(0.02)
except ProcessLookupError:
    pass
finally:
    shutil.rmtree(place)
"""
_PATIENCE = 300  # seconds


def run_fresh(code: str, folder: os.PathLike, backend: str | None = None) -> None:
    """Runs code in another process, and waits for its end.

    Args:
        code: What to run; `folder` is a string there.
        folder: Where the code finds what it reads, and writes what it finds.
        backend: Backend of the process. Defaults to that of the tests.

    Raises:
        AssertionError: If the code fails; the message has its traceback.
    """
    place = _server(backend or keras.backend.backend())
    request = place / f"{uuid.uuid4().hex}.writing"
    request.write_text(f"folder = {str(folder)!r}\n{code}")
    request.rename(request.with_suffix(".py"))
    answer, end = request.with_suffix(".done"), time.monotonic() + _PATIENCE
    while not answer.exists():
        assert time.monotonic() < end, f"No answer within {_PATIENCE} s. {_log(place)}"
        time.sleep(0.02)
    assert not answer.read_text(), answer.read_text()


def _server(backend):
    """The folder that a process with the backend takes its requests from."""
    alone = "PYTEST_XDIST_WORKER" not in os.environ
    first = os.getpid() if alone else os.getppid()
    session = os.environ.get("PYTEST_XDIST_TESTRUNUID", first)
    place = Path(tempfile.gettempdir(), f"keras_regen-tests-{session}-{backend}")
    place.mkdir(parents=True, exist_ok=True)
    with FileLock(place / "lock"):
        if not (place / "started").exists():
            subprocess.Popen(
                [sys.executable, "-c", _SERVE, str(place), str(first)],
                cwd=Path(__file__).parents[1],
                env={**os.environ, "KERAS_BACKEND": backend},
                stdout=subprocess.DEVNULL,
                stderr=(place / "log").open("w"),
            )
            (place / "started").touch()
    return place


def _log(place):
    return (place / "log").read_text()[-2000:]
