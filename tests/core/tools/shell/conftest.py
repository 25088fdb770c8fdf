"""A session's shell at work, at one level and at the lesser ones."""

import os
from pathlib import Path

import pytest

from shell_desk import Desk


@pytest.fixture
def top(tmp_path: Path) -> Path:
    return Path(os.path.realpath(tmp_path))


@pytest.fixture
def desk(top: Path) -> Desk:
    """At the best level."""
    return Desk(top, "kernel+live")


@pytest.fixture(params=["kernel", "parsed only"])
def lesser_desk(top: Path, request: pytest.FixtureRequest) -> Desk:
    """At a level that does not ask while a command runs."""
    return Desk(top, request.param)
