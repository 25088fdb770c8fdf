"""Records as the runtime hands them to the store."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from dispatch_jupyter.core.protocol.ids import AgentId, CallId, MessageId, SessionId, new_id
from dispatch_jupyter.core.protocol.parts import Limits, ModelRef, Usage
from dispatch_jupyter.core.protocol.records import TABLE_OF, Agent, Message, Record, Session, ToolCall
from dispatch_jupyter.core.store.lock import Owner
from dispatch_jupyter.core.store.session_db import Row, SessionDB

START = datetime(2025, 3, 1, 12, tzinfo=UTC)
AGENT = AgentId("a" * 16)
OWNER = Owner("http://localhost:8888/")


def row(record: Record) -> Row:
    return TABLE_OF[type(record)], record.id, record.model_dump_json().encode()


def session(session_id: str, project: str = "/project", title: str = "A title") -> Session:
    return Session(id=SessionId(session_id), project=project, title=title, root_agent_id=AGENT, created_at=START)


def agent(usage: Usage | None = None) -> Agent:
    model = ModelRef(id="demo/rules", provider="demo", label="demo", demo=True)
    return Agent(id=AGENT, model=model, limits=Limits(root="/project"), usage=usage or Usage(), created_at=START)


def message(number: int, text: str = 'hello — 世界\n"quoted"', **fields) -> Message:
    return Message(
        id=MessageId(f"{number:016x}"),
        agent_id=AGENT,
        role="user",
        order=number,
        status="delivered",
        text=text,
        created_at=START + timedelta(minutes=number),
        **fields,
    )


def call(output: str, **fields) -> ToolCall:
    return ToolCall(
        id=CallId("c" * 16), agent_id=AGENT, message_id=MessageId("0" * 16), index=0, provider_id="call_1",
        name="read_file", output=output, **fields,
    )  # fmt: skip


def new_session(folder: Path, messages: int = 3, project: str = "/project", title: str = "A title") -> SessionId:
    """A session on disk, closed."""
    session_id = SessionId(new_id())
    db = SessionDB.create(folder, session_id, OWNER)
    usage = Usage(input_tokens=10, output_tokens=2, cost_usd=0.5)
    db.append([row(session(session_id, project, title)), row(agent(usage))], sync=False)
    for number in range(messages):
        db.append([row(message(number))], sync=False)
    db.close()
    return session_id


def journal(folder: Path, session_id: str) -> Path:
    return folder / f"{session_id}.jsonl"


def reload(folder: Path, session_id: SessionId) -> dict:
    db = SessionDB.open(folder, session_id, OWNER)
    try:
        return db.load()
    finally:
        db.close()
