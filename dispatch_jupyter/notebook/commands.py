"""What a person calls in a notebook: `ask`, `chat`, `tree` and `agent`."""

from typing import TYPE_CHECKING

from ..core.protocol.errors import DispatchError, Invalid
from ..core.protocol.ids import AgentId, SessionId, session_of
from .agents import find_agent
from .answer import Answer
from .current import current
from .errors import lines_of, readable
from .screen import Quiet, best_screen
from .turn import Stopped, Turn

if TYPE_CHECKING:
    from .widgets import Chat, Thread, Tree

__all__ = ["Answer", "agent", "ask", "chat", "tree"]


def ask(text: str, *, session: str | None = None, model: str | None = None, quiet: bool = False) -> Answer:
    """Ask the agent, watch it answer, and get the answer as an object.

    The same as `%dispatch TEXT`. Successive calls go on in one session, the one that the chat panel shows.

        answer = dispatch.ask(f"What is wrong here? {error}")
        answer.text, answer.usage, answer.calls

    Args:
        text: What to say.
        session: Id of a session, or `new`. Default: this kernel's, else the project's latest, else a new one.
        model: `provider/name`, for a new session only.
        quiet: Show nothing, only return the answer.

    Returns:
        The answer. `answer.status` is `failed` and `answer.error` says why where the agent could not go on.

    Raises:
        DispatchError: the message was not accepted: no server, unknown session, …
        KeyboardInterrupt: the kernel was interrupted; so was the agent. Its `answer` is what had come.
    """
    try:
        session_id = current.choose(session, model)
        turn = Turn(current.client(), Quiet() if quiet else best_screen())
        try:
            return turn.run(text, session_id, model)
        finally:
            if turn.accepted:
                current.session_id = turn.accepted.session_id
    except DispatchError as error:
        raise readable(error, *lines_of(error)) from None
    except Stopped as stopped:
        raise readable(stopped, "Stopped.") from None


def chat(session: str | None = None, *, model: str | None = None, height: int = 480) -> "Chat":
    """The chat as a widget, to be a cell's last line. Several widgets and the panel on one session stay in step.

    Args:
        session: Id of a session, or `new`. Default: this kernel's, else the project's latest, else a new one.
        model: `provider/name`, for a new session only.
        height: In CSS pixels.

    Raises:
        DispatchError: no server, or an unknown session.
    """
    try:
        from .widgets import Chat

        client = current.client()
        instance = client.status().instance
        chosen = current.choose(session, model)
        state = client.session(chosen) if chosen else client.create_session(model)
    except DispatchError as error:
        raise readable(error, *lines_of(error)) from None
    current.session_id = state.session.id
    widget = Chat(session_id=state.session.id, instance=instance, height=height)
    widget.observe(_follow, "session_id")
    return widget


def tree(session: str | None = None, *, height: int = 480) -> "Tree":
    """The agents of a session as a tree, to be a cell's last line: how each stands, and the thread of the one you pick.

    Args:
        session: Id of a session. Default: this kernel's, else the project's latest.
        height: In CSS pixels.

    Raises:
        DispatchError: no server, or no such session.
    """
    try:
        from .widgets import Tree

        session_id = _existing(session)
        current.client().outline(session_id)
        instance = current.client().status().instance
    except DispatchError as error:
        raise readable(error, *lines_of(error)) from None
    return Tree(session_id=session_id, instance=instance, height=height)


def agent(handle: str, session: str | None = None, *, height: int = 480) -> "Thread":
    """The thread of one agent, to be a cell's last line: watch it, write to it, answer what it asks.

        dispatch.agent("ab12")

    Args:
        handle: The first digits of its id, 4 at least, as the tree shows them; or its id; or its name, where no other
            agent of the session has it.
        session: Id of a session. Default: the one that a whole id names, else this kernel's, else the project's latest.
        height: In CSS pixels.

    Raises:
        DispatchError: no server, no such session; no such agent, or more than one: the hint lists them.
    """
    try:
        from .widgets import Thread

        handle = str(handle)  # one of digits only is easily given as a number
        named = session_of(AgentId(handle)) if "-" in handle else None
        session_id = _existing(session or named)
        found = find_agent(current.client().outline(session_id).agents, handle)
        instance = current.client().status().instance
    except DispatchError as error:
        raise readable(error, *lines_of(error)) from None
    return Thread(session_id=session_id, agent_id=found.id, instance=instance, height=height)


def _existing(session: str | None) -> SessionId:
    chosen = current.choose(session)
    if chosen is None:
        raise Invalid("There is no session yet.", "The first message begins one: `%dispatch say hello`.")
    return chosen


def _follow(change: dict[str, str]) -> None:
    """A person chose another session in the widget: the next `%dispatch` speaks there too."""
    if change["new"]:  # empty: a session that begins with the first message
        current.session_id = SessionId(change["new"])
