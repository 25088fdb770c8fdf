"""What people see and change of settings, models and skills."""

import asyncio
from collections.abc import Sequence

from ..config.templates import Template
from ..protocol.errors import Conflict, Ended
from ..protocol.ids import AgentId, session_of
from ..protocol.parts import LoadedSkill, ModelWish
from ..protocol.records import Agent, ErrorInfo
from ..protocol.settings import ActivateSkill, Configuration, Resolution, Skill, Skills, SwitchModel, TemplateInfo
from ..protocol.settings import Models as ModelsView
from ..tools.groups import tool_names
from .current_skills import CurrentSkills
from .lineage import closed
from .models import Models
from .session import Session
from .sessions import Sessions
from .settings import CurrentConfig
from .settings_files import SettingsFiles
from .thread_notes import tell


class SettingsDesk:
    """The door for the API: each method is one thing a person may ask."""

    def __init__(
        self, config: CurrentConfig, models: Models, skills: CurrentSkills, sessions: Sessions, files: SettingsFiles
    ) -> None:
        self.files = files
        self._config = config
        self._models = models
        self._skills = skills
        self._sessions = sessions

    async def look(self) -> Configuration:
        """The settings in force, and what is wrong with their files and those of skills."""
        config = await self._config.fresh()
        told = await self._skills.fresh()
        described = config.describe(lambda one: sorted(tool_names(one.tools, one.operations, one.summons)))
        # in a thread: what may be meant by a name is looked for among all there are
        templates = await asyncio.to_thread(
            lambda: [_with_skills_checked(one, told.shelf.unknown(one.skills)) for one in described.templates]
        )
        problems = [*described.problems, *told.problems]
        return described.model_copy(update={"templates": templates, "problems": problems})

    async def models(self) -> ModelsView:
        """All keys and models, and how they stand."""
        return await self._models.view()

    async def resolve(self, wanted: str) -> Resolution:
        """What a tag or the name of a model means now, and why; empty: the default."""
        return await self._models.resolve([ModelWish(model=wanted)] if wanted else [])

    async def skills(self) -> Skills:
        """All skills, and who gets them."""
        told = await self._skills.fresh()
        listing = told.shelf.listing()
        return listing.model_copy(update={"problems": told.problems})

    async def skill(self, name: str) -> Skill:
        """One skill, with its text."""
        return (await self._skills.fresh()).shelf.skill(name)

    async def activate(self, agent_id: AgentId, command: ActivateSkill) -> Agent:
        """Load a skill into an agent's prompt from its next step on, or take one out that was loaded by hand."""
        entry = (await self._skills.fresh()).shelf.usable(command.name)
        async with self._sessions.using(session_of(agent_id)) as session:
            agent = session.tables.agent(agent_id)
            others = [skill for skill in agent.skills if skill.name != entry.info.id]
            known = [skill for skill in agent.skills if skill.name == entry.info.id]
            if command.active:
                changed = [*others, LoadedSkill(name=entry.info.id, why="person")]
            elif known and known[0].why not in ("person", "used"):
                raise Conflict(f"`{entry.info.id}` is not loaded by hand.", "Take it out of the files that map it.")
            else:
                changed = others
            changed_agent = session.put(agent.model_copy(update={"skills": changed}), sync=True)
            await session.saved()
            return changed_agent

    async def switch_model(self, agent_id: AgentId, command: SwitchModel) -> Agent:
        """Another model for an agent from its next step on; its context stays."""
        async with self._sessions.using(session_of(agent_id)) as session:
            await self.switch(session, agent_id, command)
            await session.saved()
            return session.tables.agent(agent_id)

    async def switch(self, session: Session, agent_id: AgentId, command: SwitchModel) -> None:
        """The same, in an open session; not stored yet when it returns.

        Raises:
            Ended: the agent has come to its end.
        """
        wants = []
        if command.model is not None:
            wants = [(await self._models.current.wish(command.model)).model_copy(update={"effort": command.effort})]
        template = self._config.last.templates.get(session.tables.agent(agent_id).template)
        model = await self._models.first(wants or (template.wants if template else ()))
        agent = session.tables.agent(agent_id)  # as it is now: it works meanwhile
        if closed(agent):
            raise Ended("The agent has ended; its model stays what it was.")
        if wants == agent.wants and agent.model_pinned == bool(wants):
            return
        session.put(agent.model_copy(update={"wants": wants, "model_pinned": bool(wants), "model": model}), sync=True)
        if model.id != agent.model.id:
            tell(session, agent_id, f"The model is now {model.label}{'' if wants else _as_broken(template)}.")
        self._models.poke()


def _as_broken(template: Template | None) -> str:
    """Why an agent that goes back to its template's model may get another one."""
    if template is None:
        return ", as its template is not there any more"
    return f", as its template `{template.slug}` is broken" if template.error else ""


def _with_skills_checked(template: TemplateInfo, wrong: Sequence[ErrorInfo]) -> TemplateInfo:
    """A skill that is not there is said, but stops nobody."""
    return template.model_copy(update={"warnings": list(wrong)}) if wrong else template
