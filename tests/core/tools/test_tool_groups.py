"""Which tools agents have: by their template's names, and never those that are of no use to them."""

import pytest

from dispatch_jupyter.core.protocol.parts import OPERATIONS, SUMMON_KINDS
from dispatch_jupyter.core.tools.groups import ALWAYS, GROUPS, known_names, named_tools, tool_names

TREE = {*GROUPS["summon"], *GROUPS["peers"]}


def test_all_of_them_by_default() -> None:
    others = {"read", "edit", "shell", "peers", "report", "send_to_tab", "read_tab"}
    assert tool_names(None, OPERATIONS, SUMMON_KINDS) == known_names() - others


@pytest.mark.parametrize("kind", SUMMON_KINDS)
def test_one_kind_of_agents_is_enough_to_summon(kind: str) -> None:
    assert set(GROUPS["summon"]) <= tool_names(None, OPERATIONS, [kind])  # type: ignore[list-item]


def test_who_may_start_nobody_has_no_tools_for_it_and_still_talks_to_others() -> None:
    found = tool_names(None, OPERATIONS)
    assert found & TREE == set(GROUPS["peers"])
    assert tool_names(["summon", "retrieve", "read"], OPERATIONS) == {*GROUPS["read"], *ALWAYS}


def test_what_is_listed_is_all_there_is() -> None:
    assert tool_names(["read"], OPERATIONS, SUMMON_KINDS) == {*GROUPS["read"], *ALWAYS}
    assert tool_names(["summon"], OPERATIONS, SUMMON_KINDS) == {*GROUPS["summon"], *ALWAYS}


def test_everybody_may_ask_the_person() -> None:
    assert "ask_user" in tool_names([], []) and tool_names([], []) == set(ALWAYS)


def test_operations_take_their_tools_away() -> None:
    found = tool_names(None, ["read"])
    assert not found & {*GROUPS["edit"], *GROUPS["shell"]} and set(GROUPS["read"]) <= found


def test_a_template_cannot_name_what_only_detached_agents_have() -> None:
    assert "report" in known_names() and "report" not in tool_names(["report", "read"], OPERATIONS, SUMMON_KINDS)


def test_other_names_are_understood() -> None:
    assert tool_names(["send_to_tab", "read_tab"], []) == {*GROUPS["peers"], *ALWAYS}
    assert named_tools(["send_to_tab", "edit", "what"]) == {"send_to_agent", *GROUPS["edit"], "what"}
