"""The WebSocket through a real Jupyter server."""

import asyncio
import json

import pytest

from model_server import Reply

pytestmark = pytest.mark.slow


async def changes(socket, enough):
    """Changes until `enough(change)`, all of them."""
    got = []
    async with asyncio.timeout(60):
        while True:
            text = await socket.read_message()
            assert text is not None, (socket.close_code, socket.close_reason, got)
            frame = json.loads(text)
            for change in frame if isinstance(frame, list) else [frame]:
                got.append(change)
                if enough(change):
                    return got


def at_rest(change):
    records = change["agents"] if change["type"] == "snapshot" else [change.get("record", {})]
    return any(record.get("limits") and record["status"] != "running" for record in records)


async def test_an_answer_arrives_token_by_token(ask, jp_ws_fetch, model):
    model.script = [Reply.tokens(60, pace=0.01)]
    _, accepted = await ask("POST", "chat", body={"text": "Talk"})
    socket = await jp_ws_fetch("dispatch", "stream", params={"session": accepted["session_id"]})
    got = await changes(socket, at_rest)
    assert got[0]["type"] == "snapshot" and len([c for c in got if c["type"] == "delta"]) > 10
    final = [c["record"] for c in got if c["type"] == "put" and c["table"] == "messages"][-1]
    assert final["status"] == "complete" and final["text"] == "".join(f"w{n} " for n in range(60))
    socket.close()


async def test_coming_back_loses_and_doubles_nothing(ask, jp_ws_fetch, model):
    model.script = [Reply.tokens(80, pace=0.01)]
    _, accepted = await ask("POST", "chat", body={"text": "Talk"})
    where = {"session": accepted["session_id"]}
    socket = await jp_ws_fetch("dispatch", "stream", params=where)
    first = await changes(socket, lambda c: c["type"] == "delta")
    socket.close()
    seq = max([first[0]["seq"], *(c["record"]["seq"] for c in first if c["type"] == "put")])
    await asyncio.sleep(0.1)
    where |= {"after": str(seq), "instance": first[0]["instance"]}
    socket = await jp_ws_fetch("dispatch", "stream", params=where)
    got = await changes(socket, at_rest)
    assert all(c["type"] != "snapshot" for c in got)
    text = ""
    for change in got:
        if change["type"] == "delta":
            assert change["at"] <= len(text)
            text = text[: change["at"]] + change["text"]
    assert text and "".join(f"w{n} " for n in range(80)).startswith(text)
    socket.close()


async def test_notices_tell_of_new_sessions(ask, jp_ws_fetch, model):
    socket = await jp_ws_fetch("dispatch", "stream")
    await asyncio.sleep(0.2)
    _, state = await ask("POST", "sessions", body={})
    (notice,) = await changes(socket, lambda c: True)
    assert (notice["kind"], notice["session_id"]) == ("session_created", state["session"]["id"])
    socket.close()


@pytest.mark.parametrize(
    ("query", "code"), [({"session": "0123456789abcdef"}, 4404), ({"session": "../x"}, 4404), ({"after": "x"}, 4422)]
)
async def test_a_bad_address_closes_with_the_reason(ask, jp_ws_fetch, model, query, code):
    if "after" in query:
        _, state = await ask("POST", "sessions", body={})
        query = {**query, "session": state["session"]["id"]}
    socket = await jp_ws_fetch("dispatch", "stream", params=query)
    assert await socket.read_message() is None
    assert socket.close_code == code and socket.close_reason
    socket.close()


async def test_nobody_watches_without_the_token(jp_fetch, model):
    handshake = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    headers = {**handshake, "Sec-WebSocket-Key": "MTIzNDU2Nzg5MDEyMzQ1Ng==", "Authorization": "token wrong"}
    answer = await jp_fetch("dispatch", "stream", headers=headers, raise_error=False)
    assert answer.code == 403


async def test_a_server_that_stops_says_so(ask, jp_ws_fetch, jp_serverapp, model):
    _, state = await ask("POST", "sessions", body={})
    socket = await jp_ws_fetch("dispatch", "stream", params={"session": state["session"]["id"]})
    await changes(socket, lambda c: c["type"] == "snapshot")
    workspace = await jp_serverapp.web_app.settings["dispatch_workspace"]()
    await workspace.close()
    assert await socket.read_message() is None and socket.close_code == 1001
    socket.close()
