"""Who gets in: authorisation, cross-site requests, foreign origins; and what those are told who do not."""

import json
import re

import pytest
from jupyter_server.auth import Authorizer

from dispatch_jupyter.api.routes import ROUTES

pytestmark = pytest.mark.slow
UNKNOWN = "0123456789abcdef"
HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "MTIzNDU2Nzg5MDEyMzQ1Ng==",
}
OPERATIONS = [
    (method, re.sub(r"\{\w+\}", UNKNOWN, route.path.replace("{agent_id}", f"{UNKNOWN}-00000000")))
    for route in ROUTES
    for method in route.operations
]


class Nothing(Authorizer):
    """Allows nothing, and remembers what was asked."""

    def is_authorized(self, handler, user, action, resource):
        self.asked = (action, resource)
        return False


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
async def test_every_operation_asks_the_authorizer(jp_fetch, jp_serverapp, model, method, path):
    authorizer = jp_serverapp.web_app.settings["authorizer"] = Nothing()
    edits = path == "config/file"
    approves = path.split("/")[0] in ("permissions", "trust") or edits
    body = "{}" if method in ("post", "patch", "put") else None
    headers = HANDSHAKE if path == "stream" else {}
    answer = await jp_fetch(
        "dispatch", *path.split("/"), method=method.upper(), body=body, headers=headers, raise_error=False
    )
    assert answer.code == 403
    action = "read" if method == "get" and not edits else "execute" if approves else "write"
    assert authorizer.asked == (action, "dispatch:permissions" if approves else "dispatch")


async def cookies(jp_fetch, jp_serverapp):
    """What a browser has after a person has logged in with the token."""
    token = jp_serverapp.identity_provider.token
    answer = await jp_fetch(
        "tree", params={"token": token}, headers={"Authorization": ""}, follow_redirects=False, raise_error=False
    )
    jar = dict(cookie.split(";")[0].split("=", 1) for cookie in answer.headers.get_list("Set-Cookie"))
    assert len(jar) >= 1
    return jar


async def test_a_cookie_alone_may_read_but_not_write(jp_fetch, jp_serverapp, model):
    jar = await cookies(jp_fetch, jp_serverapp)
    headers = {"Authorization": "", "Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())}
    answer = await jp_fetch("dispatch", "status", headers=dict(headers), raise_error=False)
    assert answer.code == 200
    asked = [("POST", ["chat"]), ("POST", ["sessions"]), ("POST", ["agents", "x", "interrupt"])]
    for method, path in [*asked, ("PUT", ["config", "file"])]:
        answer = await jp_fetch(
            "dispatch", *path, method=method, body='{"text": "x"}', headers=dict(headers), raise_error=False
        )
        error = json.loads(answer.body)
        assert (answer.code, error["code"]) == (403, "forbidden") and "_xsrf" in error["message"]
    assert model.requests == []


async def test_a_foreign_page_cannot_watch(jp_fetch, jp_serverapp, model):
    jar = await cookies(jp_fetch, jp_serverapp)
    cookie = "; ".join(f"{name}={value}" for name, value in jar.items())
    headers = {**HANDSHAKE, "Authorization": "", "Cookie": cookie, "Origin": "http://evil.example"}
    answer = await jp_fetch("dispatch", "stream", headers=headers, raise_error=False)
    assert answer.code == 403


async def test_a_foreign_page_cannot_ask(jp_fetch, jp_serverapp, model):
    jar = await cookies(jp_fetch, jp_serverapp)
    cookie = "; ".join(f"{name}={value}" for name, value in jar.items())
    headers = {
        "Authorization": "",
        "Cookie": cookie,
        "Origin": "http://evil.example",
        "Referer": "http://evil.example/x",
    }
    answer = await jp_fetch("dispatch", "status", headers=headers, raise_error=False)
    assert answer.code in (403, 404) and "instance" not in answer.body.decode()


async def test_the_token_may_stand_in_the_address(jp_fetch, jp_serverapp, model):
    params = {"token": jp_serverapp.identity_provider.token}
    answer = await jp_fetch("dispatch", "status", params=params, headers={"Authorization": ""})
    assert answer.code == 200


@pytest.mark.parametrize("method", ["PUT", "PATCH", "HEAD", "DELETE"])
async def test_methods_there_are_not_are_said(jp_fetch, model, method):
    body = "{}" if method in ("PUT", "PATCH") else None
    answer = await jp_fetch("dispatch", "chat", method=method, body=body, raise_error=False)
    assert answer.code == 405
    if method != "HEAD":
        error = {"code": "method_not_allowed", "message": "Method Not Allowed", "hint": None}
        assert json.loads(answer.body) == error


async def test_a_query_that_is_not_unicode_is_said(ask, jp_fetch, model):
    _, state = await ask("POST", "sessions", body={})
    path = ["dispatch", "sessions", state["session"]["id"]]
    answer = await jp_fetch(*path, params={"before": b"100%\xff"}, raise_error=False)
    error = json.loads(answer.body)
    assert (answer.code, error["code"]) == (400, "invalid")
    assert "before" in error["message"] and "%%" not in error["message"]
