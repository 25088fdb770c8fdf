"""What waits for the person's leave in a chat, and the permission log, as a person uses them."""

import re
from typing import Literal

from playwright.sync_api import Locator, Page, expect

from chat_page import Chat

Answer = Literal["Once", "This session", "Always"]
STILL_MS = 900
"""For so long, and a little more, a notification must not have moved before it takes an answer."""


class Prompt:
    def __init__(self, chat: Chat) -> None:
        self.chat = chat
        self.root = chat.root.get_by_role("alertdialog")
        self.reaches = self.root.locator("[data-reach]")
        self.command = self.root.locator(".dsp-command")
        self.covers = self.root.locator(".dsp-covers")
        self.deny = self.root.get_by_role("button", name="Deny…")
        self.reason = self.root.get_by_role("textbox")

    def asks(self, text: str | re.Pattern[str]) -> "Prompt":
        """Wait until something is asked that says so."""
        expect(self.root).to_contain_text(text)
        return self

    def button(self, answer: Answer) -> Locator:
        return self.root.get_by_role("button", name=answer, exact=True)

    def allow(self, answer: Answer) -> None:
        self.button(answer).click()

    def gone(self) -> None:
        expect(self.root).to_have_count(0)


class Toasts:
    """JupyterLab's notifications that pop up."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.all = page.locator(".jp-toastContainer .Toastify__toast")

    def saying(self, text: str) -> "Toast":
        return Toast(self.all.filter(has_text=text))


class Toast:
    def __init__(self, root: Locator) -> None:
        self.root = root
        self.buttons = root.locator(".jp-toast-button")

    def still(self) -> "Toast":
        """Wait until it has been there for so long that it takes an answer."""
        expect(self.root).to_be_visible()
        self.root.evaluate("toast => Promise.all(toast.getAnimations().map(animation => animation.finished))")
        self.root.page.wait_for_timeout(STILL_MS)
        return self

    def press(self, name: str) -> None:
        self.still().root.get_by_role("button", name=name, exact=True).click()

    def gone(self) -> None:
        expect(self.root).to_have_count(0)


class Log:
    def __init__(self, chat: Chat) -> None:
        self.chat = chat
        self.root = chat.root.get_by_role("region", name="Permission log")
        self.lines = self.root.locator("[data-decision]")
        self.grants = self.root.locator("[data-grant]")
        self.everywhere = self.root.get_by_role("switch", name="All sessions")

    def open(self) -> "Log":
        """By the shield in the status line."""
        self.chat.root.get_by_role("button", name=re.compile("Permission log")).click()
        return self.loaded()

    def loaded(self) -> "Log":
        expect(self.root.locator(".dsp-log-rows")).to_have_attribute("aria-busy", "false")
        return self

    def close(self) -> None:
        self.root.get_by_role("button", name="Back to the conversation").click()
        expect(self.root).to_have_count(0)

    def only(self, kind: str) -> None:
        self.root.get_by_role("button", name=kind, exact=True).click()

    def search(self, words: str) -> None:
        self.root.get_by_role("searchbox").fill(words)

    def revoke(self, place: int = 0) -> None:
        self.grants.nth(place).get_by_role("button", name="Revoke").click()
        expect(self.grants.nth(place)).to_contain_text("Revoked")
