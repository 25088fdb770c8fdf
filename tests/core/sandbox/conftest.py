"""Commands in a sandbox on folders of their own."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch_jupyter.core.protocol.commands import SandboxLevel
from dispatch_jupyter.core.sandbox.sandbox import Sandbox
from sandbox_box import Box, In, Scenario, cannot


@pytest.fixture
def base(tmp_path: Path) -> Path:
    base = Path(os.path.realpath(tmp_path))
    for name in ("project", "outside", "tmp", "home"):
        (base / name).mkdir()
    (base / "outside" / "secret").write_text("the secret\n")
    return base


@pytest.fixture
def boxed(base: Path) -> Iterator[In]:
    """Runs a scenario in a sandbox of a level; skips where this machine has no such level."""

    def run(level: SandboxLevel, scenario: Scenario, **changes) -> None:
        async def whole() -> None:
            sandbox = Sandbox(level, at_most_abi=changes.pop("abi", None))
            found = await sandbox.level()
            if found.name != level:
                assert cannot(found.reason), found.reason
                pytest.skip(f"no {level} here: {found.reason}")
            try:
                await asyncio.wait_for(scenario(Box(sandbox, base, level, **changes)), 50)
            finally:
                await sandbox.close()

        asyncio.run(whole())

    yield run
