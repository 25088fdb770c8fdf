"""An agent of a team whose key is used up: its row says so at every width, its tasks stay, and it goes on by itself."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from agents_page import Threads, Tree
from chat_page import Chat
from lab_page import LabPage
from lab_process import LabProcess, started
from model_server import Call, ModelServer, Reply, Usage
from model_server.cast import Cast, summon
from settings_page import SECRETS, TEAM
from visits import Visits

TASKS = Call(
    "task_list",
    {
        "action": "set",
        "tasks": [
            {"title": "Read the summary", "status": "done"},
            {"title": "Check each figure in it against the tables of the harbour", "status": "in_progress"},
            {"title": "Say what is wrong"},
        ],
    },
)
TWO_AND_A_HALF = Usage(2_500_000, 0)
BACK = re.compile(r"back at (\w+ \d+, )?\d\d:\d\d")


@pytest.fixture(scope="module")
def team_lab(tmp_path_factory: pytest.TempPathFactory, model: ModelServer) -> Iterator[LabProcess]:
    """A JupyterLab of somebody with a key for all, and one of two dollars a day for who checks."""
    process = LabProcess(tmp_path_factory.mktemp("team"), SECRETS)
    process.own_settings.parent.mkdir(parents=True)
    process.own_settings.write_text(TEAM.format(openai=model.base("openai"), anthropic=model.base("anthropic")))
    yield from started(process)


def test_a_row_says_that_its_agent_waits_for_a_key(team_lab: LabProcess, visits: Visits, model: ModelServer) -> None:
    model.script = Cast(
        root=[
            Reply(calls=[summon("checker", "Check the summary.", background=True), summon("writer", "Write it.")]),
            Reply("I wait for the checker."),
            Reply("All checked."),
        ],
        writer=[Reply("Written.")],
        checker=[Reply(calls=[TASKS], usage=TWO_AND_A_HALF), Reply("Nothing is wrong.")],
    )
    page = LabPage(visits.page(team_lab), team_lab).open()
    chat = page.new_chat()
    page.width(250)
    chat.send("Have it written and checked")
    chat.finished("I wait for the checker.")
    tree = Tree(chat.root)
    tree.is_in("checker", "waiting_for_key")
    expect(tree.summary).to_have_text("3 agents1 waiting1 done")
    _says(tree.row("writer"), "done")
    row = tree.row("checker")
    _says(row, "waits for key")
    expect(row.locator(".dsp-node-words")).to_have_text(BACK)
    expect(row).to_have_attribute("aria-label", re.compile("^checker, [0-9a-f]{4}, waits for a key, back at"))

    row.click()
    _waits_with_its_tasks(chat)
    page.pictures("tree-key-250")
    _in_the_agents_tab(page)
    _in_a_notebook(page)

    team_lab.own_settings.write_text(team_lab.own_settings.read_text().replace("usd: 2,", "usd: 50,"))
    tree.is_in("checker", "done")
    _says(row, "done")
    expect(chat.root.get_by_label("This thread is closed")).to_be_visible()
    expect(chat.root.locator("[data-tasks]")).to_have_attribute("data-tasks", "1/3")


def _says(row: Locator, state: str) -> None:
    """Its state is there in words, whole and within the row, and so is its agent's name."""
    shown = row.locator(".dsp-node-state")
    expect(shown).to_have_text(state)
    for part in (shown, row.locator(".dsp-node-name bdi")):
        assert part.evaluate("e => e.scrollWidth <= e.clientWidth || getComputedStyle(e).display === 'inline'")
    around, box = row.bounding_box(), shown.bounding_box()
    assert around and box
    assert box["width"] > 20 and box["x"] + box["width"] <= around["x"] + around["width"]


def _waits_with_its_tasks(view: Chat) -> None:
    wait = view.root.get_by_role("region", name="Waiting for key refresh")
    expect(wait).to_contain_text(re.compile(r"expected at .*\d\d:\d\d UTC \(in "))
    expect(wait.locator("[data-key=spare]")).to_contain_text("used up")
    tasks = view.root.get_by_role("region", name="Tasks")
    expect(tasks).to_contain_text("1 of 3 done:Check each figure")
    toggle = tasks.get_by_role("button")
    toggle.click()
    expect(tasks.locator("[data-task]")).to_have_count(3)
    expect(tasks.locator("[aria-current=step]")).to_contain_text("Check each figure")


def _in_the_agents_tab(page: LabPage) -> None:
    page.command("Dispatch: Agents")
    view = Threads(page).shown()
    row = Tree(view.root).row("checker")
    _says(row, "waits for key")
    row.click()
    _waits_with_its_tasks(view)
    page.pictures("tree-key-tab")


def _in_a_notebook(page: LabPage) -> None:
    notebook = page.notebook(
        "key.ipynb", "import dispatch_jupyter as dispatch\ndispatch.tree()", "dispatch.agent('checker')"
    )
    for cell in (0, 1):
        notebook.run(cell)
    row = Tree(notebook.chat(0).root).row("checker")
    _says(row, "waits for key")
    _waits_with_its_tasks(notebook.chat(1))
    page.pictures("tree-key-notebook")
    page.theme("JupyterLab Light")
