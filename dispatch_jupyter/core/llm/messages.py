"""The conversation as one provider wants it.

The loop hands over the same message objects at every step, so what is done here is a copy of a list and at most three
changed messages: work that does not grow with the conversation.
"""

from typing import Any

from .types import ChatMessage, ModelRequest

_CACHE = {"cache_control": {"type": "ephemeral"}}
_CLAUDE_HOSTS = ("bedrock", "vertex_ai")


def provider_messages(request: ModelRequest, provider: str) -> list[ChatMessage]:
    """System prompt and messages; `opaque` given back to the provider it is from, and kept from all others."""
    messages = [_restored(m, provider) if "opaque" in m else m for m in request.messages]
    if not wants_cache_marks(provider, request.model):
        return [{"role": "system", "content": request.system}, *messages] if request.system else messages
    for place in _marked_places(messages):
        messages[place] = _marked(messages[place])
    return [_marked({"role": "system", "content": request.system}), *messages] if request.system else messages


def wants_cache_marks(provider: str, model: str) -> bool:
    """Whether the provider's prompt cache has to be told where to cut. Others cache by themselves, or refuse marks."""
    return provider == "anthropic" or (provider in _CLAUDE_HOSTS and "claude" in model)


def _restored(message: ChatMessage, provider: str) -> ChatMessage:
    plain = {key: value for key, value in message.items() if key != "opaque"}
    opaque = message["opaque"] or {}
    if opaque.get("provider") != provider:
        return plain
    plain |= opaque.get("message", {})
    signatures = opaque.get("signatures", {})
    if signatures and plain.get("tool_calls"):
        plain["tool_calls"] = [_signed(call, signatures.get(call["id"])) for call in plain["tool_calls"]]
    return plain


def _signed(call: dict[str, Any], signature: str | None) -> dict[str, Any]:
    return {**call, "provider_specific_fields": {"thought_signature": signature}} if signature else call


def _marked_places(messages: list[ChatMessage]) -> list[int]:
    """Where to mark: the end, to be read at the next step, and where the step before ended, to be read at this one."""
    places: list[int] = []
    last = len(messages) - 1
    for place in range(last, -1, -1):
        is_end = place == last or messages[place + 1]["role"] == "assistant"
        if is_end and messages[place]["role"] != "assistant":
            places.append(place)
            if len(places) == 2:
                break
    return places


def _marked(message: ChatMessage) -> ChatMessage:
    text = message.get("content")
    if not isinstance(text, str) or not text:
        return message
    return {**message, "content": [{"type": "text", "text": text, **_CACHE}]}
