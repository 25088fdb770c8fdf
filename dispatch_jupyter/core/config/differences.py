"""What is different between two configurations, in words: for people who are shown that their edit was taken up."""

from typing import Any

from ..protocol.records import ErrorInfo
from .configuration import Config

_NAMED = {"keys": ("key", "id"), "models": ("model", "id")}


def what_changed(before: Config, after: Config) -> list[str]:
    """The settings, agents and files that are others now: `key work`, `agent reviewer`, `limits`, `1 more problem`.

    Empty where nothing that matters to anybody is different.
    """
    found: list[str] = []
    old, new = before.settings.model_dump(), after.settings.model_dump()
    for name in old:
        if name in _NAMED:
            word, named = _NAMED[name]
            found += [f"{word} {which}" for which in _others(_by(old[name], named), _by(new[name], named))]
        elif name != "agents" and old[name] != new[name]:
            found.append(name)
    found += [f"agent {slug}" for slug in _others(before.templates, after.templates)]
    return [
        *found,
        *_counted("problem", before.errors, after.errors),
        *_counted("warning", before.warnings, after.warnings),
    ]


def _counted(word: str, old: list[ErrorInfo], new: list[ErrorInfo]) -> list[str]:
    more = len(new) - len(old)
    if more < 0 and any(error not in old for error in new):
        # as of a file that is not even YAML any more: one problem, but a new one
        return [f"other {word}s"]
    if more:
        return [f"{abs(more)} {'more' if more > 0 else 'fewer'} {word}{'' if abs(more) == 1 else 's'}"]
    return [] if old == new else [f"{word}s"]


def _by(entries: list[dict[str, Any]], named: str) -> dict[str, Any]:
    return {entry[named]: entry for entry in entries}


def _others(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Names of what is new, gone, or another."""
    return [name for name in {**new, **old} if old.get(name) != new.get(name)]
