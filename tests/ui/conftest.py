"""Journeys through a real JupyterLab in a real Chromium; only the model is scripted. A pytest process of its own."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from lab_page import LabPage
from lab_process import REPOSITORY, LabProcess, started
from model_server import ModelServer
from visits import PATIENCE_MS, Visits, picture

CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
MODEL = "gpt-4.1-mini"

expect.set_options(timeout=PATIENCE_MS)

sys.path.append(str(REPOSITORY / "scripts"))
from chromium import find  # noqa: E402


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(480))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Let fixtures know whether their test failed."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


FAILED = pytest.StashKey[bool]()


@pytest.fixture
def jp_asyncio_loop() -> None:
    """Not the event loop that pytest-jupyter gives to every test: Playwright runs one of its own."""


@pytest.fixture
def jp_server_cleanup() -> None:
    """As above."""


@pytest.fixture(scope="session")
def model() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture(scope="session")
def scripted(model: ModelServer) -> dict[str, str]:
    """The environment of a Jupyter whose model is the scripted one, under a name that has a price."""
    return {**model.environment("openai"), "DISPATCH_MODEL": f"openai/{MODEL}"}


@pytest.fixture(scope="session")
def shared_lab(scripted: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabProcess]:
    yield from started(LabProcess(tmp_path_factory.mktemp("lab"), scripted))


@pytest.fixture
def lab(shared_lab: LabProcess, model: ModelServer) -> Iterator[LabProcess]:
    """A JupyterLab that tests share: their pages and sessions are their own, its project is not."""
    model.script = []
    model.requests.clear()
    yield shared_lab
    shared_lab.end_kernels()
    shared_lab.stop_agents()


@pytest.fixture
def settings_file(lab: LabProcess) -> Iterator[Path]:
    """The dispatch.yaml of the shared project; there is none before and after."""
    path = lab.project / "dispatch.yaml"
    yield path
    path.unlink(missing_ok=True)
    lab.await_trust(True)  # else the next test may still see that it asks for trust


@pytest.fixture
def own_settings_file(lab: LabProcess) -> Iterator[Path]:
    """The person's own dispatch.yaml in the shared JupyterLab; there is none before and after."""
    path = lab.own_settings
    path.parent.mkdir(parents=True, exist_ok=True)
    yield path
    path.unlink(missing_ok=True)


@pytest.fixture
def own_lab(scripted: dict[str, str], tmp_path: Path, model: ModelServer) -> Iterator[LabProcess]:
    """A JupyterLab for one test: starting it takes seconds, so only for those who end it, too."""
    model.script = []
    model.requests.clear()
    yield from started(LabProcess(tmp_path / "lab", scripted))


@pytest.fixture
def notebook7(scripted: dict[str, str], tmp_path: Path, model: ModelServer) -> Iterator[LabProcess]:
    model.script = []
    model.requests.clear()
    yield from started(LabProcess(tmp_path / "notebook", scripted, "notebook"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def visits(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Visits]:
    """Makes browsers; whatever the test, nothing may be asked of other servers, and no script may fail."""
    made = Visits(browser)
    yield made
    if request.node.stash.get(FAILED, False):
        for place, page in enumerate(made.pages()):
            picture(page, f"failed-{request.node.name}-{place}")
    made.close()
    assert made.elsewhere == []
    assert made.errors == []


@pytest.fixture
def page(lab: LabProcess, visits: Visits, request: pytest.FixtureRequest) -> LabPage:
    """The shared JupyterLab in a new browser, in a workspace of the test's own."""
    return LabPage(visits.page(lab), lab, workspace=request.node.name).open()


@pytest.fixture
def both(page: LabPage) -> Iterator[Callable[[str], None]]:
    """Takes pictures, see `LabPage.pictures`; the theme is the server's, so the next test gets it back as it was."""
    yield page.pictures
    page.theme("JupyterLab Light")
