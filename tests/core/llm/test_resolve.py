"""What is meant by a tag or an id: order, reasons, suggestions."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from dispatch_jupyter.core.config.schema import Settings
from dispatch_jupyter.core.llm.catalog import Catalog, catalog_of
from dispatch_jupyter.core.llm.choose import choose
from dispatch_jupyter.core.llm.resolve import Facts, explained, resolve
from dispatch_jupyter.core.llm.standing import Standing
from dispatch_jupyter.core.protocol.parts import ModelWish
from ring_world import START

CONFIG = {
    "keys": [
        {"id": "a1", "provider": "anthropic", "env": "A1"},
        {"id": "o1", "provider": "openai", "env": "O1", "budget": {"usd": 1}},
        {"id": "a2", "provider": "anthropic", "env": "A2"},
    ],
    "fallback": ["o1", "a1", "a2"],
    "models": [
        {"id": "anthropic/big", "tags": ["heavy", "coding"], "effort": "high"},
        {"id": "openai/big", "tags": ["heavy"]},
        {"id": "anthropic/small", "tags": ["light"], "keys": ["a2"]},
        {"id": "ollama_chat/tiny", "tags": ["light", "heavy"]},
    ],
}
LATER = START + timedelta(hours=1)
EXHAUSTED = Standing("exhausted", "used up.", LATER)


def catalog(config=CONFIG, environ=None) -> Catalog:
    settings = Settings.model_validate(config)
    return catalog_of(settings, environ or {}, choose(environ or {}, settings.model, None))


def ask(*wants, facts=None, found=None):
    wishes = [ModelWish(model=want) if isinstance(want, str) else want for want in wants]
    return resolve(found or catalog(), wishes, facts or Facts(), START)


def pairs(resolution):
    return [(candidate.model, candidate.key) for candidate in resolution.candidates]


def test_a_tag_by_keys_then_by_models_and_what_needs_no_key_last():
    found = ask("heavy")
    assert pairs(found) == [
        ("openai/big", "o1"), ("anthropic/big", "a1"), ("anthropic/big", "a2"), ("ollama_chat/tiny", None),
    ]  # fmt: skip
    assert (found.chosen.model, found.chosen.key) == ("openai/big", "o1")
    assert all(candidate.why for candidate in found.candidates)


def test_wishes_in_their_order_each_pair_once():
    found = ask("light", "heavy", "anthropic/small")
    assert pairs(found)[:2] == [("anthropic/small", "a2"), ("ollama_chat/tiny", None)]
    assert len(pairs(found)) == len(set(pairs(found))) == 5


def test_any_is_all_and_nothing_is_the_default():
    assert pairs(ask("any")) == pairs(ask())
    assert len(pairs(ask())) == 5


def test_usual_tags_are_understood_without_models():
    assert pairs(ask("review")) == pairs(ask("any"))
    assert ask("hevy").error is not None


def test_of_a_tag_that_no_model_bears_people_are_told_that_any_counts():
    found = ask("review", "coding")
    told = explained(catalog(), found)
    words = "No model has the tag `review`, so any counts. "
    named = {candidate.model for candidate in ask("coding").candidates}
    for before, after in zip(found.candidates, told.candidates, strict=True):
        assert after.why == (before.why if before.model in named else words + before.why)
    assert explained(catalog(), ask("review")).chosen.why.startswith(words)
    assert explained(catalog(), ask("coding")) == ask("coding")


def test_a_wish_for_one_key_and_one_effort():
    found = ask(ModelWish(model="heavy", key="a2", effort="low"))
    assert [(c.model, c.key, c.effort) for c in found.candidates] == [("anthropic/big", "a2", "low")]
    assert ask("coding").chosen.effort == "high"


def test_the_first_that_can_be_used_and_why_not_the_others():
    found = ask("heavy", facts=Facts({"o1": EXHAUSTED}))
    assert found.chosen.key == "a1"
    assert "used up" in found.candidates[0].why and "13:00 UTC" in found.candidates[0].why
    assert found.until is None and found.error is None


def test_none_can_be_used_the_earliest_counts():
    soon = Standing("cooling", "cooling.", START + timedelta(minutes=1), guessed=True)
    found = ask("coding", facts=Facts({"a1": EXHAUSTED, "a2": soon}))
    assert found.chosen is None
    assert found.until == soon.until
    assert found.error is None


def test_busy_passes_though_nobody_knows_when():
    found = ask("coding", facts=Facts({"a1": Standing("busy", "busy."), "a2": Standing("bad", "bad.")}))
    assert (found.chosen, found.until, found.error) == (None, None, None)


def test_none_ever():
    facts = Facts({"a1": Standing("bad", "`a1` was refused."), "a2": Standing("missing", "`a2` has no secret.")})
    found = ask("coding", facts=facts)
    assert found.error.code == "bad_key"
    assert "`a1` was refused." in found.error.message and "`a2` has no secret." in found.error.message
    total = ask("coding", facts=Facts({"a1": Standing("exhausted", "used up."), "a2": Standing("bad", "bad.")}))
    assert total.error.code == "key_exhausted"


def test_a_model_that_does_not_work_with_a_key_is_left_out():
    found = ask("heavy", facts=Facts(left_out={("openai/big", "o1"): Standing("bad", "there is no such model.")}))
    assert found.chosen.key == "a1"
    assert found.candidates[0].why == "there is no such model."


def test_no_price_no_budget_in_dollars():
    found = ask("heavy", facts=Facts(priced=lambda model: False))
    assert not found.candidates[0].usable
    assert "`price:`" in found.candidates[0].why
    assert found.chosen.key == "a1", "a key without a budget is free to use"
    assert ask("heavy", facts=Facts(priced=lambda model: None)).chosen.key == "o1", "not looked up yet"


def test_misspellings():
    assert "did you mean `heavy`?" in ask("hevy").error.message
    assert "did you mean `heavy`?" in ask("HEAVY").error.message
    assert "did you mean `openai/big`?" in ask("openay/big").error.message
    assert "did you mean `mistral/x`?" in ask("mistrl/x").error.message
    assert "Did you mean `a1`" in ask(ModelWish(model="heavy", key="a11")).error.message
    assert "is not one for" in ask(ModelWish(model="openai/big", key="a1")).error.message


def test_a_misspelt_tag_beside_a_server_of_ones_own():
    served = catalog(environ={"OPENAI_BASE_URL": "http://127.0.0.1:1/v1"})
    assert "did you mean `heavy`?" in ask("hevy", found=served).error.message
    assert ask("qwen/qwen3", found=served).chosen.model == "openai/qwen/qwen3"


def test_a_wish_that_means_nothing_does_not_spoil_the_others():
    found = ask("hevy", "coding")
    assert found.chosen.model == "anthropic/big" and found.error is None


def test_a_provider_without_a_key_says_which_variable():
    error = ask("mistral/large").error
    assert error.code == "bad_key" and "MISTRAL_API_KEY" in error.message


STANDINGS = st.sampled_from(
    [Standing(), EXHAUSTED, Standing("bad", "b."), Standing("busy", "b."), Standing("missing", "m."),
     Standing("cooling", "c.", START + timedelta(minutes=3)), Standing("exhausted", "t.")]
)  # fmt: skip


@given(
    st.dictionaries(st.sampled_from(["a1", "a2", "o1"]), STANDINGS),
    st.lists(st.sampled_from(["heavy", "light", "coding", "any", "nonesuch", "openai/big"]), max_size=4),
)
def test_exactly_one_of_chosen_wait_and_error(standings, wants):
    found = ask(*wants, facts=Facts(standings))
    usable = [candidate for candidate in found.candidates if candidate.usable]
    assert found.chosen == next(iter(usable), None)
    if found.chosen:
        assert found.error is None and found.until is None
        assert found.chosen.key is None or standings.get(found.chosen.key, Standing()).usable
    times = [c.until for c in found.candidates if c.until]
    if found.until:
        assert found.until == min(times) and found.error is None
    if found.error:
        assert not times and not usable
