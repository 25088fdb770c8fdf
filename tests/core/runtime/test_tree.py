"""Agents that summon others: what they get back, and what becomes of them."""

import asyncio
import time

import pytest

from desk import Desk, until
from dispatch_jupyter.core.protocol.commands import AnswerQuestion
from dispatch_jupyter.core.protocol.errors import Conflict, Ended
from dispatch_jupyter.core.protocol.ids import handle_of, new_id
from dispatch_jupyter.core.protocol.records import Agent, Job, Request
from dispatch_jupyter.core.runtime.mail import MAX_WAKES
from model_server import Call, Hang, Reply
from model_server.cast import DONE, Cast, result_in, summon
from tree_world import LEAD, OK

pytestmark = pytest.mark.slow


def agents(desk: Desk, name: str) -> list[Agent]:
    return [agent for agent in desk.session.tables.agents() if agent.name == name]


def thread(desk: Desk, agent: Agent) -> list[tuple[str, str]]:
    return [(message.role, message.text) for message in desk.session.tables.thread(agent.id)]


async def begin(desk: Desk, cast: Cast, text: str = "Go") -> Agent:
    desk.model.script = cast
    await desk.say(text)
    return desk.agent


async def at_rest(desk: Desk) -> Agent:
    await until(lambda: all(one.status not in ("running", "waiting") for one in desk.session.tables.agents()))
    return desk.agent


def test_a_child_works_and_its_parent_gets_what_it_said(run):
    async def scenario(desk: Desk) -> None:
        cast = Cast(
            root=[Reply("I ask.", calls=[summon("researcher", "Look at README.md", context="It is short.")]), DONE],
            researcher=[Reply("It is about titles.")],
        )
        await begin(desk, cast)
        root = await at_rest(desk)
        (child,) = agents(desk, "researcher")
        assert (root.status, child.status, child.result) == ("idle", "done", "It is about titles.")
        assert child.parent_id == root.id and child.ended_at and child.told
        (call,) = desk.calls
        assert call.output.startswith(f"agent_id: {child.id}\n") and "It is about titles." in call.output
        assert call.child_id == child.id
        (asked,) = cast.sent("researcher")
        assert "Look at README.md" in asked.user_text and "It is short." in asked.user_text
        # once: not as a message as well
        assert [message.purpose for message in desk.thread if message.from_agent] == []

    run(scenario)


def test_children_of_one_step_run_side_by_side(run):
    async def scenario(desk: Desk) -> None:
        cast = Cast(
            root=[Reply(calls=[summon("researcher"), summon("researcher"), summon("writer")]), DONE],
            researcher=[Reply("Found.", first=1.5)],
            writer=[Reply("Written.", first=1.5)],
        )
        await begin(desk, cast)
        await until(lambda: len(desk.session.tables.agents()) == 4)
        await until(lambda: len(desk.agent.waits_for) == 3)
        assert (desk.agent.status, desk.agent.waiting_on) == ("waiting", "children")
        await at_rest(desk)
        assert desk.model.busiest >= 3
        assert [call.status for call in desk.calls] == ["completed"] * 3

    run(scenario)


def test_several_with_the_same_brief_run_side_by_side_but_not_again_and_again(run):
    async def scenario(desk: Desk) -> None:
        five = Reply(calls=[summon("reviewer")] * 5)
        await begin(desk, Cast(root=[five, five, five, DONE], reviewer=[Reply("Good.")]))
        await at_rest(desk)
        assert [call.status for call in desk.calls] == ["completed"] * 10 + ["failed"] * 5
        assert {call.error.code for call in desk.calls[10:]} == {"repeated_call"}

    run(scenario)


def test_of_a_detached_agent_that_fails_its_parent_hears_and_its_result_still_comes(run):
    async def scenario(desk: Desk) -> None:
        cast = Cast(
            root=[Reply(calls=[summon("planner", detached=True)]), Reply("Begun."), Reply("I see."), Reply("Thanks.")],
            planner=[Reply(""), Reply(calls=[Call("report", {"result": "The plan."})])],
        )
        await begin(desk, cast)
        await until(lambda: "I see." in desk.texts() and desk.agent.status == "idle")
        (planner,) = agents(desk, "planner")
        (told,) = [message for message in desk.thread if message.from_agent == planner.id]
        assert (planner.status, told.purpose) == ("error", "message") and planner.error.message in told.text
        await desk.workspace.resume(planner.id)
        await until(lambda: "Thanks." in desk.texts() and desk.agent.status == "idle")
        (_, result) = [message for message in desk.thread if message.from_agent == planner.id]
        assert result.purpose == "result" and "The plan." in result.text

    run(scenario)


def test_of_a_detached_agent_that_was_stopped_nobody_is_told(run):
    async def scenario(desk: Desk) -> None:
        cast = Cast(root=[Reply(calls=[summon("planner", detached=True)]), DONE], planner=[Hang()])
        await begin(desk, cast)
        await until(lambda: cast.sent("planner") and desk.agent.status == "idle")
        (planner,) = agents(desk, "planner")
        await desk.workspace.interrupt(planner.id)
        await until(lambda: agents(desk, "planner")[0].status == "error")
        assert not [message for message in desk.thread if message.from_agent == planner.id]

    run(scenario)


def test_the_result_of_a_background_child_comes_as_a_message_and_wakes(run):
    async def scenario(desk: Desk) -> None:
        cast = Cast(
            root=[Reply(calls=[summon("researcher", background=True)]), Reply("I go on."), Reply("Thanks.")],
            researcher=[Reply("Found.", first=0.3)],
        )
        await begin(desk, cast)
        await until(lambda: "I go on." in desk.texts() and desk.agent.status == "idle")
        await until(lambda: "Thanks." in desk.texts() and desk.agent.status == "idle")
        assert len(cast.sent("root")) == 3  # it is not woken before it can read the result
        (result,) = [message for message in desk.thread if message.purpose == "result"]
        assert result.from_agent == agents(desk, "researcher")[0].id and "Found." in result.text
        sent = cast.sent("root")[-1].user_text
        assert "Found." in sent and "not a person's word" in sent

    run(scenario)


def test_a_failed_child_gives_back_why_and_what_it_had_done(run):
    async def scenario(desk: Desk) -> None:
        write = Call("write_file", {"path": "notes.md", "content": "x"})
        cast = Cast(
            root=[Reply(calls=[summon("writer")]), DONE],
            writer=[Reply("I begin with the notes.", calls=[write]), Reply(stop="refusal")],
        )
        await begin(desk, cast)
        await at_rest(desk)
        (child,) = agents(desk, "writer")
        output = desk.calls[0].output
        assert child.status == "error" and child.ended_at
        assert "failed: The provider refused" in output and "I begin with the notes." in output
        assert "Files it changed: notes.md" in output

    run(scenario)


def test_a_message_of_a_person_ends_the_wait_and_not_the_child(run):
    async def scenario(desk: Desk) -> None:
        cast = Cast(
            root=[Reply(calls=[summon("researcher")]), Reply("I read you."), Reply("Thanks.")],
            researcher=[Reply("Found.", first=1.0)],
        )
        await begin(desk, cast)
        await until(lambda: desk.agent.status == "waiting")
        await desk.say("Focus on OAuth")
        await until(lambda: "I read you." in desk.texts())
        assert "still at work" in desk.calls[0].output and "a person has written" in desk.calls[0].output
        assert "Focus on OAuth" in cast.sent("root")[1].user_text
        await until(lambda: "Thanks." in desk.texts())
        assert len([message for message in desk.thread if message.purpose == "result"]) == 1

    run(scenario)


def test_retrieve_waits_and_the_result_comes_once(run):
    async def scenario(desk: Desk) -> None:
        def retrieve(request) -> Reply:
            handle = result_in(request).split("agent_id: ")[1].split()[0].rpartition("-")[2][:4]
            return Reply(calls=[Call("retrieve", {"id": handle})])

        cast = Cast(
            root=[Reply(calls=[summon("researcher", background=True)]), retrieve, DONE],
            researcher=[Reply("Found.", first=0.3)],
        )
        await begin(desk, cast)
        await at_rest(desk)
        assert "Found." in desk.calls[1].output
        assert [message for message in desk.thread if message.purpose == "result"] == []
        assert desk.texts()[-1] == "All done." and len(cast.sent("root")) == 3

    run(scenario)


def test_stopping_a_parent_stops_its_children_and_nobody_is_woken(run):
    async def scenario(desk: Desk) -> None:
        cast = Cast(
            root=[
                Reply(
                    calls=[summon("researcher"), summon("researcher", background=True), summon("writer", detached=True)]
                )
            ],
            researcher=[Hang()],
            writer=[Reply("What do you want?")],
        )
        await begin(desk, cast)
        await until(lambda: len(desk.model.requests) == 4 and agents(desk, "writer")[0].status == "idle")
        began = time.monotonic()
        await desk.workspace.interrupt(desk.agent.id)
        assert time.monotonic() - began < 15
        root = await at_rest(desk)
        assert root.error.code == "cancelled"
        assert [child.error.code for child in agents(desk, "researcher")] == ["cancelled", "cancelled"]
        assert agents(desk, "writer")[0].status == "idle" and not agents(desk, "writer")[0].ended_at
        await asyncio.sleep(0.1)
        assert desk.agent.status == "error"  # stopped stays stopped

    run(scenario)


def test_a_detached_agent_asks_reports_and_is_closed(run):
    async def scenario(desk: Desk) -> None:
        cast = Cast(
            root=[
                Reply(calls=[summon("planner", detached=True)]),
                Reply("Ask me."),
                Reply("Here is more."),
                Reply("A plan!"),
            ],
            planner=[
                Reply(
                    calls=[Call("ask_user", {"question": "OAuth, JWT, or both?", "options": ["OAuth", "JWT", "Both"]})]
                ),
                Reply(calls=[Call("report", {"result": "Plan: OAuth."})]),
            ],
        )
        await begin(desk, cast)
        await until(lambda: any(one.status == "waiting" for one in agents(desk, "planner")))
        (planner,) = agents(desk, "planner")
        assert planner.waiting_on == "user"
        (asked,) = desk.session.tables.every(Request)
        assert (asked.kind, asked.options) == ("question", ["OAuth", "JWT", "Both"])
        await desk.ask("Meanwhile")
        assert desk.texts()[-1] == "Here is more."
        await desk.workspace.permissions.reply(asked.id, AnswerQuestion(answer="OAuth"), "me")
        with pytest.raises(Conflict):
            await desk.workspace.permissions.reply(asked.id, AnswerQuestion(answer="JWT"), "you")
        await until(lambda: "A plan!" in desk.texts())
        (planner,) = agents(desk, "planner")
        assert (planner.status, planner.result) == ("done", "Plan: OAuth.")
        assert "The person answers: OAuth" in result_in(cast.sent("planner")[1])
        with pytest.raises(Ended):
            await desk.workspace.queue(planner.id, "One more thing", "me")

    run(scenario)


def test_a_message_instead_of_an_answer_answers(run):
    async def scenario(desk: Desk) -> None:
        cast = Cast(root=[Reply(calls=[Call("ask_user", {"question": "Which?"})]), DONE])
        await begin(desk, cast)
        await until(lambda: desk.agent.waiting_on == "user")
        await desk.say("Neither: use sessions")
        await at_rest(desk)
        (asked,) = desk.session.tables.every(Request)
        assert (asked.status, asked.answer) == ("answered", None)
        assert "Neither: use sessions" in cast.sent("root")[1].user_text

    run(scenario)


def test_a_child_whose_own_children_work_on_is_not_done_before_them(run):
    async def scenario(desk: Desk) -> None:
        (desk.project / "dispatch.yaml").write_text(
            "agents:\n  - name: lead\n    is_subagent: true\n    permissions: [read, summon]\n"
        )
        cast = Cast(
            root=[Reply(calls=[summon("lead")]), DONE],
            lead=[Reply(calls=[summon("researcher", background=True)]), Reply("I wait."), Reply("Joined.")],
            researcher=[Reply("Found.", first=0.4)],
        )
        await begin(desk, cast)
        await until(lambda: any(one.status == "waiting" for one in agents(desk, "lead")))
        await until(lambda: "I wait." in [text for _, text in thread(desk, agents(desk, "lead")[0])])
        await until(lambda: agents(desk, "lead")[0].status == "waiting")
        assert agents(desk, "lead")[0].waits_for == [agents(desk, "researcher")[0].id]
        await at_rest(desk)
        assert (agents(desk, "lead")[0].status, agents(desk, "lead")[0].result) == ("done", "Joined.")
        assert "Joined." in desk.calls[0].output

    run(scenario)


def test_agents_write_to_each_other_and_do_not_keep_each_other_awake(run):
    async def scenario(desk: Desk) -> None:
        def thanks(request) -> Reply:
            return Reply(calls=[Call("send_to_tab", {"tab_id": handle_of(desk.agent.id), "message": "Thank you!"})])

        def no_you(request) -> Reply:
            return Reply(
                calls=[
                    Call("send_to_agent", {"agent": handle_of(agents(desk, "planner")[0].id), "message": "No, you!"})
                ]
            )

        cast = Cast(
            root=[Reply(calls=[summon("planner", detached=True)]), Reply("Begun."), *[no_you, Reply("Said.")] * 30],
            planner=[thanks, Reply("Said."), *[thanks, Reply("Said.")] * 30],
        )
        await begin(desk, cast)
        await until(lambda: "HELD" in str(cast.heard) or len(cast.heard) > 60 or _quiet(desk))
        await at_rest(desk)
        woken = [message for message in desk.session.tables.messages() if message.woke]
        assert 0 < len(woken) <= 6
        held = [call for call in desk.session.tables.every(type(desk.calls[0])) if call.output.startswith("Held")]
        assert len(held) >= 1

    def _quiet(desk: Desk) -> bool:
        return len([message for message in desk.session.tables.messages() if message.woke]) >= 6

    run(scenario)


def test_a_crash_of_one_hangs_nobody(run):
    async def scenario(desk: Desk) -> None:
        cast = Cast(
            root=[Reply(calls=[summon("researcher"), summon("writer")]), DONE],
            researcher=[DONE],
            writer=[Reply("Written.")],
        )
        desk.model.script = cast
        made = desk.workspace._definitions.of

        def broken(agent, *more):
            if agent.name == "researcher" and desk.session:
                raise RuntimeError("a defect")
            return made(agent, *more)

        desk.workspace._definitions.of = broken
        await desk.say("Go")
        await at_rest(desk)
        (child,) = agents(desk, "researcher")
        assert child.error.code == "internal" and child.ended_at
        assert [call.status for call in desk.calls] == ["completed", "completed"]
        assert "failed" in desk.calls[0].output and "Written." in desk.calls[1].output

    run(scenario)


def test_one_that_is_stopped_before_it_began_is_at_its_end(run):
    async def scenario(desk: Desk) -> None:
        await begin(desk, Cast(root=[Reply(calls=[summon("researcher")], first=0.2)], researcher=[Hang()]))
        saved = desk.session.saved

        async def slowly() -> None:
            if agents(desk, "researcher"):
                await asyncio.sleep(0.2)
            await saved()

        desk.session.saved = slowly
        await until(lambda: agents(desk, "researcher"))
        assert agents(desk, "researcher")[0].status == "running"
        await desk.workspace.interrupt(desk.agent.id)
        (child,) = agents(desk, "researcher")
        assert child.error.code == "cancelled" and child.ended_at
        assert len(desk.model.requests) == 1

    run(scenario)


def test_a_background_job_ends_with_its_agent(run):
    async def scenario(desk: Desk) -> None:
        start = Call("run_shell", {"command": "sleep 60", "background": True})
        cast = Cast(root=[Reply(calls=[summon("writer")]), DONE], writer=[Reply(calls=[start]), Reply("Started.")])
        await begin(desk, cast)
        await until(lambda: desk.texts() and desk.texts()[-1] == "All done.")
        await until(lambda: all(job.status == "stopped" for job in desk.session.tables.every(Job)))
        (job,) = desk.session.tables.every(Job)
        assert job.why == "ended with its agent"

    run(scenario)


def test_retrieve_waits_for_the_end_of_a_job(run):
    async def scenario(desk: Desk) -> None:
        start = Call("run_shell", {"command": "for n in 1 2 3; do sleep 0.7; echo $n; done", "background": True})

        def retrieve(_) -> Reply:
            return Reply(calls=[Call("retrieve", {"id": desk.session.tables.every(Job)[0].id})])

        await begin(desk, Cast(root=[Reply(calls=[start]), retrieve, DONE]))
        await until(lambda: desk.texts() and desk.texts()[-1] == "All done.")
        assert "3" in desk.calls[1].output and "exit 0" in desk.calls[1].output

    run(scenario)


def test_agents_of_the_persons_own_are_nobodys_children(run):
    async def scenario(desk: Desk) -> None:
        await begin(desk, Cast(root=[Reply(calls=[summon("dispatch")]), DONE]))
        await at_rest(desk)
        assert desk.calls[0].status == "failed" and "not a subagent" in desk.calls[0].output
        assert len(desk.session.tables.agents()) == 1

    run(scenario)


def test_what_was_held_for_one_that_waits_for_its_children_is_read_once_a_person_has_spoken(run, project):
    (project / "dispatch.yaml").write_text(LEAD)

    async def scenario(desk: Desk) -> None:
        cast = Cast(
            root=[Reply(calls=[summon("lead", background=True)]), OK],
            lead=[Reply(calls=[summon("researcher", background=True)]), Reply("I wait."), Reply("I have read it.")],
            researcher=[Hang()],
        )
        await begin(desk, cast)
        await until(lambda: agents(desk, "researcher") and agents(desk, "lead")[0].status == "waiting")
        await until(lambda: desk.workspace.at_work == 1)
        (lead,), mail = agents(desk, "lead"), desk.workspace._runners.mail
        for one in [one for one in desk.thread if one.role == "assistant"] * MAX_WAKES:
            woke = {"id": new_id(), "role": "user", "status": "delivered", "from_agent": lead.id, "woke": True}
            desk.session.put(one.model_copy(update=woke))
        assert await mail.between(desk.session, desk.agent, lead.id, "Look here") == "held"
        await desk.say("Go on")
        await until(lambda: any("Look here" in request.user_text for request in cast.sent("lead")), 5)
        await desk.workspace.interrupt(desk.agent.id)

    run(scenario)
