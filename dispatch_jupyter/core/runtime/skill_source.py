"""Skills as one agent reads them on demand."""

import asyncio

from ..protocol.ids import AgentId
from ..protocol.parts import LoadedSkill
from .current_skills import CurrentSkills
from .session import Session


class SkillSource:
    """Implements `tools.tool.SkillSource`."""

    def __init__(self, session: Session, agent_id: AgentId, skills: CurrentSkills) -> None:
        self._session = session
        self._agent_id = agent_id
        self._skills = skills

    async def read(self, name: str) -> str:
        """The text of a skill with the names of the files beside it; the agent's record says that it has it.

        Raises:
            NotFound, Invalid: as `Library.open`.
        """
        opened = await asyncio.to_thread(self._skills.library.open, self._skills.told.shelf, name)
        agent = self._session.tables.agent(self._agent_id)
        if opened.skill.id not in (skill.name for skill in agent.skills):
            used = LoadedSkill(name=opened.skill.id, why="used")
            self._session.put(agent.model_copy(update={"skills": [*agent.skills, used]}))
        return opened.text
