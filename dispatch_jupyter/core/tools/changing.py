"""What the tools that change files have in common: what may be written, and how the result is told."""

from ..permissions.faults import quoted
from ..permissions.paths import Content, Written
from ..protocol.errors import ToolError
from .diffs import file_change
from .notebooks import is_notebook, parse
from .shell.meant import check_meant
from .text import Text, decode
from .tool import ToolContext, ToolResult
from .versions import remember


def check_target(context: ToolContext, path: str) -> None:
    """That a file may be written; before it is read, so that one question is asked, and the right one.

    Raises:
        ToolError: as `Files.write`, and where git is set to run the file.
    """
    check_meant(context.access.policy(), context.files.check("write", path))


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


def editable(content: Content, path: str) -> Text:
    """The text of a file that is to be changed in part.

    Raises:
        ToolError: code `binary`, also where writing the text back would not give the same bytes.
    """
    text = decode(content.data, path)
    if text.encode(text.text, path) != content.data:
        raise ToolError(f"{quoted(path)} cannot be changed without damage to its bytes.", code="binary")
    return text


def changed(context: ToolContext, written: Written, before: str | None, after: str, says: list[str]) -> ToolResult:
    """The result of a write: remembered as seen, with the diff for people and its size for the model."""
    remember(context.seen, written)
    change = file_change(context.files.show(written.path), before, after)
    says = [*says, f"Lines added: {change.added}, removed: {change.removed}."]
    if written.links:
        says.append(f"Its other names (hard links: {written.links}) keep the old text.")
    return ToolResult(" ".join(says), (change,))
