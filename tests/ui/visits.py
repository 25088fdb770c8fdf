"""The browsers of one test, and pictures of what they show."""

import os
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Error, Page

from lab_process import REPOSITORY, LabProcess

PICTURES = REPOSITORY / "test-results"
BOTH_THEMES = "DISPATCH_PICTURES" in os.environ
"""Set by `make pictures`."""
WIDE = {"width": 1280, "height": 800}
OF_NOTEBOOK_ITSELF = "Cannot read properties of undefined (reading 'schema')"
"""Notebook 7.6 fails so on each page, with no extension at all."""
PATIENCE_MS = 60_000
"""For what must come: machines that run tests are often busy with something else; a first turn loads a library, too."""


def picture(page: Page, name: str) -> None:
    """What the window shows, for people to look at."""
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")


class Visits:
    """The browsers of one test, and what they asked of anybody but Jupyter."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self.elsewhere: list[str] = []
        self.errors: list[str] = []

    def page(self, process: LabProcess, size: dict[str, int] | None = None) -> Page:
        """A browser that has never been here, with one tab."""
        context = self._browser.new_context(viewport=size or WIDE, locale="en-US")
        context.set_default_timeout(PATIENCE_MS)
        self._contexts.append(context)
        context.on("request", lambda request: self._note(process, request.url))
        context.on("page", self._watch)
        return context.new_page()

    def _watch(self, page: Page) -> None:
        page.on("pageerror", self._note_error)
        page.on("dialog", lambda dialog: (self.errors.append(f"dialog: {dialog.message}"), dialog.dismiss()))

    def pages(self) -> list[Page]:
        return [page for context in self._contexts for page in context.pages]

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def _note_error(self, error: Error) -> None:
        if error.message != OF_NOTEBOOK_ITSELF:
            self.errors.append(error.stack or error.message)

    def _note(self, process: LabProcess, url: str) -> None:
        if urlsplit(url).scheme in ("http", "https", "ws", "wss") and not url.startswith(process.url):
            self.elsewhere.append(url)
