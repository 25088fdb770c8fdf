"""What may be touched: pure decisions over an operation and the real path it would reach."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from ..protocol.errors import ToolError
from ..protocol.parts import OPERATIONS, Operation
from ..protocol.records import Reach, Scope
from .guards import Guarded
from .places import Places, Secret, is_harmless_device, refused

Origin = Literal["scratch", "kept", "auto_allow", "session", "once"]
"""Where leave comes from: the agents' own temporary folder, kept outputs of theirs; settings, leave for always among
them; a person's answer."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Leave for `operation` on `path` and all below it. `write` and `execute` include `read`.

    In a folder of origin `scratch` every operation is allowed.
    """

    operation: Operation
    path: Path
    origin: Origin
    grant_id: str = ""
    exact: bool = False
    """Leave given `once`: `path` may be a place of secrets; no other further in is covered."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the policy says of one access."""

    outcome: Literal["allow", "ask", "deny"]
    rule: str
    """What decided, as the log has it."""
    grant_id: str = ""
    reason: str = ""
    """Of a denial, in words."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What an agent may touch. Immutable: new leave makes a new policy."""

    project: Path
    rules: tuple[Rule, ...] = ()
    places: Places = field(default_factory=Places)
    operations: frozenset[Operation] = frozenset(OPERATIONS)
    """What the agent may do at most, wherever; its own temporary folder is excepted."""

    def decide(self, operation: Operation, path: Path) -> Verdict:
        """What is said of one access. Looks at no disk: links are the caller's to resolve.

        Args:
            path: absolute and real: no links and no `..` are left in it.
        """
        if (reason := _unfit(path) or refused(path)) is not None:
            return Verdict("deny", "refused place", reason=reason)
        if operation not in self.operations and not self._is_scratch(path):
            words = " and ".join(word for word in OPERATIONS if word in self.operations)
            return Verdict("deny", "agent's limits", reason=f"this agent may only {words}")
        leave = self._once(operation, path)
        if leave is not None:
            return leave
        if self._secret(operation, path) is not None:
            return _ask(path, "secret place")
        guard = self._guard(operation, path)
        leave = self._leave(operation, path, guard) or _common(operation, path, self.places)
        return leave or _ask(path, "outside the project" if guard is None else "guarded")

    def reach(self, operation: Operation, path: Path, *, is_folder: bool = False, is_file: bool = False) -> Reach:
        """What a person is asked where the verdict is `ask`.

        Args:
            is_folder: whether `path` is a folder that is there; nothing is looked up here.
            is_file: whether it is a file that is there.
        """
        told = _told(path)
        if (secret := self._secret(operation, path)) is not None:
            return Reach(operation=operation, path=told, covers=told, secret=secret.what, limit="once")
        if (guard := self._guard(operation, path)) is not None:
            return Reach(
                operation=operation,
                path=told,
                covers=_told(guard.path),
                is_file=is_file and guard.path == path,
                caution=f"It is no ordinary file: {guard.why}, outside any confinement.",
                guarded=True,
                limit="session",
            )
        folder = path if is_folder else path.parent
        narrow = self._too_wide(folder)
        is_of_server = operation == "write" and self.places.is_of_server(path if narrow else folder)
        caution = RUN_BY_THE_SERVER if is_of_server else None
        if not narrow:
            return Reach(operation=operation, path=told, covers=_told(folder), caution=caution)
        # leave for a file stays with the file; a folder that is too wide by itself has nothing smaller to offer
        limit: Scope = "once" if self._too_wide(path) else "always"
        return Reach(operation=operation, path=told, covers=told, is_file=is_file, caution=caution, limit=limit)

    def also(self, *rules: Rule) -> "Policy":
        """The same policy with more leave."""
        return replace(self, rules=(*self.rules, *rules))

    @property
    def grants(self) -> frozenset[str]:
        """Ids of all leave that can be taken back."""
        return frozenset(rule.grant_id for rule in self.rules if rule.grant_id)

    def hidden(self) -> tuple[Path, ...]:
        """What wider leave must not open, for those who enforce rules by folder: the innermost rule counts.

        Places of secrets, a project that lies in one, and what settings and grants would open inside them, which they
        cannot. Those that leave was given for `once` are among them: it opens them for what it says, and wider leave
        for more does not.
        """
        secrets = (secret.path for secret in self.places.secrets if self._holds(secret, "read", secret.path))
        inside = (rule.path for rule in self.rules if self._secret(rule.operation, rule.path) is not None)
        project = (path for path in (self.project,) if self._secret("read", path) is not None)
        return tuple(dict.fromkeys((*secrets, *inside, *project)))

    def _once(self, operation: Operation, path: Path) -> Verdict | None:
        """Leave for one call, which alone may open a place of secrets: that it names, not those further in."""
        exact = [rule for rule in self.rules if rule.exact and _includes(rule.operation, operation)]
        for rule in exact:
            if rule.path == path:
                return _allowed(rule)
            if path.is_relative_to(rule.path) and self._same_secret(operation, rule.path, path):
                return _allowed(rule)
        return None

    def _same_secret(self, operation: Operation, folder: Path, path: Path) -> bool:
        """Whether a path in a folder is no more secret, and no more guarded, than the folder itself."""
        if self._guard(operation, path) != self._guard(operation, folder):
            return False
        return self._secret(operation, path) == self._secret(operation, folder)

    def _leave(self, operation: Operation, path: Path, guard: Guarded | None) -> Verdict | None:
        """Leave for a folder the path is in; for what is guarded, leave that means it and no folder around it."""
        if guard is None and path.is_relative_to(self.project):
            return Verdict("allow", "project")
        wide = (rule for rule in self.rules if _covers(rule, operation, path))
        return next((_allowed(rule) for rule in wide if guard is None or rule.path.is_relative_to(guard.path)), None)

    def _secret(self, operation: Operation, path: Path) -> Secret | None:
        """The place of secrets a path is in, as far as this policy's own folders do not lie inside it."""
        above = self.places.secrets_above(path)
        known = next((secret for secret in above if self._holds(secret, operation, path)), None)
        if known is not None or path.is_relative_to(self.project) or self._is_scratch(path):
            return known
        return self.places.secret_by_name(path)

    def _holds(self, secret: Secret, operation: Operation, path: Path) -> bool:
        """Whether a place of secrets counts at a path in it: not in the agents' own folders further in."""
        own = [
            rule.path for rule in self.rules if rule.origin in ("scratch", "kept") and _covers(rule, operation, path)
        ]
        if not secret.firm:
            own.append(self.project)
        return not any(path.is_relative_to(folder) and folder.is_relative_to(secret.path) for folder in own)

    def _guard(self, operation: Operation, path: Path) -> Guarded | None:
        """What guards a path against being written: in every folder but the agents' temporary one."""
        return self.places.guard(path) if operation == "write" and not self._is_scratch(path) else None

    def _is_scratch(self, path: Path) -> bool:
        return any(rule.origin == "scratch" and path.is_relative_to(rule.path) for rule in self.rules)

    def _too_wide(self, folder: Path) -> bool:
        return self.project.is_relative_to(folder) or self.places.is_too_wide(folder)


RUN_BY_THE_SERVER = "This Jupyter server loads what is there, and runs it outside any confinement."

PolicyNow = Callable[[], Policy]
"""The policy as it stands: grants come and go while an agent works."""


class OutsideProject(ToolError):
    """The policy does not allow it without asking. Carries what a person is to be asked."""

    def __init__(self, reach: Reach, message: str, hint: str) -> None:
        super().__init__(message, hint, code="outside_project")
        self.reach = reach


class Denied(ToolError):
    """A person, or the policy itself, said no."""

    def __init__(self, message: str, hint: str | None = None, *, code: str = "denied") -> None:
        super().__init__(message, hint, code=code)


def scopes_of(reaches: Sequence[Reach]) -> tuple[Scope, ...]:
    """How long one answer to all of these may be good for: as long as the most delicate allows."""
    longest = min((0 if reach.secret is not None else _SCOPES.index(reach.limit) for reach in reaches), default=0)
    return _SCOPES[: longest + 1]


def rules_of(leave: Iterable[tuple[Operation, Path, str]]) -> tuple[Rule, ...]:
    """Rules from plain values: operation, real path and grant id of each entry of the settings."""
    return tuple(Rule(operation, path, "auto_allow", grant_id) for operation, path, grant_id in leave)


_SCOPES: tuple[Scope, Scope, Scope] = ("once", "session", "always")

_SAYS: dict[Origin, str] = {"once": "person: once", "session": "session grant"}

LOGGED = frozenset({"auto_allow", "session grant"})
"""Rules whose use is told in the permission log: what somebody allowed before. Leave given `once` is told as given."""


def _allowed(rule: Rule) -> Verdict:
    return Verdict("allow", _SAYS.get(rule.origin, rule.origin), rule.grant_id)


def _told(path: Path) -> str:
    """A path as text that can be stored; bytes that are not UTF-8 as escapes, which only ever are logged."""
    return str(path).encode("utf-8", "backslashreplace").decode()


def _ask(path: Path, rule: str) -> Verdict:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return Verdict("deny", "refused name", reason="its name is not UTF-8, so nobody can be asked about it")
    return Verdict("ask", rule)


def _includes(given: Operation, wanted: Operation) -> bool:
    return wanted in (given, "read")


def _covers(rule: Rule, operation: Operation, path: Path) -> bool:
    includes = rule.origin == "scratch" or _includes(rule.operation, operation)
    return includes and not rule.exact and path.is_relative_to(rule.path)


def _common(operation: Operation, path: Path, places: Places) -> Verdict | None:
    """What anybody may do: use devices that keep nothing, run the machine's programs."""
    if operation == "execute":
        return Verdict("allow", "program") if places.is_program(path) else None
    return Verdict("allow", "device") if is_harmless_device(path) else None


def _unfit(path: Path) -> str | None:
    """Why nothing can be said of a path but no."""
    if not path.is_absolute() or ".." in path.parts or "\0" in str(path):
        return "it is not a real path"
    return None
