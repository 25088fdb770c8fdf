"""What is looked at once a command's processes are gone: what it was denied, and what it left for others to run."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

from ...permissions.policy import Denied, Policy
from ...protocol.records import Operation, Reach
from ...sandbox.types import Exit
from .folders import is_folder
from .live import HABITUAL, is_probe
from .protected import Snapshot, changed, snapshot
from .put_back import put_back
from .questions import MAX_WHILE_RUNNING
from .running import Running

MAX_NAMED = 4


async def settle_denials(running: Running, end: Exit) -> list[str]:
    """Notes on what was denied. Where a failed command was denied something nobody was asked about, they are now."""
    policy, decisions = running.questions.policy(), running.decisions
    notes = [f"Denied: {path}: {reason}" for path, reason in list(decisions.refused.items())[:MAX_NAMED]]
    denied = decisions.unasked | {(one.operation, one.path) for one in end.denials if not one.asked}
    denied = {(operation, path) for operation, path in denied if path not in decisions.refused}
    if denied and end.code != 0:
        # after a denial nobody wants to be asked for more of the same command
        worth = [] if decisions.refused else [key for key in denied if _is_worth_asking(policy, *key)]
        asked = sorted(key for key in worth if key not in running.declined)[:MAX_WHILE_RUNNING]
        if asked:
            notes.append(await _ask_now(running, policy, asked))
        denied -= set(asked)
        if denied:
            notes.append(f"Denied without asking: {_listed(sorted(denied))}")
    if end.granted:
        notes.append(f"Run it again if a part of it failed: some was allowed only as it ran ({_named(end.granted)}).")
    return notes


def _is_worth_asking(policy: Policy, operation: Operation, path: str) -> bool:
    return not is_probe(policy, path) and policy.decide(operation, Path(path)).outcome != "deny"


async def _ask_now(running: Running, policy: Policy, denied: list[tuple[Operation, str]]) -> str:
    """One question for what stopped the command; leave for it helps the next run."""
    named = _listed(denied)
    reaches = await asyncio.to_thread(_reaches, policy, denied)
    if not reaches:  # a grant came meanwhile
        return f"Run it again: what it was denied is allowed now ({named})."
    try:
        await running.questions.ask(reaches)
    except Denied as refusal:
        # programs reach for these again and again: one no is enough for the session
        running.declined.update(key for key in denied if key[1] in HABITUAL)
        return f"{refusal.message} Denied: {named}."
    return f"Run it again: what it was denied is allowed now ({named})."


def _reaches(policy: Policy, denied: Iterable[tuple[Operation, str]]) -> list[Reach]:
    paths = [(operation, Path(path)) for operation, path in denied]
    return [
        policy.reach(operation, path, is_folder=is_folder(path))
        for operation, path in paths
        if policy.decide(operation, path).outcome == "ask"
    ]


class ProtectedFiles:
    """Watches the files of one project that run outside the sandbox later, while commands run."""

    def __init__(self, project: Path, guarded: Iterable[Path] = ()) -> None:
        self._project = project
        self._guarded = tuple(guarded)
        self._commands = 0
        self._before = Snapshot()
        self._lock = asyncio.Lock()

    async def begin(self) -> None:
        """A command starts. While others run, what they began with still counts."""
        async with self._lock:
            if self._commands == 0:
                self._before = await self._snapshot()
            self._commands += 1

    def abandon(self) -> None:
        """The command did not start after all."""
        self._commands -= 1

    async def settle(self, running: Running) -> list[str]:
        """The command is over: ask about what it changed. Until somebody agreed, all is as it was. Gives notes."""
        async with self._lock:
            self._commands -= 1
            before, after = self._before, await self._snapshot()
            policy = running.questions.policy()
            paths = [path for path in changed(before, after) if policy.decide("write", path).outcome != "allow"]
            failed = await asyncio.to_thread(_put_back_all, self._project, before, paths)
            if paths:
                self._before = await self._snapshot()
            else:
                self._before = after
        notes = [f"{self._name(path)} could not be put back: {why}" for path, why in failed.items()]
        asked = [path for path in paths if path not in failed and policy.decide("write", path).outcome == "ask"]
        if not asked:
            return notes
        try:
            await running.questions.ask([policy.reach("write", path) for path in asked])
        except Denied as refusal:
            named = _named(map(self._name, asked))
            return [*notes, f"{refusal.message} Put back as it was, since others run it unconfined: {named}."]
        async with self._lock:
            now = await self._snapshot()
            free = [path for path in asked if now.files.get(path) == before.files.get(path)]
            failed = await asyncio.to_thread(_put_back_all, self._project, after, free)
            failed |= {path: "somebody else changed it meanwhile" for path in asked if path not in free}
            self._before = await self._snapshot()
        return [*notes, *(f"{self._name(path)} is as it was before: {why}" for path, why in failed.items())]

    async def _snapshot(self) -> Snapshot:
        return await asyncio.to_thread(snapshot, self._project, self._guarded)

    def _name(self, path: Path) -> str:
        return path.relative_to(self._project).as_posix()


def _put_back_all(project: Path, version: Snapshot, paths: Iterable[Path]) -> dict[Path, str]:
    """Paths that could not be put back, and why."""
    failed: dict[Path, str] = {}
    for path in paths:
        try:
            put_back(project, path, version.files.get(path))
        except OSError as error:
            failed[path] = error.strerror or str(error)
    return failed


def _listed(denied: Iterable[tuple[Operation, str]]) -> str:
    return _named(f"{operation} {path}" for operation, path in denied)


def _named(names: Iterable[str]) -> str:
    names = list(names)
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return f"{', '.join(names[:MAX_NAMED])}{more}"
