"""Leave for what a command names, before it starts."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from ...permissions.policy import Denied
from ...protocol.commands import SandboxLevel
from ...protocol.records import Reach
from .examine import Findings, examine
from .questions import MAX_ASKED, Questions

_SCANS = ThreadPoolExecutor(1, "dispatch-scan")
"""Reads commands, one after the other."""


async def get_leave(
    command: str, questions: Questions, cwd: Path, environ: Mapping[str, str], level: SandboxLevel
) -> list[Reach]:
    """All that the command names outside the project is allowed, or nothing is run; gives the sockets it names."""
    # not with the other work in threads: what takes long is not to keep anything else from its turn
    examining = partial(examine, command, cwd, questions.policy(), environ, level)
    found = await asyncio.get_running_loop().run_in_executor(_SCANS, examining)
    for reach, verdict in (*found.denied, *found.allowed):
        questions.note(reach, verdict)
    _refuse_denied(found)
    if found.asks:
        await questions.ask(found.asks)
    return found.sockets


def _refuse_denied(found: Findings) -> None:
    if found.denied:
        reach, verdict = found.denied[0]
        raise Denied(
            f"Nothing was run: `{reach.path}` is never opened to commands: {verdict.reason}.",
            "Find another way, or ask the user.",
        )
    if len(found.asks) > MAX_ASKED:
        raise Denied(
            f"Nothing was run: the command reaches {len(found.asks)} places outside the project.",
            f"Nobody can judge so many at once; reach for at most {MAX_ASKED} with one command.",
        )
