"""What a model is sent, from records."""

from dispatch_jupyter.core.protocol.ids import new_agent_id, new_id
from dispatch_jupyter.core.protocol.records import ErrorInfo, Message, ToolCall
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
