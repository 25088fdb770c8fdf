"""The fold of changes, and what is made of it: answers and transcripts."""

from datetime import UTC, datetime, timedelta

import pytest

from dispatch_jupyter.core.protocol.changes import Delta, Notice, Put, Snapshot
from dispatch_jupyter.core.protocol.parts import Limits, ModelRef, Usage
from dispatch_jupyter.core.protocol.records import Agent, ErrorInfo, FileChange, Message, Session, ToolCall
from dispatch_jupyter.notebook.answer import answer_from
from dispatch_jupyter.notebook.transcript import Call, Doing, Foot, Problem, Text, transcript
from dispatch_jupyter.notebook.view import View, utf16_head

MODEL = ModelRef(id="openai/test", provider="openai", label="test")
AGENT = Agent(id="s-a", model=MODEL, limits=Limits(root="/p"), status="running")
ASKED = Message(id="m1", agent_id="s-a", role="user", order=10, status="delivered", text="hi")
REPLY = Message(id="m2", agent_id="s-a", role="assistant", order=11, status="streaming")
CALL = ToolCall(id="c1", agent_id="s-a", message_id="m2", index=0, provider_id="x", name="read_file")


def view_of(*records: Message | ToolCall | Agent) -> View:
    view = View()
    view.apply(
        Snapshot(
            seq=1,
            instance="i",
            session=Session(id="s", project="/p", root_agent_id="s-a"),
            agents=[r for r in records if isinstance(r, Agent)] or [AGENT],
            messages=[r for r in records if isinstance(r, Message)],
            calls=[r for r in records if isinstance(r, ToolCall)],
            requests=[],
        )
    )
    return view


def text_delta(at: int, text: str, field: str = "text") -> Delta:
    return Delta(table="messages", id="m2", field=field, at=at, text=text)


def test_deltas_write_into_a_text_and_the_put_that_follows_is_the_truth() -> None:
    view = view_of(ASKED, REPLY)
    view.apply(text_delta(0, "Hel"))
    view.apply(text_delta(3, "lo"))
    assert view.message("m2").text == "Hello"
    view.apply(Put(table="messages", record=REPLY.model_copy(update={"text": "Hello.", "status": "complete"})))
    assert view.message("m2").text == "Hello."


def test_a_delta_may_come_twice() -> None:
    view = view_of(ASKED, REPLY)
    for delta in [text_delta(0, "Hello"), text_delta(5, " you"), text_delta(5, " you")]:
        view.apply(delta)
    assert view.message("m2").text == "Hello you"


def test_deltas_go_on_from_the_text_of_a_snapshot() -> None:
    view = view_of(ASKED, REPLY.model_copy(update={"text": "Hel"}))
    view.apply(text_delta(3, "lo"))
    assert view.message("m2").text == "Hello"


def test_places_are_counted_in_utf16() -> None:
    view = view_of(ASKED, REPLY)
    for delta in [text_delta(0, "a🐍é"), text_delta(4, "b"), text_delta(3, "z")]:
        view.apply(delta)
    assert view.message("m2").text == "a🐍z"
    assert utf16_head("🐍🐍", 2) == "🐍"


def test_fields_are_kept_apart_and_unknown_records_are_left_alone() -> None:
    view = view_of(ASKED, REPLY)
    view.apply(text_delta(0, "why", field="reasoning"))
    view.apply(Delta(table="messages", id="gone", field="text", at=0, text="x"))
    view.apply(Notice(kind="session_changed"))
    assert (view.message("m2").reasoning, view.message("m2").text) == ("why", "")
    assert view.message("gone") is None


def test_a_snapshot_begins_anew() -> None:
    view = view_of(ASKED, REPLY)
    view.apply(text_delta(0, "old"))
    view.apply(Snapshot(seq=9, instance="j", session=Session(id="s", project="/p", root_agent_id="s-a"),
                        agents=[AGENT], messages=[REPLY], calls=[], requests=[]))  # fmt: skip
    assert view.message("m1") is None
    assert view.message("m2").text == ""


def test_replies_are_those_of_this_agent_after_the_message_in_order() -> None:
    def reply(ident: str, order: int, agent: str = "s-a", role: str = "assistant") -> Message:
        return REPLY.model_copy(update={"id": ident, "order": order, "agent_id": agent, "role": role})

    view = view_of(
        ASKED, reply("late", 30), reply("early", 11), reply("before", 9),
        reply("other", 12, agent="s-b"), reply("person", 13, role="user"), reply("notice", 14, role="notice"),
    )  # fmt: skip
    assert [message.id for message in view.replies(ASKED)] == ["early", "late"]


def finished() -> View:
    first = REPLY.model_copy(update={"text": "Let me look.", "status": "complete", "usage": Usage(input_tokens=10)})
    last = first.model_copy(
        update={"id": "m3", "order": 12, "text": "It is a readme.", "usage": Usage(output_tokens=5, cost_usd=0.01)}
    )
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    call = CALL.model_copy(
        update={"status": "completed", "arguments": {"path": "README.md"}, "output": "# T", "started_at": begun,
                "ended_at": begun + timedelta(milliseconds=12)}
    )  # fmt: skip
    return view_of(ASKED, first, last, call, AGENT.model_copy(update={"status": "idle"}))


def test_an_answer_has_the_last_text_the_sum_of_usage_and_all_calls() -> None:
    view = finished()
    answer = answer_from(view, view.agent("s-a"), ASKED, "s")
    assert answer.text == str(answer) == "It is a readme."
    assert answer.usage == Usage(input_tokens=10, output_tokens=5, cost_usd=0.01)
    assert [call.name for call in answer.calls] == ["read_file"]
    assert (answer.status, answer.session_id, answer.agent_id) == ("complete", "s", "s-a")
    assert "readme" not in repr(answer)
    assert repr(answer) == "<Answer complete: 15 characters, 1 tool call, 15 tokens, $0.0100>"


@pytest.mark.parametrize(
    ("code", "status"), [("cancelled", "interrupted"), ("interrupted", "interrupted"), ("bad_key", "failed")]
)
def test_an_answer_says_how_it_ended(code: str, status: str) -> None:
    error = ErrorInfo(code=code, message="No.")
    answer = answer_from(view_of(ASKED), AGENT.model_copy(update={"error": error}), ASKED, "s")
    assert (answer.status, answer.error, answer.text, answer.model) == (status, error, "", "openai/test")


def test_a_finished_transcript() -> None:
    view = finished()
    assert list(transcript(view, ASKED, view.agent("s-a"), ended=True)) == [
        Text("Let me look.", done=True),
        Call("✓", "read_file", "README.md", "12 ms", done=True),
        Text("It is a readme.", done=True),
        Foot("openai/test · 15 tokens, $0.0100"),
    ]


def test_a_transcript_under_way() -> None:
    view = view_of(ASKED)
    assert list(transcript(view, ASKED, AGENT, ended=False)) == [Doing("thinking…")]
    view = view_of(ASKED, REPLY.model_copy(update={"text": "Hel"}))
    assert list(transcript(view, ASKED, AGENT, ended=False)) == [Text("Hel", done=False)]
    noted = AGENT.model_copy(update={"note": "trying again in 4 s"})
    assert list(transcript(view_of(ASKED), ASKED, noted, ended=False)) == [Doing("trying again in 4 s")]
    queued = ASKED.model_copy(update={"status": "queued"})
    assert list(transcript(view_of(queued), queued, AGENT, ended=False)) == [
        Doing("waiting: the agent is busy with an earlier message")
    ]


def test_what_went_wrong_is_said_with_its_hint() -> None:
    failed = AGENT.model_copy(update={"error": ErrorInfo(code="bad_key", message="Refused.", hint="Set a key.")})
    assert list(transcript(view_of(ASKED), ASKED, failed, ended=True)) == [Problem("Refused. Set a key.")]
    cut = REPLY.model_copy(
        update={"text": "Long", "status": "complete", "error": ErrorInfo(code="length", message="Cut.")}
    )
    assert Problem("Cut.") in list(transcript(view_of(ASKED, cut), ASKED, AGENT, ended=True))


def test_calls_on_one_line() -> None:
    def line(**changes: object) -> str:
        view = view_of(ASKED, REPLY, CALL.model_copy(update=changes))
        (call,) = (block for block in transcript(view, ASKED, AGENT, ended=True) if isinstance(block, Call))
        return str(call)

    assert line() == "… read_file"
    assert line(status="in_progress", arguments={"path": "a b.py"}) == "… read_file a b.py (running)"
    assert line(arguments={"pattern": "*.py", "limit": 3}) == "… read_file pattern=*.py, limit=3"
    assert line(status="failed", error=ErrorInfo(code="x", message="No\nsuch file.")) == "✗ read_file (No such file.)"
    assert line(status="failed", output="Error: why") == "✗ read_file (Error: why)"
    change = FileChange(path="a.py", diff="", added=2, removed=1)
    assert line(status="completed", changes=[change]) == "✓ read_file (+2 −1)"  # noqa: RUF001
    assert len(line(arguments={"text": "x" * 9000})) < 200
    assert "\x1b" not in line(arguments={"path": "\x1b[2Jgone"})


def test_a_model_cannot_steer_the_terminal() -> None:
    view = view_of(ASKED, REPLY.model_copy(update={"text": "a\x1b[2Jb\tc\nd\x9b"}))
    assert next(transcript(view, ASKED, AGENT, ended=False)) == Text("a[2Jb\tc\nd", done=False)


def test_a_demo_is_called_one() -> None:
    demo = AGENT.model_copy(update={"model": MODEL.model_copy(update={"demo": True})})
    assert list(transcript(view_of(ASKED), ASKED, demo, ended=True)) == [Foot("demo, no language model · 0 tokens")]
