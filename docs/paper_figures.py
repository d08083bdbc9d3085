"""Hook of mkdocs that writes the figures of the papers, from their pictures and captions.

`<!-- figures: csae1 -->` becomes the figures of a paper, and `<!-- figures: count -->` a table of
their numbers. `python -m reproduction figures` writes `results/figures`.
"""

import re
from pathlib import Path

from mkdocs.structure.files import File
from reproduction.figures.captions import (
    PAPERS,
    count_figures,
    read_captions,
)

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "results/figures"
BACKENDS = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}


def on_files(files, config):
    for path in sorted(FOLDER.glob("*.png")):
        files.append(
            File.generated(
                config,
                f"images/figures/{path.name}",
                content=path.read_bytes(),
            )
        )
    return files


def on_page_markdown(markdown, page, config, files):
    return re.sub(
        r"<!-- figures: (\w+) -->",
        lambda match: (
            count_table() if match[1] == "count" else figures(match[1])
        ),
        markdown,
    )


def count_table():
    """Returns a table with the numbers of figures and of pictures of each paper."""
    captions = read_captions(FOLDER)
    totals, rows = [0, 0, 0], []
    counts = count_figures(captions)
    for paper, (title, made, pictures) in zip(PAPERS, counts, strict=True):
        entries = [
            entry for entry in captions.values() if entry["paper"] == paper
        ]
        numbers = [made, pictures, len(entries) - made]
        totals = list(map(sum, zip(totals, numbers, strict=True)))
        rows.append([title, *map(str, numbers)])
    head = ["paper", "figures", "pictures", "figures without a picture"]
    rows = [
        head,
        ["---", "---:", "---:", "---:"],
        *rows,
        ["all", *map(str, totals)],
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def figures(paper):
    """Returns the figures of a paper in Markdown, with their pictures and captions."""
    parts, absent = [], []
    for name, entry in read_captions(FOLDER).items():
        if entry["paper"] != paper:
            continue
        if not entry["panels"]:
            absent.append(entry)
            continue
        lines = [f"## Figure {entry['number']}: {entry['title']}", ""]
        lines += [entry["caption"], ""] if entry["caption"] else []
        lines += ['<div class="figures" markdown>', ""]
        for panel in entry["panels"]:
            lines += [picture(panel), ""]
        lines += ["</div>", ""]
        if entry["missing"]:
            lines += [f"Not made: {entry['missing']}", ""]
        parts += [*lines, f"`python -m reproduction figures {name}`", ""]
    if absent:
        parts += ["## Figures without a picture", ""]
        parts += [
            f"- Figure {entry['number']}, {entry['title']}: {entry['missing']}"
            for entry in absent
        ]
    return "\n".join(parts)


def picture(panel):
    """Returns a picture with its caption: its label, the numbers, and the settings."""
    wide = ' class="wide"' if panel["width"] > 700 else ""
    texts = [
        f"**{panel['label']}.**" if panel["label"] else "",
        panel["numbers"],
        settings(panel["sources"]),
    ]
    return "\n".join(
        [
            f"<figure{wide} markdown>",
            f"![{panel['alt']}](../images/figures/{panel['file']})"
            '{ loading="lazy" '
            f'width="{panel["width"]}" height="{panel["height"]}" }}',
            f"<figcaption markdown>{' '.join(filter(None, texts))}</figcaption>",
            "</figure>",
        ]
    )


def settings(sources):
    """Returns a text with the settings of the training runs of a picture."""
    texts = []
    for source in sources.values():
        if "scale" not in source:
            continue
        training = f"{source['epochs']} epochs of {source['train_images']:,} images"
        texts.append(
            f"{source['scale']} scale, {training}, seed {source['seed']}, "
            + ", ".join(
                filter(None, [BACKENDS[source["backend"]], source["data"]])
            )
        )
    text = "; ".join(dict.fromkeys(texts))
    return f"{text[:1].upper()}{text[1:]}." if text else ""
