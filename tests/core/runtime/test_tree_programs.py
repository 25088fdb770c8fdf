"""Whatever agents and people do, and whenever servers end: the tree comes to rest, and is in order then."""

import asyncio
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tree_play import ACTS, ROOTS, Play, check_ends, watched
from tree_world import check_tree

pytestmark = pytest.mark.slow
SECONDS = 60.0
TEMPLATES = """\
agents:
  - name: lead
    is_subagent: true
    permissions: [read, summon, user_agent]
  - name: user
    permissions: [read, summon]
"""


@pytest.mark.timeout(180)
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(root=ROOTS, acts=ACTS)
def test_any_program_comes_to_rest_in_order(open_desk, model, project, root, acts):
    assert open_desk, "its environment is needed"
    (project / "dispatch.yaml").write_text(TEMPLATES)

    async def main(folder: Path) -> None:
        play = Play(model, project, folder / "sessions")
        try:
            with watched(play):
                async with asyncio.timeout(SECONDS):
                    await play.play(root, acts)
                check_tree(play.workspace, play.session)
                check_ends(play.versions)
        finally:
            await play.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(main(Path(folder)))
