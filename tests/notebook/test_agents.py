import pytest

from dispatch_jupyter.core.protocol.errors import DispatchError, Invalid, NotFound
from dispatch_jupyter.core.protocol.ids import AgentId
from dispatch_jupyter.core.protocol.parts import Limits, ModelRef
from dispatch_jupyter.core.protocol.records import Agent, AgentStatus
from dispatch_jupyter.notebook.agents import MOST, find_agent

SESSION = "feedfacefeedface"


def agent(own: str, name: str = "researcher", status: AgentStatus = "running", brief: str = "") -> Agent:
    return Agent(
        id=AgentId(f"{SESSION}-{own}"),
        name=name,
        status=status,
        brief=brief,
        model=ModelRef(id="openai/test", provider="openai", label="test"),
        limits=Limits(root="/p"),
    )


ROOT = agent("0badcafe", "dispatch", "waiting")
RESEARCHER = agent("ab12c0ff", brief="Find out how people sign in " * 5)
WRITER = agent("ab12d00d", "writer", "waiting_for_key")
AGENTS = [ROOT, RESEARCHER, WRITER]


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("0bad", ROOT),
        ("0BADC", ROOT),
        (" ab12c ", RESEARCHER),
        (RESEARCHER.id, RESEARCHER),
        ("writer", WRITER),
    ],
)
def test_an_agent_goes_by_its_handle_its_id_or_its_name(reference: str, found: Agent) -> None:
    assert find_agent(AGENTS, reference) is found


def _refusal(reference: str, agents: list[Agent] = AGENTS) -> tuple[type[DispatchError], str, str]:
    with pytest.raises(DispatchError) as caught:
        find_agent(agents, reference)
    return type(caught.value), caught.value.message, str(caught.value.hint)


def test_what_could_be_two_is_refused_with_both_told_apart() -> None:
    kind, message, hint = _refusal("ab12")
    assert (kind, message) == (Invalid, "ab12 may be any of 2 agents.")
    assert hint.startswith("Give more of the handle: ab12c0ff (researcher, running, Find out how")
    assert hint.endswith("; ab12d00d (writer, waiting for key).")
    assert "0bad" not in hint


def test_a_name_that_two_have_is_no_name() -> None:
    kind, message, hint = _refusal("researcher", [*AGENTS, agent("11112222")])
    assert (kind, message) == (Invalid, "researcher may be any of 2 agents.")
    assert "ab12c0ff" in hint
    assert "11112222" in hint


def test_what_is_none_is_refused_with_all_there_are() -> None:
    kind, message, hint = _refusal("ffff")
    assert (kind, message) == (NotFound, "This session has no agent ffff.")
    assert hint.startswith("Its agents: 0bad (dispatch, waiting); ab12 (researcher, running")


def test_fewer_digits_than_a_handle_has_are_too_few() -> None:
    kind, message, hint = _refusal("0ba")
    assert (kind, message) == (Invalid, "A handle has at least 4 digits.")
    assert "0bad (dispatch, waiting)" in hint


def test_nothing_is_refused() -> None:
    assert _refusal("  ")[0] is Invalid


def test_a_brief_cannot_break_the_line_and_many_agents_are_cut() -> None:
    many = [agent(f"{place:08x}", brief="one\ntwo \x1b[31mred") for place in range(MOST + 3)]
    hint = _refusal("ffff", many)[2]
    assert "\n" not in hint
    assert "\x1b" not in hint
    assert hint.endswith("; and 3 more.")
