"""What a shell command would touch, told from its text."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from ...protocol.parts import Operation
from .commands import run_words
from .marks import clean
from .scanner import Scanner, Spent
from .source import Source, Span
from .statements import run_source
from .surroundings import Surroundings, usual
from .world import first_world

MAX_CHARS = 200_000


@dataclass(frozen=True, slots=True)
class Mention:
    """One path the command would touch."""

    operation: Operation
    path: str
    """Absolute. Neither links nor `..` are resolved, for `..` behind a link goes elsewhere than it seems."""
    spans: tuple[Span, ...]
    """[start, end) in UTF-16 code units of the command: the words that reach there."""
    creates: bool = False
    """The path is made where it is missing."""
    unnames: bool = False
    """It is removed, or another file put in its place: that changes the folder it is in."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What is known of a command before it runs."""

    mentions: tuple[Mention, ...]
    """In the order in which the command comes to them, those inside the project too."""
    uncertain: tuple[Span, ...]
    """Words that name a path nobody can tell, as `$F` does where F is read from somewhere."""
    error: str | None
    """Why the shell would refuse the command: what and where. What runs before that place is mentioned all the same."""


def scan(
    command: str,
    cwd: str,
    environ: Mapping[str, str],
    *,
    roots: frozenset[str] = frozenset(),
    is_folder: Callable[[str], bool] | None = None,
    is_file: Callable[[str], bool] | None = None,
) -> Scan:
    """Follow a shell command through, as far as its text and surroundings tell.

    Args:
        command: as it will be given to `bash -c`.
        cwd: absolute path of the folder it starts in.
        environ: all the variables it will have.
        roots: names of folders right below `/`, beside the usual ones. What begins with another is taken for a path
            only where it must be one.
        is_folder: whether there is a folder at an absolute path. By default those below `cwd` are there.
        is_file: whether there is a program at an absolute path. By default all are, but for those among the programs
            people install for themselves.

    By itself it looks at no disk; it starts no process. It never fails: what is too long or too involved is uncertain.
    """
    text = clean(command)
    world = first_world(cwd.rstrip("/") or "/", environ)
    around = usual(world.cwd, world.home)
    around = Surroundings(world.cwd, around.roots | roots, is_folder or around.is_folder, is_file or around.is_file)
    scanner = Scanner(run_source, run_words, around)
    scanner.given = environ
    try:
        if len(text) > MAX_CHARS:
            raise Spent
        scanner.run(Source(text, 0, (0, 0)), world)
    except (Spent, RecursionError):
        scanner.uncertain.append((0, len(text)))
    return _result(scanner, text)


def _result(scanner: Scanner, text: str) -> Scan:
    units = _units(text)
    merged: dict[tuple[Operation, str], tuple[set[Span], bool]] = {}
    for (operation, path, creates), spans in scanner.found.items():
        old, made = merged.get((operation, path), (set(), False))
        merged[operation, path] = (old | set(spans), made or creates)
    touched = {path for _, path in merged}
    for path, spans in scanner.listed.items():
        if path not in touched:
            merged["read", path] = (set(spans), False)
    mentions = tuple(
        Mention(
            operation,
            path,
            tuple(sorted((units(a), units(b)) for a, b in _named(text, path, spans))),
            made,
            unnames=operation == "write" and path in scanner.unnamed,
        )
        for (operation, path), (spans, made) in merged.items()
    )
    return Scan(mentions, tuple(sorted((units(a), units(b)) for a, b in scanner.uncertain)), _error(scanner, text))


def _named(text: str, path: str, spans: Collection[Span]) -> Collection[Span]:
    """Where the command names a path. What feeds another program, as a heredoc does, may name it elsewhere than in the
    words that were evaluated: then it is found there by its letters.
    """
    name = path.rpartition("/")[2]
    words = [text[start:end] for start, end in spans]
    if not name or any(name in word or "$" in word or "`" in word for word in words):
        return spans
    return [match.span() for match in re.finditer(rf"(?<![\w./-]){re.escape(path)}(?![\w.-])", text)] or spans


class _units:  # noqa: N801 - a function with a memory
    """From a place in characters to one in UTF-16 code units."""

    def __init__(self, text: str) -> None:
        self._length = len(text)
        self._wide = [] if text.isascii() else [at for at, char in enumerate(text) if ord(char) > 0xFFFF]

    def __call__(self, place: int) -> int:
        place = min(max(place, 0), self._length)
        return place + sum(at < place for at in self._wide)


def _error(scanner: Scanner, text: str) -> str | None:
    if not scanner.faults:
        return None
    place, what = min(scanner.faults)
    line = text.count("\n", 0, place) + 1
    return f"line {line}, column {place - text.rfind(chr(10), 0, place)}: {what}"
