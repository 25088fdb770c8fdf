"""A scripted model for many agents at once: each kind of agent has lines of its own."""

import re
import threading
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from .script import Call, Entry, Received, Reply

Line = Entry | Callable[[Received], Entry | Awaitable[Entry]]
_ME = re.compile(r"You are agent (?P<handle>[0-9a-f]{4}) \((?P<name>[^)]*)\)")


class Cast:
    """The script of a model server. An agent says the lines of its kind, one a request; each agent from the first.

    Args:
        lines: what agents of a kind say; `root` is the one that nobody summoned.
    """

    def __init__(self, **lines: Sequence[Line]) -> None:
        self.lines = lines
        self.heard: list[tuple[str, Received]] = []
        """Who asked, by kind, and what it was sent."""
        self._spoken: dict[str, int] = {}
        self._lock = threading.Lock()

    def __call__(self, request: Received) -> Entry | Awaitable[Entry]:
        found = _ME.search(request.system)
        kind, who = (found["name"], found["handle"]) if found else ("root", "root")
        with self._lock:
            self.heard.append((kind, request))
            place = self._spoken.get(who, 0)
            self._spoken[who] = place + 1
        lines = self.lines[kind]
        line = lines[min(place, len(lines) - 1)]
        return line(request) if callable(line) else line

    def sent(self, kind: str) -> list[Received]:
        """What agents of a kind were sent, in order."""
        return [request for name, request in self.heard if name == kind]


def summon(agent: str, task: str = "Do it.", **more: Any) -> Call:
    """A call of that tool."""
    return Call("summon", {"agent": agent, "task": task, **more})


def result_in(request: Received) -> str:
    """The latest result of a tool that a request has in it."""
    return str(next(message["content"] for message in reversed(request.messages) if message["role"] == "tool"))


DONE = Reply("All done.")
