"""OpenAI's responses format, which litellm uses for OpenAI's newest models when tools are given."""

from typing import Any

from .frames import Frames, sse
from .script import Call, Received, Reply, pieces


def stream(reply: Reply, received: Received) -> Frames:
    """The events of a streamed response. An item's opening travels with its first delta, its closing with its last."""
    frames = Frames(head=[_event("response.created", response=_response(reply, received, "in_progress", []))])
    items: list[dict[str, Any]] = []
    for index, (item, opening, deltas, closing) in enumerate(_items(reply, received)):
        part = [_event(kind, output_index=index, **fields) for kind, fields in deltas]
        part[0] = b"".join(_event(kind, output_index=index, **fields) for kind, fields in opening) + part[0]
        part[-1] += b"".join(_event(kind, output_index=index, **fields) for kind, fields in closing)
        frames.deltas += part
        items.append(item)
    status = "incomplete" if reply.stop_reason == "length" else "completed"
    tokens = len(frames.deltas)
    frames.tail = [_event(f"response.{status}", response=_response(reply, received, status, items, tokens))]
    frames.error = _event("error", code="server_error", message="The server had an error.", param=None)
    return frames


def whole(reply: Reply, received: Received) -> dict[str, Any]:
    """The response in one body."""
    items = [item for item, *_ in _items(reply, received)]
    return _response(reply, received, "completed", items, len(pieces(reply.text)))


Events = list[tuple[str, dict[str, Any]]]


def _items(reply: Reply, received: Received) -> list[tuple[dict[str, Any], Events, Events, Events]]:
    items: list[tuple[dict[str, Any], Events, Events, Events]] = []
    if reply.reasoning:
        items.append(_reasoning(reply.reasoning, f"rs_{received.number}"))
    if reply.text:
        items.append(_message(reply.text, f"msg_{received.number}"))
    items += [_call(call, f"fc_{received.number}_{place}", received, place) for place, call in enumerate(reply.calls)]
    return items


def _reasoning(text: str, id_: str) -> tuple[dict[str, Any], Events, Events, Events]:
    summary = {"type": "summary_text", "text": text}
    item = {"id": id_, "type": "reasoning", "summary": [summary]}
    kind = "response.reasoning_summary_text"
    where = {"item_id": id_, "summary_index": 0}
    return (
        item,
        [("response.output_item.added", {"item": {**item, "summary": []}})],
        [(f"{kind}.delta", {**where, "delta": piece}) for piece in pieces(text)],
        [(f"{kind}.done", {**where, "text": text}), ("response.output_item.done", {"item": item})],
    )


def _message(text: str, id_: str) -> tuple[dict[str, Any], Events, Events, Events]:
    part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    item = {"id": id_, "type": "message", "role": "assistant", "status": "completed", "content": [part]}
    where = {"item_id": id_, "content_index": 0}
    return (
        item,
        [
            ("response.output_item.added", {"item": {**item, "status": "in_progress", "content": []}}),
            ("response.content_part.added", {**where, "part": {**part, "text": ""}}),
        ],
        [("response.output_text.delta", {**where, "delta": piece, "logprobs": []}) for piece in pieces(text)],
        [
            ("response.output_text.done", {**where, "text": text, "logprobs": []}),
            ("response.content_part.done", {**where, "part": part}),
            ("response.output_item.done", {"item": item}),
        ],
    )


def _call(call: Call, id_: str, received: Received, place: int) -> tuple[dict[str, Any], Events, Events, Events]:
    call_id = call.id or f"call_{received.number}_{place}"
    item = {
        "id": id_,
        "type": "function_call",
        "status": "completed",
        "call_id": call_id,
        "name": call.name,
        "arguments": call.text,
    }
    kind = "response.function_call_arguments"
    return (
        item,
        [("response.output_item.added", {"item": {**item, "status": "in_progress", "arguments": ""}})],
        [(f"{kind}.delta", {"item_id": id_, "delta": piece}) for piece in pieces(call.text, 7)],
        [
            (f"{kind}.done", {"item_id": id_, "arguments": call.text}),
            ("response.output_item.done", {"item": item}),
        ],
    )


def _response(
    reply: Reply, received: Received, status: str, items: list[dict[str, Any]], tokens: int = 0
) -> dict[str, Any]:
    output = tokens if reply.usage.output is None else reply.usage.output
    done = status != "in_progress"
    usage = {
        "input_tokens": reply.usage.input,
        "input_tokens_details": {"cached_tokens": reply.usage.cached},
        "output_tokens": output,
        "output_tokens_details": {"reasoning_tokens": len(pieces(reply.reasoning))},
        "total_tokens": reply.usage.input + output,
    }
    return {
        "id": f"resp_{received.number}",
        "object": "response",
        "created_at": 1760000000,
        "status": status,
        "error": None,
        "incomplete_details": {"reason": "max_output_tokens"} if status == "incomplete" else None,
        "instructions": None,
        "metadata": {},
        "model": received.model,
        "output": items,
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "usage": usage if done else None,
    }


def _event(kind: str, **data: Any) -> bytes:
    return sse({"type": kind, "sequence_number": 0, **data}, event=kind)
