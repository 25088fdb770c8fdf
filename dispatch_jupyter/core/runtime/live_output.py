"""What a running command prints, for those who watch: bounded, however long it runs."""

from ..protocol.ids import CallId
from .session import Session

MAX_CHARS = 256_000
"""After so many characters the display begins anew with the last of them."""
KEPT_CHARS = 32_000


class LiveOutput:
    """Streams the output of one call to its watchers. Afterwards the call's record has what is kept of it."""

    def __init__(self, session: Session, call_id: CallId) -> None:
        self._session = session
        self._call_id = call_id
        self._chars = 0

    def show(self, text: str) -> None:
        """More output."""
        if not text:
            return
        self._chars += len(text)
        self._session.delta("calls", self._call_id, "output", text)
        if self._chars > MAX_CHARS:
            shown = self._session.live_text("calls", self._call_id).get("output", "")[-KEPT_CHARS:]
            _, _, whole_lines = shown.partition("\n")
            text = "[… earlier output is not shown while it runs …]\n" + (whole_lines or shown)
            self._session.restart_text("calls", self._call_id, "output", text)
            self._chars = len(text)
