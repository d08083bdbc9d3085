"""The hash by which the hooks know that a page must be made again."""

import hashlib
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "keras_regen"


def code_hash(*files):
    """Returns a hash of files and of the package."""
    paths = [*files, *sorted(PACKAGE.rglob("*.py"))]
    content = b"".join(path.read_bytes() for path in paths)
    return hashlib.sha256(content).hexdigest()[:16]
