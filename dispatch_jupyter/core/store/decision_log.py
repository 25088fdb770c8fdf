"""The permission logs of sessions that are not open, out of their journals. Takes no lock.

Journals are mostly what was said and printed; only the lines that matter are parsed, and what they say is kept in
memory for as long as the journal does not change.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..protocol.commands import Asker
from ..protocol.errors import StoreError
from ..protocol.ids import AgentId, SessionId
from ..protocol.records import Decision, Grant
from .disk import open_regular, store_error
from .lines import Document, Tables, replay
from .schema import version_of
from .session_db import KIND, session_path

MOST_LINES = 2_000
"""Of one session; the oldest beyond that are left out."""


@dataclass(frozen=True, slots=True)
class SessionLog:
    """What a session's people decided."""

    lines: tuple[Decision, ...] = ()
    grants: tuple[Grant, ...] = ()
    """Those in force."""
    askers: tuple[Asker, ...] = ()
    """Of all agents that `lines` and `grants` name."""


class DecisionLogs:
    """Those of one folder. For one thread at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[SessionId, tuple[tuple[int, int], SessionLog]] = {}

    def of(self, session_id: SessionId) -> SessionLog:
        """A session's, as its journal is now; empty where it has gone.

        Raises:
            StoreError: the journal cannot be read.
        """
        path = session_path(self._folder, session_id)
        try:
            found = path.stat()
        except FileNotFoundError:
            self._known.pop(session_id, None)
            return SessionLog()
        except OSError as error:
            raise store_error(error, "look at", path) from error
        # taken before reading: what is written meanwhile makes it out of date again
        stamp = (found.st_size, found.st_mtime_ns)
        known = self._known.get(session_id)
        if known is None or known[0] != stamp:
            known = self._known[session_id] = (stamp, _read(path, session_id))
        return known[1]


def _read(path: Path, session_id: SessionId) -> SessionLog:
    tables = _tables(path, "session", "log", "grants")
    if not tables.get("log") and not tables.get("grants"):
        return SessionLog()
    version_of(tables, path)
    try:
        lines = [Decision.model_validate(document) for document in list(tables.get("log", {}).values())[-MOST_LINES:]]
        grants = [Grant.model_validate(document) for document in tables.get("grants", {}).values()]
    except ValidationError as error:
        why = f"{error.error_count()} wrong fields"
        raise StoreError(f"The permission log in {path} cannot be read: {why}.", "Put it back from a copy.") from error
    in_force = tuple(grant for grant in grants if grant.revoked_at is None)
    (session,) = tables["session"].values()
    agents = _tables(path, "agents").get("agents", {})
    named = dict.fromkeys([line.agent_id for line in lines] + [grant.agent_id for grant in in_force if grant.agent_id])
    title = str(session.get("title", ""))
    askers = (Asker(agent_id=id_, session_id=session_id, title=title, path=_names(agents, id_)) for id_ in named)
    return SessionLog(tuple(lines), in_force, tuple(askers))


def _tables(path: Path, *only: str) -> Tables:
    try:
        with os.fdopen(open_regular(path, os.O_RDONLY), "rb") as stream:
            return replay(stream, path, KIND, only).tables
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise store_error(error, "read", path) from error


def _names(agents: dict[str, Document], agent_id: AgentId) -> list[str]:
    """From the top of its tree down to the agent's own."""
    names: list[str] = []
    seen: set[str] = set()
    wanted: Any = agent_id
    while wanted in agents and wanted not in seen:
        seen.add(wanted)
        names.append(str(agents[wanted].get("name", "")))
        wanted = agents[wanted].get("parent_id")
    return names[::-1]
