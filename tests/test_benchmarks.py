"""The benchmarks run, and what they find is nowhere near wrong. Their figures proper are `make bench`."""

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(240)]

Figures = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    into = tmp_path_factory.mktemp("benchmarks") / "results.json"
    ran = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / "run.py"), "--quick", "--into", str(into)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    assert "| ratio |" in ran.stdout
    return json.loads(into.read_text())


@pytest.fixture
def figures(results: dict[str, Any]) -> Figures:
    return {figure["name"]: figure for table in results["tables"] for figure in table["figures"]}


def test_every_figure_is_one(results: dict[str, Any], figures: Figures) -> None:
    assert {table["part"] for table in results["tables"]} == {"turns", "startup", "journal", "lag", "commands", "tree"}
    assert len(figures) == sum(len(table["figures"]) for table in results["tables"]), "two figures have one name"
    wrong = [name for name, figure in figures.items() if not (math.isfinite(figure["ratio"]) and figure["floor"] > 0)]
    assert not wrong
    assert any(figure["target"] for figure in figures.values())


# Limits far beyond the targets: a busy machine must not fail them, a cost that grows with the conversation must.


def test_an_append_does_not_depend_on_the_length(figures: Figures) -> None:
    assert figures["append at 2,000 messages against 100"]["ratio"] < 4


def test_what_dispatch_adds_does_not_grow_with_the_conversation(figures: Figures) -> None:
    assert figures["growth of the addition to its own client from 10 to 400 messages"]["value"] < 10
    assert figures["Dispatch's addition to bare litellm, a turn after 400 messages"]["value"] < 20


def test_a_child_costs_about_what_an_agent_costs(figures: Figures) -> None:
    assert figures["a child, summoned and brought home"]["ratio"] < 5


def test_a_server_at_rest_is_hardly_heavier_with_the_extension(figures: Figures) -> None:
    assert figures["resident memory then"]["ratio"] < 1.25
