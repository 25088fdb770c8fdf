"""Pieces of records and commands that stand for themselves."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from .ids import KeyId

Effort = Literal["none", "minimal", "low", "medium", "high"]
"""How long a model is to think, where it can be told."""
SkillReason = Literal["default", "agent", "template", "person", "summoner", "used"]
"""Why a skill is loaded: a `default/` folder, a mapping for the agent's type, its template, by hand, by the agent
that summoned it, by the agent itself."""

Operation = Literal["read", "write", "execute"]
"""`write` and `execute` include `read`."""
OPERATIONS: tuple[Operation, ...] = ("read", "write", "execute")
SummonKind = Literal["summon", "user_agent"]
"""Which agents an agent may start: children of its own, and agents of the person's that live on without it."""
SUMMON_KINDS: tuple[SummonKind, ...] = ("summon", "user_agent")


class Part(BaseModel):
    """A piece of a record: immutable, and nothing unknown gets in."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Place(Part):
    """A line of a file, to be opened there."""

    path: str
    """Absolute."""
    line: int = 1


class ModelWish(Part):
    """A model that is wanted: by tag or by id, perhaps with one key only."""

    model: str
    """A tag (`heavy`) or an id (`provider/name`)."""
    key: KeyId | None = None
    """None: with any key of the model, in fallback order."""
    effort: Effort | None = None
    """None: as the settings of the model say."""


class LoadedSkill(Part):
    """A skill in an agent's prompt."""

    name: str
    """`global:name` or `project:name`."""
    why: SkillReason


class Usage(Part):
    """Tokens and money of one or more model calls, as the provider reported them."""

    input_tokens: int = 0
    """All input, cached input included."""
    output_tokens: int = 0
    """All output, reasoning included."""
    cached_tokens: int = 0
    """The part of the input that was read from the provider's prompt cache."""
    cost_usd: float | None = 0.0
    """None where the price of any of the calls is unknown."""

    def __add__(self, other: "Usage") -> "Usage":
        known = self.cost_usd is not None and other.cost_usd is not None
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
            cost_usd=(self.cost_usd or 0.0) + (other.cost_usd or 0.0) if known else None,
        )


class ModelRef(Part):
    """Which model an agent talks to."""

    id: str
    """As litellm names it, `provider/name`; `demo/rules` for the built-in demo."""
    provider: str
    label: str
    """Short name for a badge."""
    demo: bool = False
    """True: rules, not a language model."""
    key: KeyId | None = None
    """Which key it is called with; None before the first call, and for models that need none."""
    effort: Effort | None = None


class Limits(Part):
    """What an agent may do at most. A child's are its parent's, narrowed."""

    root: str
    """Absolute path of the folder it works in."""
    max_steps: int = Field(default=50, ge=1)
    """Model calls in one turn."""
    operations: list[Operation] = Field(default_factory=lambda: list(OPERATIONS))
    """What it may do to files, in the project as well; without `execute` it has no shell."""
    summons: list[SummonKind] = Field(default_factory=list)
    """Which agents it may start."""
    tools: list[str] | None = None
    """Names of the tools it may use; None: all that the rest allows."""
