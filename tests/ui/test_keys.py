"""Keys with budgets in the page: an agent goes from one to the next, waits, and goes on by itself."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lab_page import LabPage
from lab_process import LabProcess, started
from model_server import Call, ModelServer, Reply, Usage
from settings_page import SECRETS, SETTINGS, Settings
from visits import Visits

READ = [Call("read_file", {"path": "README.md"})]
THREE_DOLLARS = Usage(3_000_000, 0)


@pytest.fixture(scope="module")
def key_lab(tmp_path_factory: pytest.TempPathFactory, model: ModelServer) -> Iterator[LabProcess]:
    """A JupyterLab of somebody with two keys; what they have used stays so for the tests of a file."""
    model.script = []
    model.requests.clear()
    process = LabProcess(tmp_path_factory.mktemp("keys"), SECRETS)
    path = process.own_settings
    path.parent.mkdir(parents=True)
    path.write_text(SETTINGS.format(anthropic=model.base("anthropic"), openai=model.base("openai")))
    yield from started(process)


def frames_of(page: Page) -> list[str]:
    """What its WebSockets bring from now on."""
    brought: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: brought.append(str(frame))))
    return brought


def kept_by(process: LabProcess) -> dict[Path, bytes]:
    """Its log, the sessions' journals, and all else that it wrote; but for what goes as one looks."""
    kept: dict[Path, bytes] = {}
    for folder, _, names in os.walk(process.folder):
        for path in (Path(folder, name) for name in names):
            with suppress(FileNotFoundError):
                kept[path] = path.read_bytes() if path.is_file() else b""
    return kept


def test_budgets_are_used_up_waited_for_and_raised(key_lab: LabProcess, visits: Visits, model: ModelServer) -> None:
    browser = visits.page(key_lab)
    brought = frames_of(browser)
    page = LabPage(browser, key_lab).open()
    chat = page.new_chat()
    model.script = [Reply("One.", usage=THREE_DOLLARS)]
    chat.send("Begin")
    chat.finished("One.")
    settings = Settings.in_panel(chat).part("Keys")
    assert settings.used("first") == 3
    expect(settings.key("first")).to_contain_text("$3.00 used$2.00 leftof $5.00 a month")
    assert settings.used("second") == 0

    model.script = [Reply(calls=READ, usage=THREE_DOLLARS)] * 3 + [Reply("All done.")]
    key_lab.ask("POST", "dispatch/chat", {"session_id": chat.session, "text": "Work"})
    expect(settings.key("first")).to_have_attribute("data-status", "exhausted")
    expect(settings.key("second")).to_have_attribute("data-status", "exhausted")
    expect(settings.key("second")).to_contain_text("waiting, expected at")
    assert settings.used("first") == 5
    expect(settings.view.get_by_role("list", name="Key log")).to_contain_text("Switched from first to second")
    settings.back()

    wait = chat.root.get_by_role("region", name="Waiting for key refresh")
    expect(wait).to_contain_text(re.compile(r"expected at .*00:00 UTC \(in \d+ (h|min|s)"))
    expect(wait.locator("[data-key=second]")).to_contain_text("used up")
    switched = chat.root.get_by_role("note").filter(has_text="The model is now scripted with the key second, as first")
    expect(switched).to_contain_text(re.compile(r"is used up \(\$6.00 of \$5.00 this month\), back on .*00:00 UTC"))
    expect(chat.state).to_have_text("Waiting for a key")
    chat.root.get_by_role("button", name="Sessions").click()
    expect(chat.root.get_by_role("menuitemradio").first).to_contain_text("waits for a key")
    page.page.keyboard.press("Escape")

    text = key_lab.own_settings.read_text()
    key_lab.own_settings.write_text(text.replace("usd: 5, per: month", "usd: 50, per: month"))
    expect(chat.root.locator("[data-flash=config]")).to_contain_text("key first")
    expect(wait).to_have_count(0)
    chat.finished("All done.")
    assert "secret-of" not in page.page.content()
    assert any("All done." in frame for frame in brought), "the frames of the session were not seen"
    assert not any("secret-of" in frame for frame in brought)
    kept = kept_by(key_lab)
    assert key_lab.log in kept and any("sessions" in path.parts for path in kept)
    assert [path for path, said in kept.items() if b"secret-of" in said] == []


def test_another_model_is_chosen_and_the_conversation_stays(
    key_lab: LabProcess, visits: Visits, model: ModelServer
) -> None:
    page = LabPage(visits.page(key_lab), key_lab).open()
    chat = page.new_chat()
    text = key_lab.own_settings.read_text()
    key_lab.own_settings.write_text(re.sub(r"usd: \d+", "usd: 500", text))  # whatever was used before
    expect(chat.root.locator("[data-flash=config]")).to_contain_text("key second")
    model.script = [Reply("The heavy one."), Reply("The light one."), Reply("The reviewer's.")]
    chat.send("Who is there?")
    chat.finished("The heavy one.")
    chip = chat.root.locator(".dsp-model-chip")
    expect(chip).to_have_text("claude-scripted · first")
    chip.click()
    menu = chat.root.get_by_role("menu", name="Models")
    expect(menu.locator("[data-model=heavy]")).to_contain_text("now claude-scripted with first")
    menu.locator("[data-model=light]").click()
    expect(chip).to_have_text("scripted · second")
    chat.send("And now?")
    chat.finished("The light one.")
    assert model.requests[-1].provider == "openai"
    assert "Who is there?" in str(model.requests[-1].body["messages"])
    chip.click()
    expect(menu.locator("[data-model=light]")).to_have_attribute("aria-checked", "true")
    page.page.keyboard.press("Escape")
    expect(chip).to_be_focused()
