"""The small parts of the client, each by itself."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace as Thing

import pytest

from dispatch_jupyter.core.llm.classify import classify
from dispatch_jupyter.core.llm.events import Reader
from dispatch_jupyter.core.llm.messages import provider_messages
from dispatch_jupyter.core.llm.redact import redact
from dispatch_jupyter.core.llm.retry import RetryPolicy
from dispatch_jupyter.core.llm.types import Access, CallDelta, ModelRequest
from dispatch_jupyter.core.llm.when import come_back_at
from dispatch_jupyter.core.protocol.errors import BadKey, BadReply, RateLimited, Transient
from dispatch_jupyter.core.protocol.records import now

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "text", "seconds"),
    [
        ({"retry-after": "7"}, "", 7),
        ({"retry-after": "0.5"}, "", 0.5),
        ({"retry-after-ms": "1500", "retry-after": "7"}, "", 1.5),
        ({"retry-after": "Fri, 02 Jan 2026 03:05:05 GMT"}, "", 60),
        ({"retry-after": "soon"}, "", None),
        ({}, '"retryDelay": "34.5s"', 34.5),
        ({}, "Please try again in 6m0s.", 360),
        ({}, "Please try again in 350ms. Visit", 0.35),
        ({}, "Please retry after 2 seconds", 2),
        ({}, "You will regain access on 2026-01-03 at 03:04 UTC.", 86395),
        ({}, "Rate limit reached", None),
        ({"x-ratelimit-reset-requests": "6m0s", "x-ratelimit-reset-tokens": "350ms"}, "", 360),
        (
            {
                "x-ratelimit-reset-requests": "8h",
                "x-ratelimit-remaining-requests": "7",
                "x-ratelimit-reset-tokens": "1m30s",
                "x-ratelimit-remaining-tokens": "0",
            },
            "",
            90,
        ),
        ({"x-ratelimit-reset-tokens": "soon"}, "", None),
        ({"anthropic-ratelimit-input-tokens-reset": "2026-01-02T03:05:05Z"}, "", 60),
        ({"retry-after": "7", "anthropic-ratelimit-requests-reset": "2026-01-02T03:05:05Z"}, "", 7),
    ],
)
def test_when_a_provider_says_to_come_back(headers, text, seconds):
    found = come_back_at(headers, text, AT)
    assert found == (None if seconds is None else AT + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        ({"retry-after": "99999999999999"}, ""),
        ({"retry-after-ms": "9" * 20}, ""),
        ({"retry-after": "Fri, 31 Dec 9999 23:59:59 -2300"}, ""),
        ({"x-ratelimit-reset-requests": "1.2.3s"}, ""),
        ({}, "You will regain access on 2026-13-45"),
        ({}, "retry in 1.2.3s"),
        ({}, "retry after 99999999999999h"),
    ],
)
def test_a_time_that_there_is_not_is_none(headers, text):
    assert come_back_at(headers, text, AT) is None


@pytest.mark.parametrize(
    "text",
    [
        "key sk-ant-api03-AbCdEf_123 was",
        "key AIzaSyA1234567890abcdef was",
        "Authorization: Bearer abc.def.ghi was",
        "http://host/?key=abcdefgh&x=1 was",
        "http://user:hunter22@host/ was",
        "the value plainsecret99 was",
    ],
)
def test_secrets_are_blotted_out(text):
    clean = redact(text, {"MY_API_KEY": "plainsecret99", "HOME": "was"})
    assert "[key]" in clean and clean.endswith(" was")
    for secret in ("AbCdEf", "A1234567890", "abc.def", "abcdefgh", "hunter22", "plainsecret99"):
        assert secret not in clean


@pytest.mark.parametrize("login", ["ada:marker-pass@", "marker-pass@", "a@b:marker-pass@"])
@pytest.mark.parametrize("given", [True, False])
def test_an_address_is_told_without_the_login_in_it(login, given):
    base = f"https://{login}gate.example/v1"
    access = Access("work", "env W", "set it", "sk-test-key", base) if given else None
    environ = {} if given else {"OPENAI_BASE_URL": base, "OPENAI_API_KEY": "sk-test-key"}
    for error in (ConnectionError("lost"), ValueError(f"no route to {base}")):
        told = classify(error, "openai/m", environ, access=access)
        assert "gate.example/v1" in told.message
        assert "marker-pass" not in f"{told.message} {told.hint}"


def test_ordinary_words_are_left_alone():
    text = "The key of max_tokens is missing: task-list, key-value, disk-full"
    assert redact(text, {"X_KEY": "key", "Y_TOKEN": ""}) == text


@pytest.mark.parametrize(
    ("error", "failed", "low", "high"),
    [
        (Transient("x"), 0, 0.25, 0.5),
        (Transient("x"), 3, 3.9, 7.9),
        (Transient("x"), 4, None, None),
        (RateLimited("x"), 0, 0.25, 0.5),
        (4, 0, 3.5, 4.6),
        (10, 0, None, None),
        (-100, 0, 0, 0.2),
        (BadReply("x"), 0, 0.25, 0.5),
        (BadReply("x"), 1, None, None),
        (BadKey("x"), 0, None, None),
    ],
)
def test_pauses(error, failed, low, high):
    if isinstance(error, int):
        error = RateLimited("x", until=now() + timedelta(seconds=error))
    pause = RetryPolicy().pause(error, failed)
    assert (pause is None) if low is None else low <= pause <= high


def chunk(**delta) -> Thing:
    fields = {"content": None, "tool_calls": None} | delta
    return Thing(choices=[Thing(finish_reason=fields.pop("finish", None), delta=Thing(**fields))])


def call(index, id_, name, arguments) -> Thing:
    return Thing(index=index, id=id_, function=Thing(name=name, arguments=arguments))


def read(*chunks, provider="openai"):
    reader = Reader(provider)
    return [event for one in chunks for event in reader.read(one)], reader


def test_an_id_that_is_repeated_stays_one_call():
    events, _ = read(
        chunk(tool_calls=[call(0, "a", "f", "")]),
        chunk(tool_calls=[call(0, "a", "f", '{"x"')]),
        chunk(tool_calls=[call(0, None, None, ": 1}")]),
    )
    assert events == [CallDelta(0, "a", "f"), CallDelta(0, arguments='{"x"'), CallDelta(0, arguments=": 1}")]


def test_parallel_calls_that_all_have_the_index_0():
    events, _ = read(
        chunk(tool_calls=[call(0, "a", "f", "{}"), call(0, "b", "g", "{")]),
        chunk(tool_calls=[call(0, None, None, "}")]),
    )
    assert events == [CallDelta(0, "a", "f", "{}"), CallDelta(1, "b", "g", "{"), CallDelta(1, arguments="}")]


def test_one_id_for_two_calls():
    events, _ = read(chunk(tool_calls=[call(0, "a", "f", "{}"), call(1, "a", "f", "{}")]))
    assert [event.index for event in events] == [0, 1]


def test_a_call_without_an_id_gets_one():
    events, _ = read(chunk(tool_calls=[call(None, None, "f", "{}")]))
    assert events[0].id and events[0].index == 0


@pytest.mark.parametrize(
    ("finish", "calls", "stop"),
    [("stop", 0, "end"), ("stop", 1, "calls"), ("tool_calls", 0, "end"), ("length", 1, "length"), ("odd", 0, "end")],
)
def test_stops(finish, calls, stop):
    _, reader = read(chunk(tool_calls=[call(0, "a", "f", "{}")] * calls), chunk(finish=finish))
    assert reader.stop == stop


def test_googles_signatures_leave_the_id_and_come_back_on_the_call():
    events, reader = read(
        chunk(tool_calls=[call(0, "call_1__thought__c2ln", "f", "{}")], provider_specific_fields=None),
        chunk(content="x", provider_specific_fields={"thought_signatures": ["dGV4dA=="]}),
        provider="gemini",
    )
    assert events[0].id == "call_1"
    made = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    message = {"role": "assistant", "content": "x", "tool_calls": [made], "opaque": reader.opaque}
    (sent,) = provider_messages(ModelRequest("gemini/m", "", [message]), "gemini")
    assert sent["tool_calls"][0]["provider_specific_fields"] == {"thought_signature": "c2ln"}
    assert sent["provider_specific_fields"] == {"thought_signatures": ["dGV4dA=="]}
    (other,) = provider_messages(ModelRequest("openai/m", "", [message]), "openai")
    assert other == {"role": "assistant", "content": "x", "tool_calls": [made]}


def test_deepseek_gets_its_reasoning_back():
    _, reader = read(chunk(reasoning_content="hm "), chunk(reasoning_content="hm"), provider="deepseek")
    assert reader.opaque == {"provider": "deepseek", "message": {"reasoning_content": "hm hm"}}
    _, reader = read(chunk(reasoning_content="hm"), provider="openai")
    assert reader.opaque is None


def test_messages_that_need_nothing_are_the_same_objects():
    messages = [{"role": "user", "content": str(n)} for n in range(50)]
    sent = provider_messages(ModelRequest("openai/m", "sys", messages), "openai")
    assert all(one is two for one, two in zip(sent[1:], messages, strict=True))
    marked = provider_messages(ModelRequest("anthropic/m", "sys", messages), "anthropic")
    assert sum(one is not two for one, two in zip(marked[1:], messages, strict=True)) == 1
    assert messages[-1] == {"role": "user", "content": "49"}


def test_marks_never_stand_on_empty_text():
    messages = [{"role": "user", "content": ""}]
    assert provider_messages(ModelRequest("anthropic/m", "", messages), "anthropic") == messages


def test_claude_elsewhere_is_marked_too():
    messages = [{"role": "user", "content": "hi"}]
    for provider, model, marked in (
        ("bedrock", "bedrock/anthropic.claude-x", True),
        ("bedrock", "bedrock/meta.llama", False),
        ("vertex_ai", "vertex_ai/claude-x", True),
        ("openrouter", "openrouter/anthropic/claude-x", False),
    ):
        sent = provider_messages(ModelRequest(model, "sys", messages), provider)
        assert ("cache_control" in str(sent)) is marked
