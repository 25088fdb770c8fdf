"""The agents that come with the package: files of the same kind as people's own, so that they can be copied."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from .agent_files import read_agents
from .model_schema import AgentSection
from .templates import Source, Template, in_order, template

FOLDER = Path(__file__).parent.parent / "defaults" / "agents"


@dataclass(frozen=True, slots=True)
class _Shipped:
    sections: Mapping[str, AgentSection]
    templates: Mapping[str, Template]


def built_in() -> Mapping[str, Template]:
    """Templates that every project has, by slug. Files of the same slug stand over them. Blocks at the first call."""
    return _shipped().templates


def section_of(slug: str) -> AgentSection | None:
    """What the file of a built-in template says; None where there is none of that name."""
    return _shipped().sections.get(slug)


@cache
def _shipped() -> _Shipped:
    files, faults = read_agents(FOLDER, "", None, {})
    sections: dict[str, AgentSection] = {}
    for file in files:
        if file.section is None:
            raise RuntimeError(f"The package is damaged: {file.error.message if file.error else file.path}")
        sections[file.slug] = file.section
    if faults or not sections:
        raise RuntimeError(f"The package is damaged: there are no agents in {FOLDER}.")
    made = (template(Source(section, "built in", None), FOLDER, "")[0] for section in sections.values())
    return _Shipped(MappingProxyType(sections), MappingProxyType(in_order(made)))
