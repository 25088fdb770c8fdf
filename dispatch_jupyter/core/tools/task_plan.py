"""New versions of tasks: pure functions over an agent's list."""

from collections.abc import Sequence

from ..protocol.ids import AgentId, TaskId, new_id
from ..protocol.records import Task, now
from .task_words import REMOVED, Item, same


def with_status(task: Task, status: str) -> Task:
    """The task with a status, or taken off the list."""
    if status == REMOVED:
        return task.model_copy(update={"removed": True})
    ended = (task.ended_at if task.status == "done" else now()) if status == "done" else None
    return task.model_copy(update={"status": status, "ended_at": ended})


def new_task(known: Sequence[Task], agent_id: AgentId, order: int, title: str, description: str = "") -> Task:
    """A task with a number that none had before.

    Args:
        known: all tasks of the agent, those taken off the list included.
    """
    number = max((task.number for task in known), default=0) + 1
    return Task(
        id=TaskId(new_id()), agent_id=agent_id, number=number, order=order, title=title, description=description
    )


def rewritten(known: Sequence[Task], items: Sequence[tuple[Item, str | None]], agent_id: AgentId) -> list[Task]:
    """All tasks after the list was written anew: known titles keep their tasks, what is not in it is taken off.

    Args:
        known: all tasks of the agent, those taken off the list included.
        items: the new list, with the status of each where it says one.
    """
    found = _matched(known, [item for item, _ in items])
    new: list[Task] = []
    for order, ((item, status), task) in enumerate(zip(items, found, strict=True), 1):
        is_new = task is None
        base = task or new_task([*known, *new], agent_id, order, item.title)
        given: dict[str, object] = {"title": item.title, "order": order, "removed": False}
        if item.description is not None:
            given["description"] = item.description
        was = "pending" if base.removed or is_new else base.status
        new.append(with_status(base.model_copy(update=given), status or was))
    stays = {task.id for task in new}
    return [*new, *(with_status(task, REMOVED) for task in known if task.id not in stays)]


def _matched(known: Sequence[Task], items: Sequence[Item]) -> list[Task | None]:
    """The task each item is: of the same title, else of the number it says. None: a new one."""
    left = sorted(known, key=lambda task: (task.removed, task.order))
    found: list[Task | None] = []
    for item in items:
        match = next((task for task in left if same(task.title) == same(item.title)), None)
        left = [task for task in left if task is not match]
        found.append(match)
    for index, item in enumerate(items):
        if found[index] is None and item.number is not None:
            match = next((task for task in left if task.number == item.number and not task.removed), None)
            left = [task for task in left if task is not match]
            # another title: what was said of the old one does not hold for it
            found[index] = match and match.model_copy(update={"status": "pending", "description": ""})
    return found
