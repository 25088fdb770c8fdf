"""Rows of the tree at every width: who it is, how it stands, its model, cost and handle are there to be read."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from agents_page import Threads, Tree, asks
from lab_page import LabPage
from lab_process import LabProcess, started
from model_server import Call, ModelServer, Received, Reply, Usage
from model_server.cast import Cast, summon
from settings_page import SECRETS, TEAM
from visits import Visits

LONG = "a-very-long-agent-name-that-somebody-gave"
MORE = f"""\
  - {{name: lead, description: Leads., is_subagent: true, permissions: [read, write, summon]}}
  - {{name: {LONG}, description: Long., is_subagent: true, permissions: read}}
limits:
  max_depth: 9
"""
DEEPEST = 8
WINDOW: Any = {"width": 1400, "height": 1000}
WIDTHS = (250, 420, 640, 1000)
PARTS = """
async tree => {
  const places = {
    name: '.dsp-node-name > bdi', handle: '.dsp-node-handle', state: '.dsp-node-state', mark: '.dsp-mark',
    model: '.dsp-node-model', cost: '.dsp-node-cost', words: '.dsp-node-words > bdi',
    below: '.dsp-node-words > .dsp-asks'
  };
  const measured = (row, shown) => {
    const around = row.getBoundingClientRect(), box = shown.getBoundingClientRect(), inner = document.createRange();
    inner.selectNodeContents(shown);
    return { text: shown.innerText, width: box.width, left: box.left, right: box.right, height: around.height,
      inside: box.left >= around.left && box.right <= around.right + 0.5 && box.bottom <= around.bottom + 0.5,
      needs: inner.getBoundingClientRect().width };
  };
  const frame = () => new Promise(requestAnimationFrame);
  const rows = [];
  for (const row of tree.querySelectorAll('[role=treeitem]')) {
    row.scrollIntoView({ block: 'nearest' });
    await frame();
    await frame(); // rows out of sight are not drawn
    const parts = Object.entries(places).map(([part, where]) => [part, row.querySelector(where)]);
    const there = parts.filter(([_, shown]) => shown).map(([part, shown]) => [part, measured(row, shown)]);
    rows.push({ said: row.ariaLabel, ...Object.fromEntries(there) });
  }
  return rows;
}
"""
"""Of each part of each row: what it says, its place and what it would need, in px; the height of its row."""
LEAST = {"name": 36, "model": 44}
"""What may be cut keeps so many px: five letters and the dots."""


@pytest.fixture(scope="module")
def deep_lab(tmp_path_factory: pytest.TempPathFactory, model: ModelServer) -> Iterator[LabProcess]:
    """A JupyterLab of somebody who lets agents nest deep."""
    process = LabProcess(tmp_path_factory.mktemp("deep"), SECRETS)
    process.own_settings.parent.mkdir(parents=True)
    bases = {name: model.base(name) for name in ("openai", "anthropic")}
    process.own_settings.write_text(TEAM.format(**bases) + MORE)
    yield from started(process)


def _lead(request: Received) -> Reply:
    """Summons the lead below it; the last one those that ask and wait."""
    level = int(re.findall(r"level (\d)", str(request.messages))[0])
    if level < DEEPEST - 1:
        return Reply(calls=[summon("lead", f"Lead level {level + 1} of the harbour works")])
    return Reply(calls=_team())


def _team() -> list[Any]:
    return [
        summon("planner", "Plan the sign-in", detached=True),
        summon("checker", "Check the summary of the tides", background=True),
        summon(LONG, "Write the summary of the tides"),
    ]


def test_rows_keep_what_tells_agents_apart(deep_lab: LabProcess, visits: Visits, model: ModelServer) -> None:
    model.script = Cast(
        root=[
            Reply(calls=[*_team(), summon("lead", "Lead level 1 of the harbour works", background=True)]),
            Reply("Go on."),
        ],
        lead=[_lead, Reply("Led.")],
        planner=[asks("Sign in by OAuth, by JWT, or by both of them?", "OAuth", "JWT")],
        checker=[Reply(calls=[Call("list_files", {})], usage=Usage(2_500_000, 0)), Reply("Nothing is wrong.")],
        **{LONG: [Reply("Written.")]},
    )
    page = LabPage(visits.page(deep_lab, WINDOW), deep_lab).open()
    chat = page.new_chat()
    chat.send("Go")
    chat.finished("Go on.")
    tree = Tree(chat.root)
    for place in (0, 1):
        expect(tree.row("planner").nth(place)).to_have_attribute("data-status", "waiting")
        expect(tree.row("checker").nth(place)).to_have_attribute("data-status", "waiting_for_key")
    expect(tree.row("planner").nth(1)).to_have_attribute("aria-level", str(DEEPEST + 1))
    expect(tree.rows).to_have_count(1 + 2 * len(_team()) + DEEPEST - 1)
    for width in WIDTHS:
        page.width(width)
        tree.rows.first.scroll_into_view_if_needed()
        page.pictures(f"tree-rows-{width}")
        _each_is_whole(tree)
        page.pictures(f"tree-rows-{width}-deep")
    _names_have_one_column(tree)
    page.width(250)
    _in_the_agents_tab(page)
    _in_a_notebook(page)
    page.open_panel()
    _a_fold_says_who_asks_below(page, tree)


def _parts(tree: Tree) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = tree.root.evaluate(PARTS)
    return parts


def _each_is_whole(tree: Tree) -> None:
    """Nothing is missing in any row, and what is cut keeps enough to be known by."""
    for parts in _parts(tree):
        for part in ("name", "handle", "state", "mark", "model", "cost"):
            assert parts[part]["text"] and parts[part]["inside"], parts
            whole = parts[part]["width"] >= parts[part]["needs"] - 0.5
            assert whole or parts[part]["width"] >= LEAST.get(part, 1_000), parts
        assert parts["name"]["right"] < parts["handle"]["left"] < parts["state"]["left"], parts
        assert len(parts["handle"]["text"]) == 4, parts
        assert parts["name"]["height"] < 42, parts


def _names_have_one_column(tree: Tree) -> None:
    """Wide, what stands behind the names begins at the same place in all rows, and no name is cut."""
    parts = _parts(tree)
    for part in ("state", "model"):
        assert len({round(each[part]["left"]) for each in parts}) == 1, parts
    assert all(each["name"]["width"] >= each["name"]["needs"] - 0.5 for each in parts), parts
    assert all(each["words"]["width"] > 50 for each in parts if each["words"]["needs"] > 50), parts


def _in_the_agents_tab(page: LabPage) -> None:
    page.command("Dispatch: Agents")
    tree = Tree(Threads(page).shown().root)
    _each_is_whole(tree)
    page.pictures("tree-rows-tab")
    page.page.set_viewport_size({"width": 960, "height": 1000})
    _each_is_whole(tree)
    page.pictures("tree-rows-tab-narrow")
    page.page.set_viewport_size(WINDOW)


def _in_a_notebook(page: LabPage) -> None:
    notebook = page.notebook("rows.ipynb", "import dispatch_jupyter as dispatch\ndispatch.tree()")
    notebook.run(0)
    tree = Tree(notebook.chat(0).root)
    expect(tree.row("planner")).to_have_count(2)
    _each_is_whole(tree)
    page.pictures("tree-rows-notebook")


def _a_fold_says_who_asks_below(page: LabPage, tree: Tree) -> None:
    for place in (6, 0):
        row = tree.row("lead").nth(place)
        row.locator(".dsp-node-fold svg").click()
        expect(row).to_have_attribute("aria-label", re.compile(", 1 below asks you, "))
        for width in (345, 455, 760, 1000, 250):
            page.width(width)
            (parts,) = [each for each in _parts(tree) if "below" in each]
            below = parts["below"]
            short = width <= 440 or width == 760  # there, names leave no room for more
            assert below["text"] == ("1 asks" if short else "1 below asks you"), (width, below)
            assert below["inside"] and below["right"] <= parts["model"]["left"], (width, parts)
            _each_is_whole(tree)
        page.pictures(f"tree-rows-folded-{place}")
