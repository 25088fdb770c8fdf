"""Keeps what others run outside the sandbox as it was, until a person agreed to what a command made of it."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path
from weakref import WeakValueDictionary

from ...permissions.guards import guarded_by_name
from ...permissions.policy import Denied, Policy, Verdict
from ...protocol.errors import ToolError
from ...protocol.ids import handle_of
from ...protocol.records import Reach
from .aftermath import named
from .kept import Kept
from .meant import is_meant, reach_of
from .protected import Snapshot, changed, snapshot
from .put_back import put_back
from .questions import MAX_ASKED, UNANSWERED, Questions
from .running import Running
from .set_aside import discard, set_aside

log = logging.getLogger(__name__)

CROWDED = "there is more in it than can be looked at; it was renamed and ends in `.not-kept`"
PUT_BACK = "Until you allow it, it is as it was before."
TOO_MANY = "more was changed than anybody can be asked about at once"
_ALL: "WeakValueDictionary[tuple[Path, tuple[Path, ...]], ProtectedFiles]" = WeakValueDictionary()


LOOK_SECONDS = 2.0
"""Time between two looks while commands run."""
MAX_WATCHED = 16
"""Folders."""


class Protection:
    """What one command could change of the kind: in the project, and in each folder it may write besides."""

    def __init__(self, project: Path, guarded: Iterable[Path] = ()) -> None:
        self._project = project
        self._guarded = tuple(guarded)
        self._watched: list[ProtectedFiles] = []
        self._questions: Questions | None = None

    async def begin(self, questions: Questions) -> None:
        """The command starts.

        Args:
            questions: of this command.

        Raises:
            ToolError: it cannot be told what the files say now, or there are too many folders.
        """
        self._questions, roots = questions, _written(questions.policy())
        if len(roots) > MAX_WATCHED:
            raise ToolError(
                f"Nothing was run: {len(roots)} folders may be written; at most {MAX_WATCHED} can be watched.",
                "Tell the user: wider grants, or fewer, would do.",
                code="too_many_folders",
            )
        for root in (self._project, *roots):
            files = ProtectedFiles.of(root, self._guarded)
            try:
                await files.begin(questions, looks=root == self._project)
            except BaseException:
                self.abandon()
                raise
            self._watched.append(files)

    def abandon(self) -> None:
        """The command did not start after all."""
        for files in self._watched:
            if self._questions is not None:
                files.abandon(self._questions)
        self._watched.clear()

    async def settle(self, running: Running) -> list[str]:
        """The command is over; gives notes. Whatever goes wrong with one folder, the others are looked at."""
        watched, self._watched = self._watched, []
        notes = []
        for files in watched:
            try:
                notes += await files.settle(running)
            except Exception:
                log.exception("What a command left behind could not be looked at")
                notes.append("What it left behind could not be checked; what was there before was put back.")
        return notes


def _written(policy: Policy) -> list[Path]:
    """Folders outside the project that leave to write was given for; none inside another."""
    own = ("scratch", "kept")
    paths = {rule.path for rule in policy.rules if rule.operation == "write" and rule.origin not in own}
    outside = [path for path in sorted(paths) if not path.is_relative_to(policy.project)]
    tops = [path for path in outside if not any(other in path.parents for other in paths)]
    return [path for path in tops if path.is_dir() and not path.is_symlink()]


class ProtectedFiles:
    """Watches the files of one project that run outside the sandbox later, while commands run."""

    def __init__(self, project: Path, guarded: Iterable[Path] = ()) -> None:
        self._project = project
        self._guarded = tuple(guarded)
        self._commands: list[Questions] = []
        """Of the commands that run."""
        self._before = Snapshot()
        self._wanted: dict[str, Kept | None] = {}
        """What was made of files that were put back while commands run; nobody has answered for it yet."""
        self._failed: dict[str, str] = {}
        """What could not be put back while commands run, and why; no agent has been told yet."""
        self._aside: dict[str, Path] = {}
        """Copies of what was put back and nobody has answered for yet."""
        self._refused: set[tuple[str, Kept | None]] = set()
        """What somebody said no to since."""
        self._lock = asyncio.Lock()
        self._looking: asyncio.Task[None] | None = None
        self._asking: asyncio.Task[None] | None = None

    @classmethod
    def of(cls, project: Path, guarded: Iterable[Path]) -> "ProtectedFiles":
        """The one of a project, whichever sessions run commands there: what one changed no other is to begin with."""
        key = (project, tuple(guarded))
        found = _ALL.get(key)
        if found is None:
            found = _ALL[key] = cls(*key)
        return found

    async def begin(self, questions: Questions, *, looks: bool = True) -> None:
        """A command starts. While others run, what they began with still counts.

        Args:
            questions: of this command.
            looks: whether to look while it runs, and not only in the end.

        Raises:
            ToolError: it cannot be told what the files say now.
        """
        async with self._lock:
            if not self._commands:
                self._refused.clear()
                try:
                    self._before = await self._snapshot(is_later=False)
                except OSError as error:
                    raise ToolError(
                        f"Nothing was run: {self._project} cannot be looked into: {error.strerror or error}.",
                        "Tell the user.",
                        code="io",
                    ) from error
            self._commands.append(questions)
        if self._looking is None and looks:
            self._looking = asyncio.create_task(self._look_now_and_then(), name="dispatch-protected-files")

    def abandon(self, questions: Questions) -> None:
        """The command did not start after all."""
        self._commands.remove(questions)
        if not self._commands and self._looking is not None:
            self._looking.cancel()
            self._looking = None

    async def _look_now_and_then(self) -> None:
        """While commands run, what changes is put back and asked about: a hook is not to wait for somebody for a day.

        Who changed it cannot be told. If it was a person, the question is there within seconds, and "yes" restores it.
        """
        wait = LOOK_SECONDS
        while True:
            await asyncio.sleep(wait)
            began = time.monotonic()
            try:
                await asyncio.shield(self._put_back_now())
            except Exception:
                log.exception("What running commands change could not be looked at; it will be when they end")
            wait = max(LOOK_SECONDS, 50 * (time.monotonic() - began))  # a fiftieth of a processor at most

    async def _put_back_now(self) -> None:
        async with self._lock:
            if not self._commands:
                return
            last = self._commands[-1]
            policies = [questions.policy() for questions in self._commands]
            before, after = self._before, await self._snapshot()
            paths = changed(before, after)
            paths = [path for path in paths if _runs_by_itself(path)]
            paths = [path for path in paths if not any(self._is_allowed(policy, path) for policy in policies)]
            failed = await self._put_back(last, before, after, paths)
            self._failed |= failed
            self._log(last, failed)
            self._wanted |= {path: after.files.get(path) for path in paths if not _is_in(path, failed)}
        unanswered = {path: kept for path, kept in self._wanted.items() if (path, kept) not in self._refused}
        if unanswered and self._asking is None:
            self._asking = asyncio.create_task(self._ask_now(unanswered), name="dispatch-protected-question")
            self._asking.add_done_callback(self._asked)

    async def _ask_now(self, wanted: dict[str, Kept | None]) -> None:
        """Ask about what was just put back, in the name of the command that began last."""
        questions = self._commands[-1] if self._commands else None
        if questions is None:
            return
        policy, before = questions.policy(), self._before
        asked = sorted(path for path in wanted if self._may_be_asked(policy, path))[:MAX_ASKED]
        if not asked:
            return
        try:
            await questions.ask(self._reaches(questions, asked))
        except Denied as denied:
            if denied.tool_code != UNANSWERED:  # else its command has ended, and it is asked then
                self._refused |= {(path, wanted[path]) for path in asked}
                self._stays_back(questions, asked)
            return
        for path in asked:
            self._wanted.pop(path, None)
        self._log(questions, await self._make_so(before, {path: wanted[path] for path in asked}))

    def _asked(self, asking: asyncio.Task[None]) -> None:
        self._asking = None
        if not asking.cancelled() and asking.exception() is not None:
            log.error("What was put back could not be asked about", exc_info=asking.exception())

    async def settle(self, running: Running) -> list[str]:
        """The command is over: ask about what it changed. Until somebody agreed, all is as it was. Gives notes."""
        async with self._lock, self._one_less(running.questions):
            before, after = self._before, await self._snapshot()
            policy = running.questions.policy()
            paths = [path for path in changed(before, after) if not self._is_allowed(policy, path)]
            failed = self._failed | await self._put_back(running.questions, before, after, paths)
            self._failed = {}
            self._before = await self._snapshot() if paths else after
            wanted = self._wanted | {path: after.files.get(path) for path in paths}
            wanted = {path: kept for path, kept in wanted.items() if (path, kept) not in self._refused}
            self._wanted = {}
        self._log(running.questions, failed)
        notes = [f"{_told(path)} could not be put back: {why}" for path, why in failed.items()]
        agreeable = {path: kept for path, kept in wanted.items() if self._may_be_asked(policy, path)}
        asked = sorted(path for path in agreeable if not _is_in(path, failed))
        # whose command may not write it is not asked for it, but a person may have written it meanwhile
        self._stays_back(running.questions, sorted(wanted.keys() - agreeable.keys()))
        if not asked:
            return notes
        note = f"Put back as it was, since others run it unconfined: {named(map(_told, asked))}."
        if len(asked) > MAX_ASKED:
            self._stays_back(running.questions, asked, TOO_MANY)
            return [*notes, note]
        try:
            await running.questions.ask(self._reaches(running.questions, asked))
        except Denied as refusal:
            self._stays_back(running.questions, asked)
            return [*notes, f"{refusal.message} {note}"]
        except asyncio.CancelledError:
            self._stays_back(running.questions, asked)
            raise
        failed = await self._make_so(before, {path: wanted[path] for path in asked})
        self._log(running.questions, failed)
        return [*notes, *(f"{_told(path)} is as it was before: {why}" for path, why in failed.items())]

    def _reaches(self, questions: Questions, paths: Iterable[str]) -> list[Reach]:
        """What a person is asked in the name of one command. Where others' run too, any of them may have changed it."""
        policy = questions.policy()
        agents = {one.agent_id for one in (questions, *self._commands)}
        said = [PUT_BACK]
        if len(agents) > 1:
            handles = ", ".join(sorted(map(handle_of, agents)))
            said = [f"Commands of agents {handles} run: any of them may have changed it.", *said]
        reaches = [reach_of(policy, self._project / path) for path in paths]
        return [one.model_copy(update={"caution": " ".join(filter(None, [one.caution, *said]))}) for one in reaches]

    async def _put_back(
        self, questions: Questions, before: Snapshot, after: Snapshot, paths: Iterable[str]
    ) -> dict[str, str]:
        """Those of the changed files that are not as they were now either, and why."""
        versions = {path: after.files.get(path) for path in paths}
        self._aside |= await asyncio.to_thread(set_aside, questions.aside, versions)
        failed = await asyncio.to_thread(_put_back_all, self._project, before.files, paths)
        return {path: CROWDED for path in paths if path in after.crowded} | failed

    async def _make_so(self, before: Snapshot, agreed: dict[str, Kept | None]) -> dict[str, str]:
        """Somebody agreed to what these were changed to; gives those for which that failed, and why."""
        async with self._lock:
            now = await self._snapshot()
            free = [path for path in agreed if now.files.get(path) == before.files.get(path)]
            failed = await asyncio.to_thread(_put_back_all, self._project, agreed, free)
            failed |= {path: "somebody else changed it meanwhile" for path in agreed if path not in free}
            self._before = await self._snapshot()
        done = [self._aside.pop(path) for path in agreed if path in self._aside and path not in failed]
        await asyncio.to_thread(discard, done)
        return failed

    def _stays_back(self, questions: Questions, paths: Iterable[str], why: str = "") -> None:
        """Nobody agreed to these: who wrote them, perhaps a person, finds what they said where the log tells."""
        self._log(questions, {path: why for path in paths if why or path in self._aside}, "put back")

    def _log(self, questions: Questions, failed: Mapping[str, str], rule: str = "changed by a command") -> None:
        """What is neither as it was nor as anybody agreed to, where people see it: the agent's notes are not theirs."""
        policy = questions.policy()
        for path, why in failed.items():
            copy = self._aside.pop(path, None)
            kept = f"what it said is kept in {copy}" if copy else ""
            said = "; ".join(filter(None, (why, kept)))
            questions.note(reach_of(policy, self._project / path), Verdict("deny", rule, reason=said))

    @contextlib.asynccontextmanager
    async def _one_less(self, questions: Questions) -> AsyncIterator[None]:
        """Whatever goes wrong in here, what is known to have been there is put back."""
        self.abandon(questions)
        try:
            yield
        except Exception:
            log.exception("What a command left behind could not be looked at: what was there before is put back")
            known = self._before.files
            await asyncio.to_thread(_put_back_all, self._project, known, list(known))
            raise

    async def _snapshot(self, *, is_later: bool = True) -> Snapshot:
        return await asyncio.to_thread(snapshot, self._project, self._guarded, self._before, is_later=is_later)

    def _is_allowed(self, policy: Policy, path: str) -> bool:
        return is_meant(policy, self._project / path)

    def _may_be_asked(self, policy: Policy, path: str) -> bool:
        return policy.decide("write", self._project / path).outcome != "deny"


def _is_in(path: str, failed: Mapping[str, str]) -> bool:
    """Whether it could not be put back, or went with a folder that was put aside."""
    return any(path == other or path.startswith(f"{other}/") for other in failed)


def _runs_by_itself(path: str) -> bool:
    """Whether git runs it with whatever it does next. What editors read waits: people edit it while jobs run."""
    return ".git" in path.split("/") or guarded_by_name(Path("/", path)) is None


def _told(path: str) -> str:
    """A path as text that can be stored."""
    return path.encode("utf-8", "backslashreplace").decode()


def _put_back_all(project: Path, version: Mapping[str, Kept | None], paths: Iterable[str]) -> dict[str, str]:
    """Paths that could not be put back, and why."""
    failed: dict[str, str] = {}
    for path in paths:
        try:
            put_back(project, path, version.get(path))
        except OSError as error:
            failed[path] = error.strerror or str(error)
    return failed
