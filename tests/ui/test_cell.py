"""A notebook's cells: the widget and the magic, also while the kernel is busy, in step with the panel."""

import re

from playwright.sync_api import Locator, expect

from lab_page import LabPage
from model_server import Call, ModelServer, Reply, Usage
from replies import hurry, slow

CHAT = "import dispatch_jupyter as dispatch\ndispatch.chat('new')"
LOAD = "%load_ext dispatch_jupyter"
BUSY_UNTIL_TOLD = """\
import pathlib, time
while not pathlib.Path("go").exists():
    time.sleep(0.02)
print("the cell has ended")"""


def drawings(output: Locator) -> list[int]:
    """Every length an output has had since `record`."""
    lengths: list[int] = output.page.evaluate("() => window.lengths")
    return lengths


def record(page: LabPage, cell: Locator) -> None:
    """From now on, note how long the cell's output is whenever it changes."""
    cell.evaluate(
        """cell => {
          window.lengths = [];
          new MutationObserver(() => {
            const length = cell.querySelector('.dispatch-answer')?.textContent.length ?? 0;
            if (length && window.lengths.at(-1) !== length) window.lengths.push(length);
          }).observe(cell, { childList: true, subtree: true, characterData: true });
        }"""
    )


def test_the_magic_streams_and_returns_an_object(page: LabPage, model: ModelServer) -> None:
    model.script = [
        Reply(calls=[Call("read_file", {"path": "README.md"})], usage=Usage(100)),
        Reply.tokens(60, pace=0.02, usage=Usage(200)),
        Reply("Written with **care**."),
        Reply("Hello from the cell."),
    ]
    notebook = page.notebook(
        "magic.ipynb",
        LOAD,
        "%dispatch --session new summarize README.md",
        "print(_.text[:9], _.usage.input_tokens, _.session_id, sep='|')",
        "%%dispatch\nwrite a line\nand another",
        "%dispatch?",
        "%dispatch",
    )
    notebook.run(0)
    record(page, notebook.cells.nth(1))
    output = notebook.run(1)
    expect(output.first).to_contain_text("read_file README.md")
    expect(output.first).to_contain_text("w59")
    assert len(set(drawings(output))) >= 3, drawings(output)

    printed = notebook.run(2)
    expect(printed.first).to_have_text(re.compile(r"w0 w1 w2 \|300\|[0-9a-f]{16}"))
    session = printed.first.inner_text().strip().rpartition("|")[2]
    expect(notebook.run(3).first).to_contain_text("Written with care.")
    assert model.requests[2].user_text == "write a line\nand another"
    assert len(page.process.state(session)["messages"]) == 5

    expect(notebook.run(4).first).to_contain_text("%dispatch --quiet")
    notebook.run(5)
    chat = notebook.chat(5).ready()
    assert chat.session == session
    expect(chat.people).to_contain_text(["summarize README.md", "write a line\nand another"])
    chat.send("hello")
    chat.finished("Hello from the cell.")


def test_the_widget_answers_while_the_kernel_is_busy(page: LabPage, model: ModelServer) -> None:
    model.script = [Reply(calls=[Call("read_file", {"path": "README.md"})]), Reply("The kernel sleeps, I do not.")]
    (page.process.project / "go").unlink(missing_ok=True)
    notebook = page.notebook("busy.ipynb", CHAT, BUSY_UNTIL_TOLD)
    notebook.run(0)
    chat = notebook.chat(0).ready()
    notebook.start(1)
    expect(notebook.prompt(1)).to_have_text("[*]:")
    chat.send("are you there?")
    chat.finished("The kernel sleeps, I do not.")
    expect(chat.call("read_file")).to_have_attribute("data-status", "completed")
    expect(notebook.prompt(1)).to_have_text("[*]:")
    (page.process.project / "go").touch()
    notebook.ended(1)
    expect(notebook.cells.nth(1)).to_contain_text("the cell has ended")


def test_panel_and_cells_show_the_same_live(page: LabPage, model: ModelServer) -> None:
    first, second = slow(1000), slow(1000)
    model.script = [first, second]
    panel = page.new_chat()
    notebook = page.notebook(
        "same.ipynb", "import dispatch_jupyter as dispatch\ndispatch.chat()", LOAD, "%dispatch more"
    )
    panel.send("count in both")
    expect(panel.answers.last).to_contain_text("w1 ")
    notebook.run(0)
    cell = notebook.chat(0)
    expect(cell.answers.last).to_contain_text("w20 ")
    assert cell.session == panel.session
    hurry(first)
    for chat in (panel, cell):
        chat.finished("w999")
    assert cell.answers.last.inner_text() == panel.answers.last.inner_text()

    notebook.run(1)
    notebook.start(2)
    for chat in (panel, cell):
        expect(chat.people.last).to_contain_text("more")
        expect(chat.stop).to_be_visible()
    hurry(second)
    notebook.ended(2)
    for chat in (panel, cell):
        chat.finished("w999")
        expect(chat.people).to_have_count(2)


def test_the_stop_button_of_the_notebook_stops_the_agent(page: LabPage, model: ModelServer) -> None:
    model.script = [slow(4000), Reply("Back again.")]
    notebook = page.notebook("stop.ipynb", LOAD, "%dispatch --session new count", "%dispatch and now?")
    notebook.run(0)
    output = notebook.start(1)
    expect(output.first).to_contain_text("w5 ")
    notebook.interrupt()
    notebook.ended(1)
    assert model.requests[0].gone.wait(30), "the request to the provider is still open"
    expect(notebook.cells.nth(1)).to_contain_text("Stopped")
    panel = page.open_panel()
    panel.open_session("count")
    expect(panel.ended).to_contain_text("Stopped")
    expect(notebook.run(2).first).to_contain_text("Back again.")


def test_typing_in_the_widget_gives_the_notebook_no_commands(page: LabPage, model: ModelServer) -> None:
    model.script = [Reply(calls=[Call("list_files", {})]), Reply("Listed.")]
    notebook = page.notebook("keys.ipynb", CHAT, "1 + 1", "2 + 2")
    notebook.run(0)
    chat = notebook.chat(0).ready()
    chat.send("list")
    chat.finished("Listed.")
    for place in (chat.box, chat.toggle("list_files"), chat.root.get_by_role("log")):
        place.focus()
        page.page.keyboard.type("ddaaabbbxx00")
        expect(notebook.cells).to_have_count(3)
        expect(page.page.locator(".jp-Dialog")).to_have_count(0)
    expect(chat.box).to_have_value("ddaaabbbxx00")


def test_the_widget_comes_back_after_a_reload(page: LabPage, model: ModelServer) -> None:
    model.script = [Reply("Remember me."), Reply("Still here.")]
    notebook = page.notebook("reload.ipynb", CHAT)
    notebook.run(0)
    chat = notebook.chat(0).ready()
    chat.send("hello")
    chat.finished("Remember me.")
    notebook.save()
    page.page.reload()
    page.loaded()
    notebook.ready()
    chat.finished("Remember me.")
    chat.send("and now?")
    chat.finished("Still here.")
