"""Pictures in `test-results/` for people to look at, in a narrow panel and at full width; and what fits and is read."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from chat_page import Chat
from lab_page import LabPage
from model_server import Call, Fault, Hang, ModelServer, Reply, Usage
from replies import hurry
from visits import picture

NARROW = 250
OLD = '''\
"""Predicts tides from harmonic constants."""

import math


def height(constants, hours):
    return sum(a * math.cos(s * hours - p) for a, s, p in constants)
'''
RICH = """\
## What I changed

`height` now takes its **speeds in degrees per hour**, as the tables give them. Three things to know:

1. Constants without a phase count as `0°`.
2. The mean level is *added*, see [README.md](README.md).
3. `very_long_names_without_any_place_to_break_like_this_one_here` stay inside the panel.

```python
def height(constants: list[Constant], hours: float, level: float = 0.0) -> float:
    # the sum of the harbour's constituents at that hour, in metres above datum
    return level + sum(c.amplitude * math.cos(math.radians(c.speed * hours - c.phase)) for c in constants)
```

| constituent | speed (°/h) | amplitude (m) | phase (°) | remark |
|---|---:|---:|---:|---|
| M2 | 28.984 | 1.42 | 231 | principal lunar |
| S2 | 30.000 | 0.47 | 284 | principal solar |

> Tables before 1990 use another datum.

- [x] constants
- [ ] currents
"""
REPLIES = [
    Reply(
        reasoning="The person wants degrees. I look at the file and who calls it first.",
        calls=[
            Call("list_files", {"glob": "**/*.py"}),
            Call("read_file", {"path": "tides.py"}),
            Call("read_file", {"path": "harbours/a-harbour-with-a-rather-long-name/constants-1998.csv"}),
        ],
        usage=Usage(3400),
    ),
    Reply(
        "I read the program; now I change it.",
        calls=[
            Call(
                "edit_file",
                {"path": "tides.py", "old_text": "s * hours - p", "new_text": "math.radians(s * hours - p)"},
            )
        ],
        usage=Usage(4100, cached=3400),
    ),
    Reply(RICH, usage=Usage(4800, cached=4100)),
]


@pytest.fixture
def conversation(page: LabPage, model: ModelServer) -> Chat:
    (page.process.project / "tides.py").write_text(OLD)
    model.script = REPLIES
    chat = page.new_chat()
    chat.send("Make `height` take its speeds in degrees per hour, as the tables have them, and say what I must know.")
    chat.finished("currents")
    return chat


Both = Callable[[str], None]


def test_a_narrow_panel_and_the_main_area(page: LabPage, conversation: Chat, model: ModelServer, both: Both) -> None:
    page.width(NARROW)
    both("panel-end")
    page.theme("JupyterLab Dark")
    assert _unreadable(conversation) == []
    page.theme("JupyterLab Light")
    assert _unreadable(conversation) == []
    conversation.unfold("list_files")
    conversation.people.first.scroll_into_view_if_needed()
    both("panel-start")
    conversation.root.get_by_role("button", name="Sessions").click()
    both("panel-sessions")
    page.page.keyboard.press("Escape")

    model.script = [Hang()]
    conversation.send("And the currents?")
    expect(conversation.stop).to_be_visible()
    conversation.send("Only those of the last ten years, and leave the harbours without a name out of it, please.")
    conversation.send("Thank you.")
    expect(conversation.queue.get_by_role("listitem")).to_have_count(2)
    both("panel-queue")
    for button in conversation.queue.get_by_role("button").all()[::-1]:
        button.click()
    conversation.stop.click()
    expect(conversation.stop).to_have_count(0)
    both("panel-stopped")
    model.script = [Fault.bad_key()]
    conversation.send("Go on.")
    expect(conversation.error).to_be_visible()
    both("panel-error")
    model.script = [Reply("I am back.")]
    conversation.send("Try again.")  # else the key stays refused, for the tests after this one too
    conversation.finished("I am back.")
    conversation.new_session()
    both("panel-empty")
    _expect_nothing_sticks_out(conversation)

    chat = page.open_tab()
    chat.open_session("Make")
    page.icon.click()  # folds the side bar away
    both("main-area-end")
    _expect_nothing_sticks_out(chat)
    chat.people.first.scroll_into_view_if_needed()
    both("main-area-start")


def test_a_cell(page: LabPage, conversation: Chat, model: ModelServer, both: Both) -> None:
    notebook = page.notebook(
        "picture.ipynb",
        "import dispatch_jupyter as dispatch\ndispatch.chat(height=300)",
        "%load_ext dispatch_jupyter\n%dispatch and now in a cell",
    )
    notebook.run(0)
    notebook.chat(0).finished("currents")
    model.script = REPLIES
    notebook.run(1)
    page.icon.click()
    page.page.wait_for_function("() => !document.querySelector('#dispatch-jupyter-panel').offsetParent")
    both("cell")
    _expect_nothing_sticks_out(notebook.chat(0))


def test_a_file_that_is_being_written(page: LabPage, model: ModelServer) -> None:
    lines = "\n".join(f"row {number}" for number in range(400))

    writing = Reply("I write it.", calls=[Call("write_file", {"path": "rows.txt", "content": lines})], pace=0.05)
    model.script = [writing, Reply("Written.")]
    chat = page.new_chat()
    chat.send("Write rows.txt")
    expect(chat.call("write_file").locator(".dsp-streamed")).to_contain_text("row 9")
    picture(page.page, "streamed-file")
    hurry(writing)
    chat.finished("Written.")


def _expect_nothing_sticks_out(chat: Chat) -> None:
    """Nothing is wider than the chat but what scrolls by itself."""
    wide = chat.root.evaluate(
        """chat => [chat, ...chat.querySelectorAll('.dsp-scroller, .dsp-content, .dsp-footer, .dsp-header')]
            .filter(element => element.scrollWidth > element.clientWidth + 1)
            .map(element => `${element.className}: ${element.scrollWidth} in ${element.clientWidth}`)"""
    )
    assert wide == []


UNREADABLE = """
chat => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const layers = element =>
    element ? [...layers(element.parentElement), getComputedStyle(element).backgroundColor] : [];
  const drawn = colours => {
    for (const colour of ['white', ...colours]) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    const parts = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map(value => value / 255);
    const [r, g, b] = parts.map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = element => {
    const below = layers(element), on = drawn(below), text = drawn([...below, getComputedStyle(element).color]);
    return (Math.max(on, text) + 0.05) / (Math.min(on, text) + 0.05);
  };
  const says = element => [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
  return [...chat.querySelectorAll('*')].filter(element => says(element) && element.checkVisibility())
    .map(element => [contrast(element), element]).filter(([found]) => found < 4.5)
    .map(([found, element]) => `${found.toFixed(1)}: ${element.className} ${element.textContent.slice(0, 30)}`);
}
"""
"""Text that hardly differs from what is below it, as WCAG counts it: 4.5 is the least it wants."""


def _unreadable(chat: Chat) -> list[str]:
    found: list[str] = chat.root.evaluate(UNREADABLE)
    return found
