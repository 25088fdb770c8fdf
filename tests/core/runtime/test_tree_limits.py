"""What an agent may not: too deep, too many, too dear, outside, unknown, to itself, to the ended."""

import re

import pytest

from desk import Desk, until
from dispatch_jupyter.core.protocol.commands import SendMessage
from dispatch_jupyter.core.protocol.errors import Ended
from dispatch_jupyter.core.protocol.ids import handle_of
from dispatch_jupyter.core.protocol.records import Agent, ToolCall
from model_server import Call, Reply
from model_server.cast import DONE, Cast, summon
from model_server.script import Received, Usage
from tree_world import OK, Gate, agents, calls_of, check_tree, quiet, thread

pytestmark = pytest.mark.slow
NESTED = """\
limits: {max_depth: 2}
agents:
  - {name: lead, is_subagent: true, permissions: [read, summon]}
"""
TEN = [summon("researcher", f"Part {n}") for n in range(10)]


def settle(project, text: str) -> None:
    (project / "dispatch.yaml").write_text(text)


def own_settings(tmp_path, model, monkeypatch) -> None:
    """The person's own: prices are theirs to say."""
    for name in ("DISPATCH_MODEL", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("A_KEY", "secret")
    path = tmp_path / "config" / "dispatch" / "dispatch.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(
        f"keys: [{{id: work, provider: openai, env: A_KEY, api_base: '{model.base('openai')}'}}]\n"
        "models: [{id: openai/scripted, tags: [heavy], price: {input: 0, output: 100}, max_output: 3000}]\n"
        "model: heavy\nlimits: {max_tree_usd: 1.0}\n"
    )


async def play(desk: Desk, cast: Cast) -> list[ToolCall]:
    """The root's calls once all is quiet."""
    desk.model.script = cast
    await desk.say("Go")
    await quiet(desk.workspace, desk.session)
    check_tree(desk.workspace, desk.session)
    return desk.calls


async def one_call(desk: Desk, call: Call, **lines) -> ToolCall:
    return (await play(desk, Cast(root=[Reply(calls=[call]), DONE], **lines)))[0]


def test_agents_are_nested_so_deep_and_no_deeper(run, project):
    settle(project, NESTED)

    async def scenario(desk: Desk) -> None:
        await play(desk, Cast(root=[Reply(calls=[summon("lead")]), DONE], lead=[Reply(calls=[summon("lead")]), DONE]))
        first, second = agents(desk, "lead")
        assert (first.status, second.status, second.parent_id) == ("done", "done", first.id)
        (refused,) = calls_of(desk.session, second)
        assert refused.error.code == "too_many_agents" and "nested 2 deep" in refused.output

    run(scenario)


def test_no_more_work_at_a_time_however_many_are_asked_for_at_once(run, project):
    settle(project, "limits: {max_live_agents: 4}\n")

    async def scenario(desk: Desk) -> None:
        gate = Gate(OK)
        desk.model.script = Cast(
            root=[Reply(calls=[summon("researcher", f"Part {n}") for n in range(10)]), DONE], researcher=[gate]
        )
        await desk.say("Go")
        await until(lambda: sum(call.status == "failed" for call in desk.calls) == 7)
        assert len(desk.session.tables.agents()) == 4
        gate.open()
        await quiet(desk.workspace, desk.session)
        assert [call.error.code for call in desk.calls if call.error] == ["too_many_agents"] * 7
        assert "4 agents are at work" in next(call.output for call in desk.calls if call.error)
        check_tree(desk.workspace, desk.session)

    run(scenario)


def test_so_many_are_summoned_until_a_person_speaks_again(run, project):
    settle(project, "limits: {max_summoned: 2}\n")

    async def scenario(desk: Desk) -> None:
        one = Reply(calls=[summon("researcher", background=True)])
        cast = Cast(root=[one, one, one, DONE, *[DONE] * 3], researcher=[OK])
        calls = await play(desk, cast)
        assert [call.error and call.error.code for call in calls] == [None, None, "too_many_agents"]
        desk.model.script = Cast(root=[one, DONE], researcher=[OK])
        await desk.say("More")
        await quiet(desk.workspace, desk.session)
        assert desk.calls[-1].status == "completed" and len(desk.calls) == 4

    run(scenario)


def test_what_all_spend_together_is_never_too_much(run, tmp_path, model, monkeypatch):
    """Ten calls of which each may cost 0.30 are begun at once: three fit into 1.00."""
    own_settings(tmp_path, model, monkeypatch)

    async def scenario(desk: Desk) -> None:
        gate = Gate(Reply("Dear.", usage=Usage(input=10, output=3000)))
        free = Usage(input=10, output=0)
        cast = Cast(root=[Reply(calls=TEN, usage=free), Reply("Over.", usage=free)], researcher=[gate])
        desk.model.script = cast
        await desk.say("Go")
        await until(lambda: len([one for one in agents(desk, "researcher") if one.ended_at]) == 7)
        assert gate.asked == 3
        gate.open()
        await quiet(desk.workspace, desk.session)
        spent = sum(agent.usage.cost_usd for agent in desk.session.tables.agents())
        assert 0.85 < spent <= 1.0
        failed = [one for one in agents(desk, "researcher") if one.error]
        assert {one.error.code for one in failed} == {"tree_budget"} and len(failed) == 7
        assert "max_tree_usd" in failed[0].error.hint and "press Try again" in failed[0].error.hint
        assert "of the $1.00 they may" in failed[0].error.message
        check_tree(desk.workspace, desk.session)

    run(scenario)


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"agent": "nobody"}, ["no agent `nobody`", "`researcher`"]),
        ({"skills": ["nothing-such"]}, ["nothing-such"]),
        ({"tools": ["teleport"]}, ["no tool or group `teleport`", "read_file"]),
        ({"permissions": ["fly"]}, ["`fly` is none", "read, write, execute, summon, user_agent"]),
        ({"working_directory": "../elsewhere"}, ["is not inside yours", "inside it"]),
        ({"working_directory": "/etc"}, ["is not inside yours"]),
        ({"working_directory": "link"}, ["is not inside yours"]),
        ({"working_directory": "missing"}, ["there is no folder missing"]),
        ({"top_level": True}, ["is a subagent"]),
        ({"agent": "dispatch", "top_level": True, "background": True}, ["neither `background` nor `detached`"]),
        ({"task": ""}, ["task"]),
        ({"nonsense": 1}, ["nonsense"]),
    ],
)
def test_a_wish_that_cannot_be_met_says_why_and_starts_nobody(run, project, wish, said):
    (project / "link").symlink_to("/etc")

    async def scenario(desk: Desk) -> None:
        call = await one_call(desk, Call("summon", {"agent": "researcher", "task": "Do it.", **wish}))
        assert call.status == "failed", call.output
        assert all(word in call.output for word in said), call.output
        assert len(desk.session.tables.agents()) == 1

    run(scenario)


def test_a_model_that_is_not_there_is_named_with_those_that_are(run, tmp_path, model, monkeypatch):
    own_settings(tmp_path, model, monkeypatch)

    async def scenario(desk: Desk) -> None:
        call = await one_call(desk, summon("researcher", model="feather"))
        assert call.status == "failed" and "`feather`" in call.output and "`heavy`" in call.output, call.output
        assert len(desk.session.tables.agents()) == 1
        desk.session = None
        call = await one_call(desk, summon("researcher", model="heavy"), researcher=[OK])
        (child,) = agents(desk, "researcher")
        assert call.status == "completed" and child.model_pinned and child.model.id == "openai/scripted"

    run(scenario)


def test_a_folder_inside_is_where_it_works_and_its_children_too(run, project):
    settle(project, NESTED)
    (project / "part" / "inner").mkdir(parents=True)

    async def scenario(desk: Desk) -> None:
        inner = summon("researcher", working_directory="inner")
        outside = summon("researcher", working_directory=str(project))
        cast = Cast(
            root=[Reply(calls=[summon("lead", working_directory="part")]), DONE],
            lead=[Reply(calls=[inner, outside]), DONE],
            researcher=[OK],
        )
        await play(desk, cast)
        (lead,), (researcher,) = agents(desk, "lead"), agents(desk, "researcher")
        assert (lead.limits.root, researcher.limits.root) == (str(project / "part"), str(project / "part" / "inner"))
        assert "is not inside yours" in calls_of(desk.session, lead)[1].output

    run(scenario)


def in_turn(desk: Desk, *calls) -> list:
    """A step for each call; those given as functions are made when it is their turn."""
    return [lambda request, call=call: Reply(calls=[call() if callable(call) else call]) for call in calls] + [DONE]


def test_agents_that_are_not_there_ended_or_oneself(run):
    async def scenario(desk: Desk) -> None:
        def first() -> Agent:
            return agents(desk, "researcher")[0]

        calls = await play(
            desk,
            Cast(
                root=in_turn(
                    desk,
                    summon("researcher"),
                    Call("send_to_agent", {"agent": "zzzz", "message": "Hello"}),
                    lambda: Call("send_to_agent", {"agent": handle_of(first().id)[:3], "message": "Hello"}),
                    lambda: Call("send_to_agent", {"agent": handle_of(desk.agent.id), "message": "Hello"}),
                    lambda: Call("send_to_agent", {"agent": handle_of(first().id), "message": "Hello"}),
                    lambda: Call("read_agent", {"agent": first().id.rpartition("-")[2][:6]}),
                    lambda: Call("retrieve", {"id": handle_of(desk.agent.id)}),
                    lambda: Call("retrieve", {"id": first().id}),
                ),
                researcher=[Reply("Found it.")],
            ),
        )
        unknown, short, own, ended, read, not_below, again = (call.output for call in calls[1:])
        handle = f"{handle_of(first().id)} (researcher)"
        assert handle in unknown and "There are" in unknown
        assert "at least 4 digits" in short and handle in short
        assert own.startswith("Error") and handle in own
        assert "has ended" in ended and "read_agent" in ended
        assert "Found it." in read and "done" in read
        assert not_below.startswith("Error") and "child agents" in not_below
        assert "Found it." in again

    run(scenario)


def test_a_handle_that_could_be_several_lists_them(run, monkeypatch):
    """Handles are unique; beginnings of ids written by hand, or by another version, might not be."""
    from dispatch_jupyter.core.runtime import births

    numbers = iter(range(10))
    monkeypatch.setattr(births, "new_agent_id", lambda session_id, taken: f"{session_id}-abcd000{next(numbers)}")

    async def scenario(desk: Desk) -> None:
        look = Call("read_agent", {"agent": "abcd"})
        both = [summon("researcher", "A"), summon("researcher", "B")]
        desk.model.script = Cast(root=[Reply(calls=both), Reply(calls=[look]), DONE], researcher=[OK])
        await desk.say("Go")
        await quiet(desk.workspace, desk.session)
        said = desk.calls[-1].output
        assert "could be several" in said and "abcd0000" in said and "abcd0001" in said

    run(scenario)


def schema(request: Received) -> tuple[set[str], str]:
    """What a model is told of `summon`: its arguments and the description."""
    tools = [tool["function"] for tool in request.body["tools"]]
    (told,) = [tool for tool in tools if tool["name"] == "summon"]
    return set(told["parameters"]["properties"]), told["description"]


@pytest.mark.parametrize(
    ("permissions", "has", "has_not", "listed"),
    [
        ("summon", {"background", "detached"}, {"top_level"}, {"researcher": True, "dispatch": False}),
        (
            "user_agent",
            {"working_directory"},
            {"background", "detached", "top_level"},
            {"researcher": False, "dispatch": True},
        ),
        ("summon, user_agent", {"background", "top_level"}, set(), {"researcher": True, "dispatch": True}),
    ],
)
def test_what_may_be_started_is_what_the_model_is_told(run, project, permissions, has, has_not, listed):
    settle(project, f"agents:\n  - {{name: dispatch, permissions: [read, {permissions}]}}\n")

    async def scenario(desk: Desk) -> None:
        desk.model.script = cast = Cast(root=[DONE])
        await desk.ask("Go")
        arguments, description = schema(cast.sent("root")[0])
        assert has <= arguments and not has_not & arguments
        assert {name: f"`{name}`" in description for name in listed} == listed

    run(scenario)


def test_one_that_may_start_nobody_has_no_such_tools(run, project):
    settle(project, "agents:\n  - {name: dispatch, permissions: [read]}\n")

    async def scenario(desk: Desk) -> None:
        desk.model.script = cast = Cast(root=[Reply(calls=[summon("researcher")]), DONE])
        await desk.ask("Go")
        assert not {"summon", "retrieve", "agent_status"} & {*cast.sent("root")[0].tool_names}
        assert desk.calls[0].status == "failed" and len(desk.session.tables.agents()) == 1

    run(scenario)


@pytest.mark.parametrize("kind", ["user_agent", "summon, user_agent"])
def test_one_of_the_persons_own_lives_on_and_may_no_more_than_its_summoner(run, project, kind):
    settle(
        project,
        f"agents:\n  - {{name: dispatch, permissions: [read, {kind}]}}\n"
        "  - {name: helper, permissions: [read, write, execute, summon, user_agent]}\n",
    )

    async def scenario(desk: Desk) -> None:
        gate = Gate(Reply("Hello."))
        own = {"top_level": True} if "," in kind else {}
        desk.model.script = cast = Cast(
            root=[Reply(calls=[summon("helper", **own)]), Reply("On I go.", first=5)], helper=[gate]
        )
        await desk.say("Go")
        await until(lambda: gate.asked and len(cast.sent("root")) == 2)
        await desk.workspace.interrupt(desk.agent.id)
        (helper,) = agents(desk, "helper")
        assert helper.parent_id is None and helper.summoned_by == desk.agent.id and helper.status == "running"
        assert {*helper.limits.operations} == {"read"} and {*helper.limits.summons} <= {"summon", "user_agent"}
        gate.open()
        await until(lambda: agents(desk, "helper")[0].status == "idle")
        assert [one for one in thread(desk, desk.agent) if one.from_agent] == []
        assert "run_shell" not in cast.sent("helper")[0].tool_names
        desk.model.script = cast = Cast(root=[DONE], helper=[DONE])
        await desk.workspace.queue(helper.id, "And?", "me")
        await until(lambda: cast.sent("helper"))
        await quiet(desk.workspace, desk.session)
        # its template allows more, and has been read anew: it stays with what its summoner could give
        assert not {"write_file", "run_shell"} & {*cast.sent("helper")[0].tool_names}
        check_tree(desk.workspace, desk.session)

    run(scenario)


def test_the_catalogue_says_where_each_is_written(run, project):
    settle(project, "agents:\n  - {name: mapper, is_subagent: true, description: Draws maps.}\n")

    async def scenario(desk: Desk) -> None:
        desk.model.script = cast = Cast(root=[DONE])
        await desk.ask("Go")
        _, description = schema(cast.sent("root")[0])
        assert re.search(r"`mapper`: Draws maps\. \(\S*dispatch\.yaml\)", description), description

    run(scenario)


def test_an_agent_that_has_ended_keeps_its_model_whichever_way_another_is_asked_for(run):
    async def scenario(desk: Desk) -> None:
        await play(desk, Cast(root=[Reply(calls=[summon("researcher")]), DONE], researcher=[OK]))
        (child,) = agents(desk, "researcher")
        with pytest.raises(Ended):
            await desk.workspace.send(SendMessage(text="Hi", agent_id=child.id, model="openai/other"), "tester")
        assert desk.session.tables.agent(child.id).model == child.model

    run(scenario)
