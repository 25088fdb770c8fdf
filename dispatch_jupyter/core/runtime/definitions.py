"""What an agent is, as the settings and the skills are now: its tools, its instructions, its limits."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..config.templates import Template
from ..protocol.errors import Invalid
from ..protocol.parts import Limits, LoadedSkill, ModelWish
from ..protocol.records import Agent
from ..tools.groups import tool_names
from ..tools.standard import standard_tools
from ..tools.tool import Toolbox
from .current_catalog import CurrentCatalog
from .current_skills import CurrentSkills
from .prompt import system_prompt
from .settings import CurrentConfig


@dataclass(frozen=True, slots=True)
class Definition:
    """Made anew at each step; as long as no file changes the parts are the same objects."""

    toolbox: Toolbox
    system: str
    wants: tuple[ModelWish, ...]
    """Of its template; empty: the default."""
    limits: Limits
    skills: list[LoadedSkill]


class Definitions:
    """Makes them, from templates."""

    def __init__(self, config: CurrentConfig, catalog: CurrentCatalog, skills: CurrentSkills) -> None:
        self._config = config
        self._catalog = catalog
        self._skills = skills
        self._known: dict[str, Template] = {}
        """As they were when they could last be used: a file that breaks stops nobody who works."""

    def template(self, slug: str) -> Template:
        """What new agents of a kind are made from.

        Raises:
            Invalid: there is none of that name, or its file is broken.
        """
        templates = self._config.last.templates
        found = templates.get(slug)
        if found is None:
            usable = ", ".join(f"`{one.slug}`" for one in templates.values() if one.error is None)
            raise Invalid(f"template: there is no agent `{slug}`.", f"There are: {usable}.")
        if found.error is not None:
            raise Invalid(f"template: `{slug}` cannot be used: {found.error.message}", found.error.hint)
        return found

    async def fresh(self, agent: Callable[[], Agent]) -> Definition:
        """What an agent is by the files of now, whose models and keys are looked up as well.

        Args:
            agent: its record, asked for last: a person may change it while the files are read.

        Raises:
            Invalid: as `of`.
        """
        await self._catalog.fresh()
        await self._skills.fresh()
        return self.of(agent())

    def of(self, agent: Agent) -> Definition:
        """What an agent is now.

        Raises:
            Invalid: what it was made from cannot be used, and could not since the server began. It is not made from
                anything else then: that might allow what its own template did not.
        """
        template = self._last_good(agent.template)
        told = self._skills.told
        by_hand = [skill.name for skill in agent.skills if skill.why == "person"]
        orchestrates = not template.is_subagent
        loaded = told.shelf.for_agent(template.slug, orchestrates, template.skills, by_hand)
        used = [skill for skill in agent.skills if skill.why == "used"]
        project = self._config.project
        max_steps = self._config.last.settings.limits.max_steps
        root = str(template.cwd or project)
        return Definition(
            toolbox=_toolbox(tool_names(template.tools, template.operations)),
            system=system_prompt(
                project, template.prompt, told.instructions, told.shelf.prompt(loaded), folder=_start(root, project)
            ),
            wants=template.wants,
            limits=Limits(root=root, max_steps=max_steps, operations=list(template.operations)),
            skills=[*(LoadedSkill(name=one.skill.id, why=one.why) for one in loaded), *used],
        )

    def _last_good(self, slug: str) -> Template:
        found = self._config.last.templates.get(slug)
        if found is not None and found.error is None:
            self._known[slug] = found
        return self._known[slug] if slug in self._known else self.template(slug)


@cache
def _toolbox(names: frozenset[str]) -> Toolbox:
    """The same object for the same tools: what a model is told of them stays the same to the byte."""
    return Toolbox(tool for tool in standard_tools() if tool.name in names)


def _start(root: str, project: Path) -> str:
    """The folder commands start in, for the prompt; empty where it is the project itself."""
    return "" if root == str(project) else root
