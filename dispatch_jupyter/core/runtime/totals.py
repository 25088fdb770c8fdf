"""What is counted of a session's messages as they come, so that nobody has to go through all of them again."""

from datetime import datetime

from ..protocol.records import Message


class Totals:
    """Of all agents together."""

    def __init__(self) -> None:
        self.said = 0
        """Messages, without notices and what was withdrawn."""
        self.latest: datetime | None = None
        """When a message last began or ended."""
        self.spoken_at: datetime | None = None
        """When a person last said something."""
        self.wakes = 0
        """How often agents have woken each other since then."""

    def count(self, before: Message | None, message: Message) -> None:
        """A message is put; `before` is the version of it that was there."""
        self.said += _is_said(message) - (before is not None and _is_said(before))
        at = message.ended_at or message.created_at
        self.latest = max(self.latest or at, at)
        if before is not None:
            return
        if message.role == "user" and message.from_agent is None:
            self.spoken_at = max(self.spoken_at or message.created_at, message.created_at)
            self.wakes = 0
        else:
            self.wakes += message.woke


def _is_said(message: Message) -> bool:
    return message.role != "notice" and message.status != "withdrawn"
