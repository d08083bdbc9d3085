"""The `keras-regen` command and its training runs."""
