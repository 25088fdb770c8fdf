"""The first minute of somebody without any key."""

from playwright.sync_api import expect

from lab_page import LabPage
from lab_process import LabProcess
from visits import Visits, picture


def test_without_a_key_the_demo_works_and_says_what_it_is(demo_lab: LabProcess, visits: Visits) -> None:
    page = LabPage(visits.page(demo_lab), demo_lab).open()
    chat = page.open_panel()
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
