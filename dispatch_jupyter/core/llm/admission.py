"""What an agent that wants to call a model is told: go ahead with this, or wait."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile

from ..protocol.errors import BadKey, KeyExhausted, ModelError, NoModel
from ..protocol.ids import KeyId
from ..protocol.parts import Effort
from ..protocol.records import ErrorInfo
from ..protocol.settings import Resolution
from .catalog import Catalog, Model
from .key_facts import Gathered, identity_of
from .ledger import Caller, Reservation
from .providers import DEMO
from .resolve import Pair
from .secret import Secret
from .types import Access
from .words import moment


@dataclass(frozen=True, slots=True)
class Admission:
    """A call may be made. Afterwards exactly one of `settle`, `spent`, `release` and `failed` closes it."""

    model: str
    """Id."""
    key: KeyId | None
    effort: Effort | None
    max_output: int | None
    """Tokens the answer may have: the call must carry it, so that what is reserved suffices."""
    access: Access | None
    """None: the model needs no key, or litellm finds what it needs."""
    reservation: Reservation
    entry: Model
    """As the settings had it when the call was admitted."""
    switched: str = ""
    """That the key is another one than at the caller's call before, and why, in words; empty where it is the same."""
    why: str = ""
    """Only why, without what its provider said: "`work` is used up ($5.02 of $5.00 today), back on …"."""
    identity: str = field(default="", repr=False)
    """What a refusal of the key's secret is kept by."""

    @property
    def caller(self) -> Caller:
        return self.reservation.caller


@dataclass(frozen=True, slots=True)
class Waiting:
    """No call may be made now."""

    text: str
    """Which keys are in question and why none can be used."""
    until: datetime | None
    """When the first is expected back; None where nobody knows."""
    caller: Caller
    resolution: Resolution
    again: datetime
    """When to ask again at the latest; `KeyRing.wait` does it."""
    version: int
    """Of the ring when this was found out."""
    error: ModelError | None = None
    """Why waiting is no use: raise it."""


@dataclass(frozen=True, slots=True)
class CallBefore:
    """What an agent's latest call was made with."""

    key: KeyId | None
    passed_over: frozenset[Pair] = frozenset()
    """What it wanted more and could not have."""


def call_before(resolution: Resolution, key: KeyId | None) -> CallBefore:
    """To be kept of a call with this key, which was chosen so."""
    first = takewhile(lambda candidate: candidate != resolution.chosen, resolution.candidates)
    return CallBefore(key, frozenset((candidate.model, candidate.key) for candidate in first))


def admission(
    gathered: Gathered, entry: Model, resolution: Resolution, reservation: Reservation, last: CallBefore
) -> Admission:
    """What an agent is told that may call.

    Args:
        gathered: what was known.
        entry: the model that was chosen.
        resolution: why.
        reservation: for the call.
        last: the agent's call before.
    """
    claim, before = reservation.claim, last.key
    key = gathered.catalog.key(claim.key)
    secret = gathered.secrets.get(key.secret) if key else None
    why = _why(resolution, last, (claim.model, claim.key)) or _gone(gathered.catalog, resolution, reservation, before)
    switched = before is not None and claim.key not in (None, before)
    access, mark = None, ""
    if key and isinstance(secret, Secret):
        access = Access(key.id, str(key.secret), key.secret.fix, secret.value, key.api_base)
        mark = identity_of(key, secret)
    return Admission(
        model=claim.model,
        key=claim.key,
        effort=resolution.chosen.effort if resolution.chosen else None,
        # without a budget the answer may be as long as its provider lets it be
        max_output=claim.worst.output if key and key.budget else entry.max_output,
        access=access,
        reservation=reservation,
        entry=entry,
        switched=f"Switched from `{before}` to `{claim.key}`, as {why}" if why and switched else "",
        why=_brief(why),
        identity=mark,
    )


def _why(resolution: Resolution, last: CallBefore, chosen: Pair) -> str:
    _, key = chosen
    if last.key is None or key is None or last.key == key:
        return ""
    old = next((candidate for candidate in resolution.candidates if candidate.key == last.key), None)
    if old is None:
        return ""  # it is not wanted any more: somebody chose another model
    if not old.usable:
        return old.why
    return f"`{key}` can be used again." if chosen in last.passed_over else f"`{key}` comes first now."


def _gone(catalog: Catalog, resolution: Resolution, reservation: Reservation, before: KeyId | None) -> str:
    """That the caller's key or model of before cannot be found any more; empty where it can."""
    model = reservation.caller.model
    if before is not None and before != reservation.claim.key and catalog.key(before) is None:
        return f"`{before}` is not in the settings any more, or broken there."
    listed = {one.id for one in catalog.models}
    # a model that was wished for by its name is another one by a plain edit: nobody asks why
    if model in (None, DEMO, *listed) or all("/" in wish.model for wish in resolution.wants):
        return ""
    return f"`{model}` is not in the settings any more, or broken there."


def _brief(why: str) -> str:
    """For a thread, where a provider's own words fill the page; the key log has them."""
    return f"{why.partition(': ')[0].rstrip('.')}." if why else ""


def waiting(caller: Caller, resolution: Resolution, *, enabled: bool, again: datetime, version: int) -> Waiting:
    """What an agent is told for which nothing can be used.

    Args:
        caller: which.
        resolution: without `chosen`.
        enabled: the settings' `wait.enabled`.
        again: when to ask again at the latest.
        version: of the ring.
    """
    said = " ".join(dict.fromkeys(candidate.why for candidate in resolution.candidates))
    expected = f" The first is expected at {moment(resolution.until)}." if resolution.until else ""
    text = f"Waiting for a key. {said}{expected if len(resolution.candidates) > 1 else ''}"
    error = _as_error(resolution.error) if resolution.error else None
    if error is None and not enabled and resolution.until is not None:
        error = KeyExhausted(
            f"No key can be used now. {said}",
            "Wait, or let agents wait by themselves: `wait: {enabled: true}` in dispatch.yaml.",
            until=resolution.until,
        )
    return Waiting(text, resolution.until, caller, resolution, again, version, error)


def _as_error(info: ErrorInfo) -> ModelError:
    kinds: dict[str, type[ModelError]] = {"no_model": NoModel, "key_exhausted": KeyExhausted}
    return kinds.get(info.code, BadKey)(info.message, info.hint)
