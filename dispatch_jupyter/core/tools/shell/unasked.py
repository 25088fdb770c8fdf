"""What commands are denied without anybody being asked, and what is said of it: files programs look for by habit, and
sockets of other programs.

What is not there is nobody's business. What is there may be missed without a sign, as a private package index is, so
that is told and logged; where packages come from is asked about like anything else.
"""

import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ...permissions.policy import Policy, Verdict
from ...protocol.parts import Operation
from ...protocol.records import Reach

SOURCES = (
    ".pip", ".config/pip", ".pydistutils.cfg", ".npmrc", ".pnpmrc", ".config/pnpm", ".config/npm", ".yarnrc",
    ".yarnrc.yml", ".config/yarn", ".condarc", ".config/conda", ".config/uv", ".cargo/config", ".cargo/config.toml",
)  # fmt: skip
"""Below the home folder: settings that say where packages come from."""
PROBED = (
    *SOURCES, ".netrc", "_netrc", ".pypirc", ".curlrc", ".config/curlrc", ".wgetrc", ".hgrc", ".inputrc", ".editrc",
    ".vimrc", ".terminfo", ".sqliterc", ".psqlrc", ".pdbrc", ".python_history", ".node_repl_history", ".bash_history",
    ".config/matplotlib", ".config/configstore", ".config/update-notifier", ".config/htop", ".config/less",
    ".config/fish", ".config/python", ".npm", ".yarn", ".cache/node", ".node-gyp", ".cargo/credentials.toml",
    ".local/share/python_keyring", ".config/python_keyring", ".lesshst", ".wget-hsts", ".dircolors", ".bashrc",
    ".profile", ".bash_profile", ".bash_login", ".zshrc", ".zshenv", ".tmux.conf", ".screenrc", ".nvmrc",
    ".tool-versions", ".config/mise", ".asdfrc",
)  # fmt: skip
"""Below the home folder: what common programs look for of their own accord. A command that names one of them is asked
about before it starts."""
OF_TOOLS = {
    "pip": (".pip", ".config/pip", ".pydistutils.cfg"),
    "uv": (".config/uv",),
    "npm": (".npmrc",),
    "npx": (".npmrc",),
    "pnpm": (".npmrc", ".pnpmrc", ".config/pnpm"),
    "yarn": (".yarnrc", ".yarnrc.yml", ".config/yarn", ".npmrc"),
    "conda": (".condarc", ".config/conda"),
    "mamba": (".condarc", ".config/conda"),
    "cargo": (".cargo/config", ".cargo/config.toml"),
}
"""Which of them a tool goes by, for where nobody sees what a command reaches for."""
_TOOL = re.compile(rf"\b({'|'.join(OF_TOOLS)})(?:3[\d.]*)?\b")
MAX_TOLD = 50
BY_SETTINGS = "What it says had no effect. The user can allow it: `permissions: auto_allow` in dispatch.yaml."
BY_NAME = "What it says had no effect. The user is asked about a command that names it."

HABIT = Verdict("deny", "looked for by habit", reason="programs look for it by themselves, and nobody was asked")
SOCKET = Verdict(
    "deny",
    "another program's socket",
    reason="it is a socket of another program, and commands connect only to their own, whatever is allowed",
)

Kind = Literal["habit", "socket", "absent"]
"""`absent`: looked for by habit, and there is nothing there."""


@dataclass(slots=True)
class Told:
    """What of it is said in a command's result."""

    habits: dict[str, tuple[Operation, bool]] = field(default_factory=dict)
    """Path; what was wanted with it, and whether it is a place of secrets."""
    sockets: set[str] = field(default_factory=set)

    def __contains__(self, path: object) -> bool:
        return path in self.habits or path in self.sockets

    def add(self, reach: Reach, kind: Kind) -> bool:
        """Keep it, to a bound. Says whether it is new."""
        if kind == "absent" or reach.path in self or len(self.habits) + len(self.sockets) >= MAX_TOLD:
            return False
        if kind == "socket":
            self.sockets.add(reach.path)
        else:
            self.habits[reach.path] = (reach.operation, reach.secret is not None)
        return True

    def notes(self) -> list[str]:
        """For the result: a line for each kind, with what to do."""
        said = []
        for secret, how in ((False, BY_SETTINGS), (True, BY_NAME)):
            found = [f"{operation} {path}" for path, (operation, kept) in sorted(self.habits.items()) if kept is secret]
            if found:
                said.append(f"Denied without asking: {', '.join(found)}: {HABIT.reason}. {how}")
        if self.sockets:
            said.append(f"Denied: {', '.join(sorted(self.sockets))}: {SOCKET.reason}.")
        return said


def kind_of(policy: Policy, operation: Operation, path: str) -> Kind | None:
    """Why nobody is asked about something; None: for no such reason. Blocks."""
    if operation == "read" and is_socket(path):
        return "socket"
    if not _below_home(policy, path, PROBED):
        return None
    if not os.path.lexists(path):
        return "absent"
    secret = policy.reach(operation, Path(path)).secret is not None
    return "habit" if secret or not _below_home(policy, path, SOURCES) else None


def gone_by(policy: Policy, command: str) -> list[Reach]:
    """Settings for packages that are there, and that the tools a command names will not be able to read. Blocks."""
    home = policy.places.home
    if home is None:
        return []
    names = dict.fromkeys(name for tool in _TOOL.findall(command) for name in OF_TOOLS[tool])
    there = [path for name in names if os.path.lexists(path := home / name)]
    return [policy.reach("read", path) for path in there if policy.decide("read", path).outcome == "ask"]


def is_socket(path: str) -> bool:
    """Whether there is a socket. Blocks."""
    try:
        return stat.S_ISSOCK(os.stat(path).st_mode)  # noqa: PTH116 - a plain name, and often no file
    except (OSError, ValueError):
        return False


def _below_home(policy: Policy, path: str, names: Iterable[str]) -> bool:
    home = policy.places.home
    if home is None or not Path(path).is_relative_to(home):
        return False
    inside = Path(path).relative_to(home).as_posix()
    return any(inside == name or inside.startswith(f"{name}/") for name in names)
