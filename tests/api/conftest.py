"""A Jupyter server with the extension, whose model is the scripted server."""

import asyncio
import json
from typing import Any

import pytest

# its fixtures and hooks for this folder alone: they would take over the event loop of all other tests
from pytest_jupyter.jupyter_server import *  # noqa: F403

from model_server import ModelServer


@pytest.fixture
def model(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with ModelServer() as server:
        for name, value in {**server.environment("openai"), "DISPATCH_MODEL": "openai/scripted"}.items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture
def jp_server_config(model, tmp_path):
    return {
        "ServerApp": {"jpserver_extensions": {"dispatch_jupyter": True}},
        "DispatchApp": {"data_dir": str(tmp_path / "dispatch")},
    }


@pytest.fixture
def project(jp_root_dir):
    (jp_root_dir / "README.md").write_text("# Title\n\nA small project.\n")
    return jp_root_dir


@pytest.fixture
def ask(jp_fetch, project):
    """Ask the API; `(status, decoded answer)` whatever the status."""

    async def ask_(method: str, *path: str, body: Any = None, params: Any = None, **more: Any):
        data = body if isinstance(body, str | None) else json.dumps(body)
        data = data if data is not None or method in ("GET", "DELETE") else "{}"
        response = await jp_fetch("dispatch", *path, method=method, body=data, params=params, raise_error=False, **more)
        return response.code, json.loads(response.body or b"null")

    return ask_


@pytest.fixture
def rested(ask):
    """Wait until a session's agents rest; its state."""

    async def wait(session_id: str) -> dict[str, Any]:
        async with asyncio.timeout(60):
            while True:
                _, state = await ask("GET", "sessions", session_id)
                if all(agent["status"] != "running" for agent in state["agents"]):
                    return state
                await asyncio.sleep(0.02)

    return wait


@pytest.fixture
def outside(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "a.txt").write_text("what lies outside\n")
    return folder


@pytest.fixture
def pending(ask):
    """Wait for a session's open requests."""

    async def wait(session_id=None, count=1):
        async with asyncio.timeout(60):
            while True:
                _, answer = await ask("GET", "permissions", params={"session": session_id} if session_id else None)
                if len(answer["pending"]) == count:
                    return answer["pending"]
                await asyncio.sleep(0.02)

    return wait


@pytest.fixture
def settled(ask):
    """Wait until a session's agent neither works nor waits; its state."""

    async def wait(session_id):
        async with asyncio.timeout(60):
            while True:
                _, state = await ask("GET", "sessions", session_id)
                if all(agent["status"] not in ("running", "waiting") for agent in state["agents"]):
                    return state
                await asyncio.sleep(0.02)

    return wait
