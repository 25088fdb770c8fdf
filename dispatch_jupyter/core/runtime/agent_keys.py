"""An agent's model calls on the person's keys: leave before each, waited for where no key can be used, and the bill."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from ..llm.admission import Admission, Waiting
from ..llm.choose import model_ref
from ..llm.estimate import Size
from ..llm.key_ring import KeyRing
from ..llm.ledger import Caller
from ..protocol.errors import BadKey, KeyExhausted, ModelError, NoModel, RateLimited
from ..protocol.ids import AgentId, session_of
from ..protocol.parts import ModelRef, ModelWish, Usage
from ..protocol.records import Agent
from .lineage import below
from .session import Session
from .tables import Tables
from .thread_notes import tell

OF_THE_KEY = (RateLimited, KeyExhausted, BadKey, NoModel)
"""Errors that say something of one key or model: another one may do."""
_CODES = frozenset(error.code for error in OF_THE_KEY)

Wants = Callable[[], Awaitable[Sequence[ModelWish]]]


class Bill:
    """What one call used: filled in by whoever makes the call."""

    def __init__(self, admission: Admission) -> None:
        self.admission = admission
        self.usage: Usage | None = None
        """Of a call that succeeded."""
        self.heard = 0
        """Characters of the answer that came."""


class AgentKeys:
    """One agent's way to the key ring.

    Args:
        resting: called before it begins to wait; nothing may be open then.
    """

    def __init__(self, session: Session, agent_id: AgentId, ring: KeyRing, resting: Callable[[], None]) -> None:
        self._session = session
        self._agent_id = agent_id
        self._ring = ring
        self._resting = resting
        self.waited = False
        """Whether the latest admission was waited for."""

    async def admission(self, wants: Wants, size: Size, refused: ModelError | None) -> Admission:
        """Leave for one call; waits where no key can be used, with the agent's record saying for what.

        Args:
            wants: what is wanted now; asked again after each wait.
            refused: why the call before was not answered: raised where no other key will do.

        Raises:
            ModelError: waiting is no use.
        """
        caller = self._caller()
        self.waited = False
        while isinstance(found := await self._ring.admit(await wants(), size, caller), Waiting):
            if found.error is not None:
                raise refused or found.error
            self.waited = True
            self._wait(found)
            await self._session.saved()
            try:
                await self._ring.wait(found, caller)
            except asyncio.CancelledError:
                self._ring.leave(caller)
                raise
        self._go_on(found)
        return found

    async def give_back(self, admission: Admission) -> None:
        """The call is not made."""
        await self._ring.release(admission)

    @asynccontextmanager
    async def paid(self, admission: Admission) -> AsyncIterator[Bill]:
        """Make the call inside; whatever comes of it is counted."""
        bill = Bill(admission)
        try:
            yield bill
        except ModelError as error:
            self._count(await self._ring.failed(admission, error, bill.heard))
            raise
        except BaseException:
            self._count(await self._ring.spent(admission, bill.heard))
            raise
        bill.usage = await self._ring.settle(admission, bill.usage or Usage(), bill.heard)

    def _count(self, used: Usage) -> None:
        """A call that brought no answer may have cost something."""
        if used != Usage():
            self._session.put(self._agent.model_copy(update={"usage": self._agent.usage + used}))

    def _caller(self) -> Caller:
        model = self._agent.model
        return Caller(session_of(self._agent_id), self._agent_id, model.key, model.id)

    @property
    def _agent(self) -> Agent:
        return self._session.tables.agent(self._agent_id)

    def _wait(self, found: Waiting) -> None:
        agent = self._agent
        changes = {"status": "waiting_for_key", "waiting_until": found.until, "note": found.text}
        if agent.status != "waiting_for_key":
            self._resting()
        if any(getattr(agent, name) != value for name, value in changes.items()):
            self._session.put(agent.model_copy(update=changes), sync=True)

    def _go_on(self, found: Admission) -> None:
        """The agent's record names the model and the key it is called with."""
        agent = self._agent
        model = model_of(found)
        if agent.status == "waiting_for_key":
            agent = agent.model_copy(update={"status": "running", "waiting_until": None, "note": None})
        if (agent.model.id, agent.model.key or model.key) != (model.id, model.key):
            tell(self._session, self._agent_id, _said(agent.model, model, found.why))
        if (changed := agent.model_copy(update={"model": model})) != self._agent:
            self._session.put(changed)


def ended_without_key(tables: Tables, agent: Agent) -> bool:
    """Whether one below an agent has failed for want of a key since a person last spoke in the session."""
    spoken = tables.totals.spoken_at
    failed = (one for one in below(tables, agent.id) if one.error and one.error.code in _CODES and one.ended_at)
    return spoken is not None and any(one.ended_at and one.ended_at > spoken for one in failed)


def model_of(found: Admission) -> ModelRef:
    """The record of what a call is made with."""
    return model_ref(found.model).model_copy(update={"key": found.key, "effort": found.effort})


def _said(before: ModelRef, model: ModelRef, why: str) -> str:
    """For the thread: "The model is now y with the key `spare`, as `work` is used up ($5.02 of $5.00 today), …"."""
    if before.id == model.id:
        changed = f"The key is now `{model.key}`"
    else:
        another = why and model.key not in (None, before.key)
        changed = f"The model is now {model.label}" + (f" with the key `{model.key}`" if another else "")
    return f"{changed}, as {why}" if why else f"{changed}."
