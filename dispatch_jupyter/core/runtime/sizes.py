"""How large an agent's requests are, for what is reserved before a call."""

import json
from collections.abc import Sequence

from ..llm.estimate import Size
from ..llm.types import ChatMessage, ModelRequest
from .definitions import Definition


class Sizes:
    """Counts bytes; of what a provider has counted already, its tokens."""

    def __init__(self) -> None:
        self._counted: list[ChatMessage] = []
        self._frame: tuple[str, object] = "", None
        """Instructions and tools."""
        self._tokens = 0
        self._by = ""

    def of(self, definition: Definition, messages: Sequence[ChatMessage]) -> Size:
        """The size of a request: where the call before was its beginning, of what is new since."""
        known = self._counted
        same = (definition.system, definition.toolbox.schemas) == self._frame
        if known and same and _begins(messages, known):
            return Size(_bytes(messages[len(known) :]), self._tokens, self._by)
        return Size(len(definition.system.encode()) + _bytes(definition.toolbox.schemas) + _bytes(messages))

    def counted(self, request: ModelRequest, tokens: int) -> None:
        """The provider counted the tokens of a request (0: it did not say)."""
        self._counted = list(request.messages) if tokens else []
        self._frame = request.system, request.tools
        self._tokens, self._by = tokens, request.model


def _begins(messages: Sequence[ChatMessage], known: Sequence[ChatMessage]) -> bool:
    """Whether the one begins with the other. The same message is the same object, so this is quick."""
    return len(messages) >= len(known) and all(map(_same, messages, known))


def _same(one: ChatMessage, other: ChatMessage) -> bool:
    return one is other or one == other


def _bytes(messages: Sequence[ChatMessage]) -> int:
    return len(json.dumps(messages, ensure_ascii=False).encode("utf-8", "replace"))
