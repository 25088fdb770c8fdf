"""`config`, `models`, `skills`: the settings in force, the keys and models, and what agents are told from files."""

from tornado import web

from ..core.protocol.ids import AgentId
from .base import DispatchHandler, answering, authorized


class ConfigHandler(DispatchHandler):
    """`GET config`: the settings in force, the templates of agents, and what is wrong with the files."""

    @web.authenticated
    @authorized
    @answering
    async def get(self) -> None:
        workspace = await self.workspace()
        self.reply(await workspace.settings.look())


class ConfigSchemaHandler(DispatchHandler):
    """`GET config/schema`: what a dispatch.yaml may say, as JSON Schema, for editors."""

    @web.authenticated
    @authorized
    @answering
    async def get(self) -> None:
        from ..core.config.json_schema import schema_text

        self.finish(schema_text(), set_content_type="application/schema+json")


class ModelsHandler(DispatchHandler):
    """`GET models`: keys with their budgets, models by tags, the key log."""

    @web.authenticated
    @authorized
    @answering
    async def get(self) -> None:
        workspace = await self.workspace()
        self.reply(await workspace.settings.models())


class ModelsResolveHandler(DispatchHandler):
    """`GET models/resolve?tag=`: which model a tag or a name means now, and why."""

    @web.authenticated
    @authorized
    @answering
    async def get(self) -> None:
        workspace = await self.workspace()
        self.reply(await workspace.settings.resolve(self.get_query_argument("tag", "")))


class SkillsHandler(DispatchHandler):
    """`GET skills`: by scope and folder, and who gets them."""

    @web.authenticated
    @authorized
    @answering
    async def get(self) -> None:
        workspace = await self.workspace()
        self.reply(await workspace.settings.skills())


class SkillHandler(DispatchHandler):
    """`GET skills/{name}`: one of them, with its text."""

    @web.authenticated
    @authorized
    @answering
    async def get(self, name: str) -> None:
        workspace = await self.workspace()
        self.reply(await workspace.settings.skill(name))


class AgentSkillsHandler(DispatchHandler):
    """`POST agents/{id}/skills`: load a skill into an agent's prompt, or take it out."""

    @web.authenticated
    @authorized
    @answering
    async def post(self, agent_id: str) -> None:
        from ..core.protocol.settings import ActivateSkill

        workspace = await self.workspace()
        self.reply(await workspace.settings.activate(AgentId(agent_id), self.body(ActivateSkill)))


class AgentModelHandler(DispatchHandler):
    """`PATCH agents/{id}/model`: another model from its next step on; its context stays."""

    @web.authenticated
    @authorized
    @answering
    async def patch(self, agent_id: str) -> None:
        from ..core.protocol.settings import SwitchModel

        workspace = await self.workspace()
        self.reply(await workspace.settings.switch_model(AgentId(agent_id), self.body(SwitchModel)))
