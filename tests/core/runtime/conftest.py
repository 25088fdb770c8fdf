"""A workspace on a temporary project, whose model is the scripted server."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from desk import Desk
from dispatch_jupyter.core.runtime.setup import set_up
from model_server import ModelServer

Scenario = Callable[[Desk], Awaitable[None]]


@pytest.fixture
def model():
    with ModelServer() as server:
        yield server


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "README.md").write_text("# Title\n\nA small project.\n")
    return folder


@pytest.fixture
def open_desk(model, project, tmp_path, monkeypatch) -> Callable[[], Desk]:
    """Makes desks on the same project and store, as a server started again would."""
    for name, value in {**model.environment("openai"), "DISPATCH_MODEL": "openai/scripted"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))  # skills of whoever runs the tests are none of ours
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    count = iter(range(100))

    def make() -> Desk:
        folder = tmp_path / "data" / "sessions"
        workspace = set_up(project=project, folder=folder, instance=f"instance{next(count)}", server_url="")
        return Desk(workspace, project, model)

    return make


@pytest.fixture
def run(open_desk) -> Callable[[Scenario], None]:
    """Play a scenario on a fresh desk; afterwards nothing may be left running."""

    def play(scenario: Scenario) -> None:
        async def main() -> None:
            desk = open_desk()
            try:
                await scenario(desk)
            finally:
                await desk.workspace.close()
            await asyncio.sleep(0)
            left = [task.get_name() for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            assert not [name for name in left if name.startswith("dispatch")], left

        asyncio.run(main())

    return play
