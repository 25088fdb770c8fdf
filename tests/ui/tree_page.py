"""The tree of agents as a person uses it: in the panel above a conversation, or in a tab of its own."""

import re

from playwright.sync_api import Locator, expect

from chat_page import Chat


class Tree:
    def __init__(self, chat: Chat) -> None:
        self.chat = chat
        self.root = chat.root.get_by_role("tree")
        self.items = self.root.get_by_role("treeitem")
        self.summary = chat.root.locator(".dsp-summary")

    def agent(self, name: str, place: int = 0) -> Locator:
        """The row of an agent of that name, the oldest first."""
        return self.items.filter(has=self.root.page.locator(".dsp-node-name", has_text=name)).nth(place)

    def is_(self, name: str, status: str, place: int = 0) -> Locator:
        """Wait until it stands like that."""
        row = self.agent(name, place)
        expect(row).to_have_attribute("data-status", status)
        return row

    def watch(self, name: str, place: int = 0) -> None:
        """Click it: its conversation is shown beside, or below."""
        self.agent(name, place).click()


class Question:
    def __init__(self, chat: Chat) -> None:
        self.root = chat.root.locator("[data-kind=question]")

    def asks(self, words: str) -> "Question":
        expect(self.root).to_contain_text(re.compile(words))
        return self

    def pick(self, option: str) -> None:
        self.root.get_by_role("button", name=option, exact=True).click()

    def gone(self) -> None:
        expect(self.root).to_have_count(0)
