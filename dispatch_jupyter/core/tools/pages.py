"""Pages of numbered lines that fit into one tool result, each saying how to go on."""

from dataclasses import dataclass

from .output import MAX_CHARS, MAX_LINES

MAX_LINE_CHARS = 2000
PAGE_CHARS = MAX_CHARS - 1000
PAGE_LINES = MAX_LINES - 20
"""Below the limits of a result, so that a page is never cut again."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines, numbered from `first`."""

    lines: list[str]
    first: int
    total: int
    """Lines there are in all."""

    @property
    def next(self) -> int | None:
        """The offset of the page after this one; None at the end."""
        after = self.first + len(self.lines)
        return after if after <= self.total else None


def page(lines: list[str], offset: int, limit: int, rest: str) -> Page:
    """The page that starts at line `offset` (from 1) and has at most `limit` lines.

    Args:
        rest: how to get the rest of a line that is cut, with `{line}` and `{shown}` in it.
    """
    shown: list[str] = []
    chars = 0
    for number in range(offset, min(len(lines), offset + min(limit, PAGE_LINES) - 1) + 1):
        text = f"{number}\t{_cut(lines[number - 1], number, rest)}"
        chars += len(text) + 1
        if chars > PAGE_CHARS and shown:
            break
        shown.append(text)
    return Page(shown, offset, len(lines))


def _cut(line: str, number: int, rest: str) -> str:
    if len(line) <= MAX_LINE_CHARS:
        return line
    how = rest.format(line=number, shown=MAX_LINE_CHARS)
    return f"{line[:MAX_LINE_CHARS]} [line {number} cut: {len(line):,} characters in all; {how}]"
