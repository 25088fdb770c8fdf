"""The demo, played with the real tools on a small project."""

import asyncio
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from dispatch_jupyter.core.llm.client import RoutingClient
from dispatch_jupyter.core.llm.demo import DemoModel
from dispatch_jupyter.core.llm.demo.moves import HELP, LABEL
from dispatch_jupyter.core.llm.demo.running import command_for_tests, outcome, program_for
from dispatch_jupyter.core.llm.demo.wish import Create, Look, Other, Read, Replace, Run, RunTests, understand
from dispatch_jupyter.core.llm.types import CallDelta, Completed, ModelRequest, TextDelta
from dispatch_jupyter.core.permissions.paths import Files
from dispatch_jupyter.core.permissions.places import places_of
from dispatch_jupyter.core.permissions.policy import Denied, Policy, Rule, Verdict
from dispatch_jupyter.core.protocol.errors import DispatchError
from dispatch_jupyter.core.protocol.records import Reach
from dispatch_jupyter.core.sandbox.sandbox import Sandbox
from dispatch_jupyter.core.tools.shell.ansi import plain
from dispatch_jupyter.core.tools.shell.settings import ShellSettings
from dispatch_jupyter.core.tools.shell.shell import Shell
from dispatch_jupyter.core.tools.standard import standard_tools
from dispatch_jupyter.core.tools.tool import Seen, Toolbox, ToolContext, parse_arguments

pytestmark = pytest.mark.slow

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


class Person:
    """Allows what it is asked, or nothing."""

    def __init__(self, folder: Path) -> None:
        linked = Rule("read", Path(__file__).resolve().parents[3], "auto_allow")
        self.now = Policy(folder, (linked,), places_of(os.environ, Path.home()))
        self.allows = True
        self.asked: list[str] = []

    def policy(self) -> Policy:
        return self.now

    async def ask(self, reaches: Sequence[Reach], command: str | None = None) -> tuple[Rule, ...]:
        self.asked += [reach.path for reach in reaches]
        if not self.allows:
            raise Denied("The person did not allow this. They say: no.")
        rules = tuple(Rule(reach.operation, Path(reach.path), "once", exact=True) for reach in reaches)
        self.now = self.now.also(*rules)
        return rules

    def note(self, reach: Reach, verdict: Verdict) -> None:
        pass


async def _never() -> None:
    await asyncio.Event().wait()


class Chat:
    """A conversation with the demo: its answers, and the calls it made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder = Path(os.path.realpath(folder))
        self.box = Toolbox(standard_tools())
        self.person = Person(folder)
        self.seen = Seen()
        self.messages: list[dict] = []
        self.calls: list[tuple[str, dict]] = []

    def ask(self, text: str) -> str:
        return asyncio.run(self._with_shell(text))

    async def _with_shell(self, text: str) -> str:
        sandbox = Sandbox()
        path = os.pathsep.join([str(Path(sys.executable).parent), os.defpath])
        shell = Shell(
            sandbox,
            keep=lambda _: None,
            folder=self.folder.parent / f"{self.folder.name}-shell",
            environ={**os.environ, "PATH": path, "HOME": str(self.folder.parent)},
            settings=ShellSettings,
            ports=frozenset,
        )
        self.context = ToolContext(
            "s-a", "c", Files(self.folder, self.person.policy), self.seen, self.person, shell,
            lambda _: None, lambda _: None, _never, None, None, None, None, None, None, None,
        )  # fmt: skip
        try:
            return await self._turn(text)
        finally:
            await shell.close()
            await sandbox.close()

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
            return plain((await tool.run(parse_arguments(tool, arguments), self.context)).text)
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
    chat.seen = Seen()
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


def test_a_command(chat):
    (chat.folder / "fenced.md").write_text("```sh\nls\n```\n")
    answer = chat.ask("run `ls; cat fenced.md`")
    assert chat.calls == [("run_shell", {"command": "ls; cat fenced.md"})]
    assert "ended with exit 0 after" in answer and "README.md" in answer
    assert "````text\n" in answer, "a fence longer than those in the output"
    assert "printed nothing and ended with exit 3" in chat.ask("please run the command `exit 3`")
    assert "`run_shell` did not work: The command is not valid shell" in chat.ask("run `echo 'open`")


def test_a_file_is_run(chat):
    (chat.folder / "hello.py").write_text("print('hi')")
    assert "hi" in chat.ask("run hello.py")
    assert chat.calls == [("run_shell", {"command": "python hello.py"})]


def test_what_lies_outside_is_asked_for(chat):
    answer = chat.ask("Check what's in /etc/hosts")
    assert chat.calls == [("run_shell", {"command": "cat /etc/hosts"})]
    assert chat.person.asked == ["/etc/hosts"] and "localhost" in answer
    chat.person.now = Policy(chat.folder, (), chat.person.now.places)
    chat.person.allows = False
    answer = chat.ask("check what's in /etc/hosts")
    assert "`run_shell` did not work: The person did not allow this. They say: no." in answer
    assert "localhost" not in answer


def test_the_tests_pass(chat):
    (chat.folder / "test_sky.py").write_text("def test_sky(): pass\n")
    answer = chat.ask("Run the test suite")
    assert [name for name, _ in chat.calls] == ["list_files", "run_shell"]
    assert chat.calls[1][1]["command"] == "python -m pytest"
    assert answer.startswith("The tests passed. `python -m pytest` ended with exit 0") and "1 passed" in answer
    assert chat.person.asked == [] and answer.endswith(LABEL)


def test_the_tests_fail(chat):
    (chat.folder / "test_sky.py").write_text("def test_sky(): assert 1 == 2\ndef test_sea(): pass\n")
    answer = chat.ask("run the tests, please")
    assert answer.startswith("The tests did not pass.") and "1 failed, 1 passed" in answer
    assert "- `FAILED test_sky.py::test_sky" in answer


def test_there_are_no_tests(chat):
    assert "nothing here that looks like tests" in chat.ask("run the test suite")
    assert [name for name, _ in chat.calls] == ["list_files"]


@pytest.mark.parametrize(
    ("paths", "command"),
    [
        (["src/a.py", "tests/test_a.py"], "python -m pytest"),
        (["package.json", "tests/test_a.py"], "python -m pytest"),
        (["pytest.ini"], "python -m pytest"),
        (["package.json", "Makefile"], "npm test"),
        (["Cargo.toml", "src/"], "cargo test"),
        (["go.mod"], "go test ./..."),
        (["Makefile"], "make test"),
        (["sub/package.json", "sub/Makefile", "contest.py"], None),
    ],
)
def test_which_command_runs_the_tests(paths, command):
    assert command_for_tests(paths) == command


def test_results_are_taken_apart():
    end = outcome("a\n[Denied: /x: no.]\n[exit 12 · 3.0 s]")
    assert (end.output, end.code, end.how, end.took) == ("a\n[Denied: /x: no.]", 12, "exit 12", "3.0 s")
    end = outcome("a\n[timed out after 120 s and was ended, with all its processes · 120 s]")
    assert end.code is None and end.how.startswith("timed out after 120 s")
    end = outcome("a\n[It goes on in the background as job 0a1b: read_job shows what it prints.]")
    assert (end.output, end.job) == ("a", "0a1b")
    assert outcome("strange").how == ""
    assert program_for("my file.py") == "python 'my file.py'" and program_for("a.txt") is None


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
    assert 0.013 < (times[-1] - times[0]) / 11 < 0.2


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
        ("Run the test suite", RunTests()),
        ("run all unit tests and tell me", RunTests()),
        ("please run pytest", RunTests()),
        ("do the tests pass?", RunTests()),
        ("run `git status`", Run("git status")),
        ("Execute the command: `make -j2 all`", Run("make -j2 all")),
        ("run this:\n```sh\nls -l\npwd\n```", Run("ls -l\npwd")),
        ("run my app.py", Run("python app.py")),
        ("run hello.py", Run("python hello.py")),
        ("Check what's in /etc/hosts", Run("cat /etc/hosts")),
        ("check ~/notes.txt", Run("cat ~/notes.txt")),
        ("read /etc/hosts", Read("/etc/hosts")),
        ("summarize /var/log/app.log", Read("/var/log/app.log")),
        ("write tests for x.py", Create("x.py", 'print("Hello from x")\n')),
        ("", Other()),
    ],
)
def test_understanding(text, wish):
    assert understand(text) == wish


def test_understanding_a_new_file():
    assert isinstance(understand("Could you create a script called run_me.py which prints 1?"), Create)
