"""Hook of mkdocs that writes the API pages from the exports of the package.

Every package gets one page, and every public name one entry. No name is typed by hand, so none can
be missing.
"""

import ast
import json
from pathlib import Path

from mkdocs.structure.files import File

ROOT = Path(__file__).parent.parent


def on_config(config):
    pages = [{module: f"reference/{module}.md"} for module in modules()]
    for entry in config.nav:
        if "API" in entry:
            entry["API"] = ["reference/index.md", *pages]
    return config


def on_files(files, config):
    for module, names in modules().items():
        page = front_matter(
            f"{summary(module).partition(chr(10))[0]} API of keras_regen.{module}."
        )
        page += f"# keras_regen.{module}\n\n{summary(module)}\n"
        page += "".join(
            f"\n::: keras_regen.{module}.{name}\n"
            for name in grouped(module, names)
        )
        files.append(
            File.generated(config, f"reference/{module}.md", content=page)
        )
    files.append(
        File.generated(config, "reference/index.md", content=index())
    )
    return files


def modules():
    """Returns a dict from each public module to its public names."""
    exports = exported("__init__.py")
    pages = {
        name: public_names(name)
        for name, module in exports.items()
        if module is None
    }
    for name, module in exports.items():
        if module is not None and name not in pages.setdefault(module, []):
            pages[module].append(name)
    return dict(sorted(pages.items()))


def exported(path):
    """Returns a dict from the exported names of a file to the modules they come from."""
    names = {}
    for node in ast.parse((ROOT / "keras_regen" / path).read_text()).body:
        if isinstance(node, ast.ImportFrom):
            _, *module = node.module.split(".")
            for alias in node.names:
                # `import name as name` marks an export.
                if alias.asname and not alias.asname.startswith("_"):
                    names[alias.asname] = module[0] if module else None
    return names


def public_names(module):
    """Returns the exports of a package, or the public classes and functions of a module."""
    if (ROOT / "keras_regen" / module).is_dir():
        return list(exported(f"{module}/__init__.py"))
    return [
        node.name
        for node in source(module).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
    ]


def source(module):
    path = ROOT / "keras_regen" / module
    path = (
        path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    )
    return ast.parse(path.read_text())


def summary(module):
    return ast.get_docstring(source(module)) or ""


def grouped(module, names):
    """Returns the names in the order of their kind: classes, then functions."""
    return sorted(names, key=lambda name: not name[:1].isupper())


def front_matter(description):
    return f"---\ndescription: {json.dumps(description)}\n---\n\n"


def index():
    description = "All public names and modules of keras_regen."
    lines = [
        front_matter(description),
        "# API",
        "",
        "The public names of `keras_regen`:",
        "",
    ]
    for name, module in exported("__init__.py").items():
        if module is not None:
            lines.append(
                f"- [`keras_regen.{name}`]({module}.md#keras_regen.{module}.{name})"
            )
    lines += ["", "The modules:", ""]
    for module in modules():
        first_line = summary(module).partition("\n")[0]
        lines.append(
            f"- [`keras_regen.{module}`]({module}.md): {first_line}"
        )
    return "\n".join(lines) + "\n"
