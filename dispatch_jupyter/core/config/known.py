"""Names that dispatch.yaml may use and that are made elsewhere: whoever loads it says which there are."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path


def _no_name(_: str) -> bool:
    return False


def _no_secret(_: Path) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Known:
    """What else there is. Without saying, names of tools are not checked, and nothing else is known."""

    tools: frozenset[str] | None = None
    """Names of tools and groups of tools; None: any."""
    keys: frozenset[str] = frozenset()
    """Ids of keys that need not be written down."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Of providers the environment variable that a key of theirs is looked for in where it names no source."""
    providers: Callable[[], Collection[str]] = tuple
    """Names of providers. There may be others; but what is nearly one of these is misspelt."""
    is_model: Callable[[str], bool] = _no_name
    """Whether a word without a slash is the name of a model."""
    is_secret: Callable[[Path], bool] = _no_secret
    """Whether a file, by its real path, lies in a place of secrets: a project's files are not read from there."""
