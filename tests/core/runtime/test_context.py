"""What a model is sent, from records."""

from datetime import timedelta

import pytest

from dispatch_jupyter.core.protocol.ids import new_agent_id, new_id
from dispatch_jupyter.core.protocol.records import ErrorInfo, Job, Message, ToolCall, now
from dispatch_jupyter.core.runtime.context import Context
from dispatch_jupyter.core.runtime.reply import UNFINISHED
from dispatch_jupyter.core.runtime.tables import Tables

AGENT = new_agent_id(new_id())


class Told:
    """Stands for a session: tables to put records into, and what an agent's model is sent of them."""

    def __init__(self) -> None:
        self.tables = Tables()
        self._context = Context(self, AGENT)
        self._order = 0

    def says(self, role, text="", **more):
        self._order += 1
        fields = {"id": f"m{self._order}", "agent_id": AGENT, "order": self._order, "status": "complete", **more}
        self.tables.set(message := Message(role=role, text=text, **fields))
        return message

    def calls(self, message, key, **more):
        fields = {"index": 0, "provider_id": f"p-{key}", "name": "read_file", "arguments": {"path": "a"}, **more}
        self.tables.set(call := ToolCall(id=key, agent_id=AGENT, message_id=message.id, **fields))
        return call

    def job(self, key="j1", **more):
        """A job that has just ended."""
        fields = {"call_id": "c0", "command": "make", "cwd": "/p", "status": "exited", "exit_code": 0, **more}
        times = {"started_at": now() - timedelta(seconds=72), "ended_at": now()}
        self.tables.set(job := Job(id=key, **{"agent_id": AGENT, **times, **fields}))
        return job

    @property
    def lines(self):
        """What is said of jobs, by place."""
        return [(place, m["content"]) for place, m in enumerate(self.sent) if "job" in (m["content"] or "")]

    @property
    def sent(self):
        return self._context.messages()


def test_only_what_was_said_and_answered_is_sent():
    told = Told()
    told.says("user", "One", status="delivered")
    told.says("assistant", "lost", status="failed")
    told.says("notice", "The model is now x.")
    told.says("user", "never mind", status="withdrawn")
    told.says("assistant", "Answer.")
    told.says("user", "Two", status="delivered")
    told.says("user", "later", status="queued")
    assert [(m["role"], m["content"]) for m in told.sent] == [
        ("user", "One"),
        ("assistant", "Answer."),
        ("user", "Two"),
    ]


def test_an_answer_that_was_cut_is_gone_on_with():
    told = Told()
    told.says("user", "One", status="delivered")
    told.says("assistant", "So far", status="interrupted")
    assert [m["role"] for m in told.sent] == ["user", "assistant", "user"]
    assert "Go on" in told.sent[-1]["content"]


def test_calls_and_results_come_in_pairs():
    told = Told()
    message = told.says("assistant", opaque={"signed": "x"})
    told.calls(message, "a", index=1, status="completed", output="A")
    told.calls(message, "b", index=0, status="completed")
    told.calls(message, "c", index=2, arguments=None, status="failed", error=UNFINISHED)
    told.calls(
        message, "d", index=3, arguments=None, status="failed", output="No.", error=ErrorInfo(code="x", message="y")
    )
    answer, *results = told.sent
    assert answer["opaque"] == {"signed": "x"} and answer["content"] is None
    assert [call["id"] for call in answer["tool_calls"]] == ["p-b", "p-a", "p-d"]
    assert answer["tool_calls"][2]["function"] == {"name": "read_file", "arguments": "{}"}
    assert [(m["role"], m["tool_call_id"], m["content"]) for m in results] == [
        ("tool", "p-b", "(no output)"),
        ("tool", "p-a", "A"),
        ("tool", "p-d", "No."),
    ]


def test_what_did_not_change_is_the_same_object_and_what_did_is_not():
    told = Told()
    told.says("user", "One", status="delivered")
    message = told.says("assistant", "Look.")
    call = told.calls(message, "a")
    before = told.sent
    told.tables.set(call.model_copy(update={"status": "completed", "output": "New"}))
    after = told.sent
    assert after[0] is before[0] and after[2]["content"] == "New"
    told.tables.set(message.model_copy(update={"text": "Looked."}))
    assert told.sent[1]["content"] == "Looked."
    again = told.sent
    assert all(one is other for one, other in zip(again, told.sent, strict=True))


def test_what_became_too_long_is_left_out_from_the_oldest_on():
    told = Told()
    for number in range(4):
        told.calls(told.says("assistant"), f"c{number}", status="completed", output=f"{number}" * 1000)
    told.calls(told.says("assistant"), "short", status="completed", output="ok")

    def outputs(cut_through):
        return [m["content"] for m in told._context.messages(cut_through) if m["role"] == "tool"]

    first = told._context.next_cut(0)
    assert [len(output) == 1000 for output in outputs(first)] == [False, False, True, True, False]
    assert "left out" in outputs(first)[0] and outputs(first)[4] == "ok"
    second = told._context.next_cut(first)
    assert [len(output) == 1000 for output in outputs(second)] == [False, False, False, True, False]
    third = told._context.next_cut(second)
    assert third and told._context.next_cut(third) is None
    # what was sent before a cut is not what is sent after it was taken back
    assert [len(output) for output in outputs(0)] == [1000] * 4 + [2]


def test_the_end_of_a_job_is_told_once_and_stays_where_it_was_told():
    told = Told()
    told.says("user", "One", status="delivered")
    told.says("assistant", "It runs.")
    told.job(exit_code=3, spill="/s/c0.txt")
    told.says("user", "Two", status="delivered")
    line = (
        3,
        "[Dispatch: background job j1 is over: exit 3 · 72 s. Its output: read_job, or read_file with /s/c0.txt.]",
    )
    assert told.lines == [line]
    told.says("assistant", "I see.")
    told.says("user", "Three", status="delivered")
    told.says("assistant", "Yes.")
    assert told.lines == [line]
    assert [m["role"] for m in told.sent[:5]] == ["user", "assistant", "user", "user", "assistant"]


@pytest.mark.parametrize(
    ("fields", "how"),
    [
        ({"exit_code": None, "signal": "SIGKILL"}, "ended by SIGKILL"),
        ({"status": "stopped", "exit_code": None, "why": "stopped by ada"}, "stopped by ada"),
        ({"status": "lost", "exit_code": None, "why": "The server stopped while it ran."}, "The server stopped"),
    ],
)
def test_how_a_job_ended(fields, how):
    told = Told()
    told.job(**fields)
    ((_, line),) = told.lines
    assert f"is over: {how}" in line


@pytest.mark.parametrize(("output", "count"), [("done\n[exit 0 · 72 s]", 0), ("more\n[it runs]", 1)])
def test_what_a_tool_has_told_is_not_told_again(output, count):
    told = Told()
    message = told.says("assistant")
    told.calls(message, "a", name="read_job", arguments={"job": "j1"}, status="completed", output=output)
    told.job()
    told.job("j2", agent_id="another")
    told.job("j3", status="running", exit_code=None, ended_at=None)
    assert len([line for _, line in told.lines if "j1 is over" in line]) == count
    assert not any("j2" in line or "j3" in line for _, line in told.lines)


def test_an_answer_that_was_cut_is_gone_on_with_whatever_ended_since():
    told = Told()
    told.says("assistant", "So far", status="interrupted")
    told.job()
    assert "job j1" in told.sent[-2]["content"] and "Go on" in told.sent[-1]["content"]


@pytest.mark.parametrize("name", ["id", "job_id"])
def test_a_job_that_was_waited_for_with_retrieve_is_not_told_of_again(name):
    told = Told()
    told.says("user", "Wait for it", status="delivered")
    reply = told.says("assistant", "I wait.")
    told.job()
    told.calls(reply, "c1", name="retrieve", arguments={name: "j1"}, status="completed", output="made\n[exit 0 · 72 s]")
    told.says("assistant", "It is made.")
    assert told.lines == []
