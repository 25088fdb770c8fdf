"""Reaching outside the project: what waits for the person, wherever they look, and what they allowed."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from lab_page import LabPage
from lab_process import LabProcess
from model_server import Call, ModelServer, Reply
from prompt_page import Log, Prompt
from visits import Visits


@pytest.fixture
def outside(lab: LabProcess) -> Path:
    """A folder beside the shared project, with something to read."""
    return made_outside(lab)


def made_outside(process: LabProcess) -> Path:
    folder = process.folder / "outside"
    folder.mkdir(exist_ok=True)
    for name in ("tides", "winds", "moons"):
        (folder / f"{name}.txt").write_text(f"The {name} of Brest.\n")
    return folder


def reads(*paths: Path | str) -> Reply:
    return Reply(calls=[Call("read_file", {"path": str(path)}) for path in paths])


def runs(command: str) -> Reply:
    return Reply(calls=[Call("run_shell", {"command": command})])


def focused(page: LabPage) -> str:
    """The words of what has the focus."""
    return str(
        page.page.evaluate(
            "() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent"
        )
    )


def test_leave_for_the_session_covers_the_folder(page: LabPage, model: ModelServer, outside: Path) -> None:
    model.script = [
        reads(outside / "tides.txt"),
        Reply("I have read the tides."),
        reads(outside / "winds.txt"),
        Reply("And the winds."),
    ]
    chat = page.new_chat()
    chat.send("check the tides")
    prompt = Prompt(chat).asks("Read outside the project?")
    expect(prompt.root).to_contain_text("dispatch")
    expect(prompt.reaches).to_have_text([f"read {outside}/tides.txt"])
    expect(prompt.root).to_contain_text(f"“This session” and “Always” cover {outside} and everything below.")
    expect(chat.state).to_have_text("Waits for you")
    expect(page.page.get_by_role("button", name="1 waits for you")).to_be_visible()
    assert len(model.requests) == 1, "it has gone on without an answer"

    prompt.allow("This session")
    prompt.gone()
    chat.finished("I have read the tides.")
    assert "The tides of Brest." in model.requests[1].tool_results[0]
    expect(chat.root.locator(".dsp-answered")).to_have_text(f"You allowed reading {outside} for this session")
    expect(page.page.get_by_role("button", name="1 waits for you")).to_have_count(0)

    chat.send("and the winds")
    chat.finished("And the winds.")
    assert "The winds of Brest." in model.requests[3].tool_results[0]


def test_a_command_shows_the_words_that_reach_out(page: LabPage, model: ModelServer) -> None:
    model.script = [runs("cat /etc/hosts | head -3"), Reply("That is in it.")]
    chat = page.new_chat()
    chat.send("check what's in /etc/hosts")
    prompt = Prompt(chat).asks("/etc/hosts")
    expect(prompt.command).to_contain_text("cat /etc/hosts | head -3")
    expect(prompt.command.locator("mark")).to_have_text(["/etc/hosts"])
    prompt.allow("This session")
    chat.finished("That is in it.")
    assert "localhost" in model.requests[1].tool_results[0]
    model.script = [runs("cat /etc/hostname; cat /etc/services | head -2"), Reply("And that.")]
    chat.send("and its neighbours")
    chat.finished("And that.")


def test_a_refusal_reaches_the_agent_with_its_reason(page: LabPage, model: ModelServer, outside: Path) -> None:
    model.script = [reads(outside / "tides.txt"), Reply("Then not.")]
    chat = page.new_chat()
    chat.send("check the tides")
    prompt = Prompt(chat).asks("tides.txt")
    prompt.deny.click()
    expect(prompt.reason).to_be_focused()
    prompt.reason.press("Escape")
    expect(prompt.root).to_be_focused()
    prompt.deny.click()
    prompt.reason.fill("use the almanac in the project")
    prompt.reason.press("Enter")
    chat.finished("Then not.")
    assert "use the almanac in the project" in model.requests[1].tool_results[0]
    assert "The tides of Brest" not in model.requests[1].tool_results[0]
    expect(chat.root.locator(".dsp-answered")).to_contain_text("denied reading")
    expect(chat.call("read_file")).to_have_attribute("data-status", "failed")


def test_the_keyboard_is_enough_and_never_answers_by_itself(page: LabPage, model: ModelServer, outside: Path) -> None:
    model.script = [Reply("Hello."), reads(outside / "tides.txt"), Reply("I have read it.")]
    chat = page.new_chat()
    chat.send("hello")
    chat.finished("Hello.")
    chat.send("check the tides")
    prompt = Prompt(chat).asks("tides.txt")
    expect(chat.box).to_be_focused()  # it has taken the focus from nobody
    chat.box.type("meanwhile")
    expect(prompt.button("Once")).to_be_enabled()
    page.page.keyboard.press("Alt+Shift+P")
    expect(prompt.root).to_be_focused()
    for key in ("Enter", "Space", "Escape"):
        page.page.keyboard.press(key)
    expect(chat.box).to_be_focused()
    expect(chat.box).to_have_value("meanwhile")
    page.command("Go to the Permission Prompt")
    expect(prompt.root).to_be_focused()
    labels = []
    for _ in range(4):
        page.page.keyboard.press("Tab")
        labels.append(focused(page))
    assert labels == ["Deny…", "Once", "This session", "Always"]
    page.page.keyboard.press("Shift+Tab")
    page.page.keyboard.press("Shift+Tab")
    assert len(model.requests) == 2, "something was answered on the way"
    page.page.keyboard.press("Enter")
    prompt.gone()
    expect(chat.box).to_be_focused()
    chat.finished("I have read it.")
    expect(chat.root.locator(".dsp-answered")).to_contain_text("once")


def test_two_tabs_and_a_reload(page: LabPage, model: ModelServer, outside: Path) -> None:
    model.script = [reads(outside / "tides.txt"), Reply("Read."), reads(outside / "tides.txt"), Reply("Read again.")]
    left = page.new_chat()
    left.send("check the tides")
    Prompt(left).asks("tides.txt")
    other = page.tab()
    right = other.open_panel()
    Prompt(right).asks("tides.txt").allow("Once")
    for chat in (left, right):
        Prompt(chat).gone()
        chat.finished("Read.")

    left.send("check them again")
    Prompt(right).asks("tides.txt")
    page.page.reload()
    again = page.loaded().open_panel()
    expect(page.page.get_by_role("button", name="1 waits for you")).to_be_visible()
    Prompt(again).asks("tides.txt").allow("Once")
    Prompt(right).gone()
    right.finished("Read again.")


def test_a_server_that_dies_allows_nothing(own_lab: LabProcess, visits: Visits, model: ModelServer) -> None:
    outside = made_outside(own_lab)
    model.script = [reads(outside / "tides.txt"), reads(outside / "tides.txt"), Reply("Now I have read it.")]
    page = LabPage(visits.page(own_lab), own_lab).open()
    page.dismiss_connection_errors()
    chat = page.open_panel()
    chat.send("check the tides")
    prompt = Prompt(chat).asks("tides.txt")
    own_lab.kill()
    prompt.allow("Always")
    expect(prompt.root.get_by_role("alert")).to_contain_text("does not answer")
    own_lab.start()
    prompt.gone()
    expect(chat.root.locator(".dsp-answered")).to_contain_text("Expired")
    expect(chat.root.locator(".dsp-answered")).to_contain_text("nothing was allowed")
    assert len(model.requests) == 1
    chat.root.get_by_role("button", name="Resume").click()
    Prompt(chat).asks("tides.txt").allow("Once")
    chat.finished("Now I have read it.")


def test_always_is_kept_in_the_own_settings_and_can_be_revoked(
    page: LabPage, model: ModelServer, outside: Path, own_settings_file: Path
) -> None:
    settings = own_settings_file
    settings.write_text("# mine\nshell:\n  timeout: 60  # seconds\n")
    model.script = [reads(outside / "tides.txt"), Reply("Read."), reads(outside / "winds.txt"), Reply("Read, too.")]
    chat = page.new_chat()
    chat.send("check the tides")
    Prompt(chat).asks("tides.txt").allow("Always")
    chat.finished("Read.")
    kept = settings.read_text()
    assert kept.startswith("# mine\nshell:\n  timeout: 60  # seconds\n")
    assert "auto_allow" in kept and str(outside) in kept

    chat.new_session()
    chat.send("check the winds in another session")
    chat.finished("Read, too.")
    log = Log(chat).open()
    expect(log.grants).to_have_count(1)
    expect(log.grants).to_contain_text("always (your dispatch.yaml) · given by you · asked by dispatch in")
    expect(log.lines.first).to_contain_text("winds.txt")
    log.revoke()
    assert settings.read_text() == "# mine\nshell:\n  timeout: 60  # seconds\n"
    log.close()
    model.script = [reads(outside / "moons.txt"), Reply("Not that.")]
    chat.send("check the moons")
    Prompt(chat).asks("moons.txt")


def test_the_log_filters_and_revokes_what_a_running_command_uses(
    page: LabPage, model: ModelServer, outside: Path
) -> None:
    model.script = [
        reads(outside / "tides.txt"),
        Reply("Read."),
        reads("/etc/hosts"),
        Reply("Denied."),
        runs(f"cat {outside}/winds.txt; sleep 300"),
        Reply("It was stopped."),
        reads(outside / "moons.txt"),
        Reply("Over."),
    ]
    chat = page.new_chat()
    chat.send("check the tides")
    Prompt(chat).asks("tides.txt").allow("This session")
    chat.finished("Read.")
    chat.send("check the hosts")
    Prompt(chat).asks("/etc/hosts").deny.click()
    Prompt(chat).reason.press("Enter")
    chat.finished("Denied.")

    log = Log(chat).open()
    expect(log.lines).to_have_count(2)
    expect(log.lines.first).to_contain_text("/etc/hosts")
    log.only("Denied")
    expect(log.lines).to_have_count(1)
    log.only("All")
    log.search("tides")
    expect(log.lines).to_have_count(1)
    log.search("")
    log.close()

    chat.send("watch the winds")
    expect(chat.call("run_shell")).to_contain_text("The winds of Brest.")
    log.open().revoke()
    log.close()
    chat.finished("It was stopped.")
    chat.send("check the moons")
    Prompt(chat).asks("moons.txt").allow("Once")
    chat.finished("Over.")


def test_the_log_of_all_sessions_says_what_another_one_decided(
    page: LabPage, model: ModelServer, outside: Path
) -> None:
    model.script = [reads("/etc/hosts"), Reply("Read."), Reply("Hello.")]
    chat = page.new_chat()
    chat.send("look at the almanac of hosts")
    Prompt(chat).asks("/etc/hosts").allow("This session")
    chat.finished("Read.")
    chat.new_session()
    chat.send("hello")
    chat.finished("Hello.")

    log = Log(chat).open()
    expect(log.lines).to_have_count(0)
    log.everywhere.focus()
    page.page.keyboard.press("Space")
    log.loaded()
    log.search("almanac hosts")
    expect(log.lines).to_have_count(1)
    expect(log.lines).to_contain_text("dispatch in “look at the almanac of hosts”")
    expect(log.grants).to_contain_text("another session")
    log.revoke()
    log.close()
    log.open()
    expect(log.everywhere).to_be_checked()
    log.search("almanac hosts")
    expect(log.lines.first).to_contain_text("revoked by you")
    log.everywhere.uncheck()
    expect(log.lines).to_have_count(0)


def test_a_notebook_cell_answers_while_the_kernel_is_busy(page: LabPage, model: ModelServer, outside: Path) -> None:
    model.script = [reads(outside / "tides.txt"), Reply("Read in the cell.")]
    notebook = page.notebook(
        "asks.ipynb", "import dispatch_jupyter as dispatch\ndispatch.chat('new')", "import time; time.sleep(300)"
    )
    notebook.run(0)
    chat = notebook.chat(0).ready()
    notebook.start(1)
    chat.send("check the tides")
    Prompt(chat).asks("tides.txt").allow("This session")
    chat.finished("Read in the cell.")
    expect(chat.root.locator(".dsp-answered")).to_contain_text("You allowed reading")
    expect(notebook.prompt(1)).to_have_text("[*]:")
    notebook.interrupt()


def test_several_wait_in_the_order_they_were_asked(page: LabPage, model: ModelServer, outside: Path) -> None:
    names = ("tides", "winds", "moons")
    model.script = [reads(*(outside / f"{name}.txt" for name in names)), Reply("All read.")]
    chat = page.new_chat()
    chat.send("check all of them")
    Prompt(chat).asks("1 of 3")
    asked = sorted(page.process.state(chat.session)["requests"], key=lambda request: request["created_at"])
    for request in asked:
        prompt = Prompt(chat).asks(request["reaches"][0]["path"])
        assert prompt.root.get_attribute("data-request") == request["id"]
        prompt.allow("Once")
    chat.finished("All read.")
    expect(chat.root.locator(".dsp-answered")).to_have_count(3)


def test_a_command_in_the_background_asks_when_its_agent_is_done(
    page: LabPage, model: ModelServer, outside: Path
) -> None:
    level = page.process.ask("GET", "dispatch/status")["sandbox"]
    if level != "kernel+live":
        pytest.skip(f"commands cannot wait for an answer here: the level is {level!r}")
    # a path that nobody reads in the command, nor in what it runs
    (page.process.project / "late.py").write_text(
        "import sys, time\ntime.sleep(1)\nprint(open(sys.stdin.read()).read())\n"
    )
    (page.process.project / "where.txt").write_text(str(outside / "tides.txt"))
    model.script = [
        Reply(calls=[Call("run_shell", {"command": "python3 -S late.py < where.txt", "background": True})]),
        Reply("It runs."),
    ]
    chat = page.new_chat()
    chat.send("read the tides in the background")
    chat.finished("It runs.")
    prompt = Prompt(chat).asks("tides.txt")
    expect(prompt.root).to_contain_text("it came up as it ran")
    expect(chat.call("run_shell").locator(".dsp-waits")).to_be_visible()
    expect(chat.state).to_have_text("Waits for you")
    prompt.allow("Once")
    expect(chat.call("run_shell")).to_contain_text("The tides of Brest.")
    expect(chat.state).to_have_text("Connected")


def test_a_projects_own_settings_count_once_they_are_trusted(
    page: LabPage, model: ModelServer, outside: Path, settings_file: Path
) -> None:
    settings_file.write_text(f"permissions:\n  auto_allow:\n    - {{path: {outside}, allow: read}}\n")
    model.script = [reads(outside / "tides.txt"), Reply("Read."), reads(outside / "winds.txt"), Reply("Not read.")]
    chat = page.new_chat()
    chat.send("check the tides")
    prompt = Prompt(chat).asks("tides.txt")
    banner = chat.root.get_by_role("group", name="Trust dispatch.yaml")
    expect(banner).to_contain_text("It has no effect until you trust it.")
    expect(banner.get_by_role("button", name="Trust")).to_have_count(0)
    banner.get_by_role("button", name="Review…").click()
    expect(banner.get_by_role("listitem")).to_contain_text([str(outside)])
    banner.get_by_role("button", name="Trust", exact=True).click()
    expect(banner).to_have_count(0)
    prompt.gone()
    chat.finished("Read.")
    expect(chat.root.locator(".dsp-answered")).to_contain_text("Allowed by leave given meanwhile")

    page.process.await_trust(True)
    settings_file.write_text(settings_file.read_text() + "# changed, by whomever\n")
    page.process.await_trust(False)
    chat.send("check the winds")
    prompt.asks("winds.txt").deny.click()
    prompt.reason.press("Enter")
    chat.finished("Not read.")
    expect(banner).to_be_visible()
