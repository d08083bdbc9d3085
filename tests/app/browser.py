"""A Chromium without a window, by the protocol of its developer tools, over two pipes."""

import base64
import json
import os
import select
import shlex
import shutil
import subprocess
import time
from pathlib import Path

import pytest

_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run")


class Browser:
    """An open page; a context manager.

    Args:
        profile: Empty folder for the files of the browser.
        width: Width of the window in pixels.
        height: Height of the window in pixels.

    Attributes:
        errors: Errors on the console of the page.
        addresses: Addresses that the page requested, without `data:` and `blob:`.
    """

    def __init__(self, profile, width=1366, height=900):
        if _CHROMIUM is None:
            pytest.skip("Chromium is not installed (Debian: apt install chromium)")
        self._profile, self._size = profile, (width, height)
        self.errors, self.addresses = [], []
        self._number, self._session, self._pending = 0, None, b""

    def __enter__(self):
        read, self._to = os.pipe()
        self._from, write = os.pipe()
        options = [*_OPTIONS, f"--user-data-dir={self._profile}", "--remote-debugging-pipe"]
        command = shlex.join([_CHROMIUM, *options, "about:blank"])
        # Chromium reads from descriptor 3 and writes to descriptor 4.
        self._process = subprocess.Popen(
            ["bash", "-c", f"exec {command} 3<&{read} 4>&{write}"],
            pass_fds=(read, write),
            stderr=subprocess.DEVNULL,
        )
        os.close(read)
        os.close(write)
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)[
            "sessionId"
        ]
        for domain in ("Page", "Runtime", "Log", "Network", "DOM"):
            self.send(f"{domain}.enable")
        width, height = self._size
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        return self

    def __exit__(self, *error):
        self._process.terminate()
        self._process.wait(20)
        os.close(self._to)
        os.close(self._from)

    def send(self, method, **params):
        """Sends a command, and returns its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive(time.monotonic() + 60)
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]

    def _receive(self, deadline):
        while b"\0" not in self._pending:
            if not select.select([self._from], [], [], max(0, deadline - time.monotonic()))[0]:
                raise TimeoutError("Chromium does not answer")
            part = os.read(self._from, 1 << 20)
            assert part, "Chromium ended"
            self._pending += part
        line, self._pending = self._pending.split(b"\0", 1)
        event = json.loads(line)
        params = event.get("params", {})
        if event.get("method") == "Runtime.exceptionThrown":
            self.errors.append(str(params["exceptionDetails"].get("exception")))
        if event.get("method") == "Runtime.consoleAPICalled" and params["type"] == "error":
            self.errors.append(str(params["args"]))
        if event.get("method") == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.errors.append(params["entry"]["text"])
        if event.get("method") == "Network.requestWillBeSent":
            url = params["request"]["url"]
            self.addresses += [] if url.startswith(("data:", "blob:")) else [url]
        return event

    def open(self, url):
        """Opens a page, and waits until it is loaded."""
        self.send("Page.navigate", url=url)
        self.wait_for("location.href !== 'about:blank' && document.readyState === 'complete'")

    def run(self, script):
        """Returns the value of a JavaScript expression."""
        result = self.send("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def wait_for(self, script, seconds=60):
        """Waits until a JavaScript expression is true, and returns its value."""
        deadline = time.monotonic() + seconds
        while not (value := self.run(script)):
            assert time.monotonic() < deadline, f"not true after {seconds} seconds: {script}"
            time.sleep(0.1)
        return value

    def choose_file(self, script, path):
        """Chooses a file in the input element that a JavaScript expression returns."""
        element = self.send("Runtime.evaluate", expression=script)["result"]["objectId"]
        self.send("DOM.setFileInputFiles", files=[str(path)], objectId=element)

    def set_color_scheme(self, scheme):
        """Sets the preferred color scheme, `"light"` or `"dark"`."""
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.send("Emulation.setEmulatedMedia", features=[feature])

    def screenshot(self, path):
        """Writes a picture of the whole page."""
        data = self.send("Page.captureScreenshot", captureBeyondViewport=True)["data"]
        Path(path).write_bytes(base64.b64decode(data))
