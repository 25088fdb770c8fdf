"""`kill -9` at any moment loses nothing that was acknowledged and leaves a journal that can be read."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_sixty_kills_lose_nothing_acknowledged(tmp_path: Path) -> None:
    here = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, str(here / "kill_victim.py"), str(tmp_path), "60", "1"],
        capture_output=True, text=True, timeout=55, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("kills 60 "), done.stdout
