"""What tests of the tree of agents share: gates for the scripted model, looks at the tree, and what always holds."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from itertools import pairwise

from desk import Desk, until
from dispatch_jupyter.core.protocol.records import Agent, Message, ToolCall, Transition
from dispatch_jupyter.core.runtime.lineage import closed, resumable
from dispatch_jupyter.core.runtime.session import Session
from dispatch_jupyter.core.runtime.workspace import Workspace
from model_server import Reply
from model_server.script import Entry, Received

LEAD = """\
agents:
  - name: lead
    is_subagent: true
    permissions: [read, write, execute, summon, user_agent]
"""
"""A kind of subagent that may start others."""


class Gate:
    """A line of the scripted model that is said once the gate is open."""

    def __init__(self, entry: Entry) -> None:
        self._entry = entry
        self._open = threading.Event()
        self.asked = 0

    def __call__(self, request: Received) -> Awaitable[Entry]:
        self.asked += 1
        return self._said()

    def open(self) -> None:
        self._open.set()

    async def _said(self) -> Entry:
        while not self._open.is_set():
            await asyncio.sleep(0.002)
        return self._entry


def agents(desk: Desk, name: str) -> list[Agent]:
    """Those of a kind, the oldest first."""
    return [agent for agent in desk.session.tables.agents() if agent.name == name]


def thread(desk: Desk, agent: Agent) -> list[Message]:
    return desk.session.tables.thread(agent.id)


def calls_of(session: Session, agent: Agent) -> list[ToolCall]:
    return [call for message in session.tables.thread(agent.id) for call in session.tables.calls_of(message.id)]


def results_for(session: Session, child: Agent) -> list[Message]:
    """Messages that bring a child's result, those taken back left out."""
    brought = (one for one in session.tables.messages() if one.from_agent == child.id and one.purpose == "result")
    return [message for message in brought if message.status != "withdrawn"]


async def quiet(workspace: Workspace, session: Session, seconds: float = 20.0) -> None:
    """Waits until no agent of a session works and nothing is left to do for any.

    One may still be in a call that waits for children: where all of these wait for a person to speak.
    """

    def nothing_left() -> bool:
        if workspace._chores._tasks:
            return False
        at_work = [agent for agent in session.tables.agents() if workspace._runners.at_work(agent.id)]
        return all(agent.waiting_on == "children" and _for_people(session, agent) for agent in at_work)

    await until(nothing_left, seconds)
    await session.saved()
    await until(nothing_left, seconds)


def _for_people(session: Session, agent: Agent) -> bool:
    """Whether all that an agent waits for rests, in the end, until a person speaks."""
    below = [session.tables.agent(child_id) for child_id in agent.waits_for]
    resting = (one.status == "idle" or (one.status == "waiting" and _for_people(session, one)) for one in below)
    return bool(below) and all(resting)


def hold_saving(desk: Desk, when: Callable[[], object]) -> asyncio.Event:
    """The session's next `saved` that comes while `when` holds lasts until the event is set, once."""
    saved, release, held = desk.session.saved, asyncio.Event(), []

    async def slowly() -> None:
        if when() and not held:
            held.append(True)
            await release.wait()
        await saved()

    desk.session.saved = slowly
    return release


# ---------------------------------------------------------------------- what always holds once all is quiet


def check_tree(workspace: Workspace, session: Session) -> None:
    """All that has to be so of a tree in which nobody works."""
    for agent in session.tables.agents():
        _check_state(workspace, session, agent)
        _check_rights(session, agent)
        _check_result(session, agent)
        _check_history(session, agent)
    handles = [agent.id.rpartition("-")[2][:4] for agent in session.tables.agents()]
    assert len({*handles}) == len(handles), handles
    _check_nothing_left(workspace, session)


def _check_state(workspace: Workspace, session: Session, agent: Agent) -> None:
    at_work = workspace._runners.at_work(agent.id)
    assert agent.status not in ("running", "waiting_for_key"), agent
    assert not at_work or agent.status == "waiting", agent
    assert at_work or not session.tables.open_calls(agent.id), agent
    assert not [one for one in session.tables.thread(agent.id) if one.status == "streaming"], agent
    if agent.status == "waiting":
        assert agent.waiting_on == "children" and agent.waits_for, agent
        for child_id in agent.waits_for:
            child = session.tables.agent(child_id)
            assert not closed(child) and child.status in ("idle", "waiting"), (agent, child)
    else:
        assert agent.waiting_on is None and not agent.waits_for, agent
    if agent.parent_id is None:
        assert not closed(agent) or agent.error, agent
        assert agent.status in ("idle", "error") or at_work, agent
    elif not agent.detached:
        assert [closed(agent), resumable(agent), agent.status == "waiting"].count(True) == 1, agent
    if closed(agent):
        assert agent.status in ("done", "error") and (agent.result is not None or agent.error), agent
        left = [one for one in session.tables.thread(agent.id) if one.status == "queued" and one.purpose != "brief"]
        assert not left, (agent, left)


def _check_rights(session: Session, agent: Agent) -> None:
    if agent.parent_id is None:
        return
    own, above = agent.limits, session.tables.agent(agent.parent_id).limits
    assert {*own.operations} <= {*above.operations}, agent
    assert {*own.summons} <= {*above.summons}, agent
    assert above.tools is None or {*(own.tools or ())} <= {*above.tools}, agent
    assert own.root == above.root or own.root.startswith(above.root.rstrip("/") + "/"), agent


def _check_result(session: Session, agent: Agent) -> None:
    """The result of one that ended is known above it, and came as a message once at most, and never after a call."""
    if agent.parent_id is None or not closed(agent):
        return
    assert agent.told, agent
    brought = results_for(session, agent)
    gave = [call for call in calls_of(session, session.tables.agent(agent.parent_id)) if _gives(call, agent)]
    heard = brought or gave or not agent.background or _was_cut(session, agent)
    assert len(brought) <= 1 and heard, (agent, brought, gave)
    for message in brought:
        assert not [call for call in gave if call.ended_at < message.created_at], (agent, message, gave)


def _gives(call: ToolCall, child: Agent) -> bool:
    if call.status != "completed" or call.name not in ("summon", "retrieve") or child.id not in call.output:
        return False
    return any(sign in call.output for sign in ("<agent_result>", " failed: ", " was stopped."))


def _was_cut(session: Session, agent: Agent) -> bool:
    """Whether it never began, or was stopped: then it may be that nobody was told."""
    stopped = agent.error is not None and agent.error.code == "cancelled"
    return stopped or not [one for one in session.tables.thread(agent.id) if one.role == "assistant"]


def _check_history(session: Session, agent: Agent) -> None:
    lines = [line for line in session.tables.every(Transition) if line.agent_id == agent.id]
    states = [(line.status, line.waiting_on, line.waits_for) for line in lines]
    assert states and states[-1] == (agent.status, agent.waiting_on, agent.waits_for), (agent, states)
    assert all(one != other for one, other in pairwise(states)), (agent, states)
    if closed(agent):
        assert [line.status for line in lines].count(agent.status) == 1 or agent.status == "error", (agent, states)


def _check_nothing_left(workspace: Workspace, session: Session) -> None:
    children, waiting = workspace._runners.children, workspace._benches.of(session).waiting
    assert not +children._claimed, children._claimed
    own = [agent.id for agent in session.tables.agents()]
    left = [one for one in own if one in children._rests and children._at_rest(session, one)]
    assert not left, left
    at_work = {one for one in own if workspace._runners.at_work(one)}
    assert {*waiting._children} == waiting.at_work == at_work, (waiting._children, waiting.at_work)
    named = [task.get_name() for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert len([name for name in named if name.startswith("dispatch-agent")]) == len(at_work), named


OK = Reply("All right.")
