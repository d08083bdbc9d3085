"""The command group. `--help` imports no command, no Keras and no other slow package."""

import importlib

import click

from keras_regen_app.versions import version_text

# The module and the summary of each command, so that `--help` imports no module.
_COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("training", "Train on bundled digits and generate new digits."),
    "train": (
        "training",
        "Train on your images or a preset, and write the model, metrics and plots to a folder.",
    ),
    "generate": ("generation", "Generate new images of any class."),
    "reconstruct": ("generation", "Encode and decode images of a dataset."),
    "interpolate": ("generation", "Generate images between two images or classes."),
    "traverse": ("generation", "Generate latent traversals between random samples."),
    "matrix": ("generation", "Combine pairs of images of a class."),
    "closest": ("comparison", "Find the nearest neighbors of generated images."),
    "explore": ("exploration", "Open a page to generate, interpolate and classify images."),
    "augment": ("augmentation", "Add generated images to a dataset."),
    "evaluate": ("evaluation", "Evaluate a model on held-out images."),
    "train-evaluation-classifier": (
        "evaluation_classifier",
        "Train a classifier of real images for `evaluate`.",
    ),
    "centroids": ("centroids", "Compute evenly distributed class centroids on a sphere."),
    "intrinsic-dimension": ("intrinsic_dimension", "Estimate the intrinsic dimension of images."),
    "datasets": ("listing", "List the available datasets."),
    "presets": ("listing", "List the presets: recipes, untrained."),
    "zoo": ("listing", "List the trained models that come with the package."),
}


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        module = importlib.import_module(f"keras_regen_app.commands.{_COMMANDS[name][0]}")
        return getattr(module, name.replace("-", "_"))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in _COMMANDS.items()])


def _show_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(version_text())
        ctx.exit()


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the versions of keras-regen, Keras and the installed backends.",
)
def main() -> None:
    """Train image classifiers that also generate new images."""
