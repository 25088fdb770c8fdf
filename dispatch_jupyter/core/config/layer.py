"""One dispatch.yaml, judged by itself: what it sets, and every fault with file, line, field and what to write."""

import errno
import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from ..protocol.records import ErrorInfo
from .marks import Location, line_of, repeated, take_out
from .schema import Settings

MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Layer:
    """One file: what it sets, as far as it can be used, and what is wrong with it."""

    path: Path
    values: dict[str, Any] = field(default_factory=dict)
    errors: tuple[ErrorInfo, ...] = ()
    readable: bool = True
    """False: not even YAML; `values` are then empty."""
    digest: str = ""
    """SHA-256 of its bytes, in hex; empty where it is not there."""
    lines: dict[Location, int] = field(default_factory=dict)
    """Where settings and items of lists stand in it, from 1; settings of at most two levels."""


def read_layer(path: Path, home: str | None = None) -> Layer:
    """One file, judged by itself. A file that is not there sets nothing.

    Args:
        home: what `~` in it stands for.
    """
    try:
        raw = read_bytes(path)
    except FileNotFoundError:
        return Layer(path)
    except OSError as error:
        reason = error.strerror or str(error)
        return _broken(path, f"{path} cannot be read: {reason}.", "Make it a small file that you may read.")
    try:
        layer = _parse(path, raw.decode("utf-8-sig"), {"folder": path.parent, "home": home})
        return replace(layer, digest=digest_of(raw))
    except UnicodeDecodeError as error:
        return _broken(path, f"{path} is not UTF-8 text (byte {error.start}).", "Save it as UTF-8.")
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or str(error)
        problem = "it is nested too deeply" if isinstance(error, RecursionError) else problem
        return _broken(path, f"{path}{line}: not valid YAML: {problem}.", "Write `key: value`, indented by spaces.")


def digest_of(raw: bytes) -> str:
    """Names one version of a file's content."""
    return hashlib.sha256(raw).hexdigest()


def read_bytes(path: Path) -> bytes:
    """All of a small ordinary file.

    Raises:
        OSError: also where it is no file, or too large to be meant.
    """
    # a pipe, or a file that another program holds a lease on, would be waited for
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "it is not a file")
        raw = file.read(MAX_BYTES + 1) or b""
    if len(raw) > MAX_BYTES:
        raise OSError(errno.EFBIG, f"it is larger than {MAX_BYTES:,} bytes")
    return raw


def _parse(path: Path, text: str, where: dict[str, Any]) -> Layer:
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        data = None if node is None else loader.construct_document(node)
    finally:
        loader.dispose()
    if node is None or data is None:
        return Layer(path)
    if not isinstance(data, dict):
        return _broken(path, f"{path}, line 1: a mapping is wanted, not a {_kind(data)}.", "Write `key: value` lines.")
    return _validate(path, node, data, where)


def _validate(path: Path, node: yaml.Node, data: dict[Any, Any], where: dict[str, Any]) -> Layer:
    """The fields that can be used. Faulty ones are taken out one round at a time, until the rest is valid."""
    errors = [_twice(path, key) for key in repeated(node, set())]
    while True:
        try:
            values = Settings.model_validate(data, context=where).model_dump(exclude_unset=True)
            return Layer(path, values, tuple(errors), lines=_lines(node, values))
        except ValidationError as error:
            faults = error.errors(include_url=False, include_input=False)
            errors += [_field_error(path, node, fault["loc"], fault["type"], fault["msg"]) for fault in faults]
            data = take_out(data, node, [fault["loc"] for fault in faults])


def _lines(node: yaml.Node, values: dict[str, Any]) -> dict[Location, int]:
    locs: list[Location] = []
    for name, section in values.items():
        locs.append((name,))
        for field_name, value in section.items() if isinstance(section, dict) else ():
            locs.append((name, field_name))
            locs += [(name, field_name, index) for index in range(len(value) if isinstance(value, list) else 0)]
    return {loc: line_of(node, loc) for loc in locs}


def _field_error(path: Path, node: yaml.Node, loc: Location, kind: str, message: str) -> ErrorInfo:
    name = ".".join(map(str, loc))
    place = f"{path}, line {line_of(node, loc)}"
    if kind in ("extra_forbidden", "invalid_key"):
        known = list(_fields_at(loc[:-1]))
        near = get_close_matches(str(loc[-1]), known, n=1)
        hint = f"Did you mean `{near[0]}`?" if near else f"Known here: {', '.join(known)}."
        return ErrorInfo(code="invalid", message=f"{place}: there is no setting `{name}`.", hint=hint)
    message = message.removeprefix("Value error, ")
    text = f"{place}: `{name}` cannot be used: {message[:1].lower()}{message[1:]}."
    return ErrorInfo(code="invalid", message=text, hint=f"Correct `{name}`, or take it out.")


def _twice(path: Path, key: yaml.ScalarNode) -> ErrorInfo:
    text = f"{path}, line {key.start_mark.line + 1}: `{key.value}` stands here twice; the last one counts."
    return ErrorInfo(code="invalid", message=text, hint="Take one of them out.")


def _fields_at(loc: Location) -> Mapping[str, Any]:
    """The fields of the section at a place, the items of a list among the sections."""
    section: type[BaseModel] = Settings
    for step in loc:
        if isinstance(step, int):
            continue
        inner = section.model_fields[step].annotation
        inner = get_args(inner)[0] if get_origin(inner) is list else inner
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return {}
        section = inner
    return section.model_fields


def _broken(path: Path, message: str, hint: str) -> Layer:
    return Layer(path, errors=(ErrorInfo(code="invalid", message=message, hint=hint),), readable=False)


def _kind(data: Any) -> str:
    return {list: "list", str: "text", bool: "yes or no", int: "number", float: "number"}.get(type(data), "value")
