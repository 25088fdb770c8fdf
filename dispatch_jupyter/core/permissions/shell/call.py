"""One command about to run: its words, and ways to say what it touches."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ...protocol.parts import Operation
from .expand import Word
from .marks import GLOBS, plain
from .paths import is_url, looks_like_path, named_paths
from .scanner import Scanner
from .world import World

_CLEARLY_PATH = re.compile(r"(/[^/\s]|~/|~$|\.\.(/|$)|(?i:fileb?):///)")
_EMBEDDED = re.compile(r"[=:@,](?:/|~/|\.\./)")
_LIKELY = re.compile(
    r"~|\.\.|/[^/]+/.|/(?:etc|home|root|var|tmp|usr|opt|proc|sys|dev|mnt|media|srv|bin|lib|boot|run|data)$"
)
"""What is a path behind `name=`, and not some other text with a slash."""
_SWITCH = re.compile(r"/[A-Za-z]{1,3}:[A-Za-z]")
"""An option as Windows writes it."""
_LIST = re.compile(r"(?<!^file)[:,](?:/(?!/)|~/|\.\./)")
_GLUED = re.compile(r"(-[A-Za-z][\w-]+?):?(?=[/~]|\.\.?/)")
"""A word as long option and the path that hangs on it."""
_TEXT_OPTION = re.compile(
    r"--?.*(url|uri|href|route|endpoint|format|pattern|regex|base|regexp|match\w*|message|title|subject|expr|label|xpath"
    r"|(?<=--)skip|sep|separator|delim|delimiter|(path|url|base|root|route|uri|api)[-_.]?prefix|prefix[-_.]?path|sub[-_.]?path|basename"
    r"|query|selector|glob|filter|cron|schedule|mime|ref|sed"
    r"|(base|root|public|context|url|mount|script|static|api|server|ingress|health|metrics)[-_.]?(url)?[-_.]?(path|prefix))$",
    re.IGNORECASE,
)
_WRITES = re.compile(
    r"--?o$|--?[\w-]*(out|outfile|out-?dir|output(-dir)?|save-to|screenshot|print-to-pdf|dest|destination|log-file|cache(-dir)?)$"
)
_RUNS = re.compile(r"--?.*(shell|interpreter|plugin|preload|runner|linker|askpass|wrapper|executable)$")
_UNNAMES = {"rm", "rmdir", "unlink", "mv", "sed"}
"""What they write to they remove, or put another file in its place."""
_REGEX = re.compile(r"/(?=[^/]*[\^$|\\(){}+*?]|\[)(?:[^/\\]|\\.)+/[a-z]{0,4}$")
"""A regular expression between slashes."""
_ROUTE = re.compile(
    r"/(api|aws|v\d+|graphql|healthz?|users?|auth|login|static|rest|ws|metrics|docs|admin)(/|$|\?)|/[^\s:]*/:[a-z]"
)
"""What begins like a path and is most likely a part of a URL."""
_TEXT_NAME = re.compile(
    r"(?:^|[\w.-]*[._-]|.*(?=[A-Z]))(?:url|uri|route|endpoint|format|pattern|regex|match|message|title|label|subj|query|base(?:name)?|xpath|selector"
    r"|(?:base|context|root|mount|public|url|api|server|ingress)[_.-]?(?:path|prefix|url|href))$",
    re.IGNORECASE,
)
"""Names of settings whose values begin like paths and are none."""
_FLAGS = re.compile(r"\w*?_?(?:C|CXX|CPP|LD|LINKER)_?FLAGS\w*(?::\w+)?=\s*-")
"""Settings that are more words for a compiler."""
_SETTING = re.compile(
    r"-[Dev]|--?(?:var(?:iable)?s?|env|param(?:eter)?s?|arg(?:ument)?s?|label|annotation|tag|[\w-]+-set|set-[\w-]+)$"
)
"""Options that take `name=value`, a setting the program itself does not open."""
_NAMED = re.compile(r"[\w.\[\]-]+=(?!@)")
KINDS: dict[str, tuple[Operation, bool]] = {
    "r": ("read", False),
    "w": ("write", False),
    "c": ("write", True),
    "x": ("execute", False),
}


READERS: "dict[str, Callable[[Call, Word], None]]" = {}
"""Kinds of values that are read in ways of their own: filled by the modules that know how."""


@dataclass(slots=True)
class Spec:
    """What a command's operands and options name.

    Kinds: r read, w write, c written and made where it is missing, x run, - text, ? a path if it looks like one,
    p one only if it plainly is, s a shell command and others of `READERS`,
    d the folder the rest is in, f a flag.
    """

    operands: list[str]
    """In order; one may end in `*` and takes what the others leave."""
    options: dict[str, str] = field(default_factory=dict)
    """`!` behind the kind: the first operand is then not there."""


@dataclass(slots=True)
class Call:
    """A command with its words expanded."""

    scanner: Scanner
    world: World
    words: list[Word]
    name: str
    """The program's own name, without folder."""

    @property
    def args(self) -> list[Word]:
        return self.words[1:]

    def texts(self) -> list[str]:
        """The arguments as plain text."""
        return [plain(word.value) for word in self.args]

    def note(self, kind: str, word: Word, base: str | None = None) -> None:
        """Note what a word names, by its kind."""
        if kind == "?":
            self.guess(word, base)
        elif kind == "p":
            self.clear(word)
        elif kind in READERS:
            READERS[kind](self, word)
        elif kind in KINDS:
            if plain(word.value)[:2] in ("@/", "@~", "@."):
                self.clear(part(word, 1))
            operation, creates = KINDS[kind]
            path = self.scanner.touch(operation, homed(word, self.world), self.world, base=base, creates=creates)
            if path is not None and operation == "write" and self.name in _UNNAMES:
                self.scanner.unnamed.add(path)

    def guess(self, word: Word, base: str | None = None, operation: Operation = "read") -> None:
        """A word that may be a path or just text."""
        value = plain(word.value)
        if _REGEX.match(word.value) or ".*" in word.value:
            return
        if value[:1] == "@" or _SWITCH.match(value):
            if "*" not in value and value[:1] == "@":
                self.clear(part(word, 1))
            return
        inside = f"{self.world.cwd}/".startswith(f"{self.world.start}/") and base is None
        if not self.scanner.around.rooted(word.value):
            return
        if not inside and "/" not in value and "." not in value and value != "~":
            # the words of a tool are no files of a folder it was sent to
            return
        if "=" in value and re.match(r"[\w.-]+=", value):
            self.pair(word)
        elif _ROUTE.match(value):
            return
        elif _EMBEDDED.search(value):
            self.clear(word, operation)
        elif looks_like_path(word.value) or (word.value[:1] in GLOBS.values() and " " not in value):
            self.scanner.touch(operation, homed(word, self.world), self.world, base=base)

    def pair(self, word: Word) -> None:
        """`name=path`, where the path is plainly one."""
        at = plain(word.value).index("=") + 1
        value = plain(word.value)
        if _FLAGS.match(value):
            self.scanner.run_words(
                [Word(text, word.span) for text in ("gcc", *value[at:].split())], self.world.fork("")
            )
            return
        if not _TEXT_NAME.match(value[: at - 1]) and (value[at : at + 1] != "/" or _LIKELY.match(value, at)):
            self.clear(part(word, at))

    def clear(self, word: Word, operation: Operation = "read") -> None:
        """Text of which only what is plainly a path counts."""
        value = plain(word.value)
        if "\n" in value or _REGEX.match(word.value) or ".*" in word.value:
            return
        if _CLEARLY_PATH.match(value) and not is_url(value) and not _LIST.search(value):
            if not _ROUTE.match(value) and self.scanner.around.rooted(word.value):
                self.scanner.touch(operation, homed(word, self.world), self.world)
            return
        for start, end in named_paths(value):
            name = re.search(r"([\w.-]+)=@?$", value[:start])
            piece = part(word, start, end)
            likely = start == 0 or value[:5].lower() in ("file:", "fileb", "unix:") or _LIKELY.match(value, start)
            if not self.scanner.around.rooted(piece.value):
                continue
            if likely and not _ROUTE.match(value, start) and not (name and _TEXT_NAME.match(name[1])):
                self.scanner.touch(operation, homed(piece, self.world), self.world, creates=operation == "write")

    def option(self, option: str, word: Word) -> None:
        """The value of an option nobody knows."""
        setting = _SETTING.match(option) and _NAMED.match(plain(word.value))
        if not setting and not _TEXT_OPTION.search(option):
            self.clear(word, "write" if _WRITES.match(option) else "execute" if _RUNS.match(option) else "read")

    def follow(self, spec: Spec) -> list[Word]:
        """Note everything by a spec; gives the operands."""
        operands: list[Word] = []
        skipped, base = False, None
        loose = spec.operands in (["?*"], ["p*"])
        for option, word in options(self.args, spec.options, loose=loose):
            if not option and word is not None:
                operands.append(word)
                continue
            kind = spec.options.get(option, "")
            skipped = skipped or kind.endswith("!")
            if word is None:
                continue
            if kind.startswith("d"):
                base = self.scanner.touch("read", homed(word, self.world), self.world, base=base) or base
            elif kind:
                self.note(kind.rstrip("!"), _behind_name(word) if kind[0] in KINDS else word, base)
            else:
                self.option(option, word)
        kinds = spec.operands[1:] if skipped and len(spec.operands) > 1 else spec.operands
        for kind, word in zip(spread(kinds, len(operands)), operands, strict=False):
            self.note(kind, word, base)
        return operands


def part(word: Word, start: int, end: int | None = None) -> Word:
    """A piece of a word."""
    base = None if word.base is None else word.base + start
    return Word(word.value[start:end], word.span, base, word.whole)


def _behind_name(word: Word) -> Word:
    """`path` of `name=path`, where an option takes that."""
    match = re.match(r"[\w.-]+=@?(?=[/~.])", plain(word.value))
    return part(word, match.end()) if match else word


def homed(word: Word, world: World) -> Word:
    """A `~` that the shell has left to the program: most take it for the home folder where an option is read."""
    if word.value[:2] == "~/" or word.value == "~":
        return Word(world.home + word.value[1:], word.span, whole=word.whole)
    return word


def spread(kinds: list[str], count: int) -> list[str]:
    """One kind for each of `count` operands."""
    star = next((at for at, kind in enumerate(kinds) if kind.endswith("*")), None)
    if star is None:
        return kinds[:count]
    before, after = kinds[:star], kinds[star + 1 :]
    # a lone operand of `cp` is its source
    after = after[: max(count - len(before) - 1, 0)] if after else []
    middle = max(count - len(before) - len(after), 0)
    return [*before[:count], *[kinds[star][:-1]] * middle, *after][:count]


def options(args: list[Word], known: dict[str, str], *, loose: bool = False) -> Iterator[tuple[str, Word | None]]:
    """(option, its value) and ("", operand), in order. A value that hangs on an unknown option comes as its value.

    Behind `--` all are operands, or where `loose` the options of another program.
    """
    at = 0
    while at < len(args):
        word = args[at]
        value = plain(word.value)
        at += 1
        if value == "--":
            yield from options(args[at:], {}) if loose else (("", rest) for rest in args[at:])
            return
        if value[:1] not in ("-", "+") or value in ("-", "+") or (value[0] == "+" and value not in known):
            yield "", word
            continue
        name, own = _split(word, value, known)
        if own is None and (known.get(name, "f") not in ("f", "f!") or _takes(name, args[at:], known)):
            own = args[at] if at < len(args) else None
            at += 1
        yield name, own


def _takes(name: str, rest: list[Word], known: dict[str, str]) -> bool:
    """Whether an unknown option likely takes the next word, and that is no path."""
    if rest and name not in known and _SETTING.match(name) and _NAMED.match(plain(rest[0].value)):
        return True
    return (
        bool(rest)
        and name not in known
        and (len(name) > 2 or not known)
        and (_CLEARLY_PATH.match(plain(rest[0].value)) is not None or plain(rest[0].value) == "/")
        and (_TEXT_OPTION.search(name) or _WRITES.match(name)) is not None
    )


def _split(word: Word, value: str, known: dict[str, str]) -> tuple[str, Word | None]:  # noqa: PLR0911 - one a form
    """An option and the value that hangs on it."""
    if value in known:
        return value, None
    name, equals, _ = value.partition("=")
    if equals and (value.startswith("--") or name in known):
        return name, part(word, len(name) + 1)
    if value.startswith("--"):
        return value, None
    if (glued := _GLUED.match(value)) and known.get(glued[1], "f") not in ("f", "f!"):
        return glued[1], part(word, glued.end())
    for at in range(1, len(value)):
        option = f"-{value[at]}"
        if known.get(option, "f") not in ("f", "f!"):
            return option, part(word, at + 1) if at + 1 < len(value) else None
        if not value[at].isalnum():
            return value[:at], part(word, at + (value[at] in ":="))
        if option in known and known[option] == "f!":
            return option, None
    return value, None
