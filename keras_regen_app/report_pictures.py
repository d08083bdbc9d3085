"""The pictures of a report, embedded into its page, each with an alternative text."""

import base64
import io
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from keras_regen.plotting.style import shown_part

# A page of all pictures should open quickly, and a phone should be able to show each picture.
_LARGEST_FILE = 1_000_000
_LARGEST_SIDE = 1600
_LISTED_CLASSES = 12


class ReportPicture(NamedTuple):
    """A picture in a page.

    Args:
        name: Name of the file without its suffix.
        source: Data URI of the picture.
        alt: Description of the picture.
        width: Integer: width in pixels.
        height: Integer: height in pixels.
    """

    name: str
    source: str
    alt: str
    width: int
    height: int


def report_picture(path: Path, alt: str) -> ReportPicture:
    """Reads a picture file. A large picture is reduced, so that the page stays small.

    Args:
        path: A `.png` file.
        alt: Description of the picture.

    Examples:
        >>> import tempfile
        >>> from PIL import Image
        >>> from keras_regen_app.report_pictures import report_picture
        >>> file = Path(tempfile.mkdtemp()) / "samples.png"
        >>> Image.new("L", (4, 3)).save(file)
        >>> picture = report_picture(file, "Samples")
        >>> picture.name, picture.width, picture.source[:22]
        ('samples', 4, 'data:image/png;base64,')
    """
    content, kind = path.read_bytes(), "png"
    with Image.open(path, formats=["PNG"]) as image:
        if len(content) > _LARGEST_FILE or max(image.size) > 2 * _LARGEST_SIDE:
            image = image.convert("RGB")
            image.thumbnail((_LARGEST_SIDE, 2 * _LARGEST_SIDE))
            buffer, kind = io.BytesIO(), "webp"
            image.save(buffer, format=kind, quality=85)
            content = buffer.getvalue()
        width, height = image.size
    encoded = base64.b64encode(content).decode("ascii")
    return ReportPicture(path.stem, f"data:image/{kind};base64,{encoded}", alt, width, height)


def listed(names: Sequence[str]) -> str:
    """Returns the first names of classes as a text, and the number of all if some are left out.

    Examples:
        >>> from keras_regen_app.report_pictures import listed
        >>> listed(["cat", "dog"])
        'cat, dog'
        >>> listed([str(number) for number in range(300)])
        '0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 (first 12 of 300 classes)'
    """
    shown = ", ".join(names[:_LISTED_CLASSES])
    note = shown_part(_LISTED_CLASSES, len(names), "classes")
    return f"{shown} ({note})" if note else shown
