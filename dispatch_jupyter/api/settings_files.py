"""`config/file`: settings files for an editor, also those that Jupyter does not show.

Who changes them says what agents may do, so they are for those who may approve: `execute` on `dispatch:permissions`,
for reading too.
"""

from tornado import web

from .base import answering, authorized
from .permissions import PermissionsResource

MAX_BODY_BYTES = 4_000_000
"""A megabyte of text, as JSON writes it."""


class ConfigFileHandler(PermissionsResource):
    """`GET config/file?path=`: a settings file's text. `PUT config/file`: a new one, in the place of what was read."""

    @web.authenticated
    @authorized(action="execute")  # type: ignore[untyped-decorator]
    @answering
    async def get(self) -> None:
        workspace = await self.workspace()
        self.reply(await workspace.settings.files.read(self.get_query_argument("path", "")))

    @web.authenticated
    @authorized(action="execute")  # type: ignore[untyped-decorator]
    @answering
    async def put(self) -> None:
        from ..core.protocol.settings import SaveSettingsFile

        workspace = await self.workspace()
        self.reply(await workspace.settings.files.save(self.body(SaveSettingsFile, MAX_BODY_BYTES)))
