"""The panel: a file is read, a file is written, and everything of it is seen."""

import re

from playwright.sync_api import expect

from lab_page import LabPage
from model_server import Call, Fault, ModelServer, Reply, Usage

SUMMARY = (
    "The [README.md](README.md) describes **Tide tables**, a program that predicts the tides of a harbour. "
    "It wants the harbour's constants in `harbours/` and is started with `tides.py`. "
    "Each file of constants names its source."
)


def test_reads_and_summarizes_the_readme(page: LabPage, model: ModelServer) -> None:
    model.script = [
        Reply(calls=[Call("read_file", {"path": "README.md"})], usage=Usage(1200)),
        Reply(SUMMARY, pace=0.03, usage=Usage(2300)),
    ]
    chat = page.new_chat()
    chat.record_growth()
    chat.send("read the contents of README.md and summarize it")

    call = chat.call("read_file")
    expect(call).to_have_attribute("data-status", "completed")
    expect(call).to_contain_text("README.md")
    expect(call.locator(".dsp-figures")).to_contain_text(re.compile(r"\d m?s"))
    expect(call.locator(".dsp-details")).to_have_count(0)
    details = chat.unfold("read_file")
    expect(details).to_be_visible()
    expect(details.get_by_label("Arguments")).to_contain_text("pathREADME.md")
    expect(chat.result("read_file").locator("pre")).to_contain_text("Predicts the tides of a harbour")
    expect(details).to_contain_text("read_file took")
    chat.unfold("read_file")
    expect(details).to_have_count(0)

    answer = chat.finished("names its source.")
    expect(answer.locator("strong")).to_have_text("Tide tables")
    assert len(set(chat.growth())) >= 3, chat.growth()
    assert chat.growth() == sorted(chat.growth())
    expect(chat.usage).to_have_text(re.compile(r"context 2\.3K · 3\.\d+K tokens · <\$0\.01"))
    answer.get_by_role("link", name="README.md").click()
    expect(page.page.locator(".jp-FileEditor:visible .cm-content, .jp-MarkdownViewer:visible")).to_contain_text("Tide")
    assert "Predicts the tides" in model.requests[1].tool_results[0]


def test_creates_hello_py(page: LabPage, model: ModelServer) -> None:
    code = 'print("hi")\n'
    model.script = [
        Reply(calls=[Call("write_file", {"path": "hello.py", "content": code})]),
        Reply("I created `hello.py`; it prints hi."),
    ]
    chat = page.new_chat()
    chat.send("Create hello.py that prints hi")
    chat.finished("I created hello.py; it prints hi.")

    call = chat.call("write_file")
    expect(call).to_have_attribute("data-status", "completed")
    expect(call).to_contain_text("Created")
    expect(call.get_by_label("Changes to hello.py").locator(".dsp-added")).to_have_text('+print("hi")')
    assert (page.process.project / "hello.py").read_text() == code

    call.get_by_title("Open hello.py").click()
    expect(page.page.locator(".jp-FileEditor:visible .cm-content")).to_have_text('print("hi")')


def test_a_refused_key_says_what_to_do(page: LabPage, model: ModelServer) -> None:
    model.script = [Fault.bad_key(), Reply("Here I am.")]
    chat = page.new_chat()
    chat.send("Hello")
    expect(chat.error).to_contain_text("key")
    expect(chat.error).to_contain_text("OPENAI_API_KEY")
    expect(chat.error).to_contain_text("Check that the key is right")
    expect(chat.error).to_contain_text("bad_key")
    expect(chat.root).not_to_contain_text("test-key")
    chat.send("Hello again")
    chat.finished("Here I am.")
    expect(chat.error).to_have_count(0)
