"""From litellm's chunks to our events."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from .types import CallDelta, ModelEvent, ReasoningDelta, StopReason, TextDelta

SIGNATURE_MARK = "__thought__"
"""Between a call's id and Google's signature of the thought before it, in ids that litellm makes for Gemini."""

_STOPS: dict[str, StopReason] = {
    "stop": "end",
    "tool_calls": "calls",
    "function_call": "calls",
    "length": "length",
    "content_filter": "refusal",
    "refusal": "refusal",
}
_WANTS_REASONING_BACK = ("deepseek", "moonshot")


class Reader:
    """Reads one reply, and gathers on the way what the provider will want back with it."""

    def __init__(self, provider: str) -> None:
        self._provider = provider
        self._slots: dict[tuple[int, str], int] = {}
        self._open: dict[int, int] = {}
        self._blocks: list[dict[str, Any]] = []
        self._signatures: dict[str, str] = {}
        self._thoughts: list[str] = []
        self._reasoning: list[str] = []
        self._keeps_reasoning = provider in _WANTS_REASONING_BACK
        self.finish: str | None = None

    def read(self, chunk: Any) -> Iterator[ModelEvent]:
        """The events in one chunk: none, one, or several."""
        choices = chunk.choices
        if not choices:
            return
        choice = choices[0]
        if choice.finish_reason:
            self.finish = choice.finish_reason
        delta = choice.delta
        if reasoning := getattr(delta, "reasoning_content", None):
            if self._keeps_reasoning:
                self._reasoning.append(reasoning)
            yield ReasoningDelta(reasoning)
        if text := delta.content:
            yield TextDelta(text)
        for call in delta.tool_calls or ():
            yield self._call(call)
        if fields := getattr(delta, "provider_specific_fields", None):
            self._keep(fields, getattr(delta, "thinking_blocks", None))

    @property
    def stop(self) -> StopReason:
        stop = _STOPS.get(self.finish or "", "end")
        if stop == "end" and self._slots:
            return "calls"
        return "end" if stop == "calls" and not self._slots else stop

    @property
    def opaque(self) -> dict[str, Any] | None:
        """See `messages.provider_messages`, which gives it back."""
        message: dict[str, Any] = {}
        if self._blocks:
            message["thinking_blocks"] = self._blocks
        if self._thoughts:
            message["provider_specific_fields"] = {"thought_signatures": self._thoughts}
        if self._reasoning:
            message["reasoning_content"] = "".join(self._reasoning)
        kept = {"message": message, "signatures": self._signatures}
        filled = {name: value for name, value in kept.items() if value}
        return {"provider": self._provider, **filled} if filled else None

    def _call(self, call: Any) -> CallDelta:
        """A piece of a call. Providers differ: some repeat the id, some give every parallel call the index 0."""
        index = call.index or 0
        name, arguments = call.function.name or "", call.function.arguments or ""
        call_id, _, signature = (call.id or "").partition(SIGNATURE_MARK)
        known = self._slots.get((index, call_id)) if call_id else self._open.get(index)
        if known is not None:
            return CallDelta(known, arguments=arguments)
        call_id = call_id or f"call_{uuid4().hex}"
        slot = len(self._slots)
        self._slots[index, call_id] = self._open[index] = slot
        if signature:
            self._signatures[call_id] = signature
        return CallDelta(slot, call_id, name, arguments)

    def _keep(self, fields: dict[str, Any], blocks: list[dict[str, Any]] | None) -> None:
        """Signed thinking: Anthropic's comes whole with its signature at the end of each block."""
        for block in blocks or ():
            if block.get("signature") or block.get("type") == "redacted_thinking":
                self._blocks.append(dict(block))
        self._thoughts += fields.get("thought_signatures") or ()
