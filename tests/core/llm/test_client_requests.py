"""What goes out: cache marks, the conversation whole, no network but the provider's, no litellm before its time."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from dispatch_jupyter.core.llm.library import load_litellm
from dispatch_jupyter.core.llm.litellm_path import call_arguments
from dispatch_jupyter.core.llm.timeouts import Timeouts
from model_server import ModelServer, Reply
from talk import client_for, converse, request, run

pytestmark = pytest.mark.slow

CONVERSATION = [
    {"role": "user", "content": "Read both."},
    {
        "role": "assistant",
        "content": "I look.",
        "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "read_file", "arguments": '{"path": "a"}'}},
            {"id": "c2", "type": "function", "function": {"name": "read_file", "arguments": '{"path": "b"}'}},
        ],
    },
    {"role": "tool", "tool_call_id": "c1", "content": "text of a"},
    {"role": "tool", "tool_call_id": "c2", "content": "text of b"},
]


def body_of(provider: str, *messages) -> dict:
    with ModelServer([Reply("ok")]) as server:
        converse(client_for(server, provider), request(provider, *messages))
        return server.requests[0].body


def test_anthropic_is_told_what_to_cache():
    body = body_of("anthropic", *CONVERSATION)
    assert body["system"][-1]["cache_control"] == {"type": "ephemeral"}
    assert body["messages"][0]["content"][-1]["cache_control"] == {"type": "ephemeral"}
    first, second = body["messages"][2]["content"]
    assert "cache_control" in json.dumps(second) and "cache_control" not in json.dumps(first)
    assert json.dumps(body).count("cache_control") == 3


@pytest.mark.parametrize("provider", ["openai", "responses", "gemini"])
def test_nobody_else_sees_cache_marks(provider):
    assert "cache_control" not in json.dumps(body_of(provider, *CONVERSATION))


def test_the_prefix_of_a_conversation_stays_the_same_bytes():
    longer = [*CONVERSATION, {"role": "assistant", "content": "Both are short."}, {"role": "user", "content": "More."}]
    before, after = body_of("openai", *CONVERSATION), body_of("openai", *longer)
    assert before["tools"] == after["tools"]
    count = len(before["messages"])
    assert json.dumps(before["messages"]) == json.dumps(after["messages"][:count])


def test_past_the_sdk_the_body_is_what_litellm_alone_would_send():
    body = body_of("openai", *CONVERSATION)

    async def plain(server: ModelServer) -> None:
        litellm = await load_litellm()
        asked = request("openai", *CONVERSATION)
        messages = [{"role": "system", "content": asked.system}, *asked.messages]
        stream = await litellm.acompletion(
            model=asked.model, messages=messages, tools=asked.tools, stream=True, max_retries=0, api_key="test-key",
            stream_options={"include_usage": True}, api_base=server.base("openai"),
        )  # fmt: skip
        async for _ in stream:
            pass
        await client_for(server, "openai").aclose()

    with ModelServer([Reply("ok")]) as server:
        run(lambda: plain(server))
        assert server.requests[0].body == body


@pytest.mark.parametrize(
    ("model", "base", "effort", "past"),
    [
        ("openai/gpt-6.1-sol", None, None, False),
        ("openai/gpt-6.1-sol", "http://127.0.0.1:1/v1", None, True),
        ("openai/gpt-6.1-sol", "http://127.0.0.1:1/v1", "high", False),
        ("openai/gpt-4.1", None, None, True),
        ("openai/gpt-5.3-codex", None, None, False),
        ("openai/responses/gpt-4.1", "http://127.0.0.1:1/v1", None, False),
        ("anthropic/claude-sonnet-5-5", None, None, False),
    ],
)
def test_what_litellm_turns_into_the_responses_format_goes_its_way_whole(model, base, effort, past):
    environ = {"OPENAI_API_KEY": "k", "ANTHROPIC_API_KEY": "k"} | ({"OPENAI_BASE_URL": base} if base else {})

    async def scenario() -> dict:
        asked = replace(request(model, *CONVERSATION), effort=effort)
        return call_arguments(await load_litellm(), asked, environ, Timeouts())

    arguments = run(scenario)
    assert ("extra_body" in arguments) is past
    whole = arguments["extra_body"]["messages"] if past else arguments["messages"]
    assert len(whole) == 1 + len(CONVERSATION)


def test_litellms_epilogue_is_left_out(monkeypatch):
    """It rebuilds the whole reply to count what the provider has counted: cost without use."""
    litellm = run(load_litellm)
    rebuilt = []
    build = litellm.stream_chunk_builder
    monkeypatch.setattr(litellm, "stream_chunk_builder", lambda *a, **k: (rebuilt.append(1), build(*a, **k))[1])
    for provider in ("openai", "responses", "anthropic", "gemini"):
        body_of(provider)
    assert rebuilt == []


def test_opaque_parts_of_messages_reach_nobody():
    message = {"role": "assistant", "content": "Hm.", "opaque": {"provider": "other", "message": {"secret": 1}}}
    asked = [{"role": "user", "content": "Hello"}, message, {"role": "user", "content": "Well?"}]
    for provider in ("openai", "responses", "anthropic", "gemini"):
        sent = json.dumps(body_of(provider, *asked))
        assert "opaque" not in sent and "secret" not in sent
        assert "Hm." in sent
    assert "opaque" in message


IMPORTS = """
import sys
import dispatch_jupyter.core.llm.client, dispatch_jupyter.core.llm.choose, dispatch_jupyter.core.llm.probe
from dispatch_jupyter.core.llm.client import RoutingClient
from dispatch_jupyter.core.llm.choose import choose
choose({"ANTHROPIC_API_KEY": "k"}, None, None), choose({"DISPATCH_MODEL": "groq/x"}, None, None)
RoutingClient()
heavy = [name for name in ("litellm", "httpx", "aiohttp", "openai", "yaml") if name in sys.modules]
assert not heavy, heavy
"""

QUIET = """
import asyncio, json, os, sys
talked = []
def hook(event, args):
    if event == "socket.connect" and not str(args[1]).startswith("('127.0.0.1'"):
        talked.append(str(args[1]))
    if event == "socket.getaddrinfo" and args[0] not in ("127.0.0.1", None):
        talked.append(str(args[0]))
sys.addaudithook(hook)
from model_server import Fault, ModelServer, Reply
from talk import PROVIDERS, client_for, converse, fail, request
with ModelServer(lambda r: Reply("ok", reasoning="hm") if r.number % 2 == 0 else Fault.server_error()) as server:
    for provider in PROVIDERS:
        converse(client_for(server, provider), request(provider))
        fail(client_for(server, provider), request(provider))
assert not talked, talked
assert os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] == "True"
print("done")
"""


def python(code: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, timeout=50, env=ENVIRON, check=False)


ENVIRON = {"PYTHONPATH": ":".join(path for path in sys.path if path), "PATH": ""}


def test_nothing_heavy_is_imported_before_the_first_call():
    done = python(IMPORTS)
    assert done.returncode == 0, done.stderr


def test_litellm_is_quiet_and_talks_to_nobody_else():
    done = python(QUIET)
    assert done.returncode == 0, done.stderr
    assert (done.stdout, done.stderr) == ("done\n", "")
