"""Where a key's secret is, and fetching it from there. A secret is never logged, stored or shown."""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from .redact import keep_out

LONGEST_SECRET = 10_000
"""Bytes of a file that is read for one."""
_ALWAYS = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)  # a FIFO must not hang us at `open`


@dataclass(frozen=True, slots=True)
class SecretRef:
    """Where a secret is. `none`: the server needs none."""

    kind: Literal["env", "file", "keyring", "none"]
    name: str = ""
    """Of the variable; path of the file; `service/user` in the keyring."""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}" if self.name else "no secret needed"

    @property
    def fix(self) -> str:
        """What to do where it is refused or missing."""
        match self.kind:
            case "env":
                return f"set it and start Jupyter again:\nexport {self.name}=…"
            case "file":
                return f"put the key, and nothing else, into {self.name}. It is read again at the next call."
            case "keyring":
                service, user = _service_and_user(self.name)
                return f"store it anew:\nkeyring set {service} {user or 'NAME'}"
        return "check the server's address, and whether it wants a key."


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret in memory."""

    value: str = field(repr=False)
    warning: str = ""
    """What is wrong with how it is kept, in words."""


@dataclass(frozen=True, slots=True)
class Missing:
    """There is no secret to be had."""

    reason: str
    """Why, in words, with what to do."""


Found = Secret | Missing


def read_secret(ref: SecretRef, environ: Mapping[str, str]) -> Found:
    """Fetch a secret. Blocks on a file or the keyring."""
    if ref.kind == "none":
        return Secret("")
    if ref.kind == "env":
        found: Found = Secret(environ.get(ref.name, "").strip())
        empty = f"{ref.name} is not set: {ref.fix}"
    elif ref.kind == "file":
        found = _from_file(ref, environ)
        empty = f"{ref.name} is empty: {ref.fix}"
    else:
        found = _from_keyring(ref.name)
        empty = f"The keyring has nothing for {ref.name}: {ref.fix}"
    if isinstance(found, Missing):
        return found
    if not found.value:
        return Missing(empty)
    keep_out(found.value)
    if not (found.value.isascii() and found.value.isprintable() and " " not in found.value):
        return Missing(f"What is in {ref} is not a key (it has spaces, lines or letters that no key has): {ref.fix}")
    return found


def _from_file(ref: SecretRef, environ: Mapping[str, str]) -> Found:
    name = ref.name
    path = Path(environ.get("HOME") or Path.home(), name[2:]) if name.startswith("~/") else Path(name)
    if not path.is_absolute():
        return Missing(f"{name} is not an absolute path. Write it whole, or with `~/`.")
    try:
        fd = os.open(path, os.O_RDONLY | _ALWAYS)
    except OSError as error:
        return Missing(f"{name} cannot be read ({error.strerror}): {ref.fix}")
    try:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            return Missing(f"{name} is not a regular file: {ref.fix}")
        data = os.read(fd, LONGEST_SECRET + 1)
    except OSError as error:
        return Missing(f"{name} cannot be read ({error.strerror}): {ref.fix}")
    finally:
        os.close(fd)
    if len(data) > LONGEST_SECRET:
        return Missing(f"{name} has more than {LONGEST_SECRET} bytes: {ref.fix}")
    open_to_others = os.name != "nt" and status.st_mode & 0o077
    warning = f"Other people of this machine may read {name}: chmod 600 {name}" if open_to_others else ""
    # bytes that are no text become letters that no key has
    return Secret(data.decode("utf-8", errors="replace").strip(), warning)


def _from_keyring(name: str) -> Found:
    try:
        import keyring
    except ImportError:
        return Missing("The package `keyring` is not installed: pip install keyring")
    service, user = _service_and_user(name)
    try:
        if user:
            value = keyring.get_password(service, user)
        else:
            credential = keyring.get_credential(service, None)
            value = credential.password if credential else None
    except Exception as error:  # noqa: BLE001 - each system's keyring has exceptions of its own
        return Missing(f"The keyring could not be asked for {name} ({type(error).__name__}). Unlock it, or use a file.")
    return Secret((value or "").strip())


def _service_and_user(name: str) -> tuple[str, str]:
    service, slash, user = name.rpartition("/")
    return (service, user) if slash else (name, "")
