"""The seam between the loop and the tools: a tool, what it is given, what it gives back."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import from_json

from ..permissions.paths import Files
from ..permissions.policy import Policy, Rule, Verdict
from ..protocol.errors import ToolError
from ..protocol.ids import AgentId, CallId
from ..protocol.records import CallKind, CommandRun, FileChange, Reach, Task
from ..protocol.settings import KeyState
from .family import Children, Peers, Person
from .groups import ALSO_CALLED

if TYPE_CHECKING:
    from .shell.shell import Shell


class Arguments(BaseModel):
    """Base of every tool's arguments: unknown ones are refused, so that the model learns of a misspelling."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Access(Protocol):
    """What one call may touch, as it stands now, and the way to ask a person for more."""

    def policy(self) -> Policy:
        """With all leave given so far, leave for this call alone included."""
        ...

    async def ask(self, reaches: Sequence[Reach], command: str | None = None) -> tuple[Rule, ...]:
        """One question to a person for all of these; waits for the answer, however long.

        Returns:
            Leave for this call alone, where that was given. `policy` has it already, as it has what a grant allows.

        Raises:
            Denied: with what the person wants the agent to know.
        """
        ...

    def note(self, reach: Reach, verdict: Verdict) -> None:
        """Put what was decided without asking anybody into the permission log."""
        ...


class TaskBoard(Protocol):
    """The to-do list of the agent that calls, and those of its descendants."""

    def list(self, agent_id: str | None = None) -> Sequence[Task]:
        """What is on a list, in its order.

        Args:
            agent_id: id or handle of a descendant; None: its own list.

        Raises:
            ToolError: there is no such descendant, or several are meant.
        """
        ...

    def all(self) -> Sequence[Task]:
        """Its own list with what was taken off it."""
        ...

    def put(self, tasks: Sequence[Task]) -> None:
        """Record new versions of its own tasks, or new ones."""
        ...


class SkillSource(Protocol):
    """The skills an agent may read."""

    async def read(self, name: str) -> str:
        """The text of a skill, and what lies beside it. It counts as used.

        Raises:
            DispatchError: there is none of that name, more than one, or it cannot be used.
        """
        ...


@dataclass(slots=True)
class ToolContext:
    """What a tool call may use. One a call; `seen` is shared by all calls of one agent."""

    agent_id: AgentId
    call_id: CallId
    files: Files
    """The only way to the file system."""
    seen: "Seen"
    """Which versions of which files the agent has read."""
    access: Access
    shell: "Shell"
    """The session's commands and background jobs."""
    show: Callable[[str], None]
    """More output, for people, while the call runs."""
    began: Callable[[CommandRun], None]
    """Record how a command goes."""
    spoken_to: Callable[[], Awaitable[None]]
    """Returns once a message waits for the agent."""
    tasks: TaskBoard
    skills: SkillSource
    children: Children
    peers: Peers
    person: Person
    summoned: Callable[[AgentId], None]
    """Record which agent the call started."""
    keys: Callable[[], Awaitable[list[KeyState]]]
    """How all keys stand, in fallback order."""
    folder: str = "."
    """Where commands start that do not say; absolute, or relative to the project folder."""


@dataclass(slots=True)
class Seen:
    """Fingerprints of files as the agent last read or wrote them, by real path."""

    fingerprints: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    """(inode, size in bytes, mtime in ns)."""


@dataclass(frozen=True, slots=True)
class ToolResult:
    """`text` goes to the model; `changes` to people."""

    text: str
    changes: tuple[FileChange, ...] = ()
    command: CommandRun | None = None
    """How a shell command went; one that failed is a result like any other."""
    whole: Path | None = None
    """The file with all of it, where `text` is only a part."""
    tells: tuple[AgentId, ...] = ()
    """Agents whose results are in it."""


class Tool(Protocol):
    """One thing an agent can do. Failures are raised as `ToolError` in words the model can act on."""

    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> CallKind: ...

    @property
    def description(self) -> str:
        """For the model."""
        ...

    @property
    def arguments(self) -> type[Arguments]: ...

    @property
    def exclusive(self) -> bool:
        """True: changes things, so it runs alone among the calls of its step."""
        ...

    async def run(self, arguments: Any, context: ToolContext) -> ToolResult: ...


class Toolbox:
    """The tools of one agent, in a fixed order."""

    def __init__(self, tools: Iterable[Tool]) -> None:
        self._tools = {tool.name: tool for tool in sorted(tools, key=lambda tool: tool.name)}
        self.names = frozenset(self._tools)
        self.schemas: list[dict[str, Any]] = [_schema(tool) for tool in self._tools.values()]
        """For the model, in OpenAI format; the same objects for as long as the toolbox lives."""

    def get(self, name: str) -> Tool:
        """The tool of that name; the error for an unknown one lists those there are."""
        try:
            return self._tools[ALSO_CALLED.get(name, name)]
        except KeyError:
            known = ", ".join(self._tools)
            raise ToolError(f"There is no tool `{name}`.", f"The tools are: {known}.", code="unknown_tool") from None

    def kind_of(self, name: str) -> CallKind:
        tool = self._tools.get(ALSO_CALLED.get(name, name))
        return tool.kind if tool else "other"


def parse_json(text: str) -> Any:
    """What a model wrote as JSON; nothing at all stands for `{}`.

    Strict, because it is stored and sent on: no NaN, no half surrogate pairs, no nesting without end.

    Raises:
        ValueError: says what is wrong, and where.
    """
    return from_json(text or "{}", allow_inf_nan=False)


def parse_arguments(tool: Tool, written: str | dict[str, Any]) -> Arguments:
    """The arguments a model wrote, as text or as the object it stands for, validated.

    Raises:
        ToolError: code `invalid_arguments`, naming each wrong field.
    """
    try:
        raw = parse_json(written) if isinstance(written, str) else written
    except ValueError as error:
        raise ToolError(
            f"The arguments of `{tool.name}` are not valid JSON: {error}.",
            "Send the call again with complete JSON.",
            code="invalid_arguments",
        ) from None
    if not isinstance(raw, dict):
        raise ToolError(
            f"The arguments of `{tool.name}` are not a JSON object.",
            f"It takes: {', '.join(tool.arguments.model_fields)}.",
            code="invalid_arguments",
        )
    try:
        return tool.arguments.model_validate(raw)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'arguments'}: {e['msg']}" for e in error.errors())
        raise ToolError(
            f"The arguments of `{tool.name}` are wrong: {faults}.",
            f"It takes: {', '.join(tool.arguments.model_fields)}.",
            code="invalid_arguments",
        ) from None


def _schema(tool: Tool) -> dict[str, Any]:
    parameters = tool.arguments.model_json_schema()
    parameters.pop("title", None)
    parameters.pop("description", None)
    for value in parameters.get("properties", {}).values():
        value.pop("title", None)
    return {
        "type": "function",
        "function": {"name": tool.name, "description": tool.description, "parameters": parameters},
    }
