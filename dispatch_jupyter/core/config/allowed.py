"""Where the paths of `permissions.auto_allow` really lead."""

import os
from collections.abc import Mapping
from pathlib import Path

from ..protocol.records import ErrorInfo
from .entries import real_path
from .layer import Layer
from .schema import Settings


def real_paths(project: Path, layers: list[Layer], settings: Settings) -> tuple[dict[str, str], list[ErrorInfo]]:
    """Real paths by written ones; those that agents could bend are left out and said."""
    writable = [entry.path for entry in settings.permissions.auto_allow if entry.allow in ("write", "all")]
    changeable = frozenset((*writable, *map(os.path.realpath, (str(project), *writable))))
    real: dict[str, str] = {}
    said: list[ErrorInfo] = []
    for layer in layers:
        for index, entry in enumerate(layer.at(("permissions", "auto_allow")) or []):
            try:
                real[entry["path"]] = real_path(entry["path"], changeable)
            except ValueError as error:
                text = f"`permissions.auto_allow.{index}` cannot be used: {error}."
                hint = "Write the path that is meant, without links."
                said.append(layer.fault(("permissions", "auto_allow", index), text, hint))
    return real, said


def missing(layers: list[Layer], real: Mapping[str, str]) -> list[ErrorInfo]:
    """The entries where there is nothing yet: no fault, but a misspelt path would else never be noticed.

    Args:
        real: as `real_paths` gives it.
    """
    said: list[ErrorInfo] = []
    for layer in layers:
        for index, entry in enumerate(layer.at(("permissions", "auto_allow")) or []):
            path = real.get(entry["path"])
            if path is not None and not os.path.lexists(path):
                text = f"`permissions.auto_allow.{index}`: there is nothing at {entry['path']} yet."
                hint = "It counts once there is. Correct the path if another one is meant."
                said.append(layer.fault(("permissions", "auto_allow", index), text, hint, "not_there"))
    return said


def with_real_paths(settings: Settings, real: Mapping[str, str]) -> Settings:
    """Settings whose `auto_allow` is of the real paths, without those that have none."""
    entries = [entry.leading_to(real[entry.path]) for entry in settings.permissions.auto_allow if entry.path in real]
    return settings.model_copy(update={"permissions": settings.permissions.model_copy(update={"auto_allow": entries})})
