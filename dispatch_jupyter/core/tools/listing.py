"""list_files."""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from ..permissions.faults import kind, printable, quoted
from ..permissions.folder import Entry
from ..protocol.errors import ToolError
from ..protocol.records import CallKind
from .fields import FlatArguments
from .ignore import matcher
from .output import MAX_CHARS, MAX_LINES
from .scan import Found, Scan
from .threads import in_turn
from .tool import Arguments, ToolContext, ToolResult

MAX_ENTRIES = MAX_LINES - 20
MAX_LIST_CHARS = MAX_CHARS - 1000


class ListFilesArguments(FlatArguments):
    path: Annotated[str, Field(description="Folder to list, relative to the project folder.")] = "."
    glob: Annotated[
        str, Field(description="Only files that match, for example *.py or src/**/*.{ts,tsx}; empty lists all.")
    ] = ""
    depth: Annotated[int, Field(ge=1, description="How many levels of folders to go down.")] = 20
    ignored: Annotated[bool, Field(description="True lists also what .gitignore leaves out.")] = False


class ListFiles:
    """What is in the project, without what git ignores."""

    name: ClassVar[str] = "list_files"
    kind: ClassVar[CallKind] = "search"
    description: ClassVar[str] = (
        "List files and folders, sorted, with sizes. Leaves out .git and what .gitignore names. Paths are relative to "
        "the project folder; folders end in /."
    )
    arguments: ClassVar[type[Arguments]] = ListFilesArguments
    exclusive: ClassVar[bool] = False

    async def run(self, arguments: Any, context: ToolContext) -> ToolResult:
        return await in_turn(_list_files, arguments, context)


def _list_files(arguments: ListFilesArguments, context: ToolContext) -> ToolResult:
    wanted = matcher(arguments.glob) if arguments.glob.strip() else None
    if wanted is None and arguments.glob.strip():
        raise ToolError(
            f"The glob {quoted(arguments.glob)} cannot be understood.", "Use one like *.py or src/**/*.py.",
            code="invalid_arguments",
        )  # fmt: skip
    scan = Scan(context.files, wanted, arguments.depth, ignored=arguments.ignored)
    scan.run(arguments.path)
    shown, cut = _fitting(scan.found)
    if not shown:
        return ToolResult("\n".join([_nothing(arguments), *_notes(scan, 0)]))
    return ToolResult("\n".join([*shown, *_notes(scan, cut)]))


def _fitting(found: list[Found]) -> tuple[list[str], int]:
    """As many lines as fit, upper levels first, then sorted; and how many are left out."""
    chosen: list[tuple[str, str]] = []
    chars = 0
    for item in found:
        line = _line(item)
        chars += len(line) + 1
        if len(chosen) == MAX_ENTRIES or chars > MAX_LIST_CHARS:
            break
        chosen.append((item.path, line))
    return [line for _, line in sorted(chosen)], len(found) - len(chosen)


def _line(item: Found) -> str:
    return f"{printable(item.path)}{_about(item.entry)}{f'  ({item.note})' if item.note else ''}"


def _about(entry: Entry) -> str:
    if entry.is_folder:
        return ""
    if entry.target:
        return f" -> {printable(entry.target)}"
    what = kind(entry.mode)
    return f"  {_size(entry.size)}" if what == "a file" else f"  ({what})"


def _size(size: int) -> str:
    if size < 1000:
        return f"{size} B"
    for unit, factor in (("kB", 1e3), ("MB", 1e6)):
        if size < factor * 1000:
            return f"{size / factor:.1f} {unit}"
    return f"{size / 1e9:.1f} GB"


def _notes(scan: Scan, cut: int) -> list[str]:
    """What is not in the list, and how to see it."""
    notes: list[str] = []
    if cut:
        notes.append(
            f"[{cut}{' or more' if scan.stopped else ''} further entries left out: use a path, a glob or a depth]"
        )
    elif scan.stopped:
        notes.append(f"[not all was looked at: {scan.stopped}; use a path or a depth]")
    if scan.deeper:
        notes.append(f"[{scan.deeper} folders not opened: they are deeper than depth]")
    if scan.skipped:
        notes.append(f"[{scan.skipped} ignored entries left out; ignored=true lists them]")
    return notes


def _nothing(arguments: ListFilesArguments) -> str:
    if arguments.glob.strip():
        return f"[no file in {quoted(arguments.path)} matches {quoted(arguments.glob)}]"
    return f"[{quoted(arguments.path)} has nothing to list]"
