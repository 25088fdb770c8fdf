"""Pictures of the settings in `test-results/`, for people to look at: both themes, narrow and wide."""

from pathlib import Path

from playwright.sync_api import expect

from lab_page import LabPage
from model_server import Call, ModelServer, Reply, Usage
from settings_page import Settings
from test_keys import key_lab  # noqa: F401  the fixture is of that file
from test_settings import STYLE, TASKS
from visits import Visits

NARROW = 250
PARTS = ("Agents", "Models", "Keys", "Skills", "Files")


def test_the_settings_narrow_and_wide(key_lab, visits: Visits, model: ModelServer) -> None:  # noqa: F811
    _write_skills(key_lab.project)
    page = LabPage(visits.page(key_lab), key_lab).open()
    chat = page.new_chat()
    page.width(NARROW)
    page.pictures("setup-new")
    reads = [Call("read_file", {"path": "README.md"})]
    model.script = [
        Reply(calls=[Call("task_list", {"action": "set", "tasks": TASKS})], usage=Usage(3_000_000, 0)),
        *[Reply(calls=reads, usage=Usage(3_000_000, 0))] * 3,
    ]
    chat.send("Take speeds in degrees per hour, as the tables have them.")
    expect(chat.root.get_by_role("region", name="Waiting for key refresh")).to_be_visible()
    page.pictures("setup-waiting")
    chat.root.locator(".dsp-tasks-toggle").click()
    page.pictures("setup-tasks")
    chat.root.locator(".dsp-model-chip").click()
    page.pictures("setup-model")
    page.page.keyboard.press("Escape")
    settings = Settings.in_panel(chat)
    for name in PARTS:
        settings.part(name)
        _expect_nothing_sticks_out(settings)
        page.pictures(f"setup-narrow-{name.lower()}")
    settings.view.get_by_role("button", name="Open the settings in a tab").click()
    settings.back()
    wide = Settings.in_tab(page.page)
    for name in PARTS:
        wide.part(name)
        if name == "Skills":
            wide.skill("project:house-style").click()
            expect(wide.view.locator(".dsp-skill-text strong")).to_be_visible()
        _expect_nothing_sticks_out(wide)
        page.pictures(f"setup-wide-{name.lower()}")
    (key_lab.project / "dispatch.yaml").write_text("limits:\n  max_stepz: 3\nmodel: hevy\n")
    expect(chat.root.locator(".dsp-problems-toggle")).to_be_visible()
    chat.root.locator(".dsp-problems-toggle").click()
    page.pictures("setup-problems")


def _write_skills(project: Path) -> None:
    files = {
        ".skills/default/house-style.md": STYLE,
        ".skills/project/release.md": "---\nname: release\n---\nTag it.\n",
        ".skills/project/odd.md": "---\nname: [unclosed\n---\nText.\n",
        ".skills/agents/tester.txt": "house-style\n",
        ".skills/plots/SKILL.md": "---\nname: plots\ndescription: How plots are drawn.\n---\nUse units.\n",
        ".dispatch/agents/odd.toml": "tools = [unclosed\n",
    }
    for name, text in files.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def _expect_nothing_sticks_out(settings: Settings) -> None:
    """Nothing is wider than its room but what scrolls by itself."""
    wide = settings.view.evaluate(
        """view => [view, ...view.querySelectorAll('.dsp-settings-body, .dsp-card, .dsp-settings-head, .dsp-skill')]
            .filter(element => element.scrollWidth > element.clientWidth + 1)
            .map(element => `${element.className}: ${element.scrollWidth} in ${element.clientWidth}`)"""
    )
    assert wide == []
