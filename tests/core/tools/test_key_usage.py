"""key_usage: how the keys to models stand."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dispatch_jupyter.core.protocol.ids import KeyId
from dispatch_jupyter.core.protocol.parts import Usage
from dispatch_jupyter.core.protocol.settings import Budget, KeyState
from dispatch_jupyter.core.tools.key_tool import KeyUsage, KeyUsageArguments

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


def key(name: str, **more: Any) -> KeyState:
    about = {"provider": "anthropic", "label": "Anthropic", "source": "env K", "position": 1, "status": "active"}
    return KeyState(id=KeyId(name), **{**about, **more})


def text(*keys: KeyState, key_id: str = "") -> str:
    class Context:
        async def keys(self) -> list[KeyState]:
            return list(keys)

    tool = KeyUsage(clock=lambda: NOW)
    return asyncio.run(tool.run(KeyUsageArguments(key_id=key_id), Context())).text  # type: ignore[arg-type]


def test_all_keys_are_shown_in_fallback_order():
    work = key(
        "work",
        status="exhausted",
        reason="Its budget of $5.00 a month is used up.",
        until=NOW + timedelta(days=9, hours=14),
        resets_at=NOW + timedelta(days=9, hours=14),
        budget=Budget(usd=5, per="month"),
        used=Usage(input_tokens=1_200_000, output_tokens=34_000, cost_usd=4.99),
        calls=321,
        reserved_usd=0.02,
    )
    spare = key("spare", provider="openai_like", label="Local", position=2, used=Usage(cost_usd=None), calls=1)
    assert text(work, spare).splitlines() == [
        "2 keys, in the order in which they are used:",
        "[1] work (Anthropic): exhausted; expected back 2026-12-01 00:00 UTC (in 9 d 14 h)",
        "    Its budget of $5.00 a month is used up.",
        "    used 1,234,000 tokens, $4.99, in 321 calls this month; $0.00 of $5.00 left ($0.02 more reserved for calls "
        "under way); resets 2026-12-01 00:00 UTC (in 9 d 14 h)",
        "[2] spare (Local, openai_like): active",
        "    used 0 tokens, at an unknown price, in 1 call; it has no budget",
    ]


def test_a_budget_in_tokens_is_counted_in_tokens():
    state = key(
        "k",
        budget=Budget(tokens=2_000, per="day"),
        used=Usage(input_tokens=300, output_tokens=200),
        reserved_tokens=400,
    )
    assert "used 500 tokens, $0.00, in 0 calls today; 1,100 of 2,000 tokens left (400 tokens more reserved" in text(
        state
    )


def test_a_budget_for_ever_does_not_reset():
    shown = text(key("k", budget=Budget(usd=1, per="total"), used=Usage(cost_usd=0.004)))
    assert "$0.004, in 0 calls in all; $1.00 of $1.00 left" in shown and "resets" not in shown


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "now"), (0.2, "in 1 s"), (45, "in 45 s"), (61, "in 1 min"), (3600, "in 1 h 0 min"),
        (3600 * 3 + 720, "in 3 h 12 min"), (86_400, "in 1 d 0 h"), (86_399, "in 1 d 0 h"),
    ],
)  # fmt: skip
def test_times_are_relative_too(seconds: float, words: str):
    shown = text(key("k", status="cooling", until=NOW + timedelta(seconds=seconds)))
    assert shown.splitlines()[1].endswith(f" UTC ({words})")


def test_a_time_nobody_gave_is_called_a_guess():
    shown = text(key("k", status="cooling", until=NOW + timedelta(minutes=5), guessed=True))
    assert "cooling; nobody said until when; tried again 2026-11-21 10:05 UTC (in 5 min)" in shown


@pytest.mark.parametrize("written", ["spare", " `spare` ", "'spare'"])
def test_one_key_is_shown_by_itself(written: str):
    shown = text(key("work"), key("spare", position=2), key_id=written)
    assert shown.startswith("[2] spare") and "work" not in shown


def test_an_unknown_key_is_answered_with_those_there_are(agent: Any):
    agent.keys = [key("work"), key("spare")]
    error = agent.error("key_usage", key_id="wrok")
    assert error.tool_code == "not_found" and error.hint == "There are: `work`, `spare`."
    assert agent.text("key_usage", key_id=None).startswith("2 keys")
    agent.keys = []
    assert "no keys" in agent.text("key_usage", key_id="x")


@pytest.mark.parametrize("written", ["release", " `release` ", "'release'"])
def test_use_skill_reads_a_skill(agent: Any, written: str):
    agent.skills = {"release": "Tag it."}
    assert agent.text("use_skill", name=written) == "Tag it."


def test_use_skill_needs_a_name(agent: Any):
    assert agent.code("use_skill", name=" `` ") == "invalid_arguments"
