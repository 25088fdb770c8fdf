"""send_to_agent and read_agent: agents of one session among themselves."""

from typing import Annotated, Any, ClassVar

from pydantic import AliasChoices, Field

from ..protocol.records import CallKind
from .family import Delivery
from .fields import FlatArguments
from .tool import Arguments, ToolContext, ToolResult
from .tree_words import named, state_of, wrapped

MAX_MESSAGE = 20_000
PAGE = 8_000
"""Characters of an answer that one call gives."""

Handle = Annotated[
    str,
    Field(
        min_length=1,
        validation_alias=AliasChoices("agent", "agent_id", "tab_id", "id", "handle"),
        description="Handle of the agent: the first digits of its id, at least 4.",
    ),
]

_SAYS: dict[Delivery, str] = {
    "woken": "Delivered: {who} was at rest and has begun a turn.",
    "queued": "Queued: {who} is at work and reads it at its next step.",
    "held": "Held: {who} gets it once a person has spoken; agents have woken each other often enough. Do not send it "
    "again: end your turn, or go on without an answer.",
    "stopped": "Queued: {who} was stopped, or failed, and reads it once a person lets it go on. Do not wait for an "
    "answer.",
}


class SendToAgentArguments(FlatArguments):
    agent: Handle
    message: Annotated[
        str,
        Field(
            min_length=1,
            max_length=MAX_MESSAGE,
            validation_alias=AliasChoices("message", "text"),
            description="What to tell it. It sees who sent it.",
        ),
    ]


class SendToAgent:
    """A message to another agent."""

    name: ClassVar[str] = "send_to_agent"
    kind: ClassVar[CallKind] = "think"
    description: ClassVar[str] = (
        "Send a message to another agent of this session, by its handle. One at work reads it at its next step, one "
        "at rest is woken. It carries no person's authority."
    )
    arguments: ClassVar[type[Arguments]] = SendToAgentArguments
    exclusive: ClassVar[bool] = False

    async def run(self, arguments: Any, context: ToolContext) -> ToolResult:
        target = context.peers.find(arguments.agent)
        delivery = await context.peers.send(target.id, arguments.message)
        return ToolResult(_SAYS[delivery].format(who=named(target)))


class ReadAgentArguments(FlatArguments):
    agent: Handle
    offset: Annotated[int, Field(ge=0, description="Character to begin at, for the rest of a long answer.")] = 0


class ReadAgent:
    """What another agent said last."""

    name: ClassVar[str] = "read_agent"
    kind: ClassVar[CallKind] = "read"
    description: ClassVar[str] = (
        "Read the last complete answer of another agent of this session, by its handle, and what it does now. It "
        "never waits."
    )
    arguments: ClassVar[type[Arguments]] = ReadAgentArguments
    exclusive: ClassVar[bool] = False

    async def run(self, arguments: Any, context: ToolContext) -> ToolResult:
        """A page of its last answer."""
        target = context.peers.find(arguments.agent)
        answer = context.peers.latest_answer(target.id)
        head = f"{named(target)} is {state_of(target)}."
        if not answer:
            return ToolResult(f"{head} It has not answered yet.")
        page = answer[arguments.offset : arguments.offset + PAGE]
        left = len(answer) - arguments.offset - len(page)
        more = f"\n[{left:,} more characters: offset {arguments.offset + PAGE}]" if left > 0 else ""
        return ToolResult(f"{head}\n{wrapped('agent_response', page)}{more}")
