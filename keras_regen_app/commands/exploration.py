"""`keras-regen explore`."""

import importlib.util
import os
import tempfile
from pathlib import Path

import click

from keras_regen_app.options import backend_option, print_message

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_FIRST_PORT = 7860


@click.command()
@click.argument("model")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on. The default is open to programs of this computer only, and "
    "0.0.0.0 to the whole network.",
)
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    help=f"Port to listen on.  [default: the first free port from {_FIRST_PORT}]",
)
@click.option("--open", "open_browser", is_flag=True, help="Open the page in a browser.")
@backend_option
def explore(model, host, port, open_browser):
    """Open a page to generate, interpolate and classify images with MODEL.

    MODEL is a .keras file or the folder of a run. Ctrl-C closes the page.
    """
    if importlib.util.find_spec("gradio") is None:
        raise click.ClickException(
            '`explore` needs Gradio. Install it: pip install "keras_regen[explorer]".'
        )
    # Everything that a visitor uploads or that the page shows is deleted when the command ends.
    with tempfile.TemporaryDirectory(prefix="keras-regen-explore-") as folder:
        prepare_environment(Path(folder), host)
        from keras_regen_app.explorer import Explorer
        from keras_regen_app.explorer_page import explorer_page, launch_options
        from keras_regen_app.model_loading import load_image_model

        explorer = Explorer(load_image_model(model))
        page = explorer_page(explorer, model, Path(folder))
        if host not in _LOOPBACK:
            print_message(f"Everyone in the network of {host} can open this page.")
        _, url, _ = page.launch(
            server_name=host,
            server_port=port,
            inbrowser=open_browser,
            prevent_thread_lock=True,
            **launch_options(),
        )
        click.echo(f"The page of {model} is at {url} (Ctrl-C closes it).")
        try:
            page.block_thread()
        finally:
            page.close(verbose=False)


def prepare_environment(folder: Path, host: str) -> None:
    """Sets the variables that Gradio reads when it is imported.

    Args:
        folder: A temporary folder for uploads.
        host: The address that the page listens on, which no proxy should serve.
    """
    os.environ["GRADIO_TEMP_DIR"] = str(folder / "uploads")
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["no_proxy"] = ",".join(filter(None, [os.environ.get("no_proxy"), "localhost", host]))
