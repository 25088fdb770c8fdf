"""What a cell shows of a turn, as blocks from top to bottom; how they look is for the screen to decide."""

from collections.abc import Iterator
from dataclasses import dataclass

from ..core.protocol.ids import AgentId, handle_of
from ..core.protocol.parts import Usage
from ..core.protocol.records import Agent, Message, ToolCall
from .format import MARKS, call_outcome, call_subject, error_line, model_label, one_line, printable, usage_line
from .view import View


@dataclass(frozen=True, slots=True)
class Text:
    """Markdown of the model, growing until `done`."""

    markdown: str
    done: bool


@dataclass(frozen=True, slots=True)
class Call:
    """One tool call on one line."""

    mark: str
    name: str
    subject: str
    outcome: str
    done: bool

    def __str__(self) -> str:
        line = f"{self.mark} {self.name} {self.subject}".rstrip()
        return f"{line} ({self.outcome})" if self.outcome else line


@dataclass(frozen=True, slots=True)
class Doing:
    """What is going on right now; gone at the next moment."""

    text: str


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, and what to do about it."""

    text: str


@dataclass(frozen=True, slots=True)
class Foot:
    """The last line of an answer that is whole."""

    text: str


Block = Text | Call | Doing | Problem | Foot

QUEUED = "waiting: the agent is busy with an earlier message"
WAITING = "thinking…"
MOST = 10
"""So many agents that are waited for are named."""
QUESTION_CHARS = 300
ANSWER_IN_PANEL = "A kernel cannot answer this: do it in the Dispatch panel of JupyterLab, or in the chat widget."


def transcript(view: View, message: Message, agent: Agent, *, ended: bool) -> Iterator[Block]:
    """The blocks of a turn that a message began, as far as it has come."""
    replies = view.replies(message)
    for reply in replies:
        yield from _reply(reply, view.calls(reply))
    if not ended:
        yield from _asking(view)
        yield from _doing(view, message, agent, replies)
    elif agent.error:
        yield Problem(error_line(agent.error))
    else:
        usage = sum((reply.usage for reply in replies if reply.usage), Usage())
        yield Foot(f"{model_label(agent)} · {usage_line(usage)}")


def _reply(reply: Message, calls: list[ToolCall]) -> Iterator[Block]:
    if reply.text.strip():
        yield Text(printable(reply.text.strip("\n")), done=reply.status != "streaming" or bool(calls))
    for call in calls:
        done = call.status in ("completed", "failed")
        yield Call(MARKS[call.status], printable(call.name), call_subject(call), call_outcome(call), done)
    if reply.status == "complete" and reply.error:
        yield Problem(error_line(reply.error))


def _asking(view: View) -> Iterator[Block]:
    """What the agent, or one that works for it, waits to be allowed or told. Only told of here: an answer that came by
    way of a kernel would be worth nothing, since agents' code may run in kernels.
    """
    for request in view.open_requests():
        sentence = printable(request.question)
        if request.kind == "question":
            sentence = f"{_name(view, request.agent_id)} asks you: {one_line(sentence, QUESTION_CHARS)}"
        yield Doing(f"{sentence}{'' if sentence.endswith(('.', '?', '!', '…')) else '.'} {ANSWER_IN_PANEL}")


def _name(view: View, agent_id: str) -> str:
    agent = view.agent(agent_id)
    handle = handle_of(AgentId(agent_id))
    return f"{printable(agent.name)} {handle}" if agent else f"Agent {handle}"


def _doing(view: View, message: Message, agent: Agent, replies: list[Message]) -> Iterator[Block]:
    if message.status == "queued" and agent.status == "running":
        yield Doing(QUEUED)
    elif agent.waiting_on == "children":
        yield Doing(f"waiting for {', '.join(_name(view, child) for child in agent.waits_for[:MOST])}")
    elif agent.waiting_on:
        return
    elif agent.note:
        yield Doing(printable(agent.note))
    elif not replies or not (replies[-1].status == "streaming" and replies[-1].text.strip()):
        yield Doing(WAITING)
