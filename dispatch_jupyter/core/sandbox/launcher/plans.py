"""What is to become of a held call: the outcome of looking at it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from .notify import Held
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


class NotYet(Exception):
    """The call was begun and takes time: it is to be made again when `file` has news, or after a while."""

    def __init__(self, file: int | None) -> None:
        super().__init__()
        self.file = file


class Opened(Protocol):
    """What a call is made on."""

    def moved(self) -> bool: ...
    def close(self) -> None: ...


@dataclass
class Act:
    """The supervisor makes the call itself, on what it has opened, once everything in `needs` has been allowed."""

    do: Callable[[], Answer]
    """Raises OSError, whose errno is the call's, or NotYet."""
    held: Sequence[Opened] = ()
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


@dataclass
class Waiting:
    """A call whose needs are asked for, one after the other, or that was begun and takes time."""

    held: Held
    act: Act
    left: list[Need]


@dataclass(frozen=True)
class Scene:
    """Everything a plan is made from."""

    held: Held
    judge: Judge
    granted: frozenset[str] | set[str]
    """Real paths that were allowed to be written while the command ran."""
