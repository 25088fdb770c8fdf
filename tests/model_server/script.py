"""What the server is told to say, and what it was asked."""

import json
import re
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from .faults import Fault

Provider = Literal["openai", "responses", "anthropic", "gemini"]
Ending = Literal["whole", "drop", "reset", "quiet", "stall", "error"]
Stop = Literal["end", "calls", "length", "refusal"]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the provider reports them. `input` counts cached tokens too, whatever the wire format says."""

    input: int = 10
    output: int | None = None
    """None: as many as the reply has tokens."""
    cached: int = 0
    cache_write: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call. Arguments given as a string are sent as they are, JSON or not."""

    name: str
    arguments: dict[str, Any] | str = field(default_factory=dict)
    id: str = ""
    """Default: made from the number of the request and the place of the call."""

    @property
    def text(self) -> str:
        return self.arguments if isinstance(self.arguments, str) else json.dumps(self.arguments)


@dataclass(frozen=True, slots=True)
class Reply:
    """A model's answer; the package docstring explains the fields."""

    text: str = ""
    reasoning: str = ""
    calls: Sequence[Call] = ()
    usage: Usage = Usage()
    stop: Stop | None = None
    first: float = 0.0
    pace: float = 0.0
    ends: Ending = "whole"
    after: int = 0
    interleave: bool = False
    """Send the pieces of parallel calls in turn instead of one call after the other (OpenAI format only)."""

    @classmethod
    def tokens(cls, count: int, **more: Any) -> "Reply":
        """A text of `count` tokens, no two neighbours alike."""
        return cls("".join(f"w{number} " for number in range(count)), **more)

    @property
    def stop_reason(self) -> Stop:
        return self.stop or ("calls" if self.calls else "end")


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes, exactly these."""

    chunks: Sequence[bytes]
    status: int = 200
    content_type: str = "text/event-stream"
    pace: float = 0.0


@dataclass(frozen=True, slots=True)
class Hang:
    """Take the request, answer never."""


Entry = Reply | Fault | Raw | Hang


@dataclass(slots=True)
class Received:
    """A request as it came."""

    number: int
    """0 for the first."""
    provider: Provider
    path: str
    headers: dict[str, str]
    """Names in lower case."""
    body: dict[str, Any]
    at: float
    """Monotonic seconds."""
    gone: threading.Event = field(default_factory=threading.Event)
    gone_at: float | None = None
    done: threading.Event = field(default_factory=threading.Event)
    """Set when the answer is over, whichever way."""

    @property
    def model(self) -> str:
        if self.provider == "gemini":
            return self.path.rpartition("/")[2].partition(":")[0]
        return str(self.body.get("model", ""))

    @property
    def key(self) -> str:
        """The API key the client showed."""
        bearer = self.headers.get("authorization", "").removeprefix("Bearer ")
        return self.headers.get("x-api-key") or self.headers.get("x-goog-api-key") or bearer

    @property
    def streaming(self) -> bool:
        return ":streamGenerateContent" in self.path if self.provider == "gemini" else bool(self.body.get("stream"))

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The conversation in the provider's own format."""
        field_name = {"gemini": "contents", "responses": "input"}.get(self.provider, "messages")
        found: list[dict[str, Any]] = self.body.get(field_name, [])
        return found

    @property
    def system(self) -> str:
        if self.provider == "openai":
            return "\n".join(_text(m.get("content")) for m in self.messages if m.get("role") in ("system", "developer"))
        if self.provider == "responses":
            return str(self.body.get("instructions") or "")
        instruction = self.body.get("systemInstruction") or self.body.get("system_instruction") or {}
        return _text(self.body.get("system") or instruction.get("parts"))

    @property
    def user_text(self) -> str:
        """The latest thing a person said."""
        for message in reversed(self.messages):
            content = message.get("content", message.get("parts"))
            if message.get("role") == "user" and not _results(message):
                return _text(content)
        return ""

    @property
    def tool_names(self) -> list[str]:
        names: list[str] = []
        for tool in self.body.get("tools") or []:
            declared = tool.get("functionDeclarations") or tool.get("function_declarations") or [tool]
            names.extend(one.get("function", one).get("name", "") for one in declared)
        return names

    @property
    def tool_results(self) -> list[str]:
        """Results of the latest step, in order; empty when the latest message is a person's."""
        results: list[str] = []
        for message in reversed(self.messages):
            found = _results(message)
            if not found:
                break
            results[:0] = found
        return results


Script = Sequence[Entry] | Callable[[Received], Entry | Awaitable[Entry]]


def pieces(text: str, size: int | None = None) -> list[str]:
    """The text as tokens: words with the space after them, or `size` characters at a time; no equal neighbours."""
    raw = re.findall(r"\s*\S+\s?|\s+", text) if size is None else re.findall(f"(?s).{{1,{size}}}", text)
    out: list[str] = []
    held = ""
    for piece in raw:
        whole = held + piece
        if out and whole == out[-1]:
            held = whole
            continue
        out.append(whole)
        held = ""
    if held:
        out[-1] += held
    return out


def _results(message: dict[str, Any]) -> list[str]:
    if message.get("role") == "tool":
        return [_text(message.get("content"))]
    if message.get("type") == "function_call_output":
        return [_text(message.get("output"))]
    content = message.get("content", message.get("parts"))
    if not isinstance(content, list):
        return []
    found = [_text(part.get("content")) for part in content if part.get("type") == "tool_result"]
    for part in content:
        response = part.get("functionResponse") or part.get("function_response")
        if response:
            answer = response.get("response", {})
            found.append(str(answer.get("content", answer)))
    return found


def _text(content: Any) -> str:
    if isinstance(content, list):
        return "\n".join(part.get("text", "") if isinstance(part, dict) else str(part) for part in content)
    return content if isinstance(content, str) else ""
