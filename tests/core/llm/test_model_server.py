"""The scripted model server itself: formats, faults, endings, and what it records."""

import asyncio
import json
import socket
import subprocess
import sys
import threading
import time
from itertools import pairwise

import httpx
import pytest

from model_server import Call, Fault, Hang, ModelServer, Raw, Reply, Usage
from model_server.script import pieces

pytestmark = pytest.mark.slow

PATHS = {
    "openai": "/v1/chat/completions",
    "responses": "/v1/responses",
    "anthropic": "/v1/messages",
    "gemini": "/v1beta/models/m:streamGenerateContent",
}
BODY = {"model": "m", "stream": True, "stream_options": {"include_usage": True}, "messages": []}


def post(server: ModelServer, provider: str, body: dict | None = None, **more) -> httpx.Response:
    return httpx.post(server.url + PATHS[provider], json=BODY if body is None else body, timeout=5, **more)


def events(answer: httpx.Response) -> list[dict]:
    lines = [line.removeprefix("data: ") for line in answer.text.split("\n") if line.startswith("data: ")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


def test_openai_stream():
    reply = Reply("Hi you", calls=[Call("f", {"a": 1}), Call("g")], usage=Usage(7, 5, cached=3))
    with ModelServer([reply]) as server:
        answer = post(server, "openai")
    assert answer.text.endswith("data: [DONE]\n\n")
    *chunks, last = events(answer)
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    assert deltas[0] == {"role": "assistant", "content": "", "refusal": None}
    assert [d["content"] for d in deltas[1:] if "content" in d] == ["Hi ", "you"]
    calls = [d["tool_calls"][0] for d in deltas if "tool_calls" in d]
    assert [c["function"]["name"] for c in calls if "id" in c] == ["f", "g"]
    assert "".join(c["function"]["arguments"] for c in calls if c["index"] == 0) == '{"a": 1}'
    assert chunks[-1]["choices"][0]["finish_reason"] == "tool_calls"
    assert last["choices"] == [] and last["usage"]["prompt_tokens_details"]["cached_tokens"] == 3


def test_openai_sends_usage_only_where_it_is_asked_for():
    with ModelServer([Reply("Hi")]) as server:
        answer = post(server, "openai", {"model": "m", "stream": True, "messages": []})
    assert not any(chunk.get("usage") for chunk in events(answer))


def test_anthropic_stream():
    reply = Reply("Hi", reasoning="Hm", calls=[Call("f", {"a": 1})], usage=Usage(100, 5, cached=30, cache_write=20))
    with ModelServer([reply]) as server:
        seen = events(post(server, "anthropic"))
    kinds = [event["type"] for event in seen]
    assert kinds[:3] == ["message_start", "ping", "content_block_start"]
    assert kinds[-2:] == ["message_delta", "message_stop"]
    assert [e["content_block"]["type"] for e in seen if e["type"] == "content_block_start"] == [
        "thinking", "text", "tool_use",
    ]  # fmt: skip
    assert kinds.count("content_block_stop") == 3
    usage = seen[0]["message"]["usage"]
    assert (usage["input_tokens"], usage["cache_read_input_tokens"], usage["cache_creation_input_tokens"]) == (
        50,
        30,
        20,
    )
    assert seen[-2]["delta"]["stop_reason"] == "tool_use"


@pytest.mark.parametrize("provider", PATHS)
def test_a_whole_answer(provider):
    with ModelServer([Reply("Hi you", calls=[Call("f", {"a": 1})])]) as server:
        path = PATHS[provider].replace("streamG", "g")
        answer = httpx.post(server.url + path, json={"model": "m", "messages": []})
    assert "Hi you" in answer.text
    assert '"f"' in answer.text
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("provider", PATHS)
def test_each_fault_has_a_body_for_each_provider(provider):
    makers = [
        Fault.rate_limited, Fault.quota, Fault.credit, Fault.bad_key, Fault.forbidden, Fault.no_model, Fault.context,
        Fault.refused, Fault.overloaded, Fault.unavailable, Fault.server_error,
    ]  # fmt: skip
    with ModelServer([make() for make in makers]) as server:
        for _ in makers:
            answer = post(server, provider)
            assert answer.status_code >= 400
            assert answer.json()["error"]["message"]


def test_retry_after_is_a_header_or_in_the_body_of_google():
    with ModelServer([Fault.rate_limited(retry_after=2.5)] * 2) as server:
        assert post(server, "openai").headers["retry-after"] == "2.5"
        google = post(server, "gemini")
    assert "retry-after" not in google.headers
    assert '"retryDelay": "2.5s"' in google.text


def test_a_list_ends_and_that_is_counted():
    with ModelServer([Reply("one")]) as server:
        assert post(server, "openai").status_code == 200
        assert post(server, "openai").status_code == 400
        assert server.unscripted == 1


def test_a_function_reacts_to_what_it_is_told():
    def script(received):
        return Reply(f"{received.provider} {received.user_text} {received.tool_results} {received.tool_names}")

    messages = [
        {"role": "system", "content": "sys"},
        {"role": "user", "content": "question"},
        {"role": "assistant", "tool_calls": []},
        {"role": "tool", "tool_call_id": "1", "content": "first"},
        {"role": "tool", "tool_call_id": "2", "content": [{"type": "text", "text": "second"}]},
    ]
    tools = [{"type": "function", "function": {"name": "read"}}]
    with ModelServer(script) as server:
        answer = post(server, "openai", {"model": "m", "messages": messages, "tools": tools})
        assert server.requests[0].system == "sys"
    assert answer.json()["choices"][0]["message"]["content"] == "openai question ['first', 'second'] ['read']"


async def slow(received):
    return Reply("from a coroutine")


def test_a_script_may_be_async():
    with ModelServer(slow) as server:
        assert "coroutine" in post(server, "openai").text


@pytest.mark.parametrize("ends", ["drop", "reset"])
def test_a_connection_that_breaks(ends):
    with ModelServer([Reply("a b c d", ends=ends, after=2)]) as server:
        got = b""
        with httpx.stream("POST", server.url + PATHS["openai"], json=BODY) as answer:  # noqa: SIM117
            with pytest.raises(httpx.HTTPError):
                for part in answer.iter_raw():
                    got += part
    assert b'"b "' in got and b'"c "' not in got


def test_a_quiet_end_looks_whole_to_http():
    with ModelServer([Reply("a b c d", ends="quiet", after=2)]) as server:
        answer = post(server, "openai")
    assert "DONE" not in answer.text
    assert all(chunk["choices"][0]["finish_reason"] is None for chunk in events(answer))


def test_it_sees_the_client_go():
    with ModelServer([Hang()]) as server:
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(server.url + PATHS["openai"], json=BODY, timeout=0.1)
        assert server.requests[0].gone.wait(30)
        assert server.requests[0].done.wait(30)


def test_an_answer_that_was_taken_whole_is_not_gone():
    with ModelServer([Reply("hi")]) as server:
        post(server, "openai")
        assert server.requests[0].done.wait(30)
        assert not server.requests[0].gone.is_set()


def test_pace_and_first():
    with ModelServer([Reply("a b c", first=0.1, pace=0.05)]) as server:
        started = time.monotonic()
        post(server, "openai")
        assert time.monotonic() - started >= 0.25


def test_many_at_once():
    async def script(_):
        while len(server.requests) < 8:
            await asyncio.sleep(0.01)
        return Reply("hi")

    with ModelServer(script) as server:
        threads = [threading.Thread(target=post, args=(server, "openai")) for _ in range(8)]
        for thread in threads:
            thread.start()
        server.wait_for(8)
        for thread in threads:
            thread.join()
        assert server.busiest == 8


def test_raw_bytes_are_sent_as_they_are():
    with ModelServer([Raw([b"\xff\x00", b"<html>"], status=418, content_type="text/odd")]) as server:
        answer = post(server, "openai")
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (418, b"\xff\x00<html>", "text/odd")


def test_lists_of_models():
    with ModelServer(models=["a", "b"], ollama_models=["c:latest"]) as server:
        assert [m["id"] for m in httpx.get(server.url + "/v1/models").json()["data"]] == ["a", "b"]
        assert httpx.get(server.url + "/api/tags").json()["models"][0]["name"] == "c:latest"
        assert httpx.get(server.url + "/nothing").status_code == 404


def test_neighbouring_tokens_differ():
    for text in ("a a a a a a a", "na " * 300, "x" * 50, "\n\n\n"):
        for size in (None, 7):
            cut = pieces(text, size)
            assert "".join(cut) == text
            assert all(one != two for one, two in pairwise(cut))
    assert len(pieces(Reply.tokens(500).text)) == 500


def test_closing_takes_the_port_back_and_leaves_no_thread():
    with ModelServer([Hang()]) as server:
        hanging = socket.create_connection(("127.0.0.1", server.port))
    hanging.close()
    assert not any(thread.name == "model-server" for thread in threading.enumerate())
    with pytest.raises(httpx.ConnectError):
        post(server, "openai")


def test_as_a_process(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("from model_server import Reply\nREPLIES = [Reply('from a file')]\n")
    command = [sys.executable, "-m", "model_server", "--script", f"{script}:REPLIES"]
    environ = {"PYTHONPATH": ":".join(path for path in sys.path if path)}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ) as process:
        url = json.loads(process.stdout.readline())["url"]
        assert "file" in httpx.post(url + PATHS["openai"], json=BODY).text
        assert httpx.get(url + "/requests").json()[0]["body"] == BODY
        process.stdin.close()
        assert process.wait(30) == 0
