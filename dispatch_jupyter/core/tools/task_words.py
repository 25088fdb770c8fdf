"""What models write when they mean a task, a status or a list of tasks: often not what the schema says."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..protocol.records import Task, TaskStatus

STATUSES: tuple[TaskStatus, ...] = ("pending", "in_progress", "done", "blocked")
MARKS: dict[TaskStatus, str] = {"pending": " ", "in_progress": ">", "done": "x", "blocked": "!"}

REMOVED = "removed"
"""A status that takes a task off the list."""
_SYNONYMS: dict[str, str] = {
    **dict.fromkeys(
        ("todo", "to_do", "open", "new", "not_started", "queued", "planned", "waiting_to_start"), "pending"
    ),
    **dict.fromkeys(("doing", "started", "active", "working", "wip", "running", "ongoing", "current"), "in_progress"),
    **dict.fromkeys(("inprogress", "progress", "in_work"), "in_progress"),
    **dict.fromkeys(
        ("completed", "complete", "finished", "finish", "closed", "resolved", "success", "ok", "x"), "done"
    ),
    **dict.fromkeys(("stuck", "waiting", "on_hold", "paused", "failed"), "blocked"),
    **dict.fromkeys(("cancelled", "canceled", "cancel", "deleted", "delete", "remove", "dropped", "skipped"), REMOVED),
}
_ACTIONS: dict[str, str] = {
    **dict.fromkeys(("create", "new", "append", "insert", "add_task"), "add"),
    **dict.fromkeys(("set_status", "change", "edit", "modify", "mark", "update_task", "update_status"), "update"),
    **dict.fromkeys(("show", "view", "read", "all", "list_tasks", "status"), "list"),
    **dict.fromkeys(("get_task", "details"), "get"),
    **dict.fromkeys(("write", "replace", "set_all", "set_tasks", "plan", "init"), "set"),
}
_STATES = ("status", "state", "completed", "done")
_LINE = re.compile(
    r"^\s*(?:[-*+]\s+)?(?:\[(?P<mark>[ xX>~!])\]\s*)?(?:#?\d{1,4}[.):]\s+)?(?:\[(?P<late>[ xX>~!])\]\s*)?(?P<title>.*)$"
)
_NUMBER = re.compile(r"(?:(?:task|todo|item|step|number|no|id|the)\b[\s:._-]*)*#?\s*(?P<number>\d{1,6})\.?")
_BY_MARK: dict[str, str] = {
    " ": "pending",
    "x": "done",
    "X": "done",
    ">": "in_progress",
    "~": "in_progress",
    "!": "blocked",
}


@dataclass(frozen=True, slots=True)
class Item:
    """A task as a list that is written at once has it; None: not said."""

    title: str
    status: str | None = None
    """As it is written."""
    description: str | None = None
    number: int | None = None


def action_of(written: str) -> str:
    """The action that is meant; as it is written where it means none."""
    word = _word(written)
    return _ACTIONS.get(word, word)


def status_of(written: str) -> TaskStatus | str | None:
    """The status that is meant, `REMOVED` among them; None where it means none."""
    word = _word(written)
    if word in STATUSES or word == REMOVED:
        return word
    return _SYNONYMS.get(word)


def number_of(written: str) -> int | None:
    """The number in `2`, `#2`, `task 2`, `Task #2.`; None where it is something else."""
    found = _NUMBER.fullmatch(same(written))
    return int(found["number"]) if found else None


def find(tasks: Sequence[Task], written: str) -> Task | None:
    """The task that is meant, by its number, id or title."""
    wanted = same(written)
    number = number_of(written)
    by_number = [task for task in tasks if task.number == number]
    by_title = [task for task in tasks if task.id == wanted or same(task.title) == wanted]
    # "step 2" may be a title; a bare number is a number
    found = [*by_number, *by_title] if wanted.strip("#.").isdecimal() else [*by_title, *by_number]
    return found[0] if found else None


def same(title: str) -> str:
    """What titles have in common that mean the same task."""
    return " ".join(title.split()).casefold()


def items_of(written: Any) -> list[Item]:
    """The tasks of a list, however it is written: objects, plain titles, JSON in a string, Markdown.

    Raises:
        ValueError: says what is wrong with it.
    """
    if isinstance(written, str):
        written = _list_in(written)
    if isinstance(written, dict):
        written = [written]
    if not isinstance(written, list):
        raise ValueError("`tasks` is not a list")  # noqa: TRY004 - of what a model wrote
    return [_item(one, place) for place, one in enumerate(written, 1)]


def _list_in(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return [line for line in text.splitlines() if line.strip()]


def _item(written: Any, place: int) -> Item:
    if isinstance(written, str):
        parts = _LINE.match(" ".join(written.split()))
        mark = parts and (parts["mark"] or parts["late"])
        return Item(_titled(parts["title"] if parts else written, place), _BY_MARK.get(mark or ""))
    if not isinstance(written, dict):
        raise ValueError(f"item {place} of `tasks` is neither an object nor a title")  # noqa: TRY004
    title = _first(written, "title", "content", "name", "task", "text", "subject")
    description = _first(written, "description", "details", "notes")
    number = _first(written, "number", "task_id", "id")
    return Item(
        _titled(title or "", place),
        _first(written, *_STATES),
        description,
        number_of(number) if number else None,
    )


def _titled(title: str, place: int) -> str:
    line = " ".join(title.split())
    if not line:
        raise ValueError(f"item {place} of `tasks` has no title")
    return line


def _first(written: dict[str, Any], *names: str) -> str | None:
    """The first of some fields that says something, as text."""
    for name in names:
        value = written.get(name)
        if isinstance(value, bool) and name in _STATES:
            return "done" if value else "pending"
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()
    return None


def _word(written: str) -> str:
    return re.sub(r"[\s\-]+", "_", written.strip().strip("`'\"[]").strip()).lower()
