"""The configuration in force: the person's own dispatch.yaml, and over it the project's.

Never fails: a field that cannot be used is left out, a file that cannot be read counts as it was when it last could,
and the faults are listed. What a project's file would widen is left out as well until the person trusts it.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..protocol.records import ErrorInfo
from .entries import real_path
from .layer import Layer, read_layer
from .locations import FILE_NAME, home_of, user_file
from .schema import Settings
from .trust import is_trusted, widens, without_widening

__all__ = ["FILE_NAME", "Config", "load", "user_file"]


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
    for path in _files(project, environ):
        layer = read_layer(path, home_of(environ))
        errors += layer.errors
        layers.append(layer if layer.readable else before.get(path, layer))
    counted = [layers[0], *(_as_trusted(layer, environ, errors) for layer in layers[1:])]
    merged: dict[str, Any] = {}
    for layer in counted:
        merged = _merge(merged, layer.values)
    settings = Settings.model_validate(merged)
    real = _real_paths(project, counted, settings, errors)
    return Config(_with_real_paths(settings, real), tuple(layers), errors)


def _files(project: Path, environ: Mapping[str, str]) -> list[Path]:
    own, theirs = user_file(environ), project / FILE_NAME
    same = os.path.realpath(own) == os.path.realpath(theirs)
    return [own] if same else [own, theirs]


def _as_trusted(layer: Layer, environ: Mapping[str, str], errors: list[ErrorInfo]) -> Layer:
    """A project's layer, as far as it counts."""
    if not widens(layer):
        return layer
    trusted, faults = is_trusted(layer, environ)
    errors += faults
    if trusted:
        return layer
    values, said = without_widening(layer)
    errors += said
    return replace(layer, values=values)


def _merge(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Sections field by field, lists added up, else the upper one."""
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            merged[key] = _merge(below, value)
        elif isinstance(below, list) and isinstance(value, list):
            merged[key] = [*below, *(item for item in value if item not in below)]
        else:
            merged[key] = value
    return merged


# ---------------------------------------------------------------------- links


def _real_paths(project: Path, layers: list[Layer], settings: Settings, errors: list[ErrorInfo]) -> dict[str, str]:
    """Where the paths of `auto_allow` really lead; those that agents could bend are left out and said."""
    writable = [entry.path for entry in settings.permissions.auto_allow if entry.allow in ("write", "all")]
    changeable = frozenset((*writable, *map(os.path.realpath, (str(project), *writable))))
    real: dict[str, str] = {}
    for layer in layers:
        entries = layer.values.get("permissions", {}).get("auto_allow", [])
        for index, entry in enumerate(entries):
            try:
                real[entry["path"]] = real_path(entry["path"], changeable)
            except ValueError as error:
                line = layer.lines.get(("permissions", "auto_allow", index), 1)
                text = f"{layer.path}, line {line}: `permissions.auto_allow.{index}` cannot be used: {error}."
                errors.append(
                    ErrorInfo(code="invalid", message=text, hint="Write the path that is meant, without links.")
                )
    return real


def _with_real_paths(settings: Settings, real: Mapping[str, str]) -> Settings:
    entries = [entry.leading_to(real[entry.path]) for entry in settings.permissions.auto_allow if entry.path in real]
    return settings.model_copy(update={"permissions": settings.permissions.model_copy(update={"auto_allow": entries})})
