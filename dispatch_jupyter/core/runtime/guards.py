"""Policies around the loop: small objects that are asked, so that the loop itself holds no special cases."""

import json
from collections.abc import Callable

from ..protocol.errors import DispatchError, ToolError
from ..protocol.ids import CallId
from ..protocol.records import ToolCall
from ..tools.groups import WATCHING, named_tools

WARN_AT = 3
STOP_AT = 5


class StepLimit(DispatchError):
    """The turn took as many model calls as it may."""

    code = "max_steps"
    status = 409


class CallLoop(DispatchError):
    """The agent makes the same call over and over."""

    code = "call_loop"
    status = 409


class RepeatGuard:
    """Counts how often in a row the same call was made with the same arguments. One a turn.

    Args:
        now: the record of a call as it is now, by its id.
    """

    def __init__(self, now: Callable[[CallId], ToolCall]) -> None:
        self._now = now
        self._last = ""
        self._before: ToolCall | None = None
        self._count = 0

    def check(self, call: ToolCall) -> None:
        """Refuse the third identical call in a row; end the turn at the fifth.

        Not calls that watch others at work: these give something else in time, and a turn's steps bound them. One
        that failed is as wrong the next time. Agents that are summoned side by side may be given the same brief, as
        three reviewers are: they count once.

        Raises:
            ToolError: code `repeated_call`, for the model to read.
            CallLoop: it went on all the same.
        """
        key = json.dumps([call.name, call.arguments, call.arguments_text], sort_keys=True)
        before, again = self._before, key == self._last
        self._last, self._before = key, call
        if not (again and before and _beside(before, call)):
            failed = before is not None and self._now(before.id).status == "failed"
            self._count = self._count + 1 if again and (failed or not _watches(call)) else 1
        if self._count >= STOP_AT:
            raise CallLoop(
                f"The agent made the same `{call.name}` call {self._count} times in a row, so it was stopped.",
                "Say what it should do differently.",
            )
        if self._count >= WARN_AT:
            raise ToolError(
                f"You have made this same call {self._count} times in a row; it was not run again.",
                "Its result is above and will not change. Do something else, or answer the person.",
                code="repeated_call",
            )


def _watches(call: ToolCall) -> bool:
    return named_tools([call.name]) <= WATCHING


def _beside(before: ToolCall, call: ToolCall) -> bool:
    return call.name == "summon" and before.message_id == call.message_id


def step_limit(steps: int) -> StepLimit:
    """The error that ends a turn of `steps` model calls."""
    return StepLimit(
        f"The turn was stopped after {steps} steps.",
        "Send a message to let the agent go on, or raise `limits: max_steps` in dispatch.yaml.",
    )
