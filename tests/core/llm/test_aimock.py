"""The client against a mock of model providers that others wrote: what our own scripted server gets wrong shows here.

aimock is an npm package, installed under tests/aimock on first use. It needs Node.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from dispatch_jupyter.core.llm.client import LiteLLMClient
from dispatch_jupyter.core.llm.providers import PROVIDERS as TABLE
from dispatch_jupyter.core.llm.timeouts import Timeouts
from dispatch_jupyter.core.protocol.errors import BadKey, KeyExhausted, RateLimited, Transient
from talk import (
    NEVER,
    QUICK,
    calls_of,
    collect,
    converse,
    end_of,
    fail,
    reasoning_of,
    request,
    retries_of,
    run,
    text_of,
)

FOLDER = Path(__file__).parents[2] / "aimock"
PROGRAM = FOLDER / "node_modules" / "@copilotkit" / "aimock" / "dist" / "cli.js"
MODELS = ["openai", "responses", "anthropic", "gemini", "ollama_chat/qwen3"]
BASES = {"openai": "/v1", "gemini": "/v1beta"}
LONG = "The quick brown fox jumps over the lazy dog, and then it rests — ünïcode ✓."


def program(name: str) -> str | None:
    """Node's programs, from the path or from the environment's own folder."""
    return shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), str(Path(sys.executable).parent)]))


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (program("node") and program("npm")), reason="aimock needs Node and npm, not found"),
]


def fixture(message: str, response: dict, match: dict | None = None, **more) -> dict:
    return {"match": {"userMessage": message, **(match or {})}, "response": response, **more}


def fixtures() -> list[dict]:
    calls = [
        {"name": "read_file", "arguments": json.dumps({"path": "a/long/path/to/a.txt"})},
        {"name": "list_files", "arguments": json.dumps({"path": "b"})},
    ]
    loop = {"content": "I look.", "toolCalls": calls}
    return [
        fixture("say it", {"content": LONG}),
        fixture("say slowly", {"content": LONG}, latency=50),
        fixture("think first", {"content": "So it is.", "reasoning": "Let me think about it."}),
        fixture("count", {"content": "ok", "usage": {"prompt_tokens": 100, "completion_tokens": 7}}),
        fixture("loop", loop, {"sequenceIndex": 0}),
        fixture("loop", {"content": "Both were read."}, {"sequenceIndex": 1}),
        # of Google's format it does not see the tool results as litellm spells them, nor a user's text in them
        {"match": {"model": "gemini-3.8-flash", "turnIndex": 1}, "response": {"content": "Both were read."}},
        fixture("too often", {"error": {"message": "Slow down", "type": "rate_limit_error"}, "status": 429,
                              "retryAfter": 90}),
        fixture("used up", {"error": {"message": "You exceeded your current quota", "type": "insufficient_quota",
                                      "code": "insufficient_quota"}, "status": 429}),
        fixture("bad key", {"error": {"message": "Invalid key", "type": "authentication_error"}, "status": 401}),
        fixture("busy", {"error": {"message": "Overloaded", "type": "overloaded_error"}, "status": 529},
                {"sequenceIndex": 0}),
        fixture("busy", {"content": "Now I can."}, {"sequenceIndex": 1}),
        fixture("broken", {"error": {"message": "Oops", "type": "server_error"}, "status": 500}),
        fixture("cut", {"content": LONG}, latency=40, truncateAfterChunks=8),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def node() -> str:
    """Node itself: `node` on the path may be a script around it, which does not hand on signals."""
    if not PROGRAM.exists():
        command = [program("npm"), "ci", "--no-audit", "--no-fund"]
        subprocess.run(command, cwd=FOLDER, check=True, capture_output=True, timeout=50)
    command = [program("node"), "-p", "process.execPath"]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=20).stdout.strip()


@pytest.fixture
def aimock(node, tmp_path):
    """The address of a fresh mock: its counters of matches start anew."""
    file = tmp_path / "fixtures.json"
    file.write_text(json.dumps({"fixtures": fixtures()}))
    command = [node, str(PROGRAM), "-p", "0", "-f", str(file), "--validate-on-load", "-c", "8"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        said = []
        for line in process.stdout:
            said.append(line)
            if found := re.search(r"http://[\d.]+:\d+", line):
                break
        else:
            raise AssertionError("aimock did not start: " + "".join(said))
        threading.Thread(target=process.stdout.read, daemon=True).start()
        yield found[0]
        process.terminate()


def client_of(url: str, model: str, retry=NEVER) -> LiteLLMClient:
    name = {"responses": "openai", "ollama_chat/qwen3": "ollama"}.get(model, model)
    if name == "ollama":
        environ = {"OLLAMA_HOST": url}
    else:
        environ = {TABLE[name].keys[0]: "test-key", TABLE[name].bases[0]: url + BASES.get(name, "")}
    return LiteLLMClient(environ, retry=retry, timeouts=Timeouts(first=20, idle=20))


def say(model: str, text: str, *more: dict):
    return request(model, {"role": "user", "content": text}, *more)


@pytest.mark.parametrize("model", MODELS)
def test_text_reasoning_usage_and_speed(aimock, model):
    client = client_of(aimock, model)
    events = converse(client, say(model, "say it"))
    assert text_of(events) == LONG
    assert end_of(events).stop == "end"
    events = converse(client, say(model, "think first"))
    assert text_of(events) == "So it is."
    if not model.startswith("ollama"):  # it sends no thinking in Ollama's format
        assert reasoning_of(events) == "Let me think about it."
    events = converse(client, say(model, "say slowly"))
    assert text_of(events) == LONG


@pytest.mark.parametrize("model", ["openai", "responses"])
def test_usage(aimock, model):
    usage = end_of(converse(client_of(aimock, model), say(model, "count"))).usage
    assert (usage.input_tokens, usage.output_tokens) == (100, 7)
    assert usage.cost_usd > 0


@pytest.mark.parametrize("model", MODELS)
def test_a_tool_loop(aimock, model):
    client = client_of(aimock, model)
    events = converse(client, say(model, "loop"))
    assert text_of(events) == "I look."
    made = calls_of(events)
    assert made == [("read_file", {"path": "a/long/path/to/a.txt"}), ("list_files", {"path": "b"})]
    assert end_of(events).stop == "calls"
    calls = [
        {"id": f"call_{n}", "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
        for n, (name, arguments) in enumerate(made)
    ]
    answers = [{"role": "tool", "tool_call_id": f"call_{n}", "content": f"result {n}"} for n in range(2)]
    asked = say(model, "loop", {"role": "assistant", "content": "I look.", "tool_calls": calls}, *answers)
    assert text_of(converse(client, asked)) == "Both were read."


@pytest.mark.parametrize("model", ["openai", "responses", "anthropic", "gemini"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [("too often", RateLimited), ("bad key", BadKey), ("broken", Transient), ("used up", KeyExhausted)],
)
def test_errors(aimock, model, text, expected):
    error, events = fail(client_of(aimock, model), say(model, text))
    assert type(error) is expected
    assert events == []
    if expected is RateLimited:
        assert 80 < (error.until.timestamp() - time.time()) <= 90


@pytest.mark.parametrize("model", ["openai", "responses", "anthropic", "gemini"])
def test_another_try(aimock, model):
    events = converse(client_of(aimock, model, QUICK), say(model, "busy"))
    assert text_of(events) == "Now I can."
    assert len(retries_of(events)) == 1


@pytest.mark.parametrize("model", MODELS)
def test_a_cut_answer(aimock, model):
    error, events = fail(client_of(aimock, model), say(model, "cut"))
    assert type(error) is Transient
    assert LONG.startswith(text_of(events)) and 0 < len(text_of(events)) < len(LONG)


@pytest.mark.parametrize("model", MODELS)
def test_stopping_early(aimock, model):
    async def scenario() -> float:
        client = client_of(aimock, model)
        await collect(client, say(model, "say it"))
        started = time.monotonic()
        events = client.stream(say(model, "say slowly"))
        await anext(events)
        await events.aclose()
        await client.aclose()
        return time.monotonic() - started

    assert run(scenario) < 2
