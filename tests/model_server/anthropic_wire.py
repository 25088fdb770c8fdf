"""Anthropic's messages format."""

from typing import Any

from .frames import Frames, sse
from .script import Call, Received, Reply, pieces

STOP = {"end": "end_turn", "calls": "tool_use", "length": "max_tokens", "refusal": "refusal"}
SIGNATURE = "c2NyaXB0ZWQgc2lnbmF0dXJl"


def stream(reply: Reply, received: Received) -> Frames:
    """The events of a streamed message. A block's start travels with its first delta, its stop with its last."""
    start: dict[str, Any] = {
        "id": f"msg_{received.number}",
        "type": "message",
        "role": "assistant",
        "model": received.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {**_input_usage(reply), "output_tokens": 1},
    }
    frames = Frames(head=[_event("message_start", message=start), _event("ping")])
    for index, (block, deltas) in enumerate(_blocks(reply, received)):
        frames.deltas += _block_frames(index, block, deltas)
    delta = {"stop_reason": STOP[reply.stop_reason], "stop_sequence": None}
    output = len(frames.deltas) if reply.usage.output is None else reply.usage.output
    frames.tail = [_event("message_delta", delta=delta, usage={"output_tokens": output}), _event("message_stop")]
    frames.error = _event("error", error={"type": "overloaded_error", "message": "Overloaded"})
    return frames


def whole(reply: Reply, received: Received) -> dict[str, Any]:
    """The message in one body."""
    content: list[dict[str, Any]] = []
    if reply.reasoning:
        content.append({"type": "thinking", "thinking": reply.reasoning, "signature": SIGNATURE})
    if reply.text:
        content.append({"type": "text", "text": reply.text})
    for place, call in enumerate(reply.calls):
        content.append(
            {"type": "tool_use", "id": _id(call, received, place), "name": call.name, "input": call.arguments}
        )
    output = len(pieces(reply.text)) if reply.usage.output is None else reply.usage.output
    return {
        "id": f"msg_{received.number}",
        "type": "message",
        "role": "assistant",
        "model": received.model,
        "content": content,
        "stop_reason": STOP[reply.stop_reason],
        "stop_sequence": None,
        "usage": {**_input_usage(reply), "output_tokens": output},
    }


def _blocks(reply: Reply, received: Received) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    blocks: list[tuple[dict[str, Any], list[dict[str, Any]]]] = []
    if reply.reasoning:
        deltas = [{"type": "thinking_delta", "thinking": piece} for piece in pieces(reply.reasoning)]
        deltas.append({"type": "signature_delta", "signature": SIGNATURE})
        blocks.append(({"type": "thinking", "thinking": "", "signature": ""}, deltas))
    if reply.text:
        deltas = [{"type": "text_delta", "text": piece} for piece in pieces(reply.text)]
        blocks.append(({"type": "text", "text": ""}, deltas))
    for place, call in enumerate(reply.calls):
        deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in ["", *pieces(call.text, 7)]]
        head = {"type": "tool_use", "id": _id(call, received, place), "name": call.name, "input": {}}
        blocks.append((head, deltas))
    return blocks


def _block_frames(index: int, block: dict[str, Any], deltas: list[dict[str, Any]]) -> list[bytes]:
    frames = [_event("content_block_delta", index=index, delta=delta) for delta in deltas]
    frames[0] = _event("content_block_start", index=index, content_block=block) + frames[0]
    frames[-1] += _event("content_block_stop", index=index)
    return frames


def _event(kind: str, **data: Any) -> bytes:
    return sse({"type": kind, **data}, event=kind)


def _input_usage(reply: Reply) -> dict[str, int]:
    fresh = reply.usage.input - reply.usage.cached - reply.usage.cache_write
    return {
        "input_tokens": fresh,
        "cache_creation_input_tokens": reply.usage.cache_write,
        "cache_read_input_tokens": reply.usage.cached,
    }


def _id(call: Call, received: Received, place: int) -> str:
    return call.id or f"toolu_{received.number}_{place}"
