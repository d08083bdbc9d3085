"""Files are complete or absent, and leftovers of killed processes are removed."""

import os
import subprocess
import sys

import pytest

from keras_regen.atomic_files import atomic_write

_KILLED_WRITER = """
import os, sys
from keras_regen.atomic_files import atomic_write
with atomic_write(sys.argv[1]) as partial:
    partial.write_text("incomplete")
    os._exit(9)
"""


def test_error_leaves_the_previous_file(tmp_path):
    file = tmp_path / "note.txt"
    file.write_text("before")
    with pytest.raises(RuntimeError), atomic_write(file) as partial:
        partial.write_text("incomplete")
        raise RuntimeError
    assert file.read_text() == "before"
    with atomic_write(file) as partial:
        assert partial.suffix == ".txt"
        partial.write_text("after")
    assert file.read_text() == "after"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.skipif(os.name != "posix", reason="other systems cannot check whether a process runs")
@pytest.mark.parametrize("name", ["note.txt", "no[te]*.txt", "note"])
def test_leftover_of_a_killed_process_is_removed(tmp_path, name):
    file = tmp_path / name
    assert subprocess.run([sys.executable, "-c", _KILLED_WRITER, str(file)]).returncode == 9
    assert len(list(tmp_path.iterdir())) == 1
    # Files of a running process, of another path, and without a process id are kept.
    others = {f".{file.stem}.{os.getppid()}.partial{file.suffix}", ".other.1.partial.txt"}
    others |= {f".{file.stem}.x.partial{file.suffix}", f".{file.stem}.5"}
    for other in others:
        (tmp_path / other).write_text("")
    with atomic_write(file) as partial:
        partial.write_text("complete")
    assert {path.name for path in tmp_path.iterdir()} == {*others, name}
