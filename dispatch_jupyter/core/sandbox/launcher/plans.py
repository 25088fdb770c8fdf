"""What is to become of a held call: the outcome of looking at it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from .notify import Held
from .places import Entry, Thing
from .verdicts import Judge, Operation

Need = tuple[Operation, str]
"""An operation and the real path it would reach."""


@dataclass(frozen=True)
class Proceed:
    """The kernel makes the call, and Landlock holds what comes of it."""


@dataclass(frozen=True)
class Fail:
    """The call fails."""

    error: int
    denied: Need | None = None
    """What is to be reported."""


@dataclass
class Answer:
    """How a call that was made here ends: it returns a descriptor of `file`, or else `value`."""

    file: int | None = None
    inherited: bool = False
    value: int = 0


@dataclass
class Act:
    """The supervisor makes the call itself, on what it has opened, once everything in `needs` has been allowed."""

    do: Callable[[], Answer]
    """Raises OSError, whose errno is the call's."""
    held: Sequence[Thing | Entry] = ()
    """Closed afterwards."""
    needs: Sequence[Need] = ()
    opens: Sequence[str] = field(default_factory=tuple)
    """Folders that are thereby opened, and programs that may be run the next time."""

    def close(self) -> None:
        for one in self.held:
            one.close()

    def moved(self) -> bool:
        """Whether something has another path than the one that was judged."""
        return any(one.moved() for one in self.held)


Plan = Proceed | Fail | Act


@dataclass(frozen=True)
class Scene:
    """Everything a plan is made from."""

    held: Held
    judge: Judge
    granted: frozenset[str] | set[str]
    """Real paths that were allowed to be written while the command ran."""
