"""How a transcript looks: HTML that loads nothing, a terminal that only goes forward, a cell that is not flooded."""

import io
import re
import time
from typing import Any

import pytest

from dispatch_jupyter.notebook import screen
from dispatch_jupyter.notebook.html import markdown, to_html
from dispatch_jupyter.notebook.screen import Cell, Terminal
from dispatch_jupyter.notebook.transcript import Call, Doing, Foot, Problem, Text

TAGS = {"p", "a", "code", "pre", "em", "strong", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td"}


@pytest.mark.parametrize(
    "text",
    [
        "![](http://stranger.example/?secret)",
        "![a](//stranger.example/x.png)",
        "![a][r]\n\n[r]: http://stranger.example/x.png",
        "[![a](http://stranger.example/x.png)](http://other.example)",
        '<img src="http://stranger.example/x.png">',
        "<img src=http://stranger.example/x.png",
        "text <svg onload=alert(1)> text",
        '<div style="background:url(http://stranger.example)">x</div>',
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "<javascript:alert(1)>",
        "- ```\n  code\n  ```\n![x](http://stranger.example)",
        "|a|b|\n|-|-|\n|![x](http://stranger.example)|<img src=x>|",
        '[x](http://a.example/" onmouseover="alert(1))',
        '```x" onclick="alert(1)\ncode\n```',
    ],
)
def test_model_text_loads_nothing_and_runs_nothing(text: str) -> None:
    made = markdown(text)
    tags = re.findall(r"<\s*/?\s*([a-zA-Z0-9]+)([^>]*)>", made)
    assert {tag.lower() for tag, _ in tags} <= TAGS
    for _, attributes in tags:
        assert re.fullmatch(r"(\s(href|class|title)=\"[^\"]*\")*\s*/?", attributes), attributes
    assert not re.search(r'href="(?!https?://|//|#)', made)


def test_markdown_is_rendered() -> None:
    made = markdown("# T\n\n**b** `c`\n\n|a|\n|-|\n|1|\n\n```py\nx < 1\n```\n\nhttps://a.example")
    for part in ["<h1>T</h1>", "<strong>b</strong>", "<code>c</code>", "<td>1</td>", "x &lt; 1", 'href="https://a.exa']:
        assert part in made


def test_everything_but_markdown_is_escaped() -> None:
    bad = "<img src=x>"
    made = to_html([Call("✗", bad, bad, bad, done=True), Doing(bad), Problem(bad), Foot(bad)])
    assert "<img" not in made
    assert made.count("&lt;img") == 6


def terminal() -> tuple[Terminal, io.StringIO]:
    stream = io.StringIO()
    return Terminal(stream), stream


def test_a_terminal_writes_text_as_it_comes_and_each_thing_once() -> None:
    shown, stream = terminal()
    shown.show([Doing("thinking…")])
    shown.show([Doing("thinking…")])
    shown.show([Text("Let", done=False)])
    assert stream.getvalue() == "(thinking…)\nLet"
    shown.show([Text("Let me", done=False)])
    call = Call("…", "read_file", "a", "running", done=False)
    shown.show([Text("Let me.", done=True), call, Doing("thinking…")])
    assert stream.getvalue() == "(thinking…)\nLet me.\n"
    shown.show([Text("Let me.", done=True), Call("✓", "read_file", "a", "1 ms", done=True), Text("So", done=False)])
    shown.show(
        [Text("Let me.", done=True), Call("✓", "read_file", "a", "1 ms", done=True), Text("So.", done=True), Foot("f")],
        final=True,
    )
    assert stream.getvalue() == "(thinking…)\nLet me.\n✓ read_file a (1 ms)\nSo.\n(f)\n"


def test_a_terminal_says_where_a_reply_was_begun_again() -> None:
    shown, stream = terminal()
    shown.show([Text("One two", done=False)])
    shown.show([Text("Uno", done=False)])
    shown.show([Text("Uno due", done=True)], final=True)
    assert stream.getvalue() == "One two\nUno due\n"


def test_the_last_showing_leaves_nothing_out() -> None:
    shown, stream = terminal()
    shown.show([Text("Half", done=False), Call("…", "x", "", "", done=False), Problem("Stopped.")], final=True)
    assert stream.getvalue() == "Half\n… x\nStopped.\n"


class Handle:
    def __init__(self) -> None:
        self.drawn: list[str] = []

    def update(self, bundle: dict[str, str], **_: Any) -> None:
        self.drawn.append(bundle["text/plain"])


@pytest.fixture
def handle(monkeypatch: pytest.MonkeyPatch) -> Handle:
    made = Handle()

    def display(bundle: dict[str, str], **options: Any) -> Handle:
        assert options == {"raw": True, "display_id": True}
        assert set(bundle) == {"text/html", "text/plain"}
        made.update(bundle)
        return made

    monkeypatch.setattr("IPython.display.display", display)
    return made


def test_a_cell_is_drawn_at_most_ten_times_a_second_and_ends_up_whole(handle: Handle) -> None:
    cell = Cell()
    assert cell.wait() is None
    started = time.monotonic()
    while time.monotonic() - started < 0.5:
        cell.show([Text(f"at {time.monotonic()}", done=False)])
        time.sleep(0.001)
    assert 3 <= len(handle.drawn) <= 6
    assert 0 <= (cell.wait() or 0) <= screen.DRAW_SECONDS
    cell.show([Text("the end", done=True)], final=True)
    assert handle.drawn[-1] == "the end"
    assert cell.wait() is None


def test_what_was_held_back_is_shown_after_the_wait(handle: Handle) -> None:
    cell = Cell()
    cell.show([Text("a", done=False)])
    cell.show([Text("ab", done=False)])
    assert handle.drawn == ["a"]
    time.sleep(cell.wait() or 0)
    cell.show([Text("ab", done=False)])
    assert handle.drawn == ["a", "ab"]


def test_slow_drawing_means_fewer_drawings(handle: Handle, monkeypatch: pytest.MonkeyPatch) -> None:
    cell = Cell()
    cell.show([Text("a", done=False)])
    update = handle.update

    def slow(bundle: dict[str, str], **options: Any) -> None:
        time.sleep(0.05)
        update(bundle, **options)

    monkeypatch.setattr(handle, "update", slow)
    time.sleep(screen.DRAW_SECONDS)
    cell.show([Text("ab", done=False)])
    cell.show([Text("abc", done=False)])
    assert (cell.wait() or 0) > 0.4


def test_a_long_answer_stays_under_the_server_s_limit_of_output(handle: Handle) -> None:
    cell = Cell()
    cell.show([Text("word " * 100_000, done=False)])
    assert (cell.wait() or 0) == 0
    cell.show([Text("word " * 100_000 + "!", done=False)])
    assert (cell.wait() or 0) > 4
