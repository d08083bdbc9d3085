"""The `keras-regen` command."""

from keras_regen.cli.main import main as main
