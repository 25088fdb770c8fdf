"""The tree of agents and their threads as a person uses them; and a model that plays several agents at once."""

import re

from playwright.sync_api import Locator, expect

from chat_page import Chat
from lab_page import LabPage
from model_server import Call, Reply


def asks(question: str, *options: str) -> Reply:
    return Reply(calls=[Call("ask_user", {"question": question, "options": list(options)})])


class Tree:
    """Rows are found by the name of their agent."""

    def __init__(self, root: Locator) -> None:
        self.root = root.get_by_role("tree", name="Agents")
        self.rows = self.root.get_by_role("treeitem")
        self.summary = root.locator(".dsp-summary").first

    def row(self, name: str) -> Locator:
        return self.rows.filter(has=self.root.page.locator(".dsp-node-name bdi", has_text=re.compile(f"^{name}$")))

    def is_in(self, name: str, status: str) -> None:
        """Wait until that agent is in that state."""
        expect(self.row(name)).to_have_attribute("data-status", status)


class Threads:
    """The tabs of threads in JupyterLab's main area."""

    def __init__(self, page: LabPage) -> None:
        self.page = page.page
        self.tabs = page.page.locator("#jp-main-dock-panel .lm-TabBar-tab")

    def tab(self, name: str) -> Locator:
        return self.tabs.filter(has_text=re.compile(f"^{name} [0-9a-f]{{4}}$"))

    def shown(self) -> Chat:
        """The thread in front."""
        chat = Chat(self.page.locator(".jp-MainAreaWidget:visible .dsp-chat"))
        chat.box = chat.root.get_by_role("textbox", name=re.compile("^Message to "))
        return chat


class Question:
    """What an agent asks the person, where it is answered."""

    def __init__(self, root: Locator) -> None:
        self.root = root.locator("[data-kind=question]")

    def asks(self, words: str) -> "Question":
        expect(self.root).to_contain_text(re.compile(words))
        return self

    def pick(self, option: str) -> None:
        self.root.get_by_role("button", name=option, exact=True).click()

    def gone(self) -> None:
        expect(self.root).to_have_count(0)
