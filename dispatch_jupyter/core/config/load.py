"""The configuration in force: the person's own dispatch.yaml, and over it the project's.

Never fails: a field that cannot be used is left out, a file that cannot be read counts as it was when it last could,
and the faults are listed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..protocol.records import ErrorInfo
from .layer import Layer, read_layer
from .schema import Settings

FILE_NAME = "dispatch.yaml"


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


def _merge(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged
