"""Files are whole or not there."""

import pytest

from keras_regen.writing import replace_when_whole


def test_an_error_leaves_what_was_there(tmp_path):
    file = tmp_path / "note.txt"
    file.write_text("before")
    with pytest.raises(RuntimeError), replace_when_whole(file) as partial:
        partial.write_text("half")
        raise RuntimeError
    assert file.read_text() == "before"
    with replace_when_whole(file) as partial:
        assert partial.suffix == ".txt"
        partial.write_text("after")
    assert file.read_text() == "after"
    assert list(tmp_path.iterdir()) == [file]
