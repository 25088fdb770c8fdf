"""task_list: a to-do list that weaker models manage to keep."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_jupyter.core.protocol.errors import ToolError
from dispatch_jupyter.core.protocol.ids import AgentId, TaskId
from dispatch_jupyter.core.protocol.records import Task
from dispatch_jupyter.core.tools.standard import standard_tools
from dispatch_jupyter.core.tools.task_words import find, items_of, status_of
from dispatch_jupyter.core.tools.tasks import MAX_TASKS, TaskList
from dispatch_jupyter.core.tools.tool import Toolbox, parse_arguments


def tasks(agent: Any, *titles: str) -> None:
    agent.call("task_list", action="set", tasks=[{"title": title} for title in titles])


def shown(agent: Any) -> list[str]:
    """The lines of the list as the agent sees it."""
    return [line for line in agent.text("task_list", action="list").splitlines() if line[:1].isdigit()]


# ---------------------------------------------------------------------- as the schema says


def test_adding_says_the_number_and_shows_the_whole_list(agent: Any):
    agent.text("task_list", action="add", title="Read the code")
    text = agent.text("task_list", action="add", title="Fix it", description="The parser, line 12.")
    assert text.splitlines() == [
        "Added task 2.",
        "Task list, 0 of 2 done:",
        "1. [ ] Read the code",
        "2. [ ] Fix it",
        "([ ] pending [>] in_progress [x] done [!] blocked)",
    ]
    own = agent.tasks.list()
    assert [(task.number, task.agent_id, task.description) for task in own] == [
        (1, "s1-a1", ""),
        (2, "s1-a1", "The parser, line 12."),
    ]


@pytest.mark.parametrize(("status", "mark"), [("in_progress", ">"), ("done", "x"), ("blocked", "!"), ("pending", " ")])
def test_an_update_is_marked(agent: Any, status: str, mark: str):
    tasks(agent, "One", "Two")
    text = agent.text("task_list", action="update", task_id=2, status=status)
    assert text.startswith(f"Task 2 is {status}.") and shown(agent) == ["1. [ ] One", f"2. [{mark}] Two"]
    assert (agent.tasks.list()[1].ended_at is not None) == (status == "done")


def test_a_task_that_is_opened_again_has_not_ended(agent: Any):
    tasks(agent, "One")
    agent.call("task_list", action="update", task_id=1, status="done")
    ended = agent.tasks.list()[0].ended_at
    agent.call("task_list", action="update", task_id=1, status="done")
    assert agent.tasks.list()[0].ended_at == ended
    agent.call("task_list", action="update", task_id=1, status="pending")
    assert agent.tasks.list()[0].ended_at is None


def test_get_shows_the_description(agent: Any):
    agent.call("task_list", action="add", title="Fix it", description="The parser.\nLine 12.")
    assert agent.text("task_list", action="get", task_id=1).startswith(
        "Task 1, pending: Fix it\nThe parser.\nLine 12.\n\nTask list, 0 of 1 done:"
    )
    assert agent.text("task_list", action="list").startswith("Task list")


def test_set_keeps_the_numbers_of_known_titles_in_the_new_order(agent: Any):
    tasks(agent, "One", "Two", "Three")
    agent.call("task_list", action="update", task_id=3, status="done")
    agent.call(
        "task_list",
        action="set",
        tasks=[{"title": "three "}, {"title": "Four", "status": "in_progress"}, {"title": "One", "status": "done"}],
    )
    assert shown(agent) == ["3. [x] three", "4. [>] Four", "1. [x] One"]
    gone = [task for task in agent.tasks.all() if task.removed]
    assert [task.title for task in gone] == ["Two"]


def test_numbers_are_never_given_twice_and_a_title_that_comes_back_has_its_own(agent: Any):
    tasks(agent, "One", "Two")
    agent.call("task_list", action="update", task_id=2, status="done")
    tasks(agent, "One")
    tasks(agent, "One", "Three", "Two")
    assert shown(agent) == ["1. [ ] One", "3. [ ] Three", "2. [ ] Two"]


def test_two_of_one_title_stay_two(agent: Any):
    tasks(agent, "Test", "Test")
    agent.call("task_list", action="update", task_id=2, status="done")
    tasks(agent, "Test", "Test", "Test")
    assert shown(agent) == ["1. [ ] Test", "2. [x] Test", "3. [ ] Test"]


def test_an_empty_list_takes_all_off(agent: Any):
    tasks(agent, "One")
    assert agent.text("task_list", action="set", tasks=[]) == "The task list is empty."


def test_what_did_not_change_is_not_recorded_again(agent: Any):
    tasks(agent, "One", "Two")
    agent.tasks.puts.clear()
    tasks(agent, "One", "Two")
    agent.call("task_list", action="update", task_id=1, status="done")
    assert [len(put) for put in agent.tasks.puts] == [0, 1]


def test_a_childs_list_can_be_read_and_not_written(agent: Any):
    agent.tasks.child = [Task(id=TaskId("t"), agent_id=AgentId("s1-a2"), number=1, order=1, title="Theirs")]
    assert agent.text("task_list", action="list", agent_id="s1-a2").startswith("Task list of `s1-a2`, 0 of 1 done:")
    assert "Task 1, pending: Theirs" in agent.text("task_list", action="get", agent_id="s1-a2", task_id=1)
    error = agent.error("task_list", action="update", agent_id="s1-a2", task_id=1, status="done")
    assert error.tool_code == "invalid_arguments" and "Theirs" in (error.hint or "")
    assert agent.code("task_list", action="list", agent_id="s1-a3") == "not_found"
    assert not agent.tasks.puts


def test_its_own_id_means_its_own_list(agent: Any):
    agent.call("task_list", action="add", title="Mine", agent_id="s1-a1")
    assert shown(agent) == ["1. [ ] Mine"]


# ---------------------------------------------------------------------- as weaker models write


@pytest.mark.parametrize("written", [2, "2", "#2", "task 2", "Task #2.", "two", "TWO ", "2."])
def test_a_task_is_found_however_it_is_named(agent: Any, written: object):
    tasks(agent, "One", "Two", "Three")
    agent.call("task_list", action="update", task_id=written, status="done")
    assert shown(agent)[1] == "2. [x] Two"


@pytest.mark.parametrize("written", [7, "0", "-1", "Four", "the 2 tests", "1 2", "9" * 30, "²"])
def test_a_task_there_is_not_is_answered_with_the_list(agent: Any, written: object):
    tasks(agent, "One", "Two", "Three")
    error = agent.error("task_list", action="update", task_id=written, status="done")
    assert error.tool_code == "not_found"
    assert "2. [ ] Two" in (error.hint or "") and "Use a number" in (error.hint or "")


def test_a_title_that_is_a_number_does_not_hide_the_task_of_that_number(agent: Any):
    tasks(agent, "2", "Two")
    agent.call("task_list", action="update", task_id="2", status="done")
    assert shown(agent) == ["1. [ ] 2", "2. [x] Two"]


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("completed", "done"), ("Complete", "done"), ("DONE", "done"), ("finished", "done"),
        ("in progress", "in_progress"),
        ("In-Progress", "in_progress"), ("doing", "in_progress"), ("todo", "pending"), ("To Do", "pending"),
        ("not started", "pending"), ("stuck", "blocked"), ("`blocked`", "blocked"), ("cancelled", "removed"),
    ],
)  # fmt: skip
def test_other_words_for_a_status_are_taken(written: str, status: str):
    assert status_of(written) == status


def test_a_status_nobody_knows_is_answered_with_those_there_are(agent: Any):
    tasks(agent, "One")
    error = agent.error("task_list", action="update", task_id=1, status="purple")
    assert "`purple`" in error.message and "pending, in_progress, done, blocked" in (error.hint or "")
    assert "1. [ ] One" in (error.hint or "")


def test_a_cancelled_task_is_taken_off(agent: Any):
    tasks(agent, "One", "Two")
    assert agent.text("task_list", action="update", task_id=1, status="cancelled").startswith("Task 1 was taken off")
    assert shown(agent) == ["2. [ ] Two"]


@pytest.mark.parametrize(
    "written",
    [
        [{"title": "One", "priority": "high", "activeForm": "Doing"}, {"title": "Two", "status": "completed"}],
        [{"content": "One", "id": "1"}, {"task": "Two", "state": "done"}],
        [{"name": "One", "completed": False, "description": None}, {"title": "Two", "status": "[x]"}],
        ["One", "[x] Two"],
        '[{"title": "One"}, {"title": "Two", "status": "done"}]',
        "- [ ] One\n- [x] Two\n",
        "1. [ ] One\n2. [x] Two",
        ["1) One", "[x] 2. Two"],
    ],
)
def test_a_list_is_read_however_it_is_written(agent: Any, written: object):
    agent.call("task_list", action="set", tasks=written)
    assert shown(agent) == ["1. [ ] One", "2. [x] Two"]


def test_a_title_that_begins_with_a_number_keeps_it():
    assert [item.title for item in items_of(["3 tests fail", "2. Step two", "- 4 eyes"])] == [
        "3 tests fail",
        "Step two",
        "4 eyes",
    ]


def test_a_task_with_its_number_and_another_title_is_renamed(agent: Any):
    agent.call("task_list", action="add", title="One", description="Of one.")
    agent.call("task_list", action="update", task_id=1, status="done")
    agent.call("task_list", action="set", tasks=[{"id": 1, "title": "Uno"}, {"title": "Two"}])
    assert shown(agent) == ["1. [ ] Uno", "2. [ ] Two"]
    assert agent.tasks.list()[0].description == "" and agent.tasks.list()[0].ended_at is None


@pytest.mark.parametrize(
    "arguments",
    [
        {"tasks": [{"title": "One"}]},
        {"todos": [{"title": "One"}]},
        {"title": "One"},
        {"action": "create", "title": "One"},
        {"action": "ADD", "content": "One", "task_id": None},
        {"action": "write", "items": "One"},
    ],
)
def test_what_is_meant_is_seen_from_the_arguments(agent: Any, arguments: dict):
    agent.call("task_list", **arguments)
    assert shown(agent) == ["1. [ ] One"]


def test_an_update_may_be_named_by_its_status(agent: Any):
    tasks(agent, "One", "Two")
    agent.call("task_list", action="complete", id="1")
    agent.call("task_list", number=2, state="doing")
    assert shown(agent) == ["1. [x] One", "2. [>] Two"]
    assert agent.text("task_list", task_id=1).startswith("Task 1, done: One")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"action": "fly"}, "no action `fly`"),
        ({"action": "add"}, "needs a `title`"),
        ({"action": "add", "title": "  \n"}, "needs a `title`"),
        ({"action": "update", "status": "done"}, "`task_id` is missing"),
        ({"action": "update", "task_id": 1}, "`status` is missing"),
        ({"action": "get"}, "`task_id` is missing"),
        ({"action": "set"}, "`tasks` is not a list"),
        ({"action": "set", "tasks": 5}, "`tasks` is not a list"),
        ({"action": "set", "tasks": [{"title": True}]}, "item 1 of `tasks` has no title"),
        ({"action": "set", "tasks": [{"status": "done"}]}, "item 1 of `tasks` has no title"),
        ({"action": "set", "tasks": ["One", 5]}, "item 2 of `tasks` is neither"),
        ({"action": "set", "tasks": [{"title": "One", "status": "purple"}]}, "no status `purple`"),
        ({"action": "add", "title": "x" * 201}, "201 characters"),
        ({"action": "add", "title": "x", "description": "y" * 2001}, "2,001 characters"),
        ({"action": "set", "tasks": [{"title": "x" * 201}]}, "201 characters"),
        ({"action": "set", "tasks": [{"title": str(n)} for n in range(MAX_TASKS + 1)]}, "201 tasks are too many"),
    ],
)
def test_what_cannot_be_read_changes_nothing_and_shows_the_list(agent: Any, arguments: dict, words: str):
    tasks(agent, "One")
    agent.tasks.puts.clear()
    error = agent.error("task_list", **arguments)
    assert words in error.message and "1. [ ] One" in (error.hint or "")
    assert not agent.tasks.puts


def test_the_list_has_an_end(agent: Any):
    tasks(agent, *(f"Task of {n}" for n in range(MAX_TASKS)))
    assert agent.code("task_list", action="add", title="One more") == "too_many"


def test_the_schema_is_flat_and_says_what_is_wanted():
    (schema,) = Toolbox([TaskList()]).schemas
    parameters = schema["function"]["parameters"]
    assert "$ref" not in str(parameters) and "anyOf" not in str(parameters)
    properties = parameters["properties"]
    assert parameters["required"] == ["action"] and parameters["additionalProperties"] is False
    assert not [name for name, one in properties.items() if "default" in one], "they are not of the types that are told"
    assert properties["action"]["enum"] == ["add", "update", "list", "get", "set"]
    assert properties["task_id"]["type"] == "integer" and properties["tasks"]["items"]["required"] == ["title"]
    assert all(one["description"] for one in properties.values())


_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["title", "status", "id", "task", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(_anything)
def test_any_list_is_read_or_refused_in_words(written: object):
    try:
        items = items_of(written)
    except ValueError as error:
        assert "tasks" in str(error)
    else:
        assert all(item.title and "\n" not in item.title for item in items)


@given(st.text(max_size=40))
def test_any_name_of_a_task_is_looked_up(written: str):
    one = Task(id=TaskId("t"), agent_id=AgentId("a"), number=1, order=1, title="One")
    assert find([one], written) in (one, None)


@pytest.mark.slow
@given(st.dictionaries(st.sampled_from(["action", "task_id", "status", "title", "tasks"]), _anything))
def test_any_arguments_are_parsed_or_refused(written: dict):
    tool = Toolbox(standard_tools()).get("task_list")
    try:
        parse_arguments(tool, written)
    except ToolError as error:
        assert error.tool_code == "invalid_arguments"
