"""Random programs for a tree of agents: what each agent does, what people do meanwhile, and who plays it."""

import asyncio
import json
import re
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from hypothesis import strategies as st

from desk import until
from dispatch_jupyter.core.protocol.commands import SendMessage
from dispatch_jupyter.core.protocol.errors import Conflict
from dispatch_jupyter.core.protocol.ids import handle_of
from dispatch_jupyter.core.protocol.records import Agent, Message, Record
from dispatch_jupyter.core.runtime.lineage import closed
from dispatch_jupyter.core.runtime.session import Session
from dispatch_jupyter.core.runtime.setup import set_up
from dispatch_jupyter.core.runtime.workspace import Workspace
from model_server import Call, Fault, ModelServer, Reply
from model_server.script import Entry, Received
from tree_world import quiet

Mode = Literal["foreground", "background", "detached", "top_level"]
_ME = re.compile(r"You are agent (?P<handle>[0-9a-f]{4}) ")
_PLAN = re.compile(r"PLAN (\d+)\.")
_CHILD = re.compile(r"agent_id: ([0-9a-f]+-[0-9a-f]{8})")


@dataclass(frozen=True)
class Node:
    """What one agent does, a step a request; afterwards it says that it is done, or reports."""

    mode: Mode
    steps: tuple[Any, ...]
    """`("summon", nodes)`, `("retrieve",)`, `("tell", place)`, `("fail",)`, `("refuse",)`, `("look",)`."""
    pause: float
    reports: bool


@dataclass(frozen=True)
class Act:
    """What a person, or the machine, does once the model was asked so often, or all is quiet."""

    after: int
    what: Literal["say", "stop", "resume", "reopen", "kill"]
    whom: int


def _steps(below: st.SearchStrategy[Node] | None) -> st.SearchStrategy[tuple[Any, ...]]:
    own = st.sampled_from([("retrieve",), ("tell", 0), ("tell", 1), ("tell", 3), ("fail",), ("refuse",), ("look",)])
    if below is None:
        return st.lists(own, max_size=2).map(tuple)
    summons = st.tuples(st.just("summon"), st.lists(below, min_size=1, max_size=3).map(tuple))
    return st.lists(summons | own, max_size=3).map(tuple)


def _nodes(below: st.SearchStrategy[Node] | None) -> st.SearchStrategy[Node]:
    modes = st.sampled_from(["foreground", "foreground", "background", "background", "detached", "top_level"])
    return st.builds(Node, modes, _steps(below), st.sampled_from([0.0, 0.0, 0.01, 0.04]), st.booleans())


_LEAVES = _nodes(None)
_MIDDLE = _nodes(_LEAVES)
_FIRST = st.tuples(st.just("summon"), st.lists(_MIDDLE, min_size=1, max_size=3).map(tuple))
ROOTS = st.builds(
    lambda first, more: Node("top_level", (first, *more), 0.0, False), _FIRST, _steps(_MIDDLE).map(lambda s: s[:2])
)
ACTS = st.lists(
    st.builds(
        Act,
        st.integers(1, 14),
        st.sampled_from(["say", "say", "stop", "stop", "resume", "reopen", "kill"]),
        st.integers(0, 5),
    ),
    max_size=4,
).map(lambda acts: sorted(acts, key=lambda act: act.after))


class Players:
    """The scripted model: every agent goes by the node its brief names."""

    def __init__(self, root: Node) -> None:
        self.nodes: list[Node] = [root]
        self.session: Session | None = None
        self._place: dict[str, int] = {}
        self._lock = threading.Lock()

    def __call__(self, request: Received) -> Entry:
        found = _ME.search(request.system)
        who = found["handle"] if found else "root"
        with self._lock:
            place = self._place.get(who, 0)
            self._place[who] = place + 1
            node = self._node(request) if found else self.nodes[0]
            return self._said(node, place, request)

    def _node(self, request: Received) -> Node:
        first = next(message for message in request.messages if message["role"] == "user")
        named = _PLAN.search(str(first["content"]))
        return self.nodes[int(named[1])] if named else Node("foreground", (), 0.0, False)

    def _said(self, node: Node, place: int, request: Received) -> Entry:
        if place >= len(node.steps):
            reports = node.mode == "detached" and node.reports and "report" in request.tool_names
            calls = [Call("report", {"result": "Reported."})] if reports else []
            return Reply("Done.", calls=calls, first=node.pause)
        kind, *more = node.steps[place]
        if kind == "fail":
            return Fault(status=400, body='{"error": {"message": "no"}}')
        if kind == "refuse":
            return Reply("I begin.", stop="refusal", first=node.pause)
        return Reply(f"Step {place}.", calls=self._calls(kind, more, request), first=node.pause)

    def _calls(self, kind: str, more: Sequence[Any], request: Received) -> list[Call]:
        if kind == "summon":
            return [self._summon(node) for node in more[0]]
        if kind == "tell" and self.session:
            others = self.session.tables.agents()
            return [Call("send_to_agent", {"agent": handle_of(others[more[0] % len(others)].id), "message": "Hello"})]
        own = _CHILD.findall(json.dumps(request.body["messages"]))
        if kind == "retrieve" and own:
            return [Call("retrieve", {"id": own[-1]})]
        return [Call("agent_status", {})]

    def _summon(self, node: Node) -> Call:
        self.nodes.append(node)
        how = {} if node.mode == "foreground" else {node.mode: True}
        agent = "user" if node.mode == "top_level" else "lead"
        return Call("summon", {"agent": agent, "task": f"PLAN {len(self.nodes) - 1}.", **how})


class Play:
    """One program, played on a folder of its own; a killed server goes on in a copy of it."""

    def __init__(self, model: ModelServer, project: Path, folder: Path) -> None:
        self._model = model
        self._project = project
        self._folder = folder
        self._count = 0
        self.workspace: Workspace | None = None
        self.session: Session | None = None
        self.versions: list[Record] = []
        """All that was put, in order, since the latest server began; before that, how it found everything."""

    async def play(self, root: Node, acts: Sequence[Act]) -> None:
        players = self._players = Players(root)
        self._model.script = players
        begun = len(self._model.requests)
        self._open()
        accepted = await self.workspace.send(SendMessage(text="Go"), "me")
        self.session = players.session = await self.workspace.session(accepted.session_id)
        for act in acts:
            await self._until_asked(begun + act.after)
            await self._do(act)
        await quiet(self.workspace, self.session)

    async def close(self) -> None:
        if self.workspace:
            await self.workspace.close()

    async def _do(self, act: Act) -> None:
        agents = self.session.tables.agents()
        whom = agents[act.whom % len(agents)]
        try:
            match act.what:
                case "say":
                    await self.workspace.queue(whom.id, "A word", "me")
                case "stop":
                    await self.workspace.interrupt(whom.id)
                case "resume":
                    await self.workspace.resume(whom.id)
                case _:
                    await self._again(killed=act.what == "kill")
        except Conflict:
            pass  # not the moment for it: an ordinary answer

    async def _again(self, *, killed: bool) -> None:
        """The server ends and another begins; a killed one leaves the files as they are at this moment."""
        session_id = self.session.tables.session.id
        await self.session.saved()
        if killed:
            copy = self._folder.with_name(f"{self._folder.name}-again")
            shutil.copytree(self._folder, copy, ignore=shutil.ignore_patterns("*.lock", "*.owner"))
            self._folder = copy
        await self.workspace.close()
        self.versions.clear()
        self._open()
        self.session = self._players.session = await self.workspace.session(session_id)
        self.versions[:0] = [record for record in self.session.tables.all() if record not in self.versions]

    def _open(self) -> None:
        self._count += 1
        name = f"instance{self._count}"
        self.workspace = set_up(project=self._project, folder=self._folder, instance=name, server_url="")

    async def _until_asked(self, count: int) -> None:
        """Waits until the model was asked so often, or all is quiet."""
        asked = asyncio.create_task(until(lambda: len(self._model.requests) >= count))
        still = asyncio.create_task(quiet(self.workspace, self.session))
        await asyncio.wait([asked, still], return_when=asyncio.FIRST_COMPLETED)
        for task in (asked, still):
            task.cancel()
        await asyncio.gather(asked, still, return_exceptions=True)


@contextmanager
def watched(play: Play) -> Iterator[None]:
    """All that is put meanwhile is among the play's versions."""
    put = Session.put

    def noting(self: Session, record: Any, **how: Any) -> Any:
        stamped = put(self, record, **how)
        play.versions.append(stamped)
        return stamped

    Session.put = noting
    try:
        yield
    finally:
        Session.put = put


def check_ends(versions: Sequence[Record]) -> None:
    """What has ended stays as it is: only that its parent knows may be noted, and what nobody read be withdrawn."""
    ended: dict[str, Agent] = {}
    queued: set[str] = set()
    for record in versions:
        if isinstance(record, Agent):
            before = ended.get(record.id)
            if before is not None:
                assert record.model_copy(update={"seq": 0, "told": True}) == before, (before, record)
            elif closed(record):
                ended[record.id] = record.model_copy(update={"seq": 0, "told": True})
        elif isinstance(record, Message):
            if record.agent_id in ended and record.role != "notice":
                assert record.status in ("withdrawn", "queued", "failed", "interrupted", "complete", "delivered"), (
                    record
                )
                assert record.status == "withdrawn" or record.id not in queued, record
            if record.status == "queued":
                queued.add(record.id)
