"""Who asked, named so that it says something in another session, too."""

from ..protocol.commands import Asker
from ..protocol.ids import AgentId
from .lineage import path
from .tables import Tables


def asker_of(tables: Tables, agent_id: AgentId) -> Asker:
    """An agent of an open session, by its own name and its session's."""
    session = tables.session
    agent = tables.find_agent(agent_id)
    names = path(tables, agent) if agent else []
    return Asker(agent_id=agent_id, session_id=session.id, title=session.title, path=names)
