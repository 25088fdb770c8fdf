"""Identifiers as types, so that a session's id cannot be handed where an agent's is wanted."""

import secrets
from typing import NewType

SessionId = NewType("SessionId", str)
AgentId = NewType("AgentId", str)
MessageId = NewType("MessageId", str)
CallId = NewType("CallId", str)
RequestId = NewType("RequestId", str)


def new_id() -> str:
    """A fresh id: 16 lower-case hex digits (64 random bits), safe in file names and URLs."""
    return secrets.token_hex(8)
