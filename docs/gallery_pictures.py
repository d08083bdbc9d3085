"""Hook of mkdocs that runs the code of the gallery and puts the pictures below it.

The blocks of `gallery.md` run one after the other, as in a notebook. A comment such as
`<!-- picture: Generated digits -->` in front of a block is the alternative text of the figure that
is the value of its last line. The pictures are kept in `.cache` until the code changes.

The code runs in a process of its own, `python docs/gallery_pictures.py FOLDER`, while the other
hooks work.
"""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File

# The folder of a hook is on the path while it is loaded.
from child_process import ROOT, environment
from code_hash import code_hash

PAGE = ROOT / "docs/gallery.md"
BLOCK = re.compile(
    r"(?:<!-- picture: (?P<alt>.+?) -->\n\n?)?```python\n(?P<code>.*?)```\n",
    re.DOTALL,
)


def on_config(config):
    """Starts the process, unless the pictures are there."""
    folder = picture_folder()
    if all((folder / name).exists() for name in picture_names()):
        return
    command = [sys.executable, __file__, folder]
    config.extra["gallery"] = subprocess.Popen(command, env=environment())


def on_files(files, config):
    """Waits for the process, and adds the pictures to the site."""
    process = config.extra.pop("gallery", None)
    if process is not None and process.wait():
        raise PluginError("The code of gallery.md failed, see above.")
    folder = picture_folder()
    for name in picture_names():
        content = (folder / name).read_bytes()
        files.append(
            File.generated(
                config, f"images/gallery/{name}", content=content
            )
        )
    return files


def on_page_markdown(markdown, page, config, files):
    if page.file.src_uri != "gallery.md":
        return markdown
    numbers = iter(range(len(blocks())))

    def with_picture(match):
        index = next(numbers)
        code = f"```python\n{match['code']}```\n"
        if not match["alt"]:
            return code
        return f"![{match['alt']}](images/gallery/{index}.png)\n\n{code}"

    return BLOCK.sub(with_picture, markdown)


def picture_folder():
    """Returns the folder of the pictures of the present code."""
    return ROOT / ".cache/gallery" / code_hash(PAGE, Path(__file__))


def picture_names():
    """Returns the names of the files of the pictures."""
    return [
        f"{index}.png"
        for index, block in enumerate(blocks())
        if block["alt"]
    ]


def blocks():
    """Returns the blocks of code of the page, and the alternative text of their pictures."""
    return [match.groupdict() for match in BLOCK.finditer(PAGE.read_text())]


def run(folder):
    """Runs the blocks of code, and writes the pictures to a folder."""
    from keras_regen_app.options import choose_backend

    choose_backend(os.environ.get("KERAS_BACKEND"))
    from matplotlib.figure import Figure

    folder.mkdir(parents=True, exist_ok=True)
    names = {}
    for index, block in enumerate(blocks()):
        *statements, last = ast.parse(block["code"]).body
        exec(compile(ast.Module(statements, []), str(PAGE), "exec"), names)
        if not block["alt"]:
            exec(compile(ast.Module([last], []), str(PAGE), "exec"), names)
            continue
        value = eval(
            compile(ast.Expression(last.value), str(PAGE), "eval"), names
        )
        if not isinstance(value, Figure):
            raise TypeError(
                f"The last line of a block with a picture is no figure: {block['code']}"
            )
        value.savefig(folder / f"{index}.png", dpi=value.dpi)


if __name__ == "__main__":
    run(Path(sys.argv[1]))
