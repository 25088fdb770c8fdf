"""Settings, skills and tasks in the page: what is wrong is shown where it is, and what is put right takes effect."""

import json
import re
from pathlib import Path

from playwright.sync_api import Request, expect

from lab_page import LabPage
from model_server import Call, Hang, ModelServer, Reply
from settings_page import Settings
from visits import Visits

TASKS = [
    {"title": "Read the constants", "status": "done"},
    {"title": "Take speeds in degrees per hour", "status": "in_progress"},
    {"title": "Check against Brest", "status": "pending"},
]
STYLE = """\
---
name: house-style
description: How code looks here.
---
# House style

Write **short** functions.
<img src="http://elsewhere.example/x.png"><script>document.title = 'taken'</script>
"""


def test_a_mistake_is_shown_with_its_line_and_goes_when_it_is_put_right(page: LabPage, settings_file: Path) -> None:
    chat = page.new_chat()
    settings_file.write_text("limits:\n  max_steps: 20\n  max_stepz: 3\n")
    banner = chat.root.locator("[data-banner=settings]")
    expect(banner).to_contain_text("dispatch.yaml, line 3: there is no setting limits.max_stepz")
    expect(banner).to_contain_text("Did you mean max_steps?")
    banner.get_by_role("button", name="Open project's dispatch.yaml, line 3").click()
    expect(page.page.locator(".jp-FileEditor:visible .cm-content")).to_contain_text("max_stepz")
    expect(page.page.locator("#jp-main-statusbar")).to_contain_text("Ln 3, Col 1")

    settings_file.write_text("limits:\n  max_steps: 20\n")
    expect(chat.root.locator(".dsp-flash")).to_contain_text("Settings taken up: ")
    expect(banner).to_have_count(0)
    expect(chat.root.locator(".dsp-flash")).to_have_count(0)


def test_skills_are_read_found_and_loaded(page: LabPage, model: ModelServer) -> None:
    folder = page.process.project / ".skills" / "project"
    folder.mkdir(parents=True)
    (folder / "house-style.md").write_text(STYLE)
    (folder / "release.md").write_text("---\nname: release\ndescription: How one releases.\n---\nTag it.\n")
    try:
        model.script = [Reply("Hello."), Reply("As the house does.")]
        chat = page.new_chat()
        chat.send("Hi")
        chat.finished("Hello.")
        settings = Settings.in_panel(chat).part("Skills")
        settings.view.get_by_role("searchbox", name="Search the skills").fill("looks")
        expect(settings.view.locator("[data-skill]")).to_have_count(1)
        settings.skill("project:house-style").click()
        expect(settings.view.locator(".dsp-skill-text strong")).to_have_text("short")
        expect(page.page).not_to_have_title("taken")
        settings.view.get_by_role("button", name="Load for dispatch").click()
        expect(settings.view.get_by_text("dispatch has it: loaded by hand.")).to_be_visible()
        settings.back()
        chat.send("Write a function")
        chat.finished("As the house does.")
        assert "Write **short** functions." in json.dumps(model.requests[-1].system)

        (folder / "release.md").unlink()
        expect(chat.root.locator("[data-flash=skills]")).to_contain_text("release.md")
    finally:
        for path in folder.iterdir():
            path.unlink()


def test_the_tasks_of_an_agent_are_followed(page: LabPage, model: ModelServer) -> None:
    model.script = [Reply(calls=[Call("task_list", {"action": "set", "tasks": TASKS})]), Hang()]
    chat = page.new_chat()
    chat.send("Take speeds in degrees per hour")
    tasks = chat.root.get_by_role("region", name="Tasks")
    toggle = tasks.get_by_role("button")
    expect(toggle).to_have_text("1 of 3 done:Take speeds in degrees per hour")
    toggle.focus()
    page.page.keyboard.press("Enter")
    expect(tasks.get_by_role("listitem")).to_have_count(3)
    expect(tasks.get_by_role("listitem").nth(1)).to_contain_text("in progress")

    chat.stop.click()
    done = [{**task, "status": "done"} for task in TASKS]
    model.script = [Reply(calls=[Call("task_list", {"action": "set", "tasks": done})]), Reply("All three.")]
    chat.send("Go on")
    chat.finished("All three.")
    expect(toggle).to_have_text("3 of 3 done")


def test_a_session_begins_with_the_agent_that_is_chosen(page: LabPage, model: ModelServer, settings_file: Path) -> None:
    settings_file.write_text("agents:\n  - {name: reader, title: Reader, tools: [read_file], permissions: [read]}\n")
    model.script = [Reply("I only read.")]
    chat = page.new_chat()
    chat.root.get_by_label("Agent of the new session").select_option("Reader")
    chat.send("What can you do?")
    chat.finished("I only read.")
    assert "read_file" in model.requests[-1].tool_names
    assert not {"run_shell", "write_file", "edit_file"} & set(model.requests[-1].tool_names)
    agents = page.process.state(chat.session)["agents"]
    assert [agent["template"] for agent in agents] == ["reader"]


def test_the_settings_have_a_tab_and_come_back_with_the_page(page: LabPage, visits: Visits) -> None:
    page.open_panel()
    page.command("Dispatch: Settings: Keys")
    settings = Settings.in_tab(page.page)
    expect(settings.view).to_have_attribute("data-section", "keys")
    with page.page.expect_request(_saves_the_part):
        settings.part("Files")
    expect(settings.view.locator("[data-file='dispatch.yaml']").first).to_be_visible()
    page.page.reload()
    page.loaded()
    expect(settings.view).to_have_attribute("data-section", "files")


def _saves_the_part(request: Request) -> bool:
    """JupyterLab saves its layout with a delay."""
    saves = request.method == "PUT" and "api/workspaces" in request.url
    return saves and re.search(r"section\W+files", request.post_data or "") is not None
