"""A headless Chromium for the tests and for pictures; its profile is new and it stays offline."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium() -> str | None:
    """Return where a Chromium is, None if there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def running() -> Iterator[Browser]:
    """Start the browser, with a fresh profile, and end it."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()
