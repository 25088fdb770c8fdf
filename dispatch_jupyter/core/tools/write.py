"""write_file."""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from ..permissions.faults import quoted
from ..protocol.errors import ToolError
from ..protocol.records import CallKind
from .changing import changed, check_content, check_target
from .fields import FlatArguments
from .files import PathField
from .text import Text, all_crlf, decode
from .threads import to_the_end
from .tool import Arguments, ToolContext, ToolResult
from .versions import check_known, remember


class WriteFileArguments(FlatArguments):
    path: PathField
    content: Annotated[str, Field(description="The whole new text of the file.")]


class WriteFile:
    """A whole file, new or in place of one the agent has read."""

    name: ClassVar[str] = "write_file"
    kind: ClassVar[CallKind] = "edit"
    description: ClassVar[str] = (
        "Create a file, or replace the whole text of one you have read. Missing folders are made. "
        "To change a part of a file use edit_file."
    )
    arguments: ClassVar[type[Arguments]] = WriteFileArguments
    exclusive: ClassVar[bool] = True

    async def run(self, arguments: Any, context: ToolContext) -> ToolResult:
        return await to_the_end(_write_file, arguments, context)


def _write_file(arguments: WriteFileArguments, context: ToolContext) -> ToolResult:
    path, content = arguments.path, arguments.content
    check_content(path, content)
    check_target(context, path)
    current = context.files.read_if_there(path)
    if current is None:
        written = context.files.write(path, Text(content).encode(content, path), None)
        return changed(context, written, None, content, [f"Created {quoted(path)}."])
    before = decode(current.data, path)
    new, data, notes = _in_the_manner_of(before, content, path)
    if data == current.data:
        remember(context.seen, current)
        return ToolResult(f"{quoted(path)} has exactly this content already; nothing was written.")
    check_known(context.seen, current, path)
    written = context.files.write(path, data, current.fingerprint)
    return changed(context, written, before.text, new, [f"Replaced the text of {quoted(path)}.", *notes])


def _in_the_manner_of(before: Text, content: str, path: str) -> tuple[str, bytes, list[str]]:
    """The new text and its bytes, with line endings and encoding of the old, and what to say about that.

    A model sees neither, so it cannot mean to change them.
    """
    notes: list[str] = []
    if all_crlf(before.text) and "\r" not in content and "\n" in content:
        content = content.replace("\n", "\r\n")
        notes.append("Its CRLF line endings were kept.")
    try:
        return content, before.encode(content, path), notes
    except ToolError:
        notes.append(f"It was stored as {before.encoding}, which lacks characters of the new text: now it is UTF-8.")
        return content, content.encode(), notes
