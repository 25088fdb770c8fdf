"""Where a block stands in a text, and the text with the block replaced.

Matches are exact, but for two things models cannot see or often get wrong: the kind of line endings, and the
indentation of the block as a whole. Anything looser sooner or later replaces the wrong lines.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from .text import line_ending

MAX_MATCHES = 20_000


@dataclass(frozen=True, slots=True)
class Match:
    """Where a block stands: `text[start:end]`."""

    start: int
    end: int
    added: str = ""
    """Indentation the text has more than the block asked for."""
    dropped: str = ""
    """Indentation the text has less."""


def find(text: str, block: str) -> list[Match]:
    """The places of a block, overlapping ones too; exact ones, else those shifted by one indentation.

    At most `MAX_MATCHES`.
    """
    plain = block.replace("\r\n", "\n")
    return list(islice(_exact(text, plain), MAX_MATCHES)) or list(islice(_shifted(text, plain), MAX_MATCHES))


def replace(text: str, matches: list[Match], new: str) -> str | None:
    """The text with `new` at each match, in the text's line endings and the match's indentation.

    Returns None where a match has less indentation than `new` could lose. Overlapping matches are skipped.
    """
    plain = new.replace("\r\n", "\n")
    usual = line_ending(text)
    pieces: list[str] = []
    done = 0
    for match in matches:
        if match.start < done:
            continue
        shifted = shift(plain, match.added, match.dropped)
        if shifted is None:
            return None
        replaced = text[match.start : match.end]
        ending = line_ending(replaced) if "\n" in replaced else usual
        pieces += [text[done : match.start], shifted if ending == "\n" else shifted.replace("\n", "\r\n")]
        done = match.end
    return "".join([*pieces, text[done:]])


def line_number(text: str, position: int) -> int:
    """The line (from 1) of a position."""
    return text.count("\n", 0, position) + 1


def shift(block: str, added: str, dropped: str) -> str | None:
    """A block with other indentation; blank lines have none. None where a line has not what should be dropped."""
    if not added and not dropped:
        return block
    lines: list[str] = []
    for line in block.split("\n"):
        if not line.strip():
            lines.append("")
        elif line.startswith(dropped):
            lines.append(added + line[len(dropped) :])
        else:
            return None
    return "\n".join(lines)


def _exact(text: str, block: str) -> Iterator[Match]:
    if "\n" in block and "\r\n" in text:
        # not the second half of a CRLF alone
        pattern = re.compile(re.escape(block).replace("\\\n", r"(?:\r\n|(?<!\r)\n)"))
        position = 0
        while found := pattern.search(text, position):
            yield Match(found.start(), found.end())
            position = found.start() + 1
        return
    position = text.find(block)
    while position >= 0:
        yield Match(position, position + len(block))
        position = text.find(block, position + 1)


def _shifted(text: str, block: str) -> Iterator[Match]:
    """Places where whole lines are those of the block but for one and the same indentation."""
    wanted = block.removesuffix("\n").split("\n")
    first = next((index for index, line in enumerate(wanted) if line.strip()), None)
    if first is None:
        return
    starts, lines = _lines(text)
    bare = wanted[first].lstrip(" \t")
    for at, line in enumerate(lines):
        top = at - first
        if line.lstrip(" \t") != bare or top < 0 or top + len(wanted) > len(lines):
            continue
        difference = _difference(lines[top : top + len(wanted)], wanted, first)
        bottom = top + len(wanted) - 1
        end = starts[bottom] + len(lines[bottom])
        if difference is None or (block.endswith("\n") and (end := _after_ending(text, end)) < 0):
            continue
        yield Match(starts[top], end, *difference)


def _difference(lines: list[str], wanted: list[str], first: int) -> tuple[str, str] | None:
    """What indentation the lines have (more, less) than the wanted ones; None where it is not uniform."""
    there, asked = lines[first], wanted[first]
    if there.endswith(asked):
        added, dropped = there[: len(there) - len(asked)], ""
    elif asked.endswith(there):
        added, dropped = "", asked[: len(asked) - len(there)]
    else:
        return None
    for line, want in zip(lines, wanted, strict=True):
        if not want.strip():
            if line.strip():
                return None
        elif not want.startswith(dropped) or line != added + want[len(dropped) :]:
            return None
    return (added, dropped) if added or dropped else None


def _lines(text: str) -> tuple[list[int], list[str]]:
    """Where each line starts, and the line without its ending."""
    starts: list[int] = []
    lines: list[str] = []
    position = 0
    for line in text.split("\n"):
        starts.append(position)
        lines.append(line.removesuffix("\r"))
        position += len(line) + 1
    return starts, lines


def _after_ending(text: str, end: int) -> int:
    """The position after the line ending at `end`; -1 where there is none."""
    for ending in ("\r\n", "\n"):
        if text.startswith(ending, end):
            return end + len(ending)
    return -1
