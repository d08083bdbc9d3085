"""The subcommands of `keras-regen`, each imported when it is called."""
