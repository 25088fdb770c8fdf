"""One dispatch.yaml, judged by itself: what it sets, and every fault with file, line, field and what to write."""

import errno
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from ..protocol.records import ErrorInfo
from .schema import Settings

MAX_BYTES = 1_000_000
Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Layer:
    """One file: what it sets, as far as it can be used, and what is wrong with it."""

    path: Path
    values: dict[str, Any] = field(default_factory=dict)
    errors: tuple[ErrorInfo, ...] = ()
    readable: bool = True
    """False: not even YAML; `values` are then empty."""


def read_layer(path: Path) -> Layer:
    """One file, judged by itself. A file that is not there sets nothing."""
    try:
        raw = _read(path)
    except FileNotFoundError:
        return Layer(path)
    except OSError as error:
        reason = error.strerror or str(error)
        return _broken(path, f"{path} cannot be read: {reason}.", "Make it a small file that you may read.")
    try:
        return _parse(path, raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return _broken(path, f"{path} is not UTF-8 text (byte {error.start}).", "Save it as UTF-8.")
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or str(error)
        problem = "it is nested too deeply" if isinstance(error, RecursionError) else problem
        return _broken(path, f"{path}{line}: not valid YAML: {problem}.", "Write `key: value`, indented by spaces.")


def _read(path: Path) -> bytes:
    if not stat.S_ISREG(path.stat().st_mode):  # a pipe would be waited for
        raise OSError(errno.EINVAL, "it is not a file")
    with path.open("rb") as file:
        raw = file.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise OSError(errno.EFBIG, f"it is larger than {MAX_BYTES:,} bytes")
    return raw


def _parse(path: Path, text: str) -> Layer:
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
    return _validate(path, node, data)


def _validate(path: Path, node: yaml.Node, data: dict[Any, Any]) -> Layer:
    """The fields that can be used. Faulty ones are taken out one round at a time, until the rest is valid."""
    errors = [_twice(path, key) for key in _repeated(node, set())]
    while True:
        try:
            settings = Settings.model_validate(data)
            return Layer(path, settings.model_dump(exclude_unset=True), tuple(errors))
        except ValidationError as error:
            for fault in error.errors(include_url=False, include_input=False):
                errors.append(_field_error(path, node, fault["loc"], fault["type"], fault["msg"]))
                data = _without(data, fault["loc"])


def _field_error(path: Path, node: yaml.Node, loc: Location, kind: str, message: str) -> ErrorInfo:
    name = ".".join(map(str, loc))
    place = f"{path}, line {_line_of(node, loc)}"
    if kind in ("extra_forbidden", "invalid_key"):
        known = list(_fields_at(loc[:-1]))
        near = get_close_matches(str(loc[-1]), known, n=1)
        hint = f"Did you mean `{near[0]}`?" if near else f"Known here: {', '.join(known)}."
        return ErrorInfo(code="invalid", message=f"{place}: there is no setting `{name}`.", hint=hint)
    text = f"{place}: `{name}` cannot be used: {message[:1].lower()}{message[1:]}."
    return ErrorInfo(code="invalid", message=text, hint=f"Correct `{name}`, or take it out.")


def _repeated(node: yaml.Node, seen: set[int]) -> Iterator[yaml.ScalarNode]:
    """Keys that stand in a mapping for the second time: YAML lets the later one win without a word."""
    if not isinstance(node, yaml.MappingNode) or id(node) in seen:
        return
    seen.add(id(node))
    names: set[str] = set()
    for key, value in node.value:
        if isinstance(key, yaml.ScalarNode):
            if key.value in names:
                yield key
            names.add(key.value)
        yield from _repeated(value, seen)


def _twice(path: Path, key: yaml.ScalarNode) -> ErrorInfo:
    text = f"{path}, line {key.start_mark.line + 1}: `{key.value}` stands here twice; the last one counts."
    return ErrorInfo(code="invalid", message=text, hint="Take one of them out.")


def _fields_at(loc: Location) -> Mapping[str, Any]:
    """The fields of the section at a place."""
    section: type[BaseModel] = Settings
    for step in loc:
        inner = section.model_fields[str(step)].annotation
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return {}
        section = inner
    return section.model_fields


def _line_of(node: yaml.Node, loc: Location) -> int:
    """The line, from 1, of the field at `loc`; of its nearest parent where it is not written out."""
    line: int = node.start_mark.line
    for step in loc:
        if not isinstance(node, yaml.MappingNode):
            break
        for key, value in node.value:
            if key.value == str(step):
                line, node = key.start_mark.line, value
                break
        else:
            break
    return line + 1


def _without(data: dict[Any, Any], loc: Location) -> dict[Any, Any]:
    """A copy that lacks the field at `loc`."""
    head, *rest = loc
    copy = {key: value for key, value in data.items() if rest or str(key) != str(head)}
    if rest and isinstance(copy.get(head), dict):
        copy[head] = _without(copy[head], tuple(rest))
    elif rest:
        copy.pop(head, None)
    return copy


def _broken(path: Path, message: str, hint: str) -> Layer:
    return Layer(path, errors=(ErrorInfo(code="invalid", message=message, hint=hint),), readable=False)


def _kind(data: Any) -> str:
    return {list: "list", str: "text", bool: "yes or no", int: "number", float: "number"}.get(type(data), "value")
