"""Running the tool calls of one step: side by side where they only look, alone where they change things."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from itertools import groupby
from operator import itemgetter

from ..permissions.paths import Files
from ..protocol.errors import DispatchError, ToolError
from ..protocol.records import ErrorInfo, ToolCall, now
from ..tools.output import limit
from ..tools.tool import Seen, Tool, Toolbox, ToolContext, ToolResult, parse_arguments
from .guards import CallLoop
from .session import Session

Check = Callable[[ToolCall], None]

ERROR_CHARS = 1_000
"""Of an error as it is shown; the whole is in the call's output."""

log = logging.getLogger(__name__)


class CallRunner:
    """Runs calls and records how they went. A failed call is a result the model can act on, never an exception."""

    def __init__(self, session: Session, toolbox: Toolbox, files: Files) -> None:
        self._session = session
        self._toolbox = toolbox
        self._files = files
        self._seen = Seen()

    async def run(self, calls: list[ToolCall], check: Check) -> None:
        """All calls of a step, in order. `check` may refuse one before it runs.

        Raises:
            CallLoop: by `check`; the calls not run stay pending and are closed with the turn.
        """
        for together in self._groups(calls):
            for call in together:
                await self._refuse_or_pass(call, check)
            async with asyncio.TaskGroup() as group:
                for call in together:
                    if self._session.tables.call(call.id).status == "pending":
                        group.create_task(self._run_one(call))

    def _groups(self, calls: list[ToolCall]) -> Iterator[list[ToolCall]]:
        """Neighbours that only look go together, each one that changes things goes alone."""
        alone = [index if self._exclusive(call) else -1 for index, call in enumerate(calls)]
        for _, group in groupby(zip(alone, calls, strict=True), key=itemgetter(0)):
            yield [call for _, call in group]

    def _exclusive(self, call: ToolCall) -> bool:
        try:
            return self._toolbox.get(call.name).exclusive
        except ToolError:
            return False

    async def _refuse_or_pass(self, call: ToolCall, check: Check) -> None:
        try:
            check(call)
        except CallLoop:
            raise
        except ToolError as error:
            await self._fail(call, error)

    async def _run_one(self, call: ToolCall) -> None:
        call = self._session.put(call.model_copy(update={"status": "in_progress", "started_at": now()}))
        try:
            tool = self._toolbox.get(call.name)
            result = await self._result(tool, call)
        except DispatchError as error:
            await self._fail(call, error)
            return
        await self._end(call, result.text, sync=tool.exclusive, status="completed", changes=list(result.changes))

    async def _result(self, tool: Tool, call: ToolCall) -> ToolResult:
        arguments = parse_arguments(tool, call.arguments_text if call.arguments is None else call.arguments)
        context = ToolContext(call_id=call.id, files=self._files, seen=self._seen)
        try:
            return await tool.run(arguments, context)
        except DispatchError:
            raise
        except Exception as error:
            # a defect of ours must not take the agent down: the model gets a result, the log the trace
            log.exception("The tool %s failed unexpectedly", tool.name)
            raise ToolError(f"`{tool.name}` failed unexpectedly: {error}", code="internal") from error

    async def _fail(self, call: ToolCall, error: DispatchError) -> None:
        code = error.tool_code if isinstance(error, ToolError) else error.code
        text = f"Error: {error.message}" + (f"\n{error.hint}" if error.hint else "")
        shown = ErrorInfo(code=code, message=_shortened(error.message), hint=error.hint and _shortened(error.hint))
        await self._end(call, text, status="failed", error=shown)

    async def _end(self, call: ToolCall, text: str, *, sync: bool = False, **more: object) -> None:
        """Record how a call went, with its output cut to the limits."""
        output = await asyncio.to_thread(limit, text, call.id, self._session.spill_dir)
        ended = {
            "output": output.text,
            "output_chars": output.total_chars,
            "spill": str(output.spill_path) if output.spill_path else None,
            "ended_at": now(),
            **more,
        }
        self._session.put(call.model_copy(update=ended), sync=sync)


def _shortened(text: str) -> str:
    return text if len(text) <= ERROR_CHARS else text[:ERROR_CHARS] + "…"
