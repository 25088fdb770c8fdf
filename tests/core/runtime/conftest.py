"""A workspace on a temporary project, whose model is the scripted server."""

from collections.abc import Callable

import pytest

from desk import Desk, Scenario, played
from dispatch_jupyter.core.runtime.setup import set_up
from model_server import ModelServer


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

    async def make() -> Desk:
        return open_desk()

    return lambda scenario: played(scenario, make)
