"""Policies around the loop: small objects that are asked, so that the loop itself holds no special cases."""

import json

from ..protocol.errors import DispatchError, ToolError
from ..protocol.records import ToolCall

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
    """Counts how often in a row the same call was made with the same arguments. One a turn."""

    def __init__(self) -> None:
        self._last = ""
        self._count = 0

    def check(self, call: ToolCall) -> None:
        """Refuse the third identical call in a row; end the turn at the fifth.

        Raises:
            ToolError: code `repeated_call`, for the model to read.
            CallLoop: it went on all the same.
        """
        key = json.dumps([call.name, call.arguments, call.arguments_text], sort_keys=True)
        self._count = self._count + 1 if key == self._last else 1
        self._last = key
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


def step_limit(steps: int) -> StepLimit:
    """The error that ends a turn of `steps` model calls."""
    return StepLimit(
        f"The turn was stopped after {steps} steps.",
        "Send a message to let the agent go on, or raise `limits: max_steps` in dispatch.yaml.",
    )
