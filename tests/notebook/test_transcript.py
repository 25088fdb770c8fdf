"""What a cell tells of a turn that waits for a person or runs commands."""

from pathlib import Path

from dispatch_jupyter.core.protocol.changes import Put, Snapshot
from dispatch_jupyter.core.protocol.parts import Limits, ModelRef
from dispatch_jupyter.core.protocol.records import Agent, CommandRun, Message, Request, Session, ToolCall
from dispatch_jupyter.notebook.transcript import ANSWER_IN_PANEL, Call, Doing, transcript
from dispatch_jupyter.notebook.view import View

AGENT = Agent(
    id="s-1",
    status="waiting",
    waiting_on="request",
    model=ModelRef(id="m", provider="p", label="m"),
    limits=Limits(root="/p"),
)
ASKED = Message(id="m1", agent_id="s-1", role="user", order=1, status="delivered", text="go")
REPLY = Message(id="m2", agent_id="s-1", role="assistant", order=2, status="complete")
REQUEST = Request(id="r", agent_id="s-1", kind="permission", question="dispatch wants to read /etc/hosts")


def view_of(*calls: ToolCall) -> View:
    view = View()
    session = Session(id="s", project="/p", root_agent_id="s-1")
    view.apply(
        Snapshot(
            seq=1,
            instance="i",
            session=session,
            agents=[AGENT],
            messages=[ASKED, REPLY],
            calls=list(calls),
            requests=[REQUEST],
        )
    )
    return view


def call_of(run: CommandRun, status: str = "completed") -> ToolCall:
    return ToolCall(
        id="c",
        agent_id="s-1",
        message_id="m2",
        index=0,
        provider_id="x",
        name="run_shell",
        status=status,
        arguments={"command": "pytest -q\necho done", "description": "Run the tests"},
        command=run,
    )


def test_an_open_request_is_told_and_where_to_answer_it() -> None:
    view = view_of()
    (doing,) = [block for block in transcript(view, ASKED, AGENT, ended=False) if isinstance(block, Doing)]
    assert doing.text.startswith("dispatch wants to read /etc/hosts")
    assert doing.text.endswith(ANSWER_IN_PANEL)
    view.apply(Put(table="requests", record=REQUEST.model_copy(update={"status": "answered"})))
    running = AGENT.model_copy(update={"status": "running", "waiting_on": None})
    assert "wants to" not in str(list(transcript(view, ASKED, running, ended=False)))


def test_what_an_agent_below_asks_is_told_with_its_name_and_whom_it_keeps_waiting() -> None:
    view = view_of()
    planner = AGENT.model_copy(update={"id": "s-ab12c0ff", "name": "planner", "parent_id": "s-1", "waiting_on": "user"})
    asked = Request(id="q", agent_id=planner.id, kind="question", question="OAuth,\n JWT,\x1b[31m or both?")
    view.apply(Put(table="agents", record=planner))
    view.apply(Put(table="requests", record=REQUEST.model_copy(update={"status": "answered"})))
    view.apply(Put(table="requests", record=asked))
    waits = AGENT.model_copy(update={"waiting_on": "children", "waits_for": [planner.id]})
    told = [block.text for block in transcript(view, ASKED, waits, ended=False) if isinstance(block, Doing)]
    assert told == [
        f"planner ab12 asks you: OAuth, JWT,[31m or both? {ANSWER_IN_PANEL}",
        "waiting for planner ab12",
    ]


def test_a_summons_is_named_by_whom_for_what() -> None:
    call = ToolCall(
        id="c",
        agent_id="s-1",
        message_id="m2",
        index=0,
        provider_id="x",
        name="summon",
        arguments={"agent": "writer", "task": "Write\nit up", "background": True},
    )
    shown = [block for block in transcript(view_of(call), ASKED, AGENT, ended=False) if isinstance(block, Call)]
    assert [block.subject for block in shown] == ["writer: Write it up"]


def test_nothing_in_the_kernel_can_answer() -> None:
    """An agent's code may run in a kernel, so nothing of ours there knows how to say yes."""
    for path in Path(transcript.__code__.co_filename).parent.glob("*.py"):
        assert "permissions/" not in path.read_text("utf-8")
        assert "AnswerRequest" not in path.read_text("utf-8")


def test_a_command_is_named_and_how_it_ended() -> None:
    for run, outcome in [
        (CommandRun(cwd="/p", exit_code=1), "exit 1"),
        (CommandRun(cwd="/p", signal="SIGSEGV"), "SIGSEGV"),
        (CommandRun(cwd="/p", timed_out=True, signal="SIGKILL"), "timed out"),
        (CommandRun(cwd="/p", job_id="j"), "in the background"),
    ]:
        view = view_of(call_of(run))
        (line,) = [block for block in transcript(view, ASKED, AGENT, ended=False) if isinstance(block, Call)]
        assert line.subject == "pytest -q echo done"
        assert line.outcome == outcome
