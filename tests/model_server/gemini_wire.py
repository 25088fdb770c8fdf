"""Google's generateContent format. Calls come whole in it, never in pieces."""

import json
from typing import Any

from .frames import Frames, sse
from .script import Call, Received, Reply, pieces

FINISH = {"end": "STOP", "calls": "STOP", "length": "MAX_TOKENS", "refusal": "SAFETY"}


def stream(reply: Reply, received: Received) -> Frames:
    """The chunks of a streamed answer; the finish reason and the usage come with the last."""
    frames = Frames()
    frames.deltas += [_chunk(received, [{"text": piece, "thought": True}]) for piece in pieces(reply.reasoning)]
    frames.deltas += [_chunk(received, [{"text": piece}]) for piece in pieces(reply.text)]
    frames.deltas += [_chunk(received, [_call(call)]) for call in reply.calls]
    usage = _usage(reply, len(frames.deltas))
    frames.tail = [sse(_body(received, [{"text": ""}], FINISH[reply.stop_reason], usage))]
    frames.error = sse({"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}})
    return frames


def whole(reply: Reply, received: Received) -> dict[str, Any]:
    """The answer in one body."""
    parts: list[dict[str, Any]] = [{"text": reply.text}] if reply.text else []
    parts += [_call(call) for call in reply.calls]
    return _body(received, parts, FINISH[reply.stop_reason], _usage(reply, len(pieces(reply.text))))


def _chunk(received: Received, parts: list[dict[str, Any]]) -> bytes:
    return sse(_body(received, parts))


def _body(
    received: Received, parts: list[dict[str, Any]], finish: str | None = None, usage: dict[str, int] | None = None
) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"parts": parts, "role": "model"}, "index": 0}
    if finish:
        candidate["finishReason"] = finish
    body: dict[str, Any] = {"candidates": [candidate], "modelVersion": received.model, "responseId": "scripted"}
    return {**body, "usageMetadata": usage} if usage else body


def _call(call: Call) -> dict[str, Any]:
    arguments = call.arguments if isinstance(call.arguments, dict) else json.loads(call.arguments)
    return {"functionCall": {"name": call.name, "args": arguments}}


def _usage(reply: Reply, tokens: int) -> dict[str, int]:
    output = tokens if reply.usage.output is None else reply.usage.output
    return {
        "promptTokenCount": reply.usage.input,
        "cachedContentTokenCount": reply.usage.cached,
        "candidatesTokenCount": output,
        "totalTokenCount": reply.usage.input + output,
    }
