"""What the settings, keys, models and skills look like to people and clients. Never holds a secret."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from .ids import AgentId, KeyId, SessionId
from .parts import Effort, ModelWish, Operation, Part, SummonKind, Usage
from .records import ErrorInfo

KeyStatus = Literal["active", "busy", "cooling", "exhausted", "bad", "missing"]
"""`busy`: what is left is reserved for calls under way. `cooling`: the provider said to slow down. `exhausted`: the
budget, or the provider's quota, is used up. `bad`: the provider refused it. `missing`: there is no such secret."""
Period = Literal["total", "day", "month"]
"""Days and months are those of UTC."""
SettingsScope = Literal["built in", "global", "project"]
"""Whose a template or a skill is, the weakest first: of the package, of the person, of the project."""
SkillFolder = Literal["default", "agents", "project", "packages"]
"""`packages`: folders with a `SKILL.md`, whose text is read on demand."""


class Budget(Part):
    """What a key may use up at most: money or tokens, a period."""

    usd: float | None = None
    tokens: int | None = None
    per: Period


class KeyState(Part):
    """A key, how it stands, and what it used in the present period."""

    id: KeyId
    provider: str
    label: str
    """The provider's name, for people."""
    source: str
    """Where the secret is, never what it is: `env ANTHROPIC_API_KEY`, `file ~/.keys/work`, `keyring work`."""
    api_base: str | None = None
    position: int
    """Place in the fallback order, from 1."""
    status: KeyStatus
    reason: str = ""
    """Why it is not `active`, in words, with what to do."""
    until: AwareDatetime | None = None
    """When it is expected back; None where it is not a matter of time."""
    guessed: bool = False
    """True: nobody said when; at `until` it is tried again."""
    budget: Budget | None = None
    used: Usage = Usage()
    """In the period of its budget; without one, since ever."""
    calls: int = 0
    """As many calls `used` is of."""
    reserved_usd: float = 0.0
    reserved_tokens: int = 0
    """For calls under way, at worst."""
    resets_at: AwareDatetime | None = None
    """When the budget's period ends; None for `total`."""


class ModelInfo(Part):
    """A model of the settings."""

    id: str
    label: str
    provider: str
    tags: list[str]
    keys: list[KeyId]
    """Which it may be called with, in fallback order."""
    no_key: bool = False
    """It needs a key, and there is none for it."""
    effort: Effort | None = None
    priced: bool | None = None
    """False: nobody knows its price, so keys with a budget in USD are not used for it. None: not looked up yet."""
    used: Usage = Usage()
    """Since ever, with all keys."""


class Candidate(Part):
    """One model with one key, and whether it could be used now."""

    model: str
    key: KeyId | None
    """None: it needs none."""
    effort: Effort | None = None
    usable: bool
    why: str
    """What speaks for or against it, in words."""
    until: AwareDatetime | None = None
    """When it is expected to be usable."""


class Resolution(Part):
    """`GET models/resolve`: what is meant by a tag or an id now, and why."""

    wants: list[ModelWish]
    chosen: Candidate | None = None
    """None: none can be used now."""
    candidates: list[Candidate]
    """In the order in which they are tried."""
    until: AwareDatetime | None = None
    """Where none can be used: when the first is expected back."""
    error: ErrorInfo | None = None
    """Where none will ever be, unless the settings change."""


class KeyEvent(Part):
    """Something that happened to a key: a line of the key log."""

    at: AwareDatetime
    key: KeyId
    text: str
    session_id: SessionId | None = None
    agent_id: AgentId | None = None


class Models(Part):
    """`GET models`."""

    keys: list[KeyState]
    """In fallback order."""
    models: list[ModelInfo]
    tags: dict[str, list[str]]
    """Ids of the models of each tag, the one that is tried first at the front."""
    log: list[KeyEvent]
    """The latest, newest last."""
    problems: list[ErrorInfo] = Field(default_factory=list)


class TemplateInfo(Part):
    """An agent template."""

    name: str
    """Its slug."""
    title: str
    description: str = ""
    scope: SettingsScope
    path: str | None = None
    """The file it is from; None: it is built in."""
    line: int = 1
    tools: list[str] = Field(default_factory=list)
    """Names of tools, groups resolved."""
    operations: list[Operation] = Field(default_factory=list)
    summons: list[SummonKind] = Field(default_factory=list)
    """Which agents it may start."""
    wants: list[ModelWish] = Field(default_factory=list)
    skills: list[str] = Field(default_factory=list)
    cwd: str | None = None
    is_subagent: bool = False
    error: ErrorInfo | None = None
    """Set where its file is broken: it cannot be used, and this says why."""
    warnings: list[ErrorInfo] = Field(default_factory=list)
    """What is wrong with it and stops nobody: a skill that is not there."""


class ConfigFile(Part):
    """A file the settings come from."""

    path: str
    scope: Literal["global", "project"]
    exists: bool
    errors: int
    trusted: bool | None = None
    """None: it asks for nothing that needs trust."""


class Configuration(Part):
    """`GET config`: the settings in force, and what is wrong with the files."""

    files: list[ConfigFile]
    """Weakest first."""
    templates: list[TemplateInfo]
    fallback: list[KeyId]
    problems: list[ErrorInfo]
    """Those of skills, of files that map them and of the project's instructions are among them."""
    version: int = 0
    """Counts up with every change that was taken up."""


class SettingsFile(Part):
    """`GET config/file`: a file of settings, an agent's, a skill's or a mapping's, for an editor."""

    path: str
    """Absolute."""
    text: str
    digest: str
    """SHA-256 of its bytes, in hex: which version it is."""
    size: int
    """In bytes."""
    changed_at: AwareDatetime
    writable: bool
    """False: it comes with Dispatch, or the system does not let it be changed."""


class SaveSettingsFile(Part):
    """`PUT config/file`: a new text in the place of the version that was read."""

    path: Annotated[str, StringConstraints(min_length=1, max_length=4096)]
    text: str
    digest: str
    """Of the version it is to replace."""


class SkillInfo(Part):
    """A skill: a Markdown file with front matter."""

    id: str
    """`built-in:name`, `global:name` or `project:name`."""
    name: str
    scope: SettingsScope
    folder: SkillFolder
    path: str
    description: str = ""
    tags: list[str] = Field(default_factory=list)
    agents: list[str] = Field(default_factory=list)
    """Types of agents it is mapped to; orchestrators with `.o`, as their mapping files; `_all` is all of them."""
    ambiguous: bool = False
    """You and the project have one of that name, so the name alone is not enough."""
    error: ErrorInfo | None = None


class Skill(SkillInfo):
    """`GET skills/{name}`: with its text."""

    text: str


class SkillMapping(Part):
    """A file in an `agents/` folder: which skills a type of agents gets."""

    scope: SettingsScope
    agent: str
    """`_all`: every type."""
    orchestrator: bool
    path: str
    skills: list[str]
    """Ids of skills."""


class Skills(Part):
    """`GET skills`."""

    skills: list[SkillInfo]
    mappings: list[SkillMapping]
    problems: list[ErrorInfo] = Field(default_factory=list)


class ActivateSkill(Part):
    """`POST agents/{id}/skills`: load a skill into an agent's prompt, or take it out again."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    active: bool = True


class SwitchModel(Part):
    """`PATCH agents/{id}/model`."""

    model: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None
    """A tag, or `provider/name`. None: as its template and the settings have it."""
    effort: Effort | None = None
