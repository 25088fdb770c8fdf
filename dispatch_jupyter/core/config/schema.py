"""What dispatch.yaml may say. Each section is a class; a new setting is a field here and nothing else."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    StringConstraints,
    field_validator,
    model_validator,
)
from pydantic_core.core_schema import ValidationInfo

from ..protocol.records import Operation
from .entries import entry_id, written_path

MAX_SECONDS = 7 * 24 * 3600.0


class Section(BaseModel):
    """Base of every section: unknown fields are refused, so that a misspelling is seen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _none_is_empty(value: Any) -> Any:
    """A list that nothing is left in reads as null."""
    return [] if value is None else value


class LimitsSection(Section):
    """`limits:`, what an agent may do at most."""

    max_steps: int = Field(default=50, ge=1, le=1000)
    """Model calls in one turn."""


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

    auto_allow: Annotated[list[Allowed], BeforeValidator(_none_is_empty)] = Field(default_factory=list)
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
        list[Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=200)]],
        BeforeValidator(_none_is_empty),
    ] = Field(default_factory=list)
    """Names of environment variables that commands get besides the usual ones. Those of secrets are never given."""


class Settings(Section):
    """A whole dispatch.yaml."""

    model: str | None = Field(default=None, min_length=1)
    """`provider/name` of the model that new sessions get."""
    limits: LimitsSection = LimitsSection()
    permissions: PermissionsSection = PermissionsSection()
    shell: ShellSection = ShellSection()
