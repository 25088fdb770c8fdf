"""Sessions made through the store, without an agent."""

from dispatch_jupyter.core.protocol.ids import MessageId, SessionId, new_agent_id, new_id
from dispatch_jupyter.core.protocol.parts import Limits, ModelRef
from dispatch_jupyter.core.protocol.records import TABLE_OF, Agent, Message, Record, Session
from dispatch_jupyter.core.store.lock import Owner
from dispatch_jupyter.core.store.session_db import SessionDB
from lab_process import LabProcess


def long_session(process: LabProcess, title: str, messages: int) -> SessionId:
    """A finished conversation of so many messages, question and answer in turn, numbered from 0; its id."""
    session_id = SessionId(new_id())
    project = str(process.project.resolve())
    agent = Agent(
        id=new_agent_id(session_id),
        model=ModelRef(id="openai/scripted", provider="openai", label="scripted"),
        limits=Limits(root=project),
    )
    records: list[Record] = [Session(id=session_id, project=project, title=title, root_agent_id=agent.id), agent]
    records.extend(_message(agent, place) for place in range(messages))
    stamped = [record.model_copy(update={"seq": place}) for place, record in enumerate(records, start=1)]
    db = SessionDB.create(process.sessions, session_id, Owner())
    try:
        db.append([(TABLE_OF[type(one)], one.id, one.model_dump_json().encode()) for one in stamped], sync=True)
    finally:
        db.close()
    return session_id


def _message(agent: Agent, place: int) -> Message:
    answers = place % 2 == 1
    return Message(
        id=MessageId(f"m{place:03}"),
        agent_id=agent.id,
        role="assistant" if answers else "user",
        order=place + 3,
        status="complete" if answers else "delivered",
        text=f"This is answer {place}.\n\nIt has **two** paragraphs." if answers else f"question {place}",
        turn=place // 2 + 1,
    )
