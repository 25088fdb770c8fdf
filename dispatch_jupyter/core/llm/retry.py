"""When a failed call is made again, and after how long."""

import random
from dataclasses import dataclass
from datetime import datetime

from ..protocol.errors import BadReply, ModelError, RateLimited, Transient
from ..protocol.records import now as current_time


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Back-off with jitter. Times in seconds."""

    retries: int = 4
    """After the first try."""
    first: float = 0.5
    factor: float = 2.5
    cap: float = 20.0
    patience: float = 5.0
    """The longest wait a provider may ask for that is no more than a hitch; beyond it the key is cooling down."""

    def pause(self, error: ModelError, failed: int, now: datetime | None = None) -> float | None:
        """Seconds to wait before another try; None: give up.

        Args:
            error: why the latest try failed.
            failed: how many tries failed before that.
            now: the time.
        """
        if isinstance(error, BadReply):
            return self._backed_off(failed) if failed < min(1, self.retries) else None
        if not isinstance(error, (Transient, RateLimited)) or failed >= self.retries:
            return None
        until = error.until if isinstance(error, RateLimited) else None
        if until is None:
            return self._backed_off(failed)
        wait = max(0.0, (until - (now or current_time())).total_seconds())
        return wait + random.uniform(0, 0.1 + wait / 10) if wait <= self.patience else None  # noqa: S311

    def _backed_off(self, failed: int) -> float:
        return min(self.cap, self.first * self.factor**failed) * random.uniform(0.5, 1)  # noqa: S311
