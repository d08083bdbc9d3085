"""Files are complete or absent, and leftovers of killed processes are removed."""

import errno
import os

import pytest

from keras_regen.atomic_files import atomic_folder, atomic_write

pytestmark = pytest.mark.any_backend


def start_and_end(write, path, name=""):
    """Ends a process while it writes a file or a folder."""
    process = os.fork()
    if process == 0:
        try:
            with write(path) as partial:
                (partial / name).write_text("incomplete")
                os._exit(9)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 9


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
    start_and_end(atomic_write, file)
    assert len(list(tmp_path.iterdir())) == 1
    # Files of a running process, of another path, and without a process id are kept.
    others = {f".{file.stem}.{os.getppid()}.partial{file.suffix}", ".other.1.partial.txt"}
    others |= {f".{file.stem}.x.partial{file.suffix}", f".{file.stem}.5"}
    for other in others:
        (tmp_path / other).write_text("")
    with atomic_write(file) as partial:
        partial.write_text("complete")
    assert {path.name for path in tmp_path.iterdir()} == {*others, name}


def test_a_folder_is_written_completely_or_not_at_all(tmp_path):
    folder = tmp_path / "pictures"
    with pytest.raises(RuntimeError), atomic_folder(folder) as partial:
        (partial / "cat").mkdir()
        (partial / "cat/1.png").write_text("1")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
    for name in ("1", "2"):
        with atomic_folder(folder) as partial:
            (partial / "cat").mkdir()
            (partial / f"cat/{name}.png").write_text(name)
    assert sorted(file.name for file in (folder / "cat").iterdir()) == ["1.png", "2.png"]
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.skipif(os.name != "posix", reason="other systems cannot check whether a process runs")
def test_leftover_folder_of_a_killed_process_is_removed(tmp_path):
    folder = tmp_path / "pictures"
    start_and_end(atomic_folder, folder, "x")
    assert len(list(tmp_path.iterdir())) == 1
    with atomic_folder(folder) as partial:
        (partial / "new").write_text("complete")
    assert list(tmp_path.rglob("*")) == [folder, folder / "new"]


@pytest.mark.parametrize("write", [atomic_write, atomic_folder])
def test_leftover_of_a_killed_process_with_the_same_id_is_removed(tmp_path, write, monkeypatch):
    # In a container, the process that is killed and its successor both have the id 1.
    monkeypatch.setattr(os, "getpid", lambda: 1)
    path = tmp_path / "note.d"
    name = "x" if write is atomic_folder else ""
    start_and_end(write, path, name)
    (leftover,) = tmp_path.iterdir()
    with write(path) as partial:
        assert partial == leftover and not (partial / "x").exists()
        (partial / ("new" if name else "")).write_text("complete")
    assert list(tmp_path.iterdir()) == [path]
    assert (path / "new" if name else path).read_text() == "complete"


@pytest.mark.parametrize("write", [atomic_write, atomic_folder])
def test_a_full_disk_is_described(tmp_path, write):
    path = tmp_path / "result"
    message = r"result' was not written.*Free some space"
    with pytest.raises(OSError, match=message) as raised, write(path):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert raised.value.errno == errno.ENOSPC
    assert list(tmp_path.iterdir()) == []
