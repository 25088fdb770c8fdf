"""The first minute of somebody without any key."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from lab_page import LabPage
from lab_process import LabProcess, started
from visits import Visits, picture


@pytest.fixture(scope="module")
def demo_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabProcess]:
    """A JupyterLab on a machine without any model: no key, no Ollama."""
    yield from started(LabProcess(tmp_path_factory.mktemp("demo"), {"OLLAMA_HOST": "http://127.0.0.1:9"}))


def test_the_picture_of_the_readme(demo_lab: LabProcess, visits: Visits) -> None:
    """`panel.png`, the one in `docs/images`: what a stranger sees in the first minute, without any key."""
    page = LabPage(visits.page(demo_lab), demo_lab).open()
    page.execute("markdownviewer:open", path="README.md")
    expect(page.page.locator(".jp-MarkdownViewer:visible")).to_contain_text("Tide tables")
    chat = page.open_panel()
    page.width(360)
    chat.send("read the contents of README.md and summarize it")
    chat.finished("no language model")
    page.page.mouse.move(800, 790)
    picture(page.page, "panel")


def test_without_a_key_the_demo_works_and_says_what_it_is(demo_lab: LabProcess, visits: Visits) -> None:
    page = LabPage(visits.page(demo_lab), demo_lab).open()
    chat = page.new_chat()
    card = chat.root.locator("[aria-label=Model]")
    expect(card).to_contain_text("Demo, no language model")
    for word in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GEMINI_API_KEY", "ollama pull", "dispatch.yaml"):
        expect(card).to_contain_text(word)
    expect(chat.root.get_by_role("button", name="demo, no language model")).to_be_visible()
    expect(page.page.locator(".dsp-statusbar")).to_contain_text("demo")
    examples = chat.root.get_by_role("list", name="Examples").get_by_role("button")
    expect(examples).to_have_count(3)
    picture(page.page, "demo-empty")

    for place, tool in enumerate(("read_file", "write_file", "list_files")):
        chat.new_session()
        chat.record_growth()
        examples.nth(place).click()
        answer = chat.finished("no language model")
        expect(chat.call(tool)).to_have_attribute("data-status", "completed")
        assert len(set(chat.growth())) >= 3, chat.growth()
        if tool == "read_file":
            expect(answer).to_contain_text("Tide tables")
            expect(answer).to_contain_text("Use")
        if tool == "list_files":
            expect(answer).to_contain_text("hello.py")
    assert (demo_lab.project / "hello.py").read_text() == 'print("hi")\n'

    chat.root.get_by_role("button", name="demo, no language model").click()
    expect(card).to_contain_text("ANTHROPIC_API_KEY")
    picture(page.page, "demo-explained")
    expect(chat.usage).to_contain_text("tokens")
