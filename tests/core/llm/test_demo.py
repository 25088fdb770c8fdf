"""The demo, played with the real tools on a small project."""

import asyncio
import json
import time
from pathlib import Path

import pytest

from dispatch_jupyter.core.llm.client import RoutingClient
from dispatch_jupyter.core.llm.demo import DemoModel
from dispatch_jupyter.core.llm.demo.moves import HELP, LABEL
from dispatch_jupyter.core.llm.demo.wish import Create, Look, Other, Read, Replace, understand
from dispatch_jupyter.core.llm.types import CallDelta, Completed, ModelRequest, TextDelta
from dispatch_jupyter.core.permissions.paths import Files
from dispatch_jupyter.core.protocol.errors import DispatchError
from dispatch_jupyter.core.tools.standard import standard_tools
from dispatch_jupyter.core.tools.tool import Seen, Toolbox, ToolContext, parse_arguments

README = """\
# Weather

[![badge](https://example.com/x.svg)](https://example.com)

Weather fetches forecasts. It prints them as a table. It has a third sentence.

## Install

```sh
# not a heading
```

## Use
- one
"""


class Chat:
    """A conversation with the demo: its answers, and the calls it made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.box = Toolbox(standard_tools())
        self.context = ToolContext(call_id="c", files=Files(folder), seen=Seen())
        self.messages: list[dict] = []
        self.calls: list[tuple[str, dict]] = []

    def ask(self, text: str) -> str:
        return asyncio.run(self._turn(text))

    async def _turn(self, text: str) -> str:
        self.messages.append({"role": "user", "content": text})
        self.calls.clear()
        for _ in range(6):
            said, call = await self._step()
            if call is None:
                return said
            result = await self._result(call)
            self.messages.append({"role": "tool", "tool_call_id": call["id"], "content": result})
        raise AssertionError("it does not come to an end")

    async def _step(self) -> tuple[str, dict | None]:
        said, call = "", None
        async for event in DemoModel(pace=0).stream(ModelRequest("demo/rules", "sys", self.messages, self.box.schemas)):
            if isinstance(event, TextDelta):
                said += event.text
            elif isinstance(event, CallDelta) and call is None:
                call = {"id": event.id, "type": "function", "function": {"name": event.name, "arguments": ""}}
            elif isinstance(event, CallDelta):
                call["function"]["arguments"] += event.arguments
        assert isinstance(event, Completed)
        assert event.stop == ("calls" if call else "end")
        assert event.usage.cost_usd == 0 and event.usage.input_tokens > 0
        message = {"role": "assistant", "content": said or None}
        self.messages.append(message | ({"tool_calls": [call]} if call else {}))
        return said, call

    async def _result(self, call: dict) -> str:
        name, arguments = call["function"]["name"], call["function"]["arguments"]
        self.calls.append((name, json.loads(arguments)))
        tool = self.box.get(name)
        try:
            return (await tool.run(parse_arguments(tool, arguments), self.context)).text
        except DispatchError as error:
            return f"Error: {error.message}\n{error.hint}"


@pytest.fixture
def chat(tmp_path):
    (tmp_path / "README.md").write_text(README)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "main.py").write_text(
        '"""Reads the forecast. Then prints it."""\nimport os\n\nclass Sky: ...\n\ndef main():\n    pass\n'
    )
    (tmp_path / "data.csv").write_text("day,degrees\n1,20\n2,21\n")
    return Chat(tmp_path)


def test_summarise(chat):
    answer = chat.ask("read the contents of README.md and summarize it")
    assert chat.calls == [("read_file", {"path": "README.md"})]
    assert "**Weather**" in answer
    assert "Weather fetches forecasts. It prints them as a table." in answer
    assert "third" not in answer
    assert "- Install\n- Use" in answer and "not a heading" not in answer
    assert f"It has {len(README.splitlines())} lines" in answer
    assert answer.endswith(LABEL)


def test_it_says_what_the_file_says_now(chat):
    chat.ask("summarize README.md")
    (chat.folder / "README.md").write_text("# Tides\n\nTides counts waves.\n")
    answer = chat.ask("summarize README.md")
    assert "Tides counts waves." in answer and "Weather" not in answer


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        (
            "x.py",
            '"""One. Two. Three."""\nimport os\nclass A: ...\ndef f(): ...\n',
            ["One. Two.", "`A`", "`f`", "`os`"],
        ),
        ("x.json", '{\n  "name": 1,\n  "list": {"deep": 2}\n}\n', ["`name`, `list`"]),
        ("x.toml", '[project]\nname = "x"\n\n[tool.ruff]\n', ["`project`, `tool.ruff`"]),
        ("x.yaml", "model: a/b\nlimits:\n  max_steps: 5\n", ["`model`, `limits`"]),
        ("x.csv", "a,b\n1,2\n", ["1 row ", "`a`, `b`"]),
        ("x.txt", "first\n\nsecond\n", ["> first", "It has 3 lines and 2 words."]),
        ("empty.txt", "", ["is empty"]),
        ("README", "# Title\n\nSome text.\n", ["**Title**"]),
    ],
)
def test_kinds_of_files(chat, path, text, said):
    (chat.folder / path).write_text(text)
    answer = chat.ask(f"summarize `{path}`")
    for part in said:
        assert part in answer


def test_a_long_file_is_said_to_be_read_in_part(chat):
    (chat.folder / "long.txt").write_text("line of text\n" * 5000)
    answer = chat.ask("what is in long.txt?")
    assert "of its 5000 lines" in answer


def test_create(chat):
    answer = chat.ask("Create hello.py that prints hi")
    assert [name for name, _ in chat.calls] == ["write_file"]
    assert (chat.folder / "hello.py").read_text() == 'print("hi")\n'
    assert answer.startswith("Created `hello.py`.")
    assert '```python\nprint("hi")\n```' in answer


@pytest.mark.parametrize(
    ("wish", "path", "content"),
    [
        ('create a file greet.py that prints "Hello, world!"', "greet.py", 'print("Hello, world!")\n'),
        ("please make notes.md", "notes.md", "# Notes\n\nWritten by the Dispatch demo.\n"),
        ("write docs/plan.md with the text Ship it", "docs/plan.md", "# Plan\n\nShip it\n"),
        ("add todo.txt containing buy milk", "todo.txt", "buy milk\n"),
        ('create data.json with {"a": [1, 2]}', "data.json", '{\n  "a": [\n    1,\n    2\n  ]\n}\n'),
        ("create run.sh that echoes it's on", "run.sh", "#!/bin/sh\necho 'it'\\''s on'\n"),
        ("Create x.py:\n```python\nimport os\n\nprint(os.name)\n```", "x.py", "import os\n\nprint(os.name)\n"),
    ],
)
def test_content_that_fits(chat, wish, path, content):
    chat.ask(wish)
    assert (chat.folder / path).read_text() == content


def test_a_notebook_it_creates_is_one(chat):
    chat.ask("create try.ipynb that prints 42")
    notebook = json.loads((chat.folder / "try.ipynb").read_text())
    assert notebook["nbformat"] == 4
    assert notebook["cells"][1]["source"] == 'print("42")'


def test_a_tool_that_fails_is_reported(chat):
    chat.context.seen = Seen()
    answer = chat.ask("create README.md with the text gone")
    assert (chat.folder / "README.md").read_text() == README
    assert "`write_file` did not work:" in answer
    answer = chat.ask("create ../outside.md")
    assert "`write_file` did not work:" in answer and "send the message again" in answer


def test_list_and_explain(chat):
    answer = chat.ask("what files are here?")
    assert chat.calls == [("list_files", {})]
    assert "3 files" in answer and "`src/`" in answer and "`README.md`" in answer
    answer = chat.ask("Explain this project")
    assert [name for name, _ in chat.calls] == ["list_files", "read_file"]
    assert "3 files" in answer and "Weather fetches forecasts." in answer
    (chat.folder / "README.md").unlink()
    answer = chat.ask("explain this project")
    assert chat.calls[-1] == ("read_file", {"path": "src/main.py"})
    assert "Reads the forecast." in answer


def test_an_empty_project(tmp_path):
    assert "no files" in Chat(tmp_path).ask("what files are here?")
    assert "no files" in Chat(tmp_path).ask("explain this project")


def test_replace(chat):
    answer = chat.ask('replace "a table" with "a chart" in README.md')
    assert [name for name, _ in chat.calls] == ["read_file", "edit_file"]
    assert "It prints them as a chart." in (chat.folder / "README.md").read_text()
    assert answer.startswith("Edited `README.md`")
    chat.ask("in data.csv, change 2 to 3")
    assert (chat.folder / "data.csv").read_text() == "day,degrees\n1,30\n3,31\n"
    before = (chat.folder / "README.md").read_text()
    answer = chat.ask("replace nowhere with here in README.md")
    assert "does not stand in" in answer and (chat.folder / "README.md").read_text() == before


def test_a_file_that_is_not_there(chat):
    answer = chat.ask("summarize main.py")
    assert "I took `src/main.py`" in answer and "`Sky`" in answer
    answer = chat.ask("summarize READ.md")
    assert "There is no file `READ.md`" in answer and "`README.md`" in answer
    answer = chat.ask("summarize quite-another.rst")
    assert "There is no file `quite-another.rst`" in answer


def test_anything_else_is_answered_honestly(chat):
    for text in ("hello", "what is the meaning of life?", "fix my bug", "?"):
        assert chat.ask(text) == HELP
        assert chat.calls == []
    assert "not a language model" in HELP and "ANTHROPIC_API_KEY" in HELP


def test_go_on_goes_on(chat):
    chat.messages += [{"role": "user", "content": "summarize README.md"}]
    assert "Weather" in chat.ask("Go on from where you were stopped.")


def test_without_the_tool_it_says_so():
    async def scenario() -> str:
        asked = ModelRequest("demo/rules", "", [{"role": "user", "content": "read README.md"}], [])
        return "".join([e.text async for e in DemoModel(pace=0).stream(asked) if isinstance(e, TextDelta)])

    assert "`read_file`" in asyncio.run(scenario())


def test_it_is_deterministic_and_streams_at_a_readable_pace():
    asked = ModelRequest("demo/rules", "", [{"role": "user", "content": "hello"}], [])

    async def scenario() -> tuple[list, list[float]]:
        events, times = [], []
        async for event in RoutingClient().stream(asked):
            events.append(event)
            times.append(time.monotonic())
            if len(events) == 12:
                break
        return events, times

    first, times = asyncio.run(scenario())
    second, _ = asyncio.run(scenario())
    assert first == second
    assert 0.013 < (times[-1] - times[0]) / 11 < 0.06


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("Read README.md", Read("README.md")),
        ("what does src/app/main.py do?", Read("src/app/main.py")),
        ('please summarise "my notes.md"', Read("my notes.md")),
        ("write a summary of README.md", Read("README.md")),
        ("explain .gitignore", Read(".gitignore")),
        ("show me the Makefile", Read("Makefile")),
        ("Summarize README.md.", Read("README.md")),
        ("replace `a b` with `c` in `x.py`", Replace("x.py", "a b", "c")),
        ("change foo to bar in src/x.py.", Replace("src/x.py", "foo", "bar")),
        ("In x.py replace 'foo' by 'bar'", Replace("x.py", "foo", "bar")),
        ("rename Old to New in the file notes.txt, please", Replace("notes.txt", "Old", "New")),
        ("LIST FILES", Look(explain=False)),
        ("what's in this folder?", Look(explain=False)),
        ("give me an overview of the codebase", Look(explain=True)),
        ("what does this project do", Look(explain=True)),
        ("version 1.2 e.g. is fine", Other()),
        ("", Other()),
    ],
)
def test_understanding(text, wish):
    assert understand(text) == wish


def test_understanding_a_new_file():
    assert isinstance(understand("Could you create a script called run_me.py which prints 1?"), Create)
