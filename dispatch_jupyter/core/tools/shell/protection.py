"""Keeps what others run outside the sandbox as it was, until a person agreed to what a command made of it."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from weakref import WeakValueDictionary

from ...permissions.policy import Denied, Policy
from ...protocol.errors import ToolError
from ...protocol.records import Reach
from .aftermath import named
from .protected import Snapshot, changed, snapshot
from .put_back import put_back
from .questions import MAX_ASKED
from .running import Running

log = logging.getLogger(__name__)

OUTSIDE = "It is no ordinary file: git runs what it says, outside any confinement."
_ALL: "WeakValueDictionary[tuple[Path, tuple[Path, ...]], ProtectedFiles]" = WeakValueDictionary()


class ProtectedFiles:
    """Watches the files of one project that run outside the sandbox later, while commands run."""

    def __init__(self, project: Path, guarded: Iterable[Path] = ()) -> None:
        self._project = project
        self._guarded = tuple(guarded)
        self._commands = 0
        self._before = Snapshot()
        self._lock = asyncio.Lock()

    @classmethod
    def of(cls, project: Path, guarded: Iterable[Path]) -> "ProtectedFiles":
        """The one of a project, whichever sessions run commands in it: what one changed another is not to begin with."""
        key = (project, tuple(guarded))
        found = _ALL.get(key)
        if found is None:
            found = _ALL[key] = cls(*key)
        return found

    async def begin(self) -> None:
        """A command starts. While others run, what they began with still counts.

        Raises:
            ToolError: it cannot be told what the files say now.
        """
        async with self._lock:
            if self._commands == 0:
                try:
                    self._before = await self._snapshot()
                except OSError as error:
                    raise ToolError(
                        f"Nothing was run: the project cannot be looked into: {error.strerror or error}.",
                        "Tell the user.",
                        code="io",
                    ) from error
            self._commands += 1

    def abandon(self) -> None:
        """The command did not start after all."""
        self._commands -= 1

    async def settle(self, running: Running) -> list[str]:
        """The command is over: ask about what it changed. Until somebody agreed, all is as it was. Gives notes."""
        async with self._lock, self._one_less():
            before, after = self._before, await self._snapshot()
            policy = running.questions.policy()
            paths = [path for path in changed(before, after) if not self._is_allowed(policy, path)]
            failed = await asyncio.to_thread(_put_back_all, self._project, before, paths)
            self._before = await self._snapshot() if paths else after
        notes = [f"{_told(path)} could not be put back: {why}" for path, why in failed.items()]
        asked = [path for path in paths if path not in failed and self._may_be_asked(policy, path)]
        if not asked:
            return notes
        note = f"Put back as it was, since others run it unconfined: {named(map(_told, asked))}."
        if len(asked) > MAX_ASKED:
            return [*notes, note]
        try:
            await running.questions.ask([self._reach(policy, path) for path in asked])
        except Denied as refusal:
            return [*notes, f"{refusal.message} {note}"]
        return [*notes, *await self._make_so(before, after, asked)]

    async def _make_so(self, before: Snapshot, after: Snapshot, agreed: list[str]) -> list[str]:
        """Somebody agreed to what these were changed to."""
        async with self._lock:
            now = await self._snapshot()
            free = [path for path in agreed if now.files.get(path) == before.files.get(path)]
            failed = await asyncio.to_thread(_put_back_all, self._project, after, free)
            failed |= {path: "somebody else changed it meanwhile" for path in agreed if path not in free}
            self._before = await self._snapshot()
        return [f"{_told(path)} is as it was before: {why}" for path, why in failed.items()]

    @contextlib.asynccontextmanager
    async def _one_less(self) -> AsyncIterator[None]:
        """Whatever goes wrong in here, what is known to have been there is put back."""
        self._commands -= 1
        try:
            yield
        except Exception:
            log.exception("What a command left behind could not be looked at: what was there before is put back")
            await asyncio.to_thread(_put_back_all, self._project, self._before, list(self._before.files))
            raise

    async def _snapshot(self) -> Snapshot:
        known = self._before
        return await asyncio.to_thread(snapshot, self._project, self._guarded, known)

    def _is_allowed(self, policy: Policy, path: str) -> bool:
        """Whether somebody gave leave for this very thing; leave for the project does not mean it."""
        verdict = policy.decide("write", self._project / path)
        return verdict.outcome == "allow" and verdict.rule != "project"

    def _may_be_asked(self, policy: Policy, path: str) -> bool:
        return policy.decide("write", self._project / path).outcome != "deny"

    def _reach(self, policy: Policy, path: str) -> Reach:
        reach = policy.reach("write", self._project / path)
        if reach.caution is not None or reach.secret is not None:
            return reach
        # known by where it is found, not by its name
        return reach.model_copy(update={"covers": reach.path, "caution": OUTSIDE, "limit": "once"})


def _told(path: str) -> str:
    """A path as text that can be stored."""
    return path.encode("utf-8", "backslashreplace").decode()


def _put_back_all(project: Path, version: Snapshot, paths: Iterable[str]) -> dict[str, str]:
    """Paths that could not be put back, and why."""
    failed: dict[str, str] = {}
    for path in paths:
        try:
            put_back(project, path, version.files.get(path))
        except OSError as error:
            failed[path] = error.strerror or str(error)
    return failed
