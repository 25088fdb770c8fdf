"""Where things stand in a TOML file: the parser of the standard library does not say."""

import re
import tomllib
from collections.abc import Iterator

from .marks import Location

_TOKEN = re.compile(r"""\"{3}|'{3}|"(?:\\.|[^"\\])*"|'[^']*'|\#.*""")


def syntax_line(error: tomllib.TOMLDecodeError) -> tuple[int | None, str]:
    """The line a parser's message names, from 1, and what is left of the message."""
    message = str(error)
    found = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message)
    if not found:
        return None, message
    return int(found[1]) if found[1] else None, message[: found.start()]


def line_of(text: str, loc: Location) -> int | None:
    """The line of a field, or of the table it is in; None where it cannot be told.

    Args:
        text: valid TOML.
        loc: as `("models", 1, "key_id")`, of at most one list of tables.
    """
    lines = list(_own_lines(text))
    if not loc:
        return 1
    name, *deeper = loc
    tables = [number for number, line in lines if re.match(rf"\s*\[\[\s*{re.escape(str(name))}\s*\]\]", line)]
    if not deeper or not isinstance(deeper[0], int) or deeper[0] >= len(tables):
        first_table = next((number for number, line in lines if re.match(r"\s*\[", line)), len(text))
        return _field(lines, name, 0, first_table) or _table(lines, name)
    start, end = tables[deeper[0]], [*tables, len(text)][deeper[0] + 1]
    return (_field(lines, deeper[1], start, end) if len(deeper) > 1 else None) or start


def _table(lines: list[tuple[int, str]], name: str | int) -> int | None:
    pattern = re.compile(rf"\s*\[{{1,2}}\s*(['\"]?){re.escape(str(name))}\1\s*[\].]")
    return next((number for number, line in lines if pattern.match(line)), None)


def _field(lines: list[tuple[int, str]], name: str | int, start: int, end: int) -> int | None:
    pattern = re.compile(rf"\s*(['\"]?){re.escape(str(name))}\1\s*[=.]")
    return next((number for number, line in lines if start < number < end and pattern.match(line)), None)


def _own_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their numbers, without those inside a text of several lines."""
    inside: str | None = None
    for number, line in enumerate(text.splitlines(), 1):
        at = 0
        if inside is None:
            yield number, line
        while at <= len(line):
            if inside is not None:
                end = _end(line, inside, at)
                if end < 0:
                    break
                at, inside = end, None
            elif token := _TOKEN.search(line, at):
                at = token.end()
                inside = token[0] if token[0] in ('"""', "'''") else None
            else:
                break


def _end(line: str, quotes: str, at: int) -> int:
    """Where a text of several lines has ended; -1 where not in this line."""
    pattern = r'(?:\\.|[^\\])*?"{3,5}' if quotes == '"""' else r".*?'{3,5}"
    found = re.compile(pattern).match(line, at)
    return found.end() if found else -1
