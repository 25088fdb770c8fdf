"""What the supervisor is told to run, and what its rules come to in Landlock's terms."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from . import devices, landlock
from .landlock import Allowed


@dataclass(frozen=True)
class Spec:
    """A command and its confinement. Paths are absolute and real."""

    argv: Sequence[str]
    cwd: str
    environ: Mapping[str, str]
    abi: int
    """Version of Landlock to use; 0: nothing confines."""
    live: bool
    """What Landlock would deny is asked for while the command waits."""
    write: Sequence[str]
    execute: Sequence[str]
    read: Sequence[str]
    hidden: Sequence[str]
    stand_ins: Mapping[str, str]
    """What is read in place of a path that no rule covers."""
    spill_limit: int
    ports: Sequence[int]
    """TCP ports that are refused by the supervisor."""
    sockets: bool
    """The supervisor makes the calls that give sockets an address."""

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> Self:
        """From the server's message. Raises KeyError, TypeError."""
        return cls(**{name: fields[name] for name in cls.__dataclass_fields__})

    @cached_property
    def others(self) -> Sequence[str]:
        """Shared memory of other programs, as it was when this was first asked, where that can be kept from a command.
        The rest of that folder is its own.
        """
        return devices.of_others() if self.live else []

    def allowed(self) -> list[Allowed]:
        """Landlock's rules: everything hidden is carved out."""
        rights = [
            (self.write, landlock.write_rights(self.abi)),
            (self.execute, landlock.RUN),
            (self.read, landlock.READ),
        ]
        # with a supervisor that lists them itself, the names inside hidden folders stay hidden as well
        own = [Allowed(devices.SHARED_MEMORY, rights[0][1])] if self.live and not self.others else []
        return own + [
            rule
            for paths, right in rights
            for path in paths
            if not devices.withheld(path, live=self.live)
            for rule in landlock.carved(
                os.path.normpath(path), right, self._hidden_from(path), list_parents=not self.live
            )
        ]

    def _hidden_from(self, root: str) -> Sequence[str]:
        """Leave for shared memory is leave for that of others; leave for a folder around it is not."""
        return self.hidden if devices.is_shared_memory(root) else [*self.hidden, *self.others]

    def carved(self) -> bool:
        """Whether something hidden lies inside something allowed."""
        if self.others:
            return True
        roots = [path.rstrip("/") + "/" for path in (*self.write, *self.execute, *self.read)]
        return any((place + "/").startswith(root) for place in self.hidden for root in roots)
