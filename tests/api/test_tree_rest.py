"""The tree of agents through a real Jupyter server."""

import asyncio
import json
import re

import pytest

from model_server import Call, Reply

pytestmark = pytest.mark.slow

ASK = Reply(calls=[Call("ask_user", {"question": "OAuth or JWT?", "options": ["OAuth", "JWT"]})])


def by_kind(**lines):
    """A script: what the root says, and what each agent of a kind says, one line a request."""
    left = {kind: list(said) for kind, said in lines.items()}

    def script(request):
        found = re.search(r"You are agent [0-9a-f]{4} \(([^)]*)\)", request.system)
        said = left[found[1] if found else "root"]
        return said.pop(0) if len(said) > 1 else said[0]

    return script


def summon(agent, **more):
    return Call("summon", {"agent": agent, "task": "Do it.", **more})


async def until(look, wanted):
    async with asyncio.timeout(60):
        while not wanted(found := await look()):
            await asyncio.sleep(0.02)
    return found


@pytest.fixture
def begun(ask, model):
    """A session in which the root has summoned a researcher that is done."""

    async def begin(**lines):
        model.script = by_kind(**lines)
        _, accepted = await ask("POST", "chat", body={"text": "Go"})

        async def state():
            return (await ask("GET", "sessions", accepted["session_id"]))[1]

        return accepted, state

    return begin


async def test_an_agent_with_all_that_belongs_to_it(ask, begun):
    accepted, state = await begun(
        root=[Reply(calls=[summon("researcher")]), Reply("Done.")],
        researcher=[
            Reply(calls=[Call("task_list", {"action": "set", "tasks": [{"title": "Look"}]})]),
            Reply("Found."),
        ],
    )
    await until(state, lambda s: s["agents"][0]["status"] == "idle")
    code, root = await ask("GET", "agents", accepted["agent_id"])
    assert code == 200 and root["path"] == ["dispatch"] and len(root["children"]) == 1
    code, child = await ask("GET", "agents", root["children"][0])
    assert child["path"] == ["dispatch", "researcher"] and child["agent"]["status"] == "done"
    assert child["handle"] == root["children"][0].rpartition("-")[2][:4]
    assert [task["title"] for task in child["tasks"]] == ["Look"]
    code, fault = await ask("POST", "agents", root["children"][0], "message", body={"text": "More?"})
    assert (code, fault["code"]) == (409, "ended") and fault["hint"]
    code, fault = await ask("PATCH", "agents", root["children"][0], "model", body={"model": "openai/other"})
    assert (code, fault["code"]) == (409, "ended")
    assert (await ask("GET", "agents", "0" * 16 + "-00000000"))[0] == 404


async def test_a_question_is_answered_once(ask, begun):
    _, state = await begun(root=[ASK, Reply("Thanks.")])
    asked = (await until(state, lambda s: s["requests"]))["requests"][0]
    assert (asked["kind"], asked["options"]) == ("question", ["OAuth", "JWT"])
    pending = (await ask("GET", "permissions"))[1]["pending"]
    assert [one["id"] for one in pending] == [asked["id"]]
    assert (await ask("POST", "questions", asked["id"], body={"answer": "  "}))[0] == 422
    assert (await ask("POST", "permissions", asked["id"], body={"answer": "allow"}))[0] == 409
    answers = await asyncio.gather(
        *(ask("POST", "questions", asked["id"], body={"answer": word}) for word in ("OAuth", "JWT"))
    )
    assert sorted(code for code, _ in answers) == [200, 409]
    settled = await until(state, lambda s: s["agents"][0]["status"] == "idle")
    (request,) = settled["requests"]
    assert request["status"] == "answered" and request["answered_by"]
    given = next(body["answer"] for code, body in answers if code == 200)
    assert settled["calls"][0]["output"] == f"The person answers: {given}"
    assert (await ask("POST", "questions", "0" * 32, body={"answer": "x"}))[0] == 409


async def test_a_view_of_one_thread_is_not_sent_the_others(ask, jp_ws_fetch, begun):
    accepted, state = await begun(
        root=[Reply(calls=[summon("researcher", background=True)]), Reply("Mine."), Reply("Thanks.")],
        researcher=[Reply.tokens(40, pace=0.02)],
    )
    sockets = {}
    for thread in ("root", "none", ""):
        where = {"session": accepted["session_id"], "thread": thread}
        sockets[thread] = await jp_ws_fetch("dispatch", "stream", params=where)
    got = {thread: [] for thread in sockets}

    async def read(thread):
        while (text := await sockets[thread].read_message()) is not None:
            frame = json.loads(text)
            got[thread] += frame if isinstance(frame, list) else [frame]

    readers = [asyncio.create_task(read(thread)) for thread in sockets]
    settled = await until(
        state, lambda s: s["agents"][0]["status"] == "idle" and any(m["text"] == "Thanks." for m in s["messages"])
    )
    await asyncio.sleep(0.3)
    for socket in sockets.values():
        socket.close()
    await asyncio.gather(*readers)
    child = settled["agents"][1]["id"]

    def owners(changes):
        snapshot = changes[0]
        puts = [c["record"] for c in changes if c["type"] == "put" and c["table"] in ("messages", "calls")]
        return {record["agent_id"] for record in (*snapshot["messages"], *snapshot["calls"], *puts)}

    assert owners(got["none"]) == set() and not [c for c in got["none"] if c["type"] == "delta"]
    assert owners(got["root"]) == {accepted["agent_id"]} and got["root"][0]["thread"] == accepted["agent_id"]
    assert owners(got[""]) == {accepted["agent_id"], child}
    for changes in got.values():  # who there is and how they are, everybody hears
        last = [c["record"] for c in changes if c["type"] == "put" and c["table"] == "agents"][-1]
        assert last["id"] in (accepted["agent_id"], child)
        assert {c["record"]["status"] for c in changes if c["type"] == "put" and c["table"] == "transitions"} >= {
            "done"
        }
    page = (await ask("GET", "sessions", accepted["session_id"], params={"thread": child}))[1]
    assert {message["agent_id"] for message in page["messages"]} == {child} == {page["thread"]}


async def test_a_thread_that_is_not_there(ask, jp_ws_fetch, begun):
    accepted, _ = await begun(root=[Reply("Hi.")])
    socket = await jp_ws_fetch("dispatch", "stream", params={"session": accepted["session_id"], "thread": "nobody"})
    assert await socket.read_message() is None
    assert socket.close_code == 4404
    socket.close()


async def test_a_streamed_answer_is_the_agents_own(jp_fetch, project, model):
    """What those say that work for it, two hundred perhaps, is theirs; that they are there is told."""
    model.script = by_kind(root=[Reply(calls=[summon("researcher")]), Reply("Done.")], researcher=[Reply("My words.")])
    parts: list[str] = []
    await jp_fetch(
        "dispatch",
        "chat",
        method="POST",
        body=json.dumps({"text": "Go"}),
        headers={"Accept": "text/event-stream"},
        streaming_callback=lambda data: parts.append(data.decode()),
    )
    told = [json.loads(line.removeprefix("data: ")) for line in "".join(parts).split("\n") if line.startswith("data: ")]
    records = [change["record"] | {"table": change["table"]} for change in told if change.get("type") == "put"]
    (child,) = {one["id"] for one in records if one["table"] == "agents" and one["parent_id"]}
    assert not [one for one in records if one["table"] in ("messages", "calls") and one["agent_id"] == child]
    assert told[-1]["status"] == "idle" and any(one.get("text") == "Done." for one in records)
