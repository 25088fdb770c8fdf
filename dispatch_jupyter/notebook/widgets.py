"""Views of a session as anywidgets. The page talks to the server by itself; the kernel only says what to show."""

from pathlib import Path

import anywidget
import traitlets

from ..core.protocol.errors import ProjectError

STATIC = Path(__file__).parent.parent / "static"


def _built(name: str) -> Path:
    path = STATIC / name
    if not path.is_file():
        raise ProjectError(
            f"The front end is not built: {path} is missing.",
            "In a clone of the project run `pip install -e .`, or `npm install && npm run build` in its `js` folder.",
        )
    return path


class _View(anywidget.AnyWidget):
    """A view of one session.

    It has its own connection to the server, so it works while the kernel is busy, and after a reload of the page.
    """

    _esm = _built("widget.js")
    _css = _built("widget.css")

    view = traitlets.Unicode("chat", read_only=True, help="What of the session is shown.").tag(sync=True)
    session_id = traitlets.Unicode(help="The session that is shown.").tag(sync=True)
    agent_id = traitlets.Unicode(help="The agent whose thread is shown; empty: the session's first one.").tag(sync=True)
    instance = traitlets.Unicode(help="Id of the server process, by which the page knows it is the same.").tag(
        sync=True
    )
    height = traitlets.Int(480, min=120, help="In CSS pixels.").tag(sync=True)


class Chat(_View):
    """A chat with the agents of one session. Made by `dispatch_jupyter.chat()`."""


class Tree(_View):
    """The agents of one session as a tree, and the thread of one of them. Made by `dispatch_jupyter.tree()`."""

    view = traitlets.Unicode("agents", read_only=True).tag(sync=True)


class Thread(_View):
    """The thread of one agent. Made by `dispatch_jupyter.agent()`."""

    view = traitlets.Unicode("thread", read_only=True).tag(sync=True)
