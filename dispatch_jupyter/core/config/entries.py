"""Entries of `permissions.auto_allow`: their paths, from what is written to what is meant, and their ids."""

import hashlib
import os
from pathlib import Path

from ..protocol.parts import Operation

MAX_PATH_CHARS = 4096


def entry_id(operation: Operation, path: str) -> str:
    """`always-<16 hex digits>`: the same for the same leave, wherever and however it is written down."""
    return f"always-{hashlib.sha256(f'{operation} {path}'.encode()).hexdigest()[:16]}"


def written_path(text: str, folder: Path | None, home: str | None) -> str:
    """The absolute path an entry means.

    Args:
        text: as it is written, with `~` or `$HOME`, or relative.
        folder: where relative ones start; None refuses them.
        home: what `~` stands for; None refuses it.

    Raises:
        ValueError: says what is wrong with it.
    """
    if not text.strip() or len(text) > MAX_PATH_CHARS or not text.isprintable():
        raise ValueError("the path of a folder or a file is wanted")
    if "*" in text:
        raise ValueError("patterns are not known here, a folder stands for all below it")
    path = _at_home(text, home)
    if "$" in path:
        raise ValueError("of variables only $HOME is known, at the start")
    if not path.startswith("/"):
        if folder is None or not folder.is_absolute():
            raise ValueError("an absolute path is wanted")
        path = f"{folder}/{path}"
    path = os.path.normpath(path)
    return f"/{path.lstrip('/')}"  # two slashes at the start would survive


def _at_home(text: str, home: str | None) -> str:
    for mark in ("~", "$HOME", "${HOME}"):
        if text == mark or text.startswith(f"{mark}/"):
            if not home or not home.startswith("/"):
                raise ValueError("there is no home folder, an absolute path is wanted")
            return f"{home}/{text[len(mark) :]}"
    if text.startswith("~"):
        raise ValueError("home folders of others are to be written out")
    return text


def real_path(path: str, changeable: frozenset[str]) -> str:
    """Where a path really leads, links followed.

    Args:
        changeable: folders agents may write to. A link in one of them is not followed: what it leads to is theirs
            to choose.

    Raises:
        ValueError: says which link.
    """
    real = ""
    todo = path.split("/")[::-1]
    for _ in range(1000):
        if not todo:
            return real or "/"
        name = todo.pop()
        if name in ("", "."):
            continue
        if name == "..":
            real = real.rpartition("/")[0]
            continue
        here = f"{real}/{name}"
        try:
            target = os.readlink(here)  # noqa: PTH115 - text in, text out
        except OSError:  # no link, or nothing there yet
            real = here
            continue
        if any(real == folder or real.startswith(f"{folder.rstrip('/')}/") for folder in changeable):
            raise ValueError(f"{here} is a link to {target} that agents could change")
        todo.extend(target.split("/")[::-1])
        if target.startswith("/"):
            real = ""
    raise ValueError(f"{path} is a loop of links")
