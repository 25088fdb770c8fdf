"""write_file."""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from ..permissions.faults import quoted
from ..permissions.paths import Content, Written
from ..protocol.errors import ToolError
from ..protocol.records import CallKind
from .diffs import file_change
from .fields import FlatArguments
from .files import PathField
from .notebooks import is_notebook, parse
from .text import Text, all_crlf, decode
from .threads import in_thread
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
        return await in_thread(_write_file, arguments, context)


def _write_file(arguments: WriteFileArguments, context: ToolContext) -> ToolResult:
    path, content = arguments.path, arguments.content
    check_content(path, content)
    current = context.files.read_if_there(path)
    if current is None:
        written = context.files.write(path, Text(content).encode(content, path), None)
        return _result(context, written, path, None, content, [])
    before = decode(current.data, path)
    new, notes = _in_the_manner_of(before, content)
    data = _encoded(before, new, path, notes)
    if data == current.data:
        remember(context.seen, current)
        return ToolResult(f"{quoted(path)} has exactly this content already; nothing was written.")
    check_known(context.seen, current, path)
    written = context.files.write(path, data, current.fingerprint)
    return _result(context, written, path, before.text, new, notes)


def check_content(path: str, content: str) -> None:
    """That a text can be a file at all: valid Unicode, and a notebook where the name says so.

    Raises:
        ToolError: code `encoding`, `binary` or `invalid_notebook`.
    """
    try:
        content.encode()
    except UnicodeEncodeError as error:
        raise ToolError(
            f"The text has half a character at position {error.start} (a lone surrogate).",
            "Send the text again with whole characters.",
            code="encoding",
        ) from None
    if "\0" in content:
        raise ToolError(
            "The text has a NUL character in it.", "Text files have none: leave it out or escape it.", code="binary"
        )
    if is_notebook(path) and content.strip():
        parse(content, path)


def _in_the_manner_of(before: Text, content: str) -> tuple[str, list[str]]:
    """The new text with the line endings of the old: a model does not see them, so it cannot mean to change them."""
    if all_crlf(before.text) and "\r" not in content and "\n" in content:
        return content.replace("\n", "\r\n"), ["Its CRLF line endings were kept."]
    return content, []


def _encoded(before: Text, new: str, path: str, notes: list[str]) -> bytes:
    try:
        return before.encode(new, path)
    except ToolError:
        notes.append(f"It was stored as {before.encoding}, which lacks characters of the new text: now it is UTF-8.")
        return new.encode()


def _result(
    context: ToolContext, written: Written, path: str, before: str | None, after: str, notes: list[str]
) -> ToolResult:
    verb = "Created" if before is None else "Replaced the text of"
    return changed(context, written, path, before, after, [f"{verb} {quoted(path)}.", *notes])


def changed(
    context: ToolContext, written: Written, path: str, before: str | None, after: str, says: list[str]
) -> ToolResult:
    """The result of a write: remembered as seen, with the diff for people and its size for the model."""
    remember(context.seen, written)
    change = file_change(context.files.show(written.path), before, after)
    says.append(f"{change.added} lines added, {change.removed} removed.")
    if written.links:
        says.append(f"It had {written.links} other names (hard links); they keep the old text.")
    return ToolResult(" ".join(says), (change,))


def editable(content: Content, path: str) -> Text:
    """The text of a file that is to be changed in part.

    Raises:
        ToolError: code `binary` where writing it back would not give the same bytes.
    """
    text = decode(content.data, path)
    if text.encode(text.text, path) != content.data:
        raise ToolError(f"{quoted(path)} cannot be changed without damage to its bytes.", code="binary")
    return text
