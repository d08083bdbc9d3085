"""The site: its code runs, its links lead somewhere, and a browser shows it without errors."""

import functools
import http.server
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
import time
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import numpy as np
import pytest
from PIL import Image

import keras_regen
from keras_regen import AcceptanceError, metrics, plotting
from keras_regen_app.main import main

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)

pytestmark = [
    pytest.mark.any_backend,
    pytest.mark.skipif(not (ROOT / "mkdocs.yml").exists(), reason="the site is in a clone only"),
    pytest.mark.skipif(not importlib.util.find_spec("mkdocs"), reason="mkdocs is not installed"),
]
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")


class Page(HTMLParser):
    """The title, the description, the links and the images of a page of HTML."""

    def __init__(self, path):
        super().__init__()
        self.path, self.title, self.description = path, "", ""
        self.links, self.anchors, self.images, self.loaded = [], set(), [], []
        self._in_title = False
        self.feed(path.read_text())

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self._in_title = tag == "title" and not self.title
        self.anchors |= {values[name] for name in ("id", "name") if values.get(name)}
        if tag == "meta" and values.get("name") == "description":
            self.description = values["content"]
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])
        if tag == "img":
            self.images.append(values)
        loads = {"script": "src", "img": "src", "link": "href", "iframe": "src"}
        if values.get(loads.get(tag)):
            self.loaded.append(values[loads[tag]])

    def handle_data(self, data):
        if self._in_title:
            self.title += data
            self._in_title = False


def broken(folder):
    """Returns the links and files of a site that lead nowhere, each with its page."""
    pages = {path.resolve(): Page(path) for path in folder.rglob("*.html")}
    faults = []
    for path, page in pages.items():
        if path.name == "404.html":  # its links are absolute
            continue
        for link in [*page.links, *page.loaded]:
            if urlsplit(link).scheme:
                continue
            name, anchor = urldefrag(link)
            target = (path.parent / unquote(urlsplit(name).path)).resolve() if name else path
            target = target / "index.html" if target.is_dir() else target
            missing = target in pages and anchor and unquote(anchor) not in pages[target].anchors
            if missing or not target.exists():
                faults.append((path.name, link))
    return faults


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the site, built once."""
    folder = tmp_path_factory.mktemp("site")
    process = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-d", str(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr[-3000:]
    return folder


@pytest.fixture(scope="module")
def pages(site):
    return [Page(path) for path in site.rglob("*.html") if path.name != "404.html"]


def test_every_page_has_its_own_title_and_description(pages):
    assert len(pages) > 35
    for values in ([page.title for page in pages], [page.description for page in pages]):
        assert all(values)
        assert len(set(values)) == len(values), sorted(values)
    assert all(20 <= len(page.description) <= 160 for page in pages), [
        page.description for page in pages if not 20 <= len(page.description) <= 160
    ]


def test_no_link_and_no_image_is_broken(site):
    assert broken(site) == []


@pytest.mark.parametrize("link", ["nowhere/", "#nowhere", "nowhere.png"])
def test_a_planted_broken_link_or_image_is_found(tmp_path, link):
    element = f'<img src="{link}">' if link.endswith("png") else f'<a href="{link}">there</a>'
    (tmp_path / "index.html").write_text(f'<h1 id="here">Home</h1><a href="#here"></a>{element}')
    assert broken(tmp_path) == [("index.html", link)]


def test_every_image_has_an_alternative_text(pages):
    assert all(image.get("alt") for page in pages for image in page.images)


def test_nothing_is_loaded_from_another_host(site, pages):
    assert not [name for page in pages for name in page.loaded if urlsplit(name).netloc]
    for path in site.rglob("*.css"):
        assert not re.search(r"(?:url\(|@import )[\"']?(?:https?:)?//", path.read_text()), path


def test_the_site_has_no_file_of_its_build(site):
    assert [*site.rglob("*.py"), *site.rglob("*.toml"), *site.rglob("*.keras")] == []


def test_the_gallery_has_every_plot():
    text = (DOCS / "gallery.md").read_text()
    names = [name for name in vars(plotting) if name.startswith("plot_")]
    assert len(names) > 10
    assert [name for name in [*names, "tile", "save_image"] if name not in text] == []


def blocks(page, language):
    """Returns the blocks of code of a page in a language, also those in tabs."""
    pattern = rf"^( *)```{language}\n(.*?)^\1```$"
    return [
        re.sub(f"^{indent}", "", code, flags=re.M)
        for indent, code in re.findall(pattern, page.read_text(), re.M | re.DOTALL)
    ]


@pytest.fixture(scope="module")
def folder_with_photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("code")
    rng = np.random.default_rng(0)
    for name in ("ants", "bees"):
        (folder / "my_photos" / name).mkdir(parents=True)
        for index in range(30):
            pixels = rng.integers(0, 255, (40, 50, 3), "uint8")
            Image.fromarray(pixels).save(folder / "my_photos" / name / f"{index}.png")
    return folder


def short(function, **limits):
    """Returns the function with smaller values of the given arguments."""

    @functools.wraps(function)
    def call(*arguments, **options):
        return function(*arguments, **options | limits)

    return call


@pytest.fixture
def short_training(monkeypatch):
    """Trains small models for a step or two, so that the code of the pages runs in seconds."""
    fit = keras_regen.ImageModel.fit

    def fit_once(self, x=None, y=None, **options):
        if isinstance(x, np.ndarray):
            x, y = x[:128], None if y is None else y[:128]
        return fit(self, x, y, **options | {"epochs": 1, "verbose": 0})

    def from_preset(model_class):
        original = model_class.from_preset.__func__
        small = {
            "csae_digits": {"network": "linear", "hidden": 16},
            "regene_digits": {"width": 0.05},
            "degan_digits": {"width": 0.1, "vae_width": 0.1},
        }

        def build(cls, preset, **options):
            defaults = {} if "perceptual_weight" in options else small.get(preset, {})
            return original(cls, preset, **defaults | options)

        return classmethod(build)

    for model_class in (keras_regen.CSAE, keras_regen.ReGene, keras_regen.DEGAN):
        monkeypatch.setattr(model_class, "from_preset", from_preset(model_class))
    monkeypatch.setattr(keras_regen.ImageModel, "fit", fit_once)
    degan = keras_regen.DEGAN
    monkeypatch.setattr(degan, "for_images", short(degan.for_images, vae_epochs=1))
    for name in ("train_evaluation_classifier", "evaluate_generation"):
        limits = {"steps": 2} if name.startswith("train") else {"student_steps": 2}
        monkeypatch.setattr(metrics, name, short(getattr(metrics, name), **limits))
    from keras_regen.metrics import evaluation

    training = short(evaluation.train_evaluation_classifier, steps=2)
    monkeypatch.setattr(evaluation, "train_evaluation_classifier", training)


# The build of the site runs the code of the gallery.
@pytest.mark.parametrize(
    "page",
    [page for page in [*PAGES, ROOT / "README.md"] if page.name != "gallery.md"],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_the_code_of_a_page_runs(page, folder_with_photos, short_training, monkeypatch):
    monkeypatch.chdir(folder_with_photos)
    names = {}
    for code in blocks(page, "python"):
        try:
            exec(compile(code, str(page), "exec"), names)
        except AcceptanceError as error:
            # A model that is hardly trained generates too few good images.
            assert "accept" in code or "augment" in code, error


@pytest.mark.parametrize("page", [*PAGES, ROOT / "README.md"], ids=lambda page: page.name)
def test_the_commands_of_a_page_exist(page):
    for code in blocks(page, "sh"):
        for line in code.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            if words and words[0].endswith("keras-regen") and "=" not in words[0]:
                command = main.get_command(None, words[1])
                assert command is not None, line
                command.make_context(words[1], words[2:])
            elif words and words[0].endswith("python") and words[1] != "-m":
                assert (ROOT / words[1]).exists(), line
            elif words and words[0] == "make":
                targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.M)
                assert set(words[1:]) <= {*targets, "test"}, line


# Chromium's virtual time does not wait for the worker of the search, but it waits for requests.
SEARCH = """<!doctype html><title>Search</title><iframe src="/?q=PEDCCHead"></iframe><pre></pre>
<script>
(async () => {
  for (let tries = 0; tries < 200; tries++) {
    await fetch("/wait");
    const page = document.querySelector("iframe").contentDocument;
    const links = [...page.querySelectorAll("a.md-search-result__link")];
    if (links.length) {
      document.querySelector("pre").textContent = links.map(link => link.href).join(" ");
      return;
    }
  }
})();
</script>"""


class Server(http.server.SimpleHTTPRequestHandler):
    """A plain file server, with two pages for the test of the search."""

    def do_GET(self):
        if self.path not in ("/wait", "/search-test"):
            super().do_GET()
            return
        if self.path == "/wait":
            time.sleep(0.2)
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(SEARCH.encode() if self.path == "/search-test" else b"")

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def address(site):
    """The address of a plain file server with the site."""
    handler = functools.partial(Server, directory=str(site))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


def browse(url):
    """Opens a page in Chromium without a network, and returns its HTML and its console errors."""
    process = subprocess.run(
        [
            CHROMIUM,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            "--enable-logging=stderr",
            "--virtual-time-budget=10000",
            "--dump-dom",
            url,
        ],
        capture_output=True,
        text=True,
        timeout=180,
    )
    lines = [line for line in process.stderr.splitlines() if "CONSOLE" in line]
    return process.stdout, lines


@needs_chromium
@pytest.mark.parametrize("page", ["", "gallery/", "reference/models/", "guides/devices/"])
def test_the_browser_reports_no_error(address, page):
    html, errors = browse(f"{address}/{page}")
    assert "keras_regen" in html
    assert errors == []


@needs_chromium
def test_the_browser_reports_a_planted_error(tmp_path):
    (tmp_path / "index.html").write_text("<script>console.error('planted')</script>")
    assert "planted" in browse(f"file://{tmp_path}/index.html")[1][0]


@needs_chromium
def test_the_search_finds_a_class(address):
    html, errors = browse(f"{address}/search-test")
    links = re.search("<pre>(.*?)</pre>", html)[1].split()
    assert any("/reference/layers/" in link for link in links), links
    assert errors == []
