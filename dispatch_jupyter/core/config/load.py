"""Reading dispatch.yaml: the person's own, and over it the project's.

Never fails: a field that cannot be used is left out, a file that cannot be read counts as it was when it last could,
and every fault is listed with file, line, field and what to write instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from ..protocol.records import ErrorInfo
from .schema import Settings

FILE_NAME = "dispatch.yaml"
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


@dataclass(frozen=True, slots=True)
class Config:
    """The configuration in force."""

    settings: Settings = field(default_factory=Settings)
    layers: tuple[Layer, ...] = ()
    """The files it came from, weakest first; kept so that a file that breaks later still counts as it was."""
    errors: list[ErrorInfo] = field(default_factory=list)

    @property
    def model(self) -> str | None:
        return self.settings.model


def load(project: Path, environ: Mapping[str, str], last: Config | None = None) -> Config:
    """The configuration of a project. Blocks on small files.

    Args:
        project: the project's folder.
        environ: for `XDG_CONFIG_HOME` and `HOME`.
        last: what was in force before; stands in for files that cannot be read now.
    """
    before = {layer.path: layer for layer in last.layers} if last else {}
    layers: list[Layer] = []
    errors: list[ErrorInfo] = []
    for path in (user_file(environ), project / FILE_NAME):
        layer = read_layer(path)
        errors += layer.errors
        layers.append(layer if layer.readable else before.get(path, layer))
    merged: dict[str, Any] = {}
    for layer in layers:
        merged = _merge(merged, layer.values)
    return Config(Settings.model_validate(merged), tuple(layers), errors)


def user_file(environ: Mapping[str, str]) -> Path:
    """The person's own dispatch.yaml. A relative `XDG_CONFIG_HOME` does not count, as its specification says."""
    configured = Path(environ.get("XDG_CONFIG_HOME", ""))
    home = Path(environ["HOME"]) if environ.get("HOME") else Path.home()
    return (configured if configured.is_absolute() else home / ".config") / "dispatch" / FILE_NAME


def read_layer(path: Path) -> Layer:
    """One file, judged by itself. A file that is not there sets nothing."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return Layer(path)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return _broken(path, f"{path} cannot be read: {reason}.", "Make it a file that you may read.")
    if len(raw) > MAX_BYTES:
        return _broken(path, f"{path} is larger than {MAX_BYTES:,} bytes.", "It should be a few lines.")
    try:
        return _parse(path, raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return _broken(path, f"{path} is not UTF-8 text (byte {error.start}).", "Save it as UTF-8.")
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it is nested too deeply"
        return _broken(path, f"{path}{line}: not valid YAML: {problem}.", "Write `key: value`, indented by spaces.")


def _parse(path: Path, text: str) -> Layer:
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return Layer(path)
        data = loader.construct_document(node)
    finally:
        loader.dispose()
    if not isinstance(data, dict):
        return _broken(path, f"{path}, line 1: a mapping is wanted, not a {_kind(data)}.", "Write `key: value` lines.")
    return _validate(path, node, data)


def _validate(path: Path, node: yaml.Node, data: dict[Any, Any]) -> Layer:
    """The fields that can be used. Faulty ones are taken out one round at a time, until the rest is valid."""
    errors: list[ErrorInfo] = []
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


def _merge(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _broken(path: Path, message: str, hint: str) -> Layer:
    return Layer(path, errors=(ErrorInfo(code="invalid", message=message, hint=hint),), readable=False)


def _kind(data: Any) -> str:
    return {list: "list", str: "text", bool: "yes or no", int: "number", float: "number"}.get(type(data), "value")
