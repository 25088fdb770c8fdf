"""Faults over real HTTP: which error they become, and what a person reads."""

from datetime import UTC, datetime, timedelta

import pytest

from dispatch_jupyter.core.llm.client import LiteLLMClient
from dispatch_jupyter.core.protocol.errors import (
    BadKey,
    BadReply,
    ContextOverflow,
    KeyExhausted,
    ModelError,
    NoModel,
    RateLimited,
    Refused,
    Transient,
)
from model_server import Call, Fault, Hang, ModelServer, Raw, Reply
from talk import NEVER, PROVIDERS, client_for, converse, fail, request, text_of

pytestmark = pytest.mark.slow

HTML = Raw([b"<html><body>It works!</body></html>"], content_type="text/html")
GARBAGE = Raw([b"data: {not json\n\n"])
BINARY = Raw([b"\x00\xff\xfe" * 20])
CASES = {
    "rate": (Fault.rate_limited(), RateLimited),
    "quota": (Fault.quota(), KeyExhausted),
    "credit": (Fault.credit(), KeyExhausted),
    "payment": (Fault(402, {"error": {"message": "Insufficient Balance"}}), KeyExhausted),
    "key": (Fault.bad_key(), BadKey),
    "forbidden": (Fault.forbidden(), BadKey),
    "model": (Fault.no_model(), NoModel),
    "context": (Fault.context(), ContextOverflow),
    "refused": (Fault.refused(), Refused),
    "overloaded": (Fault.overloaded(), Transient),
    "unavailable": (Fault.unavailable(), Transient),
    "server": (Fault.server_error(), Transient),
    "gateway": (Fault(502, "<html><h1>Bad gateway</h1></html>"), Transient),
    "request": (Fault(400, {"error": {"message": "bad tool schema", "type": "invalid_request_error"}}), ModelError),
}
LABELS = {"openai": "OpenAI", "responses": "OpenAI", "anthropic": "Anthropic", "gemini": "Google Gemini"}


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("name", CASES)
def test_an_error_answer(name, provider):
    fault, expected = CASES[name]
    with ModelServer([fault]) as server:
        error, events = fail(client_for(server, provider), request(provider))
        assert len(server.requests) == 1
    assert type(error) is expected
    assert events == []
    assert LABELS[provider] in error.message
    assert request(provider).model.partition("/")[2] in error.message
    assert error.hint
    for noise in ("litellm", "Exception", "b'", "<", "{", "Traceback"):
        assert noise not in error.message


@pytest.mark.parametrize("provider", ["openai", "anthropic", "gemini"])
@pytest.mark.parametrize("name", CASES)
def test_the_provider_is_quoted(name, provider):
    fault, _ = CASES[name]
    _, _, body = fault.for_provider(provider)
    with ModelServer([fault]) as server:
        error, _ = fail(client_for(server, provider), request(provider))
    said = error.message.rpartition(": ")[2].rstrip(".").replace("[key]", "")
    assert said[-20:] in body.decode()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_when_to_come_back(provider):
    with ModelServer([Fault.rate_limited(retry_after=3600)]) as server:
        error, _ = fail(client_for(server, provider), request(provider))
    assert isinstance(error, RateLimited)
    wait = error.until - datetime.now(UTC)
    assert timedelta(seconds=3560) < wait <= timedelta(seconds=3600)
    assert "UTC" in error.hint


def test_a_limit_that_ends_on_a_date():
    with ModelServer([Fault.quota()]) as server:
        error, _ = fail(client_for(server, "anthropic"), request("anthropic"))
    assert isinstance(error, KeyExhausted)
    assert error.until == datetime(2999, 1, 1, tzinfo=UTC)


def test_google_tells_a_used_up_day_from_a_busy_minute_only_by_the_quota():
    with ModelServer([Fault.rate_limited(), Fault.quota()]) as server:
        client = client_for(server, "gemini")
        minute, _ = fail(client, request("gemini"))
        day, _ = fail(client, request("gemini"))
    assert (type(minute), type(day)) == (RateLimited, KeyExhausted)


def test_a_used_up_day_counts_more_than_a_busy_minute():
    both = [{"quotaId": f"GenerateRequestsPer{period}PerProjectPerModel"} for period in ("Minute", "Day")]
    body = {"error": {"code": 429, "message": "Quota.", "status": "RESOURCE_EXHAUSTED", "details": both}}
    with ModelServer([Fault(429, body)]) as server:
        error, _ = fail(client_for(server, "gemini"), request("gemini"))
    assert type(error) is KeyExhausted


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_key_is_never_shown(provider):
    key = "sk-proj-Very_Secret.0123456789"
    body = {"error": {"message": f"Incorrect API key provided: {key}. Header was: Bearer {key}"}}
    with ModelServer([Fault(401, body)]) as server:
        error, _ = fail(client_for(server, provider, key=key), request(provider))
        assert server.requests[0].key == key
    assert type(error) is BadKey
    assert "ecret" not in f"{error.message} {error.hint}"


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("entry", [HTML, GARBAGE, BINARY, Raw([])], ids=["html", "garbage", "binary", "nothing"])
def test_a_reply_that_is_none(entry, provider):
    with ModelServer([entry]) as server:
        error, events = fail(client_for(server, provider), request(provider))
    # litellm itself notices in the responses format that no end came
    assert type(error) is (Transient if provider == "responses" and entry is not BINARY else BadReply)
    assert events == []


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("ends", ["drop", "reset", "quiet", "error"])
def test_a_reply_that_breaks_off(ends, provider):
    with ModelServer([Reply("one two three four five", ends=ends, after=2)]) as server:
        error, events = fail(client_for(server, provider), request(provider))
        assert len(server.requests) == 1, "nothing is repeated after the first token"
    assert type(error) is Transient
    assert "broke off" in error.message
    assert text_of(events) == "one two "


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_call_cut_in_its_arguments_is_not_taken_for_whole(provider):
    call = Call("read_file", {"path": "a-long-path-to-some-file.txt"})
    cut = Reply("Let me look.", calls=[call], ends="quiet", after=3 if provider == "gemini" else 5)
    with ModelServer([cut]) as server:
        error, _ = fail(client_for(server, provider), request(provider))
    assert type(error) is Transient


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_provider_that_never_answers(provider):
    with ModelServer([Hang()]) as server:
        error, _ = fail(client_for(server, provider, first=0.4), request(provider))
        assert server.requests[0].gone.wait(30)
    assert type(error) is Transient
    assert "did not answer within 0.4 s" in error.message


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_provider_that_falls_silent(provider):
    with ModelServer([Reply("one two three", ends="stall", after=2)]) as server:
        error, events = fail(client_for(server, provider, idle=0.4), request(provider))
        assert server.requests[0].gone.wait(30)
    assert type(error) is Transient
    assert "0.4 s" in error.message
    assert text_of(events) == "one two "


def test_slow_is_not_silent():
    with ModelServer([Reply.tokens(8, pace=0.1)]) as server:
        client = client_for(server, "openai", idle=0.5)
        assert text_of(converse(client, request())) == Reply.tokens(8).text


def test_nobody_there():
    with ModelServer() as server:
        client = client_for(server, "openai")
    error, _ = fail(client, request())
    assert type(error) is Transient
    assert "could not be reached" in error.message


def test_no_key_is_said_before_anything_is_sent():
    error, _ = fail(LiteLLMClient({}, retry=NEVER), request("anthropic"))
    assert type(error) is BadKey
    assert "ANTHROPIC_API_KEY is not set" in error.message
    assert "export ANTHROPIC_API_KEY=" in error.hint


def test_a_model_that_repeats_itself():
    with ModelServer([Raw([_chunk("again ")] * 200)]) as server:
        error, events = fail(client_for(server, "openai"), request())
    assert type(error) is BadReply
    assert "repeating" in error.message
    assert len(events) > 50


def test_an_unknown_provider():
    error, _ = fail(LiteLLMClient({}, retry=NEVER), request("nonesuch/model"))
    assert type(error) is NoModel
    assert "nonesuch" in error.message


def _chunk(text: str) -> bytes:
    return (
        b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":'
        b'[{"index":0,"delta":{"content":"%s"},"finish_reason":null}]}\n\n' % text.encode()
    )
