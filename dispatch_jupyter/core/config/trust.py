"""A project's files may ask for more than they get: what widens waits until the person trusts that content.

Agents can write the project, so a file there is a wish. Trust is kept in the person's own folder, for exactly the
bytes that were shown: one changed byte, and what widens is inert again.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..protocol.commands import TrustedFile
from ..protocol.errors import Conflict, NotFound, StoreError
from ..protocol.parts import Place
from ..protocol.records import ErrorInfo
from .agent_files import AgentFile, read_agents
from .faults import sayable
from .folders import is_in, meant_by
from .layer import read_layer
from .locations import FILE_NAME, PROJECT_AGENTS, config_folder, home_of, user_file
from .reading import Within, digest_of, read_bytes
from .user_files import locked, replace_file
from .widening import start_words, wishes

MAX_DIGESTS = 20


class Trust:
    """What the person trusts, read once."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.fault: ErrorInfo | None = None
        """What is wrong with the record; then nothing is trusted."""
        try:
            self._known = _read(trust_file(environ))
        except StoreError as error:
            self._known = {}
            place = Place(path=sayable(str(trust_file(environ))))
            self.fault = ErrorInfo(code="invalid", message=sayable(error.message), hint=error.hint, place=place)

    def has(self, path: Path, digest: str) -> bool:
        """Whether the person trusts this content of a file."""
        return digest in self._known.get(_name(path), [])


def trusted_files(project: Path, environ: Mapping[str, str]) -> list[TrustedFile]:
    """The project's files that ask for trust, as they are now. Blocks on small files."""
    home = home_of(environ)
    asks: list[tuple[Path, str, list[str]]] = []
    path = project / FILE_NAME
    if os.path.realpath(path) != os.path.realpath(user_file(environ)):
        layer = read_layer(path, home, project)
        own = read_layer(user_file(environ), home)
        asks.append((path, layer.digest, [line for wish in wishes(layer, home, own) for line in wish.words]))
    # what is read is only shown where it asks for something, in words of our own
    within = Within(project, lambda _: False)
    files, _ = read_agents(project / PROJECT_AGENTS, home, within, {})
    asks += [(file.path, file.digest, asks_for(file, home)) for file in files]
    trust = Trust(environ)
    return [
        TrustedFile(path=str(path), digest=digest, trusted=trust.has(path, digest), widens=words)
        for path, digest, words in asks
        if words
    ]


def asks_for(file: AgentFile, home: str) -> list[str]:
    """What an agent's file asks for that needs trust, in words: a folder outside the project."""
    if file.section is None or not file.section.cwd or file.project is None:
        return []
    if is_in(meant_by(file.section.cwd, file.project, home), file.project):
        return []
    return [start_words(file.slug, file.section.cwd)]


def set_trust(path: str, digest: str, trusted: bool, environ: Mapping[str, str]) -> None:
    """Trust a version of a file, or stop trusting it. Blocks on small files.

    Args:
        digest: of the content the person saw, as `TrustedFile` has it.

    Raises:
        NotFound: there is no such file.
        Conflict: its content is another by now.
        StoreError: that could not be kept.
    """
    file = Path(path)
    in_agents = file.suffix == ".toml" and file.parent.parts[-2:] == PROJECT_AGENTS.parts
    if not file.is_absolute() or not (file.name == FILE_NAME or in_agents):
        raise NotFound(f"{path} is no file that asks for trust.", f"Only {FILE_NAME} and files of agents do.")
    if trusted:
        _check_content(file, digest)
    kept = trust_file(environ)
    with locked(kept.parent):
        known = _read_or_set_aside(kept)
        digests = [other for other in known.get(_name(file), []) if other != digest]
        digests += [digest] if trusted else []
        known = {**known, _name(file): digests[-MAX_DIGESTS:]}
        record = {"version": 1, "trusted": {name: digests for name, digests in known.items() if digests}}
        replace_file(kept, (json.dumps(record, indent=2) + "\n").encode())


def trust_file(environ: Mapping[str, str]) -> Path:
    """Where trust is kept."""
    return config_folder(environ) / "trust.json"


def _check_content(file: Path, digest: str) -> None:
    try:
        current = digest_of(read_bytes(file))
    except FileNotFoundError as error:
        raise NotFound(f"There is no {file}.", "It was taken away since; there is nothing to trust.") from error
    except OSError as error:
        raise StoreError(f"{file} cannot be read: {error.strerror or error}.") from error
    if current != digest:
        raise Conflict(f"{file} has changed since you saw it.", "Look at what it asks for now.")


def _read(path: Path) -> dict[str, list[str]]:
    """Digests of trusted contents by file; all of it or nothing.

    Raises:
        StoreError: it cannot be read or is not what was written.
    """
    hint = "Nothing is trusted. Trust the files again in the chat panel: that writes it anew."
    try:
        record = json.loads(read_bytes(path))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror or error}.", hint) from error
    except (ValueError, RecursionError) as error:
        raise StoreError(f"{path} is damaged.", hint) from error
    known = record.get("trusted") if isinstance(record, dict) and record.get("version") == 1 else None
    if not isinstance(known, dict) or not all(_is_digests(value) for value in known.values()):
        raise StoreError(f"{path} is damaged.", hint)
    return known


def _is_digests(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _read_or_set_aside(path: Path) -> dict[str, list[str]]:
    try:
        return _read(path)
    except StoreError:
        try:
            path.replace(path.with_name(f"{path.name}.damaged"))
        except OSError as error:
            raise StoreError(f"{path} is damaged and cannot be put aside: {error.strerror or error}.") from error
        return {}


def _name(path: Path) -> str:
    """A file as trust knows it: by its real folder, however that was reached."""
    return str(Path(os.path.realpath(path.parent), path.name))
