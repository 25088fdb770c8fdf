"""A session in a line, from its journal. Takes no lock: the session may be open, here or elsewhere."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..protocol.commands import SessionSummary
from ..protocol.errors import StoreError
from ..protocol.ids import SessionId
from ..protocol.parts import Usage
from .journal import RecordsDB
from .lines import Tables
from .schema import migrate
from .session_db import KIND

_TIMES = ("created_at", "started_at", "ended_at")


def read_summary(path: Path, session_id: SessionId) -> SessionSummary | None:
    """The summary of the journal at `path`; None where nothing was ever written to it.

    Raises:
        NotFound: it is gone.
        StoreError: it cannot be read.
    """
    db = RecordsDB(path, KIND, "r")
    try:
        if db.storage.size == 0:
            return None
        tables = db.storage.read()
    finally:
        db.close()
    try:
        migrate(tables, path)
        return _summarise(tables, session_id)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        why = f"{error.error_count()} wrong fields" if isinstance(error, ValidationError) else repr(error)
        raise StoreError(f"The records in {path} cannot be read: {why}.", "Put it back from a copy.") from error


def _summarise(tables: Tables, session_id: SessionId) -> SessionSummary:
    """`message_count` is what was said (no notices, nothing withdrawn); `updated_at` the latest time in any record."""
    (session,) = tables["session"].values()
    usage = Usage()
    for agent in tables.get("agents", {}).values():
        usage += Usage.model_validate(agent.get("usage", {}))
    messages = tables.get("messages", {}).values()
    latest = max(_latest(document) for table in tables.values() for document in table.values())
    return SessionSummary(
        id=session_id,
        project=session["project"],
        title=session.get("title", ""),
        created_at=session["created_at"],
        updated_at=latest.isoformat().replace("+00:00", "Z"),
        message_count=sum(doc["role"] != "notice" and doc["status"] != "withdrawn" for doc in messages),
        usage=usage,
    )


def _latest(document: dict[str, Any]) -> datetime:
    return max((time_of(document[name]) for name in _TIMES if document.get(name)), default=_LONG_AGO)


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def time_of(text: str) -> datetime:
    """An ISO time, aware; one without a zone is UTC, and no time at all is long ago."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return _LONG_AGO
    return time if time.tzinfo else time.replace(tzinfo=UTC)
