"""Permissions over HTTP: asked in the stream, answered by those who may, listed, revoked."""

import asyncio

import pytest
from jupyter_server.auth.authorizer import Authorizer

from model_server import Call, Reply

pytestmark = pytest.mark.slow  # these load litellm


@pytest.fixture
def asking(ask, model, outside, pending):
    """A session whose agent waits to be allowed to read a file outside: (session id, request)."""

    async def begin():
        path = str(outside / "a.txt")
        model.script = [Reply(calls=[Call("read_file", {"path": path})]), Reply("Done.")]
        _, accepted = await ask("POST", "chat", body={"text": "read it"})
        (request,) = await pending(accepted["session_id"])
        return accepted["session_id"], request

    return begin


async def test_a_request_is_listed_and_answered(ask, asking, outside, settled):
    session_id, request = await asking()
    assert request["question"].endswith(str(outside / "a.txt"))
    _, everything = await ask("GET", "permissions")
    assert [one["id"] for one in everything["pending"]] == [request["id"]]

    code, answered = await ask("POST", "permissions", request["id"], body={"answer": "allow", "scope": "session"})
    assert (code, answered["status"], answered["scope"]) == (200, "answered", "session")
    assert answered["answered_by"].startswith("Anonymous")
    state = await settled(session_id)
    assert "what lies outside" in state["calls"][0]["output"]

    _, listed = await ask("GET", "permissions", params={"session": session_id})
    assert listed["pending"] == []
    assert [line["rule"] for line in listed["log"]] == ["person: session"]
    (grant,) = listed["grants"]
    code, revoked = await ask("DELETE", "permissions", "grants", grant["id"])
    assert code == 200
    assert revoked["revoked_by"].startswith("Anonymous")
    assert (await ask("DELETE", "permissions", "grants", grant["id"]))[0] == 409


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ({}, 422, "answer"),
        ({"answer": "perhaps"}, 422, "answer"),
        ({"answer": "allow", "scope": "ever"}, 422, "scope"),
        ({"answer": "allow", "extra": 1}, 422, "extra"),
        ({"answer": "deny", "note": "x" * 2001}, 413, "note"),
        ("{", 422, "JSON"),
    ],
)
async def test_a_bad_answer_is_told_and_decides_nothing(ask, asking, body, code, words):
    _, request = await asking()
    status, failure = await ask("POST", "permissions", request["id"], body=body)
    assert status == code
    assert words in failure["message"]
    _, listed = await ask("GET", "permissions")
    assert [one["id"] for one in listed["pending"]] == [request["id"]]


async def test_unknown_and_answered_requests(ask, asking, settled):
    session_id, request = await asking()
    assert (await ask("POST", "permissions", "0" * 32, body={"answer": "allow"}))[0] == 409
    assert (await ask("DELETE", "permissions", "grants", "0" * 16))[0] == 404
    assert (await ask("GET", "permissions", params={"session": "0" * 16}))[0] == 404
    assert (await ask("POST", "permissions", request["id"], body={"answer": "deny"}))[0] == 200
    code, failure = await ask("POST", "permissions", request["id"], body={"answer": "allow"})
    assert (code, failure["code"]) == (409, "conflict")
    state = await settled(session_id)
    assert "what lies outside" not in state["calls"][0]["output"]


class Spectators(Authorizer):
    """Lets everybody do everything but approve."""

    def is_authorized(self, handler, user, action, resource):
        return not (resource == "dispatch:permissions" and action == "execute")


async def test_who_may_watch_need_not_be_one_who_may_approve(ask, asking, jp_serverapp):
    _, request = await asking()
    jp_serverapp.web_app.settings["authorizer"] = Spectators(parent=jp_serverapp)
    code, _ = await ask("POST", "permissions", request["id"], body={"answer": "allow"})
    assert code == 403
    assert (await ask("DELETE", "permissions", "grants", "0" * 16))[0] == 403
    assert (await ask("POST", "trust", body={"path": "x", "digest": "y"}))[0] == 403
    code, listed = await ask("GET", "permissions")
    assert (code, len(listed["pending"])) == (200, 1)
    assert (await ask("GET", "status"))[1]["may_approve"] is False


async def test_status_tells_how_commands_are_confined(ask, model):
    _, status = await ask("GET", "status")
    assert status["sandbox"] in ("kernel+live", "kernel", "parsed only")
    assert status["sandbox_reason"]
    assert status["auth_enabled"] is True and status["may_approve"] is True


async def test_who_comes_later_hears_that_somebody_is_waited_for(asking, jp_ws_fetch):
    session_id, _ = await asking()
    socket = await jp_ws_fetch("dispatch", "stream")
    async with asyncio.timeout(60):
        notice = await socket.read_message()
    assert "permissions_changed" in notice
    assert session_id in notice
    socket.close()


async def test_watching_for_notices_alone_wakes_nothing(ask, jp_ws_fetch, jp_serverapp, model):
    socket = await jp_ws_fetch("dispatch", "stream")
    await asyncio.sleep(0.3)
    (app,) = jp_serverapp.extension_manager.extension_apps["dispatch_jupyter"]
    assert app._starting is None
    _, created = await ask("POST", "sessions")
    async with asyncio.timeout(60):
        notice = await socket.read_message()
    assert created["session"]["id"] in notice
    socket.close()


async def test_the_servers_own_tokens_are_secrets(ask, model, outside, pending, jp_serverapp):
    path = f"{jp_serverapp.runtime_dir}/jpserver-1.json"
    model.script = [Reply(calls=[Call("read_file", {"path": path})]), Reply("Done.")]
    _, accepted = await ask("POST", "chat", body={"text": "read it"})
    (request,) = await pending(accepted["session_id"])
    assert request["scopes"] == ["once"]
    assert request["reaches"][0]["secret"]
