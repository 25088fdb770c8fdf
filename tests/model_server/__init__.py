"""A scripted model server: real HTTP on loopback, speaking like OpenAI (chat and responses), Anthropic and Gemini.

Tests and benchmarks point the real client at it; nothing in Dispatch is patched. Import it as `model_server`
(`tests/` is on the path in pytest; elsewhere set `PYTHONPATH=tests`).

    from model_server import Call, Fault, ModelServer, Reply

    with ModelServer([Reply(calls=[Call("read_file", {"path": "README.md"})]), Reply("It is a readme.")]) as server:
        for name, value in server.environment("openai").items():
            monkeypatch.setenv(name, value)
        ...                                   # talk to `openai/any-name`
    assert server.requests[1].tool_results == ["# Title"]
    assert server.unscripted == 0

**Script.** A list is consumed in order, one entry a request. Or give a function `(Received) -> entry`, plain or
`async`, to react to what the model is told (`received.tool_results`, `received.user_text`, …). Replace it at any
time with `server.script = ...`. A request past the end of the list gets status 400 and counts in
`server.unscripted`.

**Entries.**
* `Reply(text, reasoning=, calls=[Call(name, arguments)], usage=Usage(...), stop=)`: a good answer, streamed or
  whole as the request asks. `first=` seconds before the first byte, `pace=` seconds between tokens.
  `Call.arguments` may be a string, to send broken JSON. `Reply.tokens(n)` has n tokens, each different
  (litellm raises after 100 equal chunks; equal neighbours in `text` are therefore merged).
* `Reply(..., ends="drop" | "reset" | "quiet" | "stall" | "error", after=n)`: goes wrong after n tokens.
  drop: the connection closes in the middle of the body. reset: it is reset (TCP RST). quiet: the body ends as
  a good one would, without finish reason, usage and end marker. stall: nothing more comes, the connection stays
  open. error: an error event comes in the stream.
* `Fault.rate_limited(retry_after=2)`, `.quota()`, `.credit()`, `.bad_key()`, `.forbidden()`, `.no_model()`,
  `.context()`, `.refused()`, `.overloaded()`, `.unavailable()`, `.server_error()`: error answers with each
  provider's own status and body. `Fault(status, body, headers)` for any other.
* `Raw(chunks, status=200, content_type="text/event-stream")`: these bytes and no others (garbage, HTML, odd SSE).
* `Hang()`: takes the request and never answers.

**What was asked.** `server.requests` is the list of `Received`: `provider`, `body` (the JSON as sent), `headers`,
`key`, `model`, `system`, `user_text`, `tool_names`, `tool_results`, `at` (monotonic seconds), and `gone`, an event
set when the client closes before the answer is over (`gone_at`: when). `server.wait_for(n)` blocks until n
requests are there. `server.busiest` is the highest number answered at once.

**Addresses.** `server.url`; `server.base(provider)`; `server.environment(provider)` gives the key and base-URL
variables for `openai`, `anthropic`, `gemini` or `ollama`. `GET /v1/models` and `GET /api/tags` list `models=` and
`ollama_models=`.

**As a process** (benchmarks, to keep its CPU apart): `python -m model_server --script FILE.py:NAME` or `--tokens N`
prints one line of JSON, `{"url": ..., "pid": ...}`, and serves until its standard input closes.
`GET {url}/requests` then gives `[{provider, at, body, gone}]`.
"""

from .faults import Fault
from .script import Call, Entry, Hang, Provider, Raw, Received, Reply, Script, Usage
from .server import ModelServer

__all__ = [
    "Call",
    "Entry",
    "Fault",
    "Hang",
    "ModelServer",
    "Provider",
    "Raw",
    "Received",
    "Reply",
    "Script",
    "Usage",
]
