"""Limits: a project lowers them by itself; to raise them it needs trust."""

from pathlib import Path

import pytest
from config_place import Place

from dispatch_jupyter.core.config.schema import Settings
from dispatch_jupyter.core.config.trust import trusted_files
from dispatch_jupyter.core.config.widening import LIMITS

OWN = """\
limits: {max_steps: 30, max_depth: 1, max_live_agents: 8, max_summoned: 20, max_tree_usd: 5}
shell: {max_timeout: 600}
"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def asks(place: Place) -> list[str]:
    return [line for file in trusted_files(place.project, place.environ) for line in file.widens]


def in_force(place: Place, section: str, name: str) -> float | None:
    return getattr(getattr(place.load().settings, section), name)


def test_the_defaults() -> None:
    limits = Settings().limits
    assert (limits.max_steps, limits.max_depth, limits.max_live_agents) == (50, 3, 64)
    assert (limits.max_summoned, limits.max_tree_usd) == (200, None)


@pytest.mark.parametrize(
    ("section", "name", "own", "more", "words"),
    [
        ("limits", "max_steps", 50, 1000, "let agents take 1,000 steps in one turn, not 50 steps"),
        ("limits", "max_depth", 3, 4, "let agents summon others 4 levels deep, not 3 levels"),
        ("limits", "max_live_agents", 64, 65, "let a session have 65 agents at a time, not 64 agents"),
        (
            "limits", "max_summoned", 200, 5000,
            "let a session's agents summon 5,000 others until you write again, not 200 others",
        ),
        ("shell", "max_timeout", 86400, 90000.5, "let commands run for 90000.5 seconds, not 86400 seconds"),
    ],
)  # fmt: skip
def test_more_than_the_default_waits_for_trust(
    place: Place, section: str, name: str, own: float, more: float, words: str
) -> None:
    place.theirs(f"model: a/b\n{section}:\n  {name}: {more}\n")
    assert asks(place) == [words]
    assert place.said() == [("dispatch.yaml", 3, f"`{section}.{name}` has no effect: the file is not trusted.")]
    assert (in_force(place, section, name), place.load().model) == (own, "a/b")
    place.trust()
    place.clean()
    assert in_force(place, section, name) == more


@pytest.mark.parametrize(
    ("section", "name", "own", "less", "more"),
    [
        ("limits", "max_steps", 30, 29, 31),
        ("limits", "max_depth", 1, 0, 2),
        ("limits", "max_live_agents", 8, 1, 9),
        ("limits", "max_summoned", 20, 0, 21),
        ("limits", "max_tree_usd", 5, 0.5, 5.01),
        ("shell", "max_timeout", 600, 1, 601),
    ],
)
def test_the_persons_own_limit_is_what_counts(
    place: Place, section: str, name: str, own: float, less: float, more: float
) -> None:
    place.own(OWN)
    for value in (own, less):
        place.theirs(f"{section}: {{{name}: {value}}}\n")
        place.clean()
        assert (asks(place), in_force(place, section, name)) == ([], value)
    place.theirs(f"{section}: {{{name}: {more}}}\n")
    assert len(asks(place)) == 1 and in_force(place, section, name) == own
    place.trust()
    assert in_force(place, section, name) == more


def test_a_limit_on_money_is_one_where_there_was_none(place: Place) -> None:
    place.theirs("limits: {max_tree_usd: 100}\n")
    place.clean()
    assert (asks(place), in_force(place, "limits", "max_tree_usd")) == ([], 100)


def test_a_limit_on_money_is_not_taken_away(place: Place) -> None:
    place.own(OWN)
    place.theirs("limits: {max_tree_usd: null}\n")
    assert asks(place) == ["let a session's agents spend any amount together, not $5.00"]
    assert in_force(place, "limits", "max_tree_usd") == 5
    place.trust()
    assert in_force(place, "limits", "max_tree_usd") is None


def test_one_that_is_raised_leaves_those_that_are_lowered(place: Place) -> None:
    place.theirs("limits: {max_steps: 10, max_depth: 9}\n")
    assert (in_force(place, "limits", "max_steps"), in_force(place, "limits", "max_depth")) == (10, 3)


def test_the_persons_own_may_be_as_high_as_they_like(place: Place) -> None:
    place.own("limits: {max_steps: 1000, max_depth: 20}\n")
    place.clean()
    assert in_force(place, "limits", "max_steps") == 1000


@pytest.mark.parametrize(
    "text",
    ["max_depth: -1", "max_live_agents: 0", "max_summoned: -1", "max_tree_usd: 0", "max_tree_usd: .inf", "max_dept: 1"],
)
def test_what_is_no_limit_is_said(place: Place, text: str) -> None:
    place.theirs(f"limits:\n  {text}\n")
    ((file, line, _),) = place.said()
    assert (file, line) == ("dispatch.yaml", 2)
    assert place.load().settings.limits == Settings().limits


def test_all_limits_are_guarded() -> None:
    names = {name for section, name in LIMITS if section == "limits"}
    assert names == set(type(Settings().limits).model_fields)
