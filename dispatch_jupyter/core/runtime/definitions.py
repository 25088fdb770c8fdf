"""What an agent is, as the settings and the skills are now: its tools, its instructions, its limits."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..config.templates import Template, catalogue
from ..protocol.errors import Invalid
from ..protocol.parts import Limits, LoadedSkill, ModelWish, Operation, SummonKind
from ..protocol.records import Agent
from ..tools.groups import tool_names
from ..tools.person import Report
from ..tools.standard import standard_tools
from ..tools.summon import Summon
from ..tools.tool import Toolbox
from .current_catalog import CurrentCatalog
from .current_skills import CurrentSkills
from .prompt import system_prompt
from .rights import within
from .settings import CurrentConfig
from .tables import Tables

NOBODY = Tables()


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
    """Makes them, from templates, and from who is above whom."""

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

    def skill_ids(self, names: Iterable[str]) -> list[str]:
        """Ids of skills that are to be loaded.

        Raises:
            NotFound, Invalid: as `Shelf.usable`.
        """
        return [self._skills.told.shelf.usable(name).info.id for name in names]

    async def refresh(self) -> None:
        """Look up the files."""
        await self._catalog.fresh()
        await self._skills.fresh()

    async def fresh(self, tables: Tables, agent: Callable[[], Agent]) -> Definition:
        """What an agent is by the files of now, whose models and keys are looked up as well.

        Args:
            tables: of its session.
            agent: its record, asked for last: a person may change it while the files are read.

        Raises:
            Invalid: as `of`.
        """
        await self.refresh()
        return self.of(agent(), tables)

    def of(self, agent: Agent, tables: Tables = NOBODY) -> Definition:
        """What an agent is now.

        Raises:
            Invalid: what it was made from cannot be used, and could not since the server began. It is not made from
                anything else then: that might allow what its own template did not.
        """
        template = self._last_good(agent.template)
        told = self._skills.told
        added = {skill.name: skill.why for skill in agent.skills if skill.why in ("person", "summoner")}
        orchestrates = not template.is_subagent
        loaded = told.shelf.for_agent(template.slug, orchestrates, template.skills, [*added])
        used = [skill for skill in agent.skills if skill.why == "used"]
        project = self._config.project
        limits = self.limits(tables, agent)
        return Definition(
            toolbox=self._toolbox(agent, limits),
            system=system_prompt(
                project,
                template.prompt,
                told.instructions,
                told.shelf.prompt(loaded),
                folder=_start(limits.root, project),
                agent=agent,
                summoner=tables.find_agent(agent.summoned_by or ""),
            ),
            wants=template.wants,
            limits=limits,
            skills=[
                *(
                    LoadedSkill(name=one.skill.id, why=added[one.skill.id] if one.why == "person" else one.why)
                    for one in loaded
                ),
                *used,
            ],
        )

    def limits(self, tables: Tables, agent: Agent) -> Limits:
        """What an agent may do at most now: by its template, by who summoned it, and by everybody above it.

        Raises:
            Invalid: as `of`, of itself or of one above it.
        """
        template = self._last_good(agent.template)
        own = Limits(
            root=agent.at_most.root if agent.at_most else str(template.cwd or self._config.project),
            max_steps=self._config.last.settings.limits.max_steps,
            operations=list(template.operations),
            summons=list(template.summons),
            tools=list(_names(template.tools, template.operations, template.summons)),
        )
        if agent.at_most is not None:
            own = within(own, agent.at_most)
        if agent.parent_id is None:
            return own
        return within(own, self.limits(tables, tables.agent(agent.parent_id)))

    def _toolbox(self, agent: Agent, limits: Limits) -> Toolbox:
        names = tool_names(limits.tools, limits.operations, limits.summons)
        listed = catalogue(self._config.last.templates.values(), limits.summons) if "summon" in names else ""
        return _toolbox(names | {Report.name} if agent.detached else names, frozenset(limits.summons), listed)

    def _last_good(self, slug: str) -> Template:
        found = self._config.last.templates.get(slug)
        if found is not None and found.error is None:
            self._known[slug] = found
        return self._known[slug] if slug in self._known else self.template(slug)


@lru_cache(maxsize=256)
def _names(
    tools: tuple[str, ...] | None, operations: tuple[Operation, ...], summons: tuple[SummonKind, ...]
) -> tuple[str, ...]:
    return tuple(sorted(tool_names(tools, operations, summons)))


@lru_cache(maxsize=64)
def _toolbox(names: frozenset[str], summons: frozenset[SummonKind], listed: str) -> Toolbox:
    """The same object for the same tools: what a model is told of them stays the same to the byte."""
    tools = [tool for tool in standard_tools() if tool.name in names]
    return Toolbox([*tools, Summon(summons, listed)] if Summon.name in names else tools)


def _start(root: str, project: Path) -> str:
    """The folder commands start in, for the prompt; empty where it is the project itself."""
    return "" if root == str(project) else root
