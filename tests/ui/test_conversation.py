"""What a person meets on the way: a queue, a long past, a reload, no mouse, and a model that means harm."""

import re
import threading

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from chat_page import at_end
from lab_page import LabPage
from model_server import Call, ModelServer, Reply
from replies import held, hurry, slow
from sessions import long_session


class HeldBack:
    """The next request to an address, held on its way to the server."""

    def __init__(self, page: Page, address: str) -> None:
        self._page, self._address = page, re.compile(address)
        self._routes: list[Route] = []
        page.route(self._address, self._take)

    def _take(self, route: Route) -> None:
        if self._routes:
            route.continue_()
        else:
            self._routes.append(route)

    def await_request(self) -> None:
        while not self._routes:
            self._page.wait_for_function("() => true")  # lets Playwright see what has come

    def let_go(self) -> None:
        """Until the page has its answer."""
        with self._page.expect_response(self._address):
            self._routes[0].continue_()


def test_messages_queue_and_can_be_withdrawn(page: LabPage, model: ModelServer) -> None:
    gate = threading.Event()
    model.script = held(gate, Reply("First answer."), Reply("Second answer."))
    chat = page.new_chat()
    chat.send("first")
    expect(chat.stop).to_be_visible()
    chat.send("second")
    chat.send("a mistake")
    expect(chat.queue.get_by_role("listitem")).to_contain_text(["queued: second", "queued: a mistake"])
    chat.queue.get_by_role("button", name="Withdraw “a mistake”").click()
    expect(chat.queue.get_by_role("listitem")).to_contain_text(["queued: second"])
    expect(chat.people).to_have_count(1)
    gate.set()

    chat.finished("Second answer.")
    expect(chat.queue).to_have_count(0)
    expect(chat.people).to_contain_text(["first", "second"])
    expect(chat.root).not_to_contain_text("a mistake")
    assert [request.user_text for request in model.requests] == ["first", "second"]


def test_a_long_session_shows_its_end_and_loads_the_rest(page: LabPage) -> None:
    session = long_session(page.process, title="Long story", messages=450)
    chat = page.open_panel()
    chat.open_session("Long story")
    expect(chat.messages.last).to_contain_text("answer 449")
    expect(chat.messages.last).to_be_in_viewport()
    expect(chat.messages).to_have_count(200)

    for shown in (300, 400, 450):
        first = chat.messages.first.get_attribute("data-message")
        before = chat.root.locator(f"[data-message='{first}']")
        chat.root.get_by_role("button", name=re.compile("Load")).click()
        expect(chat.messages).to_have_count(shown)
        expect(before).to_be_in_viewport()
    expect(chat.root.get_by_role("button", name=re.compile("Load"))).to_have_count(0)
    texts = chat.messages.evaluate_all("all => all.map(one => one.textContent.match(/(question|answer) \\d+/)[0])")
    assert texts == [f"{'answer' if place % 2 else 'question'} {place}" for place in range(450)]
    chat.root.get_by_role("button", name="Latest").click()
    expect(chat.messages.last).to_be_in_viewport()
    assert chat.session == session


def test_reading_further_up_is_not_disturbed_by_what_comes(page: LabPage, model: ModelServer) -> None:
    counting = slow(6000, pace=0.01)
    model.script = [counting]
    chat = page.new_chat()
    chat.send("count")
    answer = chat.answers.last
    expect(answer).to_contain_text("w300 ")  # more than the panel can show
    end = chat.root.get_by_role("log")
    at_end(end)
    latest = chat.root.get_by_role("button", name="Latest")
    answer.hover()
    page.page.mouse.wheel(0, -300)
    expect(latest).to_be_visible()
    top = scrolled(end)
    shown = len(answer.inner_text())
    page.page.wait_for_function(f"answer => answer.innerText.length > {shown + 400}", arg=answer.element_handle())
    assert end.evaluate("log => log.scrollTop") == top
    latest.click()
    hurry(counting)
    chat.finished("w5999")
    at_end(end)
    expect(latest).to_have_count(0)


FOLDED_AND_GROWN = """
log => new Promise(done => {
  const content = log.firstElementChild, shown = [...content.children];
  for (const one of shown) one.style.display = 'none';
  queueMicrotask(() => {
    const end = log.scrollHeight - log.clientHeight;  // asked for, so the browser moves up to what there is
    const more = content.appendChild(document.createElement('div'));
    more.style.height = '900px';
    requestAnimationFrame(() => requestAnimationFrame(() => {
      const fromEnd = log.scrollHeight - log.scrollTop - log.clientHeight;
      more.remove();
      for (const one of shown) one.style.display = '';
      requestAnimationFrame(() => requestAnimationFrame(() => done([end, fromEnd])));
    }));
  });
})
"""
"""What is shown is folded, and more is written before the browser tells of the move up that this made it do: where the
end was then, and how far the view was from the end after it."""


def test_a_move_of_the_browsers_own_is_not_taken_for_the_persons(page: LabPage, model: ModelServer) -> None:
    model.script = [Reply.tokens(600, pace=0), Reply.tokens(600, pace=0)]
    chat = page.new_chat()
    for words in ("count", "again"):
        chat.send(words)
        chat.finished("w599")
    log = chat.root.get_by_role("log")
    at_end(log)
    end, from_end = log.evaluate(FOLDED_AND_GROWN)
    assert end < 200, "the browser had no reason to move up"
    assert from_end < 40
    at_end(log)
    expect(chat.root.get_by_role("button", name="Latest")).to_have_count(0)
    log.focus()
    page.page.keyboard.press("Home")
    expect(chat.root.get_by_role("button", name="Latest")).to_be_visible()


def test_a_reload_keeps_panel_session_and_draft(page: LabPage, model: ModelServer) -> None:
    model.script = [Reply("The older answer."), Reply("The newer answer.")]
    chat = page.new_chat()
    chat.send("older")
    chat.finished("The older answer.")
    older = chat.session
    chat.new_session()
    chat.send("newer")
    chat.finished("The newer answer.")
    chat.open_session("older")
    chat.finished("The older answer.")
    chat.box.fill("half a thought")
    with page.page.expect_request(lambda request: "api/workspaces" in request.url and request.method == "PUT"):
        tab = page.open_tab()
    assert tab.session == older

    page.page.reload()
    page.loaded()
    expect(chat.root).to_be_visible()
    expect(chat.root).to_have_attribute("data-session", older)
    chat.finished("The older answer.")
    expect(chat.box).to_have_value("half a thought")
    expect(tab.root).to_have_attribute("data-session", older)
    expect(tab.box).to_have_value("")


@pytest.mark.parametrize("first", ["listing", "sending"])
def test_a_message_typed_while_the_panel_still_loads_is_not_lost(first: str, page: LabPage, model: ModelServer) -> None:
    model.script = [Reply("Good."), Reply("Here is your answer.")]
    chat = page.new_chat()
    chat.send("there is a session already")
    chat.finished("Good.")
    fresh = page.tab()
    listing = HeldBack(fresh.page, r"/dispatch/sessions(\?|$)")
    sending = HeldBack(fresh.page, r"/dispatch/chat")
    fresh.icon.click()
    listing.await_request()
    fresh.panel.box.fill("I am quick")
    fresh.panel.box.press("Enter")
    sending.await_request()
    for request in (listing, sending) if first == "listing" else (sending, listing):
        request.let_go()
    fresh.panel.finished("Here is your answer.")
    expect(fresh.panel.people.last).to_contain_text("I am quick")
    expect(fresh.panel.root).not_to_contain_text("Sending")


def test_everything_goes_without_a_mouse(page: LabPage, model: ModelServer) -> None:
    model.script = [
        Reply(calls=[Call("list_files", {})]),
        Reply(calls=[Call("read_file", {"path": "README.md"})]),
        Reply("Done by keyboard."),
    ]
    keyboard = page.page.keyboard
    page.command("Dispatch: Open Chat")
    chat = page.panel.ready()
    expect(chat.box).to_be_focused()
    keyboard.press("Tab")
    page.command("Dispatch: New Session")
    chat.ready()
    expect(chat.box).to_be_focused()
    keyboard.type("read it")
    keyboard.press("Shift+Enter")
    keyboard.type("please")
    keyboard.press("Enter")
    chat.finished("Done by keyboard.")
    expect(chat.people.last).to_contain_text("read it\nplease")
    expect(chat.box).to_be_focused()

    toggle = chat.toggle("read_file")
    tab_until(page.page, "Shift+Tab", "Read README.md: details")
    expect(toggle).to_be_focused()
    keyboard.press("Enter")
    expect(toggle).to_have_attribute("aria-expanded", "true")
    expect(chat.result("read_file")).to_contain_text("Tide tables")
    tab_until(page.page, "Shift+Tab", "Sessions")
    keyboard.press("Enter")
    expect(chat.root.get_by_role("menuitemradio").first).to_be_focused()
    keyboard.press("Escape")
    expect(chat.root.get_by_role("button", name="Sessions")).to_be_focused()


def scrolled(log: Locator) -> float:
    """How far it is scrolled, once the wheel has come to rest."""
    before, now = -1.0, 0.0
    while now != before:
        before, now = now, log.evaluate("log => log.scrollTop")
        log.page.wait_for_timeout(100)
    return now


def tab_until(page: Page, key: str, label: str) -> None:
    """Press the key until what has the focus has that name; not for ever."""
    for _ in range(20):
        page.keyboard.press(key)
        if page.evaluate("() => document.activeElement.getAttribute('aria-label')") == label:
            return
    raise AssertionError(f"{key} did not come to “{label}”")


def test_a_lost_server_is_said_and_found_again(page: LabPage) -> None:
    chat = page.new_chat()
    page.page.context.set_offline(True)
    expect(chat.state).to_have_attribute("data-state", "reconnecting")
    expect(chat.state).to_contain_text("offline")
    page.page.context.set_offline(False)
    chat.ready()
