"""What agents ask of a person, how it is answered, and where threads are shown: notifications, timeline, cells."""

import re

from playwright.sync_api import Locator, Page, Route, expect

from agents_page import Threads, asks
from lab_page import LabPage
from model_server import Call, ModelServer, Reply
from model_server.cast import Cast, summon

QUESTION = "Should this support **OAuth**, JWT, or both?"
REPORT = Reply(calls=[Call("report", {"result": "Both; OAuth for the hub only."})])


def _planned(*lines: Reply) -> dict[str, list[Reply]]:
    root = [Reply(calls=[summon("planner", "Plan it", detached=True)]), Reply("It has its own thread."), Reply("Good.")]
    return {"root": root, "planner": [*lines, REPORT]}


def _prompt(root: Locator) -> Locator:
    return root.locator(".dsp-question")


def _notification(page: Page) -> Locator:
    page.locator(".jp-Notification-Status").click()
    return page.locator(".jp-Notification-List-Item")


def test_a_question_is_notified_answered_in_its_thread_and_the_thread_closes(page: LabPage, model: ModelServer) -> None:
    model.script = Cast(**_planned(asks(QUESTION, "OAuth", "JWT"), asks("And the tests?")))
    chat, threads = page.new_chat(), Threads(page)
    chat.send("Plan the authentication system for this project")
    chat.box.press_sequentially("meanwhile")
    expect(_prompt(chat.root)).to_contain_text(re.compile("dispatch . planner [0-9a-f]{4} asks"))
    expect(_prompt(chat.root).locator("strong", has_text="OAuth")).to_be_visible()
    expect(chat.box).to_be_focused()
    expect(chat.box).to_have_value("meanwhile")

    note = _notification(page.page)
    expect(note).to_contain_text(re.compile("dispatch . planner [0-9a-f]{4} asks you: Should this support OAuth"))
    note.get_by_role("button", name="Answer").click()
    expect(threads.tab("planner")).to_have_attribute("aria-selected", "true")
    thread = threads.shown()
    expect(_prompt(thread.root)).to_be_focused()
    page.page.keyboard.press("Escape")
    expect(thread.box).to_be_focused()
    field = _prompt(thread.root).get_by_role("textbox", name="Your answer")
    field.fill("OAuth, but only for the hub")
    expect(_prompt(thread.root).get_by_role("button", name="Send the answer")).to_have_attribute(
        "aria-disabled", "false"
    )
    field.press("Enter")
    expect(thread.root).to_contain_text("You answered “OAuth, but only for the hub”")

    # a message in that thread is an answer as well
    expect(_prompt(thread.root)).to_contain_text("And the tests?")
    thread.box.fill("Write them first")
    thread.box.press("Enter")
    closed = thread.root.get_by_label("This thread is closed")
    expect(closed).to_contain_text(re.compile("planner [0-9a-f]{4} is done"))
    expect(_prompt(chat.root)).to_have_count(0)
    expect(chat.root.locator("[data-purpose=result]")).to_contain_text("Both; OAuth for the hub only.")
    expect(chat.root.locator("[data-purpose=result]")).not_to_contain_text("agent_result")
    expect(chat.call("summon").locator(".dsp-peer-state")).to_have_attribute("data-state", "done")


def test_the_second_of_two_answers_is_said_to_be_late(page: LabPage, model: ModelServer) -> None:
    model.script = Cast(**_planned(asks(QUESTION, "OAuth", "JWT")))
    chat = page.new_chat()
    chat.send("Plan it")
    expect(_prompt(chat.root)).to_be_visible()
    request = _prompt(chat.root).get_attribute("data-request")

    def overtake(route: Route) -> None:
        page.process.ask("POST", f"dispatch/questions/{request}", {"answer": "OAuth"})
        route.continue_()

    page.page.route(f"**/questions/{request}*", overtake)
    _prompt(chat.root).get_by_role("button", name="JWT").click()
    expect(chat.root.locator(".dsp-late")).to_contain_text("Your answer “JWT” came too late.")
    expect(chat.root.locator(".dsp-late")).to_contain_text("answered “OAuth”")
    chat.root.locator(".dsp-late button").click()
    expect(chat.root.locator(".dsp-late")).to_have_count(0)


def test_the_timeline_says_who_ran_when_and_waited_on_what(page: LabPage, model: ModelServer) -> None:
    model.script = Cast(
        root=[Reply(calls=[summon("researcher", "Look"), summon("planner", "Plan", detached=True)]), Reply("Done.")],
        researcher=[Reply("Found it.", first=1.5)],
        planner=[asks("Which one?", "A")],
    )
    page.new_chat().send("Go")
    page.panel.finished("Done.")
    page.command("Dispatch: Agents")
    view = page.page.locator(".jp-MainAreaWidget:visible .dsp-chat")
    view.get_by_role("button", name="Timeline").click()
    chart, details = view.locator(".dsp-tl-box"), view.locator(".dsp-tl-details")
    expect(chart.locator(".dsp-tl-row")).to_have_count(3)
    expect(chart.locator(".dsp-tl-children").first).to_be_visible()
    chart.focus()
    page.page.keyboard.press("Home")
    expect(details).to_contain_text(re.compile(r"dispatch (at rest|running) · .* to "))
    if "at rest" in details.inner_text():  # where the machine is slow, the message came a while after its agent
        page.page.keyboard.press("ArrowRight")
    expect(details).to_contain_text(re.compile(r"dispatch running · .* to "))
    page.page.keyboard.press("ArrowRight")
    expect(details).to_contain_text(re.compile("dispatch waiting for .*researcher [0-9a-f]{4}"))
    page.page.keyboard.press("Control+End")
    page.page.keyboard.press("End")
    expect(details).to_contain_text("waiting for your answer")
    expect(details).to_contain_text("so far")
    before = details.inner_text()
    expect(details).not_to_have_text(before)  # it moves with the time
    view.get_by_role("button", name="Table").click()
    row = view.locator("tr", has_text="researcher")
    expect(row).to_contain_text("✓ done")
    row.get_by_role("button").click()
    expect(view.locator(".dsp-tl-periods")).to_contain_text(re.compile(r"running · \d+(\.\d+)? s"))


def test_the_tree_and_the_threads_in_cells(page: LabPage, model: ModelServer) -> None:
    model.script = Cast(**_planned(asks(QUESTION, "OAuth", "JWT")))
    notebook = page.notebook(
        "agents.ipynb",
        "import dispatch_jupyter as dispatch\ndispatch.chat('new')",
        "dispatch.tree()",
        "dispatch.agent('planner')",
        "dispatch.agent('ffff')",
    )
    notebook.run(0)
    chat = notebook.chat(0).ready()
    chat.send("Plan it")
    switch = chat.root.locator(".dsp-thread-switch select")
    expect(switch).to_have_accessible_name("Thread")
    for cell in (1, 2, 3):
        notebook.run(cell)
    tree = notebook.chat(1).root
    tree.get_by_role("treeitem").filter(has_text="planner").click()
    expect(_prompt(tree.locator(".dsp-split-thread"))).to_contain_text("Should this support")
    expect(notebook.cells.nth(3)).to_contain_text("This session has no agent ffff.")
    expect(notebook.cells.nth(3)).to_contain_text(re.compile(r"[0-9a-f]{4} \(planner, waiting"))

    thread = notebook.chat(2).root
    _prompt(thread).get_by_role("button", name="JWT").click()
    expect(thread.get_by_label("This thread is closed")).to_be_visible()
    switch.select_option(index=1)
    expect(chat.root.get_by_label("This thread is closed")).to_be_visible()
    expect(chat.root).to_contain_text("You answered “JWT”")
