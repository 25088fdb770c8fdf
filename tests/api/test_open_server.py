"""A server without authentication: commands run only where the kernel keeps them off its port."""

import asyncio

import pytest

from model_server import Call, Reply

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def open_server(jp_serverapp):
    jp_serverapp.identity_provider.token = ""


@pytest.fixture
def run(ask, rested, model):
    async def go(command):
        model.script = [Reply(calls=[Call("run_shell", {"command": command})]), Reply("Done.")]
        # without a token the server asks for the proof that a page of its own is speaking
        page = {"Cookie": "_xsrf=aaaa", "X-XSRFToken": "aaaa"}
        _, accepted = await ask("POST", "chat", body={"text": "go"}, headers=page)
        async with asyncio.timeout(60):
            return (await rested(accepted["session_id"]))["calls"][0]

    return go


async def test_it_is_said_and_the_port_is_closed_to_commands(ask, run, jp_serverapp):
    _, status = await ask("GET", "status")
    assert status["auth_enabled"] is False
    if not status["sandbox"].startswith("kernel"):
        pytest.skip(status["sandbox_reason"])
    call = await run(f"exec 3<>/dev/tcp/127.0.0.1/{jp_serverapp.port} && echo connected")
    assert "connected" not in call["output"]
    assert call["command"]["exit_code"] != 0


async def test_without_that_there_is_no_shell(ask, run, jp_serverapp):
    workspace = await jp_serverapp.web_app.settings["dispatch_workspace"]()
    level = await workspace._benches.level()
    object.__setattr__(level, "guards_ports", False)
    call = await run("echo ran")
    assert call["error"]["code"] == "shell_off"
    assert "authentication" in call["output"]
