"""What is said about what is wrong: place, field, and what to write instead."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from ..protocol.parts import Place
from ..protocol.records import ErrorInfo
from .marks import Location
from .names import suggestion

MAX_CHARS = 600


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


def field_fault(root: type[BaseModel], path: Path, line: int | None, found: Mapping[str, Any]) -> ErrorInfo:
    """One of pydantic's errors, in our words.

    Args:
        root: what the whole file is.
        found: as `ValidationError.errors()` has it; a `hint` in its context is what to do.
    """
    loc: Location = found["loc"]
    name = ".".join(map(str, loc))
    if found["type"] in ("extra_forbidden", "invalid_key"):
        hint = suggestion(str(loc[-1]), _fields_at(root, loc[:-1]))
        return fault(path, line, f"there is no setting `{name}`.", hint or "Take it out.")
    if found["type"] == "missing":
        return fault(path, line, f"`{name}` is missing.", f"Write `{loc[-1]}: …`.")
    message = str(found["msg"]).removeprefix("Value error, ")
    text = f"`{name}` cannot be used: {message[:1].lower()}{message[1:]}."
    hint = found.get("ctx", {}).get("hint")
    return fault(path, line, text, hint or f"Correct `{name}`, or take it out.")


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


def _section(annotation: Any) -> type[BaseModel] | None:
    """The section that a field or its items are."""
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return annotation if issubclass(annotation, BaseModel) else None
    return next((found for part in get_args(annotation) if (found := _section(part))), None)
