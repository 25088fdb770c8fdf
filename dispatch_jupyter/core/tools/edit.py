"""edit_file."""

import copy
from typing import Annotated, Any, ClassVar

from pydantic import Field

from ..permissions.faults import quoted
from ..protocol.errors import ToolError
from ..protocol.records import CallKind
from .changing import changed, check_content, check_target, editable
from .fields import FlatArguments
from .files import PathField
from .matching import MAX_MATCHES, Match, find, line_number, replace
from .nearest import explain
from .notebook_edit import dump_like, find_in_cells, replace_in_cell
from .notebooks import cells, is_notebook, parse, source
from .threads import to_the_end
from .tool import Arguments, ToolContext, ToolResult
from .versions import check_known

MAX_LISTED = 10


class EditFileArguments(FlatArguments):
    path: PathField
    old_text: Annotated[
        str, Field(description="The text to replace, copied from the file, without line numbers. It must be unique.")
    ]
    new_text: Annotated[str, Field(description="What to put in its place.")]
    replace_all: Annotated[bool, Field(description="True replaces every place where old_text stands.")] = False


class EditFile:
    """One block for another, in a file the agent has read."""

    name: ClassVar[str] = "edit_file"
    kind: ClassVar[CallKind] = "edit"
    description: ClassVar[str] = (
        "Replace a piece of text in a file you have read. Give enough lines around it to make old_text unique. "
        "In notebooks (.ipynb) it works on the source of a cell."
    )
    arguments: ClassVar[type[Arguments]] = EditFileArguments
    exclusive: ClassVar[bool] = True

    async def run(self, arguments: Any, context: ToolContext) -> ToolResult:
        return await to_the_end(_edit_file, arguments, context)


def _edit_file(arguments: EditFileArguments, context: ToolContext) -> ToolResult:
    path = arguments.path
    _check(arguments)
    check_target(context, path)
    current = context.files.read(path)
    text = editable(current, path)
    check_known(context.seen, current, path)
    by_cells = is_notebook(path) and _parses(text.text, path)
    new, says = (_edit_notebook if by_cells else _edit_text)(text.text, arguments)
    if new == text.text:
        raise _no_change()
    if is_notebook(path) and not _parses(new, path):
        says.append("It is still not a usable notebook.")
    written = context.files.write(path, text.encode(new, path), current.fingerprint)
    return changed(context, written, text.text, new, says)


def _check(arguments: EditFileArguments) -> None:
    if not arguments.old_text:
        raise ToolError(
            "old_text is empty.", "Give the text to replace; to fill an empty file use write_file.", code="no_match"
        )
    if arguments.old_text == arguments.new_text:
        raise _no_change()
    for text in (arguments.old_text, arguments.new_text):
        check_content("", text)


def _parses(text: str, path: str) -> bool:
    """Whether a notebook can be edited by its cells. A broken one is edited as text, to be repaired."""
    try:
        parse(text, path)
    except ToolError:
        return False
    return True


def _edit_text(text: str, arguments: EditFileArguments) -> tuple[str, list[str]]:
    matches = find(text, arguments.old_text)
    path = arguments.path
    if not matches:
        raise ToolError(f"old_text is not in {quoted(path)}.", explain(text, arguments.old_text), code="no_match")
    if len(matches) > 1 and not arguments.replace_all:
        raise _many(path, [f"line {line_number(text, match.start)}" for match in matches[:MAX_LISTED]], len(matches))
    _check_count(path, len(matches))
    new = replace(text, matches, arguments.new_text)
    if new is None:
        raise _cannot_shift(matches[0])
    where = f"at line {line_number(text, matches[0].start)}" if len(matches) == 1 else f"in {len(matches)} places"
    return new, [f"Edited {quoted(path)} {where}.", *_shift_note(matches[0])]


def _edit_notebook(text: str, arguments: EditFileArguments) -> tuple[str, list[str]]:
    path = arguments.path
    original = parse(text, path)
    found = find_in_cells(original, arguments.old_text)
    if not found:
        sources = "\n".join(source(cell) for cell in cells(original))
        raise ToolError(
            f"old_text is not in the source of one cell of {quoted(path)}.",
            f"Line numbers below count the sources of all cells.\n{explain(sources, arguments.old_text)}",
            code="no_match",
        )
    count = sum(len(matches) for _, matches in found)
    if count > 1 and not arguments.replace_all:
        places = [
            f"cell {index} line {line_number(source(cells(original)[index]), match.start)}"
            for index, matches in found
            for match in matches
        ]
        raise _many(path, places[:MAX_LISTED], count)
    _check_count(path, count)
    notebook = copy.deepcopy(original)
    for index, matches in found:
        if not replace_in_cell(notebook, index, matches, arguments.new_text):
            raise _cannot_shift(matches[0])
    where = ", ".join(str(index) for index, _ in found[:MAX_LISTED])
    says = [f"Edited {quoted(path)} in cell {where}. Outputs are those of the last execution."]
    return dump_like(notebook, text, original), says + _shift_note(found[0][1][0])


def _many(path: str, places: list[str], count: int) -> ToolError:
    more = ", …" if count > len(places) else ""
    return ToolError(
        f"old_text stands in {quoted(path)} {count} times: {', '.join(places)}{more}.",
        "Give more lines around the one you mean, or replace_all=true to change all.",
        code="many_matches",
    )


def _check_count(path: str, count: int) -> None:
    if count >= MAX_MATCHES:
        raise ToolError(
            f"old_text stands in {quoted(path)} {MAX_MATCHES:,} times or more; nothing was changed.",
            "Give a longer old_text.",
            code="many_matches",
        )


def _cannot_shift(match: Match) -> ToolError:
    return ToolError(
        f"The file has {len(match.dropped)} fewer characters of indentation than old_text; new_text cannot follow.",
        "Copy old_text and new_text with the indentation the file has.",
        code="no_match",
    )


def _shift_note(match: Match) -> list[str]:
    if not match.added and not match.dropped:
        return []
    difference = f"{len(match.added)} more" if match.added else f"{len(match.dropped)} fewer"
    return [f"The file has {difference} characters of indentation there than old_text; new_text was shifted likewise."]


def _no_change() -> ToolError:
    return ToolError(
        "old_text and new_text come to the same text; nothing was written.",
        "Line endings and byte order marks of a file are kept as they are.",
        code="no_change",
    )
