"""Worst cases: bounds that hold, and prices from the settings or litellm."""

import pytest

from dispatch_jupyter.core.config.model_schema import PriceSection
from dispatch_jupyter.core.llm.catalog import Model
from dispatch_jupyter.core.llm.estimate import (
    MAX_OUTPUT,
    OVERHEAD,
    Size,
    input_bound,
    is_priced,
    output_bound,
    own_price,
    rates_of,
    streamed,
    worst_case,
)
from dispatch_jupyter.core.llm.library import load_litellm
from ring_world import play

PRICED = Model("openai/x", price=PriceSection(input=2, output=8), max_output=1000)


@pytest.fixture(scope="module")
def litellm():
    return play(load_litellm, 60)


def test_the_settings_price():
    worst = worst_case(None, PRICED, Size(10_000))
    assert (worst.input, worst.output) == (10_000 + OVERHEAD, 1000)
    assert worst.nano == 11_000 * 2000 + 1000 * 8000


def test_input_is_what_was_counted_and_what_is_new():
    assert input_bound(PRICED, Size(500, 20_000, "openai/x")) == 20_500 + OVERHEAD
    assert input_bound(PRICED, Size(500, 20_000)) == 20_500 + OVERHEAD
    assert input_bound(PRICED, Size(500, 20_000, "anthropic/y")) == 40_500 + OVERHEAD


def test_cached_input_by_its_own_price():
    model = Model("openai/x", price=PriceSection(input=2, output=8, cached=0.5))
    assert own_price(model, 1000, 10, 600) == 400 * 2000 + 600 * 500 + 10 * 8000
    assert own_price(PRICED, 1000, 10, 600) == 1000 * 2000 + 10 * 8000
    assert own_price(Model("openai/x"), 1, 1, 0) is None


def test_what_was_heard_counts_and_never_more_than_was_reserved():
    worst = worst_case(None, PRICED, Size(0))
    assert streamed(PRICED, worst, 101, None).output == 51
    assert streamed(PRICED, worst, 10**9, None).nano == worst.nano


def test_what_runs_here_is_free():
    assert worst_case(None, Model("ollama_chat/x"), Size(1000)).nano == 0
    assert worst_case(None, Model("demo/rules"), Size(1000)).nano == 0


@pytest.mark.slow
class TestWithLitellm:
    def test_prices(self, litellm):
        model = Model("anthropic/claude-sonnet-4-5")
        rates = rates_of(litellm, model, 1000)
        assert rates.input == pytest.approx(3750), "writing the prompt cache is the dearest input"
        assert rates.output == pytest.approx(15000)
        assert rates_of(litellm, Model("openai/responses/gpt-4.1"), 0) == rates_of(litellm, Model("openai/gpt-4.1"), 0)

    def test_long_requests_are_dearer(self, litellm):
        model = Model("gemini/gemini-2.5-pro")
        short, long = rates_of(litellm, model, 200_000), rates_of(litellm, model, 200_001)
        assert long.input == 2 * short.input and long.output == 1.5 * short.output

    def test_priority_and_batches_are_not_ours(self, litellm):
        info = litellm.get_model_info(model="gpt-4.1", custom_llm_provider="openai")
        rates = rates_of(litellm, Model("openai/gpt-4.1"), 0)
        assert rates.output == pytest.approx(info["output_cost_per_token"] * 1e9)
        assert info["output_cost_per_token_priority"] * 1e9 > rates.output

    def test_nobody_knows(self, litellm):
        for name in ("openai/nonesuch", "mistral/nonesuch", "nonesuch/x"):
            assert is_priced(litellm, Model(name)) is False
            assert worst_case(litellm, Model(name), Size(1)).nano is None
        assert is_priced(None, Model("openai/gpt-4.1")) is None
        assert is_priced(None, PRICED) is True
        assert is_priced(litellm, Model("openai/gpt-4.1")) is True

    def test_the_longest_answer(self, litellm):
        able = litellm.get_model_info(model="gpt-4o", custom_llm_provider="openai")["max_output_tokens"]
        assert output_bound(litellm, Model("openai/gpt-4o")) == able < MAX_OUTPUT
        assert output_bound(litellm, Model("openai/gpt-5")) == MAX_OUTPUT
        assert output_bound(litellm, Model("openai/gpt-5", max_output=100_000)) == 100_000
        assert output_bound(litellm, Model("openai/nonesuch")) == MAX_OUTPUT

    def test_the_worst_case_is_never_less_than_what_a_call_costs(self, litellm):
        for name in ("anthropic/claude-sonnet-4-5", "openai/gpt-5", "gemini/gemini-2.5-pro", "openai/gpt-4.1"):
            provider, _, bare = name.partition("/")
            for tokens in (1000, 250_000):
                worst = worst_case(litellm, Model(name), Size(0, tokens))
                paid = litellm.cost_per_token(
                    model=bare, custom_llm_provider=provider, prompt_tokens=worst.input, completion_tokens=worst.output,
                    cache_creation_input_tokens=worst.input if provider == "anthropic" else 0,
                )  # fmt: skip
                assert sum(paid) * 1e9 <= worst.nano + 1, name
