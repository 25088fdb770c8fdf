"""What is said about what is wrong: place, field, and what to write instead."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from ..protocol.parts import Place
from ..protocol.records import ErrorInfo
from .marks import Location
from .model_schema import WORDS
from .names import nearest, suggestion

MAX_CHARS = 600
NO_SECRETS = "Secrets do not belong here: set a variable to it and write `env: ITS_NAME`, or use `file` or `keyring`."
_SECRETS = ("api_key", "key", "secret", "token", "password", "value")
_KINDS = {
    "int_": "a whole number", "float_": "a number", "bool_": "`true` or `false`", "string_type": "text",
}  # fmt: skip
"""By how pydantic's names of errors begin."""
_QUOTED = re.compile(r"'([^']*)'")


def fault(path: Path, line: int | None, text: str, hint: str, code: str = "invalid") -> ErrorInfo:
    """An error that stands in a file.

    Args:
        line: from 1; None where nobody knows it.
        text: what is wrong there, a sentence that begins small.
    """
    name = sayable(str(path))
    where = f"{name}, line {line}" if line else name
    message = f"{where}: {_short(sayable(text))}"
    return ErrorInfo(code=code, message=message, hint=_short(sayable(hint)), place=Place(path=name, line=line or 1))


def field_fault(
    root: type[BaseModel], path: Path, line: int | None, data: Any, found: Mapping[str, Any], *, name: str = ""
) -> ErrorInfo:
    """One of pydantic's errors, in our words.

    Args:
        root: what the whole file is.
        data: the whole file.
        found: as `ValidationError.errors()` has it; a `hint` in its context is what to do.
        name: of the field, for people; empty: its place, `limits.max_steps`.
    """
    loc: Location = found["loc"]
    name = name or ".".join(map(str, loc))
    if found["type"] in ("extra_forbidden", "invalid_key"):
        hint = NO_SECRETS if loc[0] == "keys" and loc[-1] in _SECRETS else None
        hint = hint or suggestion(str(loc[-1]), _fields_at(root, loc[:-1]), _beside(data, loc))
        return fault(path, line, f"there is no setting `{name}`.", hint or "Take it out.")
    if found["type"] == "missing":
        return fault(path, line, f"`{name}` is missing.", f"Write `{loc[-1]}: …`.")
    message = str(found["msg"]).removeprefix("Value error, ")
    text = f"`{name}` cannot be used: {message[:1].lower()}{message[1:]}."
    hint = found.get("ctx", {}).get("hint")
    if words := WORDS.get(found.get("ctx", {}).get("pattern", "")) or _of_another_kind(root, data, found):
        text, hint = f"`{name}` cannot be used: {words[0]}.", words[1]
    return fault(path, line, text, hint or f"Correct `{name}`, or take it out.")


def _of_another_kind(root: type[BaseModel], data: Any, found: Mapping[str, Any]) -> tuple[str, str | None] | None:
    """What is wanted instead of a value of another kind, and what to write; None of other faults."""
    kind, loc = found["type"], found["loc"]
    if kind == "literal_error":
        wanted = found["ctx"]["expected"]
        return f"{wanted} is wanted", suggestion(str(_at(data, loc)), _QUOTED.findall(wanted))
    if kind in ("model_type", "dict_type"):
        fields = list(_fields_at(root, loc))
        below = f"Write what it is to set below it, as `{fields[0]}: …`: {', '.join(fields)}." if fields else None
        return "its own settings are wanted", below
    if kind == "list_type":
        return "a list is wanted", "Write each entry in a line that begins with `- `."
    wanted = next((words for begin, words in _KINDS.items() if kind.startswith(begin)), None)
    return (f"{wanted} is wanted", None) if wanted else None


def meant_field(root: type[BaseModel], data: Any, loc: Location) -> str | None:
    """The field that a misspelt one at a place of a document is likely meant to be."""
    return nearest(str(loc[-1]), _fields_at(root, loc[:-1]), used=_beside(data, loc))


def as_written(data: Any, loc: Location) -> Location:
    """A place as it is in the file: of one item that stands without its list there is no number."""
    written: list[str | int] = []
    for step in loc:
        if isinstance(step, int) and not isinstance(data, list) and not (isinstance(data, dict) and step in data):
            continue
        written.append(step)
        if isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            data = data.get(step) if isinstance(data, dict) else None
    return tuple(written)


def in_order(faults: Iterable[ErrorInfo]) -> list[ErrorInfo]:
    """File by file, as these come first, and in each from its first line to its last."""
    files: dict[str, list[ErrorInfo]] = {}
    for error in faults:
        files.setdefault(error.place.path if error.place else "", []).append(error)
    return [
        error for said in files.values() for error in sorted(said, key=lambda one: one.place.line if one.place else 0)
    ]


def sayable(text: str) -> str:
    """Text that can be sent: half characters, as in names of files that are no UTF-8, are written out."""
    return text.encode("utf-8", "backslashreplace").decode()


def _short(text: str) -> str:
    return text if len(text) <= MAX_CHARS else f"{text[: MAX_CHARS // 2]} … {text[-MAX_CHARS // 2 :]}"


def _fields_at(root: type[BaseModel], loc: Location) -> Mapping[str, Any]:
    """The fields of the section at a place, the items of a list among the sections."""
    section = root
    for step in loc:
        if isinstance(step, int):
            continue
        known = section.model_fields.get(step)
        inner = None if known is None else _section(known.annotation)
        if inner is None:
            return {}
        section = inner
    return section.model_fields


def _beside(data: Any, loc: Location) -> set[str]:
    """What stands in a section beside one of its fields."""
    section = _at(data, loc[:-1])
    return {str(name) for name in section if name != loc[-1]} if isinstance(section, dict) else set()


def _at(data: Any, loc: Location) -> Any:
    """What stands at a place of a document; None where there is none."""
    for step in loc:
        if isinstance(data, list):
            data = data[step] if isinstance(step, int) and step < len(data) else None
        else:
            data = data.get(step) if isinstance(data, dict) else None
    return data


def _section(annotation: Any) -> type[BaseModel] | None:
    """The section that a field or its items are."""
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return annotation if issubclass(annotation, BaseModel) else None
    return next((found for part in get_args(annotation) if (found := _section(part))), None)
