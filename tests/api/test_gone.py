"""Clients that go away, files that cannot be read, a server that stops: nothing stays behind, nobody waits for ever."""

import asyncio
import json
import os
import shutil

import pytest

from dispatch_jupyter.core.protocol.errors import StoreError
from model_server import Call, Hang, Reply

pytestmark = pytest.mark.slow


@pytest.fixture
def workspace(jp_serverapp, project):
    return jp_serverapp.web_app.settings["dispatch_workspace"]


async def until(condition, seconds=60):
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.fixture
def begin_stream(http_server, jp_http_port, jp_base_url, jp_serverapp):
    """Say something and ask for the answer as a stream, on a socket of our own: `(reader, writer)`."""

    async def begin(text):
        reader, writer = await asyncio.open_connection("127.0.0.1", jp_http_port)
        body = json.dumps({"text": text}).encode()
        headers = {
            "Host": f"127.0.0.1:{jp_http_port}",
            "Authorization": f"token {jp_serverapp.identity_provider.token}",
            "Accept": "text/event-stream",
            "Content-Length": len(body),
        }
        lines = [f"POST {jp_base_url}dispatch/chat HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await reader.readuntil(b"event: snapshot")
        return reader, writer

    return begin


async def test_a_client_of_a_stream_that_goes_away_is_not_waited_for(begin_stream, workspace, model):
    model.script = [Hang()]
    _, writer = await begin_stream("Hello?")
    (session,) = (await workspace())._sessions.live()
    await until(lambda: model.requests)
    await asyncio.sleep(0.1)  # nothing more will be written that could tell
    assert session.watched
    writer.close()
    await until(lambda: not session.watched)
    assert (await workspace()).at_work == 1, "its agent goes on"


async def test_a_stream_ends_when_the_server_stops(begin_stream, workspace, model):
    model.script = [Hang()]
    reader, writer = await begin_stream("Hello?")
    async with asyncio.timeout(60):
        await (await workspace()).close()
        rest = await reader.readuntil(b"0\r\n\r\n")
    assert b"event: end" in rest and b'"interrupted"' in rest
    writer.close()


async def test_a_stream_that_breaks_off_holds_nothing_but_events(begin_stream, workspace, model):
    from dispatch_jupyter.core.runtime.feed import Lagged

    model.script = [Hang()]
    reader, writer = await begin_stream("Hello?")
    (session,) = (await workspace())._sessions.live()
    (feed,) = session._feeds
    feed.end(Lagged("Too slow."))
    rest = await reader.readuntil(b"0\r\n\r\n")
    assert b"Too slow" not in rest
    await until(lambda: not session.watched)
    writer.close()


async def test_watchers_that_go_away_are_not_waited_for(ask, jp_ws_fetch, workspace, model):
    _, state = await ask("POST", "sessions", body={})
    socket = await jp_ws_fetch("dispatch", "stream", params={"session": state["session"]["id"]})
    notices = await jp_ws_fetch("dispatch", "stream")
    await socket.read_message()
    (session,) = (await workspace())._sessions.live()
    space = await workspace()
    await until(lambda: session.watched and space._feeds)
    socket.close()
    notices.close()
    await until(lambda: not session.watched and not space._feeds)


async def test_a_reason_of_many_bytes_still_closes_the_socket(ask, jp_ws_fetch, workspace, model):
    _, state = await ask("POST", "sessions", body={})
    space = await workspace()

    async def refuse(*_):
        raise StoreError("/home/jürgen/größe/" * 10 + "é")

    space.watch = refuse
    socket = await jp_ws_fetch("dispatch", "stream", params={"session": state["session"]["id"]})
    async with asyncio.timeout(60):
        assert await socket.read_message() is None
    assert socket.close_code == 4500 and socket.close_reason.startswith("/home/jürgen")
    socket.close()


async def test_a_session_that_cannot_be_read_leaves_the_others_usable(ask, rested, workspace, model):
    model.script = [Reply("One."), Reply("Two."), Reply("Three.")]
    _, broken = await ask("POST", "chat", body={"text": "Broken"})
    await rested(broken["session_id"])
    space = await workspace()
    (session,) = space._sessions.live()
    path = session._db.path
    await space._sessions.close(session)
    path.write_bytes(path.read_bytes().replace(b'"role":"user"', b'"role":"king"'))
    code, error = await ask("POST", "chat", body={"text": "x", "session_id": broken["session_id"]})
    assert (code, error["code"]) == (500, "store") and str(path) in error["message"]
    assert (await ask("GET", "sessions", broken["session_id"]))[0] == 500
    _, fine = await ask("POST", "chat", body={"text": "Fine"})
    assert (await rested(fine["session_id"]))["messages"][-1]["text"] == "Two."
    code, listed = await ask("GET", "sessions")
    assert code == 200 and fine["session_id"] in [line["id"] for line in listed["sessions"]]
    # mended, it opens: nothing of the failed attempt holds it
    path.write_bytes(path.read_bytes().replace(b'"role":"king"', b'"role":"user"'))
    assert (await ask("GET", "sessions", broken["session_id"]))[0] == 200


async def test_a_project_that_vanishes_is_told_to_the_agent(ask, rested, project, model):
    write = Call("write_file", {"path": "a.txt", "content": "a"})
    model.script = [Reply("Hi."), Reply(calls=[write, Call("read_file", {"path": "README.md"})]), Reply("It is gone.")]
    _, accepted = await ask("POST", "chat", body={"text": "Hi"})
    await rested(accepted["session_id"])
    shutil.rmtree(project)
    code, _ = await ask("POST", "chat", body={"text": "Read", "session_id": accepted["session_id"]})
    assert code == 202
    state = await rested(accepted["session_id"])
    assert state["agents"][0]["status"] == "idle" and state["messages"][-1]["text"] == "It is gone."
    assert {call["status"] for call in state["calls"]} == {"failed"}
    assert {call["error"]["code"] for call in state["calls"]} == {"project"}
    code, error = await ask("POST", "chat", body={"text": "New"})
    assert (code, error["code"]) == (409, "project")
    assert (await ask("GET", "status"))[0] == 200


async def test_a_project_that_cannot_be_written_is_told_to_the_agent(ask, rested, project, model):
    model.script = [Reply(calls=[Call("write_file", {"path": "a.txt", "content": "a"})]), Reply("I may not.")]
    project.chmod(0o500)
    if os.access(project, os.W_OK):
        pytest.skip("this user may write anywhere")
    try:
        _, accepted = await ask("POST", "chat", body={"text": "Write"})
        state = await rested(accepted["session_id"])
    finally:
        project.chmod(0o700)
    assert state["calls"][0]["error"]["code"] == "permission" and state["agents"][0]["status"] == "idle"


async def test_a_start_that_failed_is_tried_again(ask, jp_serverapp, model, monkeypatch):
    from dispatch_jupyter.core.runtime import setup

    def broken(**_):
        raise OSError("a hiccup")

    with monkeypatch.context() as patch:
        patch.setattr(setup, "set_up", broken)
        code, error = await ask("GET", "status")
        assert (code, error["code"]) == (500, "internal")
    app = next(iter(jp_serverapp.extension_manager.extension_apps["dispatch_jupyter"]))
    assert app.current_activity() is None
    assert (await ask("GET", "status"))[0] == 200


async def test_a_stopped_server_refuses_with_a_reason(ask, jp_serverapp, model):
    model.script = [Hang()]
    _, accepted = await ask("POST", "chat", body={"text": "Hi"})
    app = next(iter(jp_serverapp.extension_manager.extension_apps["dispatch_jupyter"]))
    await app.stop_extension()
    session, agent = accepted["session_id"], accepted["agent_id"]
    for method, path in [
        ("POST", "chat"),
        ("POST", "sessions"),
        ("GET", "sessions"),
        ("GET", f"sessions/{session}"),
        ("POST", f"agents/{agent}/message"),
        ("POST", f"agents/{agent}/resume"),
    ]:
        body = {"text": "x"} if path == "chat" or path.endswith("message") else None
        code, error = await ask(method, *path.split("/"), body=body)
        assert (code, error["code"]) == (409, "conflict"), path
    await app.stop_extension()
