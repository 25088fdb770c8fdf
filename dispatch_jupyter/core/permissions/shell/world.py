"""What the shell knows at one moment: variables, functions, folder, arguments."""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from ...protocol.parts import Operation
from .marks import HOLE, NAME, UNSET, bounded
from .source import Source

Value = str | list[str] | dict[str, str]
"""A scalar, an array, an associative array."""
Leaving = Literal["", "loop", "return", "exit"]

_SHELL_SETS = {
    "RANDOM", "SECONDS", "LINENO", "BASHPID", "PPID", "UID", "EUID", "HOSTNAME", "HOSTTYPE", "OSTYPE", "MACHTYPE",
    "BASH_VERSION", "SHELLOPTS", "SHLVL", "GROUPS", "EPOCHSECONDS", "EPOCHREALTIME", "COLUMNS", "LINES", "TERM",
    "PIPESTATUS", "FUNCNAME", "OPTIND", "SRANDOM", "COMP_WORDBREAKS", "BASH_SUBSHELL",
}  # fmt: skip
_DEFAULTS = {"IFS": " \t\n", "BASH": "/bin/bash"}


@dataclass(slots=True)
class World:
    """One way things may stand. Where a command may or may not have worked there are several."""

    start: str
    """Where the command begins."""
    cwd: str
    own_home: str
    """The home folder where nobody says otherwise."""
    vars: dict[str, Value]
    old: str = UNSET
    gone: set[str] = field(default_factory=set)
    """Variables the command itself has unset."""
    kinds: dict[str, str] = field(default_factory=dict)
    """What `declare` has said of variables: `l`, `u`, `i`, `n`."""
    refs: dict[str, str] = field(default_factory=dict)
    """Names that stand for other names (`declare -n`)."""
    stack: list[str] = field(default_factory=list)
    functions: dict[str, Source] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    args: list[str] = field(default_factory=list)
    zero: str = "bash"
    files: dict[str, str] = field(default_factory=dict)
    """What the command itself has written so far."""
    links: dict[str, str] = field(default_factory=dict)
    """Symbolic links the command itself has made, and their targets as written."""
    stdin: str = HOLE
    piped: bool = False
    """Whether another command feeds `stdin`."""
    opaque: bool = False
    """Whether what it reads was in disguise (base64, hexadecimal) in the command."""
    out: str = ""
    status: bool | None = True
    """Whether the latest command worked; None: cannot be said."""
    leaving: Leaving = ""
    last: str = ""
    """The last word of the latest command, `$_`."""
    passing: tuple[Operation, str, bool] | None = None
    """A folder above the project that was only gone to so far, not looked at: its key in `Scanner.found`."""

    def copy(self) -> "World":
        """The same state, to go another way from here."""
        return replace(
            self,
            vars=dict(self.vars),
            gone=set(self.gone),
            kinds=dict(self.kinds),
            refs=dict(self.refs),
            stack=list(self.stack),
            functions=dict(self.functions),
            aliases=dict(self.aliases),
            args=list(self.args),
            files=dict(self.files),
            links=dict(self.links),
        )

    def fork(self, stdin: str | None = None) -> "World":
        """A subshell: what it prints is gathered apart."""
        world = self.copy()
        # what a process writes is there for the others
        world.files, world.links = self.files, self.links
        world.out = ""
        if stdin is not None:
            world.stdin, world.piped = stdin, True
        return world

    def like(self, other: "World") -> bool:
        """Whether what comes next would go the same way in both."""
        return (
            self.cwd == other.cwd
            and self.vars == other.vars
            and self.leaving == other.leaving
            and self.args == other.args
            and self.stdin == other.stdin
            and self.out == other.out
            and self.status == other.status
        )

    @property
    def home(self) -> str:
        """The home folder as programs find it."""
        value = self.vars.get("HOME")
        return value if isinstance(value, str) and value.startswith("/") else self.own_home

    def folders(self) -> list[str]:
        """What `dirs` lists: this folder, then those `pushd` has left."""
        return [self.cwd, *reversed(self.stack)]

    def named(self, name: str) -> str:
        """The name behind a name that stands for another."""
        for _ in range(8):
            if name not in self.refs:
                break
            name = self.refs[name]
        return name

    def value(self, name: str) -> Value:
        """A variable's value; marks where it is unknown or unset."""
        name = self.named(name)
        if name in self.vars:
            return self.vars[name]
        if name in ("PWD", "OLDPWD"):
            return self.cwd if name == "PWD" else self.old
        if name == "DIRSTACK":
            return self.folders()
        if name in _SHELL_SETS:
            return NAME
        return _DEFAULTS.get(name, UNSET)

    def text(self, name: str) -> str:
        """A variable as a scalar."""
        value = self.value(name)
        if isinstance(value, str):
            return value
        if isinstance(value, dict):
            return value.get("0", "")
        return value[0] if value else ""

    def assign(self, name: str, value: Value, index: str | None = None, *, more: bool = False) -> None:
        """`name[index]=value`, or `+=` where `more`."""
        name = self.named(name)
        if "[" in name and index is None:
            name, _, index = name.rstrip("]").partition("[")
        if (kind := self.kinds.get(name, "")) and isinstance(value, str):
            if "n" in kind and name not in self.refs:
                self.refs[name] = value
                return
            value = value.lower() if "l" in kind else value.upper() if "u" in kind else value
        self.gone.discard(name)
        old = self.vars.get(name)
        if index is not None:
            self.vars[name] = _with_item(old, index, value if isinstance(value, str) else "", more=more)
        elif more and isinstance(value, str) and not isinstance(old, list | dict):
            self.vars[name] = bounded((old or "") + value)
        elif more and isinstance(old, list):
            self.vars[name] = [*old, *value] if isinstance(value, list) else [f"{(old or [''])[0]}{value}", *old[1:]]
        elif more and isinstance(old, dict) and isinstance(value, dict):
            self.vars[name] = old | value
        else:
            self.vars[name] = bounded(value) if isinstance(value, str) else value

    def change_folder(self, path: str, *, physical: bool = False) -> None:
        """`cd path`: `..` is taken off the name as the shell does it, unless it was told to follow links."""
        target = posixpath.join(self.cwd, path)
        self.old, self.cwd = self.cwd, target if physical or HOLE in target else posixpath.normpath(target)
        self.vars["OLDPWD"] = self.old
        self.vars["PWD"] = self.cwd

    def print(self, text: str) -> None:
        self.out = bounded(self.out + text)


def _with_item(old: Value | None, index: str, value: str, *, more: bool) -> Value:
    """The array with one item put in; a scalar becomes an array first."""
    if isinstance(old, dict) or (not index.lstrip("-").isdigit() and not isinstance(old, list)):
        items = dict(old) if isinstance(old, dict) else ({} if old is None else {"0": str(old)})
        items[index] = items.get(index, "") + value if more else value
        return items
    array = list(old) if isinstance(old, list) else ([] if old is None else [old])
    place = int(index) if index.lstrip("-").isdigit() else len(array)
    place = len(array) + place if place < 0 else place
    if not 0 <= place < 1000:
        return array
    array += [""] * (place + 1 - len(array))
    array[place] = array[place] + value if more else value
    return array


def first_world(cwd: str, environ: Mapping[str, str]) -> World:
    """As the shell finds things when it starts."""
    home = environ.get("HOME", "")
    return World(start=cwd, cwd=cwd, own_home=home or "/root", vars={**environ, "PWD": cwd})
