"""What a kernel knows of a session while it listens: the records, and the texts that are still being written."""

from collections.abc import Iterator
from typing import TypeVar

from ..core.protocol.changes import Delta, Notice, Put, Snapshot
from ..core.protocol.records import TABLE_OF, Agent, Message, Record, Request, TableName, ToolCall

R = TypeVar("R", bound=Record)
Key = tuple[TableName, str]


class View:
    """A fold of changes; `put` replaces a record, `delta` writes into one of its texts."""

    def __init__(self) -> None:
        self._records: dict[Key, Record] = {}
        self._texts: dict[Key, dict[str, str]] = {}

    def apply(self, change: Snapshot | Put | Delta | Notice) -> None:
        """Take in one change."""
        match change:
            case Snapshot():
                self._records.clear()
                self._texts.clear()
                for record in (*change.agents, *change.messages, *change.calls, *change.requests):
                    self._records[TABLE_OF[type(record)], record.id] = record
            case Put():
                key = change.table, change.record.id
                self._records[key] = change.record
                self._texts.pop(key, None)
            case Delta():
                self._write(change)
            case Notice():
                pass  # about the server, not the session

    def agent(self, agent_id: str) -> Agent | None:
        return self._get(Agent, agent_id)

    def message(self, message_id: str) -> Message | None:
        return self._get(Message, message_id)

    def replies(self, message: Message) -> list[Message]:
        """What the agent has said since a message, in order."""
        later = (
            other
            for other in self._all(Message)
            if other.agent_id == message.agent_id and other.role == "assistant" and other.order > message.order
        )
        return sorted(later, key=lambda reply: reply.order)

    def calls(self, message: Message) -> list[ToolCall]:
        """The tool calls of a reply, in order."""
        own = (call for call in self._all(ToolCall) if call.message_id == message.id)
        return sorted(own, key=lambda call: call.index)

    def open_requests(self) -> list[Request]:
        """What the session's agents wait for a person to answer, oldest first."""
        requests = [request for request in self._all(Request) if request.status == "open"]
        return sorted(requests, key=lambda request: request.created_at)

    def _all(self, kind: type[R]) -> Iterator[R]:
        table = TABLE_OF[kind]
        found = (self._get(kind, key[1]) for key in self._records if key[0] == table)
        return (record for record in found if record)

    def _get(self, kind: type[R], record_id: str) -> R | None:
        """A record, with its texts as far as they have come."""
        key = TABLE_OF[kind], record_id
        record = self._records.get(key)
        if not isinstance(record, kind):
            return None
        texts = self._texts.get(key)
        return record.model_copy(update=texts) if texts else record

    def _write(self, delta: Delta) -> None:
        key = delta.table, delta.id
        record = self._records.get(key)
        if record is None:
            return
        texts = self._texts.setdefault(key, {})
        before = texts.get(delta.field, getattr(record, delta.field, ""))
        texts[delta.field] = utf16_head(before, delta.at) + delta.text


def utf16_head(text: str, units: int) -> str:
    """The beginning of a text, measured as JavaScript does: in UTF-16 code units."""
    if text.isascii():
        return text[:units]
    return text.encode("utf-16-le", "surrogatepass")[: 2 * units].decode("utf-16-le", "surrogatepass")
