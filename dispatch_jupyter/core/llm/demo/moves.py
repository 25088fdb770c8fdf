"""The demo's next move, from the conversation alone: what was asked last, and what the tools have said since."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from ..types import ChatMessage
from .digest import digest, file_text
from .listing import entries, explaining_file, like, meant, overview
from .running import Outcome, command_for_tests, outcome, report, report_on_tests
from .wish import Create, Look, Other, Read, Replace, Run, RunTests, understand

_NO_WISH = re.compile(r"\s*(go on|continue|proceed|keep going)\b|\[Dispatch: ", re.IGNORECASE)
"""Words that ask for nothing new; Dispatch's own among them, which models get as a user's."""
LABEL = "*Demo, no language model: this was put together by rules.*"
HELP = """\
I am the built-in demo of Dispatch: rules, not a language model. I can show how Dispatch works on your own files, but \
I do not understand more than these:

- `read README.md and summarize it`, or any other file
- `what files are here?`, `explain this project`
- `create hello.py that prints hi`
- `replace "old" with "new" in notes.md`
- `run the test suite`, `check what's in /etc/hosts`, or run any other command: ``run `git status` ``

For a real agent, set a key in the environment that Jupyter starts from, and start Jupyter again:

- `export ANTHROPIC_API_KEY=…`, `export OPENAI_API_KEY=…` or `export GEMINI_API_KEY=…`
- or run Ollama on this machine with a model that uses tools: `ollama pull qwen3-coder`
- or name any other model with `model: provider/name` in `dispatch.yaml`"""


@dataclass(frozen=True, slots=True)
class Move:
    """Something to say and, with a `name`, a tool to call."""

    text: str
    name: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """A tool call of this turn, and what came of it."""

    name: str
    arguments: dict[str, Any]
    result: str

    @property
    def failed(self) -> bool:
        return self.result.startswith("Error: ")

    @property
    def error(self) -> str:
        return self.result.removeprefix("Error: ").strip()


def next_move(messages: list[ChatMessage], tools: list[str]) -> Move:
    """What to do now."""
    text, steps = _turn(messages)
    move = _decide(text, steps)
    if move.name and move.name not in tools:
        return _say(f"For this I would need the tool `{move.name}`, and I have not been given it.")
    return move


def _decide(text: str, steps: list[Step]) -> Move:
    move = Move(HELP)
    match understand(text):
        case Read(path):
            move = _read(path, steps)
        case Create(path, content):
            move = _create(path, content, steps)
        case Replace(path, old, new):
            move = _replace(path, old, new, steps)
        case Look(explain):
            move = _look(steps, explain=explain)
        case Run(command):
            move = _run(command, steps)
        case RunTests():
            move = _test(steps)
        case Other():
            pass
    return move


def _read(path: str, steps: list[Step]) -> Move:
    if not steps:
        return Move(f"I read `{path}`.", "read_file", {"path": path})
    last = steps[-1]
    if last.name == "list_files":
        return _found_instead(path, steps)
    if not last.failed:
        read = last.arguments.get("path", path)
        instead = f"There is no `{path}`; I took `{read}`.\n\n" if read != path else ""
        return _say(instead + digest(file_text(read, last.result)))
    if len(steps) == 1 and "no file" in last.result:
        return Move(f"There is no `{path}`. I look for what may be meant.", "list_files", {})
    return _failure(last)


def _found_instead(path: str, steps: list[Step]) -> Move:
    paths = entries(steps[-1].result)
    if other := meant(path, paths):
        return Move(f"You may mean `{other}`.", "read_file", {"path": other})
    near = like(path, paths)
    hint = f" Similar: {', '.join(f'`{one}`' for one in near)}." if near else ""
    return _say(f"There is no file `{path}`.{hint}\n\nSend the message again with the path of a file that is there.")


def _create(path: str, content: str, steps: list[Step]) -> Move:
    if not steps:
        return Move(f"I write `{path}`.", "write_file", {"path": path, "content": content})
    last = steps[-1]
    if last.failed:
        return _failure(last)
    lines = content.count("\n")
    shown = content if lines <= 20 else "\n".join([*content.split("\n")[:20], "…"])
    language = "python" if path.endswith(".py") else path.rpartition(".")[2] if "." in path else ""
    return _say(f"{last.result.splitlines()[0]}\n\n```{language}\n{shown.rstrip()}\n```")


def _replace(path: str, old: str, new: str, steps: list[Step]) -> Move:
    if not steps:
        return Move(f"I read `{path}` first.", "read_file", {"path": path})
    last = steps[-1]
    if last.failed:
        return _failure(last)
    if last.name != "read_file":
        return _say(f"{last.result.splitlines()[0]} `{old}` is now `{new}`.")
    count = "\n".join(file_text(path, last.result).lines).count(old)
    if count == 0:
        return _say(f"`{old}` does not stand in `{path}`, so I changed nothing. Capitals count; check the spelling.")
    places = f"It stands there {count} times; I replace all." if count > 1 else "It is there; I replace it."
    arguments = {"path": path, "old_text": old, "new_text": new}
    return Move(places, "edit_file", {**arguments, "replace_all": True} if count > 1 else arguments)


def _look(steps: list[Step], *, explain: bool) -> Move:
    if not steps:
        return Move("I look at what is here.", "list_files", {})
    last = steps[-1]
    if last.failed:
        return _failure(last)
    paths = entries(steps[0].result)
    if last.name == "list_files":
        path = explaining_file(paths) if explain else None
        if path is None:
            return _say(overview(paths))
        return Move(f"`{path}` should say most about it.", "read_file", {"path": path})
    return _say(f"{overview(paths)}\n\n{digest(file_text(last.arguments.get('path', ''), last.result))}")


def _run(command: str, steps: list[Step]) -> Move:
    if not steps:
        return Move(f"I run `{command}`.", "run_shell", {"command": command})
    last = steps[-1]
    return (
        _failure(last) if last.failed else _ended(outcome(last.result)) or _say(report(command, outcome(last.result)))
    )


def _test(steps: list[Step]) -> Move:
    if not steps:
        return Move("I look which tests there are.", "list_files", {})
    last = steps[-1]
    if last.failed:
        return _failure(last)
    if last.name == "list_files":
        command = command_for_tests(entries(last.result))
        if command is None:
            return _say("I see nothing here that looks like tests, so I ran nothing.")
        return _tests_with(command)
    command, end = str(last.arguments.get("command", "")), outcome(last.result)
    if "No module named pytest" in end.output and len(steps) == 2:
        return _tests_with("python -m unittest")
    return _ended(end) or _say(report_on_tests(command, end))


def _tests_with(command: str) -> Move:
    return Move(
        f"I run `{command}`.", "run_shell", {"command": command, "description": "Run the tests", "timeout": 600}
    )


def _ended(end: Outcome) -> Move | None:
    """What is said of a command that is not over, or was ended."""
    if end.job:
        return _say(f"The command goes on in the background as job `{end.job}`; you see it among the jobs.")
    if not end.how:
        return _say("I cannot tell from the result how the command ended. It is above, as it came.")
    return None


def _failure(step: Step) -> Move:
    return _say(f"`{step.name}` did not work: {step.error}\n\nPut that right and send the message again.")


def _say(text: str) -> Move:
    return Move(f"{text}\n\n{LABEL}")


def _turn(messages: list[ChatMessage]) -> tuple[str, list[Step]]:
    """What the person said last, and the steps since."""
    asked = (place for place, m in enumerate(messages) if m["role"] == "user" and not _NO_WISH.match(_text(m)))
    start = max(asked, default=-1)
    if start < 0:
        return "", []
    since = messages[start + 1 :]
    results = {m["tool_call_id"]: _text(m) for m in since if m["role"] == "tool"}
    calls = [call for m in since if m["role"] == "assistant" for call in m.get("tool_calls") or ()]
    return _text(messages[start]), [_step(call, results.get(call["id"], "")) for call in calls]


def _step(call: dict[str, Any], result: str) -> Step:
    function = call["function"]
    return Step(function["name"], json.loads(function["arguments"] or "{}"), result)


def _text(message: ChatMessage) -> str:
    content = message.get("content") or ""
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content)
    return str(content)
