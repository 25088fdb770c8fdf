"""What a running command reaches for beyond its rules: decided while it waits."""

import asyncio
import logging
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ...permissions.policy import LOGGED, Denied, Policy, Verdict
from ...protocol.parts import Operation
from ...protocol.records import Reach
from .folders import is_file, is_folder
from .questions import MAX_WHILE_RUNNING, Questions
from .unasked import HABIT, SOCKET, Kind, Told, gone_by, kind_of

MAX_UNASKED = 50
MAX_REFUSED = 50
"""Of those that the policy denies, which nobody is asked about."""

log = logging.getLogger(__name__)

IMPORTED_FROM = frozenset(os.path.realpath(folder) for folder in sys.path if folder)
"""Python reaches for each folder it imports from; packages under development are linked that way."""
HABITUAL = IMPORTED_FROM | {"/etc"}
"""What programs reach for at their start, needed or not: pip lists /etc for the system's name, Python its folders.
Nobody is asked, whatever becomes of the command; one that names any of them is asked about first."""


@dataclass(slots=True)
class LiveDecisions:
    """Answers for one command. Fails closed: whatever goes wrong is a denial."""

    questions: Questions
    held: set[str] = field(default_factory=set)
    """Grants by which something was allowed; the command is stopped when one of them is revoked."""
    unasked: set[tuple[Operation, str]] = field(default_factory=set)
    """Denied without asking anybody, though a person might have allowed it."""
    told: Told = field(default_factory=Told)
    """What is there and was denied without asking anybody: the result says so, however the command ends."""
    refused: dict[str, str] = field(default_factory=dict)
    """Path and reason of what the policy or a person denied."""
    _asked: int = 0
    _pending: dict[tuple[Operation, str], asyncio.Task[bool]] = field(default_factory=dict)

    async def may(self, operation: Operation, path: str) -> bool:
        """`sandbox.types.Ask`: may the command do this now?"""
        try:
            return await self._decide(operation, path)
        except Denied:
            return False
        except Exception:
            log.exception("What a command may reach could not be decided; it is denied")
            return False

    async def _decide(self, operation: Operation, path: str) -> bool:
        policy = self.questions.policy()
        verdict = policy.decide(operation, Path(path))
        if verdict.outcome == "ask":
            return await self._asked_once(policy, operation, path)
        self._note(policy, operation, path, verdict)
        if verdict.outcome == "deny":
            if len(self.refused) < MAX_REFUSED:
                self.refused[path] = verdict.reason
            return False
        if verdict.grant_id:
            self.held.add(verdict.grant_id)
        return True

    async def _asked_once(self, policy: Policy, operation: Operation, path: str) -> bool:
        """The answer to one question, however many of the command's processes wait for it."""
        if path in self.refused:
            return False
        if operation == "write" and "__pycache__" in Path(path).parts:
            return False  # what Python would like to keep of a package it imports; it does without, and says nothing
        kind = await asyncio.to_thread(kind_of, policy, operation, path)
        if kind is not None:
            self.tell(policy.reach(operation, Path(path)), kind)
        if kind is not None or path in HABITUAL:
            self._leave_out(operation, path)
            return False
        pending = self._pending.get((operation, path))
        if pending is None:
            if self._asked >= MAX_WHILE_RUNNING:
                self._leave_out(operation, path)
                return False
            self._asked += 1
            pending = asyncio.ensure_future(self._ask(policy, operation, path))
            self._pending[operation, path] = pending
            pending.add_done_callback(lambda _: self._pending.pop((operation, path)))
        return await asyncio.shield(pending)

    async def _ask(self, policy: Policy, operation: Operation, path: str) -> bool:
        folder = await asyncio.to_thread(is_folder, Path(path))
        file = await asyncio.to_thread(is_file, Path(path))
        try:
            await self.questions.ask([policy.reach(operation, Path(path), is_folder=folder, is_file=file)])
        except Denied as denied:
            self.refused[path] = denied.message
            return False
        # as it stands now: what was given may have been taken back since
        verdict = self.questions.policy().decide(operation, Path(path))
        if verdict.grant_id:
            self.held.add(verdict.grant_id)
        return verdict.outcome == "allow"

    async def foretell(self, sockets: Iterable[Reach], unseen: str) -> None:
        """Before it starts: `tell` of sockets it names, and of the files it will miss.

        Args:
            sockets: other programs'.
            unseen: the command where nobody sees what it reaches for; else empty.
        """
        for reach in sockets:
            self.tell(reach, "socket")
        for reach in await asyncio.to_thread(gone_by, self.questions.policy(), unseen):
            self.tell(reach, "habit")

    def forget_denials(self) -> None:
        """The command is run again: what it was denied without asking it may be given now. A person's no stays."""
        self.unasked = set()
        self.told = Told()

    def tell(self, reach: Reach, kind: Kind) -> None:
        """Put what nobody is asked about into the log, and later into the result, where there is such a thing."""
        if self.told.add(reach, kind):
            self.questions.note(reach, SOCKET if kind == "socket" else HABIT)

    def _leave_out(self, operation: Operation, path: str) -> None:
        if len(self.unasked) < MAX_UNASKED:
            self.unasked.add((operation, path))

    def _note(self, policy: Policy, operation: Operation, path: str, verdict: Verdict) -> None:
        if verdict.outcome == "deny" or verdict.rule in LOGGED:
            self.questions.note(policy.reach(operation, Path(path)), verdict)
