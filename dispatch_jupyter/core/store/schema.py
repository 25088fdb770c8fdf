"""Versions of the documents (the journal's own format is `lines`'): older ones are brought up to date on load.

A change of `records` that old documents would not fit gets one more `schema_version` and one function here.
"""

from collections.abc import Callable
from pathlib import Path

from ..protocol.errors import StoreError
from ..protocol.records import Session
from .lines import Tables

SCHEMA_VERSION: int = Session.model_fields["schema_version"].default


def _permissions_came(tables: Tables) -> None:
    """2 has grants, jobs and the permission log, and more fields: what version 1 wrote fits as it is."""


def _tasks_came(tables: Tables) -> None:
    """3 has tasks, and agents that say what model they want: what version 2 wrote fits as it is.

    A model that a person had chosen is wanted by its id.
    """
    for agent in tables.get("agents", {}).values():
        if agent.get("model_pinned"):
            agent["wants"] = [{"model": agent["model"]["id"]}]


def _children_came(tables: Tables) -> None:
    """4 has agents that summon others, and their history: what version 3 wrote fits as it is."""


MIGRATIONS: dict[int, Callable[[Tables], None]] = {1: _permissions_came, 2: _tasks_came, 3: _children_came}
"""n → what turns all tables of version n into those of n+1, in place; `schema_version` is set by `migrate`.

Texts over `blobs.LIMIT` are not in the documents then (see there); nothing under `$blobs` is to be touched.
"""


def version_of(tables: Tables, path: Path) -> int:
    """The version of a session's documents.

    Raises:
        StoreError: it is newer than this code, or the journal has no session record at all.
    """
    sessions = list(tables.get("session", {}).values())
    if not sessions:
        raise StoreError(f"{path} has no session record.", "It is not a session of Dispatch. Move it out of the way.")
    version = sessions[0].get("schema_version", 1)
    if type(version) is not int or version < 1:
        raise StoreError(f"{path} has an impossible schema version: {version!r}.", "Put it back from a copy.")
    if version > SCHEMA_VERSION:
        raise StoreError(
            f"{path} was written by a newer version of Dispatch "
            f"(schema {version}; this one knows up to {SCHEMA_VERSION}).",
            "Update dispatch-jupyter in this environment.",
        )
    return version


def migrate(tables: Tables, path: Path) -> bool:
    """Bring the tables up to `SCHEMA_VERSION`, in place; whether anything was to do.

    Raises:
        StoreError: as `version_of`.
    """
    version = version_of(tables, path)
    for step in range(version, SCHEMA_VERSION):
        MIGRATIONS[step](tables)
    for session in tables["session"].values():
        session["schema_version"] = SCHEMA_VERSION
    return version < SCHEMA_VERSION
