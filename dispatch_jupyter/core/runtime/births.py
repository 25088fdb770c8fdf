"""Making a new agent from what another asked for: everything looked up, nothing more than its summoner may."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from ..config.templates import Template
from ..protocol.errors import ToolError
from ..protocol.ids import new_agent_id
from ..protocol.parts import OPERATIONS, SUMMON_KINDS, Limits, LoadedSkill, ModelWish
from ..protocol.records import Agent, now
from ..tools.family import Wish
from ..tools.groups import known_names, named_tools
from .definitions import Definitions
from .lineage import LIVE, ancestors, handles
from .models import Models
from .rights import within
from .session import Session
from .settings import CurrentConfig
from .tables import Tables

CLASSES = (*OPERATIONS, *SUMMON_KINDS)


class Births:
    """Turns wishes into records."""

    def __init__(self, config: CurrentConfig, definitions: Definitions, models: Models) -> None:
        self._config = config
        self._definitions = definitions
        self._models = models

    async def make(self, session: Session, parent: Agent, wish: Wish) -> Agent:
        """The record of a new agent; not yet put.

        Raises:
            Invalid: there is no such template or skill, or it cannot be used.
            ToolError: something else of the wish cannot be met, or there are agents enough.
        """
        await self._definitions.refresh()
        template = self._definitions.template(wish.agent)
        self._check_kind(template, wish)
        limits = self._definitions.limits(session.tables, parent)
        _check_leave(limits, wish)
        folder = await asyncio.to_thread(_folder, wish, template, limits, self._config.project)
        asked = Limits(
            root=str(folder),
            max_steps=limits.max_steps,
            operations=[one for one in OPERATIONS if wish.permissions is None or one in _permissions(wish)],
            summons=[one for one in SUMMON_KINDS if wish.permissions is None or one in _permissions(wish)],
            tools=_tools(wish),
        )
        wants = [await self._models.current.wish(wish.model)] if wish.model else []
        model = await self._models.first(wants or template.wants)
        self._check_room(session.tables, parent, wish)
        agent = Agent(
            id=new_agent_id(session.tables.session.id, handles(session.tables)),
            parent_id=None if wish.top_level else parent.id,
            summoned_by=parent.id,
            background=wish.background or wish.detached,
            detached=wish.detached,
            status="running",  # it counts as one at work from now on, and a server that dies now has interrupted it
            template=template.slug,
            name=template.slug,
            brief=wish.task,
            # one that lives on its own has nobody above it: what its summoner may is written down now
            at_most=within(asked, limits) if wish.top_level else asked,
            model=model,
            model_pinned=bool(wants),
            wants=wants or list[ModelWish](),
            skills=[LoadedSkill(name=name, why="summoner") for name in self._definitions.skill_ids(wish.skills)],
            limits=asked,
        )
        return agent.model_copy(update={"limits": self._definitions.limits(session.tables, agent)})

    def _check_kind(self, template: Template, wish: Wish) -> None:
        if template.is_subagent and wish.top_level:
            raise ToolError(
                f"agent: `{template.slug}` is a subagent; it does not live on its own.",
                "Choose another kind, or leave out `top_level`.",
                code="invalid_arguments",
            )
        if not template.is_subagent and not wish.top_level:
            raise ToolError(
                f"agent: `{template.slug}` is one of the person's own, not a subagent.",
                "Choose a subagent; `top_level` starts one of the person's own, for those who may.",
                code="invalid_arguments",
            )

    def _check_room(self, tables: Tables, parent: Agent, wish: Wish) -> None:
        limits = self._config.last.settings.limits
        depth = 0 if wish.top_level else len([*ancestors(tables, parent)]) + 1
        live = sum(agent.status in LIVE for agent in tables.agents())
        spoken = tables.totals.spoken_at or now()
        summoned = sum(agent.summoned_by is not None and agent.created_at > spoken for agent in tables.agents())
        if depth > limits.max_depth:
            raise _too_many(f"Agents are nested {limits.max_depth} deep at most here.", "Do this part yourself.")
        if live >= limits.max_live_agents:
            raise _too_many(
                f"{live} agents are at work in this session, as many as may be.",
                "Wait for some of them (retrieve), then summon again.",
            )
        if summoned >= limits.max_summoned:
            raise _too_many(
                f"{summoned} agents were summoned since a person spoke, as many as may be.",
                "Finish with what there is, and tell the person.",
            )


def _too_many(message: str, hint: str) -> ToolError:
    return ToolError(message, hint, code="too_many_agents")


def _check_leave(limits: Limits, wish: Wish) -> None:
    needed = "user_agent" if wish.top_level else "summon"
    if needed not in limits.summons:
        what = "agents that live on their own" if wish.top_level else "child agents"
        raise ToolError(f"You may not start {what}.", "Do this part yourself.", code="denied")


def _permissions(wish: Wish) -> Sequence[str]:
    given = [word.strip().lower() for word in wish.permissions or ()]
    unknown = [word for word in given if word not in CLASSES]
    if unknown:
        raise ToolError(
            f"permissions: `{unknown[0][:50]}` is none.", f"There are: {', '.join(CLASSES)}.", code="invalid_arguments"
        )
    return given


def _tools(wish: Wish) -> list[str] | None:
    if wish.tools is None:
        return None
    known = known_names()
    unknown = [name for name in wish.tools if name not in known]
    if unknown:
        raise ToolError(
            f"tools: there is no tool or group `{unknown[0][:50]}`.",
            f"There are: {', '.join(sorted(known))}.",
            code="invalid_arguments",
        )
    return sorted(named_tools(wish.tools))


def _folder(wish: Wish, template: Template, limits: Limits, project: Path) -> Path:
    """Where it works: what was asked for, else its template's folder, else its summoner's; inside the summoner's."""
    above = Path(limits.root)
    if not wish.working_directory:
        own = template.cwd
        return own if own is not None and own.is_relative_to(above) else above
    folder = Path(above, wish.working_directory).resolve()
    if not folder.is_relative_to(above.resolve()):
        raise ToolError(
            f"working_directory: {wish.working_directory} is not inside yours ({limits.root}).",
            "Name a folder inside it, or leave it out.",
            code="invalid_arguments",
        )
    if not folder.is_dir():
        raise ToolError(
            f"working_directory: there is no folder {wish.working_directory}.",
            f"Make it first, or leave it out; it is relative to {above.name or project.name}.",
            code="not_found",
        )
    return folder
