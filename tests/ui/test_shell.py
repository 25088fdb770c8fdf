"""Shell commands as a person meets them: watched, stopped, moved to the background, looked back at."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from chat_page import Chat, at_end
from lab_page import LabPage
from model_server import Call, ModelServer, Reply

# it stops in the middle until somebody has seen it run
SUITE = """\
import os
import time
import unittest


class Tides(unittest.TestCase):
    def test_heights(self):
        for hour in range(8):
            print(f"\\x1b[36mhour {hour}\\x1b[0m", flush=True)
            while hour == 2 and not os.path.exists("seen"):
                time.sleep(0.05)
        self.assertEqual(hour, 8, "the tide is late")

    def test_names(self):
        self.assertTrue("Brest")
"""
TICKER = """\
import sys, time

for number in range(6000):
    print(f"\\x1b[32mtick\\x1b[0m {number}", flush=True)
    time.sleep(float(sys.argv[1]) if len(sys.argv) > 1 else 0.05)
"""
# without site-packages: there, an editable install of Dispatch itself leads out of the project
SUITE_COMMAND = "python3 -S -m unittest -v test_tides"


class ShellCall:
    """The card of the latest command."""

    def __init__(self, chat: Chat) -> None:
        self.card = chat.call("run_shell")
        self.line = self.card.locator(".dsp-call")
        self.output = self.card.get_by_role("group", name="Output")
        self.stop = self.card.get_by_role("button", name=re.compile("^Stop the command"))
        self.to_background = self.card.get_by_role("button", name=re.compile("^Move to the background"))
        self.toggle = self.card.get_by_role("button", name=re.compile("details$"))

    def state(self, name: str) -> None:
        """Wait for it: `running`, `background`, `ok`, `failed`, `stopped`."""
        expect(self.card).to_have_attribute("data-run", name)


@pytest.fixture
def project(page: LabPage) -> Path:
    folder = page.process.project
    (folder / "test_tides.py").write_text(SUITE)
    (folder / "seen").unlink(missing_ok=True)
    (folder / "ticker.py").write_text(TICKER)
    return folder


def run(command: str, **more: object) -> Reply:
    return Reply(calls=[Call("run_shell", {"command": command, **more})])


def colour(text: Locator) -> str:
    value: str = text.evaluate("element => getComputedStyle(element).color")
    return value


def test_the_test_suite_runs_without_a_question_and_is_watched(
    page: LabPage, model: ModelServer, project: Path
) -> None:
    model.script = [run(SUITE_COMMAND), Reply("One test fails: the tide is late.")]
    chat = page.new_chat()
    chat.send("Run the test suite.")
    shell = ShellCall(chat)
    shell.state("running")
    expect(shell.line).to_contain_text(re.compile(r"\d+ s"))
    expect(shell.output).to_contain_text("hour 2")
    expect(shell.output).not_to_contain_text("FAILED")  # it is seen while it runs
    (project / "seen").touch()
    shell.state("failed")
    expect(shell.line).to_contain_text(re.compile(r"exit 1 · \d+\.\d s"))
    expect(shell.output).to_contain_text("FAILED (failures=1)")
    expect(shell.output).to_contain_text("test_names (test_tides.Tides")
    at_end(shell.output, within=2)
    chat.finished("the tide is late")

    assert colour(shell.output.locator("span", has_text="hour 3")) != colour(shell.output)
    font = shell.output.evaluate("element => getComputedStyle(element).fontFamily")
    assert "monospace" in font
    told = "".join(model.requests[-1].tool_results)
    assert "FAILED (failures=1)" in told and "exit 1" in told
    assert "\x1b" not in told
    expect(chat.root.get_by_role("alertdialog")).to_have_count(0)


def test_a_long_command_is_stopped(page: LabPage, model: ModelServer, project: Path) -> None:
    model.script = [run("python3 ticker.py", timeout=900), Reply("You stopped it.")]
    chat = page.new_chat()
    chat.send("Run the ticker.")
    shell = ShellCall(chat)
    expect(shell.output).to_contain_text("tick 20")

    shell.output.hover()
    page.page.mouse.wheel(0, -150)
    page.page.wait_for_function(
        "box => box.scrollTop + box.clientHeight < box.scrollHeight - 40", arg=shell.output.element_handle()
    )
    top = shell.output.evaluate("box => box.scrollTop")
    expect(shell.output).to_contain_text("tick 40")
    assert shell.output.evaluate("box => box.scrollTop") == top, "what comes moves what the person reads"

    shell.stop.focus()
    page.page.keyboard.press("Enter")
    expect(shell.card).to_contain_text("Stopping…")
    shell.state("stopped")
    expect(shell.line).to_contain_text(re.compile(r"stopped · \d+"))
    expect(shell.output).to_contain_text("tick 40")
    expect(shell.card).to_contain_text("stopped by")
    expect(shell.toggle).to_be_focused()
    chat.finished("You stopped it.")
    assert "stopped by" in "".join(model.requests[-1].tool_results)


def test_a_long_command_goes_on_in_the_background(page: LabPage, model: ModelServer, project: Path) -> None:
    model.script = [run("python3 ticker.py"), Reply("It goes on without me.")]
    chat = page.new_chat()
    chat.send("Run the ticker.")
    shell = ShellCall(chat)
    expect(shell.output).to_contain_text("tick 5")
    shell.to_background.click()
    shell.state("background")
    chat.finished("It goes on without me.")

    strip = chat.root.get_by_role("button", name="1 command in the background")
    strip.click()
    jobs = chat.root.get_by_role("list", name="Commands in the background")
    tail = jobs.get_by_role("group", name="End of the output")
    expect(jobs.get_by_role("listitem")).to_contain_text("python3 ticker.py")
    expect(tail).to_contain_text(re.compile(r"tick \d\d"))
    seen = len(tail.text_content() or "")
    page.page.wait_for_function(f"box => box.textContent.length > {seen}", arg=tail.element_handle())

    page.page.reload()
    page.loaded()
    chat = page.open_panel()
    shell = ShellCall(chat)
    shell.state("background")
    chat.root.get_by_role("button", name="1 command in the background").click()
    jobs.get_by_role("button", name=re.compile("^Stop the command")).click()
    shell.state("stopped")
    expect(jobs).to_contain_text("stopped")
    expect(shell.line).to_contain_text(re.compile(r"stopped · \d+"))
    expect(shell.output).to_contain_text(re.compile(r"tick \d\d"))
    expect(shell.card).to_contain_text("stopped by")
    chat.root.get_by_role("button", name="Nothing in the background").click()
    expect(jobs).to_have_count(0)


def test_words_during_a_long_command_reach_the_agent_and_it_goes_on(
    page: LabPage, model: ModelServer, project: Path
) -> None:
    model.script = [run("python3 ticker.py"), Reply("I look at both.")]
    chat = page.new_chat()
    chat.send("Run the ticker.")
    shell = ShellCall(chat)
    expect(shell.output).to_contain_text("tick 12")
    chat.send("What do you see so far?")
    chat.finished("I look at both.")
    shell.state("background")
    told = model.requests[-1]
    assert "tick 12" in str(told.body)
    assert told.user_text == "What do you see so far?"
    expect(chat.root.get_by_role("button", name="1 command in the background")).to_be_visible()
    shell.stop.click()
    shell.state("stopped")


def test_output_that_is_on_its_way_survives_a_reload(page: LabPage, model: ModelServer, project: Path) -> None:
    model.script = [run("python3 ticker.py"), Reply("Done.")]
    chat = page.new_chat()
    chat.send("Run the ticker.")
    expect(ShellCall(chat).output).to_contain_text("tick 10")
    page.page.reload()
    page.loaded()
    chat = page.open_panel()
    shell = ShellCall(chat)
    shell.state("running")
    expect(shell.output).to_contain_text("tick 0")
    expect(shell.output).to_contain_text("tick 30")
    numbers = re.findall(r"tick (\d+)\n", shell.output.text_content() or "")
    assert numbers == [str(number) for number in range(len(numbers))], "lines are missing or twice"
    shell.stop.click()
    shell.state("stopped")


def test_a_flood_keeps_the_page_usable(page: LabPage, model: ModelServer, project: Path) -> None:
    model.script = [run("timeout 4 yes 'a line of a flood, again and again'; echo the end"), Reply("Much.")]
    chat = page.new_chat()
    chat.send("Flood me.")
    shell = ShellCall(chat)
    expect(shell.output).to_contain_text("again")
    chat.box.fill("still here")
    expect(chat.box).to_have_value("still here")
    chat.finished("Much.")
    shell.state("ok")
    assert chat.root.locator(".dsp-term-line").count() <= 2_001
    expect(shell.toggle).to_have_attribute("aria-expanded", "false")
    shell.toggle.click(position={"x": 6, "y": 8})
    expect(shell.output).to_contain_text("the end")
    expect(shell.output).to_contain_text("only the beginning and the end are here")


def test_a_command_in_a_notebook_cell(page: LabPage, model: ModelServer, project: Path) -> None:
    model.script = [run("python3 ticker.py"), Reply("You stopped it.")]
    notebook = page.notebook("shell.ipynb", "import dispatch_jupyter as dispatch\ndispatch.chat(height=420)")
    notebook.run(0)
    chat = notebook.chat(0).ready()
    chat.send("Run the ticker.")
    shell = ShellCall(chat)
    expect(shell.output).to_contain_text("tick 5")
    shell.stop.click()
    shell.state("stopped")
    chat.finished("You stopped it.")


def test_hostile_output_is_text(page: LabPage, model: ModelServer, project: Path) -> None:
    (project / "hostile.txt").write_bytes(
        b"<img src=x onerror=alert(1)>\n\x1b]8;;javascript:alert(1)\x07click\x1b]8;;\x07\n"
        b"\x1b]0;title\x07\x00\x07\x1b[2J\x1b[99999999;1Hseen\n\x1b[38;2;999;0;0mred\xff\xfe\n"
        b"\x1b]0;never ended\nlast\n"
    )
    model.script = [run("cat hostile.txt"), Reply("Read.")]
    chat = page.new_chat()
    chat.send("Show it.")
    shell = ShellCall(chat)
    shell.state("ok")
    expect(shell.output).to_contain_text("<img src=x onerror=alert(1)>")
    expect(shell.output).to_contain_text("seen")
    expect(shell.output).to_contain_text("last")
    assert shell.output.locator("img, a, script").count() == 0


def test_pictures(page: LabPage, model: ModelServer, project: Path, both: Callable[[str], None]) -> None:
    """At 250 px and in the main area, light and dark, for people to look at."""
    colours = r"\033[3%dm3%d\033[9%dm 9%d\033[0m \033[4%dm 4%d \033[0m "
    palette = f"for i in 0 1 2 3 4 5 6 7; do printf '{colours}' $i $i $i $i $i $i; done"
    model.script = [
        Reply(
            "I run the tests.", calls=[Call("run_shell", {"command": SUITE_COMMAND, "description": "Run the tests"})]
        ),
        run("echo fine", cwd="harbours"),
        run(palette),
        run("kill -SEGV $$"),
        run("sleep 60", timeout=1),
        run("python3 ticker.py", background=True),
        run("python3 ticker.py 0.3"),
        Reply("Done."),
    ]
    (project / "harbours").mkdir(exist_ok=True)
    chat = page.new_chat()
    page.width(250)
    chat.send("Run the test suite, then look around.")
    shell = ShellCall(chat)
    shell.state("running")
    (project / "seen").touch()
    expect(shell.output).to_contain_text("tick 3")
    both("shell-running")
    chat.root.get_by_role("button", name="1 command in the background").click()
    expect(chat.root.get_by_role("group", name="End of the output")).to_contain_text("tick")
    both("shell-jobs")
    for element in chat.root.locator(".dsp-scroller, .dsp-content, .dsp-footer, .dsp-shell, .dsp-jobs").all():
        assert element.evaluate("e => e.scrollWidth <= e.clientWidth + 1"), "something sticks out at 250 px"
    shell.stop.click()
    chat.finished("Done.")
    chat.root.locator("[data-tool=run_shell]").first.scroll_into_view_if_needed()
    both("shell-ended")
    tab = page.open_tab()
    tab.open_session("Run the test suite")
    page.icon.click()
    tab.root.locator("[data-tool=run_shell]").first.scroll_into_view_if_needed()
    both("shell-wide")
