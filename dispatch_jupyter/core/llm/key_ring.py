"""The keys of a person as agents share them: who may call which model with which key now, and who waits how long.

One ring a server; servers of the same person share the ledger. For one event loop; what blocks runs in threads.
A call is `admit`, then the call, then one of `settle`, `spent`, `release`, `failed`. Each is carried out even if the
agent that asked is cancelled meanwhile, so nothing stays reserved.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from ..protocol.errors import BadKey, KeyExhausted, ModelError, NoModel, RateLimited, StoreError
from ..protocol.ids import AgentId, KeyId
from ..protocol.parts import ModelWish, Usage
from ..protocol.records import ErrorInfo
from ..protocol.settings import KeyEvent, KeyState, Models, Resolution
from .accounts import broken_off, counted
from .admission import Admission, CallBefore, Waiting, admission, call_before, waiting
from .books import Books
from .catalog import Catalog
from .choosing import model_of, prices_for
from .clock import Clock
from .estimate import Size
from .facts import status_of
from .key_facts import Bad, Gathered, mark_of
from .key_views import key_state, models_view, secret_warnings
from .ledger import Caller, Counted, Ledger, Reservation, Snapshot
from .library import loaded_litellm
from .news import News
from .period import window_of
from .refusals import in_words, refusal_after
from .resolve import Pair, explained, resolve
from .secret_desk import SecretDesk
from .standing import NANO, Refusal, Standing, Sums, budget_standing, refusal_standing, spent_of
from .turns import GRACE, Turns

ELSEWHERE = timedelta(seconds=5)
"""How soon is looked again where another server has calls under way: it does not say when they end."""
NO_MODEL_FOR = timedelta(hours=1)
LOG_SHOWN = 200
T = TypeVar("T")


class KeyRing:
    """See above. A ledger that fails stops no agent whose key has no budget."""

    def __init__(
        self,
        ledger: Ledger,
        catalog: Callable[[], Catalog],
        clock: Clock,
        environ: Mapping[str, str],
        *,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        """Nothing is opened before it is needed.

        Args:
            ledger: of the person's data folder.
            catalog: the keys and models as they are when it is called.
            clock: the time.
            environ: where secrets are looked for; read at every call.
            on_change: called in the event loop, once for changes that come together, when `states` says something new.
        """
        self._ledger = ledger
        self._books = Books(ledger)
        self._catalog = catalog
        self._clock = clock
        self._environ = environ
        self.on_change = on_change
        """See above; may be set later."""
        self._desk = SecretDesk(environ, clock)
        self._turns = Turns()
        self._lock = asyncio.Lock()
        self._news = News()
        self._telling = False
        self._alarm: tuple[datetime, asyncio.Task[None]] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._bad: dict[KeyId, Bad] = {}
        self._left_out: dict[Pair, tuple[datetime, Standing]] = {}
        self._keyless: dict[str, Refusal] = {}
        self._last: dict[AgentId, CallBefore] = {}

    # ------------------------------------------------------------------ before a call

    async def admit(self, wants: Sequence[ModelWish], size: Size, caller: Caller) -> Admission | Waiting:
        """The first model and key of the wishes that can be used now, with what the call may use reserved; or wait.

        Args:
            wants: tags or ids, the best first; none: the default.
            size: of the request.
            caller: who asks. One agent makes one call at a time.
        """
        task = self._begin(self._admit(tuple(wants), size, caller))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(self._give_back)
            self.leave(caller)
            raise

    async def wait(self, told: Waiting, caller: Caller) -> None:
        """Return once it is worth asking again: at the earliest reset, after a change of a key that is in question,
        and every now and then.
        """
        keys = {candidate.key for candidate in told.resolution.candidates}
        self._turns.sleeps(caller.agent_id)
        try:
            await self._news.wait(keys, told.version, told.again, self._clock)
        except BaseException:
            self.leave(caller)
            raise
        self._turns.woken(caller.agent_id, self._clock.now())

    def leave(self, caller: Caller) -> None:
        """An agent no longer wants to call: it gives up its place among those that wait."""
        self._turns.leave(caller.agent_id)

    # ------------------------------------------------------------------ after a call

    async def settle(self, call: Admission, usage: Usage, streamed_chars: int = 0) -> Usage:
        """The call succeeded. Returns its usage, with the price that is counted.

        `streamed_chars`: how much was heard, for providers that report no usage.
        """
        used = counted(loaded_litellm(), call.entry, call.reservation.claim.worst, usage, streamed_chars)
        await self._whole(self._close(call.reservation, used, worked=True))
        cost = None if used.nano is None else used.nano / NANO
        return Usage(input_tokens=used.input, output_tokens=used.output, cached_tokens=used.cached, cost_usd=cost)

    async def spent(self, call: Admission, streamed_chars: int) -> Usage:
        """The call broke off, or was cancelled: its input counts, and what was heard of the answer. Returns that."""
        used = broken_off(loaded_litellm(), call.entry, call.reservation.claim.worst, streamed_chars)
        await self._whole(self._close(call.reservation, used, worked=False))
        return _usage(used)

    async def release(self, call: Admission) -> None:
        """The call was not made, or failed before anything came: nothing counts."""
        await self._whole(self._close(call.reservation, None, worked=False))

    async def failed(self, call: Admission, error: ModelError, streamed_chars: int = 0) -> Usage:
        """The call failed: what the error says of the key is kept, and the call closed as `spent` or `release`.
        Returns what is counted.

        Calling `spent` before is fine; after, it is too late.
        """
        used = None
        if streamed_chars:
            used = broken_off(loaded_litellm(), call.entry, call.reservation.claim.worst, streamed_chars)
        await self._whole(self._fail(call, error, used))
        return Usage() if used is None else _usage(used)

    # ------------------------------------------------------------------ from outside

    def poke(self) -> None:
        """The settings or the environment changed: whoever waits asks again."""
        self._desk.forget()
        self._changed()

    async def forgive(self) -> None:
        """All get another chance: a person says so, who may have put right at the provider what it refused for."""
        self._bad.clear()
        self._left_out.clear()
        self._keyless.clear()
        await self._books.forgive()
        self.poke()

    async def resolve(self, wants: Sequence[ModelWish]) -> Resolution:
        """What is meant by the wishes now, and why. Reserves nothing."""
        gathered, snapshot = await self._books.look(await self._gather(self._catalog()))
        found = resolve(gathered.catalog, wants, gathered.facts(snapshot), gathered.now)
        return explained(gathered.catalog, found)

    async def states(self) -> list[KeyState]:
        """All keys in fallback order: how they stand, what they used."""
        return self._states(*await self._books.look(await self._gather(self._catalog())))

    async def models(self) -> Models:
        """`GET models`."""
        gathered, snapshot = await self._books.look(await self._gather(self._catalog()))
        problems = secret_warnings(gathered)
        usage: dict[str, Usage] = {}
        log: list[KeyEvent] = []
        broken = gathered.broken
        try:
            usage, log = await self._ledger.usage("model"), await self._ledger.log(LOG_SHOWN)
        except StoreError as error:
            broken = error
        if broken is not None:
            problems.append(ErrorInfo.of(broken))
        states = self._states(gathered, snapshot)
        return models_view(gathered.catalog, states, usage=usage, log=log, problems=problems, litellm=loaded_litellm())

    async def aclose(self) -> None:
        """Finish what is being written, and close the ledger."""
        if self._alarm is not None:
            self._alarm[1].cancel()
        while self._tasks:
            await asyncio.wait(self._tasks)
        await self._ledger.aclose()

    # ------------------------------------------------------------------ admitting

    async def _admit(self, wants: tuple[ModelWish, ...], size: Size, caller: Caller) -> Admission | Waiting:
        await prices_for(self._catalog(), wants)
        await self._desk.ask_keyrings([key.secret for key in self._catalog().keys])
        async with self._lock:
            while True:
                version = self._news.version
                gathered = await self._gather(self._catalog())
                ahead = self._turns.ahead_of(caller.agent_id, gathered.now)
                resolution, reservation, elsewhere = await self._books.reserve(gathered, ahead, wants, size, caller)
                if reservation is not None:
                    return await self._admitted(gathered, resolution, reservation)
                if not elsewhere or not await self._books.bury(gathered.now):
                    break
                self._changed()
            pause = timedelta(seconds=gathered.catalog.wait.poll)
            if elsewhere:
                pause = min(pause, ELSEWHERE)
            if any(ticket.away_since for ticket in ahead):
                pause = min(pause, GRACE + timedelta(milliseconds=1))
            again = min(filter(None, (gathered.now + pause, resolution.until)))
            told = waiting(caller, resolution, enabled=gathered.catalog.wait.enabled, again=again, version=version)
            if told.error is None:
                self._turns.join(caller.agent_id, wants, size, gathered.now)
            else:
                self.leave(caller)
            return told

    async def _admitted(self, gathered: Gathered, resolution: Resolution, reservation: Reservation) -> Admission:
        caller, key_id = reservation.caller, reservation.claim.key
        self.leave(caller)
        before = self._last.get(caller.agent_id) or CallBefore(caller.key)
        entry = model_of(gathered, reservation.claim.model)
        call = admission(gathered, entry, resolution, reservation, before)
        if key_id is not None:
            self._last[caller.agent_id] = call_before(resolution, key_id)
        if call.switched and key_id is not None:
            await self._note(key_id, call.switched, caller)
        self._tell_soon()  # nobody who waits gains by what another took
        return call

    async def _gather(self, catalog: Catalog) -> Gathered:
        now = self._clock.now()
        secrets = await self._desk.find([key.secret for key in catalog.keys])
        self._left_out = {pair: kept for pair, kept in self._left_out.items() if kept[0] > now}
        left_out: dict[Pair, Standing] = {
            (model, None): refusal_standing(kept, now) for model, kept in self._keyless.items()
        }
        left_out |= {pair: standing for pair, (_, standing) in self._left_out.items()}
        found = dict(self._bad), left_out, dict(self._books.unwritten)
        return Gathered(catalog, now, secrets, *found, litellm=loaded_litellm())

    # ------------------------------------------------------------------ closing

    async def _close(self, reservation: Reservation, used: Counted | None, *, worked: bool) -> None:
        key = self._catalog().key(reservation.claim.key)
        now = self._clock.now()
        window = window_of(key.budget if key else None, now)
        closed = await self._books.close(reservation, used, window, worked=worked)
        if worked:
            self._keyless.pop(reservation.claim.model, None)
        if worked and key:
            self._bad.pop(key.id, None)
            if closed and closed.acquitted:
                await self._note(key.id, f"`{key.id}` works again.", reservation.caller)
        if closed and key and key.budget and used and closed.was_open:
            after, _, limit = spent_of(key.budget, closed.sums)
            this = used.nano or 0 if key.budget.usd is not None else used.input + used.output
            if after >= limit > after - this:
                done = Sums(nano=closed.sums.nano, input=closed.sums.input, output=closed.sums.output)
                await self._note(key.id, budget_standing(key.id, key.budget, done, now).reason, reservation.caller)
        self._changed(reservation.claim.key)

    async def _fail(self, call: Admission, error: ModelError, used: Counted | None) -> None:
        now = self._clock.now()
        if _is_of_the_model(error) or (call.key is None and isinstance(error, BadKey)):
            self._left_out[call.model, call.key] = (now + NO_MODEL_FOR, Standing("bad", error.message))
        if call.key is not None:
            await self._blame(call, call.key, error, now)
        elif isinstance(error, (RateLimited, KeyExhausted)):
            before, poll = self._keyless.get(call.model), self._catalog().wait.poll
            admitted = call.reservation.at
            self._keyless[call.model] = refusal_after(error, call.model, before, admitted=admitted, now=now, poll=poll)
        # last, for it wakes those who wait: they are not to be let in by a key that has just been refused
        await self._close(call.reservation, used, worked=False)

    async def _blame(self, call: Admission, key_id: KeyId, error: ModelError, now: datetime) -> None:
        """Keep what an error says of a key, and log it."""
        if _is_of_the_model(error):
            text = f"{call.model} is left out with `{key_id}` for an hour: {error.message}"
            await self._note(key_id, text, call.reservation.caller)
        elif isinstance(error, BadKey):
            self._bad[key_id] = Bad(mark_of(call.identity), f"{error.message} {error.hint or ''}".strip())
            await self._note(key_id, f"`{key_id}` was refused: {error.message}", call.reservation.caller)
        elif isinstance(error, (RateLimited, KeyExhausted)):
            gathered, snapshot = await self._books.look(await self._gather(self._catalog()))
            before = gathered.unwritten.get(key_id) or snapshot.refusals.get(key_id)
            admitted, poll = call.reservation.at, gathered.catalog.wait.poll
            refusal = refusal_after(error, key_id, before, admitted=admitted, now=now, poll=poll)
            if refusal is not before:
                await self._books.refuse(key_id, refusal, call.identity)
                await self._note(key_id, in_words(refusal), call.reservation.caller)

    async def _note(self, key: KeyId, text: str, caller: Caller) -> None:
        who, where = caller.agent_id, caller.session_id
        await self._books.note(KeyEvent(at=self._clock.now(), key=key, text=text, session_id=where, agent_id=who))

    # ------------------------------------------------------------------ news

    def _states(self, gathered: Gathered, snapshot: Snapshot) -> list[KeyState]:
        now = gathered.now
        states = [
            key_state(
                key, gathered.standing(key, snapshot), snapshot.sums.get(key.id, Sums()), now, environ=self._environ
            )
            for key in gathered.catalog.keys
        ]
        times = [when for state in states for when in (state.until, state.resets_at) if when and when > now]
        if times:
            self._set_alarm(min(times))
        return states

    def _set_alarm(self, at: datetime) -> None:
        """What was said of the keys holds until then: whoever was told hears that it is over."""
        if self._alarm is not None:
            if self._alarm[0] <= at and not self._alarm[1].done():
                return
            self._alarm[1].cancel()

        async def ring() -> None:
            await self._clock.sleep_until(at, asyncio.Event())
            self._changed()

        self._alarm = (at, asyncio.ensure_future(ring()))

    def _changed(self, *keys: KeyId | None) -> None:
        """Wake those who wait for these keys, without any all who wait, and tell the listener."""
        self._news.tell(*keys)
        self._tell_soon()

    def _tell_soon(self) -> None:
        if not self._telling:
            self._telling = True
            asyncio.get_running_loop().call_soon(self._tell)

    def _tell(self) -> None:
        self._telling = False
        self.on_change()

    # ------------------------------------------------------------------ whole, whoever is cancelled

    def _begin(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _whole(self, work: Coroutine[Any, Any, T]) -> T:
        return await asyncio.shield(self._begin(work))

    def _give_back(self, task: asyncio.Task[Admission | Waiting]) -> None:
        """The agent was cancelled while it was admitted."""
        if task.cancelled() or task.exception() is not None:
            return
        result = task.result()
        self.leave(result.caller)
        if isinstance(result, Admission):
            self._begin(self._close(result.reservation, None, worked=False))


def _is_of_the_model(error: ModelError) -> bool:
    """Whether it is about the model and not the key: there is none, or the key may not use this one (403)."""
    return isinstance(error, NoModel) or (isinstance(error, BadKey) and status_of(error.__cause__) == 403)


def _usage(used: Counted) -> Usage:
    """Of a call without an end."""
    cost = None if used.nano is None else used.nano / NANO
    return Usage(input_tokens=used.input, output_tokens=used.output, cost_usd=cost)
