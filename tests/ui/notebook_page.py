"""A notebook as a person uses it; the same in JupyterLab and Notebook 7."""

import json
import re
from collections.abc import Sequence

from playwright.sync_api import Locator, Page, expect

from chat_page import Chat
from lab_process import LabProcess

KERNEL_IS_IDLE = """
path => {
  const shell = window.jupyterapp?.shell;
  const found = [...(shell?.widgets('main') ?? [])].find(widget => widget.context?.path === path);
  return found?.sessionContext?.session?.kernel?.status === 'idle';
}
"""


class NotebookPage:
    def __init__(self, page: Page, process: LabProcess, path: str) -> None:
        self.page, self.process, self.path = page, process, path
        self.root = page.locator(".jp-NotebookPanel:visible")
        self.cells = self.root.locator(".jp-Cell")

    @classmethod
    def make(cls, page: Page, process: LabProcess, path: str, cells: Sequence[str]) -> "NotebookPage":
        write(process, path, cells)
        page.evaluate("path => jupyterapp.commands.execute('docmanager:open', { path }).then(() => null)", path)
        return cls(page, process, path).ready()

    def ready(self) -> "NotebookPage":
        """Wait for the kernel; to run a cell before asks which kernel to use."""
        self.page.wait_for_function(KERNEL_IS_IDLE, arg=self.path)
        return self

    def start(self, place: int) -> Locator:
        """Run a cell by Shift+Enter, without waiting for it; its output."""
        cell = self.cells.nth(place)
        cell.locator(".jp-InputArea-editor .cm-content").click()
        self.page.keyboard.press("Shift+Enter")
        return cell.locator(".jp-OutputArea-output:visible")

    def run(self, place: int) -> Locator:
        """Run a cell to its end; its output."""
        output = self.start(place)
        self.ended(place)
        return output

    def ended(self, place: int) -> None:
        expect(self.prompt(place)).to_have_text(re.compile(r"\[\d+\]:"))

    def save(self) -> None:
        """The disk in the notebook's toolbar."""
        self.root.locator("[data-command='docmanager:save']").click()
        expect(self.page.locator("#jp-main-dock-panel .lm-TabBar-tab.jp-mod-dirty")).to_have_count(0)

    def prompt(self, place: int) -> Locator:
        """`[ ]:` before, `[*]:` while it runs, `[1]:` after."""
        return self.cells.nth(place).locator(".jp-InputPrompt")

    def chat(self, place: int) -> Chat:
        """The widget in a cell's output."""
        return Chat(self.cells.nth(place).locator(".dsp-cell .dsp-chat"))

    def interrupt(self) -> None:
        """The stop button of the notebook's toolbar."""
        self.root.locator("[data-command='notebook:interrupt-kernel']").click()


def write(process: LabProcess, path: str, cells: Sequence[str]) -> None:
    """A notebook file in the project."""
    code = [
        {"cell_type": "code", "execution_count": None, "id": f"c{place}", "metadata": {}, "outputs": [], "source": text}
        for place, text in enumerate(cells)
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}}
    document = {"cells": code, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    (process.project / path).write_text(json.dumps(document))
