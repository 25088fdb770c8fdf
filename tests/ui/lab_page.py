"""JupyterLab's page as a person uses it."""

import json
import re
import time

from playwright.sync_api import Page, expect

from chat_page import Chat
from lab_process import TOKEN, LabProcess
from notebook_page import NotebookPage
from visits import BOTH_THEMES, PATIENCE_MS, picture

PANEL = "#dispatch-jupyter-panel .dsp-chat"
THEMES = ("JupyterLab Light", "JupyterLab Dark")
SETTLE = """
async () => {
  const { commands, shell } = window.jupyterapp;
  const { fresh } = await shell.restored;
  const browser = [...shell.widgets('left')].find(widget => widget.id === 'filebrowser');
  await browser?.model.restored;
  const empty = shell.isEmpty('main');
  if (empty) await commands.execute('launcher:create');
  return fresh || empty;
}
"""
EXECUTE = "([command, args]) => jupyterapp.commands.execute(command, args).then(() => null)"


class LabPage:
    def __init__(self, page: Page, process: LabProcess, workspace: str = "default") -> None:
        self.page, self.process, self.workspace = page, process, re.sub(r"\W+", "-", workspace)
        self.panel = Chat(page.locator(PANEL))
        self.icon = page.get_by_role("tab", name="Dispatch").and_(page.locator("[data-id=dispatch-jupyter-panel]"))

    def open(self) -> "LabPage":
        self.page.goto(f"{self.process.url}lab/workspaces/{self.workspace}?token={TOKEN}")
        self.loaded()
        # where nothing else is open, JupyterLab opens its launcher a while after all else, and that takes the focus
        # from whatever has it by then: have it now
        if self.page.evaluate(SETTLE):
            self.page.wait_for_function("document.activeElement?.closest('.jp-Launcher')")
        return self

    def loaded(self) -> "LabPage":
        self.page.wait_for_function("window.jupyterapp?.restored.then(() => true)")
        return self

    def reload(self, *, until_kept: str = "", until_gone: str = "") -> "LabPage":
        """Load the page again, once JupyterLab has stored a layout with, or without, what says that.

        It stores it some time after it has changed, and nothing on the page tells.
        """
        deadline = time.monotonic() + PATIENCE_MS / 1000
        while time.monotonic() < deadline:
            stored = self.process.ask("GET", f"lab/api/workspaces/{self.workspace}")["data"]
            layout = json.dumps(stored.get("layout-restorer:data"))
            if until_kept in layout and not (until_gone and until_gone in layout):
                self.page.reload()
                return self.loaded()
            self.page.wait_for_timeout(100)
        raise AssertionError(f"the layout is never stored so: {layout}")

    def tab(self) -> "LabPage":
        """The same JupyterLab in another tab of the same browser."""
        return LabPage(self.page.context.new_page(), self.process, f"{self.workspace}-b").open()

    def open_panel(self) -> Chat:
        if not self.panel.root.is_visible():
            self.icon.click()
        return self.panel.ready()

    def new_chat(self) -> Chat:
        """The panel, at the start of a session."""
        return self.open_panel().new_session()

    def command(self, label: str) -> None:
        """Through the command palette, by keyboard."""
        self.page.keyboard.press("Control+Shift+C")
        search = self.page.locator(".jp-ModalCommandPalette input")
        search.fill(label)
        expect(self.page.locator(".jp-ModalCommandPalette .lm-mod-active")).to_contain_text(label)
        search.press("Enter")

    def open_tab(self) -> Chat:
        """The chat in the main area, by its launcher card."""
        self.page.locator(".jp-LauncherCard", has_text="Dispatch Chat").click()
        chat = Chat(self.page.locator(".jp-MainAreaWidget:visible .dsp-chat"))
        return chat.ready()

    def notebook(self, name: str, *cells: str) -> NotebookPage:
        """A notebook with these code cells, open, its kernel ready."""
        return NotebookPage.make(self.page, self.process, name, cells)

    def execute(self, command: str, **arguments: str) -> None:
        """A command of JupyterLab's own."""
        self.page.evaluate(EXECUTE, [command, arguments])

    def begin(self, command: str) -> None:
        """A command of JupyterLab's own that asks the person something, or never ends; as its menus call it."""
        self.page.evaluate("command => void jupyterapp.commands.execute(command)", command)

    def theme(self, name: str) -> None:
        if self.page.locator("body").get_attribute("data-jp-theme-name") != name:
            self.execute("apputils:change-theme", theme=name)
        expect(self.page.locator("body")).to_have_attribute("data-jp-theme-name", name)
        expect(self.page.locator("#jupyterlab-splash")).to_have_count(0)

    def pictures(self, name: str) -> None:
        """A picture in the theme that is on, for people to look at; with `make pictures` in each, as a switch takes
        long.
        """
        on = self.page.locator("body").get_attribute("data-jp-theme-name")
        for theme in sorted(THEMES, key=lambda theme: theme != on) if BOTH_THEMES else [on or THEMES[0]]:
            self.theme(theme)
            picture(self.page, f"{name}-{theme.removeprefix('JupyterLab ').lower()}")

    def width(self, pixels: int) -> None:
        """Drag the side bar's edge until the panel is so wide."""
        box = self.page.locator("#dispatch-jupyter-panel").bounding_box()
        assert box is not None
        edge, middle = box["x"] + box["width"] + 1, box["y"] + box["height"] / 2
        self.page.mouse.move(edge, middle)
        self.page.mouse.down()
        self.page.mouse.move(box["x"] + pixels, middle, steps=4)
        self.page.mouse.up()

    def dismiss_connection_errors(self) -> None:
        """From now on, click JupyterLab's own word on a lost server away when it comes."""
        dialog = self.page.locator(".jp-Dialog", has_text="Server Connection Error")
        self.page.add_locator_handler(dialog, lambda: dialog.get_by_role("button", name="Close").click())
