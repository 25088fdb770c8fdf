"""Running the tool calls of one step: side by side where they only look, alone where they change things."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter

from ..permissions.paths import Files
from ..permissions.policy import OutsideProject, Policy, Verdict
from ..protocol.errors import DispatchError, ToolError
from ..protocol.ids import AgentId
from ..protocol.parts import Limits
from ..protocol.records import CommandRun, ErrorInfo, Reach, ToolCall, now
from ..tools.groups import GROUPS, named_tools, tool_names
from ..tools.output import limit
from ..tools.tool import Arguments, Seen, Tool, Toolbox, ToolContext, ToolResult, parse_arguments
from .access import CallAccess
from .guards import CallLoop
from .lineage import closed
from .live_output import LiveOutput
from .place import Place
from .relations import ChildrenOf, Relations
from .skill_source import SkillSource
from .task_board import TaskBoard
from .workbench import Workbench

Check = Callable[[ToolCall], None]

ERROR_CHARS = 1_000
"""Of an error as it is shown; the whole is in the call's output."""
MAX_QUESTIONS = 5
"""How often one call may ask a person for more."""
_GOVERNED = named_tools(GROUPS)
"""Tools that an agent may be without."""

log = logging.getLogger(__name__)


class CallRunner:
    """Runs calls and records how they went. A failed call is a result the model can act on, never an exception.

    Args:
        relations: the agent's place in the tree.
        limits: what the agent may do at most, at the moment it is called.
        spoken_to: returns once a person's message waits for the agent.
    """

    def __init__(
        self,
        bench: Workbench,
        relations: Relations,
        limits: Callable[[], Limits],
        spoken_to: Callable[[], Awaitable[None]],
    ) -> None:
        self._bench = bench
        self._relations = relations
        self._limits = limits
        self._session = bench.session
        self._toolbox = Toolbox(())
        self._spoken_to = spoken_to
        self._seen = Seen()

    async def run(self, calls: list[ToolCall], toolbox: Toolbox, check: Check) -> None:
        """All calls of a step, in order, with the tools the agent has now. `check` may refuse one before it runs.

        Raises:
            CallLoop: by `check`; the calls not run stay pending and are closed with the turn.
        """
        self._toolbox = toolbox
        for together in self._groups(calls):
            for call in together:
                await self._refuse_or_pass(call, check)
            places = [Place() for _ in together]
            async with asyncio.TaskGroup() as group:
                for index, call in enumerate(together):
                    if self._session.tables.call(call.id).status == "pending":
                        places[index].behind(places[:index])
                        group.create_task(self._run_one(call, places[index]))

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

    async def _run_one(self, call: ToolCall, place: Place) -> None:
        call = self._session.put(call.model_copy(update={"status": "in_progress", "started_at": now()}))
        children = self._relations.children()
        try:
            tool = self._toolbox.get(call.name)
            result = await self._result(tool, call, children, place)
            more: dict[str, object] = {"changes": list(result.changes), "command": result.command}
            if result.whole is not None:
                more["spill"] = str(result.whole)
            await self._end(call, result.text, sync=tool.exclusive, status="completed", **more)
            self._told(result.tells)
        except DispatchError as error:
            await self._fail(call, error)
        finally:
            place.leave()
            children.release()

    def _told(self, child_ids: Sequence[AgentId]) -> None:
        for child_id in child_ids:
            child = self._session.tables.agent(child_id)
            if closed(child):
                self._session.put(child.model_copy(update={"told": True}), sync=True)

    async def _result(self, tool: Tool, call: ToolCall, children: ChildrenOf, place: Place) -> ToolResult:
        arguments = parse_arguments(tool, call.arguments_text if call.arguments is None else call.arguments)
        await self._bench.refresh()
        self._check_leave(tool)
        context = self._context(call, children)
        try:
            return await self._with_leave(tool, arguments, context, place)
        except DispatchError:
            raise
        except Exception as error:
            # a defect of ours must not take the agent down: the model gets a result, the log the trace
            log.exception("The tool %s failed unexpectedly", tool.name)
            raise ToolError(f"`{tool.name}` failed unexpectedly: {error}", code="internal") from error

    async def _with_leave(self, tool: Tool, arguments: Arguments, context: ToolContext, place: Place) -> ToolResult:
        """Run a tool; where it reaches further than it may, ask, and run it again with the leave given.

        Tools reach before they change anything, so nothing is done twice.
        """
        for _ in range(MAX_QUESTIONS):
            try:
                return await tool.run(arguments, context)
            except OutsideProject as outside:
                await place.reached()
                place.leave()
                await context.access.ask([outside.reach])
        return await tool.run(arguments, context)

    def _check_leave(self, tool: Tool) -> None:
        """What the agent was told of at the beginning of its step may have been taken from it since.

        Raises:
            ToolError: code `denied`.
        """
        if tool.name in _GOVERNED - self._allowed():
            raise ToolError(f"`{tool.name}` is not yours to use any more.", "Do without it.", code="denied")

    def _allowed(self) -> frozenset[str]:
        limits = self._limits()
        return tool_names(limits.tools, limits.operations, limits.summons)

    def _context(self, call: ToolCall, children: ChildrenOf) -> ToolContext:
        bench = self._bench

        def policy() -> Policy:
            return replace(bench.policy(), operations=frozenset(self._limits().operations))

        access = CallAccess(bench.session, bench.approvals, policy, call.agent_id, call.id)

        loop = asyncio.get_running_loop()

        def note(reach: Reach, verdict: Verdict) -> None:
            loop.call_soon_threadsafe(access.note, reach, verdict)

        def began(run: CommandRun) -> None:
            printed = self._session.live_text("calls", call.id).get("output")
            self._session.put(self._session.tables.call(call.id).model_copy(update={"command": run}))
            if printed:  # it was quicker than we; a record that is put ends the text that was being written
                self._session.restart_text("calls", call.id, "output", printed)

        def summoned(child_id: AgentId) -> None:
            self._session.put(self._session.tables.call(call.id).model_copy(update={"child_id": child_id}))

        return ToolContext(
            agent_id=call.agent_id,
            call_id=call.id,
            files=Files(bench.policy().project, access.policy, note),
            folder=self._limits().root,
            seen=self._seen,
            access=access,
            shell=bench.shell,
            show=LiveOutput(bench.session, call.id).show,
            began=began,
            spoken_to=self._spoken_to,
            tasks=TaskBoard(bench.session, call.agent_id),
            children=children,
            peers=self._relations.peers,
            person=self._relations.person(call.id),
            summoned=summoned,
            skills=SkillSource(bench.session, call.agent_id, bench.skills),
            keys=bench.ring.states,
        )

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
        latest = self._session.tables.call(call.id)
        self._session.put(latest.model_copy(update=ended), sync=sync)
        self._bench.waiting.show(call.agent_id)  # its command may go on, with a question open


def _shortened(text: str) -> str:
    return text if len(text) <= ERROR_CHARS else text[:ERROR_CHARS] + "…"
