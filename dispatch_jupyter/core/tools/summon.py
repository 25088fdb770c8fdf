"""summon."""

from dataclasses import replace
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from ..protocol.errors import ToolError
from ..protocol.parts import SummonKind
from ..protocol.records import CallKind
from .family import Wish
from .fields import FlatArguments
from .tool import Arguments, ToolContext, ToolResult
from .tree_words import named, outcome

MAX_TASK = 50_000


def _listed(value: Any) -> Any:
    """Weaker models write a list as words with commas between them."""
    return [word.strip() for word in value.split(",") if word.strip()] if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Task = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_TASK,
        description="The brief: all it needs to know, as it sees nothing of this conversation. What to do, in which "
        "files, what not to touch, and what to hand back.",
    ),
]
Template = Annotated[str, Field(min_length=1, description="What kind of agent: a name from the list above.")]
Context = Annotated[
    str, Field(max_length=MAX_TASK, description="Facts and findings it should start with, besides the brief.")
]
Skills = Annotated[Names, Field(description="Names of skills it should have loaded.")]
Model = Annotated[str, Field(description="A model tag (light, heavy, …) or id; without it, as its kind has it.")]
Tools = Annotated[Names, Field(description="Only these of its tools (names or groups read, edit, shell, …).")]
Permissions = Annotated[
    Names, Field(description="At most these: read, write, execute, summon, user_agent. Never more than yours.")
]
Folder = Annotated[str, Field(description="Folder it works in, inside yours; relative to it.")]
Background = Annotated[
    bool, Field(description="Return at once; its result comes to you as a message, and wakes you if you rest.")
]
Detached = Annotated[
    bool,
    Field(
        description="Return at once and give it a thread of its own, in which it talks with the person until it "
        "reports. For planning and whatever needs their answers."
    ),
]


class SummonUserAgentArguments(FlatArguments):
    """Of an agent that may start agents of the person's own only: all are top level, and none has a result for it."""

    task: Task
    agent: Template
    context: Context = ""
    skills: Skills = ()
    model: Model = ""
    tools: Tools = ()
    permissions: Permissions = ()
    working_directory: Folder = ""


class SummonArguments(SummonUserAgentArguments):
    """Of one that may start children only."""

    background: Background = False
    detached: Detached = False


class SummonBothArguments(SummonArguments):
    """Of one that may start agents of either kind."""

    top_level: Annotated[
        bool,
        Field(
            description="Start an agent of the person's own, that lives on without you: you get no result of it. Only "
            "when they ask for one."
        ),
    ] = False


_CHILDREN = """\
Give a part of the work to another agent. It starts with nothing but your brief, works by itself with at most your \
permissions, and its last message is the result of this call (`agent_id: …`, then the result; where it failed, why, \
and what it had done). Summon several in one step to have them work side by side: then see to it that they change \
different files. With `background` or `detached` you go on at once."""
_USERS = """\
Start an agent of the person's own: it has a thread of its own, lives on without you, and you get no result of it. \
Only when they ask for one."""


class Summon:
    """Starts another agent. One object for each kind of caller: what it may start is in the schema the model sees.

    Args:
        kinds: what the caller may start.
        catalogue: the agents there are, a line each.
    """

    name: ClassVar[str] = "summon"
    kind: ClassVar[CallKind] = "think"
    exclusive: ClassVar[bool] = False

    def __init__(self, kinds: frozenset[SummonKind], catalogue: str) -> None:
        self._kinds = kinds
        what = _CHILDREN if "summon" in kinds else _USERS
        self.description = f"{what}\nAgents there are:\n{catalogue}"
        self.arguments: type[Arguments] = SummonUserAgentArguments
        if "summon" in kinds:
            self.arguments = SummonBothArguments if "user_agent" in kinds else SummonArguments

    async def run(self, arguments: Any, context: ToolContext) -> ToolResult:
        """Returns with the result, or at once where the agent works in the background."""
        wish = self._wish(arguments)
        child = await context.children.summon(wish)
        context.summoned(child.id)
        if wish.top_level:
            return ToolResult(f"agent_id: {child.id}\n{named(child)} has begun, in a thread of its own.")
        if wish.detached or wish.background:
            how = "in a thread of its own" if wish.detached else "in the background"
            return ToolResult(
                f"agent_id: {child.id}\n{named(child)} has begun, {how}. Its result comes to you as a message: go on, "
                f"or end your turn; you are woken."
            )
        ended = await context.children.ended(child.id)
        if ended is None:
            return ToolResult(
                f"agent_id: {child.id}\n{named(child)} is still at work, and goes on in the background: a person has "
                f"written to you. Its result comes as a message; `retrieve` waits for it."
            )
        return ToolResult(outcome(ended), tells=(child.id,))

    def _wish(self, given: Any) -> Wish:
        narrowed = {name: None for name in ("tools", "permissions") if name not in given.model_fields_set}
        wish = Wish(**(given.model_dump() | narrowed))
        if "summon" not in self._kinds:
            return replace(wish, top_level=True)
        if wish.top_level and (wish.background or wish.detached):
            raise ToolError(
                "top_level: such an agent has no parent, so it is neither `background` nor `detached`.",
                "Leave these out.",
                code="invalid_arguments",
            )
        return wish
