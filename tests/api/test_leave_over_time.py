"""Leave over sessions: for what is not there, who gave it, what all of them decided, and taking it back."""

import json
from pathlib import Path

import pytest
import yaml

from model_server import Call, Reply

pytestmark = pytest.mark.slow  # these load litellm

CONFIG = Path("config", "dispatch")


@pytest.fixture
def wanting(ask, model, outside, pending):
    """A session whose agent waits for leave for a call: (session id, request)."""

    async def begin(tool="read_file", title="read it", **arguments):
        arguments = arguments or {"path": str(outside / "a.txt")}
        model.script = [Reply(calls=[Call(tool, arguments)]), Reply("Done.")]
        _, accepted = await ask("POST", "chat", body={"text": title})
        (request,) = await pending(accepted["session_id"])
        return accepted["session_id"], request

    return begin


@pytest.fixture
def allow(ask, settled):
    """Allow a request for so long; the session's state when its agent rests."""

    async def give(session_id, request, scope):
        code, answer = await ask("POST", "permissions", request["id"], body={"answer": "allow", "scope": scope})
        assert code == 200, answer
        return await settled(session_id)

    return give


@pytest.fixture
def workspace(jp_serverapp):
    """The runtime behind the API."""
    return jp_serverapp.web_app.settings["dispatch_workspace"]


@pytest.mark.parametrize("scope", ["session", "always"])
async def test_leave_for_what_is_not_there_is_refused(ask, wanting, allow, outside, tmp_path, scope):
    nowhere = outside / "not" / "there"
    session_id, request = await wanting(path=str(nowhere / "a.txt"))
    code, failure = await ask("POST", "permissions", request["id"], body={"answer": "allow", "scope": scope})
    assert (code, failure["code"]) == (422, "invalid")
    assert f"nothing at {nowhere}" in failure["message"]
    assert failure["hint"].startswith("Allow it once, or deny it")
    _, listed = await ask("GET", "permissions", params={"session": session_id})
    assert [one["id"] for one in listed["pending"]] == [request["id"]]
    assert (listed["grants"], listed["log"]) == ([], [])
    assert not (tmp_path / CONFIG).exists()

    state = await allow(session_id, request, "once")
    assert state["calls"][0]["status"] == "failed"  # there is nothing to read, and that is said


async def test_what_is_there_only_in_part_is_allowed_by_what_is(ask, wanting, allow, outside):
    session_id, request = await wanting(path=str(outside / "b.txt"))  # the folder is what leave covers
    await allow(session_id, request, "session")
    _, listed = await ask("GET", "permissions", params={"session": session_id})
    assert [grant["path"] for grant in listed["grants"]] == [str(outside)]


@pytest.mark.parametrize("scope", ["session", "always"])
@pytest.mark.parametrize("name", ["new.txt", "not/there/new.txt"])
async def test_a_new_file_can_be_allowed_to_be_written(wanting, allow, outside, name, scope):
    path = outside / name
    session_id, request = await wanting("write_file", path=str(path), content="new")
    await allow(session_id, request, scope)
    assert path.read_text() == "new"


async def test_what_a_command_makes_it_may_read(wanting, allow, outside):
    path = outside / "made"
    session_id, request = await wanting("run_shell", command=f"mkdir {path} && echo hi > {path}/a && cat {path}/a")
    state = await allow(session_id, request, "session")
    assert state["calls"][0]["output"].startswith("hi")


async def test_leave_for_always_says_in_every_session_who_gave_it(ask, wanting, allow, outside, tmp_path):
    session_id, request = await wanting(title="Hosts and tides")
    await allow(session_id, request, "always")
    file = tmp_path / CONFIG / "dispatch.yaml"
    file.write_text(file.read_text() + "    - {path: /srv, allow: read}\n")
    _, created = await ask("POST", "sessions")
    _, listed = await ask("GET", "permissions", params={"session": created["session"]["id"]})
    given, typed = listed["grants"]
    assert given["granted_by"].startswith("Anonymous")
    assert given["request_id"] == request["id"]
    (asker,) = listed["askers"]
    assert asker == {
        "agent_id": request["agent_id"], "session_id": session_id, "title": "Hosts and tides", "path": ["dispatch"],
    }  # fmt: skip
    assert given["agent_id"] == asker["agent_id"]
    assert given["place"] == {"path": str(file), "line": 3}
    assert (typed["path"], typed["granted_by"], typed["agent_id"]) == ("/srv", "", None)
    assert typed["place"]["line"] == 4


async def test_what_is_in_force_is_what_the_settings_say(ask, wanting, allow, outside, tmp_path):
    session_id, request = await wanting()
    await allow(session_id, request, "always")
    notes = tmp_path / CONFIG / "leave.json"
    (name,) = json.loads(notes.read_text())["given"]
    (tmp_path / CONFIG / "dispatch.yaml").write_text("{}\n")
    _, listed = await ask("GET", "permissions", params={"session": session_id})
    assert (listed["grants"], listed["askers"]) == ([], [])
    assert (await ask("DELETE", "permissions", "grants", name))[0] == 404

    notes.write_text("{")
    _, listed = await ask("GET", "permissions", params={"session": session_id})
    assert "leave.json is damaged" in listed["problems"][0]["message"]


async def test_revoking_leaves_nothing_of_ours_behind(ask, wanting, allow, tmp_path):
    file = tmp_path / CONFIG / "dispatch.yaml"
    file.parent.mkdir(parents=True)
    file.write_text("# mine\nlimits: {max_steps: 9}\n")
    session_id, request = await wanting()
    await allow(session_id, request, "always")
    assert yaml.safe_load(file.read_text())["permissions"]
    _, listed = await ask("GET", "permissions", params={"session": session_id})
    assert (await ask("DELETE", "permissions", "grants", listed["grants"][0]["id"]))[0] == 200
    assert file.read_text() == "# mine\nlimits: {max_steps: 9}\n"
    assert json.loads((tmp_path / CONFIG / "leave.json").read_text())["given"] == {}


async def test_the_history_is_of_all_sessions(ask, wanting, allow, workspace):
    first, request = await wanting(title="Read the hosts")
    await allow(first, request, "session")
    sessions = (await workspace())._sessions
    await sessions.close(await sessions.open(first))
    second, request = await wanting(title="Read the tides")
    assert (await ask("POST", "permissions", request["id"], body={"answer": "deny", "note": "no"}))[0] == 200

    _, history = await ask("GET", "permissions/history")
    assert [line["rule"] for line in history["log"]] == ["person: deny", "person: session"]
    who = {asker["agent_id"]: (asker["session_id"], asker["title"], asker["path"]) for asker in history["askers"]}
    assert [who[line["agent_id"]] for line in history["log"]] == [
        (second, "Read the tides", ["dispatch"]),
        (first, "Read the hosts", ["dispatch"]),
    ]
    assert (history["earlier"], history["left_out"], history["problems"]) == (0, 0, [])

    _, page = await ask("GET", "permissions/history", params={"limit": 1})
    assert (page["log"], page["earlier"]) == (history["log"][:1], 1)
    _, page = await ask("GET", "permissions/history", params={"before": page["log"][0]["id"]})
    assert (page["log"], page["earlier"]) == (history["log"][1:], 0)
    assert (await ask("GET", "permissions/history", params={"before": "nothing"}))[0] == 422
    assert (await ask("GET", "permissions/history", params={"limit": "all"}))[0] == 422


async def test_a_grant_of_a_session_that_is_not_open_can_be_revoked(ask, wanting, allow, workspace):
    session_id, request = await wanting()
    await allow(session_id, request, "session")
    sessions = (await workspace())._sessions
    await sessions.close(await sessions.open(session_id))
    _, history = await ask("GET", "permissions/history")
    (grant,) = history["grants"]
    assert (await ask("DELETE", "permissions", "grants", grant["id"]))[0] == 404
    code, revoked = await ask("DELETE", "permissions", "grants", grant["id"], params={"session": session_id})
    assert (code, bool(revoked["revoked_at"])) == (200, True)
    _, history = await ask("GET", "permissions/history")
    assert history["grants"] == []
    assert [line["rule"] for line in history["log"]] == ["revoked", "person: session"]


async def test_that_leave_for_always_was_revoked_is_told_once(ask, wanting, allow):
    session_id, request = await wanting()
    await allow(session_id, request, "always")
    await ask("POST", "sessions")
    _, listed = await ask("GET", "permissions", params={"session": session_id})
    assert (await ask("DELETE", "permissions", "grants", listed["grants"][0]["id"]))[0] == 200
    _, history = await ask("GET", "permissions/history")
    assert [line["rule"] for line in history["log"]] == ["revoked", "person: always"]
