"""What dispatch.yaml may say. Each section is a class; a new setting is a field here and nothing else."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    Field,
    GetJsonSchemaHandler,
    PrivateAttr,
    StringConstraints,
    field_validator,
    model_validator,
)
from pydantic_core import CoreSchema
from pydantic_core.core_schema import ValidationInfo

from ..protocol.parts import Operation
from .entries import entry_id, written_path
from .model_schema import VARIABLE, AgentSection, KeySection, ModelSection, Name, WaitSection
from .section import OrNothing, Section, or_text

MAX_SECONDS = 7 * 24 * 3600.0


class LimitsSection(Section):
    """`limits:`, what an agent may do at most, and all agents of a session together."""

    max_steps: int = Field(default=50, ge=1, le=1000)
    """Model calls in one turn."""
    max_depth: int = Field(default=3, ge=0, le=20)
    """Levels of agents below one that you talk to: 1 is children, 2 children of children; 0: none are summoned."""
    max_live_agents: int = Field(default=64, ge=1, le=1000)
    """Agents of one session that are at work at the same time, those that wait included."""
    max_summoned: int = Field(default=200, ge=0, le=10_000)
    """Agents that are summoned in one session until you write again."""
    max_tree_usd: float | None = Field(default=None, gt=0, le=1e9, allow_inf_nan=False)
    """USD that the agents of one session spend together; no limit where it is not said."""


class Allowed(Section):
    """An entry of `auto_allow`: `/tmp` for all operations, or `{path: /etc, allow: read}`."""

    path: str
    """Absolute, of a folder and all below it or of a file. In the file also with `~`, or relative to its folder."""
    allow: Literal["read", "write", "execute", "all"]
    """`write` and `execute` include `read`."""
    _real: str = PrivateAttr(default="")

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        return {"path": value, "allow": "all"} if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return or_text(schema, handler)

    @field_validator("path")
    @classmethod
    def _absolute(cls, value: str, info: ValidationInfo) -> str:
        where = info.context or {}
        return written_path(value, where.get("folder"), where.get("home"))

    def leading_to(self, real: str) -> "Allowed":
        """The entry, for where its path really leads. Its ids stay those of the path that is written."""
        entry = self.model_copy()
        entry._real = real
        return entry

    def leave(self) -> tuple[tuple[Operation, Path, str], ...]:
        """What it allows: operation, path and id of each."""
        operations: tuple[Operation, ...] = ("write", "execute") if self.allow == "all" else (self.allow,)
        path = Path(self._real or self.path)
        return tuple((operation, path, entry_id(operation, self.path)) for operation in operations)


class PermissionsSection(Section):
    """`permissions:`, what agents may do outside the project without asking."""

    auto_allow: Annotated[list[Allowed], OrNothing()] = Field(default_factory=list)
    """Places they may use. Places of secrets stay closed."""

    def leave(self) -> tuple[tuple[Operation, Path, str], ...]:
        """What all entries allow: operation, path and id of each."""
        return tuple(leave for entry in self.auto_allow for leave in entry.leave())


class ShellSection(Section):
    """`shell:`, how agents run commands."""

    timeout: float = Field(default=120.0, gt=0, le=MAX_SECONDS, allow_inf_nan=False)
    """Seconds a command may take where the agent does not say."""
    max_timeout: float = Field(default=24 * 3600.0, gt=0, le=MAX_SECONDS, allow_inf_nan=False)
    """Seconds a command may take whatever the agent says."""
    env_pass: Annotated[
        list[Annotated[str, StringConstraints(pattern=VARIABLE, max_length=200)]],
        OrNothing(),
    ] = Field(default_factory=list)
    """Names of environment variables that commands get besides the usual ones. Those of secrets are never given."""


class ServerSection(Section):
    """An entry of `lsp: servers:`, how a language server is started."""

    command: Annotated[str, StringConstraints(min_length=1, max_length=4096)]
    """The program; it speaks the Language Server Protocol on its standard streams."""
    args: Annotated[list[str], OrNothing()] = Field(default_factory=list)
    """What it is started with."""
    extensions: Annotated[
        list[Annotated[str, StringConstraints(pattern=r"^\.[A-Za-z0-9][A-Za-z0-9._+-]*$", max_length=40)]], OrNothing()
    ] = Field(default_factory=list)
    """Of the files it is for: `.py`; those it is known for where it does not say."""
    disabled: bool = False
    """True: it is not started, though it may be found."""


class LspSection(Section):
    """`lsp:`, language servers: those named here, besides the ones that are found."""

    enabled: bool = True
    """False: none is started."""
    servers: dict[Name, ServerSection] = Field(default_factory=dict)
    """By a name of your own."""


class Settings(Section):
    """A whole dispatch.yaml."""

    model: str | None = Field(default=None, min_length=1)
    """A tag, or `provider/name`: the model of agents whose template names none."""
    keys: Annotated[list[KeySection], OrNothing()] = Field(default_factory=list)
    """Secrets of model providers, and their budgets."""
    models: Annotated[list[ModelSection], OrNothing()] = Field(default_factory=list)
    """Models that agents may be given, by tags."""
    fallback: Annotated[list[Name], OrNothing()] = Field(default_factory=list)
    """Ids of keys in the order in which they are used; the rest follow as they stand in `keys`."""
    wait: WaitSection = WaitSection()
    agents: Annotated[list[AgentSection], OrNothing()] = Field(default_factory=list)
    """Templates of agents."""
    limits: LimitsSection = LimitsSection()
    permissions: PermissionsSection = PermissionsSection()
    shell: ShellSection = ShellSection()
    lsp: LspSection = LspSection()
