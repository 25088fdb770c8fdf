"""retrieve and agent_status: what became of child agents and background jobs."""

import asyncio
from typing import Annotated, Any, ClassVar

from pydantic import AliasChoices, Field

from ..protocol.records import Agent, CallKind
from .fields import FlatArguments
from .shell.job_tools import ReadJob, ReadJobArguments
from .shell.running import Running
from .tool import Arguments, ToolContext, ToolResult
from .tree_words import named, outcome, state_of, wrapped


class RetrieveArguments(FlatArguments):
    id: Annotated[
        str,
        Field(
            min_length=1,
            validation_alias=AliasChoices("id", "agent_id", "job_id", "agent", "handle", "tab_id"),
            description="Id or handle of a child agent, or id of a background job.",
        ),
    ]


class Retrieve:
    """Waits for the result of a child agent, or the end of a job."""

    name: ClassVar[str] = "retrieve"
    kind: ClassVar[CallKind] = "read"
    description: ClassVar[str] = (
        "Wait for a child agent's result, or for the end of a background job. It returns early where a person writes "
        "to you: call it again then. Results also come by themselves, so use it only "
        "when you cannot go on without. A child that a restart interrupted goes on where it was."
    )
    arguments: ClassVar[type[Arguments]] = RetrieveArguments
    exclusive: ClassVar[bool] = False

    async def run(self, arguments: Any, context: ToolContext) -> ToolResult:
        """Returns once it has ended or rests, or a person has written."""
        wanted = arguments.id.strip()
        if (job := context.shell.jobs.find(wanted)) is not None:
            await _over(job[1], context)
            return await ReadJob().run(ReadJobArguments(job=wanted), context)
        agent = context.children.find(wanted)
        ended = await context.children.ended(agent.id)
        if ended is None:
            return ToolResult(
                f"agent_id: {agent.id}\n{named(agent)} is still at work ({state_of(agent)}): a person has written to "
                f"you, so this returns early. Its result comes as a message; `retrieve` waits for it again."
            )
        return ToolResult(outcome(ended), tells=(ended.id,) if _is_for(ended, context) else ())


async def _over(running: Running, context: ToolContext) -> None:
    """Returns once a job has ended, or a person has written."""
    spoken = asyncio.ensure_future(context.spoken_to())
    ways: set[asyncio.Future[Any]] = {running.ended, spoken}
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        spoken.cancel()


def _is_for(child: Agent, context: ToolContext) -> bool:
    """Whether the result is the caller's to hear: not where an agent between them waits for it."""
    between = {agent.id: agent for agent in context.children.all()}
    above = between.get(child.parent_id) if child.parent_id else None
    while above is not None and above.ended_at is not None:
        above = between.get(above.parent_id) if above.parent_id else None
    return above is None


class AgentStatusArguments(FlatArguments):
    agent: Annotated[
        str,
        Field(
            validation_alias=AliasChoices("agent", "agent_id", "id", "handle", "tab_id"),
            description="Id or handle of a child agent; empty for all of yours.",
        ),
    ] = ""


class AgentStatus:
    """A look at child agents that waits for nothing."""

    name: ClassVar[str] = "agent_status"
    kind: ClassVar[CallKind] = "read"
    description: ClassVar[str] = (
        "See how your child agents stand, without waiting: what each does, and its to-do list where you name one."
    )
    arguments: ClassVar[type[Arguments]] = AgentStatusArguments
    exclusive: ClassVar[bool] = False

    async def run(self, arguments: Any, context: ToolContext) -> ToolResult:
        if arguments.agent.strip():
            return ToolResult(_whole(context.children.find(arguments.agent.strip()), context))
        below = context.children.all()
        if not below:
            return ToolResult("You have no child agents.")
        return ToolResult("\n".join(_line(agent) for agent in below))


def _line(agent: Agent) -> str:
    brief = " ".join(agent.brief.split())
    short = brief if len(brief) <= 80 else f"{brief[:80]}…"
    return f"{named(agent)}: {state_of(agent)} · {short}"


def _whole(agent: Agent, context: ToolContext) -> str:
    lines = [_line(agent)]
    if agent.note:
        lines.append(f"Just now: {agent.note}")
    tasks = context.children.tasks(agent.id)
    lines += [f"- [{task.status}] {task.title}" for task in tasks] or ["It has no to-do list."]
    if answer := context.peers.latest_answer(agent.id):
        lines.append(f"It said last:\n{wrapped('agent_response', answer[:500])}")
    return "\n".join(lines)
