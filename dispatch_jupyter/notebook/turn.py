"""One turn seen from a cell: a message goes out, the answer is shown as it comes, the stop button stops the agent.

The stream is read on a thread of its own, so that the cell's thread can draw when it is time to, and hears at once
when the kernel is interrupted.
"""

import time
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from threading import Thread

from ..core.protocol.commands import Accepted
from ..core.protocol.errors import Conflict, DispatchError
from ..core.protocol.ids import SessionId
from ..core.protocol.records import Agent, ErrorInfo, Message
from .answer import Answer, answer_from
from .client import Client, Event
from .screen import Screen
from .transcript import transcript
from .view import View

STOP_SECONDS = 5.0
"""How long a stopped cell waits to hear that the agent has stopped."""
LONGEST_WAIT = 1.0
"""Seconds; where a wait cannot be interrupted (Windows), this is how long the stop button takes at most."""
STOPPED = ErrorInfo(code="cancelled", message="Stopped.", hint="`%dispatch go on` takes it up again.")


class Stopped(KeyboardInterrupt):
    """A person stopped the answer; `answer` is what had come of it."""

    def __init__(self, answer: Answer | None) -> None:
        super().__init__("stopped")
        self.answer = answer


class Turn:
    """Runs once: `run`."""

    def __init__(self, client: Client, screen: Screen) -> None:
        self.accepted: Accepted | None = None
        """Set when the server has stored the message."""
        self._client = client
        self._screen = screen
        self._view = View()
        self._end: Agent | None = None
        self._events: SimpleQueue[Event | Exception] = SimpleQueue()

    def run(self, text: str, session_id: SessionId | None, model: str | None) -> Answer:
        """Say `text`, show the answer, return it.

        Raises:
            DispatchError: the message was not accepted, or the connection broke.
            Stopped: the kernel was interrupted; so was the agent.
        """
        stream = self._client.chat(text, session_id, model)
        Thread(target=self._read, args=(stream,), name="dispatch-stream", daemon=True).start()
        try:
            self._take(lambda: self._end)
        except KeyboardInterrupt:
            self._stop()
            raise Stopped(self._answer()) from None
        except DispatchError:
            self._show()
            raise
        answer = self._answer()
        if answer is None:
            raise AssertionError("unreachable: a stream that ended has begun")
        return answer

    def _read(self, stream: Iterator[Event]) -> None:
        try:
            for event in stream:
                self._events.put(event)
        except Exception as error:  # noqa: BLE001 (raised again where it is taken)
            self._events.put(error)

    def _take(self, enough: Callable[[], object], seconds: float | None = None) -> None:
        """Take in what comes and show it, until there is enough or time is up."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while not enough():
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                return
            waits = [wait for wait in (left, self._screen.wait(), LONGEST_WAIT) if wait is not None]
            try:
                self._apply(self._events.get(timeout=min(waits)))
                while True:  # draw once for all that is there
                    self._apply(self._events.get_nowait())
            except Empty:
                self._show()

    def _apply(self, event: Event | Exception) -> None:
        match event:
            case Exception():
                raise event
            case Accepted():
                self.accepted = event
            case Agent():
                self._end = event
            case _:
                self._view.apply(event)

    def _show(self) -> None:
        message, agent = self._message(), self._agent()
        if message and agent:
            ended = self._end is not None
            self._screen.show(list(transcript(self._view, message, agent, ended=ended)), final=ended)

    def _stop(self) -> None:
        """Stop the agent, or take the message back where it still waits its turn, and show how that left things."""
        self._take(lambda: self.accepted, STOP_SECONDS)
        if self.accepted is None:
            return
        message = self._message()
        if message is None or message.status != "queued" or not self._withdrawn(self.accepted):
            self._client.interrupt(self.accepted.agent_id)
            self._take(lambda: self._end, STOP_SECONDS)
        agent = self._agent()
        if self._end is None and agent:
            self._end = agent.model_copy(update={"error": STOPPED})
        self._show()

    def _withdrawn(self, accepted: Accepted) -> bool:
        try:
            self._client.withdraw(accepted.agent_id, accepted.message_id)
        except Conflict:  # delivered in the meantime
            return False
        return True

    def _answer(self) -> Answer | None:
        message, agent = self._message(), self._agent()
        if not (self.accepted and message and agent):
            return None
        return answer_from(self._view, agent, message, self.accepted.session_id)

    def _message(self) -> Message | None:
        return self._view.message(self.accepted.message_id) if self.accepted else None

    def _agent(self) -> Agent | None:
        return self._end or (self._view.agent(self.accepted.agent_id) if self.accepted else None)
