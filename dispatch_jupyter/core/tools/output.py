"""The one place that limits what a tool result may put into a conversation."""

import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

MAX_CHARS = 10_000
MAX_LINES = 500
HEAD_CHARS, TAIL_CHARS = 4000, 4000
HEAD_LINES, TAIL_LINES = 200, 200


@dataclass(frozen=True, slots=True)
class Limited:
    """A tool result as the model gets it."""

    text: str
    total_chars: int
    """Length of the whole result."""
    spill_path: Path | None = None
    """The whole result, where `text` is cut and it could be kept."""


def limit(text: str, call_id: str, spill_dir: Path) -> Limited:
    """Cut a result of over 10,000 characters or 500 lines to its head and tail; the whole goes to a file.

    Blocks while it writes. The file is `<call_id>.txt`, readable by its owner only. Where it cannot be written
    the result is cut all the same and says why the rest is lost: a full disk must not fail the call.
    """
    text = _encodable(text)
    total = len(text)
    lines = text.count("\n") + 1
    if total <= MAX_CHARS and lines <= MAX_LINES:
        return Limited(text, total)
    head, tail = _head(text), _tail(text)
    left_out = total - len(head) - len(tail)
    try:
        path: Path | None = _spill(text, call_id, spill_dir)
        where = f"The whole is in {path} (read_file, read_file_slice)."
    except OSError as error:
        path = None
        where = f"It could not be kept: {error.strerror or error}."
    notice = f"[… {left_out:,} of {total:,} characters ({lines:,} lines) left out here. {where}]"
    return Limited(f"{head}\n{notice}\n{tail}", total, path)


def _encodable(text: str) -> str:
    """The text with halves of surrogate pairs (a notebook's JSON may have them) as escapes: nothing can store them."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text


def _head(text: str) -> str:
    """The first lines; where the last of them is long, part of it."""
    head = text[:HEAD_CHARS]
    lines = head.split("\n")
    if len(lines) > HEAD_LINES:
        return "\n".join(lines[:HEAD_LINES])
    whole = head.rpartition("\n")[0]
    return whole if len(whole) > HEAD_CHARS // 2 else head


def _tail(text: str) -> str:
    tail = text[-TAIL_CHARS:]
    lines = tail.split("\n")
    if len(lines) > TAIL_LINES:
        return "\n".join(lines[-TAIL_LINES:])
    whole = tail.partition("\n")[2]
    return whole if len(whole) > TAIL_CHARS // 2 else tail


def _spill(text: str, call_id: str, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{re.sub(r'[^A-Za-z0-9_-]', '_', call_id)[:100] or '_'}.txt"
    temporary = folder / f".{secrets.token_hex(8)}.tmp"
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return path
