"""Opens pages in Chromium without a window."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def open_page(url: str, profile: Path) -> tuple[str, list[str]]:
    """Opens a page, and returns its document after loading and the lines of its console.

    Skips the test if Chromium is not installed.
    """
    if _CHROMIUM is None:
        pytest.skip("Chromium is not installed (Debian: apt install chromium)")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"]
    options += [f"--user-data-dir={profile}", "--virtual-time-budget=3000", "--dump-dom"]
    process = subprocess.run(
        [_CHROMIUM, *options, url], capture_output=True, text=True, timeout=120, check=True
    )
    return process.stdout, re.findall(r"CONSOLE.*", process.stderr)
