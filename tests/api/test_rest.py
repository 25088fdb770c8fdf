"""The REST API through a real Jupyter server."""

import asyncio
import json

import pytest

from dispatch_jupyter.api import sessions as sessions_module
from model_server import Call, Hang, Reply

pytestmark = pytest.mark.slow
READ = Call("read_file", {"path": "README.md"})


async def test_a_chat_from_the_first_word_to_the_answer(ask, rested, model):
    model.script = [Reply("Looking. ", calls=[READ]), Reply("A small project.")]
    code, accepted = await ask("POST", "chat", body={"text": "What is this?"})
    assert code == 202 and set(accepted) == {"session_id", "agent_id", "message_id"}
    state = await rested(accepted["session_id"])
    tables = {"session", "agents", "messages", "calls", "requests", "grants", "jobs", "log", "tasks", "transitions"}
    assert set(state) == {"seq", "earlier", "thread", *tables}
    assert [m["role"] for m in state["messages"]] == ["user", "assistant", "assistant"]
    assert state["messages"][0]["id"] == accepted["message_id"]
    assert state["messages"][0]["sender"]
    assert state["calls"][0]["name"] == "read_file" and state["agents"][0]["id"] == accepted["agent_id"]
    code, listed = await ask("GET", "sessions")
    assert code == 200 and [s["id"] for s in listed["sessions"]] == [accepted["session_id"]]
    assert listed["sessions"][0]["title"] == "What is this?"


async def test_the_event_stream_tells_the_whole_story(jp_fetch, project, model):
    model.script = [Reply("Looking. ", calls=[READ]), Reply.tokens(20)]
    lines: list[str] = []
    response = await jp_fetch(
        "dispatch",
        "chat",
        method="POST",
        body=json.dumps({"text": "Go"}),
        headers={"Accept": "text/event-stream"},
        streaming_callback=lambda data: lines.append(data.decode()),
    )
    assert response.headers["Content-Type"] == "text/event-stream"
    events = [
        (part.split("\n")[0].removeprefix("event: "), json.loads(part.split("\ndata: ")[1]))
        for part in "".join(lines).strip().split("\n\n")
    ]
    kinds = [kind for kind, _ in events]
    assert kinds[:2] == ["accepted", "snapshot"] and kinds[-1] == "end"
    assert events[-1][1]["status"] == "idle"
    final = {
        data["record"]["id"]: data["record"] for kind, data in events if kind == "put" if data["table"] == "messages"
    }
    assert [m["status"] for m in final.values() if m["role"] == "assistant"] == ["complete", "complete"]


async def test_messages_for_an_agent_queue_and_can_be_withdrawn(ask, rested, model):
    model.script = [Reply.tokens(50, pace=0.01), Reply("Two.")]
    _, first = await ask("POST", "chat", body={"text": "One"})
    agent = first["agent_id"]
    code, second = await ask("POST", "agents", agent, "message", body={"text": "Two"})
    assert code == 202
    _, third = await ask("POST", "agents", agent, "message", body={"text": "Three"})
    code, withdrawn = await ask("DELETE", "agents", agent, "messages", third["message_id"])
    assert (code, withdrawn["status"]) == (200, "withdrawn")
    state = await rested(first["session_id"])
    assert {m["id"]: m["status"] for m in state["messages"] if m["role"] == "user"} == {
        first["message_id"]: "delivered",
        second["message_id"]: "delivered",
        third["message_id"]: "withdrawn",
    }
    code, error = await ask("DELETE", "agents", agent, "messages", second["message_id"])
    assert (code, error["code"]) == (409, "conflict")


async def test_stop_and_resume(ask, rested, model):
    model.script = [Hang(), Reply("Went on.")]
    _, accepted = await ask("POST", "chat", body={"text": "One"})
    agent = accepted["agent_id"]
    async with asyncio.timeout(60):
        while not model.requests:  # else the one that goes on is left hanging
            await asyncio.sleep(0.01)
    assert (await ask("POST", "agents", agent, "interrupt"))[0] == 202
    assert (await ask("POST", "agents", agent, "interrupt"))[0] == 202
    state = await rested(accepted["session_id"])
    assert state["agents"][0]["error"]["code"] == "cancelled"
    assert (await ask("POST", "agents", agent, "resume"))[0] == 202
    state = await rested(accepted["session_id"])
    assert state["agents"][0]["status"] == "idle"
    assert (await ask("POST", "agents", agent, "resume"))[0] == 409


async def test_status_says_what_there_is(ask, model, project):
    code, status = await ask("GET", "status")
    assert code == 200
    assert status["readiness"]["model"]["id"] == "openai/scripted" and status["readiness"]["ready"]
    assert status["project"] == str(project.resolve()) and status["agents"] == [] and len(status["instance"]) == 16


async def test_sessions_are_made_and_paged(ask, rested, model, monkeypatch):
    code, state = await ask("POST", "sessions", body={"title": "Mine"})
    assert code == 201 and state["session"]["title"] == "Mine" and state["agents"][0]["status"] == "idle"
    session_id = state["session"]["id"]
    for n in range(3):
        model.script = [Reply(f"Answer {n}")]
        await ask("POST", "chat", body={"text": f"Q{n}", "session_id": session_id})
        state = await rested(session_id)
    assert state["session"]["title"] == "Mine"
    last = state["messages"][-1]["order"]
    _, page = await ask("GET", "sessions", session_id, params={"before": last, "limit": 2})
    assert [m["text"] for m in page["messages"]] == ["Answer 1", "Q2"] and page["earlier"] == 3
    _, page = await ask("GET", "sessions", session_id, params={"limit": "-1"})
    assert page["messages"] == [] and page["earlier"] == 6
    monkeypatch.setattr(sessions_module, "MAX_PAGE", 3)
    _, page = await ask("GET", "sessions", session_id, params={"limit": 100})
    assert len(page["messages"]) == 3


UNKNOWN = "0123456789abcdef"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code", "words"),
    [
        ("POST", "chat", "{", 422, "invalid", "JSON"),
        ("POST", "chat", {}, 422, "invalid", "text"),
        ("POST", "chat", {"text": "   "}, 422, "invalid", "text"),
        ("POST", "chat", {"text": 5}, 422, "invalid", "text"),
        ("POST", "chat", {"text": "x", "colour": "red"}, 422, "invalid", "colour"),
        ("POST", "chat", {"text": "x" * 200_001}, 413, "too_large", "text"),
        ("POST", "chat", {"text": "x" * 1_100_000}, 413, "too_large", "bytes"),
        ("POST", "chat", {"text": "x", "session_id": UNKNOWN}, 404, "not_found", UNKNOWN),
        ("POST", "chat", {"text": "x", "session_id": "../../etc/passwd"}, 404, "not_found", ""),
        ("POST", "chat", {"text": "x", "template": "wizard"}, 422, "invalid", "wizard"),
        ("GET", f"sessions/{UNKNOWN}", None, 404, "not_found", UNKNOWN),
        ("GET", f"sessions/{UNKNOWN}/calls/{UNKNOWN}", None, 404, "not_found", ""),
        ("POST", f"agents/{UNKNOWN}-00000000/message", {"text": "x"}, 404, "not_found", ""),
        ("POST", f"agents/{UNKNOWN}-00000000/interrupt", {}, 404, "not_found", ""),
        ("POST", f"agents/{UNKNOWN}-00000000/resume", {}, 404, "not_found", ""),
        ("POST", "agents/nobody/message", {"text": "x"}, 404, "not_found", ""),
        ("DELETE", f"agents/{UNKNOWN}-00000000/messages/{UNKNOWN}", None, 404, "not_found", ""),
        ("POST", "sessions", {"title": 7}, 422, "invalid", "title"),
    ],
)
async def test_bad_requests_are_told_what_is_wrong(ask, model, method, path, body, status, code, words):
    got, error = await ask(method, *path.split("/"), body=body)
    assert (got, error["code"]) == (status, code), error
    assert set(error) == {"code", "message", "hint"} and words in error["message"]
    assert (await ask("GET", "status"))[0] == 200


async def test_a_model_nobody_has_is_refused(ask, model, monkeypatch):
    monkeypatch.delenv("OPENAI_BASE_URL")
    code, error = await ask("POST", "chat", body={"text": "x", "model": "antropic/claude"})
    assert (code, error["code"]) == (422, "invalid") and "anthropic" in error["message"]
    assert (await ask("GET", "sessions"))[1] == {"sessions": []}


async def test_bad_query_values_are_named(ask, model):
    _, state = await ask("POST", "sessions", body={})
    code, error = await ask("GET", "sessions", state["session"]["id"], params={"before": "soon"})
    assert code == 422 and "before" in error["message"]


@pytest.mark.parametrize("headers", [{"Authorization": "token wrong"}, {"Authorization": ""}])
async def test_nobody_gets_in_without_the_token(ask, model, headers):
    for method, path in [("GET", "status"), ("POST", "chat"), ("GET", "sessions"), ("POST", "agents/x/interrupt")]:
        code, error = await ask(method, *path.split("/"), headers=headers)
        assert code in (401, 403) and error["code"] in ("unauthenticated", "forbidden"), (method, path)
    assert model.requests == []


async def test_a_full_disk_is_said_and_the_message_is_not_acted_on(ask, model, jp_serverapp):
    from dispatch_jupyter.core.protocol.errors import StoreFull

    _, state = await ask("POST", "sessions", body={})
    workspace = await jp_serverapp.web_app.settings["dispatch_workspace"]()
    session = await workspace.session(state["session"]["id"])
    append = session._db.append

    def full(rows, *, sync):
        raise StoreFull("No space left on the device.", "Make room.")

    session._db.append = full
    code, error = await ask("POST", "chat", body={"text": "x", "session_id": state["session"]["id"]})
    assert (code, error["code"]) == (507, "store_full") and model.requests == []
    session._db.append = append
    model.script = [Reply("Room again.")]
    code, _ = await ask("POST", "chat", body={"text": "y", "session_id": state["session"]["id"]})
    assert code == 202


async def test_activity_is_reported_while_agents_work(ask, rested, model, jp_serverapp):
    model.script = [Hang()]
    app = jp_serverapp.extension_manager.extension_apps["dispatch_jupyter"].copy().pop()
    assert app.current_activity() is None
    _, accepted = await ask("POST", "chat", body={"text": "x"})
    assert app.current_activity() == 1 and app._pulse.is_running()
    assert jp_serverapp.web_app.settings["last_activity_times"]["dispatch"] <= jp_serverapp.web_app.last_activity()
    await ask("POST", "agents", accepted["agent_id"], "interrupt")
    assert app.current_activity() is None
