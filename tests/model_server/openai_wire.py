"""OpenAI's chat completions format."""

from itertools import zip_longest
from typing import Any

from .frames import Frames, sse
from .script import Call, Received, Reply, pieces

FINISH = {"end": "stop", "calls": "tool_calls", "length": "length", "refusal": "content_filter"}


def stream(reply: Reply, received: Received) -> Frames:
    """The chunks of a streamed completion; usage comes last, in a chunk of its own, if it was asked for."""
    with_usage = bool((received.body.get("stream_options") or {}).get("include_usage"))
    base: dict[str, Any] = {
        "id": f"chatcmpl-{received.number}",
        "object": "chat.completion.chunk",
        "created": 1760000000,
        "model": received.model,
        "service_tier": "default",
        "system_fingerprint": "fp_scripted",
    }

    def chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return sse({**base, "choices": [choice], **({"usage": None} if with_usage else {})})

    frames = Frames(head=[chunk({"role": "assistant", "content": "", "refusal": None})])
    frames.deltas += [chunk({"reasoning_content": piece}) for piece in pieces(reply.reasoning)]
    frames.deltas += [chunk({"content": piece}) for piece in pieces(reply.text)]
    frames.deltas += [chunk({"tool_calls": [part]}) for part in _call_parts(reply, received)]
    frames.tail = [chunk({}, FINISH[reply.stop_reason])]
    if with_usage:
        frames.tail.append(sse({**base, "choices": [], "usage": usage(reply, len(frames.deltas))}))
    frames.tail.append(sse("[DONE]"))
    frames.error = sse({"error": {"message": "The server had an error.", "type": "server_error", "code": None}})
    return frames


def whole(reply: Reply, received: Received) -> dict[str, Any]:
    """The completion in one body."""
    message: dict[str, Any] = {"role": "assistant", "content": reply.text or None, "refusal": None}
    if reply.reasoning:
        message["reasoning_content"] = reply.reasoning
    if reply.calls:
        message["tool_calls"] = [
            {
                "id": _id(call, received, place),
                "type": "function",
                "function": {"name": call.name, "arguments": call.text},
            }
            for place, call in enumerate(reply.calls)
        ]
    return {
        "id": f"chatcmpl-{received.number}",
        "object": "chat.completion",
        "created": 1760000000,
        "model": received.model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": FINISH[reply.stop_reason]}],
        "usage": usage(reply, len(pieces(reply.text))),
    }


def usage(reply: Reply, tokens: int) -> dict[str, Any]:
    output = tokens if reply.usage.output is None else reply.usage.output
    return {
        "prompt_tokens": reply.usage.input,
        "completion_tokens": output,
        "total_tokens": reply.usage.input + output,
        "prompt_tokens_details": {"cached_tokens": reply.usage.cached, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": len(pieces(reply.reasoning)), "audio_tokens": 0},
    }


def models(names: list[str]) -> dict[str, Any]:
    """The answer of `GET /v1/models`."""
    return {
        "object": "list",
        "data": [{"id": name, "object": "model", "created": 1760000000, "owned_by": "scripted"} for name in names],
    }


def _call_parts(reply: Reply, received: Received) -> list[dict[str, Any]]:
    calls = [_parts_of(call, received, place) for place, call in enumerate(reply.calls)]
    if reply.interleave:
        return [part for step in zip_longest(*calls) for part in step if part is not None]
    return [part for parts in calls for part in parts]


def _parts_of(call: Call, received: Received, place: int) -> list[dict[str, Any]]:
    head = {
        "index": place,
        "id": _id(call, received, place),
        "type": "function",
        "function": {"name": call.name, "arguments": ""},
    }
    return [head, *({"index": place, "function": {"arguments": piece}} for piece in pieces(call.text, 7))]


def _id(call: Call, received: Received, place: int) -> str:
    return call.id or f"call_{received.number}_{place}"
