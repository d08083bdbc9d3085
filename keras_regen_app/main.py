"""The group of commands. Each is imported when it is called, and Keras after that."""

import importlib
import importlib.metadata

import click

# Name of a command, its module, and what it does: so that `--help` imports none of them.
_COMMANDS = {
    "demo": ("training", "Train on bundled digits, and draw new ones."),
    "train": ("training", "Train a preset, and write all there is to see of it into a folder."),
    "generate": ("generation", "Draw new images of any class."),
    "reconstruct": ("generation", "Draw a dataset's images again."),
    "interpolate": ("generation", "Draw what lies between two images or classes."),
    "traverse": ("generation", "Draw walks from one random draw to another."),
    "matrix": ("generation", "Combine images of a class, every pair of two lists."),
    "closest": ("comparison", "Find the images nearest to drawn ones: are they new?"),
    "augment": ("augmentation", "Add drawn images to a dataset."),
    "evaluate": ("evaluation", "Measure a model on held-out images."),
    "train-evaluation-classifier": (
        "evaluation_classifier",
        "Train a classifier that judges drawn images, and store it.",
    ),
    "centroids": ("centroids", "Spread class centroids evenly on a sphere."),
    "intrinsic-dimension": ("intrinsic_dimension", "Estimate how many dimensions images lie in."),
    "datasets": ("listing", "List the datasets that can be loaded here."),
    "presets": ("listing", "List the recipes that can be trained."),
}


class _LazyGroup(click.Group):
    def list_commands(self, ctx):
        return list(_COMMANDS)

    def get_command(self, ctx, name):
        if name not in _COMMANDS:
            return None
        module = importlib.import_module(f"keras_regen_app.commands.{_COMMANDS[name][0]}")
        return getattr(module, name.replace("-", "_"))

    def format_commands(self, ctx, formatter):
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in _COMMANDS.items()])


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(importlib.metadata.version("keras_regen"), prog_name="keras-regen")
def main():
    """Train a classifier that can also draw what it has learned."""
