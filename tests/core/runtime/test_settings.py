"""The settings in force while files change."""

import asyncio
import threading
from pathlib import Path

import pytest

from dispatch_jupyter.core.config.load import Config
from dispatch_jupyter.core.runtime import settings
from dispatch_jupyter.core.runtime.settings import CurrentConfig


def test_a_look_that_began_before_something_was_written_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Else leave that is taken back would hold for some seconds more."""
    looking, written = threading.Event(), threading.Event()
    old, new = Config(), Config()

    def load(*_: object) -> Config:
        if written.is_set():
            return new
        looking.set()
        assert written.wait(30)
        return old

    monkeypatch.setattr(settings, "load", load)

    async def scenario() -> None:
        config = CurrentConfig(tmp_path, {})
        first = asyncio.create_task(config.fresh())
        await asyncio.to_thread(looking.wait, 30)
        renewing = asyncio.create_task(config.renewed())
        await asyncio.sleep(0)
        written.set()
        assert await first is old
        assert await renewing is new
        assert await config.fresh() is new

    asyncio.run(scenario())
