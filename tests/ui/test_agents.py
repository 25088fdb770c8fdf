"""The tree of agents: it is there live, any agent's thread can be watched and written to, and has a tab."""

import re

from playwright.sync_api import expect

from agents_page import Threads, Tree, asks
from lab_page import LabPage
from model_server import Call, ModelServer, Reply
from model_server.cast import Cast, summon

FOUND = "Sign-in is one middleware in auth.py; there is no session store."


def test_agents_are_watched_in_the_panel_as_they_work(page: LabPage, model: ModelServer) -> None:
    model.script = Cast(
        root=[
            Reply("I ask two.", calls=[summon("researcher", "Look at auth.py"), summon("writer", "Write it up")]),
            Reply("Both are done."),
        ],
        researcher=[Reply(calls=[Call("read_file", {"path": "README.md"})]), Reply(FOUND, pace=0.2)],
        writer=[Reply("Written.", first=1.0)],
    )
    chat = page.new_chat()
    tree = Tree(chat.root)
    expect(tree.root).to_have_count(0)
    chat.send("Research how authentication works here")
    expect(tree.rows).to_have_count(3)
    expect(tree.rows.first).to_have_attribute("aria-selected", "true")
    expect(tree.row("researcher")).to_have_attribute("aria-level", "2")

    tree.row("researcher").click()
    expect(chat.root.locator(".dsp-thread-path")).to_contain_text(re.compile("researcher [0-9a-f]{4}"))
    expect(chat.root).to_contain_text("Look at auth.py")
    chat.record_growth()
    expect(chat.answers.last).to_contain_text("no session store.")
    assert len(set(chat.growth())) >= 3, chat.growth()
    tree.is_in("researcher", "done")
    expect(chat.root.get_by_label("This thread is closed")).to_be_visible()

    tree.row("dispatch").click()
    chat.finished("Both are done.")
    expect(tree.summary).to_contain_text("3 agents")
    expect(tree.summary).to_contain_text("2 done")
    expect(chat.root.locator(".dsp-thread-head")).to_have_count(0)


def test_a_detached_agent_gets_a_tab_behind_what_the_person_does(page: LabPage, model: ModelServer) -> None:
    model.script = Cast(
        root=[Reply(calls=[summon("planner", "Plan it", detached=True)]), Reply("Go and see."), Reply("A fine plan.")],
        planner=[
            asks("OAuth, JWT, or both?", "OAuth", "JWT", "Both"),
            Reply(calls=[Call("report", {"result": "Both; OAuth for the hub only."})]),
        ],
    )
    chat, threads = page.new_chat(), Threads(page)
    tree = Tree(chat.root)
    chat.send("Plan the authentication system for this project")
    chat.box.press_sequentially("and meanwhile")
    expect(threads.tab("planner")).to_have_count(1)
    expect(threads.tab("planner")).to_have_attribute("aria-selected", "false")
    expect(threads.tab("planner")).to_have_class(re.compile("dsp-tab-unseen"))
    expect(chat.box).to_be_focused()
    expect(chat.box).to_have_value("and meanwhile")
    expect(tree.row("planner")).to_contain_text("asks you")

    page.reload(until_kept="dispatch-chat-")
    expect(threads.tab("planner")).to_have_count(1)
    threads.tab("planner").click()
    expect(threads.tab("planner")).not_to_have_class(re.compile("dsp-tab-unseen"))
    thread = threads.shown().ready()
    thread.root.get_by_role("button", name="Both", exact=True).click()
    expect(thread.root.get_by_label("This thread is closed")).to_be_visible()
    expect(thread.box).to_have_count(0)
    page.open_panel()
    chat.finished("A fine plan.")

    threads.tab("planner").locator(".lm-TabBar-tabCloseIcon").click()
    page.reload(until_gone="dispatch-chat-")
    expect(tree.row("planner")).to_be_visible()
    expect(threads.tab("planner")).to_have_count(0)


def test_the_tree_in_a_tab_by_keyboard(page: LabPage, model: ModelServer) -> None:
    model.script = Cast(
        root=[Reply(calls=[summon("researcher", "Look"), summon("writer", "Write", background=True)]), Reply("Done.")],
        researcher=[Reply("Found.")],
        writer=[Reply("Written.")],
    )
    page.new_chat().send("Go")
    page.panel.finished("Done.")
    page.command("Dispatch: Agents")
    view = page.page.locator(".jp-MainAreaWidget:visible .dsp-chat")
    tree, threads, keyboard = Tree(view), Threads(page), page.page.keyboard
    expect(tree.rows).to_have_count(3)
    tree.row("dispatch").focus()
    keyboard.press("ArrowDown")
    expect(tree.row("researcher")).to_be_focused()
    keyboard.press("ArrowLeft")
    expect(tree.row("dispatch")).to_be_focused()
    keyboard.press("ArrowLeft")
    expect(tree.rows).to_have_count(1)
    keyboard.press("*")
    expect(tree.rows).to_have_count(3)
    keyboard.press("w")
    expect(tree.row("writer")).to_be_focused()
    keyboard.press("Space")
    expect(tree.row("writer")).to_have_attribute("aria-selected", "true")
    expect(view.locator(".dsp-split-thread")).to_contain_text("Written.")
    view.get_by_role("button", name="Details").click()
    expect(view.locator(".dsp-about").get_by_role("button", name="dispatch")).to_be_visible()
    tree.row("writer").focus()
    keyboard.press("Enter")
    expect(threads.tab("writer")).to_have_attribute("aria-selected", "true")
    expect(threads.shown().root).to_contain_text("Written.")
