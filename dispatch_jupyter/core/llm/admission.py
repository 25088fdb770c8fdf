"""What an agent that wants to call a model is told: go ahead with this, or wait."""

from dataclasses import dataclass, field
from datetime import datetime

from ..protocol.errors import BadKey, KeyExhausted, ModelError, NoModel
from ..protocol.ids import KeyId
from ..protocol.parts import Effort
from ..protocol.records import ErrorInfo
from ..protocol.settings import Resolution
from .catalog import Model
from .key_facts import Gathered, identity_of
from .ledger import Caller, Reservation
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
    """Why the key is another one than at the caller's call before, in words; empty where it is the same."""
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


def admission(
    gathered: Gathered, entry: Model, resolution: Resolution, reservation: Reservation, before: KeyId | None
) -> Admission:
    """What an agent is told that may call.

    Args:
        gathered: what was known.
        entry: the model that was chosen.
        resolution: why.
        reservation: for the call.
        before: the key of the agent's call before.
    """
    claim = reservation.claim
    key = gathered.catalog.key(claim.key)
    secret = gathered.secrets.get(key.secret) if key else None
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
        switched=_switched(resolution, before, claim.key),
        identity=mark,
    )


def _switched(resolution: Resolution, before: KeyId | None, key: KeyId | None) -> str:
    if before is None or key is None or before == key:
        return ""
    old = next((candidate for candidate in resolution.candidates if candidate.key == before), None)
    if old is None:
        return ""  # it is not wanted any more: somebody chose another model
    why = f"`{key}` can be used again." if old.usable else old.why
    return f"Switched from `{before}` to `{key}`: {why}"


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
