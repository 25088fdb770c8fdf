"""read_file and read_file_slice."""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from ..permissions.faults import quoted
from ..protocol.errors import ToolError
from ..protocol.records import CallKind
from .fields import FlatArguments
from .notebooks import is_notebook, parse, view
from .pages import page
from .text import Text, decode, split_lines
from .threads import in_thread
from .tool import Arguments, ToolContext, ToolResult
from .versions import remember

MAX_SLICE_CHARS = 9000

PathField = Annotated[str, Field(description="Path of the file, relative to the project folder.")]


class ReadFileArguments(FlatArguments):
    path: PathField
    offset: Annotated[int, Field(ge=0, description="First line to read, counted from 1.")] = 1
    limit: Annotated[int, Field(ge=1, description="How many lines to read at most.")] = 2000
    raw: Annotated[bool, Field(description="For .ipynb only: true shows the JSON text instead of the cells.")] = False


class ReadFile:
    """Text as numbered lines, notebooks as cells."""

    name: ClassVar[str] = "read_file"
    kind: ClassVar[CallKind] = "read"
    description: ClassVar[str] = (
        "Read a text file or a notebook. Each line comes as its number, a tab and its text; number and tab are not in "
        "the file. Long files come in pages: the last line says which offset goes on."
    )
    arguments: ClassVar[type[Arguments]] = ReadFileArguments
    exclusive: ClassVar[bool] = False

    async def run(self, arguments: Any, context: ToolContext) -> ToolResult:
        return await in_thread(_read_file, arguments, context)


class ReadFileSliceArguments(FlatArguments):
    path: PathField
    line: Annotated[int, Field(ge=1, description="Number of the line, counted from 1.")]
    char_offset: Annotated[int, Field(ge=0, description="First character of the line to read, counted from 0.")] = 0
    char_length: Annotated[int, Field(ge=1, description="How many characters to read, at most 9000.")] = 5000


class ReadFileSlice:
    """A part of one long line."""

    name: ClassVar[str] = "read_file_slice"
    kind: ClassVar[CallKind] = "read"
    description: ClassVar[str] = "Read a range of characters of one line, for lines that read_file shows cut."
    arguments: ClassVar[type[Arguments]] = ReadFileSliceArguments
    exclusive: ClassVar[bool] = False

    async def run(self, arguments: Any, context: ToolContext) -> ToolResult:
        return await in_thread(_read_slice, arguments, context)


def _read_file(arguments: ReadFileArguments, context: ToolContext) -> ToolResult:
    path = arguments.path
    text = _text(path, context)
    cells = is_notebook(path) and not arguments.raw and bool(text.text.strip())
    lines = view(parse(text.text, path)) if cells else split_lines(text.text)
    if not lines:
        return ToolResult(f"[{quoted(path)} is empty]")
    offset = max(1, arguments.offset)
    if offset > len(lines):
        raise _past_end(path, offset, len(lines))
    rest = (
        "raw=true shows the file's JSON" if cells else "read_file_slice with line={line}, char_offset={shown} goes on"
    )
    part = page(lines, offset, arguments.limit, rest)
    notes: list[str] = []
    if text.encoding != "utf-8":
        notes.append(f"[read as {text.encoding}]")
    if part.next is not None:
        last = part.next - 1
        notes.append(
            f"[lines {offset}-{last} of {part.total}; {part.total - last} more: go on with offset={part.next}]"
        )
    return ToolResult("\n".join([*part.lines, *notes]))


def _read_slice(arguments: ReadFileSliceArguments, context: ToolContext) -> ToolResult:
    path = arguments.path
    lines = split_lines(_text(path, context).text)
    if arguments.line > len(lines):
        raise _past_end(path, arguments.line, len(lines))
    line = lines[arguments.line - 1]
    start = arguments.char_offset
    if start >= len(line) and start > 0:
        raise ToolError(
            f"Line {arguments.line} of {quoted(path)} has {len(line):,} characters; {start:,} is past its end.",
            "Use a smaller char_offset.",
            code="out_of_range",
        )
    end = min(len(line), start + min(arguments.char_length, MAX_SLICE_CHARS))
    more = f"; {len(line) - end} more: go on with char_offset={end}" if end < len(line) else ""
    header = f"[line {arguments.line} of {quoted(path)}, characters {start}-{end} of {len(line)}{more}]"
    return ToolResult(f"{header}\n{line[start:end]}")


def _text(path: str, context: ToolContext) -> Text:
    content = context.files.read(path)
    text = decode(content.data, path)
    remember(context.seen, content)
    return text


def _past_end(path: str, line: int, total: int) -> ToolError:
    return ToolError(
        f"{quoted(path)} has {total} line{'' if total == 1 else 's'}; line {line} is past its end.",
        "Use a smaller number.",
        code="out_of_range",
    )
