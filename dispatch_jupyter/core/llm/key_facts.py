"""How all keys stand at a moment, from what was gathered: the catalog, the secrets, the ledger. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..protocol.errors import StoreError
from ..protocol.ids import KeyId
from .catalog import Catalog, Key
from .estimate import is_priced
from .ledger import Snapshot
from .period import Window, window_of
from .resolve import Facts, Pair
from .secret import Found, Missing, Secret, SecretRef
from .standing import Refusal, Standing, Sums, budget_standing, refusal_standing, worse


@dataclass(frozen=True, slots=True)
class Bad:
    """A key that its provider refused, and which secret that was."""

    mark: str
    reason: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is known at a moment."""

    catalog: Catalog
    now: datetime
    secrets: Mapping[SecretRef, Found] = field(repr=False)
    bad: Mapping[KeyId, Bad]
    left_out: Mapping[Pair, Standing]
    unwritten: Mapping[KeyId, Refusal]
    """Refusals that the ledger could not take."""
    litellm: Any = field(default=None, repr=False)
    broken: StoreError | None = None
    """Why the ledger cannot be used."""

    def facts(self, snapshot: Snapshot) -> Facts:
        """How the keys stand with this ledger."""
        standings = {key.id: self.standing(key, snapshot) for key in self.catalog.keys}
        return Facts(standings, self.left_out, lambda model: is_priced(self.litellm, model))

    def standing(self, key: Key, snapshot: Snapshot) -> Standing:
        """How one key stands."""
        secret = self.secrets.get(key.secret)
        if isinstance(secret, Missing):
            return Standing("missing", f"`{key.id}` has no secret. {secret.reason}")
        if (bad := self.bad.get(key.id)) and secret and bad.mark == mark_of(identity_of(key, secret)):
            return Standing("bad", bad.reason)
        if self.broken is not None and key.budget is not None:
            hint = f" {self.broken.hint}" if self.broken.hint else ""
            return Standing("bad", f"The budget of `{key.id}` cannot be kept: {self.broken.message}{hint}")
        refusal = self.unwritten.get(key.id) or snapshot.refusals.get(key.id)
        sums = snapshot.sums.get(key.id, Sums())
        return worse(refusal_standing(refusal, self.now), budget_standing(key.id, key.budget, sums, self.now))

    def windows(self) -> dict[KeyId, Window]:
        """The present period of each key."""
        return {key.id: window_of(key.budget, self.now) for key in self.catalog.keys}

    def marked(self) -> dict[KeyId, str]:
        """What the ledger tells the secret of each key by."""
        found = {key.id: (key, self.secrets.get(key.secret)) for key in self.catalog.keys}
        return {
            key_id: identity_of(key, secret) for key_id, (key, secret) in found.items() if isinstance(secret, Secret)
        }


def mark_of(identity: str) -> str:
    """What is kept of an identity, in memory."""
    return hashlib.sha256(identity.encode()).hexdigest()


def identity_of(key: Key, secret: Secret) -> str:
    """Tells one secret at one address from another. To be hashed, never to be kept."""
    return f"{key.api_base or ''} {secret.value}"
