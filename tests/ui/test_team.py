"""A team of agents in a real browser: summoned, watched, spoken to, and back home."""

import asyncio
import threading

from playwright.sync_api import expect

from agents_page import Question, Tree
from chat_page import Chat
from lab_page import LabPage
from model_server import Call, ModelServer, Received, Reply
from model_server.cast import Cast, result_in, summon


def writes(path: str, content: str) -> Reply:
    return Reply(calls=[Call("write_file", {"path": path, "content": content})])


def test_a_planner_in_a_thread_of_its_own(page: LabPage, model: ModelServer) -> None:
    """It asks, is answered there while the first agent is spoken to about something else, reports, and is closed."""
    question = Call("ask_user", {"question": "OAuth, JWT, or both?", "options": ["OAuth", "JWT", "Both"]})
    model.script = Cast(
        root=[
            Reply(calls=[summon("planner", "Plan the authentication system.", detached=True)]),
            Reply("The planner has begun."),
            Reply("The tides are fine."),
            Reply("The plan is in plan.md."),
        ],
        planner=[
            Reply("I have read the code.", calls=[question]),
            writes("plan.md", "# Authentication\n\nOAuth.\n"),
            Reply(calls=[Call("report", {"result": "Plan: OAuth, see plan.md."})]),
        ],
    )
    chat = page.new_chat()
    chat.send("Plan the authentication system for this project")
    tab = page.page.locator(".lm-TabBar-tab", has_text="planner")
    expect(tab).to_be_visible()
    chat.finished("The planner has begun.")
    tree = Tree(chat.root)
    expect(tree.row("planner")).to_contain_text("asks you")
    chat.send("How are the tides?")
    chat.finished("The tides are fine.")
    tab.click()
    thread = Chat(page.page.locator(".jp-MainAreaWidget:visible .dsp-chat")).ready()
    asked = Question(thread.root).asks("OAuth, JWT, or both")
    expect(asked.root).to_contain_text("dispatch")  # the path to who asks
    page.pictures("tree-question")
    asked.pick("OAuth")
    asked.gone()
    expect(thread.root.locator("[data-ended=done]")).to_be_visible()
    expect(thread.box).to_have_count(0)
    chat.finished("The plan is in plan.md.")
    tree.is_in("planner", "done")
    assert (page.process.project / "plan.md").read_text().startswith("# Authentication")
    page.pictures("tree-reported")
    page.theme("JupyterLab Light")


def test_a_researcher_and_a_writer(page: LabPage, model: ModelServer) -> None:
    """Each is watched by a click; what one found goes to the other, who hears the person in the middle of its work."""
    go_on = threading.Event()

    def hand_over(request: Received) -> Reply:
        return Reply(calls=[summon("writer", "Write a summary.", context=result_in(request))])

    async def wait(request: Received) -> Reply:
        assert await asyncio.to_thread(go_on.wait, 60)
        return writes("summary.md", "A summary.\n")

    def adjusted(request: Received) -> Reply:
        heard = "focus on OAuth specifically" in str(request.messages)
        return Reply("Understood: OAuth only." if heard else "Nobody said anything.")

    model.script = Cast(
        root=[Reply(calls=[summon("researcher", "How does authentication work here?")]), hand_over, Reply("All done.")],
        researcher=[Reply.tokens(60, pace=0.02)],
        writer=[wait, adjusted],
    )
    chat = page.new_chat()
    chat.send("Research how authentication works here and write a summary")
    tree = Tree(chat.root)
    tree.is_in("researcher", "running")
    tree.row("researcher").click()
    expect(chat.answers.last).to_contain_text("w20")
    tree.is_in("writer", "running")
    tree.row("writer").click()
    expect(chat.root.get_by_text("w59").first).to_be_visible()  # in its brief
    box = chat.root.get_by_role("textbox", name="Message to writer")
    box.fill("focus on OAuth specifically")
    box.press("Enter")
    expect(box).to_have_value("")
    go_on.set()
    expect(chat.answers.last).to_contain_text("Understood: OAuth only.")
    tree.is_in("writer", "done")
    tree.row("dispatch").click()
    chat.finished("All done.")
    (found,) = [call for call in page.process.state(chat.session)["calls"] if "w59" in call["output"]]
    assert found["name"] == "summon"
    page.pictures("tree-team")
    page.theme("JupyterLab Light")


def test_fifty_children_at_once(page: LabPage, model: ModelServer) -> None:
    """All come to one end, the page goes on answering the person, and so does the server."""
    model.script = Cast(
        root=[
            Reply(calls=[summon("researcher", f"Part {number}") for number in range(50)]),
            Reply("All fifty are back."),
        ],
        researcher=[Reply.tokens(40, pace=0.05)],
    )
    chat = page.new_chat()
    chat.send("Look at everything")
    tree = Tree(chat.root)
    expect(tree.summary).to_have_attribute("data-total", "51")
    page.page.evaluate(LAG)
    tree.row("researcher").nth(3).click()
    expect(chat.answers.last).to_contain_text("w10")
    assert page.process.ask("GET", "dispatch/status")["instance"]
    tree.row("dispatch").click()
    chat.finished("All fifty are back.")
    state = page.process.state(chat.session)
    children = [agent for agent in state["agents"] if agent["parent_id"]]
    assert len(children) == 50 and {agent["status"] for agent in children} == {"done"}
    ends = [line for line in state["transitions"] if line["status"] in ("done", "error")]
    assert len(ends) == len({line["agent_id"] for line in ends}) == 50
    longest = page.page.evaluate("window.longestTask")
    assert longest < 1_000, f"the page did not answer for {longest:.0f} ms"


LAG = """
() => {
  window.longestTask = 0;
  new PerformanceObserver(list => {
    for (const task of list.getEntries()) window.longestTask = Math.max(window.longestTask, task.duration);
  }).observe({ type: 'longtask' });
}
"""


def test_the_tree_by_keyboard_and_the_timeline(page: LabPage, model: ModelServer) -> None:
    model.script = Cast(
        root=[Reply(calls=[summon("researcher", "Look."), summon("writer", "Write.")]), Reply("Done.")],
        researcher=[Reply("Found.")],
        writer=[Reply("Written.", first=1.0)],
    )
    chat = page.new_chat()
    chat.send("Go")
    chat.finished("Done.")
    tree = Tree(chat.root)
    tree.row("dispatch").focus()
    keyboard = page.page.keyboard
    keyboard.press("ArrowDown")
    expect(tree.row("researcher")).to_be_focused()
    keyboard.press("End")
    expect(tree.row("writer")).to_be_focused()
    keyboard.press("ArrowLeft")
    expect(tree.row("dispatch")).to_be_focused()
    keyboard.press("ArrowLeft")
    expect(tree.row("dispatch")).to_have_attribute("aria-expanded", "false")
    expect(tree.row("writer")).to_have_count(0)
    keyboard.press("ArrowRight")
    keyboard.press("w")
    expect(tree.row("writer")).to_be_focused()
    keyboard.press("Enter")
    thread = Chat(page.page.locator(".jp-MainAreaWidget:visible .dsp-chat")).ready()
    expect(thread.root.locator("[data-ended=done]")).to_be_visible()
