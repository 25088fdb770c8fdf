"""What a person asks the demo for, as far as rules can tell."""

import re
import shlex
from dataclasses import dataclass

from .content import content_for
from .running import program_for


@dataclass(frozen=True, slots=True)
class Read:
    """Read a file and say what is in it."""

    path: str


@dataclass(frozen=True, slots=True)
class Create:
    """Write a new file."""

    path: str
    content: str


@dataclass(frozen=True, slots=True)
class Replace:
    """Replace text in a file."""

    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Look:
    """List what is in the project; with `explain`, also read the file that explains it."""

    explain: bool


@dataclass(frozen=True, slots=True)
class Run:
    """Run a shell command."""

    command: str


@dataclass(frozen=True, slots=True)
class RunTests:
    """Run the project's tests."""


@dataclass(frozen=True, slots=True)
class Other:
    """Anything else."""


Wish = Read | Create | Replace | Look | Run | RunTests | Other

_QUOTED = r"`([^`\n]+)`|\"([^\"\n]+)\"|“([^”\n]+)”|(?<!\w)'([^'\n]+)'"
_BARE_FILE = (
    r"(?<![\w/.~-])((?:~|\.{1,2})?/?(?:[\w.@+-]+/)*(?:[\w@+-][\w.@+-]*\.[A-Za-z]\w{0,9}|\.[a-z]\w+)"
    r"|(?:[\w.@+-]+/)*(?:README|LICENSE|Makefile|Dockerfile|CHANGELOG))(?![\w/])"
)
_FILE_LIKE = re.compile(
    r"[^<>|\n]*(?:\.\w{1,10}|/[\w.-]+|(?:README|LICENSE|Makefile|Dockerfile|CHANGELOG))$", re.IGNORECASE
)
_NOT_FILES = re.compile(r"^(e\.g|i\.e|etc|vs|node\.js|asp\.net|v?\d+(\.\w+)*)$", re.IGNORECASE)
_CREATE = re.compile(r"\b(create|make|write|add|generate|touch|save|put|new)\b", re.IGNORECASE)
_READ = re.compile(r"\b(summar\w*|read|explain|describe|review|what('s| is)|tell|show|open|look)\b", re.IGNORECASE)
_SUMMARY_OF = re.compile(r"\b(summary|overview|description|explanation) (of|for)\b", re.IGNORECASE)
_RUN = re.compile(r"\b(?:run|execute|launch|start)\b", re.IGNORECASE)
_COMMAND = re.compile(
    r"\b(?:run|execute)\s+(?:(?:the|this)\b\s*)?(?:(?:shell\s+)?command\b\s*)?:?\s*(?:```\w*\n(.+?)```|`([^`\n]+)`)",
    re.IGNORECASE | re.DOTALL,
)
_TESTS = re.compile(
    r"\b(?:run|execute|start)\b[^.\n]{0,40}\b(?:tests?|test ?suite|unit ?tests|pytest)\b"
    r"|\bdo (?:the|my|all) tests pass\b",
    re.IGNORECASE,
)
_ABSOLUTE = re.compile(r"(?<![\w/.~:-])(~?/(?:[\w.@+-]+/)*[\w.@+-]*[\w@+-])(?![\w/])")
_CHECK = re.compile(r"\b(check|cat|print|look)\b", re.IGNORECASE)
_TEXT = r"(`[^`]+`|\"[^\"]+\"|“[^”]+”|'[^']+'|[^\n]+?)"
_REPLACES = (
    re.compile(rf"\b(?:replace|change|rename|swap|substitute)\s+{_TEXT}\s+(?:with|by|to|into|for)\s+{_TEXT}"
               rf"\s+(?:in|inside|within)\s+(?:the\s+)?(?:file\s+)?(\S+)", re.IGNORECASE),
    re.compile(rf"\bin\s+(?:the\s+)?(?:file\s+)?(\S+?)[,:]?\s+(?:please\s+)?"
               rf"(?:replace|change|rename|swap|substitute)\s+{_TEXT}\s+(?:with|by|to|into|for)\s+{_TEXT}\s*$",
               re.IGNORECASE),
)  # fmt: skip
_PROJECT = re.compile(
    r"\b(project|repo|repository|code ?base|folder|directory|workspace|files?|here|package)\b", re.IGNORECASE
)
_EXPLAIN = re.compile(r"\b(explain|overview|summar\w*|understand|about|describe|architecture|does)\b", re.IGNORECASE)
_LIST = re.compile(r"\b(list|show|what|which|see|look|find|tree|ls)\b", re.IGNORECASE)


def understand(text: str) -> Wish:
    """The wish in a message."""
    found = _replacement(text) or _execution(text) or _of_file(text)
    if found:
        return found
    if _PROJECT.search(text):
        if _EXPLAIN.search(text):
            return Look(explain=True)
        if _LIST.search(text):
            return Look(explain=False)
    return Other()


def _of_file(text: str) -> Create | Read | Run | None:
    """What is to be done with a file, where one is named."""
    path = file_in(text)
    if path is None:
        return None
    creates = _CREATE.search(text)
    reads = _READ.search(text)
    if creates and not (reads and reads.start() < creates.start()) and not _SUMMARY_OF.search(text):
        return Create(path, content_for(path, text))
    first = text.split(maxsplit=1)[0].lower()
    runs = program_for(path) if _RUN.match(first) else None
    if runs is None and path.startswith(("/", "~/")) and _CHECK.search(text):
        runs = f"cat {path if path.startswith('~/') else shlex.quote(path)}"
    return Run(runs) if runs else Read(path)


def _execution(text: str) -> Run | RunTests | None:
    """A command written out, or the tests."""
    if command := _COMMAND.search(text):
        return Run((command[1] or command[2]).strip())
    return RunTests() if _TESTS.search(text) else None


def file_in(text: str) -> str | None:
    """The first path named in a message; one in quotes or backticks comes before others."""
    for match in re.finditer(_QUOTED, text):
        inside: str = next(filter(None, match.groups())).strip()
        if _FILE_LIKE.fullmatch(inside):
            return inside
    if absolute := _ABSOLUTE.search(text):
        return absolute[1]
    for match in re.finditer(_BARE_FILE, text):
        path: str = match[1]
        if not _NOT_FILES.match(path):
            return path
    return None


def _replacement(text: str) -> Replace | None:
    for pattern, order in zip(_REPLACES, ((2, 0, 1), (0, 1, 2)), strict=True):
        if match := pattern.search(text.strip().rstrip(".!?") if order[0] == 0 else text):
            path, old, new = (_bare(match.groups()[place]) for place in order)
            path = path.rstrip(".,!?;:")
            if file_in(f"`{path}`") or file_in(path):
                return Replace(path, old, new)
    return None


def _bare(text: str) -> str:
    """Without the quotes around it."""
    text = text.strip()
    pairs = ("``", '""', "“”", "''")
    return text[1:-1] if len(text) > 1 and text[0] + text[-1] in pairs else text
