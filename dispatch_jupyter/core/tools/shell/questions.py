"""What one command asks a person, before, while and after it runs."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ...permissions.policy import Denied, Policy, Rule, Verdict
from ...protocol.ids import AgentId
from ...protocol.records import Reach
from ..tool import Access
from .clock import Clock

MAX_ASKED = 40
"""Things in one question; more nobody can judge."""
UNANSWERED = "unanswered"
"""Code of a denial that nobody gave: the command was over before."""
MAX_WHILE_RUNNING = 3
"""Questions a running command may lead to: after that a program that tries many places is denied, and told so."""


class Questions:
    """Asks through the call's access. While a question is open the command's time stands still.

    Args:
        own: leave that every command has, for its own folders.
        agent_id: whose command it is.
        aside: folder for copies of what is put back of what the command may have changed.
    """

    def __init__(
        self, access: Access, command: str, own: tuple[Rule, ...] = (), *, agent_id: AgentId, aside: Path
    ) -> None:
        self.agent_id, self.aside = agent_id, aside
        self._access = access
        self._command = command
        self._own = own
        self._clock: Clock | None = None
        self._open: set[asyncio.Task[tuple[Rule, ...]]] = set()
        self._given_up: set[asyncio.Task[tuple[Rule, ...]]] = set()
        self._closed = False

    def policy(self) -> Policy:
        """As it stands now, for this command. Of temporary folders only its own are its to write."""
        policy = self._access.policy()
        rules = (rule for rule in policy.rules if rule.origin != "scratch")
        return replace(policy, rules=(*rules, *self._own))

    def note(self, reach: Reach, verdict: Verdict) -> None:
        """Put what was decided without asking anybody into the permission log."""
        self._access.note(reach, verdict)

    def while_running(self, clock: Clock) -> None:
        """From now on open questions stop this clock."""
        self._clock = clock

    async def ask(self, reaches: Sequence[Reach]) -> tuple[Rule, ...]:
        """One question for all of these.

        Raises:
            Denied: by the person; code `UNANSWERED` where the command is over, or being stopped.
        """
        if self._closed:
            raise Denied("The command was stopped.", code=UNANSWERED)
        task = asyncio.ensure_future(self._access.ask(reaches, self._command))
        self._open.add(task)
        try:
            if self._clock is None:
                return await task
            with self._clock.paused():
                return await task
        except asyncio.CancelledError:
            if task in self._given_up:
                raise Denied("The command ended before anybody answered.", code=UNANSWERED) from None
            task.cancel()
            raise
        finally:
            self._open.discard(task)
            self._given_up.discard(task)

    def give_up(self) -> None:
        """What is open now is of no interest any more; it counts as denied."""
        self._given_up |= self._open
        for task in self._open:
            task.cancel()

    def close(self) -> None:
        """Nobody is asked any more."""
        self._closed = True
        self.give_up()
