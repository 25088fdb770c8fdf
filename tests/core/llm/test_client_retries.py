"""Calls that are made again, and those that are not."""

import time

import pytest

from dispatch_jupyter.core.llm.retry import RetryPolicy
from dispatch_jupyter.core.protocol.errors import BadKey, BadReply, KeyExhausted, RateLimited, Transient
from model_server import Fault, Hang, ModelServer, Raw, Reply
from talk import PROVIDERS, QUICK, client_for, converse, end_of, fail, request, retries_of, text_of

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("provider", PROVIDERS)
def test_passing_faults_are_tried_again_and_said(provider):
    script = [Fault.overloaded(), Fault.server_error(), Reply("Here I am.")]
    with ModelServer(script) as server:
        events = converse(client_for(server, provider, retry=QUICK), request(provider))
        assert len(server.requests) == 3
        assert server.requests[0].body == server.requests[2].body
    assert text_of(events) == "Here I am."
    assert end_of(events)
    first, second = retries_of(events)
    assert events[:2] == [first, second]
    assert "overloaded" in first.reason.lower()
    assert 0 < first.seconds <= 0.01 and 0 < second.seconds <= 0.01


def test_it_gives_up_after_the_last_try():
    with ModelServer([Fault.overloaded()] * 10) as server:
        client = client_for(server, "openai", retry=RetryPolicy(retries=2, first=0.01))
        error, events = fail(client, request())
        assert len(server.requests) == 3
    assert type(error) is Transient
    assert len(events) == 2


def test_a_short_limit_is_waited_for_as_the_provider_says():
    with ModelServer([Fault.rate_limited(retry_after=0.5), Reply("Thanks.")]) as server:
        started = time.monotonic()
        events = converse(client_for(server, "openai", retry=QUICK), request())
        assert 0.45 < server.requests[1].at - server.requests[0].at < 1.5
        assert time.monotonic() - started > 0.45
    assert text_of(events) == "Thanks."
    assert 0.4 < retries_of(events)[0].seconds < 0.7


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault.rate_limited(retry_after=120), RateLimited),
        (Fault.quota(), KeyExhausted),
        (Fault.bad_key(), BadKey),
    ],
    ids=["long limit", "quota", "key"],
)
def test_what_waiting_does_not_mend_is_not_tried_again(fault, expected):
    with ModelServer([fault]) as server:
        error, events = fail(client_for(server, "openai", retry=QUICK), request())
        assert len(server.requests) == 1
    assert type(error) is expected
    assert events == []


@pytest.mark.parametrize("ends", ["drop", "reset", "error", "stall"])
def test_a_stream_that_breaks_before_the_first_token_is_tried_again(ends):
    with ModelServer([Reply("never seen", ends=ends), Reply("Whole.")]) as server:
        events = converse(client_for(server, "openai", retry=QUICK, first=5, idle=0.4), request())
    assert text_of(events) == "Whole."
    assert len(retries_of(events)) == 1


@pytest.mark.parametrize("ends", ["drop", "reset", "error", "stall", "quiet"])
def test_after_the_first_token_nothing_is_tried_again(ends):
    with ModelServer([Reply("one two three", ends=ends, after=1), Reply("not asked for")]) as server:
        error, events = fail(client_for(server, "openai", retry=QUICK, first=5, idle=0.4), request())
        assert len(server.requests) == 1
    assert type(error) is Transient
    assert text_of(events) == "one "


def test_a_garbled_reply_is_tried_again_once():
    garbage = Raw([b"data: {not json\n\n"])
    with ModelServer([garbage, garbage, Reply("too late")]) as server:
        error, events = fail(client_for(server, "openai", retry=QUICK), request())
        assert len(server.requests) == 2
    assert type(error) is BadReply
    assert len(events) == 1


def test_silence_is_tried_again():
    with ModelServer([Hang(), Reply("Awake.")]) as server:
        events = converse(client_for(server, "anthropic", retry=QUICK, first=0.4), request("anthropic"))
    assert text_of(events) == "Awake."
    assert "0.4 s" in retries_of(events)[0].reason
