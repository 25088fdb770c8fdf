"""The client against a server that misbehaves; the real one is in `test_magic.py`."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from dispatch_jupyter.core.protocol.changes import Delta
from dispatch_jupyter.core.protocol.commands import MAX_MESSAGE_CHARS, Accepted
from dispatch_jupyter.core.protocol.errors import DispatchError, Invalid, Locked, NotFound
from dispatch_jupyter.notebook.client import Client
from dispatch_jupyter.notebook.errors import NoServer, NotAllowed, OtherVersion, Unreachable, lines_of
from dispatch_jupyter.notebook.find import Server

ACCEPTED = {"session_id": "s", "agent_id": "s-a", "message_id": "m"}
AGENT = {
    "id": "s-a",
    "model": {"id": "openai/test", "provider": "openai", "label": "test"},
    "limits": {"root": "/p"},
}

Answer = Callable[[BaseHTTPRequestHandler], None]


class Misbehaving(ThreadingHTTPServer):
    """Answers every request as it is told, and remembers them."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer: Answer = lambda handler: reply(handler, 500, b"")
        self.seen: list[tuple[str, str, str | None]] = []


class Handler(BaseHTTPRequestHandler):
    server: Misbehaving

    def do(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen.append((self.command, self.path, self.headers.get("Authorization")))
        self.server.answer(self)

    do_GET = do_POST = do_DELETE = do  # noqa: N815

    def log_message(self, *_: Any) -> None:
        pass


def reply(handler: BaseHTTPRequestHandler, status: int, body: bytes, kind: str = "application/json") -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.end_headers()
    handler.wfile.write(body)


def says(status: int, body: Any, kind: str = "application/json") -> Answer:
    encoded = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda handler: reply(handler, status, encoded, kind)


def event(name: str, data: Any) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def streams(*pieces: bytes) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.end_headers()
        for piece in pieces:
            handler.wfile.write(piece)
            handler.wfile.flush()

    return answer


@pytest.fixture
def server() -> Iterator[Misbehaving]:
    with Misbehaving() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def client(server: Misbehaving) -> Iterator[Client]:
    with closing(Client(Server(f"http://127.0.0.1:{server.server_port}/base/", "secret"))) as made:
        yield made


def test_requests_carry_the_token_and_the_base_url(server: Misbehaving, client: Client) -> None:
    server.answer = says(200, {"sessions": []})
    assert client.sessions() == []
    assert server.seen == [("GET", "/base/dispatch/sessions", "token secret")]


def test_ids_cannot_lead_astray(server: Misbehaving, client: Client) -> None:
    server.answer = says(404, {"code": "not_found", "message": "No session.", "hint": None})
    with pytest.raises(NotFound):
        client.session("a/b?c#d")
    assert server.seen[0][1] == "/base/dispatch/sessions/a%2Fb%3Fc%23d"


def test_the_token_is_not_given_to_a_proxy(
    server: Misbehaving, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{server.server_port}/")
    with closing(Client(Server("http://127.0.0.1:9/", "secret"))) as other, pytest.raises(Unreachable):
        other.sessions()
    assert server.seen == []


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (404, {"code": "not_found", "message": "There is no session `x`.", "hint": "h"}, NotFound),
        (423, {"code": "locked", "message": "Open elsewhere.", "hint": None}, Locked),
        (422, {"code": "invalid", "message": "text: empty", "hint": "h"}, Invalid),
        (500, {"code": "internal", "message": "Failed.", "hint": None}, DispatchError),
        (418, {"code": "from_the_future", "message": "New.", "hint": None}, DispatchError),
        (403, {"message": "Forbidden", "reason": None}, NotAllowed),
        (401, b"<html>", NotAllowed),
        (404, {"message": "Not Found", "reason": None}, NoServer),
        (404, b"<html>404", NoServer),
        (502, b"Bad gateway", NoServer),
        (200, {"sessions": [{"id": 1}]}, OtherVersion),
        (200, b"<html>", OtherVersion),
    ],
)
def test_what_the_server_refuses_arrives_as_its_error(
    server: Misbehaving, client: Client, status: int, body: Any, kind: type[DispatchError]
) -> None:
    server.answer = says(status, body)
    for ask in (client.sessions, lambda: list(client.chat("hi"))):
        if status == 200 and ask is not client.sessions:
            continue
        with pytest.raises(DispatchError) as caught:
            ask()
        assert type(caught.value) is kind
        if isinstance(body, dict) and "code" in body:
            assert (caught.value.message, caught.value.hint) == (body["message"], body["hint"])
        else:
            assert caught.value.hint
        assert "secret" not in "".join(lines_of(caught.value))


def test_a_server_that_is_gone_is_said_to_be() -> None:
    with closing(Client(Server("http://127.0.0.1:9/", "secret"))) as client:
        for ask in (client.status, lambda: list(client.chat("hi"))):
            with pytest.raises(Unreachable, match=r"127.0.0.1:9/ cannot be reached"):
                ask()


def test_a_stream_is_read_event_by_event(server: Misbehaving, client: Client) -> None:
    text = "line\u2028separator\x85 and 🐍"
    delta = {"type": "delta", "table": "messages", "id": "m", "field": "text", "at": 0, "text": text}
    whole = event("accepted", ACCEPTED) + b": a comment\n\n" + event("delta", delta) + event("end", AGENT)
    server.answer = streams(*(whole[i : i + 7] for i in range(0, len(whole), 7)), event("delta", delta))
    accepted, change, end = client.chat("hi")
    assert accepted == Accepted(**ACCEPTED)
    assert isinstance(change, Delta)
    assert change.text == text
    assert end.id == "s-a"


@pytest.mark.parametrize("cut", [b"", b'event: delta\ndata: {"type', event("snapshot", {})[:-1]])
def test_a_stream_that_stops_before_its_end_is_an_error(server: Misbehaving, client: Client, cut: bytes) -> None:
    server.answer = streams(event("accepted", ACCEPTED), cut)
    stream = client.chat("hi")
    assert next(stream) == Accepted(**ACCEPTED)
    with pytest.raises(Unreachable) as caught:
        next(stream)
    assert "may go on" in str(caught.value.hint)


def test_a_change_that_cannot_be_understood_names_the_field_and_the_versions(
    server: Misbehaving, client: Client
) -> None:
    server.answer = streams(event("put", {"type": "put", "table": "planets", "record": {}}))
    with pytest.raises(OtherVersion, match=r"put\.table"):
        list(client.chat("hi"))


@pytest.mark.parametrize("text", ["", "  \n ", "x" * (MAX_MESSAGE_CHARS + 1)])
def test_text_that_no_server_takes_is_not_sent(server: Misbehaving, client: Client, text: str) -> None:
    with pytest.raises(Invalid, match="text: "):
        list(client.chat(text))
    assert server.seen == []
