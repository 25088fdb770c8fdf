"""Agents on keys with budgets: they go from one to the next, wait, and go on by themselves."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desk import SECONDS, Desk, played, until
from dispatch_jupyter.core.protocol.ids import KeyId
from dispatch_jupyter.core.protocol.settings import KeyState, SwitchModel
from dispatch_jupyter.core.runtime import current_catalog
from dispatch_jupyter.core.runtime import settings as current_settings
from dispatch_jupyter.core.runtime.setup import set_up
from model_server import Call, Fault, ModelServer, Reply
from model_server.script import Usage

pytestmark = pytest.mark.slow  # these load litellm

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
FIRST, SECOND = "anthropic/claude-scripted", "openai/scripted"
SETTINGS = """\
keys:
  - {{id: first, provider: anthropic, env: FIRST_KEY, api_base: "{anthropic}", budget: {{usd: 5, per: month}}}}
  - {{id: second, provider: openai, env: SECOND_KEY, api_base: "{openai}", budget: {{usd: 5, per: day}}}}
models:
  - {{id: anthropic/claude-scripted, tags: [heavy], price: {{input: 1, output: 1}}, max_output: 1000}}
  - {{id: openai/scripted, tags: [heavy, light], price: {{input: 1, output: 1}}, max_output: 1000}}
fallback: [first, second]
model: heavy
"""
THREE_DOLLARS = Usage(input=3_000_000, output=0)


class TurnedClock:
    """A clock that stands still until it is turned."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now
        self._turned: set[asyncio.Event] = set()

    def now(self) -> datetime:
        return self._now

    async def sleep_until(self, when: datetime | None, event: asyncio.Event) -> None:
        turned = asyncio.Event()
        self._turned.add(turned)
        try:
            while not event.is_set() and (when is None or self._now < when):
                turned.clear()
                waits = [asyncio.create_task(one.wait()) for one in (event, turned)]
                try:
                    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for wait in waits:
                        wait.cancel()
        finally:
            self._turned.discard(turned)

    def turn(self, *, to: datetime | None = None, **by: float) -> None:
        self._now = to or self._now + timedelta(**by)
        for turned in self._turned:
            turned.set()


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def settings(tmp_path: Path, model: ModelServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The person's own dispatch.yaml, with two keys."""
    for name in ("DISPATCH_MODEL", "OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("FIRST_KEY", "secret-of-the-first")
    monkeypatch.setenv("SECOND_KEY", "secret-of-the-second")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "config" / "dispatch" / "dispatch.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(SETTINGS.format(anthropic=model.base("anthropic"), openai=model.base("openai")))
    return path


@pytest.fixture
def served(settings: Path, project: Path, model: ModelServer, clock: TurnedClock, tmp_path: Path):
    """Makes desks whose workspace has begun, as the server extension begins it."""
    count = iter(range(100))

    async def make() -> Desk:
        folder = tmp_path / "data" / "sessions"
        name = f"instance{next(count)}"
        workspace = set_up(project=project, folder=folder, instance=name, server_url="", clock=clock)
        await workspace.start()
        return Desk(workspace, project, model)

    return make


@pytest.fixture
def play(served):
    return lambda scenario: played(scenario, served)


async def key(desk: Desk, key_id: str) -> KeyState:
    states = await desk.workspace._benches.ring.states()
    return next(state for state in states if state.id == KeyId(key_id))


def notices(desk: Desk) -> list[str]:
    return [message.text for message in desk.thread if message.role == "notice"]


def told(desk: Desk) -> int:
    """How many results of calls are in the latest request."""
    return json.dumps(desk.model.requests[-1].body).count("A small project.")


def test_a_task_goes_from_key_to_key_waits_and_is_done_by_itself(play, clock, project):
    for name in "abcd":
        (project / name).write_text("A small project.")
    steps = [Reply(calls=[Call("read_file", {"path": name})], usage=THREE_DOLLARS) for name in "abcd"]

    async def scenario(desk: Desk) -> None:
        desk.model.script = [*steps, Reply("All done.")]
        await desk.say("Work")
        await until(lambda: desk.agent.status == "waiting_for_key")
        assert [request.key for request in desk.model.requests] == ["secret-of-the-first"] * 2 + [
            "secret-of-the-second"
        ] * 2
        assert any("first" in text and "of $5.00" in text for text in notices(desk)), notices(desk)
        # the second key's day ends before the first key's month, here at the same midnight
        assert desk.agent.waiting_until == datetime(2026, 12, 1, tzinfo=UTC)
        assert "second" in desk.agent.note and "first" in desk.agent.note
        assert (await key(desk, "first")).status == (await key(desk, "second")).status == "exhausted"
        clock.turn(hours=13)
        await until(lambda: desk.agent.status == "idle")
        assert desk.texts()[-1] == "All done."
        # with its whole context: the request, four calls, and their results
        assert told(desk) == 4
        assert desk.agent.waiting_until is None and desk.agent.note is None

    play(scenario)


def test_a_wait_outlives_the_server(served, clock):
    async def main() -> None:
        first = await served()
        first.model.script = [Reply(calls=[Call("read_file", {"path": "README.md"})], usage=Usage(6_000_000, 0))] * 2
        await first.say("Work")
        await until(lambda: first.agent.status == "waiting_for_key")
        session_id = first.session.tables.session.id
        await first.workspace.close()
        assert first.agent.status == "waiting_for_key"

        clock.turn(hours=1)
        second = await served()  # nobody opens the session
        await until(second.workspace._sessions.live)
        second.session = await second.workspace.session(session_id)
        await until(lambda: second.agent.status == "waiting_for_key")
        second.model.script = [Reply("Done at last.")]
        clock.turn(hours=12)
        await until(lambda: second.agent.status == "idle")
        assert second.texts()[-1] == "Done at last."
        assert told(second) == 2
        async with asyncio.timeout(SECONDS):
            while await second.workspace._waits.sessions():
                await asyncio.sleep(0.01)
        await second.workspace.close()

    asyncio.run(main())


def test_other_agents_go_on(play, settings, project):
    agents = project / ".dispatch" / "agents"
    agents.mkdir(parents=True)
    (agents / "frugal.toml").write_text(
        'name = "Frugal"\n[[models]]\nkey_id = "second"\nmodel_id = "openai/scripted"\n'
    )
    (agents / "rich.toml").write_text('[[models]]\nkey_id = "first"\nmodel_id = "anthropic/claude-scripted"\n')

    async def scenario(desk: Desk) -> None:
        desk.model.script = lambda request: Reply(
            "Hi.", usage=Usage(6_000_000 if request.provider == "anthropic" else 10)
        )
        rich = await desk.begin("One", template="rich")
        await until(lambda: rich.agent.status == "idle")
        await rich.say("Two")
        await until(lambda: rich.agent.status == "waiting_for_key")
        frugal = await desk.begin("One", template="frugal")
        await until(lambda: frugal.agent.status == "idle")
        assert frugal.texts() == ["Hi."] and frugal.agent.model.key == "second"
        assert rich.agent.status == "waiting_for_key"

    play(scenario)


def test_a_budget_that_is_raised_wakes_who_waits(play, settings):
    async def scenario(desk: Desk) -> None:
        desk.model.script = lambda request: Reply("Hi.", usage=Usage(6_000_000))
        await desk.ask("One")
        await desk.ask("Two")
        await desk.say("Three")
        await until(lambda: desk.agent.status == "waiting_for_key")
        settings.write_text(settings.read_text().replace("usd: 5, per: month", "usd: 50, per: month"))
        await until(lambda: desk.agent.status == "idle")
        assert desk.model.requests[-1].key == "secret-of-the-first"

    play(scenario)


def test_a_model_chosen_while_it_waits_is_taken(play, settings):
    async def scenario(desk: Desk) -> None:
        text = settings.read_text().replace("model: heavy", "model: anthropic/claude-scripted")
        settings.write_text(text)
        desk.model.script = lambda request: Reply("Hi.", usage=Usage(6_000_000))
        await desk.ask("One")
        await desk.say("Two")
        await until(lambda: desk.agent.status == "waiting_for_key")
        await desk.workspace.settings.switch_model(desk.agent.id, SwitchModel(model="light"))
        await until(lambda: desk.agent.status == "idle")
        assert desk.agent.model.id == SECOND and desk.agent.model_pinned
        assert len(desk.model.requests[-1].body["messages"]) >= 4  # with all that was said before

    play(scenario)


def test_a_misspelt_key_does_not_send_the_conversation_elsewhere(play, settings, monkeypatch):
    monkeypatch.setattr(current_catalog, "FRESH_SECONDS", 0.0)
    monkeypatch.setattr(current_settings, "FRESH_SECONDS", 0.0)

    async def scenario(desk: Desk) -> None:
        desk.model.script = lambda request: Reply("Hi.")
        await desk.ask("One")
        good = settings.read_text()
        settings.write_text(good.replace("per: month", "peer: month").replace("tags: [heavy], ", "tagz: [], "))
        agent = await desk.ask("Two")
        assert len((await desk.workspace.settings.look()).problems) == 2
        assert (agent.model.id, agent.model.key, notices(desk)) == (FIRST, "first", [])
        settings.write_text(good.replace("id: first", "id: other").replace("[first, second]", "[second, other]"))
        agent = await desk.ask("Three")
        assert (agent.model.id, agent.model.key) == (SECOND, "second")
        gone = "`first` is not in the settings any more, or broken there."
        assert notices(desk) == [f"The model is now {agent.model.label} with the key `second`, as {gone}"]

    play(scenario)


@pytest.mark.parametrize("fault", [Fault.rate_limited(120), Fault.quota(), Fault.bad_key()])
def test_a_key_that_the_provider_refuses_gives_way_to_the_next(play, fault):
    async def scenario(desk: Desk) -> None:
        desk.model.script = [fault, Reply("Hi."), Reply("Again.")]
        agent = await desk.ask("One")
        assert agent.status == "idle" and desk.texts() == ["Hi."]
        assert agent.model.key == "second" and notices(desk)
        await desk.ask("Two")
        assert [request.key for request in desk.model.requests][-2:] == ["secret-of-the-second"] * 2

    play(scenario)


def test_a_message_that_comes_while_it_waits_is_in_the_next_request(play, clock):
    begun = datetime.now(UTC)
    clock.turn(to=begun)  # what a provider says is counted from now

    async def scenario(desk: Desk) -> None:
        desk.model.script = [Fault.rate_limited(3600), Fault.rate_limited(7200), Reply("Both.")]
        await desk.say("One")
        await until(lambda: desk.agent.status == "waiting_for_key")
        assert timedelta(minutes=59) < desk.agent.waiting_until - begun < timedelta(minutes=61)
        await desk.say("Two")
        clock.turn(hours=1, minutes=2)
        await until(lambda: desk.agent.status == "idle")
        assert "One" in json.dumps(desk.model.requests[-1].body) and "Two" in json.dumps(desk.model.requests[-1].body)
        assert desk.texts()[-1] == "Both."

    play(scenario)


def test_who_waits_can_be_stopped(play):
    async def scenario(desk: Desk) -> None:
        desk.model.script = [Fault.rate_limited(3600)] * 2
        await desk.say("One")
        await until(lambda: desk.agent.status == "waiting_for_key")
        await desk.workspace.interrupt(desk.agent.id)
        assert desk.agent.status == "error" and desk.agent.error.code == "cancelled"
        assert desk.agent.waiting_until is None

    play(scenario)


def test_no_secret_is_kept_anywhere(play, tmp_path, caplog):
    async def scenario(desk: Desk) -> None:
        desk.model.script = [
            Fault(status=401, body='{"error": {"message": "bad key secret-of-the-first"}}'),
            Reply("Hi."),
        ]
        await desk.ask("One")
        said = [
            (await desk.workspace.settings.models()).model_dump_json(),
            (await desk.workspace.settings.look()).model_dump_json(),
            (await desk.workspace.settings.resolve("heavy")).model_dump_json(),
            desk.session.state().model_dump_json(),
        ]
        assert not any("secret-of" in text for text in said)

    play(scenario)
    assert "secret-of" not in caplog.text
    kept = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert kept and not any(b"secret-of" in path.read_bytes() for path in kept)


def test_a_person_who_says_go_on_is_heard_where_nobody_knows_when_the_key_is_back(play):
    async def scenario(desk: Desk) -> None:
        desk.model.script = [Fault.quota(), Fault.credit(), Reply("Thank you.")]
        await desk.say("One")
        await until(lambda: desk.agent.status == "waiting_for_key")
        await desk.say("I added credit. Go on")
        await until(lambda: desk.agent.status == "idle")
        assert desk.texts()[-1] == "Thank you."

    play(scenario)


@pytest.fixture
def used_up() -> list[Fault]:
    """Both keys are refused until a day long from now."""
    return [Fault.quota(), Fault.rate_limited(86_400)]


async def waits_for_long(desk: Desk) -> None:
    await until(lambda: desk.agent.status == "waiting_for_key")
    states = await desk.workspace._benches.ring.states()
    assert not any(state.guessed for state in states)


def test_a_person_who_says_go_on_is_heard_whatever_the_provider_said(play, used_up):
    async def scenario(desk: Desk) -> None:
        desk.model.script = [*used_up, Reply("Thank you.")]
        await desk.say("One")
        await waits_for_long(desk)
        await desk.say("I raised the limit. Go on")
        await until(lambda: desk.agent.status == "idle")
        assert desk.texts()[-1] == "Thank you."

    play(scenario)


def test_who_waits_goes_on_with_what_was_said(play, used_up, monkeypatch):
    async def scenario(desk: Desk) -> None:
        mail = desk.workspace._runners.mail
        stored = mail._stored

        async def slowly(*told):
            await asyncio.sleep(0.3)
            return await stored(*told)

        desk.model.script = [*used_up, Reply("Thank you."), Reply("You said so already.")]
        await desk.say("One")
        await waits_for_long(desk)
        monkeypatch.setattr(mail, "_stored", slowly)
        await desk.say("I raised the limit. Go on")
        await until(lambda: desk.agent.status == "idle")
        assert desk.texts()[-1] == "Thank you." and len(desk.model.requests) == 3
        assert "I raised the limit" in json.dumps(desk.model.requests[-1].body)

    play(scenario)


def test_so_is_one_who_stopped_it_and_says_more(play, used_up):
    async def scenario(desk: Desk) -> None:
        desk.model.script = [*used_up, Reply("Thank you.")]
        await desk.say("One")
        await waits_for_long(desk)
        await desk.workspace.interrupt(desk.agent.id)
        await desk.say("I raised the limit. Go on")
        await until(lambda: desk.agent.status == "idle")
        assert desk.texts()[-1] == "Thank you."

    play(scenario)


def test_resuming_who_waits_tries_each_key_once(play, used_up):
    async def scenario(desk: Desk) -> None:
        desk.model.script = [*used_up, *used_up, Reply("Thank you.")]
        await desk.say("One")
        await waits_for_long(desk)
        await desk.workspace.resume(desk.agent.id)
        await until(lambda: len(desk.model.requests) == 4)
        await waits_for_long(desk)
        assert len(desk.model.requests) == 4
        await desk.workspace.resume(desk.agent.id)
        await until(lambda: desk.agent.status == "idle")
        assert desk.texts()[-1] == "Thank you." and len(desk.texts("user")) == 1

    play(scenario)


def test_a_person_who_edits_the_keys_is_heard_as_well(play, used_up, settings):
    async def scenario(desk: Desk) -> None:
        desk.model.script = [*used_up, Reply("Thank you.")]
        await desk.say("One")
        await waits_for_long(desk)
        settings.write_text(settings.read_text() + "limits: {max_steps: 7}\n")
        await desk.workspace._config.renewed()
        await asyncio.sleep(0.2)
        assert len(desk.model.requests) == 2, "that says nothing of the keys"
        settings.write_text(settings.read_text().replace("usd: 5, per: month", "usd: 50, per: month"))
        await until(lambda: desk.agent.status == "idle")
        assert desk.texts()[-1] == "Thank you."

    play(scenario)


def test_a_key_that_was_put_right_is_tried_in_a_new_session(play):
    async def scenario(desk: Desk) -> None:
        desk.model.script = [Fault.bad_key(), Fault.bad_key(), Reply("Right.")]
        agent = await desk.ask("One")
        assert agent.status == "error" and agent.error.code == "bad_key"
        other = await desk.begin("Two")
        await until(lambda: other.agent.status != "running")
        assert other.texts() == ["Right."]

    play(scenario)
