"""The skills that come with the package: who is told them, and how people's own stand over them."""

import re
from pathlib import Path
from typing import Any

import pytest

from dispatch_jupyter.core.config.built_in import built_in
from dispatch_jupyter.core.permissions.places import Places
from dispatch_jupyter.core.protocol.errors import NotFound
from dispatch_jupyter.core.skills.library import SHIPPED, Library
from dispatch_jupyter.core.tools.groups import known_names

ORCHESTRATOR, WORKER = ("built-in:orchestrator", "default"), ("built-in:worker", "default")


@pytest.fixture
def person(person: Any) -> Any:
    person.library = Library(person.home, person.project, Places(person.home))
    return person


def told(person: Any, agent: str = "x", **more: Any) -> list[tuple[str, str]]:
    return [(one.skill.id, one.why) for one in person.shelf().for_agent(agent, **more)]


def test_orchestrators_and_workers_are_told_theirs(person: Any):
    for slug, one in built_in().items():
        assert told(person, slug, orchestrator=not one.is_subagent) == [WORKER if one.is_subagent else ORCHESTRATOR]
    assert told(person, "what-ever", orchestrator=True) == [ORCHESTRATOR]
    assert told(person, "what-ever") == [WORKER]


def test_they_are_listed_with_who_gets_them(person: Any):
    listing = person.shelf().listing()
    assert [(one.id, one.scope, one.folder, one.agents) for one in listing.skills] == [
        ("built-in:orchestrator", "built in", "agents", ["_all.o"]),
        ("built-in:worker", "built in", "agents", ["_all"]),
    ]
    assert all(one.description and Path(one.path).is_file() and not one.ambiguous for one in listing.skills)
    assert [(one.scope, one.agent, one.orchestrator, one.skills) for one in listing.mappings] == [
        ("built in", "_all", True, ["built-in:orchestrator"]),
        ("built in", "_all", False, ["built-in:worker"]),
    ]
    assert listing.problems == []
    assert person.shelf().skill("built-in:worker").text.startswith("Another agent gave you")
    assert person.library.open(person.shelf(), "orchestrator").skill.id == "built-in:orchestrator"


def test_they_are_short_and_name_only_tools_that_there_are(person: Any):
    arguments = {"background", "detached", "context", "summon"}
    for entry in person.shelf().entries:
        assert entry.text.count("\n") < 60 and len(entry.text) < 4000
        assert set(re.findall(r"`([a-z_]+)`", entry.text)) <= known_names() | arguments


def test_they_come_first_then_what_the_person_and_the_project_say(person: Any):
    for base in ("~/", ""):
        person.put(f"{base}.skills/default/d.md")
        person.put(f"{base}.skills/agents/a.md")
        person.put(f"{base}.skills/agents/x.txt", "a")
        person.put(f"{base}.skills/agents/_all.txt", "e")
        person.put(f"{base}.skills/project/e.md")
    assert told(person) == [
        WORKER,
        *(("global:d", "default"), ("global:e", "default")),
        *(("project:d", "default"), ("project:e", "default")),
        *(("global:a", "agent"), ("project:a", "agent")),
    ]
    assert told(person, "y", orchestrator=True) == [ORCHESTRATOR, ("global:d", "default"), ("project:d", "default")]


@pytest.mark.parametrize("base", ["~/", ""])
@pytest.mark.parametrize("path", [".skills/project/worker.md", ".skills/agents/worker.md", ".agents/skills/worker"])
def test_one_of_the_same_name_stands_over_it(person: Any, base: str, path: str):
    if path.endswith(".md"):
        person.put(f"{base}{path}", "Mine.")
    else:
        person.package(f"{base}{path}")
    mine = "global:worker" if base else "project:worker"
    shelf = person.shelf()
    assert told(person) == [(mine, "default")]
    assert shelf.find("worker").info.id == mine and shelf.find("built-in:worker").info.id == "built-in:worker"
    assert {one.info.id: one.info.agents for one in shelf.entries if one.info.name == "worker"} == {
        "built-in:worker": [],
        mine: ["_all"],
    }
    assert shelf.problems == () and not any(one.info.ambiguous for one in shelf.entries)


def test_the_projects_stands_over_the_persons(person: Any):
    person.put("~/.skills/project/worker.md", "Mine.")
    person.put(".skills/project/worker.md", "Ours.")
    assert told(person) == [("project:worker", "default")] and person.shelf().problems == ()


def test_one_that_is_told_to_all_is_told_once(person: Any):
    person.put("~/.skills/default/orchestrator.md", "Mine.")
    assert told(person, orchestrator=True) == [("global:orchestrator", "default")]


def test_a_broken_one_does_not_stand_over_it(person: Any):
    person.put(".skills/project/worker.md", "")
    assert told(person) == [WORKER]
    assert len(person.problems()) == 1


def test_they_may_be_named_and_loaded_by_hand(person: Any):
    person.put(".skills/agents/boss.txt", "built-in:orchestrator\n")
    person.put(".skills/project/worker.md", "Ours.")
    assert told(person, "boss", by_hand=["built-in:worker"]) == [
        ("project:worker", "default"),
        ("built-in:orchestrator", "agent"),
        ("built-in:worker", "person"),
    ]


@pytest.mark.parametrize("name", ["built in:worker", "built-in:wroker", "built-in:"])
def test_an_id_is_written_as_it_is(person: Any, name: str):
    with pytest.raises(NotFound):
        person.shelf().find(name)


def test_they_are_read_once_and_the_project_does_not_hide_them(person: Any):
    first = person.shelf()
    assert first == person.shelf()
    assert person.library.packages_outside(first) == ()
    assert not any(path.is_relative_to(SHIPPED) for path, _ in person.library.watched())


def test_what_stands_in_their_folder_is_all_used():
    used = {"orchestrator.md", "worker.md", "_all.txt", "_all.o.txt"}
    assert {path.name for path in SHIPPED.rglob("*") if path.is_file()} == used
