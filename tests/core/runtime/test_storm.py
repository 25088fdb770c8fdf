"""Everything at once, at random: whatever people do at whatever moment, all agree in the end and nothing is lost."""

import asyncio
import json
import random
from contextlib import suppress

import pytest

from desk import Desk
from dispatch_jupyter.core.protocol.commands import CreateSession, SendMessage
from dispatch_jupyter.core.protocol.errors import Conflict
from dispatch_jupyter.core.runtime import workspace as workspace_module
from model_server import Call, Reply

pytestmark = pytest.mark.slow
TABLES = ("agents", "messages", "calls")


class Client:
    """Keeps a session as the front end does: a record is replaced by a newer one only."""

    def __init__(self) -> None:
        self.tables = {table: {} for table in TABLES}

    def apply(self, change) -> None:
        match change["type"]:
            case "snapshot":
                self.tables = {table: {record["id"]: record for record in change[table]} for table in TABLES}
            case "put" if change["table"] in TABLES:
                rows, record = self.tables[change["table"]], change["record"]
                if record["seq"] > rows.get(record["id"], {"seq": -1})["seq"]:
                    rows[record["id"]] = record
            case "delta":
                row = self.tables[change["table"]][change["id"]]
                row[change["field"]] = row[change["field"]][: change["at"]] + change["text"]


class Storm:
    """Random commands on a few sessions, with the outcome of each noted."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.workspace = desk.workspace
        self.random = random.Random(seed)
        self.accepted: dict[str, str] = {}
        self.withdrawn: set[str] = set()
        self.sessions: list = []

    async def blow(self, seconds: float) -> None:
        self.sessions = [(await self.workspace.create(CreateSession())).tables.session for _ in range(3)]
        end = asyncio.get_running_loop().time() + seconds
        async with asyncio.TaskGroup() as group:
            for _ in range(6):
                group.create_task(self._person(end))

    async def _person(self, end: float) -> None:
        acts = [self._say] * 5 + [
            self._stop,
            self._resume,
            self._withdraw,
            self._watch,
            self._read,
            self.workspace._tidy,
        ]
        while asyncio.get_running_loop().time() < end:
            await asyncio.sleep(self.random.choice([0, 0, 0.001, 0.01, 0.03]))
            act = self.random.choice(acts)
            with suppress(Conflict):  # not the moment for it: an ordinary answer
                await (act() if act == self.workspace._tidy else act(self.random.choice(self.sessions)))

    async def _say(self, session) -> None:
        text = f"message {len(self.accepted)} {self.random.random()}"
        accepted = await self.workspace.send(SendMessage(text=text, session_id=session.id), "me")
        self.accepted[accepted.message_id] = session.id

    async def _stop(self, session) -> None:
        await self.workspace.interrupt(session.root_agent_id)

    async def _resume(self, session) -> None:
        await self.workspace.resume(session.root_agent_id)

    async def _withdraw(self, session) -> None:
        mine = [message for message, where in self.accepted.items() if where == session.id]
        if mine:
            await self.workspace.withdraw(session.root_agent_id, mine[-1])
            self.withdrawn.add(mine[-1])

    async def _watch(self, session) -> None:
        feed = await self.workspace.watch(session.id, None, None)
        task = asyncio.create_task(anext(aiter(feed)))
        await asyncio.sleep(self.random.choice([0, 0.01]))
        task.cancel()
        self.workspace.unwatch(feed)

    async def _read(self, session) -> None:
        (await self.workspace.session(session.id)).state()


@pytest.mark.parametrize("seed", range(4))
def test_a_storm_of_commands(run, monkeypatch, seed):
    monkeypatch.setattr(workspace_module, "KEPT_OPEN", 0)

    async def scenario(desk: Desk) -> None:
        write = Call("write_file", {"path": "x.txt", "content": "x"})
        read = Call("read_file", {"path": "README.md"})

        def script(received):
            if received.tool_results or received.number % 3:
                return Reply.tokens(8, pace=0.002)
            return Reply("Hm. ", calls=[read, write], pace=0.002)

        desk.model.script = script
        storm = Storm(desk, seed)
        await storm.blow(1.5)
        async with asyncio.timeout(60):
            while desk.workspace.at_work:
                await asyncio.sleep(0.01)
        for session in storm.sessions:
            await agree(desk, storm, session)

    async def agree(desk: Desk, storm: Storm, session) -> None:
        feed, client = await desk.workspace.watch(session.id, None, None), Client()
        feeding = asyncio.create_task(follow(feed, client))
        if storm.random.random() < 0.5:
            await desk.workspace.send(SendMessage(text="And the last", session_id=session.id), "me")
        live = await desk.workspace.session(session.id)
        async with asyncio.timeout(60):
            while live.tables.agents()[0].status == "running":
                await asyncio.sleep(0.01)
        await live.saved()
        await asyncio.sleep(0.05)
        desk.workspace.unwatch(feed)
        await feeding
        state = json.loads(live.state(limit=10_000).model_dump_json())
        for table in TABLES:
            rows = {record["id"]: record for record in state[table]}
            shown = client.tables[table]
            assert {key: rows[key] for key in shown} == shown
        messages = live.tables.messages()
        mine = {message for message, where in storm.accepted.items() if where == session.id}
        assert mine <= {message.id for message in messages}
        assert {m.status for m in messages if m.id in mine & storm.withdrawn} <= {"withdrawn"}
        assert {m.status for m in messages if m.role == "user"} <= {"delivered", "withdrawn", "queued"}
        if live.tables.agents()[0].error is None:
            assert {m.status for m in messages if m.role == "user"} <= {"delivered", "withdrawn"}
        assert {m.status for m in messages if m.role == "assistant"} <= {"complete", "interrupted", "failed"}
        assert {call.status for m in messages for call in live.tables.calls_of(m.id)} <= {"completed", "failed"}
        assert len({m.order for m in messages}) == len(messages)

    async def follow(feed, client) -> None:
        async for frame in feed:
            for change in frame:
                client.apply(json.loads(change))

    run(scenario)
