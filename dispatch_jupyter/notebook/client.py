"""The kernel's way to the server: small, synchronous, over HTTP. The answer to a message comes as a stream."""

import contextlib
import ssl
from collections.abc import Iterator
from typing import Any, Literal, TypeVar
from urllib.parse import quote

import httpx
from pydantic import TypeAdapter, ValidationError

from .._version import __version__
from ..core.protocol.changes import CHANGE, Delta, Notice, Put, Snapshot, State
from ..core.protocol.commands import Accepted, CreateSession, SendMessage, SessionSummary, Status
from ..core.protocol.errors import Invalid
from ..core.protocol.ids import AgentId, SessionId
from ..core.protocol.records import Agent, Message
from .errors import OtherVersion, Unreachable, from_answer
from .find import Server, find_server

T = TypeVar("T")
Event = Accepted | Snapshot | Put | Delta | Notice | Agent
"""`Accepted` is the first of a stream, the `Agent` at rest its last."""

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 60.0
"""For plain requests. A stream may be silent for as long as the model thinks."""


class Client:
    """Talks to one server. Raises `DispatchError`s, each with a hint; safe to use from several threads."""

    def __init__(self, server: Server | None = None) -> None:
        self.server = server or find_server()
        self._http = httpx.Client(
            base_url=f"{self.server.url}dispatch/",
            headers={"Authorization": f"token {self.server.token}", "User-Agent": f"dispatch-jupyter/{__version__}"},
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            trust_env=False,  # the server is ours and near: never hand its token to a proxy
            verify=_trusted(self.server.url),
        )

    def status(self) -> Status:
        return _read(TypeAdapter(Status), self._ask("GET", "status"))

    def sessions(self) -> list[SessionSummary]:
        """The sessions of the server's project, newest first."""
        return _read(_SESSIONS, self._ask("GET", "sessions"))["sessions"]

    def session(self, session_id: str) -> State:
        return _read(TypeAdapter(State), self._ask("GET", f"sessions/{_segment(session_id)}"))

    def outline(self, session_id: str) -> State:
        """A session with its agents, and of what they said the last message only."""
        return _read(TypeAdapter(State), self._ask("GET", f"sessions/{_segment(session_id)}?limit=1"))

    def create_session(self, model: str | None = None) -> State:
        body = CreateSession(model=model).model_dump_json()
        return _read(TypeAdapter(State), self._ask("POST", "sessions", body))

    def interrupt(self, agent_id: AgentId) -> None:
        """Stop an agent; one at rest stays at rest."""
        self._ask("POST", f"agents/{_segment(agent_id)}/interrupt")

    def withdraw(self, agent_id: AgentId, message_id: str) -> Message:
        """Take back a queued message.

        Raises:
            Conflict: it has been delivered.
        """
        return _read(
            TypeAdapter(Message), self._ask("DELETE", f"agents/{_segment(agent_id)}/messages/{_segment(message_id)}")
        )

    def chat(self, text: str, session_id: SessionId | None = None, model: str | None = None) -> Iterator[Event]:
        """Say something and hear what comes of it, until the agent rests. Without `session_id` a session is made.

        Closing the iterator early does not stop the agent.
        """
        try:
            body = SendMessage(text=text, session_id=session_id, model=model).model_dump_json()
        except ValidationError as error:
            raise Invalid("; ".join(f"{fault['loc'][0]}: {fault['msg']}" for fault in error.errors())) from None
        wait = httpx.Timeout(CONNECT_SECONDS, read=None)
        headers = {"Accept": "text/event-stream", "Content-Type": "application/json"}
        with (
            self._reaching(),
            self._http.stream("POST", "chat", content=body, headers=headers, timeout=wait) as response,
        ):
            if response.is_error:
                response.read()
                raise from_answer(response.status_code, _json(response))
            for name, data in _server_sent(response.iter_bytes()):
                yield _read(_EVENTS.get(name, CHANGE), data)
                if name == "end":
                    return
        raise Unreachable(
            "The stream from the server ended before the answer did.",
            "The agent may go on: the chat panel, or the next `%dispatch`, shows what came of it.",
        )

    def close(self) -> None:
        self._http.close()

    def _ask(self, method: str, path: str, body: str | None = None) -> bytes:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        with self._reaching():
            response = self._http.request(method, path, content=body, headers=headers)
        if response.is_error:
            raise from_answer(response.status_code, _json(response))
        return response.content

    @contextlib.contextmanager
    def _reaching(self) -> Iterator[None]:
        try:
            yield
        except httpx.ConnectError as error:
            raise Unreachable(
                f"The Jupyter server at {self.server.url} cannot be reached: {error}.",
                "Is it still running? After a restart of the server, restart the kernel too.",
            ) from None
        except httpx.TransportError as error:
            raise Unreachable(
                f"The connection to the Jupyter server at {self.server.url} broke: {type(error).__name__} {error}.",
                "The agent may go on: the chat panel, or the next `%dispatch`, shows what came of it.",
            ) from None


_SESSIONS = TypeAdapter(dict[Literal["sessions"], list[SessionSummary]])
_EVENTS: dict[str, TypeAdapter[Any]] = {"accepted": TypeAdapter(Accepted), "end": TypeAdapter(Agent)}
"""All other events of a stream are changes."""


def _read(kind: TypeAdapter[T], data: bytes) -> T:
    try:
        return kind.validate_json(data)
    except ValidationError as error:
        fault = error.errors()[0]
        raise OtherVersion(
            f"The server's answer cannot be understood ({'.'.join(map(str, fault['loc']))}: {fault['msg']}).",
            f"This kernel has dispatch-jupyter {__version__}. Install the same version for kernel and server, "
            "then restart both.",
        ) from None


def _server_sent(chunks: Iterator[bytes]) -> Iterator[tuple[str, bytes]]:
    """(event, data) of a stream of server-sent events, each of one data line."""
    rest = b""
    for chunk in chunks:
        # not `iter_lines`, which also splits at U+2028 and its like, as JSON may hold them
        *events, rest = (rest + chunk).split(b"\n\n")
        for event in events:
            fields = dict(line.partition(b": ")[::2] for line in event.split(b"\n"))
            if b"data" in fields:
                yield fields.get(b"event", b"message").decode(), fields[b"data"]


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None


def _segment(value: str) -> str:
    return quote(value, safe="")


def _trusted(url: str) -> ssl.SSLContext | bool:
    """For https the certificates the system trusts (and SSL_CERT_FILE); loading them for http would be wasted."""
    return ssl.create_default_context() if url.startswith("https:") else False
