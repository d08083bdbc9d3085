"""The environment of the processes that run the code of pages."""

import os
from pathlib import Path

ROOT = Path(__file__).parent.parent


def environment():
    """Returns the variables of a process that imports the package of this clone."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
