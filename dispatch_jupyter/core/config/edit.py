"""Leave for always: entries of `permissions.auto_allow` in the person's own dispatch.yaml, added and taken out.

All functions block on small files; call them in a thread.
"""

import json
import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from ..protocol.errors import Invalid, NotFound, StoreError
from ..protocol.ids import GrantId
from ..protocol.parts import Operation, Place
from ..protocol.records import Grant
from .entries import entry_id, written_path
from .given import Given, Notes, forget_given, note_given
from .locations import home_of, user_file
from .marks import line_of
from .reading import read_bytes
from .schema import Allowed
from .splice import CannotSplice, add_item, remove_item, remove_made, replace_item
from .user_files import locked, replace_file

KEYS = ("permissions", "auto_allow")
_PLAIN = re.compile(r"/[A-Za-z0-9_./@+-]*")

log = logging.getLogger(__name__)


def always_entries(environ: Mapping[str, str], notes: Notes | None = None) -> list[Grant]:
    """All that the person's own file allows, in its order; an entry for all operations as one of each.

    Args:
        notes: of who gave leave, and when; an entry without one counts as written when the file was.

    Raises:
        Invalid: the file cannot be understood; the message names the line.
        StoreError: it cannot be read.
    """
    path = user_file(environ)
    text = _read(path)
    entries = _entries(path, text, environ)
    root = yaml.compose(text, Loader=yaml.SafeLoader) if entries else None
    found: list[Grant] = []
    for index, entry in entries:
        place = root and Place(path=str(path), line=line_of(root, (*KEYS, index)))
        leave = _leave(entry)
        for operation, name in leave:
            grant = _grant(path, operation, name).model_copy(update={"place": place})
            # an entry of several operations is none of ours: we write one of each
            note = (notes or {}).get(grant.id) if len(leave) == 1 else None
            found.append(_noted(grant, note) if note else grant)
    return found


def add_always(
    leave: Sequence[tuple[Operation, Path]], environ: Mapping[str, str], given: Given | None = None
) -> list[Grant]:
    """Allow operations on paths, and all below them, for always: all of these or none. What is allowed already is not
    written again.

    Args:
        given: who allows it, which is noted before it is: leave that nobody is known to have given is not begun.

    Raises:
        Invalid: a path cannot be written down, or the file cannot be understood or changed; it stays as it is.
        StoreError: the file cannot be read or written.
    """
    file = user_file(environ)
    wanted = [(operation, _name(path)) for operation, path in leave]
    with locked(file.parent):
        text = _read(file)
        known = [one for _, entry in _entries(file, text, environ) for one in _leave(entry)]
        added: list[tuple[Operation, str]] = []
        for operation, name in wanted:
            wider = [one for one in wanted if one != (operation, name)]
            if not any(_covers(*one, operation, name) for one in (*known, *added, *wider)):
                text = _added(file, text, operation, name)
                added.append((operation, name))
        if added:
            if given is not None:
                note_given(_ids(added), given, _ids(known), environ)
            replace_file(file, text.encode())
    return [_grant(file, *one) for one in wanted]


def remove_always(grant_id: GrantId, environ: Mapping[str, str]) -> Grant:
    """Take leave out again, wherever the file gives it; of an entry for all operations the others stay.

    Raises:
        NotFound: nothing in the file has that id.
        Invalid, StoreError: as `add_always`.
    """
    file = user_file(environ)
    with locked(file.parent):
        text = _read(file)
        found: tuple[Operation, str] | None = None
        # from the end, so that what is before keeps its index
        for index, entry in reversed(_entries(file, text, environ)):
            for operation, name in _leave(entry):
                if entry_id(operation, name) == grant_id:
                    found = (operation, name)
                    text = _taken_out(file, text, index, entry, operation)
        if found is None:
            raise NotFound("There is no such grant.", "It may have been taken out of dispatch.yaml already.")
        replace_file(file, text.encode())
        try:
            forget_given(grant_id, environ)
        except StoreError as error:  # it is taken back all the same, and a note alone means nothing
            log.warning("Who gave leave that was taken back is still noted: %s", error.message)
    return _grant(file, *found)


# ---------------------------------------------------------------------- entries


def _entries(path: Path, text: str, environ: Mapping[str, str]) -> list[tuple[int, Allowed]]:
    """The entries that can be used, with their index in the list."""
    data = _data(path, text)
    section = data.get(KEYS[0])
    listed = section.get(KEYS[1]) if isinstance(section, dict) else None
    if not isinstance(section, dict | None) or not isinstance(listed, list | None):
        raise Invalid(f"{path}: `{'.'.join(KEYS)}` is not a list.", "Write `- /folder` lines below it, or nothing.")
    where = {"folder": path.parent, "home": home_of(environ)}
    found: list[tuple[int, Allowed]] = []
    for index, entry in enumerate(listed or []):
        try:
            found.append((index, Allowed.model_validate(entry, context=where)))
        except ValueError:
            continue  # it allows nothing; loading the configuration says what is wrong with it
    return found


def _leave(entry: Allowed) -> list[tuple[Operation, str]]:
    return [(operation, str(path)) for operation, path, _ in entry.leave()]


def _ids(leave: Iterable[tuple[Operation, str]]) -> set[GrantId]:
    return {GrantId(entry_id(*one)) for one in leave}


def _name(path: Path) -> str:
    """A path as it is written down."""
    try:
        return written_path(str(path), None, None)
    except ValueError as error:
        raise Invalid(f"{path} cannot be allowed for always: {error}.", "Allow it for the session.") from error


def _covers(given: Operation, folder: str, operation: Operation, name: str) -> bool:
    return operation in (given, "read") and Path(name).is_relative_to(folder)


def _item(operation: Operation, name: str) -> str:
    # JSON text is YAML; a plain name needs no quotes
    path = name if _PLAIN.fullmatch(name) else json.dumps(name, ensure_ascii=False)
    return f"{{path: {path}, allow: {operation}}}"


def _added(path: Path, text: str, operation: Operation, name: str) -> str:
    try:
        return add_item(text, KEYS, _item(operation, name))
    except CannotSplice as error:
        raise _by_hand(path, error) from error


def _taken_out(path: Path, text: str, index: int, entry: Allowed, operation: Operation) -> str:
    rest = [other for other, _ in _leave(entry) if other != operation]
    try:
        if rest:
            return replace_item(text, KEYS, index, _item(rest[0], entry.path))
        if (bare := remove_made(text, KEYS, _item(operation, entry.path))) is not None:
            return bare
        return remove_item(text, KEYS, index)
    except CannotSplice as error:
        raise _by_hand(path, error) from error


# ---------------------------------------------------------------------- the file


def _read(path: Path) -> str:
    try:
        return read_bytes(path).decode()
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise Invalid(f"{path} is not UTF-8 text (byte {error.start}).", "Save it as UTF-8.") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreError(f"{path} cannot be read: {reason}.", "Make it a small file that you may read.") from error


def _data(path: Path, text: str) -> dict[Any, Any]:
    try:
        data = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it cannot be understood"
        raise Invalid(f"{path}{line}: not valid YAML: {problem}.", "Correct it; it was left as it is.") from error
    if not isinstance(data, dict | None):
        raise Invalid(f"{path}, line 1: a mapping is wanted.", "Write `key: value` lines; it was left as it is.")
    return data or {}


def _by_hand(path: Path, error: CannotSplice) -> Invalid:
    return Invalid(
        f"{path}, line {error.line}: `{'.'.join(KEYS)}` is written in a way that cannot be changed safely.",
        "Change it by hand; it was left as it is.",
    )


def _grant(path: Path, operation: Operation, name: str) -> Grant:
    return Grant(
        id=GrantId(entry_id(operation, name)), operation=operation, path=name, scope="always",
        created_at=_written_at(path),
    )  # fmt: skip


def _noted(grant: Grant, note: Given) -> Grant:
    asked = {"request_id": note.request_id, "agent_id": note.asker.agent_id}
    return grant.model_copy(update={**asked, "granted_by": note.by, "created_at": note.at})


def _written_at(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:  # gone since it was read
        return datetime.now(UTC)
