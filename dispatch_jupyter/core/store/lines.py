r"""The journal's format: how changes become lines, and lines become documents again.

    {"v":1,"kind":"session"}                        the header: version of the format, what the file is
    {"t":"messages","i":"a1","d":{…}}               the document `a1` of the table `messages` is now this
    {"t":"messages","i":"a1","x":1}                 it is no more
    {"t":"messages","z":1}                          the table exists and is empty
    {"b":[{"t":…},{"t":…}]}                         several of these at once

A line is the unit of atomicity: it counts once its line feed is in the file. An unreadable or unfinished *last* line
is a write that was cut off (the process or the machine died in it), and is not part of the journal.
An unreadable line before that is damage, and is never skipped in silence.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from ..protocol.errors import StoreError

FORMAT_VERSION = 1

Document = dict[str, Any]
Tables = dict[str, dict[str, Document]]
"""Table name → document id → document; the shape TinyDB gives and takes."""


def encode(value: Any) -> bytes:
    """Compact JSON on one line."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        # half a surrogate pair is no text, but a model or a file name may hold one: escaped, it survives
        return json.dumps(value, separators=(",", ":")).encode()


def put_op(table: str, id_: str, document: bytes) -> bytes:
    """`document` is JSON already; it may have line feeds between its tokens."""
    if b"\n" in document:
        document = document.replace(b"\n", b" ")
    return b'{"t":%b,"i":%b,"d":%b}' % (encode(table), encode(id_), document)


def drop_op(table: str, id_: str) -> bytes:
    return b'{"t":%b,"i":%b,"x":1}' % (encode(table), encode(id_))


def clear_op(table: str) -> bytes:
    return b'{"t":%b,"z":1}' % encode(table)


def line_of(ops: Sequence[bytes]) -> bytes:
    """One line that makes all these changes, or, where it is cut off, none."""
    if len(ops) == 1:
        return ops[0] + b"\n"
    return b'{"b":[' + b",".join(ops) + b"]}\n"


def header_of(kind: str) -> bytes:
    return encode({"v": FORMAT_VERSION, "kind": kind}) + b"\n"


def snapshot(tables: Tables, kind: str) -> Iterator[bytes]:
    """The lines of a journal that says exactly this."""
    yield header_of(kind)
    for name, documents in tables.items():
        if not documents:
            yield line_of([clear_op(name)])
        for id_, document in documents.items():
            yield line_of([put_op(name, id_, encode(document))])


@dataclass(slots=True)
class Replay:
    """What a journal says."""

    tables: Tables = field(default_factory=dict)
    size: int = 0
    """Bytes up to the end of the last good line; 0: not even the header is there."""
    changes: int = 0
    """How many changes made these tables; those that later ones undid are counted too."""
    torn: int = 0
    """Bytes after `size`: a write that was cut off."""


def replay(stream: BinaryIO, path: Path, kind: str, only: Collection[str] = ()) -> Replay:
    """Read a journal from its start. `path` is for messages only.

    Args:
        only: tables that are wanted; lines that say nothing of them are passed over unread, many times faster. Others
            may be in the result, but not whole.

    Raises:
        StoreError: not a journal of this kind, a newer format, or damaged; names file, line and byte.
    """
    result = Replay()
    bad: StoreError | None = None
    # in a text the quotes would be escaped, so only a change of the table has this
    marks = [b'"t":' + encode(name) for name in only]
    for number, line in enumerate(stream, 1):
        if bad:
            raise bad
        if marks and number > 1 and line.endswith(b"\n") and not any(mark in line for mark in marks):
            result.size += len(line)
            continue
        try:
            if not line.endswith(b"\n"):
                raise ValueError("the line is not complete")
            change = json.loads(line)
        except (ValueError, RecursionError) as error:
            # only an error if another line follows
            bad = _bad_line(path, number, result.size, str(error), kind)
            result.torn = len(line)
            if number == 1 and not _may_be_header(line, kind):
                raise bad from None
            continue
        if number == 1:
            _check_header(change, path, kind)
        else:
            try:
                result.changes += _apply(result.tables, change)
            except (KeyError, TypeError, AttributeError, ValueError) as error:
                raise _bad_line(path, number, result.size, f"no change of a journal: {error!r}", kind) from None
        result.size += len(line)
    return result


def _apply(tables: Tables, change: Any) -> int:
    ops = change.get("b", (change,))
    for op in ops:
        name: str = op["t"]
        table = tables.get(name)
        if table is None:
            table = tables[name] = {}
        if "d" in op:
            document = op["d"]
            if not isinstance(document, dict):
                raise TypeError("`d` is no object")
            table[op["i"]] = document
        elif "x" in op:
            table.pop(op["i"], None)
        elif "z" in op:
            table.clear()
        else:
            raise ValueError("neither d, x nor z")
    return len(ops)


def _check_header(header: Any, path: Path, kind: str) -> None:
    version = header.get("v") if isinstance(header, dict) else None
    if not isinstance(version, int) or not isinstance(header.get("kind"), str):
        raise _bad_line(path, 1, 0, "no header of a journal", kind)
    if version > FORMAT_VERSION:
        raise StoreError(
            f"{path} was written by a newer version of Dispatch "
            f"(journal format {version}; this one reads up to {FORMAT_VERSION}).",
            "Update dispatch-jupyter in this environment.",
        )
    if header["kind"] != kind:
        raise StoreError(f"{path} is a journal of kind `{header['kind']}`, not `{kind}`.", "Move it out of the way.")


def _may_be_header(line: bytes, kind: str) -> bool:
    """Whether this is what a crash may leave of a file's very first write."""
    header = header_of(kind)
    good = len(line.rstrip(b"\0"))
    return line[:good][: len(header)] == header[:good]


def _bad_line(path: Path, number: int, at: int, why: str, kind: str) -> StoreError:
    message = f"{path} cannot be read: line {number} (at byte {at}): {why}."
    if number == 1:
        return StoreError(message, f"This is not a {kind} journal of Dispatch. Move it out of the way.")
    return StoreError(
        message,
        f"The file is damaged there. Keep a copy of it, then delete line {number} with a text editor: "
        "only the change on that line is lost.",
    )
