"""The project's own instructions to agents: its `AGENTS.md`."""

from pathlib import Path

from ..permissions.paths import Files
from ..protocol.errors import ToolError
from ..protocol.records import ErrorInfo
from .disk import MAX_FILE_BYTES, fault, problem

FILES = ("AGENTS.md", "CLAUDE.md")
"""The first that is there is read."""
MAX_BYTES = 32_000

_INTRODUCTION = """\
# Instructions of the project

From `{name}`, as the project's authors wrote it. Follow it where it applies; what the person says comes first.

"""


def instructions(project: Path) -> tuple[str, ErrorInfo | None]:
    """What the project tells agents, for the system prompt, and what is wrong with the file. Blocks.

    A file that cannot be read gives no text; of one that is too long the beginning.
    """
    for name in FILES:
        path = project / name
        try:
            raw = Files(project).read(name, MAX_FILE_BYTES).data
        except ToolError as error:
            if error.tool_code == "not_found" and not path.is_symlink():
                continue
            return "", fault(path, error)
        try:
            text = raw.decode("utf-8-sig").replace("\r\n", "\n").strip()
        except UnicodeDecodeError as error:
            return "", problem(path, f"is not UTF-8 text (byte {error.start})", "Save it as UTF-8.")
        if not text:
            return "", None
        shown, wrong = _capped(path, text)
        return _INTRODUCTION.format(name=name) + shown, wrong
    return "", None


def _capped(path: Path, text: str) -> tuple[str, ErrorInfo | None]:
    raw = text.encode()
    if len(raw) <= MAX_BYTES:
        return text, None
    start = raw[:MAX_BYTES].decode(errors="ignore")
    whole = start.rpartition("\n")[0] or start
    line = whole.count("\n") + 2
    note = f"\n\n[the rest of `{path.name}` is left out: read_file with offset={line} shows it]"
    what = (
        f"agents are not told what is here and below: the file has {len(raw):,} bytes, at most {MAX_BYTES:,} are told"
    )
    return whole + note, problem(path, what, "Shorten it, or move parts of it to skills.", line)
