"""The loop: a step is one model call and its tool calls; a turn is steps until there is nothing left to call.

    run  = turns, while messages are queued
    turn = deliver what is queued; query the model; run its calls; again

Nothing here catches its own end: `_finished`, called once for every task however it ended, brings the records into
one terminal state. So an agent can be cancelled at any `await`, even before its first.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import aclosing

from ..llm.types import Completed, ModelClient, ModelRequest, Retrying
from ..protocol.errors import BadReply, Conflict, DispatchError, Transient
from ..protocol.ids import AgentId
from ..protocol.records import Agent, AgentStatus, ErrorInfo, Message, ToolCall
from ..tools.tool import Toolbox
from .calls import CallRunner
from .context import Context
from .guards import CallLoop, RepeatGuard, StepLimit, step_limit
from .prompt import system_prompt
from .repair import INTERRUPTED, close_open
from .reply import Reply
from .workbench import Workbench

CUT_RETRIES = 2
"""How often a reply that broke off is asked for again."""
OF_THE_TURN = ("cancelled", CallLoop.code, StepLimit.code)
"""Errors that end a turn and say nothing about the next."""

STOP_SECONDS = 10.0
"""How long is waited for an agent to stop: a tool may have something to finish, but must not hold up the server."""

log = logging.getLogger(__name__)

STOPPED = ErrorInfo(code="cancelled", message="Stopped.", hint="Send a message to go on.")


class AgentRunner:
    """Runs one agent of a session. At most one task at a time; `start` and `interrupt` may be called at any moment."""

    def __init__(self, bench: Workbench, agent_id: AgentId, client: ModelClient, toolbox: Toolbox) -> None:
        session = self._session = bench.session
        self._id = agent_id
        self._client = client
        self._toolbox = toolbox
        self._context = Context(session, agent_id)
        self._calls = CallRunner(bench, toolbox, self._spoken_to)
        self._system = system_prompt(bench.policy().project)
        self._news = asyncio.Event()
        self._reply: Reply | None = None
        self._task: asyncio.Task[None] | None = None
        self._why = STOPPED
        self.on_end: Callable[[], None] = lambda: None
        """Called when the agent comes to rest."""

    @property
    def running(self) -> bool:
        return self._task is not None

    @property
    def waits_for_person(self) -> bool:
        """Whether it can only go on once a person has answered."""
        return self._agent.waiting_on in ("request", "user")

    def start(self) -> None:
        """Begin a turn, unless one is under way: then what is queued is delivered at its next step."""
        self._news.set()
        if self._task is None:
            self._put(status="running", error=None, note=None)
            self._task = asyncio.create_task(self._run(), name=f"dispatch-agent-{self._id}")
            self._task.add_done_callback(self._finished)

    def resume(self) -> None:
        """Go on where an error, a stop or a restart of the server left off.

        Raises:
            Conflict: it is running, or there is nothing to go on with.
        """
        thread = self._session.tables.thread(self._id)
        begun = any(message.role == "user" and message.status != "withdrawn" for message in thread)
        if self.running:
            raise Conflict("The agent is running already.")
        cut = self._agent.error or (thread and thread[-1].error)
        if not begun or not (cut or self._queued()):
            raise Conflict("There is nothing to go on with.", "Send a message.")
        self.start()

    async def stop(self) -> None:
        """Stop it for good: the server ends. What is queued stays queued."""
        self._why = INTERRUPTED
        await self.interrupt()

    async def interrupt(self) -> None:
        """Stop it. Afterwards it runs no longer, or again with the messages that were queued."""
        task = self._task
        if task is not None:
            task.cancel()
            await asyncio.wait([task], timeout=STOP_SECONDS)

    # ------------------------------------------------------------------ the loop

    async def _run(self) -> None:
        self._deliver()
        await self._turn()
        while self._deliver():
            await self._turn()

    async def _turn(self) -> None:
        guard = RepeatGuard()
        for step in range(self._agent.limits.max_steps):
            if step and self._deliver():
                guard = RepeatGuard()
            calls = await self._query()
            await self._calls.run(calls, guard.check)
            await self._session.saved()
            if not calls:
                return
        raise step_limit(self._agent.limits.max_steps)

    def _deliver(self) -> bool:
        """The tool boundary: queued messages take their place in the thread. Says whether there were any."""
        self._news.clear()
        messages = self._queued()
        for message in messages:
            place = {"status": "delivered", "order": self._session.next_order()}
            self._session.put(message.model_copy(update=place))
        return bool(messages)

    async def _query(self) -> list[ToolCall]:
        """One model call. A reply that breaks off is asked for again, in place of what had come."""
        request = ModelRequest(
            model=self._agent.model.id,
            system=self._system,
            messages=self._context.messages(),
            tools=self._toolbox.schemas,
        )
        self._reply = Reply(self._session, self._id, self._toolbox, model=request.model, turn=self._turns())
        for left in reversed(range(CUT_RETRIES + 1)):
            try:
                end = await self._listen(request, self._reply)
                break
            except (Transient, BadReply) as error:
                if not (left and self._reply.begun):
                    raise
                self._put(note=f"The reply broke off ({error.message}); asking again.")
                self._reply.restart()
        else:
            raise AssertionError("unreachable: the last try raises")
        calls = self._reply.complete(end)
        self._reply = None
        usage = self._agent.usage + end.usage
        self._put(usage=usage, context_tokens=end.usage.input_tokens, note=None)
        return calls

    async def _listen(self, request: ModelRequest, reply: Reply) -> Completed:
        async with aclosing(self._client.stream(request)) as events:  # type: ignore[type-var]
            async for event in events:
                if isinstance(event, Completed):
                    return event
                if isinstance(event, Retrying):
                    self._put(note=f"{event.reason}; trying again in {event.seconds:.0f} s")
                elif self._agent.note:
                    self._put(note=None)
                reply.add(event)
        raise BadReply("The reply ended without its end.", "Send the message again.")

    # ------------------------------------------------------------------ its records

    @property
    def _agent(self) -> Agent:
        return self._session.tables.agent(self._id)

    def _put(self, *, sync: bool = False, **changes: object) -> None:
        self._session.put(self._agent.model_copy(update=changes), sync=sync)

    def _queued(self) -> list[Message]:
        """What waits to be delivered. What is not stored yet may still be refused; `start` is called once it is."""
        thread, stored = self._session.tables.thread(self._id), self._session.stored
        return [message for message in thread if message.status == "queued" and message.seq <= stored]

    async def _spoken_to(self) -> None:
        """Returns once a message waits to be delivered."""
        while not self._queued():
            self._news.clear()
            await self._news.wait()

    def _turns(self) -> int:
        return sum(message.status == "delivered" for message in self._session.tables.thread(self._id))

    def _finished(self, task: asyncio.Task[None]) -> None:
        """The one place where a run ends: closes what is open and says how it went."""
        self._task = None
        error = self._why if task.cancelled() else _fault(task)
        status: AgentStatus = "error" if error else "idle"
        try:
            if self._reply is not None:
                self._reply.abort("interrupted" if task.cancelled() else "failed", error or STOPPED)
            close_open(self._session, self._id, error or STOPPED)
        finally:
            # whatever else goes wrong: an agent that does not run never looks as if it did
            self._reply = None
            self._put(status=status, waiting_on=None, error=error, note=None, sync=True)
        if self._why is STOPPED and self._queued() and (error is None or error.code in OF_THE_TURN):
            self.start()
        self.on_end()


def _fault(task: asyncio.Task[None]) -> ErrorInfo | None:
    error: BaseException | None = task.exception()
    if isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if error is None:
        return None
    if isinstance(error, DispatchError):
        return ErrorInfo(code=error.code, message=error.message, hint=error.hint)
    log.error("An agent failed unexpectedly", exc_info=error)
    return ErrorInfo(
        code="internal",
        message=f"Dispatch itself failed: {type(error).__name__}: {error}",
        hint="Send a message to go on. The server's log has the details.",
    )
