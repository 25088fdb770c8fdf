"""The longest answer goes out in every provider's own words: what is reserved for a call is only true with it."""

from dataclasses import replace

import pytest

from dispatch_jupyter.core.llm.client import LiteLLMClient
from dispatch_jupyter.core.llm.types import Access
from model_server import ModelServer, Reply
from talk import NEVER, PROVIDERS, client_for, converse, request

pytestmark = pytest.mark.slow

FIELDS = {
    "openai": ["max_tokens", "max_completion_tokens"],
    "responses": ["max_output_tokens"],
    "anthropic": ["max_tokens"],
    "gemini": ["maxOutputTokens", "max_output_tokens"],
}


def limits_in(provider: str, body: dict) -> list[int]:
    config = body.get("generationConfig") or body.get("generation_config") or {}
    places = config if provider == "gemini" else body
    return [places[name] for name in FIELDS[provider] if name in places]


@pytest.mark.parametrize("effort", [None, "low", "high"])
@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_longest_answer(provider, effort):
    with ModelServer([Reply("ok")]) as server:
        converse(client_for(server, provider), replace(request(provider), max_output=7777, effort=effort))
        (received,) = server.requests
        assert limits_in(received.provider, received.body) == [7777]
        assert "Hello" in str(received.messages), "the conversation goes out whatever format litellm takes"


@pytest.mark.parametrize("model", ["openai/gpt-4.1", "openai/gpt-6.1-sol", "openai/gpt-99-unheard-of"])
def test_openai_itself_is_told_in_its_newer_words(model, monkeypatch):
    """The address stands in the environment of the process, where only litellm finds it: as if it were OpenAI's own."""
    access = Access("work", "env W", "set it", "sk-test-key")
    with ModelServer([Reply("ok")]) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base("openai"))
        asked = replace(request(model), max_output=7777, access=access)
        converse(LiteLLMClient({}, retry=NEVER), asked)
        (received,) = server.requests
    assert received.key == "sk-test-key"
    name = "max_output_tokens" if received.provider == "responses" else "max_completion_tokens"
    assert received.body[name] == 7777 and "max_tokens" not in received.body


def test_an_answer_too_short_to_think_in_is_not_asked_to():
    with ModelServer([Reply("ok")]) as server:
        asked = replace(request("anthropic/claude-sonnet-4-5"), max_output=4096, effort="high")
        converse(client_for(server, "anthropic"), asked)
        assert "thinking" not in server.requests[0].body
