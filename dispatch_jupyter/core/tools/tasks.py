"""task_list."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, ClassVar, NoReturn

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from ..protocol.errors import ToolError
from ..protocol.records import CallKind, Task
from .fields import FlatArguments
from .task_plan import new_task, rewritten, with_status
from .task_words import MARKS, REMOVED, STATUSES, action_of, find, items_of, status_of
from .tool import Arguments, ToolContext, ToolResult

MAX_TASKS = 200
MAX_TITLE = 200
MAX_DESCRIPTION = 2000

ACTIONS = ("add", "update", "list", "get", "set")
_ALSO_CALLED: dict[str, tuple[str, ...]] = {
    "task_id": ("id", "number", "task"),
    "tasks": ("todos", "items", "list"),
    "status": ("state",),
    "title": ("content", "name"),
}
_ITEM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "title": {"type": "string"},
        "status": {"type": "string", "enum": list(STATUSES)},
        "description": {"type": "string"},
    },
    "required": ["title"],
}


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) else value


def _as_told(schema: dict[str, Any]) -> None:
    """The schema as models are to follow it: our defaults stand for "not given" and are no values of theirs."""
    for field in schema["properties"].values():
        field.pop("default", None)
    schema["required"] = ["action"]


class TaskListArguments(FlatArguments):
    """Lenient: what weaker models get wrong is read as it is meant, and what cannot be is answered with the list."""

    model_config = ConfigDict(json_schema_extra=_as_told)

    action: Annotated[
        str,
        WithJsonSchema({"type": "string", "enum": list(ACTIONS)}),
        Field(
            description="set: write the whole list at once. add: append one task. update: change the status of one. "
            "list: show all. get: show one with its description."
        ),
    ] = ""
    tasks: Annotated[
        Any,
        WithJsonSchema({"type": "array", "items": _ITEM}),
        Field(description="For set: all tasks in order. Those with the title of a task there is keep its number."),
    ] = None
    title: Annotated[str, BeforeValidator(_text), Field(description="For add: what is to be done, in a few words.")] = (
        ""
    )
    description: Annotated[str, Field(description="For add: details, if any.")] = ""
    task_id: Annotated[
        str,
        BeforeValidator(_text),
        WithJsonSchema({"type": "integer"}),
        Field(description="For update and get: number of the task in the list."),
    ] = ""
    status: Annotated[
        str,
        WithJsonSchema({"type": "string", "enum": list(STATUSES)}),
        Field(description="For update: the new status."),
    ] = ""
    agent_id: Annotated[
        str, Field(description="For list and get: id or handle of a child agent, to read its list; empty for your own.")
    ] = ""

    @model_validator(mode="before")
    @classmethod
    def _by_other_names(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        given = dict(value)
        for name, others in _ALSO_CALLED.items():
            for other in others:
                if other in given and name not in given:
                    given[name] = given.pop(other)
        return given


class TaskList:
    """An agent's to-do list. Every answer shows all of it, so that nobody has to remember numbers."""

    name: ClassVar[str] = "task_list"
    kind: ClassVar[CallKind] = "think"
    description: ClassVar[str] = (
        "Your to-do list, which people see. Use it for work of three steps or more: write it with set, mark a task "
        "in_progress when you begin it and done as soon as it is. Every answer shows the whole list with numbers."
    )
    arguments: ClassVar[type[Arguments]] = TaskListArguments
    exclusive: ClassVar[bool] = True

    async def run(self, arguments: Any, context: ToolContext) -> ToolResult:
        return ToolResult(_Board(arguments, context).run())


class _Board:
    """One call: the list as it is, and what is done to it."""

    def __init__(self, arguments: TaskListArguments, context: ToolContext) -> None:
        self._given = arguments
        self._context = context
        self._of = arguments.agent_id.strip()
        if self._of == context.agent_id:
            self._of = ""
        self._tasks = list(context.tasks.list(self._of or None))

    def run(self) -> str:
        action = action_of(self._given.action) or self._meant()
        does: dict[str, Callable[[], str]] = {
            "add": self._add, "update": self._update, "list": self._show, "get": self._get, "set": self._set,
        }  # fmt: skip
        status = status_of(action)
        if action not in does and status and self._given.task_id:  # "complete", say
            return self._change(self._one(), status)
        if action not in does:
            self._refuse(f"There is no action `{action[:50]}`.", f"Actions: {', '.join(ACTIONS)}.", "invalid_arguments")
        if self._of and action not in ("list", "get"):
            hint = "Leave `agent_id` out to change your own."
            self._refuse("Only the agent itself changes its list.", hint, "invalid_arguments")
        return does[action]()

    def _meant(self) -> str:
        given = self._given
        if given.tasks is not None:
            return "set"
        if given.task_id:
            return "update" if given.status else "get"
        return "add" if given.title else "list"

    def _show(self) -> str:
        return self._with_list("")

    def _get(self) -> str:
        task = self._one()
        about = task.description or "(no description)"
        return self._with_list(f"Task {task.number}, {task.status}: {task.title}\n{about}\n")

    def _add(self) -> str:
        title = " ".join(self._given.title.split())
        if not title:
            self._refuse("A task needs a `title`.", "Say what is to be done.", "invalid_arguments")
        if len(self._tasks) >= MAX_TASKS:
            self._refuse(f"The list is full: it has {MAX_TASKS} tasks.", "Write a shorter one with set.", "too_many")
        description = self._given.description.strip()
        self._check(title, description)
        status = self._status(self._given.status) if self._given.status.strip() else "pending"
        order = max((task.order for task in self._tasks), default=0) + 1
        task = new_task(self._context.tasks.all(), self._context.agent_id, order, title, description)
        self._put([with_status(task, status)])
        return self._with_list(f"Added task {task.number}.")

    def _update(self) -> str:
        task = self._one()
        if not self._given.status.strip():
            self._refuse("`status` is missing.", f"It is one of: {', '.join(STATUSES)}.", "invalid_arguments")
        return self._change(task, self._status(self._given.status))

    def _change(self, task: Task, status: str) -> str:
        self._put([with_status(task, status)])
        if status == REMOVED:
            return self._with_list(f"Task {task.number} was taken off the list.")
        return self._with_list(f"Task {task.number} is {status}.")

    def _set(self) -> str:
        """Write the whole list."""
        try:
            items = items_of(self._given.tasks)
        except ValueError as error:
            hint = 'Write tasks like [{"title": "Read the code", "status": "done"}, {"title": "Fix it"}].'
            self._refuse(f"The list cannot be read: {error}.", hint, "invalid_arguments")
        given = [(item, self._status(item.status) if item.status else None) for item in items]
        kept = [(item, status) for item, status in given if status != REMOVED]
        if len(kept) > MAX_TASKS:
            self._refuse(f"{len(kept)} tasks are too many; at most {MAX_TASKS}.", "Join some.", "too_many")
        for item, _ in kept:
            self._check(item.title, item.description or "")
        self._put(rewritten(self._context.tasks.all(), kept, self._context.agent_id))
        return self._with_list("")

    def _one(self) -> Task:
        """The task that is meant; where there is none, the answer shows those there are."""
        written = self._given.task_id.strip()
        task = find(self._tasks, written) if written else None
        if task is None and not written:
            self._refuse("`task_id` is missing.", "Give the number of a task.", "invalid_arguments")
        if task is None:
            self._refuse(f"There is no task `{written[:50]}`.", "Use a number from the list.", "not_found")
        return task

    def _status(self, written: str) -> str:
        status = status_of(written)
        if status is None:
            hint = f"It is one of: {', '.join(STATUSES)}."
            self._refuse(f"There is no status `{written.strip()[:50]}`.", hint, "invalid_arguments")
        return status

    def _check(self, title: str, description: str) -> None:
        for name, text, most in (("title", title, MAX_TITLE), ("description", description, MAX_DESCRIPTION)):
            if len(text) > most:
                what = f"The {name} `{text[:40]}…` has {len(text):,} characters; at most {most:,}."
                self._refuse(what, "Shorten it." if name == "description" else "Put details into `description`.",
                             "too_large")  # fmt: skip

    def _put(self, tasks: Sequence[Task]) -> None:
        before = {task.id: task for task in self._context.tasks.all()}
        self._context.tasks.put([task for task in tasks if before.get(task.id) != task])
        self._tasks = list(self._context.tasks.list())

    def _with_list(self, says: str) -> str:
        whose = f" of `{self._of}`" if self._of else ""
        if not self._tasks:
            shown = f"The task list{whose} is empty."
        else:
            done = sum(task.status == "done" for task in self._tasks)
            lines = [f"{task.number}. [{MARKS[task.status]}] {task.title}" for task in self._tasks]
            legend = " ".join(f"[{mark}] {status}" for status, mark in MARKS.items())
            shown = "\n".join([f"Task list{whose}, {done} of {len(lines)} done:", *lines, f"({legend})"])
        return f"{says}\n{shown}" if says else shown

    def _refuse(self, message: str, hint: str, code: str) -> NoReturn:
        raise ToolError(message, self._with_list(hint), code=code)
