"""Runs code in a process that has imported only Keras, NumPy and keras_regen."""

import os
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import keras
from filelock import FileLock

# A server process for each backend: importing Keras takes longer than all the code of a test, and
# a new process for each of the ten test modules would import it ten times. The server ends with the
# first process of the tests, whose number it gets.
_SERVE = """
import os, shutil, sys, time, traceback
from pathlib import Path
import keras, numpy, keras_regen

folder, tests_pid = Path(sys.argv[1]), int(sys.argv[2])
try:
    while True:
        for request in sorted(folder.glob("*.py")):
            try:
                exec(request.read_text(), {})
                error = ""
            except BaseException:
                error = traceback.format_exc()
            request.unlink()
            request.with_suffix(".writing").write_text(error)
            request.with_suffix(".writing").rename(request.with_suffix(".done"))
        os.kill(tests_pid, 0)
        time.sleep(0.02)
except ProcessLookupError:
    pass
finally:
    shutil.rmtree(folder)
"""
_TIMEOUT = 300  # seconds


def run_fresh(code: str, folder: os.PathLike, backend: str | None = None) -> None:
    """Runs code in another process, and waits for its end.

    Args:
        code: The code. Its variable `folder` is the folder as a string.
        folder: Folder with the files that the code reads and writes.
        backend: Backend of the process. Defaults to the backend of the tests.

    Raises:
        AssertionError: If the code fails; the message has its traceback.
    """
    server = _server(backend or keras.backend.backend())
    request = server / f"{uuid.uuid4().hex}.writing"
    request.write_text(f"folder = {str(folder)!r}\n{code}")
    request.rename(request.with_suffix(".py"))
    answer, end = request.with_suffix(".done"), time.monotonic() + _TIMEOUT
    while not answer.exists():
        assert time.monotonic() < end, f"No answer within {_TIMEOUT} s. {_log(server)}"
        time.sleep(0.02)
    assert not answer.read_text(), answer.read_text()


def _server(backend):
    """Returns the folder of the server with a backend, which is started if necessary."""
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    tests_pid = os.getppid() if is_worker else os.getpid()
    session = os.environ.get("PYTEST_XDIST_TESTRUNUID", tests_pid)
    folder = Path(tempfile.gettempdir(), f"keras_regen-tests-{session}-{backend}")
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "lock"):
        if not (folder / "started").exists():
            subprocess.Popen(
                [sys.executable, "-c", _SERVE, str(folder), str(tests_pid)],
                cwd=Path(__file__).parents[1],
                env={**os.environ, "KERAS_BACKEND": backend},
                stdout=subprocess.DEVNULL,
                stderr=(folder / "log").open("w"),
            )
            (folder / "started").touch()
    return folder


def _log(folder):
    return (folder / "log").read_text()[-2000:]
