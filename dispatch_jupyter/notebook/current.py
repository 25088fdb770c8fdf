"""The session a kernel is in: `%dispatch`, `ask` and `chat` go on in it, and so share it with the chat panel."""

from ..core.protocol.errors import Invalid
from ..core.protocol.ids import SessionId
from .client import Client
from .find import Server, find_server

NEW = "new"


class Current:
    """What one kernel keeps from cell to cell."""

    def __init__(self) -> None:
        self.session_id: SessionId | None = None
        self._client: Client | None = None
        self._server: Server | None = None

    def client(self) -> Client:
        """The connection to the server that this kernel belongs to now."""
        server = find_server()
        if self._client is None or server != self._server:
            self._client, self._server = Client(server), server
        return self._client

    def choose(self, asked: str | None, model: str | None = None) -> SessionId | None:
        """The session to speak in: the one asked for, else the kernel's, else the project's latest. None: a new one.

        Raises:
            Invalid: a model is asked for, but the session exists and has one.
        """
        if asked == NEW:
            return None
        chosen = SessionId(asked) if asked else self.session_id or self._latest()
        if chosen and model:
            raise Invalid(
                "A model is chosen when a session is made, and this one exists.",
                f"For a new session with {model}: `%dispatch --session new --model {model} …`.",
            )
        return chosen

    def _latest(self) -> SessionId | None:
        return next((session.id for session in self.client().sessions() if session.error is None), None)


current = Current()
