"""Reaching outside the project: what waits for the person, wherever they look, and what they allowed."""

import re

from playwright.sync_api import expect

from lab_page import LabPage
from model_server import Call, ModelServer, Reply


def test_one_try(page: LabPage, model: ModelServer) -> None:
    model.script = [
        Reply(calls=[Call("read_file", {"path": "/etc/hosts"})]),
        Reply("It has localhost."),
    ]
    chat = page.new_chat()
    chat.send("check what is in /etc/hosts")
    prompt = chat.root.get_by_role("alertdialog")
    expect(prompt).to_contain_text("/etc/hosts")
    page.width(250)
    from visits import picture
    picture(page.page, "try")
    prompt.get_by_role("button", name="This session").click()
    chat.finished("It has localhost.")
    picture(page.page, "try2")
    chat.root.get_by_role("button", name=re.compile("Permission log")).click()
    picture(page.page, "try3")
