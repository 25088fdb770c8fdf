"""Which sessions have agents that wait for a key, kept for the next server."""

import asyncio
from pathlib import Path

from ..protocol.ids import SessionId
from ..store.waits import Waits
from .session import Session


class WaitNotes:
    """Those of one project."""

    def __init__(self, waits: Waits, project: Path) -> None:
        self._waits = waits
        self._project = project
        self._lock = asyncio.Lock()

    async def sessions(self) -> list[SessionId]:
        """Those in which somebody waited when they were noted last."""
        return await asyncio.to_thread(self._waits.of, self._project)

    async def note(self, session: Session) -> None:
        """Keep whether somebody waits in a session now. One at a time: what is so last counts."""
        session_id = session.tables.session.id
        async with self._lock:
            if any(agent.status == "waiting_for_key" for agent in session.tables.agents()):
                await asyncio.to_thread(self._waits.note, session_id, self._project)
            else:
                await asyncio.to_thread(self._waits.forget, session_id)
