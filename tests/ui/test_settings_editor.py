"""Links to settings files that Jupyter does not show itself: its editor opens them all the same, and saves them."""

import re
from pathlib import Path

from playwright.sync_api import Locator, expect

from lab_page import LabPage
from settings_page import Settings

EDITOR = ".jp-FileEditor:visible .cm-content"
UNSAVED = ".lm-TabBar-tab.lm-mod-current.jp-mod-dirty"


def settings_banner(page: LabPage) -> Locator:
    return page.panel.root.locator("[data-banner=settings]")


def test_a_persons_own_settings_are_mended_where_the_banner_leads(page: LabPage, own_settings_file: Path) -> None:
    chat = page.new_chat()
    own_settings_file.write_text("limits:\n  max_steps: 20\n  max_stepz: 3\n")
    own_settings_file.chmod(0o640)
    banner = settings_banner(page)
    banner.get_by_role("button", name="Open your dispatch.yaml, line 3").click()
    editor = page.page.locator(EDITOR)
    expect(editor).to_contain_text("max_stepz")
    expect(page.page.locator("#jp-main-statusbar")).to_contain_text("Ln 3, Col 1")
    expect(editor.locator(".cm-line").nth(2).locator("span").first).to_be_visible()  # highlighted: YAML
    page.page.keyboard.press("Control+Shift+K")  # the line is taken out
    expect(editor).not_to_contain_text("max_stepz")
    expect(page.page.locator(UNSAVED)).to_have_count(1)
    page.page.keyboard.press("Control+s")

    expect(chat.root.locator(".dsp-flash")).to_contain_text("Settings taken up: ")
    expect(banner).to_have_count(0)
    assert own_settings_file.read_text() == "limits:\n  max_steps: 20\n"
    assert own_settings_file.stat().st_mode & 0o777 == 0o640
    expect(page.page.locator(".jp-Dialog")).to_have_count(0)
    expect(page.page.locator(UNSAVED)).to_have_count(0)


def test_what_another_program_wrote_meanwhile_is_not_lost(page: LabPage, own_settings_file: Path) -> None:
    page.new_chat()
    own_settings_file.write_text("limit: {}\n")
    settings_banner(page).get_by_role("button", name="Open your dispatch.yaml, line 1").click()
    editor = page.page.locator(EDITOR)
    expect(editor).to_contain_text("limit: {}")
    expect(page.page.locator("#jp-main-statusbar")).to_contain_text("Ln 1, Col 1")
    expect(page.page.locator(".jp-FileEditor:visible .cm-focused")).to_be_visible()
    page.page.keyboard.type("# mine\n")
    own_settings_file.write_text("limits: {}\n")
    page.page.keyboard.press("Control+s")
    dialog = page.page.locator(".jp-Dialog", has_text="changed on disk")
    expect(dialog).to_be_visible()
    assert own_settings_file.read_text() == "limits: {}\n"
    expect(settings_banner(page)).to_have_count(0)  # what stands there now has no fault
    dialog.get_by_role("button", name="Overwrite").click()
    expect(settings_banner(page)).to_contain_text("there is no setting limit")
    expect(page.page.locator(UNSAVED)).to_have_count(0)
    assert own_settings_file.read_text() == "# mine\nlimit: {}\n"


def test_an_open_settings_file_is_there_again_after_a_reload(page: LabPage, own_settings_file: Path) -> None:
    page.new_chat()
    own_settings_file.write_text("limit: {}\n")
    settings_banner(page).get_by_role("button", name="Open your dispatch.yaml, line 1").click()
    expect(page.page.locator(EDITOR)).to_contain_text("limit: {}")
    page.page.wait_for_url(re.compile("/tree/Dispatch"))
    page.reload(until_kept="editor:Dispatch:")
    expect(page.page.locator(EDITOR)).to_contain_text("limit: {}")
    page.page.wait_for_timeout(1_000)  # the address is looked at after the layout
    expect(page.page.locator(".jp-Dialog")).to_have_count(0)


def test_hidden_files_of_the_project_open_too(page: LabPage) -> None:
    page.new_chat()
    agents = page.process.project / ".dispatch" / "agents"
    mapping = page.process.project / ".skills" / "agents" / "reviewer.txt"
    for folder in (agents, mapping.parent):
        folder.mkdir(parents=True, exist_ok=True)
    (agents / "odd.toml").write_text("tools = [unclosed\n")
    mapping.write_text("# what reviewers are told\nno-such-skill\n")
    banner = settings_banner(page)
    try:
        banner.get_by_role("button", name="2 problems in the settings").click()
        expect(banner).to_contain_text("no-such-skill")
        banner.get_by_role("button", name="Open project's reviewer.txt, line 2").click()
        expect(page.page.locator(EDITOR)).to_contain_text("no-such-skill")
        expect(page.page.locator("#jp-main-statusbar")).to_contain_text("Ln 2, Col 1")
        banner.get_by_role("button", name="Open project's odd.toml").click()
        expect(page.page.locator(EDITOR)).to_contain_text("tools = [unclosed")
        settings = Settings.in_panel(page.panel).part("Agents")
        expect(settings.view.locator("[data-template=odd]")).to_have_attribute("data-broken", "true")
    finally:
        (agents / "odd.toml").unlink()
        mapping.unlink()
    expect(settings.view.locator("[data-template=odd]")).to_have_count(0)
    expect(banner).to_have_count(0)


def test_what_comes_with_dispatch_is_shown_read_only(page: LabPage) -> None:
    settings = Settings.in_panel(page.new_chat()).part("Skills")
    settings.skill("built-in:worker").click()
    settings.view.locator("[data-skill-shown]").get_by_role("button", name="Open worker.md").click()
    editor = page.page.locator(EDITOR)
    expect(editor).to_contain_text("worker")
    expect(page.page.locator(".jp-Document:visible")).to_contain_text("read-only")


def test_what_cannot_be_done_to_a_settings_file_is_said(page: LabPage, own_settings_file: Path) -> None:
    faults: list[str] = []
    page.page.on("pageerror", lambda error: faults.append(str(error)))
    page.new_chat()
    own_settings_file.write_text("limit: {}\n")
    settings_banner(page).get_by_role("button", name="Open your dispatch.yaml, line 1").click()
    editor = page.page.locator(EDITOR)
    expect(editor).to_contain_text("limit: {}")
    dialog = page.page.locator(".jp-Dialog")

    page.begin("docmanager:rename")
    dialog.get_by_role("textbox").fill("other.yaml")
    dialog.get_by_role("button", name="Rename").click()
    told(dialog, "dispatch.yaml was not renamed", str(own_settings_file))
    page.begin("docmanager:delete")
    dialog.get_by_role("button", name="Delete").click()
    told(dialog, "dispatch.yaml was not deleted", str(own_settings_file))
    page.begin("docmanager:duplicate")
    told(dialog, "dispatch.yaml was not copied", str(own_settings_file))
    page.begin("docmanager:save-as")
    dialog.get_by_role("textbox").fill(f"{own_settings_file}.copy")
    dialog.get_by_role("button", name="Save").click()
    told(dialog, "To keep a copy elsewhere, use Download.")
    page.begin("docmanager:restore-checkpoint")
    told(dialog, "No checkpoints")
    with page.page.expect_download() as download:
        page.begin("docmanager:download")
    assert download.value.suggested_filename == "dispatch.yaml"
    assert Path(download.value.path()).read_text() == "limit: {}\n"
    own_settings_file.write_text("# theirs\nlimit: {}\n")
    page.begin("docmanager:reload")
    expect(editor).to_contain_text("# theirs")
    assert own_settings_file.read_text() == "# theirs\nlimit: {}\n"
    assert faults == []


def told(dialog: Locator, *words: str) -> None:
    for said in words:
        expect(dialog).to_contain_text(said)
    dialog.get_by_role("button", name=re.compile("ok|close|dismiss", re.IGNORECASE)).last.click()
    expect(dialog).to_have_count(0)
