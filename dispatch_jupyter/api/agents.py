"""`agents/{id}`: look, messages for an agent, stop, resume."""

from tornado import web

from ..core.protocol.ids import AgentId, MessageId
from .base import DispatchHandler, answering, authorized


class AgentHandler(DispatchHandler):
    """`GET agents/{id}`: an agent and what belongs to it."""

    @web.authenticated
    @authorized
    @answering
    async def get(self, agent_id: str) -> None:
        workspace = await self.workspace()
        self.reply(await workspace.tree.agent(AgentId(agent_id)))


class AgentMessagesHandler(DispatchHandler):
    """`POST agents/{id}/message`: begin a turn, or queue for the one under way."""

    @web.authenticated
    @authorized
    @answering
    async def post(self, agent_id: str) -> None:
        from ..core.protocol.commands import QueueMessage

        workspace = await self.workspace()
        command = self.body(QueueMessage)
        self.reply(await workspace.queue(AgentId(agent_id), command.text, self.user_name), 202)


class AgentMessageHandler(DispatchHandler):
    """`DELETE agents/{id}/messages/{message_id}`: take back a queued message."""

    @web.authenticated
    @authorized
    @answering
    async def delete(self, agent_id: str, message_id: str) -> None:
        workspace = await self.workspace()
        self.reply(await workspace.withdraw(AgentId(agent_id), MessageId(message_id)))


class AgentInterruptHandler(DispatchHandler):
    """`POST agents/{id}/interrupt`: stop; an agent at rest stays at rest."""

    @web.authenticated
    @authorized
    @answering
    async def post(self, agent_id: str) -> None:
        workspace = await self.workspace()
        await workspace.interrupt(AgentId(agent_id))
        self.reply({}, 202)


class AgentResumeHandler(DispatchHandler):
    """`POST agents/{id}/resume`: go on after an error, a stop or a restart, or try a key again now."""

    @web.authenticated
    @authorized
    @answering
    async def post(self, agent_id: str) -> None:
        workspace = await self.workspace()
        await workspace.resume(AgentId(agent_id))
        self.reply({}, 202)
