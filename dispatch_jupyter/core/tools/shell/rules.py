"""From the policy to what the sandbox lets a command touch. Blocks: it looks which places there are."""

import contextlib
import os
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from ...permissions.known import SECRETS_BY_NAME
from ...permissions.places import Places
from ...permissions.policy import Policy
from ...protocol.parts import Operation
from ...sandbox import hosts
from ...sandbox.types import Rules
from .environment import Folders

DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "ptmx")
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - that is where it is
"""Other programs' too: a sandbox that sees to calls gives a command its own; else it needs all of it."""
KERNEL_FILES = (
    "/proc",
    "/sys/devices/system/cpu",
    "/sys/devices/system/node",
    "/sys/fs/cgroup",
    "/sys/kernel/mm/transparent_hugepage",
)
"""Programs count processors and memory there."""
SYSTEM_FILES = (
    "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "ld.so.preload", "nsswitch.conf", "passwd", "group", "localtime",
    "timezone", "ssl", "pki", "ca-certificates", "ca-certificates.conf", "crypto-policies", "resolv.conf", "host.conf",
    "gai.conf", "services", "protocols", "networks", "rpc", "mime.types", "gitconfig", "bash.bashrc",
    "bash_completion.d", "profile", "profile.d", "inputrc", "terminfo", "os-release", "debian_version",
    "redhat-release", "lsb-release", "machine-info", "fonts", "alternatives", "java", "java-17-openjdk",
    "java-21-openjdk", "maven", "locale.alias", "locale.conf", "magic", "papersize", "matplotlibrc", "python3", "perl",
    "R", "OpenCL", "vulkan", "xdg", "npmrc", "pip.conf", "man_db.conf", "manpath.config", "login.defs", "adjtime",
    "ethertypes",
)  # fmt: skip
"""Below /etc: what the C library, loaders and common tools read at their start, and that tells nothing about people
but their names. `hosts` is not among them: see `confinement`."""
SECRETS_DEPTH = 3
MAX_SEARCHED = 1_000
"""Folders that are searched for places of secrets before a command, where wide leave was given."""
HOME_FILES = (".gitconfig", ".config/git", ".config/fontconfig", ".fonts", ".fonts.conf", ".local/lib")
"""git fails where it may not read its settings; `.local/lib` has the person's own Python packages."""


def confinement(policy: Policy, folders: Folders, *, live: bool, ports: Collection[int] = ()) -> Rules:
    """What the policy, as it stands, lets a command touch from its start. Leave for what is not there yet is not in it:
    whether such a thing may be made is decided as it is made.

    Args:
        live: whether the sandbox sees to calls while the command runs. Then programs look up `localhost` in a
            stand-in for `/etc/hosts`; else they have to read the file itself.
    """
    hidden = {*policy.hidden(), *_secrets_in(policy)}

    def usual(paths: Iterable[str]) -> Iterator[str]:
        """Of what every command may touch, what is no place of secrets to this person."""
        return (path for path in paths if Path(path) not in hidden)

    names = SYSTEM_FILES if live else [*SYSTEM_FILES, "hosts"]
    devices = [Path("/dev", name) for name in DEVICES]
    return Rules(
        write=(
            *_unlinked([folders.tmp, folders.cache, *_of(policy, "write", hidden)]),
            *usual(_resolved(devices if live else [*devices, SHARED_MEMORY])),
        ),
        execute=(*usual(map(str, policy.places.system)), *_unlinked(_of(policy, "execute", hidden))),
        read=(
            *usual(_resolved(Path("/etc", name) for name in names)),
            *usual(_resolved(map(Path, KERNEL_FILES))),
            *usual(_at_home(policy.places)),
            *_unlinked(_of(policy, "read", hidden)),
        ),
        hidden=tuple(map(str, sorted(hidden))),
        ports=tuple(sorted(ports)),
        stand_ins=(hosts.stand_in(),) if live else (),
    )


def _secrets_in(policy: Policy) -> Iterator[Path]:
    """Places that are secret by their name, in folders that leave was given for: other people's homes.

    Looked for to a bound: as deep as homes lie, in so many folders.
    """
    wide = {rule.path for rule in policy.rules if rule.origin not in ("scratch", "kept")}
    waiting = deque((path, 0) for path in sorted(wide) if path != policy.project)
    for _ in range(MAX_SEARCHED):
        if not waiting:
            return
        folder, depth = waiting.popleft()
        for path in _folders_and_secrets(folder):
            if path.name.casefold() in SECRETS_BY_NAME:
                yield path
            elif depth < SECRETS_DEPTH and not policy.places.is_program(path):
                waiting.append((path, depth + 1))


def _folders_and_secrets(folder: Path) -> Iterator[Path]:
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.casefold() in SECRETS_BY_NAME or entry.is_dir(follow_symlinks=False):
                yield Path(entry.path)


def _of(policy: Policy, operation: Operation, hidden: Collection[Path]) -> Iterator[Path]:
    """Folders a command may do this in. Where its agent may not write, leave to write is leave to read. What is hidden
    is opened by leave for this very thing alone.
    """
    may_write = "write" in policy.operations
    if operation == ("write" if may_write else "execute") and policy.project not in hidden:
        yield policy.project
    for rule in policy.rules:
        if rule.path in hidden and not rule.exact:
            continue
        lesser = rule.operation == "write" and not may_write and rule.origin != "scratch"
        allowed = "read" if lesser else rule.operation
        if allowed == operation:
            yield rule.path


def _resolved(paths: Iterable[Path]) -> tuple[str, ...]:
    """Real paths of those places of the system that are there. The folders they are in are no links."""
    there = (path for path in map(str, paths) if os.path.lexists(path))
    return tuple(dict.fromkeys(os.path.realpath(path) if os.path.islink(path) else path for path in there))  # noqa: PTH114


def _unlinked(paths: Iterable[Path]) -> tuple[str, ...]:
    """Those that are there and still what leave was given for: one that has become a link could lead anywhere."""
    found = dict.fromkeys(str(path) for path in paths if os.path.lexists(path))
    return tuple(path for path in found if os.path.realpath(path) == path)


def _at_home(places: Places) -> Iterator[str]:
    """Settings and libraries in the person's home. A file may be a link to another one there, but to no secret."""
    if places.home is None:
        return
    for name in HOME_FILES:
        path = places.home / name
        real = Path(os.path.realpath(path))
        is_ours = real == path or (real.is_file() and real.is_relative_to(places.home))
        if real.exists() and is_ours and places.secret(real) is None:
            yield str(real)
