"""What waits for the person while they look at something else: JupyterLab's notifications, and answers in them."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from lab_page import LabPage
from lab_process import LabProcess
from model_server import ModelServer, Reply
from prompt_page import Prompt, Toasts
from test_permissions import reads, runs

PRESS_AT_ONCE = """
label => new MutationObserver((_, observer) => {
  const button = [...document.querySelectorAll(".jp-toast-button")].find(one => one.textContent === label);
  if (!button) return;
  observer.disconnect();
  button.click();
}).observe(document.body, { childList: true, subtree: true })
"""
RESTORE_SECONDS = 3


@pytest.fixture
def notifications(lab: LabProcess) -> Iterator[None]:
    """Pages that are opened meanwhile let notifications pop up."""
    path = lab.folder / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    before = path.read_text()
    path.write_text(json.dumps(json.loads(before) | {"doNotDisturbMode": False}))
    yield
    path.write_text(before)


def bell(page: Page) -> Locator:
    """How many notifications there are."""
    return page.locator(".jp-Notification-Status-Text")


def test_leave_is_given_in_a_notification(notifications: None, page: LabPage, model: ModelServer) -> None:
    model.script = [reads("/etc/hosts"), reads("/etc/services"), Reply("Both are read.")]
    chat = page.new_chat()
    chat.send("check the hosts and the services")
    page.icon.click()
    expect(chat.root).to_be_hidden()
    toast = Toasts(page.page).saying("dispatch wants to read /etc/hosts")
    expect(toast.root).to_contain_text("“This session” covers /etc and all below")
    expect(toast.buttons).to_have_text(["Deny", "Once", "This session", "Always", "Review"])
    page.page.locator(".jp-Launcher").focus()
    assert len(model.requests) == 1
    toast.press("This session")
    toast.gone()
    expect(page.icon).not_to_have_attribute("data-dsp-waiting", re.compile(".*"))
    expect(page.page.locator(".jp-Launcher")).to_be_focused()  # it has kept the focus from nobody

    page.open_panel()
    chat.finished("Both are read.")
    assert "localhost" in model.requests[1].tool_results[0]
    assert "http" in model.requests[2].tool_results[-1]
    expect(chat.root.locator(".dsp-answered")).to_have_text(["You allowed reading /etc for this session"])
    expect(Toasts(page.page).all).to_have_count(0)


def test_nothing_is_allowed_that_could_not_be_read(notifications: None, page: LabPage, model: ModelServer) -> None:
    model.script = [runs("cat /etc/hosts; echo " + "all is well " * 9), Reply("Then not.")]
    chat = page.new_chat()
    chat.send("check the hosts")
    page.icon.click()
    toast = Toasts(page.page).saying("dispatch wants to read /etc/hosts")
    expect(toast.buttons).to_have_text(["Deny", "Review"])
    expect(toast.root).to_contain_text("$ cat /etc/hosts; echo all is well all is we…")
    toast.press("Deny")
    toast.gone()
    page.open_panel()
    chat.finished("Then not.")
    expect(chat.root.locator(".dsp-answered")).to_contain_text("denied reading /etc/hosts")
    assert "localhost" not in model.requests[1].tool_results[0]


def test_what_comes_under_the_pointer_allows_nothing(notifications: None, page: LabPage, model: ModelServer) -> None:
    model.script = [reads("/etc/hosts"), Reply("Read.")]
    chat = page.new_chat()
    page.page.evaluate(PRESS_AT_ONCE, "Always")
    chat.send("check the hosts")
    prompt = Prompt(chat).asks("/etc/hosts")
    expect(prompt.root).to_be_focused()
    assert len(model.requests) == 1
    prompt.allow("Once")
    chat.finished("Read.")


def test_an_answer_that_cannot_be_kept_is_told(
    notifications: None, page: LabPage, model: ModelServer, own_settings_file: Path
) -> None:
    own_settings_file.mkdir()
    try:
        model.script = [reads("/etc/hosts"), Reply("Read.")]
        chat = page.new_chat()
        chat.send("check the hosts")
        page.icon.click()
        toasts = Toasts(page.page)
        toast = toasts.saying("dispatch wants to read /etc/hosts")
        toast.press("Always")
        expect(toasts.saying("Your answer did not count.").root).to_contain_text("dispatch.yaml")
        assert len(model.requests) == 1, "it was allowed without being kept"
    finally:
        own_settings_file.rmdir()
    toast.press("Review")
    toast.gone()
    prompt = Prompt(chat).asks("/etc/hosts")
    expect(bell(page.page)).to_have_text("2")  # what still waits, and why the answer did not count
    prompt.allow("Once")
    chat.finished("Read.")
    expect(toasts.saying("Your answer did not count.").root).to_be_visible()
    expect(bell(page.page)).to_have_text("0", timeout=20_000)


def test_do_not_disturb_lets_nothing_pop_up(page: LabPage, model: ModelServer) -> None:
    def restores_slowly(route: Route) -> None:
        if route.request.method == "GET":
            time.sleep(RESTORE_SECONDS)
        route.continue_()

    model.script = [reads("/etc/hosts"), Reply("Read.")]
    chat = page.new_chat()
    chat.send("check the hosts")
    Prompt(chat).asks("/etc/hosts")
    page.page.route("**/lab/api/workspaces/**", restores_slowly)
    page.page.reload()
    page.loaded()
    expect(bell(page.page)).to_have_text("1")
    expect(Toasts(page.page).all).to_have_count(0)
    Prompt(page.open_panel()).asks("/etc/hosts").allow("Once")
    expect(bell(page.page)).to_have_text("0")
    expect(Toasts(page.page).all).to_have_count(0)


def test_a_notification_leads_to_the_prompt(notifications: None, page: LabPage, model: ModelServer) -> None:
    model.script = [reads("/etc/hosts"), Reply("Read."), Reply("Hello.")]
    chat = page.new_chat()
    chat.send("check the tides")
    Prompt(chat).asks("/etc/hosts")
    session = chat.session
    toast = page.page.locator(".Toastify__toast", has_text="wants to read")
    expect(toast).to_be_visible()
    chat.new_session()
    page.icon.click()
    expect(chat.root).to_be_hidden()
    expect(page.icon).to_have_attribute("data-dsp-waiting", "1")
    toast.get_by_role("button", name="Review").click()
    prompt = Prompt(chat).asks("/etc/hosts")
    assert chat.session == session
    expect(prompt.root).to_be_focused()
    expect(toast).to_have_count(0)
    expect(bell(page.page)).to_have_text("1")
    page.page.locator(".jp-Notification-Status").click()
    listed = page.page.locator(".jp-Notification-Center li", has_text="wants to read /etc/hosts")
    expect(listed).to_have_count(1)
    listed.get_by_role("button", name="Review").click()
    expect(listed).to_have_count(1)
    expect(prompt.root).to_be_focused()
    prompt.allow("Once")
    expect(listed).to_have_count(0)
    chat.finished("Read.")
    expect(page.icon).not_to_have_attribute("data-dsp-waiting", re.compile(".*"))
    expect(page.page.get_by_role("button", name=re.compile("waits for you"))).to_have_count(0)
