"""Who gave leave for always, when, and for whose question: `leave.json`, beside the person's dispatch.yaml.

What is in force stands in dispatch.yaml alone, where it can be read and changed by hand. A note here is found by the id
of an entry there: a note without its entry means nothing, an entry without a note was typed.

All functions block on small files; those that write are to be called with the folder `locked`.
"""

import json
from collections.abc import Collection, Mapping
from pathlib import Path

from pydantic import AwareDatetime, Field, ValidationError

from ..protocol.commands import Asker
from ..protocol.errors import StoreError
from ..protocol.ids import GrantId, RequestId
from ..protocol.parts import Part
from ..protocol.records import now
from .locations import config_folder
from .reading import read_bytes
from .user_files import replace_file

VERSION = 1


class Given(Part):
    """How an entry of `permissions.auto_allow` came to be."""

    by: str
    """User name of who gave it."""
    at: AwareDatetime = Field(default_factory=now)
    request_id: RequestId
    asker: Asker


Notes = dict[GrantId, Given]


class _Record(Part):
    version: int
    given: Notes


def given_file(environ: Mapping[str, str]) -> Path:
    """Where the notes are kept."""
    return config_folder(environ) / "leave.json"


def read_given(environ: Mapping[str, str]) -> Notes:
    """All notes, by the id of the entry they are of.

    Raises:
        StoreError: they cannot be read, or are not what was written.
    """
    path = given_file(environ)
    hint = (
        f"What is allowed is not affected, only who allowed it is not known. Move {path.name} away to be rid of this."
    )
    try:
        record = _Record.model_validate(json.loads(read_bytes(path)))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror or error}.", hint) from error
    except (ValidationError, ValueError, RecursionError) as error:
        raise StoreError(f"{path} is damaged.", hint) from error
    if record.version != VERSION:
        raise StoreError(f"{path} was written by another version of Dispatch.", hint)
    return record.given


def note_given(
    grant_ids: Collection[GrantId], given: Given, in_force: Collection[GrantId], environ: Mapping[str, str]
) -> None:
    """Keep a note of entries that are about to be written. Notes of entries that are gone are dropped.

    Raises:
        StoreError: it could not be kept.
    """
    known = {id_: note for id_, note in _read_or_set_aside(environ).items() if id_ in in_force}
    _write(known | dict.fromkeys(grant_ids, given), environ)


def forget_given(grant_id: GrantId, environ: Mapping[str, str]) -> None:
    """Drop the note of an entry that was taken out: the same entry, typed later, is somebody else's.

    Raises:
        StoreError: as `read_given`, or it could not be written.
    """
    known = read_given(environ)
    if known.pop(grant_id, None) is not None:
        _write(known, environ)


def _write(notes: Notes, environ: Mapping[str, str]) -> None:
    record = _Record(version=VERSION, given=notes)
    replace_file(given_file(environ), (record.model_dump_json(indent=2) + "\n").encode())


def _read_or_set_aside(environ: Mapping[str, str]) -> Notes:
    try:
        return read_given(environ)
    except StoreError:
        path = given_file(environ)
        try:
            path.replace(path.with_name(f"{path.name}.damaged"))
        except OSError as error:
            raise StoreError(f"{path} is damaged and cannot be put aside: {error.strerror or error}.") from error
        return {}
