"""A project's dispatch.yaml may ask for more than it gets: what widens waits until the person trusts that content.

Agents can write the project, so a file there is a wish. Trust is kept in the person's own folder, for exactly the
bytes that were shown: one changed byte, and what widens is inert again.
"""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ..protocol.commands import TrustedFile
from ..protocol.errors import Conflict, NotFound, StoreError
from ..protocol.records import ErrorInfo
from .layer import Layer, digest_of, read_bytes, read_layer
from .locations import FILE_NAME, config_folder, home_of
from .user_files import locked, replace_file

MAX_DIGESTS = 20
Widening = tuple[str, ...]


def _allows(entries: list[Any]) -> list[str]:
    words = {"all": "read, write and run", "write": "read and write", "execute": "read and run", "read": "read"}
    return [f"{words[entry['allow']]} {entry['path']} and all below it" for entry in entries]


def _passes(names: list[str]) -> list[str]:
    return [f"give commands the environment variable {name}" for name in names]


WIDENING: dict[Widening, Callable[[Any], list[str]]] = {
    ("permissions", "auto_allow"): _allows,
    ("shell", "env_pass"): _passes,
}
"""Settings that widen what agents may do, and what each value asks for, in words."""


def without_widening(layer: Layer) -> tuple[dict[str, Any], tuple[ErrorInfo, ...]]:
    """What a file that is not trusted sets, and what is said about the rest."""
    values = layer.values
    said: list[ErrorInfo] = []
    for keys in WIDENING:
        if not _at(values, keys):
            continue
        values = _drop(values, keys)
        text = (
            f"{layer.path}, line {layer.lines.get(keys, 1)}: `{'.'.join(keys)}` has no effect: the file is not trusted."
        )
        hint = "Look at what it asks for, then trust this version of it in the permissions panel."
        said.append(ErrorInfo(code="untrusted", message=text, hint=hint))
    return values, tuple(said)


def widens(layer: Layer) -> list[str]:
    """What a file asks for that needs trust, in words."""
    return [line for keys, words in WIDENING.items() if (value := _at(layer.values, keys)) for line in words(value)]


def is_trusted(layer: Layer, environ: Mapping[str, str]) -> tuple[bool, tuple[ErrorInfo, ...]]:
    """Whether the person trusts this content of a file, and what is wrong with the record of that."""
    try:
        return layer.digest in _read(trust_file(environ)).get(_name(layer.path), []), ()
    except StoreError as error:
        return False, (ErrorInfo(code="invalid", message=error.message, hint=error.hint),)


def trusted_files(project: Path, environ: Mapping[str, str]) -> list[TrustedFile]:
    """The project's files that ask for trust, as they are now. Blocks on small files."""
    layer = read_layer(project / FILE_NAME, home_of(environ))
    asks = widens(layer)
    if not asks:
        return []
    trusted, _ = is_trusted(layer, environ)
    return [TrustedFile(path=str(layer.path), digest=layer.digest, trusted=trusted, widens=asks)]


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
    if file.name != FILE_NAME or not file.is_absolute():
        raise NotFound(f"{path} is no file that asks for trust.", f"Only files named {FILE_NAME} do.")
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
    hint = "Nothing is trusted. Trust the files again in the permissions panel: that writes it anew."
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


def _at(values: Any, keys: Widening) -> Any:
    for key in keys:
        values = values.get(key) if isinstance(values, dict) else None
    return values


def _drop(values: dict[str, Any], keys: Widening) -> dict[str, Any]:
    head, *rest = keys
    if not rest:
        return {key: value for key, value in values.items() if key != head}
    return {key: _drop(value, tuple(rest)) if key == head else value for key, value in values.items()}
