"""Good replies through litellm, in every wire format the scripted server speaks."""

import json

import pytest

from model_server import Call, ModelServer, Reply, Usage
from talk import MODELS, PROVIDERS, calls_of, client_for, converse, end_of, reasoning_of, request, text_of

pytestmark = pytest.mark.slow


@pytest.fixture(params=PROVIDERS)
def provider(request) -> str:
    return request.param


def talk(reply: Reply, provider: str, *messages, **more):
    with ModelServer([reply]) as server:
        events = converse(client_for(server, provider), request(provider, *messages, **more))
        assert server.unscripted == 0
        return events, server.requests[0]


def test_text_comes_token_by_token_and_whole(provider):
    text = "A first line.\n\n  indented — with ünïcode ✓ and <tags> & quotes \"'\n"
    events, received = talk(Reply(text), provider)
    assert text_of(events) == text
    assert len(events) > 8
    assert end_of(events).stop == "end"
    assert received.provider == provider and received.streaming
    assert received.key == "test-key"


def test_the_request_says_what_was_asked(provider):
    _, received = talk(Reply("ok"), provider, {"role": "user", "content": "What now?"})
    assert received.system == "You help."
    assert received.user_text == "What now?"
    assert received.tool_names == ["list_files", "read_file"]
    assert received.model == MODELS[provider].rpartition("/")[2]


def test_no_tools_no_system(provider):
    _, received = talk(Reply("ok"), provider, system="", tools=False)
    assert received.tool_names == []
    assert received.system == ""
    assert received.user_text == "Hello"


def test_parallel_calls_with_split_arguments(provider):
    calls = [
        Call("read_file", {"path": "a/very/long/path/to/a.txt", "note": 'says "hi" — ✓\n'}),
        Call("list_files", {"path": "b"}),
        Call("read_file", {"path": "a/very/long/path/to/c.txt"}),
    ]
    events, _ = talk(Reply("I look.", calls=calls), provider)
    assert calls_of(events) == [(call.name, call.arguments) for call in calls]
    assert text_of(events) == "I look."
    assert end_of(events).stop == "calls"


def test_interleaved_calls():
    calls = [Call("read_file", {"path": "first-file.txt"}), Call("read_file", {"path": "second-file.txt"})]
    events, _ = talk(Reply(calls=calls, interleave=True), "openai")
    assert calls_of(events) == [(call.name, call.arguments) for call in calls]


def test_broken_arguments_are_passed_on_as_they_came():
    events, _ = talk(Reply(calls=[Call("read_file", '{"path": "a')]), "openai")
    assert "".join(getattr(event, "arguments", "") for event in events) == '{"path": "a'


def test_reasoning_comes_apart_from_text(provider):
    events, _ = talk(Reply("The answer.", reasoning="I think of it carefully."), provider)
    assert reasoning_of(events) == "I think of it carefully."
    assert text_of(events) == "The answer."


def test_usage_and_cost(provider):
    events, _ = talk(Reply("ok", usage=Usage(input=1000, output=50, cached=400)), provider)
    usage = end_of(events).usage
    assert (usage.input_tokens, usage.output_tokens, usage.cached_tokens) == (1000, 50, 400)
    fresh, out, cached = {"gemini": (0.75, 3.75, 0.075)}.get(provider, (2.0, 10.0, 0.1))
    assert usage.cost_usd == pytest.approx((600 * fresh + 50 * out + 400 * cached) / 1e6)


def test_an_unknown_price_is_none_not_zero():
    with ModelServer([Reply("ok", usage=Usage(10, 5))]) as server:
        events = converse(client_for(server, "openai"), request("openai/some-model-of-mine"))
    assert end_of(events).usage.input_tokens == 10
    assert end_of(events).usage.cost_usd is None


@pytest.mark.parametrize("stop", ["length", "refusal"])
@pytest.mark.parametrize("provider", ["openai", "anthropic", "gemini"])
def test_other_ends(provider, stop):
    events, _ = talk(Reply("so far", stop=stop), provider)
    assert end_of(events).stop == stop


def test_a_tool_loop_sends_the_results_back(provider):
    first = Reply("I look.", calls=[Call("read_file", {"path": "a"}), Call("read_file", {"path": "b"})])
    with ModelServer([first, Reply("Done.")]) as server:
        client = client_for(server, provider)
        events = converse(client, request(provider))
        messages = [{"role": "user", "content": "Hello"}, *answer(events, ["text of a", "text of b"])]
        events = converse(client, request(provider, *messages))
        assert text_of(events) == "Done."
        received = server.requests[1]
    assert [result for result in received.tool_results if "text of" in result] == received.tool_results
    assert len(received.tool_results) == 2
    assert "text of a" in received.tool_results[0] and "text of b" in received.tool_results[1]


def test_signed_thinking_goes_back_to_its_provider_and_to_no_other():
    first = Reply("I look.", reasoning="Hm, hm.", calls=[Call("read_file", {"path": "a"})])
    with ModelServer([first, Reply("Done."), Reply("Done.")]) as server:
        client = client_for(server, "anthropic")
        events = converse(client, request("anthropic"))
        opaque = end_of(events).opaque
        assert opaque and json.loads(json.dumps(opaque)) == opaque
        messages = [{"role": "user", "content": "Hello"}, *answer(events, ["text"])]
        converse(client, request("anthropic", *messages))
        converse(client_for(server, "openai"), request("openai", *messages))
        to_anthropic, to_openai = server.requests[1:]
    thinking, text, use = to_anthropic.messages[1]["content"]
    assert (thinking["type"], thinking["thinking"]) == ("thinking", "Hm, hm.")
    assert thinking["signature"]
    assert (text["type"], use["type"]) == ("text", "tool_use")
    assert "Hm, hm." not in json.dumps(to_openai.body)
    assert "opaque" not in json.dumps([to_anthropic.body, to_openai.body])


def answer(events, results: list[str]) -> list[dict]:
    """What the runtime would put into the conversation for a reply and the results of its calls."""
    end = end_of(events)
    calls = [
        {"id": f"call_{place}", "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
        for place, (name, arguments) in enumerate(calls_of(events))
    ]
    message = {"role": "assistant", "content": text_of(events) or None, "tool_calls": calls}
    if end.opaque:
        message["opaque"] = end.opaque
    tools = [
        {"role": "tool", "tool_call_id": call["id"], "content": result}
        for call, result in zip(calls, results, strict=True)
    ]
    return [message, *tools]
