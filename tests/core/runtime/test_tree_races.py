"""Agents of a tree, and people, at the same moment."""

import asyncio

import pytest

from desk import Desk, until
from dispatch_jupyter.core.protocol.commands import AnswerQuestion
from dispatch_jupyter.core.protocol.errors import Conflict, Ended, StoreFull, ToolError
from dispatch_jupyter.core.protocol.ids import handle_of
from dispatch_jupyter.core.protocol.records import Request
from dispatch_jupyter.core.tools.family import Wish
from model_server import Call, Hang, Reply
from model_server.cast import DONE, Cast, result_in, summon
from tree_world import LEAD, OK, Gate, agents, calls_of, check_tree, quiet, results_for, thread

pytestmark = pytest.mark.slow


async def begin(desk: Desk, cast: Cast) -> None:
    desk.model.script = cast
    await desk.say("Go")


def test_a_stop_wakes_nobody_who_rests_above_those_it_stops(run, project):
    (project / "dispatch.yaml").write_text(LEAD)

    async def scenario(desk: Desk) -> None:
        cast = Cast(
            root=[Reply(calls=[summon("lead", background=True)]), Reply("I rest.")],
            lead=[Reply(calls=[summon("researcher", background=True)]), Reply("I wait."), Reply("Woken.")],
            researcher=[Hang()],
        )
        await begin(desk, cast)
        await until(lambda: desk.agent.status == "idle" and cast.sent("researcher"))
        await until(lambda: agents(desk, "lead")[0].status == "waiting" and len(cast.sent("lead")) == 2)
        await quiet_but_for(desk, 1)
        await desk.workspace.interrupt(desk.agent.id)
        await quiet(desk.workspace, desk.session)
        await asyncio.sleep(0.1)
        (lead,), (researcher,) = agents(desk, "lead"), agents(desk, "researcher")
        assert (researcher.error.code, lead.error.code) == ("cancelled", "cancelled")
        assert len(cast.sent("lead")) == 2 and len(cast.sent("root")) == 2
        check_tree(desk.workspace, desk.session)

    run(scenario)


async def quiet_but_for(desk: Desk, count: int) -> None:
    """Waits until no more agents than these work."""
    await until(lambda: desk.workspace.at_work == count)


def as_it_ends(desk: Desk, name: str, act) -> list[asyncio.Task]:
    """Begins `act` when the last step of an agent of that kind has just been written: it ends before `act` is."""
    saved, begun = desk.session.saved, []

    async def and_then() -> None:
        await saved()
        ours = [agent for agent in agents(desk, name) if asyncio.current_task().get_name().endswith(agent.id)]
        answers = [one for agent in ours for one in thread(desk, agent) if one.role == "assistant"]
        if not begun and answers and answers[-1].status == "complete" and not agents(desk, name)[0].ended_at:
            begun.append(asyncio.ensure_future(act()))
            await asyncio.sleep(0)

    desk.session.saved = and_then
    return begun


@pytest.mark.parametrize("who", ["agent", "person"])
def test_a_message_to_one_that_is_just_ending_is_read_or_refused(run, who):
    async def scenario(desk: Desk) -> None:
        mail = desk.workspace._runners.mail
        cast = Cast(
            root=[Reply(calls=[summon("writer", background=True)]), DONE], writer=[Reply("Written.", first=0.3), OK]
        )
        await begin(desk, cast)

        async def say() -> None:
            (writer,) = agents(desk, "writer")
            if who == "agent":
                await mail.between(desk.session, desk.agent, writer.id, "One thing more")
            else:
                await desk.workspace.queue(writer.id, "One thing more", "me")

        begun = as_it_ends(desk, "writer", say)
        await until(lambda: begun and begun[0].done())
        refused = begun[0].exception()
        await quiet(desk.workspace, desk.session)
        (writer,) = agents(desk, "writer")
        (message,) = [one for one in thread(desk, writer) if one.text == "One thing more"]
        if refused is None:  # it was written before the agent had ended
            assert message.status == "delivered" and "One thing more" in cast.sent("writer")[1].user_text
        else:
            assert isinstance(refused, ToolError if who == "agent" else Ended) and "has ended" in refused.message
            assert (message.status, writer.result, len(cast.sent("writer"))) == ("withdrawn", "Written.", 1)
        check_tree(desk.workspace, desk.session)

    run(scenario)


def test_an_idle_agent_that_is_stopped_is_not_woken_by_what_was_stopped_with_it(run):
    async def scenario(desk: Desk) -> None:
        cast = Cast(root=[Reply(calls=[summon("researcher", background=True)]), Reply("I rest.")], researcher=[Hang()])
        await begin(desk, cast)
        await until(lambda: desk.agent.status == "idle" and cast.sent("researcher"))
        await desk.workspace.interrupt(desk.agent.id)
        await asyncio.sleep(0.1)
        await quiet(desk.workspace, desk.session)
        assert agents(desk, "researcher")[0].error.code == "cancelled"
        assert len(cast.sent("root")) == 2 and desk.agent.status == "idle"
        assert [one.status for one in results_for(desk.session, agents(desk, "researcher")[0])] == ["queued"]
        check_tree(desk.workspace, desk.session)

    run(scenario)


def test_a_child_that_begins_in_the_instant_its_summoner_is_stopped_is_stopped_too(run):
    async def scenario(desk: Desk) -> None:
        cast = Cast(root=[Reply(calls=[summon("researcher")], first=0.2)], researcher=[Hang()])
        await begin(desk, cast)
        saved, stops = desk.session.saved, []

        async def and_stop() -> None:
            await saved()
            if agents(desk, "researcher") and not stops:
                stops.append(asyncio.ensure_future(desk.workspace.interrupt(desk.agent.id)))
                await asyncio.sleep(0)
                await asyncio.sleep(0)

        desk.session.saved = and_stop
        await until(lambda: stops and stops[0].done())
        await quiet(desk.workspace, desk.session)
        (child,) = agents(desk, "researcher")
        assert child.ended_at and child.error.code == "cancelled"
        check_tree(desk.workspace, desk.session)

    run(scenario)


def test_a_result_that_was_reported_stands_though_a_stop_came_with_it(run):
    async def scenario(desk: Desk) -> None:
        cast = Cast(
            root=[Reply(calls=[summon("planner", detached=True)]), DONE],
            planner=[Reply(calls=[Call("report", {"result": "The plan."})], first=0.2), Reply("More.")],
        )
        await begin(desk, cast)
        put, stops = desk.session.put, []

        def and_stop(record, **how):
            if getattr(record, "result", None) == "The plan." and not stops:
                stops.append(asyncio.ensure_future(desk.workspace.interrupt(record.id)))
            return put(record, **how)

        desk.session.put = and_stop
        await until(lambda: stops and stops[0].done())
        await quiet(desk.workspace, desk.session)
        (planner,) = agents(desk, "planner")
        assert (planner.status, planner.result) == ("done", "The plan.") and planner.ended_at
        assert len(results_for(desk.session, planner)) == 1
        check_tree(desk.workspace, desk.session)

    run(scenario)


def test_a_message_to_one_that_has_reported_is_refused(run):
    async def scenario(desk: Desk) -> None:
        cast = Cast(
            root=[Reply(calls=[summon("planner", detached=True)]), DONE],
            planner=[Reply(calls=[Call("report", {"result": "The plan."})], first=0.2)],
        )
        await begin(desk, cast)
        put, said = desk.session.put, []

        def and_say(record, **how):
            made = put(record, **how)
            if getattr(record, "result", None) == "The plan." and not said:
                said.append(asyncio.ensure_future(desk.workspace.queue(record.id, "One thing more", "me")))
            return made

        desk.session.put = and_say
        await until(lambda: said and said[0].done())
        with pytest.raises(Ended):
            await said[0]
        await quiet(desk.workspace, desk.session)
        check_tree(desk.workspace, desk.session)

    run(scenario)


def test_an_answer_that_cannot_be_kept_leaves_no_question_that_nobody_waits_for(run):
    async def scenario(desk: Desk) -> None:
        await begin(desk, Cast(root=[Reply(calls=[Call("ask_user", {"question": "Which?"})]), DONE]))
        await until(lambda: desk.agent.waiting_on == "user")
        (asked,) = desk.session.tables.every(Request)
        saved = desk.session.saved

        async def full() -> None:
            desk.session.saved = saved
            await desk.workspace.interrupt(desk.agent.id)
            raise StoreFull("The disk is full.", "Make room.")

        desk.session.saved = full
        with pytest.raises(StoreFull):
            await desk.workspace.permissions.reply(asked.id, AnswerQuestion(answer="This"), "me")
        (asked,) = desk.session.tables.every(Request)
        assert asked.status == "expired" and asked.answer is None
        check_tree(desk.workspace, desk.session)

    run(scenario)


def test_what_somebody_above_asks_for_is_told_to_the_parent_as_well(run, project):
    (project / "dispatch.yaml").write_text(LEAD)

    async def scenario(desk: Desk) -> None:
        gate = Gate(Reply("Found."))

        def retrieve(request) -> Reply:
            return Reply(calls=[Call("retrieve", {"id": handle_of(agents(desk, "researcher")[0].id)})])

        async def once_it_rests(request) -> Reply:
            while not agents(desk, "researcher") or agents(desk, "lead")[0].status != "waiting":
                await asyncio.sleep(0.005)
            return retrieve(request)

        cast = Cast(
            root=[Reply(calls=[summon("lead", background=True)]), once_it_rests, DONE],
            lead=[Reply(calls=[summon("researcher", background=True)]), Reply("I wait."), Reply("Joined.")],
            researcher=[gate],
        )
        await begin(desk, cast)
        await until(lambda: desk.agent.waiting_on == "children")
        gate.open()
        await quiet(desk.workspace, desk.session)
        assert "Found." in calls_of(desk.session, desk.agent)[1].output
        assert agents(desk, "lead")[0].result == "Joined."
        assert "Found." in cast.sent("lead")[-1].user_text
        check_tree(desk.workspace, desk.session)

    run(scenario)


def test_of_two_answers_at_the_same_time_one_counts(run):
    async def scenario(desk: Desk) -> None:
        await begin(desk, Cast(root=[Reply(calls=[Call("ask_user", {"question": "Which?"})]), DONE]))
        await until(lambda: desk.agent.waiting_on == "user")
        (asked,) = desk.session.tables.every(Request)
        answers = [
            desk.workspace.permissions.reply(asked.id, AnswerQuestion(answer=word), word) for word in ("this", "that")
        ]
        one, other = await asyncio.gather(*answers, return_exceptions=True)
        assert (one.answer, one.answered_by) == ("this", "this")
        assert isinstance(other, Conflict) and "already by this" in other.message
        await quiet(desk.workspace, desk.session)
        assert desk.calls[0].output == "The person answers: this"
        check_tree(desk.workspace, desk.session)

    run(scenario)


def test_an_answer_to_one_that_was_stopped_is_refused(run):
    async def scenario(desk: Desk) -> None:
        cast = Cast(
            root=[Reply(calls=[summon("planner")]), DONE], planner=[Reply(calls=[Call("ask_user", {"question": "?"})])]
        )
        await begin(desk, cast)
        await until(lambda: desk.session.tables.every(Request) and agents(desk, "planner")[0].waiting_on == "user")
        (asked,) = desk.session.tables.every(Request)
        stop = asyncio.ensure_future(desk.workspace.interrupt(agents(desk, "planner")[0].id))
        await stop
        with pytest.raises(Conflict) as caught:
            await desk.workspace.permissions.reply(asked.id, AnswerQuestion(answer="This"), "me")
        assert "expired" in caught.value.message
        await quiet(desk.workspace, desk.session)
        check_tree(desk.workspace, desk.session)

    run(scenario)


def test_a_message_ends_a_retrieve_and_the_result_comes_all_the_same(run):
    async def scenario(desk: Desk) -> None:
        gate = Gate(Reply("Found."))

        def retrieve(request) -> Reply:
            return Reply(calls=[Call("retrieve", {"id": handle_of(agents(desk, "researcher")[0].id)})])

        cast = Cast(
            root=[Reply(calls=[summon("researcher", background=True)]), retrieve, Reply("I read you."), DONE],
            researcher=[gate],
        )
        await begin(desk, cast)
        await until(lambda: desk.agent.waiting_on == "children")
        await desk.say("Only OAuth")
        await until(lambda: "I read you." in desk.texts() and desk.agent.status == "idle")
        assert "returns early" in result_in(cast.sent("root")[2]) and "Only OAuth" in cast.sent("root")[2].user_text
        gate.open()
        await until(lambda: len(cast.sent("root")) == 4)
        await quiet(desk.workspace, desk.session)
        (brought,) = results_for(desk.session, agents(desk, "researcher")[0])
        assert brought.status == "delivered"
        check_tree(desk.workspace, desk.session)

    run(scenario)


def test_a_report_waits_for_what_a_person_has_just_written(run):
    async def scenario(desk: Desk) -> None:
        gate = Gate(Reply(calls=[Call("report", {"result": "Too early."})]))
        cast = Cast(
            root=[Reply(calls=[summon("planner", detached=True)]), DONE],
            planner=[gate, Reply(calls=[Call("report", {"result": "With OAuth."})])],
        )
        await begin(desk, cast)
        await until(lambda: gate.asked)
        await desk.workspace.queue(agents(desk, "planner")[0].id, "And OAuth", "me")
        gate.open()
        await until(lambda: agents(desk, "planner")[0].ended_at)
        await quiet(desk.workspace, desk.session)
        (planner,) = agents(desk, "planner")
        assert planner.result == "With OAuth." and "And OAuth" in cast.sent("planner")[1].user_text
        assert calls_of(desk.session, planner)[0].error.code == "spoken_to"
        check_tree(desk.workspace, desk.session)

    run(scenario)


@pytest.mark.parametrize("turns", range(6))
def test_a_child_that_ends_while_its_parent_is_being_stopped(run, turns):
    """At any turn of the loop: it has one end, and its result is told once, as what it was."""

    async def scenario(desk: Desk) -> None:
        gate = Gate(Reply("Found."))
        await begin(desk, Cast(root=[Reply(calls=[summon("researcher")]), DONE], researcher=[gate]))
        await until(lambda: gate.asked)
        put, stops = desk.session.put, []

        def and_stop(record, **how):
            made = put(record, **how)
            if getattr(record, "text", "") == "Found." and record.status == "complete" and not stops:
                stops.append(asyncio.ensure_future(later()))
            return made

        async def later() -> None:
            for _ in range(turns * 2):
                await asyncio.sleep(0)
            await desk.workspace.interrupt(desk.agent.id)

        desk.session.put = and_stop
        gate.open()
        await until(lambda: stops and stops[0].done())
        await quiet(desk.workspace, desk.session)
        (child,) = agents(desk, "researcher")
        assert child.ended_at and (child.status == "done" or child.error.code == "cancelled")
        assert desk.agent.status in ("idle", "error")
        check_tree(desk.workspace, desk.session)

    run(scenario)


def test_who_waits_for_one_that_could_not_be_stored_hears_that_it_never_began(run):
    async def scenario(desk: Desk) -> None:
        await begin(desk, Cast(root=[OK]))
        await quiet(desk.workspace, desk.session)
        children, session, root = desk.workspace._runners.children, desk.session, desk.agent
        saved, full = session.saved, asyncio.Event()

        async def no_room() -> None:
            await full.wait()
            raise StoreFull("The disk is full.", "Make room.")

        session.saved = no_room
        summoning = asyncio.create_task(children.summon(session, root.id, Wish("Do it.", "researcher")))
        await until(lambda: agents(desk, "researcher"))
        (child,) = agents(desk, "researcher")
        waiting = asyncio.create_task(children.ended(session, root.id, child.id, asyncio.Event().wait))
        await asyncio.sleep(0.05)
        session.saved = saved
        full.set()
        with pytest.raises(StoreFull):
            await summoning
        async with asyncio.timeout(60):
            ended = await waiting
        assert ended.error.code == "store_full"
        children.release(session, root.id, [child.id])

    run(scenario)
