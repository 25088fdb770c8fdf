"""The configuration in force, and what people are shown of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ..protocol.ids import KeyId
from ..protocol.records import ErrorInfo
from ..protocol.settings import ConfigFile, Configuration, TemplateInfo
from .agent_files import AgentFile
from .built_in import built_in
from .faults import sayable
from .last_models import LastModels
from .layer import Layer
from .schema import Settings
from .templates import Template

Tools = Callable[[Template], list[str]]
"""The tools of a template, groups resolved."""


@dataclass(frozen=True, slots=True)
class Config:
    """The configuration in force."""

    settings: Settings = field(default_factory=Settings)
    layers: tuple[Layer, ...] = ()
    """The files it came from, weakest first; kept so that a file that breaks later still counts as it was."""
    errors: list[ErrorInfo] = field(default_factory=list)
    templates: dict[str, Template] = field(default_factory=lambda: dict(built_in()))
    """What agents are made from, by slug; also those that cannot be used, with their `error`."""
    agent_files: tuple[AgentFile, ...] = ()
    files: tuple[ConfigFile, ...] = ()
    """All files that were looked at, weakest first."""
    watched: tuple[Path, ...] = ()
    """Files and folders whose change may change it, there or not."""
    version: int = 0
    """Counts up with every change of what is in force or of what is said about it."""
    warnings: list[ErrorInfo] = field(default_factory=list)
    """What may be meant, and stops nothing; people see it among the problems in the settings."""
    models: LastModels = field(default_factory=dict)
    """What each `model:` named when all of it was last there; kept for when it is misspelt."""

    @property
    def model(self) -> str | None:
        return self.settings.model

    def describe(self, tools: Tools | None = None) -> Configuration:
        """What people are shown. There is nothing secret in it: secrets are referenced in the files, not written.

        Args:
            tools: looks up groups of tools; without it names stay as they are written, and none means all.
        """
        return Configuration(
            files=list(self.files),
            templates=[_described(one, tools or _as_written) for one in self.templates.values()],
            fallback=[KeyId(key) for key in self.settings.fallback],
            problems=[*self.errors, *self.warnings],
            version=self.version,
        )


def _as_written(template: Template) -> list[str]:
    return list(template.tools or ())


def _described(template: Template, tools: Tools) -> TemplateInfo:
    return TemplateInfo(
        name=template.slug,
        title=template.title,
        description=template.description,
        scope=template.scope,
        path=template.place.path if template.place else None,
        line=template.place.line if template.place else 1,
        tools=[] if template.error else tools(template),
        operations=list(template.operations),
        summons=list(template.summons),
        wants=list(template.wants),
        skills=list(template.skills),
        cwd=sayable(str(template.cwd)) if template.cwd else None,
        is_subagent=template.is_subagent,
        error=template.error,
    )
