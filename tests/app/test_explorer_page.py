"""The page of `explore`: the server, its answers, and the page in a browser."""

import importlib.util
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from keras_regen_app.main import main
from tests.app.browser import Browser
from tests.app.helpers import run

pytestmark = [
    pytest.mark.any_backend,
    pytest.mark.skipif(not importlib.util.find_spec("gradio"), reason="gradio is not installed"),
]
ROOT = Path(__file__).parents[2]
_CLICK = "document.querySelector('#%s').click()"
_MESSAGES = "[...document.querySelectorAll('textarea')].map(area => area.value).join()"


@pytest.fixture(scope="module")
def server(digits_run, tmp_path_factory):
    """Runs `explore` in a process; its address, and the folder of its temporary files."""
    folder = tmp_path_factory.mktemp("explore")
    process = subprocess.Popen(
        [sys.executable, "-m", "keras_regen_app", "explore", digits_run],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder), "KERAS_BACKEND": keras.backend.backend()},
        stdout=subprocess.PIPE,
        text=True,
        # A process in the background of a shell ignores Ctrl-C, and its children do, too.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    line = process.stdout.readline()
    address = re.search(r"is at (http://127\.0\.0\.1:\d+/)", line)
    assert address, line + process.communicate()[0]
    yield address[1], folder
    assert list(folder.glob("keras-regen-explore-*"))
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    # No file of a visitor is left.
    assert not list(folder.glob("keras-regen-explore-*"))


@pytest.fixture
def client(server, tmp_path):
    from gradio_client import Client

    return Client(server[0], verbose=False, download_files=str(tmp_path / "client"))


@pytest.fixture
def pictures(tmp_path):
    """Paths of a gray picture and of a file that is no picture, for `predict`."""
    from gradio_client import handle_file

    (tmp_path / "bad.png").write_text("no picture")
    Image.new("L", (30, 20), 128).save(tmp_path / "gray.png")
    return handle_file(tmp_path / "gray.png"), handle_file(tmp_path / "bad.png")


def test_the_page_names_no_other_server(server):
    page = urllib.request.urlopen(server[0], timeout=30).read().decode()
    assert "CSAE with 10 classes" in page
    addresses = re.findall(r'(?:src|href)="((?:https?:)?//[^"]*)', page)
    assert not [address for address in addresses if "//127.0.0.1:" not in address]
    assert '"analytics_enabled":false' in page


def test_images_are_generated_and_downloaded(client):
    picture, message, arrays = client.predict(
        "3", 4, "ClassGaussianPrior (of the model)", 2, 5, False, api_name="/generate"
    )
    assert message == "4 images with the seed 5."
    with np.load(arrays["value"]) as file:
        assert file["images"].shape == (4, 8, 8, 1) and set(file["labels"]) == {3}
    with Image.open(picture) as image:
        assert image.width > 100


def test_the_path_between_a_sample_and_an_upload(client, pictures):
    ends = ["3", 0, None, "8", 1, pictures[0], 0.25]
    image, strip, message = client.predict(*ends, api_name="/path")
    assert message == "" and Path(strip).exists()
    again, _ = client.predict(*ends, api_name="/between")
    assert Path(again).read_bytes() == Path(image).read_bytes()


def test_a_picture_is_classified(client, pictures):
    shown, label, nearest, message = client.predict(pictures[0], "0", api_name="/classify")
    assert message == "" and label["label"] == nearest["value"]["data"][0][0]
    with Image.open(shown) as image:
        assert image.height > 50


def test_a_bad_upload_has_a_message_and_stays_in_the_temporary_folder(client, pictures, server):
    *results, message = client.predict(pictures[1], "0", api_name="/classify")
    assert "'bad.png' is not a readable picture" in message and not any(results[:2])
    (folder,) = server[1].glob("keras-regen-explore-*")
    uploads = list(server[1].rglob("bad.png"))
    assert uploads and all(folder in path.parents for path in uploads)


def test_files_of_the_computer_are_not_served(server, tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    for path in (tmp_path / "secret.txt", Path("/etc/hostname"), Path(__file__)):
        with pytest.raises(urllib.error.HTTPError) as error:
            urllib.request.urlopen(f"{server[0]}gradio_api/file={path}", timeout=30)
        assert error.value.code in (403, 404)


def test_the_page_in_a_browser(server, tmp_path):
    bad = tmp_path / "bad.png"
    bad.write_text("no picture")
    with Browser(tmp_path / "profile") as browser:
        browser.open(server[0])
        browser.wait_for("document.querySelector('#generate') !== null")
        assert browser.run("document.title").startswith("keras_regen: ")
        browser.run(_CLICK % "generate")
        browser.wait_for(f"{_MESSAGES}.includes('80 images')")
        browser.wait_for(
            "[...document.images].some(i => i.alt === 'Generated images' && i.naturalWidth)"
        )
        tabs = "[...document.querySelectorAll('button[role=tab]')]"
        browser.run(f"{tabs}.find(tab => tab.innerText === 'Classify').click()")
        chooser = "document.querySelector('#picture-file input[type=file]')"
        browser.wait_for(f"{chooser} !== null")
        browser.choose_file(chooser, bad)
        browser.wait_for("document.querySelector('#picture-file').innerText.includes('bad')")
        browser.run(_CLICK % "classify")
        browser.wait_for(f"{_MESSAGES}.includes('not a readable picture')")
        assert browser.errors == []
        assert not [address for address in browser.addresses if "//127.0.0.1:" not in address]


def test_the_page_is_for_this_computer_only():
    from keras_regen_app.explorer_page import launch_options

    options = {param.name: param for param in main.get_command(None, "explore").params}
    assert options["host"].default == "127.0.0.1"
    assert launch_options()["share"] is False


def test_a_missing_library_has_a_message(monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "gradio" else find(name)
    )
    message = run("explore", "model.keras", code=1).output
    assert 'pip install "keras_regen[explorer]"' in message


def test_a_missing_model_has_a_message(monkeypatch):
    for name in ("GRADIO_TEMP_DIR", "GRADIO_ANALYTICS_ENABLED", "HF_HUB_DISABLE_TELEMETRY"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("no_proxy", "")
    assert "nowhere.keras" in run("explore", "nowhere.keras", code=1).output
