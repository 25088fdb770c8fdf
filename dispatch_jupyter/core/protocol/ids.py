"""Identifiers as types, so that a session's id cannot be handed where an agent's is wanted."""

import secrets
from collections.abc import Container
from typing import NewType

SessionId = NewType("SessionId", str)
AgentId = NewType("AgentId", str)
MessageId = NewType("MessageId", str)
CallId = NewType("CallId", str)
RequestId = NewType("RequestId", str)
GrantId = NewType("GrantId", str)
DecisionId = NewType("DecisionId", str)
JobId = NewType("JobId", str)
TaskId = NewType("TaskId", str)
TransitionId = NewType("TransitionId", str)
KeyId = NewType("KeyId", str)
"""What dispatch.yaml calls a key; never the key itself."""


def new_id() -> str:
    """A fresh id: 16 lower-case hex digits (64 random bits), safe in file names and URLs."""
    return secrets.token_hex(8)


HANDLE = 4
"""Hex digits of a handle."""


def new_agent_id(session_id: SessionId, taken: Container[str] = ()) -> AgentId:
    """`<session id>-<8 hex digits>`: an agent's id names its session, so no index is needed to find it.

    Args:
        taken: handles of the session's other agents; the new one's is another.
    """
    while True:
        made = AgentId(f"{session_id}-{secrets.token_hex(4)}")
        if handle_of(made) not in taken:
            return made


def handle_of(agent_id: AgentId) -> str:
    """What people and agents call an agent by in its session: the first digits of its own part of the id."""
    return agent_id.rpartition("-")[2][:HANDLE]


def new_secret_id() -> str:
    """A fresh id nobody can guess: 32 lower-case hex digits (128 random bits). For what is answered by naming it."""
    return secrets.token_hex(16)


def session_of(agent_id: AgentId) -> SessionId:
    """The session an agent belongs to (the whole id where it names none)."""
    return SessionId(agent_id.partition("-")[0])
