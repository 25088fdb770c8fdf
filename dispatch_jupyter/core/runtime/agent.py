"""The loop: a step is one model call and its tool calls; a turn is steps until there is nothing left to call.

    run  = turns, while messages are queued
    turn = deliver what is queued; query the model; run its calls; again

Nothing here catches its own end: `_finished`, called once for every task however it ended, brings the records into
one terminal state. So an agent can be cancelled at any `await`, even before its first.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from ..llm.admission import Admission
from ..llm.types import (
    CallDelta,
    ChatMessage,
    Completed,
    ModelClient,
    ModelEvent,
    ModelRequest,
    ReasoningDelta,
    Retrying,
    TextDelta,
)
from ..protocol.errors import BadReply, Conflict, ContextOverflow, DispatchError, Ended, ModelError, Transient
from ..protocol.ids import AgentId
from ..protocol.parts import Limits, ModelWish
from ..protocol.records import Agent, ErrorInfo, Message, ToolCall, now
from .agent_keys import OF_THE_KEY, AgentKeys, Bill
from .calls import CallRunner
from .children import Children
from .context import Context
from .definitions import Definition, Definitions
from .endings import STOP_SECONDS, STOPPED, rest
from .guards import CallLoop, RepeatGuard, StepLimit, step_limit
from .lineage import closed
from .mail import Mail
from .relations import Relations
from .repair import INTERRUPTED, close_open
from .reply import Reply
from .sizes import Sizes
from .spending import TreeBudget
from .thread_notes import tell
from .workbench import Workbench

CUT_RETRIES = 2
"""How often a reply that broke off is asked for again."""
OF_THE_TURN = ("cancelled", CallLoop.code, StepLimit.code)
"""Errors that end a turn and say nothing about the next."""

LONGEST_KEPT = timedelta(days=1)
"""A server is kept alive for an agent that waits for a key, if that is back by then. A later start goes on as well."""

log = logging.getLogger(__name__)


class AgentRunner:
    """Runs one agent of a session. At most one task at a time; `start` and `interrupt` may be called at any moment."""

    def __init__(
        self,
        bench: Workbench,
        agent_id: AgentId,
        *,
        client: ModelClient,
        definitions: Definitions,
        children: Children,
        mail: Mail,
    ) -> None:
        session = self._session = bench.session
        self._id = agent_id
        self._client = client
        self._definitions = definitions
        self._waiting = bench.waiting
        self._context = Context(session, agent_id)
        self._sizes = Sizes()
        self._keys = AgentKeys(session, agent_id, bench.ring, self._begin_waiting)
        self._spending = bench.spending
        relations = Relations(
            bench, agent_id, children=children, mail=mail, spoken_to=self._spoken_to, unread=self._spoken
        )
        self._calls = CallRunner(bench, relations, self._limits, self._spoken_to)
        self._news = asyncio.Event()
        self._reply: Reply | None = None
        self._task: asyncio.Task[None] | None = None
        self._why = STOPPED
        self.on_end: Callable[[], object] = lambda: None
        """Called when the agent comes to rest."""
        self.on_wait: Callable[[], object] = lambda: None
        """Called when it begins to wait for a key."""

    @property
    def running(self) -> bool:
        return self._task is not None

    @property
    def keeps_server(self) -> bool:
        """Whether it works: not where it waits for a person, or for a key that is back in days."""
        if self._agent.status == "waiting_for_key":
            until = self._agent.waiting_until
            return self.running and until is not None and until - now() < LONGEST_KEPT
        return self.running and self._agent.waiting_on not in ("request", "user")

    def start(self) -> None:
        """Begin a turn, unless one is under way: then what is queued is delivered at its next step."""
        self._news.set()
        if self._task is None:
            self._waiting.at_work.add(self._id)
            self._put(status="running", error=None, note=None, waiting_on=None, waits_for=[], waiting_until=None)
            self._task = asyncio.create_task(self._run(), name=f"dispatch-agent-{self._id}")
            self._task.add_done_callback(self._finished)

    def resume(self) -> None:
        """Go on where an error, a stop or a restart of the server left off.

        Raises:
            Conflict: it is running, or there is nothing to go on with.
        """
        if closed(self._agent):
            raise Ended("The agent has ended, and its thread is closed.", "Write to the agent that summoned it.")
        thread = self._session.tables.thread(self._id)
        begun = any(message.role == "user" and message.status != "withdrawn" for message in thread)
        if self.running:
            raise Conflict("The agent is running already.")
        cut = self._agent.error or (thread and thread[-1].error) or self._agent.status == "waiting"
        if not begun or not (cut or self._queued()):
            raise Conflict("There is nothing to go on with.", "Send a message.")
        self.start()

    async def stop(self) -> None:
        """Stop it for good: the server ends. What is queued stays queued."""
        self._why = INTERRUPTED
        await self.interrupt()

    async def interrupt(self) -> None:
        """Stop it. Afterwards it runs no longer, or again with the messages that were queued."""
        task = self.cancel()
        if task is not None:
            await asyncio.wait([task], timeout=STOP_SECONDS)

    def cancel(self) -> asyncio.Task[None] | None:
        """Tell it to stop; returns what is to be waited for."""
        if self._task is not None:
            self._task.cancel()
        return self._task

    # ------------------------------------------------------------------ the loop

    async def _run(self) -> None:
        self._deliver()
        await self._turn()
        while self._agent.result is None and self._deliver():
            await self._turn()

    async def _turn(self) -> None:
        guard = RepeatGuard(self._session.tables.call)
        steps = 0
        while True:
            definition = await self._defined()
            if steps >= definition.limits.max_steps:
                raise step_limit(steps)
            if steps and self._deliver():
                guard = RepeatGuard(self._session.tables.call)
            definition, calls = await self._query(definition)
            await self._calls.run(calls, definition.toolbox, guard.check)
            await self._session.saved()
            if not calls or self._agent.result is not None:
                return
            steps += 1

    async def _defined(self) -> Definition:
        """What the agent is now; its record says so."""
        definition = await self._definitions.fresh(self._session.tables, lambda: self._agent)
        if (self._agent.limits, self._agent.skills) != (definition.limits, definition.skills):
            self._put(limits=definition.limits, skills=definition.skills)
        return definition

    def _deliver(self) -> bool:
        """The tool boundary: queued messages take their place in the thread. Says whether there were any."""
        self._news.clear()
        messages = self._queued()
        for message in messages:
            place = {"status": "delivered", "order": self._session.next_order()}
            self._session.put(message.model_copy(update=place))
        return bool(messages)

    async def _query(self, definition: Definition) -> tuple[Definition, list[ToolCall]]:
        """One model call; made again with another key, later, or with less of the conversation, where it failed.

        Returns:
            What the agent was when it was made, which is another than before where files changed while it waited.
        """
        refused: ModelError | None = None
        left = CUT_RETRIES
        latest = definition

        async def wants() -> Sequence[ModelWish]:
            """A person's choice stands over the template's."""
            nonlocal latest
            latest = await self._defined()
            return self._agent.wants if self._agent.model_pinned else latest.wants

        while True:
            messages = self._context.messages(self._agent.cut_through)
            size = self._sizes.of(definition, messages)
            admission = await self._keys.admission(wants, size, refused)
            spoken_to = self._keys.waited and self._deliver()
            if spoken_to or latest != definition:  # the request is another one by now
                definition = latest
                await self._keys.give_back(admission)
                continue
            request = _request(definition, admission, messages)
            reply = self._begin_reply(definition, request.model)
            try:
                return definition, await self._answer(request, reply, admission)
            except OF_THE_KEY as error:
                refused = error
            except ContextOverflow:
                cut = self._context.next_cut(self._agent.cut_through)
                if cut is None:
                    raise
                self._leave_out(cut, reply)
                continue
            except (Transient, BadReply) as error:
                if not (left and reply.begun):
                    raise
                left -= 1
                self._put(note=f"The reply broke off ({error.message}); asking again.")
            reply.restart()

    async def _answer(self, request: ModelRequest, reply: Reply, admission: Admission) -> list[ToolCall]:
        async with self._within_budget(admission), self._keys.paid(admission) as bill:
            end = await self._listen(request, reply, bill)
        end = replace(end, usage=bill.usage or end.usage)
        self._sizes.counted(request, end.usage.input_tokens)
        # paid for, whatever it is worth
        self._put(usage=self._agent.usage + end.usage, context_tokens=end.usage.input_tokens, note=None)
        calls = reply.complete(end)
        self._reply = None
        return calls

    @asynccontextmanager
    async def _within_budget(self, admission: Admission) -> AsyncIterator[None]:
        """Make the call inside, if the session's agents have money left for it."""
        try:
            async with self._spending.held(admission):
                yield
        except TreeBudget:
            await self._keys.give_back(admission)
            raise

    async def _listen(self, request: ModelRequest, reply: Reply, bill: Bill) -> Completed:
        async with aclosing(self._client.stream(request)) as events:  # type: ignore[type-var]
            async for event in events:
                if isinstance(event, Completed):
                    bill.usage = event.usage
                    return event
                if isinstance(event, Retrying):
                    self._put(note=f"Trying again in {max(1, round(event.seconds))} s: {event.reason}")
                elif self._agent.note:
                    self._put(note=None)
                bill.heard += _chars(event)
                reply.add(event)
        raise BadReply("The reply ended without its end.", "Send the message again.")

    def _begin_reply(self, definition: Definition, model: str) -> Reply:
        """The reply under way, begun anew where its call is made again."""
        if self._reply is None:
            self._reply = Reply(self._session, self._id, definition.toolbox, model=model, turn=self._turns())
        else:
            self._reply.by(model)
        return self._reply

    def _begin_waiting(self) -> None:
        """It may be long until the model answers: nothing is open meanwhile."""
        if self._reply is not None:
            self._reply.withdraw()
            self._reply = None
        self.on_wait()

    def _leave_out(self, cut: int, reply: Reply) -> None:
        """Go on without the oldest outputs of tool calls; the next try stands below the line that says so."""
        self._put(cut_through=cut)
        reply.restart()
        reply.withdraw()
        self._reply = None
        tell(
            self._session,
            self._id,
            "The conversation became too long for the model: its oldest tool outputs are left out.",
        )

    # ------------------------------------------------------------------ its records

    @property
    def _agent(self) -> Agent:
        return self._session.tables.agent(self._id)

    def _put(self, *, sync: bool = False, **changes: object) -> None:
        self._session.put(self._agent.model_copy(update=changes), sync=sync)

    def _queued(self) -> list[Message]:
        """What waits to be delivered.

        What a person sent and that is not stored yet may still be refused; `start` is called once it is.
        """
        thread, stored = self._session.tables.thread(self._id), self._session.stored
        waiting = (message for message in thread if message.status == "queued")
        return [message for message in waiting if message.from_agent or message.seq <= stored]

    def _spoken(self) -> list[Message]:
        """What a person wrote and that waits to be delivered."""
        return [message for message in self._queued() if message.from_agent is None]

    def _limits(self) -> Limits:
        """What it may do at most at this moment."""
        return self._definitions.limits(self._session.tables, self._agent)

    async def _spoken_to(self) -> None:
        """Returns once a person's message waits to be delivered; other agents' can wait until a call is done."""
        while not self._spoken():
            self._news.clear()
            await self._news.wait()

    def _turns(self) -> int:
        return sum(message.status == "delivered" for message in self._session.tables.thread(self._id))

    def _finished(self, task: asyncio.Task[None]) -> None:
        """The one place where a run ends: closes what is open and says how it went."""
        self._task = None
        self._waiting.at_work.discard(self._id)
        error = self._why if task.cancelled() else _fault(task)
        waits = self._agent.status == "waiting_for_key" or self._agent.waiting_on == "children"
        if self._why is INTERRUPTED and task.cancelled() and waits:
            self.on_end()  # the server stops: the next one goes on waiting, if there is something to wait for
            return
        again = self._goes_on(error)
        try:
            if self._reply is not None:
                self._reply.abort("interrupted" if task.cancelled() else "failed", error or STOPPED)
            close_open(self._session, self._id, error or STOPPED)
        finally:
            # whatever else goes wrong: an agent that does not run never looks as if it did
            self._reply = None
            self._put(**(rest(self._session.tables, self._agent, error) if not again else {"error": error}), sync=True)
        if again:
            self.start()
            return
        self.on_end()

    def _goes_on(self, error: ErrorInfo | None) -> bool:
        """Whether what was written to it begins another turn at once."""
        if self._why is INTERRUPTED or self._agent.result is not None:
            return False
        if error is None:
            return bool(self._queued())
        of_its_own = self._agent.parent_id is None or self._agent.detached
        return of_its_own and error.code in OF_THE_TURN and bool(self._spoken())


def _request(definition: Definition, admission: Admission, messages: list[ChatMessage]) -> ModelRequest:
    return ModelRequest(
        model=admission.model,
        system=definition.system,
        messages=messages,
        tools=definition.toolbox.schemas,
        access=admission.access,
        effort=admission.effort,
        max_output=admission.max_output,
    )


def _chars(event: ModelEvent) -> int:
    match event:
        case TextDelta(text) | ReasoningDelta(text):
            return len(text)
        case CallDelta():
            return len(event.name) + len(event.arguments)
    return 0


def _fault(task: asyncio.Task[None]) -> ErrorInfo | None:
    error: BaseException | None = task.exception()
    if isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if error is None:
        return None
    if isinstance(error, DispatchError):
        return ErrorInfo.of(error)
    log.error("An agent failed unexpectedly", exc_info=error)
    return ErrorInfo(
        code="internal",
        message=f"Dispatch itself failed: {type(error).__name__}: {error}",
        hint="Send a message to go on. The server's log has the details.",
    )
