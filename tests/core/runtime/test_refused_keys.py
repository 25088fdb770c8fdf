"""A key that its provider refused: agents leave it alone until a person says that it may be right now."""

import pytest

from desk import Desk, until
from dispatch_jupyter.core.protocol.records import Agent
from model_server import Fault, Reply
from model_server.cast import Cast, summon
from test_key_waits import clock, play, served, settings  # noqa: F401
from tree_world import OK, agents, quiet

pytestmark = pytest.mark.slow


@pytest.fixture
def on_the_first(project):
    """A kind of subagent that may use the first key only."""
    folder = project / ".dispatch" / "agents"
    folder.mkdir(parents=True)
    (folder / "frugal.toml").write_text(
        'is_subagent = true\n[[models]]\nkey_id = "first"\nmodel_id = "anthropic/claude-scripted"\n'
    )
    (project / "dispatch.yaml").write_text("model: light\n")


def with_the_first(desk: Desk) -> int:
    return sum(request.key == "secret-of-the-first" for request in desk.model.requests)


async def turn(desk: Desk, text: str) -> list[Agent]:
    await desk.say(text)
    await until(lambda: desk.agent.status in ("idle", "error"))
    await quiet(desk.workspace, desk.session)
    return agents(desk, "frugal")


def test_agents_do_not_try_it_again_and_a_person_who_goes_on_does(play, on_the_first):  # noqa: F811
    async def scenario(desk: Desk) -> None:
        one_each = [Reply(calls=[summon("frugal", f"Look at {place}.")]) for place in "abcd"]
        desk.model.script = Cast(root=[*one_each[:3], OK, one_each[3], OK], frugal=[Fault.bad_key()])
        failed = await turn(desk, "Go")
        assert [agent.error.code for agent in failed] == ["bad_key"] * 3
        assert with_the_first(desk) == 1
        desk.model.script.lines = desk.model.script.lines | {"frugal": [Reply("Found.")]}
        *_, last = await turn(desk, "I put it right at the provider. Go on")
        assert last.status == "done" and last.result == "Found."

    play(scenario)


def test_a_new_session_tries_it_once(play, settings):  # noqa: F811
    settings.write_text(settings.read_text().replace("model: heavy", "model: anthropic/claude-scripted"))

    async def scenario(desk: Desk) -> None:
        desk.model.script = lambda request: Fault.bad_key()
        await desk.ask("One")
        assert with_the_first(desk) == 1
        other = await desk.begin("Two")
        await until(lambda: other.agent.status == "error")
        assert with_the_first(desk) == 2 and other.agent.error.code == "bad_key"

    play(scenario)
