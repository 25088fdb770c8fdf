"""What the loop says to a model and what it hears: one request in, a stream of events out.

The conversation is written in OpenAI chat format, litellm's common tongue; everything else here is ours.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from ..protocol.parts import Effort, Usage

StopReason = Literal["end", "calls", "length", "refusal"]
ChatMessage = dict[str, Any]
ToolSchema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Access:
    """What a call is made with."""

    key: str
    """The key's id."""
    source: str
    """Where its secret is, for people."""
    fix: str
    """What to do where the secret is refused."""
    secret: str = field(repr=False)
    """Empty: the server needs none."""
    api_base: str | None = field(default=None, repr=False)
    """The address; None: the provider's own."""


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One model call. `system` and `tools` stay byte-stable within a turn (provider prompt caches)."""

    model: str
    """`provider/name` as litellm names it."""
    system: str
    messages: list[ChatMessage]
    """User, assistant (with `tool_calls`) and tool messages in OpenAI format; an assistant message may carry
    `opaque`, which the client gives back to the provider it came from and strips for every other."""
    tools: list[ToolSchema] = field(default_factory=list)
    """`{"type": "function", "function": {name, description, parameters}}`."""
    access: Access | None = None
    """None: key and address are looked for in the environment."""
    effort: Effort | None = None
    """How long the model is to think; None: as its provider has it."""
    max_output: int | None = None
    """Tokens the answer may have, reasoning included; None: as its provider has it."""


@dataclass(frozen=True, slots=True)
class TextDelta:
    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    text: str


@dataclass(frozen=True, slots=True)
class CallDelta:
    """A piece of a tool call. The first of an `index` carries `id` and `name`; `arguments` is appended."""

    index: int
    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass(frozen=True, slots=True)
class Retrying:
    """The call failed before the first token and will be made again in `seconds`; for people to see."""

    seconds: float
    reason: str


@dataclass(frozen=True, slots=True)
class Completed:
    """The end of a good reply; always the last event. No reply is complete without it."""

    usage: Usage
    stop: StopReason
    opaque: dict[str, Any] | None = None
    """What this provider wants back with the assistant message (signed reasoning, …); must be JSON."""


ModelEvent = TextDelta | ReasoningDelta | CallDelta | Retrying | Completed


class ModelClient(Protocol):
    """Makes model calls. Raises the `ModelError`s; closing the stream early closes the connection."""

    def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]: ...

    async def warm_up(self, model: str) -> None:
        """Load now what the first call of `model` would have to wait for."""
        ...

    async def aclose(self) -> None: ...
