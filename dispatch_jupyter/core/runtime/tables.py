"""A session's records in memory, and the ways they are looked at."""

from collections.abc import Iterable, Iterator
from typing import TypeVar, cast

from ..protocol.errors import NotFound
from ..protocol.ids import AgentId, CallId, MessageId
from ..protocol.records import TABLE_OF, TABLES, Agent, Message, Record, Session, TableName, ToolCall
from .totals import Totals

R = TypeVar("R", bound=Record)


class Tables:
    """Read by everybody; written by `Session.put` alone."""

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self._tables: dict[TableName, dict[str, Record]] = {table: {} for table in TABLES}
        self._threads: dict[str, dict[str, Message]] = {}
        self._calls_of: dict[str, dict[str, ToolCall]] = {}
        self._open_calls: dict[str, dict[str, ToolCall]] = {}
        """By agent: they are asked for at the end of every turn, and of every agent when a session is opened."""
        self.totals = Totals()
        for record in records:
            self.set(record)

    def set(self, record: Record) -> TableName:
        """Make `record` the latest version of itself; returns its table."""
        table = TABLE_OF[type(record)]
        before = self._tables[table].get(record.id)
        self._tables[table][record.id] = record
        if isinstance(record, Message):
            self.totals.count(cast("Message | None", before), record)
            self._threads.setdefault(record.agent_id, {})[record.id] = record
        elif isinstance(record, ToolCall):
            self._calls_of.setdefault(record.message_id, {})[record.id] = record
            if record.status in ("pending", "in_progress"):
                self._open_calls.setdefault(record.agent_id, {})[record.id] = record
            else:
                self._open_calls.get(record.agent_id, {}).pop(record.id, None)
        return table

    def get(self, table: TableName, record_id: str) -> Record:
        try:
            return self._tables[table][record_id]
        except KeyError:
            raise NotFound(f"There is no `{record_id}` among the {table} of this session.") from None

    def all(self) -> Iterator[Record]:
        """Every record of every table."""
        for rows in self._tables.values():
            yield from rows.values()

    @property
    def session(self) -> Session:
        """The session's own record."""
        return cast("Session", next(iter(self._tables["session"].values())))

    def agents(self) -> list[Agent]:
        return cast("list[Agent]", list(self._tables["agents"].values()))

    def find_agent(self, agent_id: str) -> Agent | None:
        return cast("Agent | None", self._tables["agents"].get(agent_id))

    def agent(self, agent_id: AgentId) -> Agent:
        return cast("Agent", self.get("agents", agent_id))

    def every(self, kind: type[R]) -> list[R]:
        """All records of a kind, oldest first."""
        return cast("list[R]", list(self._tables[TABLE_OF[kind]].values()))

    def one(self, kind: type[R], record_id: str) -> R:
        """
        Raises:
            NotFound: there is no such record.
        """
        return cast("R", self.get(TABLE_OF[kind], record_id))

    def messages(self) -> list[Message]:
        """All messages of all agents, in order."""
        messages = cast("Iterable[Message]", self._tables["messages"].values())
        return sorted(messages, key=lambda message: message.order)

    def message(self, message_id: MessageId) -> Message:
        return cast("Message", self.get("messages", message_id))

    def thread(self, agent_id: AgentId) -> list[Message]:
        """An agent's messages, in order."""
        return sorted(self._threads.get(agent_id, {}).values(), key=lambda message: message.order)

    def call(self, call_id: CallId) -> ToolCall:
        return cast("ToolCall", self.get("calls", call_id))

    def calls_of(self, message_id: MessageId) -> list[ToolCall]:
        """The calls of one message, in order."""
        calls = self._calls_of.get(message_id)
        return sorted(calls.values(), key=lambda call: call.index) if calls else []

    def open_calls(self, agent_id: AgentId) -> list[ToolCall]:
        """An agent's calls that have not ended."""
        return list(self._open_calls.get(agent_id, {}).values())
