"""The chat as an anywidget. The page talks to the server by itself; the kernel only says which session."""

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


class Chat(anywidget.AnyWidget):
    """A chat with the agents of one session. Made by `dispatch_jupyter.chat()`.

    It has its own connection to the server, so it works while the kernel is busy, and after a reload of the page.
    """

    _esm = _built("widget.js")
    _css = _built("widget.css")

    session_id = traitlets.Unicode(help="The session that is shown.").tag(sync=True)
    instance = traitlets.Unicode(help="Id of the server process, by which the page knows it is the same.").tag(
        sync=True
    )
    height = traitlets.Int(480, min=120, help="In CSS pixels.").tag(sync=True)
