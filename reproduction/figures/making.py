"""Makes figures of the papers, and writes their pictures and a file of their captions."""

import io
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib.figure
import numpy as np
from PIL import Image

from keras_regen.atomic_files import atomic_write, write_json
from keras_regen.callbacks import NonFiniteLossError
from reproduction.figures.captions import CAPTIONS, read_captions
from reproduction.figures.paper_figure import PaperFigure
from reproduction.figures.pictures import BlankPictureError
from reproduction.figures.registry import list_figures
from reproduction.figures.sources import Sources

# Numbers of colors in the files, and the largest difference of the channels of a gray pixel.
_COLORS, _GRAYS, _GRAY = 256, 24, 40


def make_figures(
    figures: Sequence[PaperFigure],
    sources: Sources,
    folder: str | os.PathLike,
    *,
    log: Callable[[str], None] = lambda line: None,
) -> list[str]:
    """Makes figures: writes a PNG file for each panel, and updates the file of the captions.

    A figure is written completely or not at all. A missing dataset does not stop the other figures.
    Panels of blank images are left out, and if `sources` does not train, also panels whose models
    are not at hand. The captions name them with the reason.

    Args:
        figures: The figures.
        sources: The results and the trained models.
        folder: Folder of the pictures and of `figures.json`.
        log: Function that is called with a line of text after each figure.

    Returns:
        The names of the figures that could not be made, each with the reason.

    Examples:
        >>> import os, tempfile
        >>> from reproduction import SCALES
        >>> from reproduction.figures.making import make_figures
        >>> from reproduction.figures.registry import get_figure
        >>> from reproduction.figures.sources import Sources
        >>> folder = tempfile.mkdtemp()
        >>> make_figures([get_figure("csae1-figure11")], Sources(SCALES["quick"]), folder)
        []
        >>> os.listdir(folder)
        ['figures.json']
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    failed = []
    for figure in figures:
        try:
            panels, pictures, left_out = _panels(figure, sources)
        except (FileNotFoundError, NonFiniteLossError) as error:
            failed.append(f"{figure.name}: {error}")
            log(f"{figure.name}: skipped. {error}")
            continue
        for name, picture in pictures.items():
            with atomic_write(folder / name) as partial:
                partial.write_bytes(picture)
        captions = read_captions(folder)
        for panel in captions.get(figure.name, {"panels": []})["panels"]:
            if panel["file"] not in pictures:
                (folder / panel["file"]).unlink(missing_ok=True)
        captions[figure.name] = {
            "paper": figure.paper,
            "number": figure.number,
            "title": figure.title,
            "caption": figure.caption,
            "missing": " ".join(filter(None, [figure.missing, left_out])),
            "panels": panels,
        }
        # In the order of the papers, whatever the order of the calls.
        order = [known.name for known in list_figures() if known.name in captions]
        write_json(folder / CAPTIONS, {name: captions[name] for name in order})
        log(f"{figure.name}: {len(panels)} picture{'' if len(panels) == 1 else 's'}")
    return failed


def _panels(figure, sources):
    """Returns captions, the contents of the files by name, and a text on panels left out."""
    panels, pictures, left_out = [], {}, []
    for index, panel in enumerate(figure.panels, 1):
        sources.used.clear()
        try:
            picture, numbers = panel.make(sources)
        except FileNotFoundError:
            if sources.train:
                raise
            left_out.append((panel, "no trained model is at hand"))
            continue
        except BlankPictureError as error:
            left_out.append((panel, str(error)))
            continue
        suffix = f"-{index}" if len(figure.panels) > 1 else ""
        name = f"{figure.name}{suffix}.png"
        pictures[name], size = _png(picture)
        panels.append(
            {
                "file": name,
                "width": size[0],
                "height": size[1],
                "label": panel.label,
                "alt": panel.alt,
                "numbers": numbers,
                "sources": dict(sources.used),
            }
        )
    by_reason = {}
    for panel, reason in left_out:
        by_reason.setdefault(reason, []).append(panel.label or "the picture")
    text = " ".join(f"{', '.join(labels)}: {reason}." for reason, labels in by_reason.items())
    return panels, pictures, text


def _png(figure: matplotlib.figure.Figure) -> tuple[bytes, tuple[int, int]]:
    """Returns a PNG file with a palette of few colors, and its width and height in pixels."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=figure.dpi)
    image = Image.open(buffer).convert("RGB")
    red, green, blue = np.moveaxis(np.asarray(image).astype(int), -1, 0)
    colored = np.mean(np.maximum(abs(red - green), abs(green - blue)) > _GRAY) > 0.001
    few = image.quantize(_COLORS) if colored else image.convert("L").quantize(_GRAYS)
    output = io.BytesIO()
    few.save(output, "PNG", optimize=True)
    return output.getvalue(), image.size
