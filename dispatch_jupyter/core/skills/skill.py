"""A skill, read from its file."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..permissions.faults import printable
from ..protocol.parts import SkillReason
from ..protocol.records import ErrorInfo
from ..protocol.settings import SettingsScope, SkillInfo
from .disk import problem

MAX_NAME = 100
MAX_DESCRIPTION = 1024
MAX_TAGS = 50
PACKAGE_FILE = "SKILL.md"


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a skill's file says."""

    name: str
    description: str = ""
    tags: tuple[str, ...] = ()
    text: str = ""
    error: ErrorInfo | None = None
    """Set where it cannot be used; `text` is then all of the file, as far as it is text."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A skill as the shelf has it."""

    info: SkillInfo
    text: str
    """Without front matter."""
    aliases: frozenset[str]
    """Names it is also found by: of its file, with and without ending and folder."""
    package: Path | None = None
    """The real folder of one that is a folder."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A skill of an agent, and why it has it."""

    skill: SkillInfo
    why: SkillReason


def skill_id(scope: SettingsScope, name: str) -> str:
    """`built-in:name`, `global:name` or `project:name`."""
    return f"{scope.replace(' ', '-')}:{name}"


def parser(path: Path) -> Callable[[bytes], Parsed]:
    """What reads the file at `path` from its bytes. It never raises: what is wrong is in `Parsed.error`."""
    return lambda raw: _parse(raw, path)


def name_of_file(path: Path) -> str:
    """What a skill is called that does not say."""
    return printable(path.parent.name if path.name == PACKAGE_FILE else path.stem)[:MAX_NAME]


def _parse(raw: bytes, path: Path) -> Parsed:
    from .front_matter import FrontMatterError, split

    name = name_of_file(path)
    text = ""
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
        if "\0" in text:
            raise _Unusable("", "is not text: it has a NUL character in it", "Save it as UTF-8.")
        meta, body = split(text)
        name = _name(meta.get("name") or name)
        found = Parsed(name, _line(meta, "description"), _tags(meta.get("tags")), body)
        _complete(found, is_package=path.name == PACKAGE_FILE)
    except UnicodeDecodeError as error:
        fault = problem(path, f"is not UTF-8 text (byte {error.start})", "Save it as UTF-8.")
        return Parsed(name, error=fault)
    except FrontMatterError as error:
        return Parsed(name, text=text, error=problem(path, error.problem, error.hint, error.line))
    except _Unusable as error:
        line = _line_of(text, error.field)
        return Parsed(name, text=text, error=problem(path, str(error), error.hint, line))
    return found


class _Unusable(ValueError):
    def __init__(self, field: str, what: str, hint: str) -> None:
        super().__init__(what)
        self.field = field
        self.hint = hint


def _name(value: Any) -> str:
    if not isinstance(value, str):
        raise _Unusable("name", "its `name` is not text", "Write `name: some-name`, or leave it out.")
    name = " ".join(value.split())
    if not name or len(name) > MAX_NAME or printable(name) != name or set(name) & set(":/\\`"):
        raise _Unusable(
            "name",
            "its `name` cannot be used",
            f"Use letters, digits, `-` and `_`; at most {MAX_NAME} characters, no `:`, no `/`.",
        )
    return name


def _line(meta: dict[Any, Any], field: str) -> str:
    """A text of front matter, on one line."""
    value = meta.get(field, "")
    if not isinstance(value, str):
        raise _Unusable(field, f"its `{field}` is not text", f"Put the text after `{field}:` into quotes.")
    line = printable(" ".join(value.split()))
    return line if len(line) <= MAX_DESCRIPTION else line[: MAX_DESCRIPTION - 1] + "…"


def _tags(value: Any) -> tuple[str, ...]:
    given = value.split(",") if isinstance(value, str) else value or []
    if not isinstance(given, list) or not all(isinstance(tag, str) for tag in given):
        raise _Unusable("tags", "its `tags` are not a list of words", "Write `tags: [one, two]`.")
    words = (printable(" ".join(tag.split()))[:MAX_NAME] for tag in given)
    return tuple(dict.fromkeys(word for word in words if word))[:MAX_TAGS]


def _complete(found: Parsed, *, is_package: bool) -> None:
    if not found.text:
        raise _Unusable("", "has no text", "Write what agents are to do.")
    if is_package and not found.description:
        hint = "Agents see only the description until they read it: say what it is for, and when to use it."
        raise _Unusable("", "has no `description`", hint)


def _line_of(text: str, field: str) -> int:
    """The line a field of the front matter stands in; 0: it is about the whole file."""
    lines = text.split("\n")
    return next((number for number, line in enumerate(lines, 1) if line.startswith(f"{field}:")), 1) if field else 0
