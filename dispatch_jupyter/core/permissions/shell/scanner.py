"""The parts of a scan that all others lean on: what was found, the budget, the way down into nested commands."""

import re
from collections.abc import Callable, Mapping

from ...protocol.parts import Operation
from .expand import Expander, Word
from .marks import GLOB, HOLE, UNSET
from .paths import located
from .source import Source, Span
from .surroundings import Surroundings
from .world import World

MAX_STEPS = 20_000
MAX_DEPTH = 24
MAX_WORLDS = 6

Found = tuple[Operation, str, bool]
"""How a path is reached, which, and whether it is made where it is missing."""

RunSource = Callable[["Scanner", Source, World], list[World]]

RunWords = Callable[["Scanner", list[Word], World], list[World]]


class Spent(Exception):
    """The command is too large or too involved to be followed to its end."""


class Scanner:
    """Gathers what one command would touch."""

    def __init__(self, run: RunSource, run_words: RunWords, around: Surroundings) -> None:
        self.around = around
        self._run = run
        self._run_words = run_words
        self._steps = 0
        self._depth = 0
        self.found: dict[Found, list[Span]] = {}
        self.uncertain: list[Span] = []
        self.unnamed: set[str] = set()
        """Paths of which the command takes the name away, or gives it to another file."""
        self.listed: dict[str, list[Span]] = {}
        """Folders the shell itself reads to expand patterns."""
        self.faults: list[tuple[int, str]] = []
        """Why the shell would refuse the command itself: (place, what)."""
        self.assigned: dict[str, tuple[Span, str]] = {}
        """Variables the command has set that mean something to the programs it starts: where, and what they are for."""
        self.applied: set[tuple[str, str, str]] = set()
        self.given: Mapping[str, str] = {}
        """The variables the command started with."""
        self.places: list[Word] = []
        """Folders a build has been told to install to, when it does."""
        self.reached = (0, 0)
        """How often paths were mentioned: below the folder the command began in, elsewhere."""
        self.passed: dict[Found, list[Span]] = {}
        """What was taken off `found`: folders above the project that were only gone through."""
        self.expander = Expander(self.capture, self._process)

    def spend(self, steps: int = 1) -> None:
        """Count work.

        Raises:
            Spent: the budget is gone.
        """
        self._steps += steps
        if self._steps > MAX_STEPS:
            raise Spent

    def run(self, source: Source, world: World) -> list[World]:
        """Go through shell text in this world."""
        if self._depth >= MAX_DEPTH:
            raise Spent
        self.spend(1 + len(source.text) // 200)
        self._depth += 1
        try:
            return self._run(self, source, world)
        finally:
            self._depth -= 1

    def run_words(self, words: list[Word], world: World) -> list[World]:
        """Run expanded words as a command of their own."""
        if self._depth >= MAX_DEPTH:
            raise Spent
        self._depth += 1
        try:
            return self._run_words(self, words, world)
        finally:
            self._depth -= 1

    def capture(self, source: Source, world: World) -> str:
        """What `$(source)` stands for."""
        if match := re.fullmatch(r"\s*<\s*(.*\S)\s*", source.text, re.DOTALL):
            source = Source(f"cat {match[1]}", None, source.span(0, len(source.text)))
        worlds = self.run(source, world.fork())
        outs = dict.fromkeys(world.out for world in worlds)
        if len(outs) > 1:
            outs.pop("", None)
        return "\n".join(out.rstrip("\n") for out in outs)

    def _process(self, source: Source, world: World) -> None:
        for inner in self.run(source, world.fork()):
            # `< <(...)` and `cat <(...)` read it
            world.files["/dev/fd/63"] = inner.out

    def words(self, source: Source, start: int, end: int, world: World) -> list[Word]:
        """A word of the command, expanded."""
        self.spend()
        found = self.expander.words(source, start, end, world)
        if source.text[start] == '"' and source.text.find('"', start + 1, end) == end - 1:
            # in quotes the shell expands no patterns: those come from names a loop has gone through
            return found
        for word in found:
            if not word.value.isascii() and word.value[:1] in "/." and GLOB.search(word.value):
                path, _ = located(word.value, world)
                if path is not None:
                    self.listed.setdefault(path, []).append(word.span)
        return found

    def touch(
        self, operation: Operation, word: Word, world: World, *, base: str | None = None, creates: bool = False
    ) -> str | None:
        """Note that the command reaches what this word names; gives the path."""
        if "\n" in word.value and not word.whole and re.search(r"\n\s*[/~.\w]", word.value):
            for line in word.value.splitlines()[:200]:
                self.touch(operation, Word(line.strip(), word.span), world, base=base, creates=creates)
            return None
        path, unknown = located(word.value, world, base)
        path = _through_links(path, world)
        if unknown:
            self.doubt(word.span)
        if path is not None:
            self.mention(operation, path, word.span, creates=creates)
        return path

    def mention(self, operation: Operation, path: str, span: Span, *, creates: bool = False) -> None:
        below, elsewhere = self.reached
        inside = f"{path}/".startswith(f"{self.around.project}/")
        self.reached = (below + inside, elsewhere + (not inside))
        spans = self.found.setdefault((operation, path, creates), [])
        if span not in spans and len(spans) < 50:
            spans.append(span)

    def doubt(self, span: Span) -> None:
        """Note a word that names a path nobody can tell."""
        if span not in self.uncertain and len(self.uncertain) < 200:
            self.uncertain.append(span)


def _through_links(path: str | None, world: World) -> str | None:
    """The path where links the command itself has made lead."""
    for link, target in world.links.items() if path else ():
        if path is not None and (path == link or path.startswith(f"{link}/")):
            rest = path[len(link) :]
            there = located(target, world, link.rpartition("/")[0] or "/")[0]
            return path if there is None else there.rstrip("/") + rest if rest else there
    return path


def merged(worlds: list[World]) -> list[World]:
    """The worlds that differ, and not too many: beyond that, what differs is unknown."""
    out: list[World] = []
    for world in worlds:
        if not any(world.like(other) for other in out):
            out.append(world)
    if len(out) <= MAX_WORLDS:
        return out
    first = out[0]
    for other in out[1:]:
        for name in other.vars:
            if first.vars.get(name, UNSET) != other.vars[name]:
                first.vars[name] = HOLE
    return out[:MAX_WORLDS]
