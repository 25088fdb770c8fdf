"""One dispatch.yaml, judged by itself: what it sets, and every fault with file, line, field and what to write."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from ..protocol.records import ErrorInfo
from .faults import fault
from .marks import Location
from .reading import digest_of, read_bytes
from .schema import Settings
from .stays import LastGood, PartName
from .tree import NOWHERE, Marked
from .usable import usable
from .yaml_text import parse


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
    tree: Marked = NOWHERE
    """Where its settings stand in it."""
    left_out: dict[tuple[str, str], ErrorInfo] = field(default_factory=dict)
    """Entries that cannot be used, by list (`agents`) and name, and why."""
    partial: frozenset[PartName] = frozenset()
    """Entries and fields of which only a part can be used."""
    project: Path | None = None
    """The project whose file it is; None: it is the person's own."""

    def line(self, *loc: str | int) -> int:
        """Where a setting stands in it, from 1."""
        return self.tree.line_of(loc)

    def fault(self, loc: Location, text: str, hint: str, code: str = "invalid") -> ErrorInfo:
        """An error that stands where a setting does."""
        return fault(self.path, self.line(*loc), text, hint, code)

    def at(self, loc: Location) -> Any:
        """What it sets there; None where it says nothing."""
        value: Any = self.values
        for step in loc:
            value = value.get(step) if isinstance(value, dict) else None
        return value


def read_layer(
    path: Path,
    home: str | None = None,
    project: Path | None = None,
    known: Layer | None = None,
    last: LastGood | None = None,
    *,
    providers: Callable[[], Collection[str]] = tuple,
) -> Layer:
    """One file, judged by itself. A file that is not there sets nothing.

    Args:
        home: what `~` in it stands for.
        project: whose file it is; None where it is the person's own.
        known: what was found in the same file before, by the same arguments: given back where it did not change.
        last: what of its last good version stays in force where it is broken now.
        providers: names of those that are known: a key's that is nearly one of them is misspelt.
    """
    try:
        raw = read_bytes(path)
    except FileNotFoundError:
        return Layer(path, project=project)
    except OSError as error:
        hint = "Make it a small file that you may read."
        return _broken(path, None, f"it cannot be read: {error.strerror or error}.", hint, project)
    digest = digest_of(raw)
    if known and known.digest == digest and known.project == project:
        return known
    where = {"folder": path.parent, "home": home, "providers": providers}
    return replace(_judged(path, raw, where, project, last or LastGood()), digest=digest)


def _judged(path: Path, raw: bytes, where: dict[str, Any], project: Path | None, last: LastGood) -> Layer:
    try:
        data, tree, twice = parse(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return _broken(path, None, f"not UTF-8 text (byte {error.start}).", "Save it as UTF-8.", project)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        line = mark.line + 1 if mark else None
        return _broken(path, line, f"not valid YAML: {problem}.", "Write `key: value`, indented by spaces.", project)
    if data is None:
        return Layer(path, project=project) if raw.strip() or not last.values else _emptied(path, last, project)
    if not isinstance(data, dict):
        return _broken(path, 1, f"a mapping is wanted, not a {_kind(data)}.", "Write `key: value` lines.", project)
    said = [_twice(path, name, line) for name, line in twice]
    found = usable(Settings, path, data, tree, where, last=last)
    return Layer(
        path, found.values, (*said, *found.errors), tree=found.tree, left_out=found.left_out, partial=found.partial,
        project=project,
    )  # fmt: skip


def _twice(path: Path, name: str, line: int) -> ErrorInfo:
    return fault(path, line, f"`{name}` stands here twice; the last one counts.", "Take one of them out.")


def _broken(path: Path, line: int | None, text: str, hint: str, project: Path | None) -> Layer:
    return Layer(path, errors=(fault(path, line, text, hint),), readable=False, project=project)


def _emptied(path: Path, last: LastGood, project: Path | None) -> Layer:
    """A file in which nothing is left: by an editor that is about to write it, or a disk that was full."""
    text = "it is empty now. What it said last stays in force, but for leave."
    said = fault(path, None, text, "Delete it if that is not to count, or write a comment into it.")
    return Layer(path, dict(last.values), (said,), partial=last.partial, project=project)


def _kind(data: Any) -> str:
    return {list: "list", str: "text", bool: "yes or no", int: "number", float: "number"}.get(type(data), "value")
