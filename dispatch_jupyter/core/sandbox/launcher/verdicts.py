"""What the rules say of a real path."""

import enum
from collections.abc import Iterable, Sequence

from . import devices, landlock
from .landlock import Allowed, identity
from .spec import Spec

Operation = str
"""`read`, `write` or `execute`."""

NEVER_ASKED = ("/proc", "/sys", "/dev")
"""Views of the system: what the rules do not cover there is denied without a question while the command runs."""

LISTED = ("/", "/etc")
"""Folders that programs list to find out what system this is (pip does): without a question. Their files are asked."""


class Verdict(enum.Enum):
    """Who sees to it that an access is allowed."""

    KERNEL = "a rule of Landlock covers it"
    OURSELVES = "the rules cover it, but Landlock cannot: the supervisor does it"
    OUTSIDE = "no rule covers it"


class Judge:
    """Judges paths by a command's rules. The longest rule wins; of equals the one that allows."""

    def __init__(self, spec: Spec, rules: Iterable[Allowed]) -> None:
        self._hidden = [place.rstrip("/") for place in spec.hidden]
        self._own_memory = spec.live
        self._others = spec.others
        self._things_of_others = {thing for place in self._others if (thing := identity(place))}
        self._hidden_things = {thing for place in self._hidden if (thing := identity(place))}
        write, execute, read = (_roots(paths) for paths in (spec.write, spec.execute, spec.read))
        self._roots = {"write": write, "execute": write + execute, "read": write + execute + read}
        needs = {"write": landlock.WRITE_FILE, "execute": landlock.EXECUTE, "read": landlock.READ_FILE}
        kept = list(rules)
        things = {rule.path: identity(rule.path) for rule in kept}
        self.stand_ins = spec.stand_ins
        """What is read in place of a path that no rule covers."""
        self._kernel = {
            operation: {rule.path.rstrip("/"): things[rule.path] for rule in kept if rule.rights & right}
            for operation, right in needs.items()
        }
        # what is only read or run needs no look where its name alone says that it is allowed
        plain = [root + "/" for root in execute + read if root and not self._touches_hidden(root)]
        self._plain = {
            "read": tuple(plain),
            "execute": tuple(root + "/" for root in execute if root and not self._touches_hidden(root)),
        }

    def plainly(self, operation: Operation, path: str) -> bool:
        """Whether the name, not yet resolved, is one that Landlock will see to."""
        return path.startswith(self._plain.get(operation, ())) and "/.." not in path

    def file(self, operation: Operation, real: str) -> Verdict:
        """Of opening, running or changing what is there."""
        if self._by_kernel(operation, real):
            return Verdict.KERNEL
        return Verdict.OURSELVES if self._covered(operation, real) else Verdict.OUTSIDE

    def entry(self, folder: str, real: str) -> Verdict:
        """Of making, removing or renaming a name in a folder: Landlock asks for rights on the folder."""
        if self._by_kernel("write", folder):
            return Verdict.KERNEL
        return Verdict.OURSELVES if self._covered("write", real) else Verdict.OUTSIDE

    def holds_hidden(self, real: str) -> bool:
        """Whether something hidden lies below: moved away, it would not be hidden any more."""
        return any(place.startswith(real.rstrip("/") + "/") for place in self._hidden)

    def silent(self, operation: Operation, real: str) -> bool:
        """Whether nobody is asked about this: it is denied."""
        if not _is_text(real) or (_below(real, NEVER_ASKED) and not devices.is_shared_memory(real)):
            return True
        return operation == "read" and real in LISTED

    def _by_kernel(self, operation: Operation, real: str) -> bool:
        """Landlock's rules are on things, not on names: one that was replaced under its name is covered no more."""
        rules = self._kernel[operation]
        return any(above in rules and rules[above] == identity(above) for above in _lineage(real))

    def _covered(self, operation: Operation, real: str) -> bool:
        roots = self._roots[operation]
        if self._own_memory and devices.is_shared_memory(real):
            if not self._is_of_others(real):
                return True
            roots = [root for root in roots if devices.is_shared_memory(root)]
        hidden = max((len(above) for above in _lineage(real) if self._hides(above)), default=-1)
        return any(len(root) >= hidden and _below(real, [root]) for root in roots)

    def _is_of_others(self, real: str) -> bool:
        """By its name, or by what it is: they may rename it."""
        return _below(real, self._others) or any(identity(above) in self._things_of_others for above in _lineage(real))

    def _hides(self, path: str) -> bool:
        """By its name, or by what it is: names differ where case does not count, or where it is mounted twice."""
        return path in self._hidden or (bool(self._hidden_things) and identity(path) in self._hidden_things)

    def _touches_hidden(self, root: str) -> bool:
        return any(_below(place, [root]) or _below(root, [place]) for place in self._hidden)


def _is_text(path: str) -> bool:
    """Whether people can be shown it."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _roots(paths: Iterable[str]) -> list[str]:
    return [path.rstrip("/") for path in paths]


def _below(path: str, roots: Sequence[str]) -> bool:
    return any(path == root or path.startswith(root + "/") for root in roots)


def _lineage(path: str) -> Iterable[str]:
    """The path and all folders above it; the root is the empty string."""
    path = path.rstrip("/")
    while True:
        yield path
        if not path:
            return
        path = path[: path.rfind("/")]
