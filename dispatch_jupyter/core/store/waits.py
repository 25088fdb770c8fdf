"""Which sessions have agents that wait for a key, so that a server that starts finds them without opening all."""

from pathlib import Path

from ..protocol.ids import SessionId


class Waits:
    """A folder with a small file a session. Hints: the session's own records say who waits. Methods block.

    Args:
        folder: next to the folder of sessions.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def note(self, session_id: SessionId, project: Path) -> None:
        """Somebody waits in this session, which belongs to `project`. Raises OSError."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self._folder / session_id).write_text(str(project), encoding="utf-8", errors="surrogateescape")

    def forget(self, session_id: SessionId) -> None:
        """Nobody waits there any more. Raises OSError."""
        (self._folder / session_id).unlink(missing_ok=True)

    def of(self, project: Path) -> list[SessionId]:
        """The sessions of a project in which somebody may wait."""
        try:
            files = sorted(self._folder.iterdir())
        except OSError:
            return []  # nobody ever waited, or nobody can say
        return [SessionId(file.name) for file in files if _reads(file, str(project))]


def _reads(file: Path, text: str) -> bool:
    try:
        return file.read_text(encoding="utf-8", errors="surrogateescape") == text
    except OSError:
        return False
