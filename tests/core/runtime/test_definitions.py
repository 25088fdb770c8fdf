"""What agents are by the files of now: never more than their template allows."""

import asyncio
from pathlib import Path

import pytest

from desk import Desk, until
from dispatch_jupyter.core.llm.types import ModelRequest
from dispatch_jupyter.core.protocol.commands import SendMessage
from dispatch_jupyter.core.protocol.parts import Limits
from dispatch_jupyter.core.protocol.settings import ActivateSkill, SwitchModel
from dispatch_jupyter.core.runtime.definitions import Definition
from dispatch_jupyter.core.runtime.sizes import Sizes
from dispatch_jupyter.core.tools.standard import standard_tools
from dispatch_jupyter.core.tools.tool import Toolbox
from model_server import Call, Fault, Reply

pytestmark = pytest.mark.slow  # these load litellm


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def write(path: str, content: str) -> Reply:
    return Reply("", calls=[Call("write_file", {"path": path, "content": content})])


@pytest.mark.parametrize("now", [None, "permissions = [", 'model = "hevy"'])
@pytest.mark.parametrize("slug", ["reader", "dispatch"])
def test_an_agent_whose_template_is_gone_is_made_from_nothing_that_allows_more(open_desk, project, slug, now):
    """The template of a read-only agent breaks or goes while no server runs."""
    file = project / ".dispatch" / "agents" / f"{slug}.toml"
    put(file, 'permissions = ["read"]\n')
    if slug == "dispatch" and now is None:
        pytest.skip("then it is what is built in")

    async def main() -> None:
        first = open_desk()
        first.model.script = [Reply("Hi."), write("made", "x")]
        desk = await first.begin("One", template=slug)
        await desk.rest()
        session_id = desk.session.tables.session.id
        await first.workspace.close()
        file.unlink() if now is None else file.write_text(now)

        second = open_desk()
        await second.workspace.send(SendMessage(text="Write", session_id=session_id), "tester")
        second.session = await second.workspace.session(session_id)
        agent = await second.rest()
        assert agent.status == "error" and f"`{slug}`" in agent.error.message and agent.error.hint
        assert agent.limits.operations == ["read"]
        assert len(first.model.requests) == 1 and not (project / "made").exists()

        put(file, 'permissions = ["read"]\n')
        await second.workspace._config.renewed()
        first.model.script = [Reply("Back.")]
        await second.workspace.resume(agent.id)
        await until(lambda: second.agent.status == "idle")
        await second.workspace.close()

    asyncio.run(main())


def test_a_template_that_breaks_stops_nobody_who_works(run, project):
    file = project / ".dispatch" / "agents" / "reader.toml"
    put(file, 'permissions = ["read"]\n')

    async def scenario(desk: Desk) -> None:
        desk.model.script = [Reply("Hi."), Reply("Again.")]
        reader = await desk.begin("One", template="reader")
        await reader.rest()
        file.write_text("permissions = [")
        await desk.workspace._config.renewed()
        assert (await reader.ask("Two")).status == "idle" and reader.agent.limits.operations == ["read"]

    run(scenario)


def test_who_goes_back_to_a_template_that_is_gone_is_told_so(run, project):
    file = project / ".dispatch" / "agents" / "reader.toml"
    put(file, 'models = [{model_id = "openai/mine"}]\n')

    async def scenario(desk: Desk) -> None:
        desk.model.script = [Reply("Hi.")]
        reader = await desk.begin("One", template="reader")
        await reader.rest()
        for model in ("openai/other", None):
            await desk.workspace.settings.switch_model(reader.agent.id, SwitchModel(model=model))
            file.unlink(missing_ok=True)
            await desk.workspace._config.renewed()
        notes = [message.text for message in reader.thread if message.role == "notice"]
        assert notes == [
            "The model is now other.",
            f"The model is now {reader.agent.model.label}, as its template is not there any more.",
        ]

    run(scenario)


@pytest.mark.parametrize("path", [".dispatch/agents/writer.toml", "dispatch.yaml"])
def test_an_agent_does_not_write_its_own_limits(run, project, path):
    put(project / ".dispatch" / "agents" / "writer.toml", 'permissions = ["read", "write"]\n')

    async def scenario(desk: Desk) -> None:
        desk.model.script = [write(path, "permissions = []"), Reply("Done.")]
        writer = await desk.begin("One", template="writer")
        await until(lambda: writer.agent.waiting_on == "request")
        asked = writer.session.state().requests[0].reaches[0]
        assert asked.path == str(project / path) and "what agents may do" in asked.caution
        assert writer.agent.limits.operations == ["read", "write"]

    run(scenario)


def test_a_skill_loaded_by_hand_while_the_files_are_read_stays(run, project):
    put(project / ".skills" / "project" / "ours.md", "Our way.")

    async def scenario(desk: Desk) -> None:
        desk.model.script = [Reply("Hi."), Reply("Again.")]
        await desk.ask("One")
        skills = desk.workspace.settings._skills
        reading, go_on, fresh = asyncio.Event(), asyncio.Event(), skills.fresh

        async def slowly():
            told = await fresh()
            if asyncio.current_task().get_name().startswith("dispatch-agent"):
                reading.set()
                await go_on.wait()
            return told

        skills.fresh = slowly
        await desk.say("Two")
        await reading.wait()
        await desk.workspace.settings.activate(desk.agent.id, ActivateSkill(name="ours"))
        go_on.set()
        await desk.rest()
        assert ("project:ours", "person") in [(skill.name, skill.why) for skill in desk.agent.skills]
        assert "Our way." in str(desk.model.requests[-1].body)

    run(scenario)


def test_a_model_that_is_chosen_changes_nothing_else_of_an_agent_that_works(run):
    async def scenario(desk: Desk) -> None:
        desk.model.script = [Reply("Hi.")]
        await desk.ask("One")
        models = desk.workspace.models
        first = models.first

        async def slowly(wants):
            found = await first(wants)
            agent = desk.agent
            desk.session.put(agent.model_copy(update={"note": "as it is now"}))
            return found

        models.first = slowly
        await desk.workspace.settings.switch_model(desk.agent.id, SwitchModel(model="openai/other"))
        assert desk.agent.note == "as it is now" and desk.agent.model.id == "openai/other"

    run(scenario)


def test_who_waited_goes_on_with_the_settings_of_then(run, project):
    file = project / ".dispatch" / "agents" / "writer.toml"
    put(file, 'prompt = "The old way."\n')

    async def scenario(desk: Desk) -> None:
        desk.model.script = [Fault.quota(), write("made", "x"), Reply("Done.")]
        writer = await desk.begin("One", template="writer")
        await until(lambda: writer.agent.status == "waiting_for_key")
        file.write_text('prompt = "The new way."\npermissions = ["read"]\n')
        await desk.workspace._config.renewed()
        await desk.workspace._benches.ring.forgive()
        await until(lambda: writer.agent.status == "idle")
        assert "The new way." in str(desk.model.requests[1].body) and "The old" not in str(desk.model.requests[1].body)
        assert writer.agent.limits.operations == ["read"]
        assert writer.calls[0].error.code == "unknown_tool" and not (project / "made").exists()

    run(scenario)


def test_what_was_counted_holds_for_the_same_tools_only() -> None:
    tools = standard_tools()
    few, all_of_them = Toolbox(tools[:1]), Toolbox(tools)
    messages = [{"role": "user", "content": "Hi"}]

    def defined(toolbox: Toolbox) -> Definition:
        return Definition(toolbox, "Be good.", (), Limits(root="/"), [])

    sizes = Sizes()
    sizes.counted(ModelRequest("a/b", "Be good.", messages, few.schemas), 100)
    assert sizes.of(defined(few), messages).known_tokens == 100
    other = sizes.of(defined(all_of_them), messages)
    assert other.known_tokens == 0 and other.bytes > 1000


def test_a_model_that_no_key_can_call_is_not_taken_for_the_demo(run, project, monkeypatch):
    monkeypatch.delenv("DISPATCH_MODEL")
    (project / "dispatch.yaml").write_text("model: mistral/small\nmodels:\n- id: mistral/small\n  tags: [light]\n")

    async def scenario(desk: Desk) -> None:
        readiness = (await desk.workspace.status()).readiness
        assert (readiness.model.id, readiness.model.demo, readiness.ready) == ("mistral/small", False, False)
        assert "MISTRAL_API_KEY" in readiness.problems[-1].message
        agent = (await desk.begin("Hello?")).agent
        assert agent.model.id == "mistral/small"

    run(scenario)
