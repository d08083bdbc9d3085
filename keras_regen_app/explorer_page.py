"""The page of `keras-regen explore`, made with Gradio."""

import html
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from keras_regen import plotting
from keras_regen.atomic_files import write_arrays
from keras_regen_app.explorer import ALL_CLASSES, Explorer

_STEPS = 9
_SIDE = 256
_NEAREST = 10
_KEPT = 50  # answers whose files are kept
_FONTS = {"font": ["system-ui", "sans-serif"], "font_mono": ["ui-monospace", "monospace"]}


def explorer_page(explorer: Explorer, title: str, folder: Path) -> gr.Blocks:
    """Builds the page, for `launch`.

    Args:
        explorer: The functions behind the page.
        title: Title of the page, such as the path of the model.
        folder: A temporary folder, which receives the pictures and files of the page.

    Returns:
        The page.
    """
    page = gr.Blocks(title=f"keras_regen: {title}", analytics_enabled=False)
    with page:
        gr.HTML(f"<h1>{html.escape(title)}</h1><p>{html.escape(_summary(explorer))}</p>")
        if explorer.generates:
            with gr.Tab("Generate"):
                _generate_tab(explorer, folder)
            with gr.Tab("Interpolate"):
                _between_tab(explorer, folder)
        if explorer.classifies or explorer.encodes:
            with gr.Tab("Classify" if explorer.classifies else "Encode"):
                _classify_tab(explorer, folder)
    return page


def launch_options() -> dict[str, Any]:
    """Returns the arguments of `launch` that keep the page on this machine.

    Examples:
        >>> from keras_regen_app.explorer_page import launch_options
        >>> launch_options()["share"]
        False
    """
    return {
        "share": False,
        "ssr_mode": False,
        "enable_monitoring": False,
        "max_file_size": "10mb",
        "footer_links": [],
        "run_history": False,
        "theme": gr.themes.Default(**_FONTS),
        "quiet": True,
    }


def _generate_tab(explorer: Explorer, folder: Path) -> None:
    with gr.Row():
        with gr.Column(scale=1, min_width=260):
            name = _class_choice(explorer, [ALL_CLASSES, *explorer.classes])
            number = gr.Slider(1, 64, 8, step=1, label="Images (of each class)")
            prior = gr.Dropdown(
                explorer.priors,
                value=explorer.priors[0],
                label="Prior",
                visible=len(explorer.priors) > 1,
            )
            sources = gr.Slider(
                2,
                max(3, min(20, explorer.max_sources or 2)),
                explorer.num_sources or 2,
                step=1,
                label="Number of sources (latents that are combined)",
                visible=(explorer.max_sources or 0) > 2,
            )
            seed = _seed("Seed")
            accept = gr.Checkbox(
                label="Accept only images that the model recognizes as their class",
                visible=explorer.accepts,
            )
            button = gr.Button("Generate", variant="primary", elem_id="generate")
        with gr.Column(scale=3, min_width=300):
            picture = _picture("Generated images", height=None)
            message = _message()
            arrays = gr.DownloadButton("Download the images (.npz)", visible=False)

    def generate(name, number, prior, sources, seed, accept):
        samples = explorer.samples(
            name,
            number,
            prior=prior,
            num_sources=sources if explorer.max_sources else None,
            seed=seed,
            accept=accept,
        )
        if not len(samples.images):
            return None, samples.message, gr.update(visible=False)
        target = _new_folder(folder)
        file, image = target / "images.npz", target / "samples.png"
        names = explorer.classes
        write_arrays(file, images=samples.images, labels=samples.labels, class_names=names)
        if names:
            plotting.plot_samples(
                samples.images, samples.labels, names, columns=8, max_classes=40, path=image
            )
        else:
            plotting.plot_images(samples.images, columns=8, path=image)
        return str(image), samples.message, gr.update(value=str(file), visible=True)

    button.click(
        _with_messages(generate, outputs=3, message=1),
        [name, number, prior, sources, seed, accept],
        [picture, message, arrays],
        api_name="generate",
    )


def _between_tab(explorer: Explorer, folder: Path) -> None:
    ends = []
    with gr.Row():
        for title, seed in (("Start", 0), ("End", 1)):
            with gr.Column(min_width=260), gr.Group():
                name = _class_choice(explorer, list(explorer.classes), title, last=seed == 1)
                ends += [name, _seed(f"{title}: seed", seed), _upload(explorer, title)]
    ratio = gr.Slider(0, 1, 0.5, step=0.01, label="From start to end")
    button = gr.Button("Show", variant="primary", elem_id="show")
    message = _message()
    image = _picture("Image at the slider", height=_SIDE)
    strip = _picture("Images from start to end", height=None)

    def points(*values):
        return explorer.end(*values[:3]), explorer.end(*values[3:6])

    def slide(*values):
        start, end = points(*values)
        middle = explorer.between(start, end, values[6])
        return _saved(middle, folder, "between.png"), ""

    def show(*values):
        start, end = points(*values)
        images = [explorer.between(start, end, step) for step in np.linspace(0, 1, _STEPS)]
        target = _new_folder(folder) / "path.png"
        plotting.plot_images(np.stack(images), columns=_STEPS, path=target)
        return slide(*values)[0], str(target), ""

    inputs = [*ends, ratio]
    button.click(
        _with_messages(show, outputs=3, message=2), inputs, [image, strip, message], api_name="path"
    )
    ratio.input(
        _with_messages(slide, outputs=2, message=1),
        inputs,
        [image, message],
        api_name="between",
        show_progress="hidden",
        trigger_mode="always_last",
    )


def _classify_tab(explorer: Explorer, folder: Path) -> None:
    with gr.Row():
        with gr.Column(scale=1, min_width=260):
            upload = _upload(explorer, "A picture")
            needs_class = explorer.encodes and not explorer.classifies and bool(explorer.classes)
            name = _class_choice(explorer, list(explorer.classes), visible=needs_class)
            verb = "Classify" if explorer.classifies else "Encode"
            button = gr.Button(verb, variant="primary", elem_id="classify")
            message = _message()
        with gr.Column(scale=3, min_width=300):
            picture = _picture("The picture as the model sees it, and its reconstruction", None)
            probabilities = gr.Label(
                label="Probabilities", num_top_classes=5, visible=explorer.classifies
            )
            what = "centroids" if hasattr(explorer.model.head, "centroids") else "mean latents"
            nearest = gr.Dataframe(
                headers=["class", "distance"],
                datatype="str",
                label=f"Nearest {what}",
                interactive=False,
            )

    def classify(upload, name):
        if upload is None:
            raise ValueError("Choose a picture first.")
        result = explorer.classify(upload, name)
        target = _new_folder(folder) / "reconstruction.png"
        if result.reconstruction is None:
            plotting.plot_images(result.image[None], path=target)
        else:
            pair = result.image[None], result.reconstruction[None]
            plotting.plot_reconstructions(*pair, path=target)
        rows = [[label, f"{distance:.4g}"] for label, distance in result.nearest or []]
        label = result.probabilities or None
        return str(target), label, gr.update(value=rows[:_NEAREST], visible=bool(rows)), ""

    button.click(
        _with_messages(classify, outputs=4, message=3),
        [upload, name],
        [picture, probabilities, nearest, message],
        api_name="classify",
    )


def _with_messages(function: Callable, outputs: int, message: int) -> Callable:
    """Shows the text of an error in the page, at the position of the message."""

    def shown(*values: Any) -> Any:
        try:
            return function(*values)
        except (ValueError, OSError) as error:
            results: list[Any] = [None] * outputs
            results[message] = str(error)
            return tuple(results)

    return shown


def _class_choice(
    explorer: Explorer,
    names: list[str],
    title: str | None = None,
    last: bool = False,
    visible: bool = True,
) -> gr.Dropdown:
    label = "Class" if title is None else f"{title}: class"
    value = None if not explorer.classes else names[-1] if last else names[0]
    choices = names if explorer.classes else []
    shown = visible and bool(explorer.classes)
    return gr.Dropdown(choices, value=value, label=label, visible=shown)


def _seed(label: str, value: int = 0) -> gr.Number:
    return gr.Number(value, label=label, precision=0, minimum=0)


def _upload(explorer: Explorer, title: str) -> gr.File:
    """A field for a picture file. Any file can be dropped: its content is checked later."""
    shown = explorer.encodes or explorer.classifies
    return gr.File(
        label=f"{title}: drop a picture here",
        height=140,
        visible=shown,
        elem_id=f"{title.split()[-1].lower()}-file",
    )


def _picture(label: str, height: int | None) -> gr.Image:
    return gr.Image(
        label=label,
        show_label=False,  # the label would cover a part of the picture
        height=height,
        type="filepath",
        format="png",
        interactive=False,
        buttons=["download", "fullscreen"],
        alt_text=label,
    )


def _message() -> gr.Textbox:
    return gr.Textbox(label="Message", interactive=False, lines=1, max_lines=6)


def _summary(explorer: Explorer) -> str:
    height, width, _ = explorer.model.image_shape
    count = len(explorer.classes)
    classes = f"with {count} classes" if count else "without classes"
    return f"A {type(explorer.model).__name__} {classes}, for images of {width} x {height} pixels."


def _saved(image: np.ndarray, folder: Path, name: str) -> str:
    """Writes an image that is enlarged to be visible, and returns its path."""
    scale = max(1, _SIDE // max(image.shape[:2]))
    path = _new_folder(folder) / name
    plotting.save_image(plotting.tile(image[None], 1, scale=scale), path)
    return str(path)


def _new_folder(folder: Path) -> Path:
    """Returns a new folder for the files of an answer, and deletes those of old answers."""
    old = sorted(folder.glob("answer-*"), key=lambda path: path.stat().st_mtime)[:-_KEPT]
    for path in old:
        shutil.rmtree(path, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix="answer-", dir=folder))
