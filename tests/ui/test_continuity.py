"""Agents live in the server: browsers close, tabs multiply, servers die, and nothing is lost or doubled."""

import re

from playwright.sync_api import expect

from chat_page import Chat
from lab_page import LabPage
from lab_process import LabProcess
from model_server import Call, ModelServer, Reply
from replies import hurry, slow
from visits import Visits

TOKENS = 1500
WHOLE = " ".join(f"w{number}" for number in range(TOKENS))


def words(chat: Chat) -> list[str]:
    """The tokens of the latest answer."""
    return re.findall(r"w\d+", chat.answers.last.inner_text())


def test_a_closed_browser_misses_nothing(page: LabPage, lab: LabProcess, visits: Visits, model: ModelServer) -> None:
    counting = slow(TOKENS)
    model.script = [Reply(calls=[Call("list_files", {})]), counting]
    chat = page.new_chat()
    chat.send("count with nobody watching")
    expect(chat.answers.last).to_contain_text("w10 ")
    page.page.context.close()
    assert not model.requests[1].done.is_set(), "the answer was over before the browser was closed"
    hurry(counting)
    assert model.requests[1].done.wait(60)
    assert not model.requests[1].gone.is_set()

    again = LabPage(visits.page(lab), lab, "another").open().open_panel()
    again.finished(f"w{TOKENS - 1}")
    assert words(again) == WHOLE.split()
    expect(again.call("list_files")).to_have_attribute("data-status", "completed")
    expect(again.people).to_contain_text(["count with nobody watching"])


def test_two_tabs_stay_in_step(page: LabPage, model: ModelServer) -> None:
    counting = slow(TOKENS)
    model.script = [Reply(calls=[Call("list_files", {})]), counting, Reply("The end of it.")]
    left = page.new_chat()
    left.send("count for both")
    expect(left.answers.last).to_contain_text("w1 ")
    right = page.tab().open_panel()
    expect(right.people).to_contain_text(["count for both"])
    expect(right.stop).to_be_visible()
    expect(right.answers.last).to_contain_text("w10 ")
    seen = words(right)
    assert seen == WHOLE.split()[: len(seen)]

    right.send("queued in the right tab")
    right.send("a mistake")
    expect(left.queue.get_by_role("listitem")).to_contain_text(["queued in the right tab", "a mistake"])
    left.queue.get_by_role("button", name="Withdraw “a mistake”").click()
    expect(right.queue.get_by_role("listitem")).to_contain_text(["queued in the right tab"])
    assert not model.requests[1].done.is_set(), "the answer was over too early for this test"
    hurry(counting)

    for chat in (left, right):
        chat.finished("The end of it.")
        expect(chat.people).to_contain_text(["count for both", "queued in the right tab"])
        assert re.findall(r"w\d+", chat.answers.nth(-2).inner_text()) == WHOLE.split()
        expect(chat.root).not_to_contain_text("a mistake")
    assert left.session == right.session


def test_a_killed_server_loses_nothing_that_was_shown(own_lab: LabProcess, visits: Visits, model: ModelServer) -> None:
    model.script = [
        Reply("Hello."),
        Reply(calls=[Call("read_file", {"path": "README.md"}), Call("list_files", {})]),
        slow(4000),
        Reply("Going on."),
        Reply("And further."),
    ]
    page = LabPage(visits.page(own_lab), own_lab).open()
    page.dismiss_connection_errors()
    chat = page.open_panel()
    chat.send("hello")
    chat.finished("Hello.")
    chat.send("read and count")
    expect(chat.answers.last).to_contain_text("w100 ")  # 3 s: longer than between two stores of a growing text
    own_lab.kill()
    expect(chat.state).to_have_attribute("data-state", "reconnecting")
    expect(chat.state).to_contain_text("Reconnecting")
    shown = words(chat)
    own_lab.start()

    expect(chat.state).to_have_attribute("data-state", "live")
    _expect_interrupted(chat)
    fresh = LabPage(visits.page(own_lab), own_lab, "another").open().open_panel()
    _expect_interrupted(fresh)
    kept = words(fresh)
    assert kept == shown[: len(kept)], "something else was stored than was shown"
    assert len(kept) >= 10, "the text of the last seconds may be lost, but not all of it"

    chat.resume.click()
    for one in (chat, fresh):
        one.finished("Going on.")
    fresh.send("what next?")
    for one in (chat, fresh):
        one.finished("And further.")
        expect(one.error).to_have_count(0)
    assert "Tide tables" in str(model.requests[3].messages)


def _expect_interrupted(chat: Chat) -> None:
    expect(chat.people).to_contain_text(["hello", "read and count"])
    expect(chat.answers.first).to_contain_text("Hello.")
    for tool in ("read_file", "list_files"):
        expect(chat.call(tool)).to_have_attribute("data-status", "completed")
    expect(chat.answers.last).to_have_attribute("data-status", "interrupted")
    expect(chat.error).to_contain_text("Interrupted: the server stopped.")
    expect(chat.stop).to_have_count(0)


def test_stop_in_one_tab_and_resume_in_another(page: LabPage, model: ModelServer) -> None:
    model.script = [slow(4000), Reply("Gone on."), Reply("Now something else.")]
    left = page.new_chat()
    left.send("count")
    right = page.tab().open_panel()
    expect(right.answers.last).to_contain_text("w5 ")
    right.stop.click()
    for chat in (left, right):
        expect(chat.ended).to_contain_text("Stopped")
        expect(chat.stop).to_have_count(0)
    assert model.requests[0].gone.wait(30), "the request to the provider is still open"
    for _ in range(300):  # a tab draws a frame after the other
        if words(left) == words(right):
            break
        page.page.wait_for_timeout(100)
    assert words(left) == words(right)
    assert page.process.state(left.session)["agents"][0]["error"]["code"] == "cancelled"

    left.resume.click()
    for chat in (left, right):
        chat.finished("Gone on.")
    right.send("and now?")
    for chat in (left, right):
        chat.finished("Now something else.")
        expect(chat.resume).to_have_count(0)
