"""What the agent is told of a command: its output, bounded, and how it ended.

Making text of 128 KiB that were printed to keep somebody busy takes a twentieth of a second: call `shown_…` in a
thread.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ...sandbox.kept import Output
from ..output import HEAD_CHARS, HEAD_LINES, TAIL_CHARS, TAIL_LINES
from .ansi import closed, tidy

if TYPE_CHECKING:
    from .running import Ended, Running

MAX_CHARS = HEAD_CHARS + TAIL_CHARS
MAX_LINES = HEAD_LINES + TAIL_LINES
MAX_NOTES_CHARS = 1_500
MAX_NOTE_CHARS = 500


def shown_output(output: Output, spill: Path) -> str:
    """The output so far as text with its colours: its head and tail, and where all of it is."""
    if not output.omitted:
        return cut(tidy(output.head + output.tail), output.total, spill)
    return f"{_first(tidy(output.head))}\n{_gap(output.total, spill)}\n{_last(tidy(output.tail))}"


def shown_since(output: Output, read: int, spill: Path) -> str:
    """What was printed after the first `read` bytes, as far as it is kept."""
    if read == 0:
        return shown_output(output, spill)
    kept = (output.tail if output.omitted else output.head + output.tail).encode()
    new = kept[max(0, len(kept) - (output.total - read)) :].decode("utf-8", "replace") if output.total > read else ""
    return cut(tidy(new), output.total, spill)


def shown_tail(output: Output) -> str:
    """The last of the output as text with its colours, at most 4,000 characters and 200 lines."""
    return _last(tidy(output.head + output.tail if not output.omitted else output.tail))


def cut(text: str, total: int, spill: Path) -> str:
    """Head and tail of a text, with a line between them where that is not all."""
    if len(text) <= MAX_CHARS and text.count("\n") < MAX_LINES:
        return text
    return f"{_first(text)}\n{_gap(total, spill)}\n{_last(text)}"


def how_it_ended(running: "Running", ended: "Ended") -> str:
    """The last lines of a result: notes, and the exit code or what ended it, with the time it took."""
    end, why = ended.exit, ended.why
    if ended.timed_out:
        how = f"timed out after {running.limit:g} s and was ended, with all its processes"
    elif why is not None:
        how = why
    elif end.killed is not None:
        how = f"ended: {end.killed}"
    elif end.signal is not None:
        how = f"ended by {end.signal}"
    else:
        how = f"exit {end.code}"
    return "\n".join(filter(None, [notes_of(ended), f"[{how} · {seconds(end.seconds)}]"]))


def notes_of(ended: "Ended") -> str:
    """What was denied, and what was put back, a line each."""
    notes = "\n".join(f"[{shortened(note, MAX_NOTE_CHARS)}]" for note in ended.notes)
    return shortened(notes, MAX_NOTES_CHARS)


def seconds(value: float) -> str:
    """A time for people: `0.4 s`, `72 s`, `12 min 5 s`."""
    if value < 10:
        return f"{value:.1f} s"
    if value < 120:
        return f"{value:.0f} s"
    return f"{value // 60:.0f} min {value % 60:.0f} s"


def joined(output: str, *lines: str) -> str:
    """Output and what is said after it."""
    return "\n".join([*([output.rstrip("\n")] if output.strip() else []), *filter(None, lines)])


def shortened(text: str, most: int = 120) -> str:
    """The text, cut where it has more characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _gap(total: int, spill: Path) -> str:
    return f"[… of {total:,} bytes only the beginning and the end are here. All: {os.fspath(spill)} (read_file)]"


def _first(text: str) -> str:
    """The first lines; of one that is long, its beginning."""
    part = text[:HEAD_CHARS]
    lines = part.split("\n")
    if part != text and len(lines) > 1 and len(lines[-1]) < HEAD_CHARS // 2:
        lines.pop()
    return closed("\n".join(lines[:HEAD_LINES]))


def _last(text: str) -> str:
    """The last lines; of one that is long, its end."""
    text = text.rstrip("\n")
    part = text[-TAIL_CHARS:]
    lines = part.split("\n")
    if part != text and len(lines) > 1 and len(lines[0]) < TAIL_CHARS // 2:
        lines.pop(0)
    return "\n".join(lines[-TAIL_LINES:])
