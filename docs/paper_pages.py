"""Hook of mkdocs that writes the generated parts of the pages of the papers.

`<!-- code: CSAE, second version -->` becomes a table of the public names whose docstring names this
paper as their source. `<!-- results: csae2 -->` becomes the tables of `results/README.md` whose
command starts with this name, or the whole file for `all`.
"""

import ast
import re
from pathlib import Path

import api_pages  # the folder of a hook is on the path while it is loaded

ROOT = Path(__file__).parent.parent
NAME = r"CSAE(?=, sect)|(?:CSAE, )?(?:first version|second version|both versions)|ReGene|DE-GAN"
# Such as "section II-A, equations 4 and 5, and figure 1".
NUMBER = (
    r"(?:[IVX]+|[A-Z])?[-.]?\d*(?:-?[A-Z]\d*)?(?:\.\d+)*(?: \([a-z]\))?"
)
PART = (
    r"(?:sections?|equations?|expressions?|tables?|figures?|definitions?|algorithm|lemma|appendix)"
    rf" {NUMBER}(?:(?:, | and | to )(?=[A-Z\d]){NUMBER})*"
)
PLACE = rf"{PART}(?:(?:, and |, | and ){PART})*"
PAPERS = ("CSAE, first version", "CSAE, second version", "ReGene", "DE-GAN")


def on_page_markdown(markdown, page, config, files):
    def code(match):
        return code_table(
            match[1], depth=page.url.strip("/").count("/") + 1
        )

    markdown = re.sub(r"<!-- code: (.+?) -->", code, markdown)
    return re.sub(
        r"<!-- results: (\w+) -->",
        lambda match: results(match[1]),
        markdown,
    )


def code_table(paper, depth):
    """Returns a table in Markdown from the places of a paper to the names that implement them."""
    reference = "../" * (depth - 1) + "reference"
    rows = []
    for module, name, source in sources():
        place = place_in(source, paper)
        if place:
            link = f"{reference}/{module}.md#keras_regen.{module}.{name}"
            rows.append(f"| {place} | [`{name}`]({link}) |")
    rows.sort(key=by_number)
    return "\n".join(
        ["| In the paper | In the code |", "| --- | --- |", *rows]
    )


def by_number(text):
    """Returns a key that sorts equation 6 before equation 10."""
    return [
        part.zfill(4) if part.isdigit() else part
        for part in re.split(r"(\d+)", text)
    ]


def place_in(source, paper):
    """Returns the sections, equations and so on of a paper in a source; empty if it names none."""
    _, *parts = re.split(rf"({NAME}), ", source)
    for name, text in zip(parts[::2], parts[1::2], strict=True):
        version = (
            name.removeprefix("CSAE").removeprefix(", ").removesuffix("s")
        )
        of_csae = "CSAE" in paper and (
            name == "CSAE" or version == "both version"
        )
        if (
            name == paper
            or of_csae
            or (version and paper.endswith(version))
        ):
            place = re.search(PLACE, re.split(r"; |\. ", text)[0])
            if place:
                return (place[0][0].upper() + place[0][1:]).rstrip(".")
    return ""


def sources():
    """Yields the module, the name and the source of each public name that states a source."""
    for module, names in api_pages.modules().items():
        path = ROOT / "keras_regen" / module
        files = (
            path.rglob("*.py")
            if path.is_dir()
            else [path.with_suffix(".py")]
        )
        for file in sorted(files):
            for node in ast.parse(file.read_text()).body:
                if (
                    isinstance(node, ast.FunctionDef | ast.ClassDef)
                    and node.name in names
                ):
                    text = ast.get_docstring(node) or ""
                    source = re.search(
                        r"^Source: ((?:.+\n?)+)", text, re.MULTILINE
                    )
                    if source:
                        yield module, node.name, " ".join(source[1].split())


def results(prefix):
    """Returns the sections of `results/README.md` of a paper, without the wide last column."""
    title, *sections = re.split(
        r"^## ", (ROOT / "results/README.md").read_text(), flags=re.M
    )
    if prefix == "all":
        chosen = [
            title.partition("\n")[2],
            *(f"## {section}" for section in sections),
        ]
    else:
        command = f"`python -m reproduction {prefix}-"
        chosen = [
            f"### {section}" for section in sections if command in section
        ]
    if not chosen:
        raise ValueError(
            f"results/README.md has no section with the command {command}..."
        )
    return "\n".join(_without_runs("\n".join(chosen).splitlines()))


def _without_runs(lines):
    """Yields the lines, without the column `training runs` of tables."""
    narrow = False
    for line in lines:
        if not line.startswith("|"):
            narrow = False
        elif line.rstrip("| ").endswith("training runs"):
            narrow = True
        yield (
            line.rstrip().removesuffix("|").rpartition("|")[0] + "|"
            if narrow
            else line
        )
