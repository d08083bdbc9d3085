"""The command line, in this process; and pictures for it."""

import json

from click.testing import CliRunner
from PIL import Image

from keras_regen.datasets import load
from keras_regen_app.main import main


def run(*arguments, code=0):
    """Runs a command, checks its exit code, and that no error is shown as a traceback."""
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


def figures(*arguments):
    """The JSON that a command prints."""
    return json.loads(run(*arguments, "--json").stdout)


def picture_folder(folder, names):
    """Digits of 16x16 pixels in color, in `train` and `test`, in folders with these names."""
    digits = load("digits")
    for part, images, labels in (
        ("train", digits.x_train, digits.y_train),
        ("test", digits.x_test, digits.y_test),
    ):
        for label, name in names.items():
            (folder / part / name).mkdir(parents=True)
            for index, image in enumerate(images[labels == label][:20]):
                large = image[..., 0].repeat(2, axis=0).repeat(2, axis=1)
                Image.fromarray(large).convert("RGB").save(folder / part / name / f"{index}.png")
    return folder
