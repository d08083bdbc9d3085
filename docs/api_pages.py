"""A hook of mkdocs: one page of the API for each module, from the package's own exports.

No name is typed by hand, so none can be missed; `--strict` fails on one that cannot be documented.
"""

import ast
from pathlib import Path

from mkdocs.structure.files import File

PACKAGE = Path(__file__).parent.parent / "keras_regen"


def on_files(files, config):
    for module, names in modules().items():
        page = f"# keras_regen.{module}\n\n{summary(module)}\n"
        page += "".join(f"\n::: keras_regen.{module}.{name}\n" for name in names)
        files.append(File.generated(config, f"reference/{module}.md", content=page))
    files.append(File.generated(config, "reference/index.md", content=index()))
    return files


def on_config(config):
    pages = [f"reference/{module}.md" for module in modules()]
    for entry in config.nav:
        if "API" in entry:
            entry["API"] = ["reference/index.md", *({Path(p).stem: p} for p in pages)]
    return config


def modules():
    """Public modules, and the public names of each."""
    exports = assigned("_EXPORTS")
    paths = {*exports.values(), *(f"keras_regen.{name}" for name in assigned("_SUBPACKAGES"))}
    found = sorted(path.removeprefix("keras_regen.") for path in paths)
    return {module: public_names(module) for module in found}


def assigned(name):
    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    for node in tree.body:
        if isinstance(node, ast.Assign) and node.targets[0].id == name:
            return ast.literal_eval(node.value)
    raise LookupError(name)


def source(module):
    path = PACKAGE / module
    return ast.parse(
        (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text()
    )


def summary(module):
    return ast.get_docstring(source(module)) or ""


def public_names(module):
    names = []
    for node in source(module).body:
        if isinstance(node, ast.ImportFrom):
            names += [alias.asname for alias in node.names if alias.asname]
        elif isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            names.append(node.name)
    return names


def index():
    lines = ["# API", "", "The names that `import keras_regen` gives:", ""]
    for name, module in assigned("_EXPORTS").items():
        anchor = f"{module.removeprefix('keras_regen.')}.md#{module}.{name}"
        lines.append(f"- [`keras_regen.{name}`]({anchor})")
    lines += ["", "And its modules:", ""]
    lines += [f"- [`keras_regen.{module}`]({module}.md): {summary(module)}" for module in modules()]
    return "\n".join(lines) + "\n"
