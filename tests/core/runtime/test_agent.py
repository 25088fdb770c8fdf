"""The loop, played against the scripted model server."""

import asyncio
import json
from itertools import pairwise

import pytest

from desk import Desk, until
from dispatch_jupyter.core.protocol.commands import CreateSession
from dispatch_jupyter.core.protocol.errors import Conflict, NotFound, ProjectError
from model_server import Call, Fault, Hang, Raw, Reply, Usage

pytestmark = pytest.mark.slow
READ = Call("read_file", {"path": "README.md"})


def test_a_turn_with_a_tool_call(run):
    async def scenario(desk: Desk) -> None:
        desk.model.script = [
            Reply("Let me look.", calls=[READ], usage=Usage(100, 5)),
            Reply("It is small.", usage=Usage(200, 7)),
        ]
        agent = await desk.ask("What is this?")
        assert agent.status == "idle" and agent.error is None
        assert [m.role for m in desk.thread] == ["user", "assistant", "assistant"]
        assert [m.status for m in desk.thread] == ["delivered", "complete", "complete"]
        assert desk.texts() == ["Let me look.", "It is small."]
        (call,) = desk.calls
        assert (call.name, call.kind, call.status) == ("read_file", "read", "completed")
        assert call.arguments == {"path": "README.md"} and call.arguments_text == ""
        assert "A small project." in call.output and call.ended_at >= call.started_at
        assert "A small project." in desk.model.requests[1].tool_results[0]
        assert (agent.usage.input_tokens, agent.usage.output_tokens, agent.context_tokens) == (300, 12, 200)
        assert desk.session.tables.session.title == "What is this?"

    run(scenario)


def test_what_the_model_is_sent_grows_only_at_its_end(run):
    async def scenario(desk: Desk) -> None:
        desk.model.script = [Reply(calls=[READ]), Reply("One."), Reply("Two.")]
        await desk.ask("First")
        await desk.ask("Second")
        bodies = [request.body for request in desk.model.requests]
        for before, after in pairwise(bodies):
            assert after["messages"][: len(before["messages"])] == before["messages"]
            assert json.dumps(after["tools"]) == json.dumps(before["tools"])

    run(scenario)


def test_calls_that_only_look_run_side_by_side_and_keep_their_order(run):
    async def scenario(desk: Desk) -> None:
        (desk.project / "b.txt").write_text("bee\n")
        desk.model.script = [Reply(calls=[READ, Call("read_file", {"path": "b.txt"})]), Reply("Done.")]
        await desk.ask("Read both")
        assert [call.index for call in desk.calls] == [0, 1]
        first, second = desk.model.requests[1].tool_results
        assert "small project" in first and "bee" in second

    run(scenario)


def test_writes_of_one_step_run_one_after_the_other(run):
    async def scenario(desk: Desk) -> None:
        calls = [Call("write_file", {"path": f"{n}.txt", "content": f"{n}\n"}) for n in range(3)]
        desk.model.script = [Reply(calls=calls), Reply("Done.")]
        await desk.ask("Write three")
        spans = [(call.started_at, call.ended_at) for call in desk.calls]
        assert all(spans[i][1] <= spans[i + 1][0] for i in range(2))
        assert desk.calls[0].changes[0].created and desk.calls[0].changes[0].added == 1
        assert (desk.project / "2.txt").read_text() == "2\n"

    run(scenario)


@pytest.mark.parametrize(
    ("call", "code", "words"),
    [
        (Call("fly", {}), "unknown_tool", "read_file"),
        (Call("read_file", {"file": "README.md"}), "invalid_arguments", "path"),
        (Call("read_file", '{"path": "READ'), "invalid_arguments", "JSON"),
        (Call("read_file", "[1]"), "invalid_arguments", "object"),
        (Call("read_file", {"path": "nothing.txt"}), "not_found", "nothing.txt"),
    ],
)
def test_a_bad_call_is_a_result_the_model_can_act_on(run, call, code, words):
    async def scenario(desk: Desk) -> None:
        desk.model.script = [Reply(calls=[call]), Reply("I see.")]
        agent = await desk.ask("Go")
        assert agent.status == "idle"
        assert desk.calls[0].status == "failed" and desk.calls[0].error.code == code
        assert words in desk.model.requests[1].tool_results[0]

    run(scenario)


def test_a_long_output_is_cut_and_the_agent_may_read_the_whole(run):
    async def scenario(desk: Desk) -> None:
        for n in range(1500):
            (desk.project / f"a_rather_long_file_name_number_{n:05}.txt").touch()
        desk.model.script = [Reply(calls=[Call("list_files", {})]), Reply("Many.")]
        await desk.ask("List")
        call = desk.calls[0]
        assert len(call.output) < 12_000 and len(call.output.splitlines()) < 510
        if call.spill:
            desk.model.script = [Reply(calls=[Call("read_file", {"path": call.spill, "limit": 3})]), Reply("Ok.")]
            await desk.ask("Read it")
            assert desk.calls[1].status == "completed"

    run(scenario)


def test_a_message_sent_mid_turn_is_delivered_at_the_tool_boundary(run):
    async def scenario(desk: Desk) -> None:
        desk.model.script = [Reply.tokens(30, pace=0.01, calls=[READ]), Reply("Fine.")]
        await desk.say("Begin")
        await until(lambda: desk.model.requests)
        await desk.say("And mind the gap")
        assert desk.thread[-1].status == "queued"
        await desk.rest()
        assert desk.model.requests[1].user_text == "And mind the gap"
        assert [m.role for m in desk.thread] == ["user", "assistant", "user", "assistant"]
        assert len(desk.model.requests) == 2

    run(scenario)


def test_a_message_at_the_end_of_a_turn_starts_the_next(run):
    async def scenario(desk: Desk) -> None:
        desk.model.script = [Reply.tokens(30, pace=0.01), Reply("Second answer.")]
        await desk.say("One")
        await until(lambda: desk.model.requests)
        await desk.say("Two")
        await desk.rest()
        assert desk.texts()[-1] == "Second answer."
        assert desk.model.requests[1].user_text == "Two"

    run(scenario)


def test_a_queued_message_can_be_withdrawn_until_it_is_delivered(run):
    async def scenario(desk: Desk) -> None:
        desk.model.script = [Reply.tokens(30, pace=0.01)]
        first = await desk.say("One")
        await until(lambda: desk.model.requests)
        second = await desk.say("Two")
        withdrawn = await desk.workspace.withdraw(desk.agent.id, second)
        assert withdrawn.status == "withdrawn"
        await desk.rest()
        assert len(desk.model.requests) == 1
        with pytest.raises(Conflict):
            await desk.workspace.withdraw(desk.agent.id, first)

    run(scenario)


def test_stop_keeps_what_came_and_closes_the_connection(run):
    async def scenario(desk: Desk) -> None:
        desk.model.script = [Reply.tokens(500, pace=0.01), Reply("Again.")]
        await desk.say("Talk")
        await until(lambda: desk.session and desk.session.live_text("messages", desk.thread[-1].id).get("text"))
        await desk.workspace.interrupt(desk.agent.id)
        assert desk.agent.status == "error" and desk.agent.error.code == "cancelled"
        answer = desk.thread[-1]
        assert answer.status == "interrupted" and answer.text.startswith("w0 ")
        assert await asyncio.to_thread(desk.model.requests[0].gone.wait, 2)
        await desk.ask("Go on")
        assert desk.texts()[-1] == "Again."
        assert desk.model.requests[1].messages[-2]["content"] == answer.text

    run(scenario)


def test_stop_with_something_queued_goes_on_with_that(run):
    async def scenario(desk: Desk) -> None:
        desk.model.script = [Hang(), Reply("That instead.")]
        await desk.say("This")
        await until(lambda: desk.model.requests)
        await desk.say("No, that")
        await desk.workspace.interrupt(desk.agent.id)
        await desk.rest()
        assert desk.texts()[-1] == "That instead." and desk.agent.status == "idle"

    run(scenario)


def test_stop_at_any_moment_leaves_nothing_open(run):
    """Ever later stops, over a turn with text, calls and writes: always one terminal state, always usable after."""

    async def scenario(desk: Desk) -> None:
        write = Call("write_file", {"path": "x.txt", "content": "x"})

        def script(received):
            if received.user_text == "Are you there?":
                return Reply("Still here.")
            return Reply("Done.") if received.tool_results else Reply("Hm. ", calls=[READ, write], pace=0.002)

        desk.model.script = script
        for wait in [0, *(0.004 * n for n in range(1, 20))]:
            desk.session = None
            await desk.say("Go")
            await asyncio.sleep(wait)
            await desk.workspace.interrupt(desk.agent.id)
            assert desk.agent.status in ("idle", "error")
            assert {m.status for m in desk.thread} <= {"delivered", "complete", "interrupted", "queued"}
            assert {c.status for c in desk.calls} <= {"completed", "failed"}
            await desk.ask("Are you there?")
            assert desk.texts()[-1] == "Still here.", wait

    run(scenario)


def test_stopping_an_agent_at_rest_does_nothing(run):
    async def scenario(desk: Desk) -> None:
        desk.model.script = [Reply("Hi.")]
        await desk.ask("Hi")
        await desk.workspace.interrupt(desk.agent.id)
        assert desk.agent.status == "idle" and desk.agent.error is None
        with pytest.raises(NotFound):
            await desk.workspace.interrupt("0123456789abcdef-00000000")

    run(scenario)


@pytest.mark.parametrize("ends", ["drop", "reset", "quiet", "error"])
def test_a_reply_that_breaks_off_is_asked_for_again_without_doubling(run, ends):
    async def scenario(desk: Desk) -> None:
        desk.model.script = [Reply.tokens(20, ends=ends, after=10, pace=0.002), Reply("Whole at last.")]
        agent = await desk.ask("Tell me")
        assert agent.status == "idle", agent.error
        assert desk.texts() == ["Whole at last."]

    run(scenario)


def test_half_a_call_of_a_broken_reply_is_never_run(run):
    async def scenario(desk: Desk) -> None:
        write = Call("write_file", {"path": "half.txt", "content": "word " * 50})
        desk.model.script = [Reply(calls=[write], ends="drop", after=3, pace=0.002), Reply("Never mind.")]
        await desk.ask("Write")
        assert not (desk.project / "half.txt").exists()
        assert all(call.status == "failed" for call in desk.calls)
        assert "tool_calls" not in json.dumps(desk.model.requests[1].messages)

    run(scenario)


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (Fault.bad_key(), "bad_key"),
        (Fault.context(), "context_overflow"),
        (Fault.no_model(), "no_model"),
        (Raw([b"<html>what?</html>"]), "bad_reply"),
        (Reply(""), "bad_reply"),
    ],
)
def test_a_provider_error_is_shown_and_the_session_stays_usable(run, entry, code):
    async def scenario(desk: Desk) -> None:
        desk.model.script = [entry, entry, entry, entry]
        agent = await desk.ask("Hello")
        assert agent.status == "error" and agent.error.code == code, agent.error
        assert agent.error.message and "test-key" not in str(agent.error)
        desk.model.script = [Reply("Back.")]
        agent = await desk.ask("Hello?")
        assert agent.status == "idle" and desk.texts()[-1] == "Back."

    run(scenario)


def test_the_same_call_over_and_over_is_refused_then_stopped(run):
    async def scenario(desk: Desk) -> None:
        desk.model.script = lambda _: Reply(calls=[READ])
        agent = await desk.ask("Loop")
        assert agent.error.code == "call_loop"
        assert [call.status for call in desk.calls] == ["completed"] * 2 + ["failed"] * 3
        assert desk.calls[2].error.code == "repeated_call"

    run(scenario)


def test_what_watches_others_may_be_called_again(run):
    async def scenario(desk: Desk) -> None:
        desk.model.script = [*[Reply(calls=[Call("list_jobs")])] * 6, Reply("They run.")]
        agent = await desk.ask("Watch the jobs")
        assert agent.error is None and desk.texts()[-1] == "They run."
        assert [call.status for call in desk.calls] == ["completed"] * 6

    run(scenario)


def test_what_watches_nobody_is_refused_like_any_other_call(run):
    async def scenario(desk: Desk) -> None:
        desk.model.script = lambda _: Reply(calls=[Call("read_job", {"job": "nonsense"})])
        agent = await desk.ask("Watch nothing")
        assert agent.error.code == "call_loop" and len(desk.model.requests) == 5
        assert desk.calls[1].error.code != "repeated_call" == desk.calls[2].error.code

    run(scenario)


def test_a_turn_has_at_most_so_many_steps(run):
    async def scenario(desk: Desk) -> None:
        (desk.project / "dispatch.yaml").write_text("limits:\n  max_steps: 3\n")
        desk.model.script = lambda r: Reply(calls=[Call("read_file", {"path": f"{r.number}.txt"})])
        agent = await desk.ask("Go on for ever")
        assert agent.error.code == "max_steps" and len(desk.model.requests) == 3
        desk.model.script = [Reply("Enough.")]
        await desk.workspace.resume(agent.id)
        agent = await desk.rest()
        assert agent.status == "idle" and desk.texts()[-1] == "Enough."

    run(scenario)


def test_there_is_nothing_to_resume_where_nothing_stopped(run):
    async def scenario(desk: Desk) -> None:
        desk.model.script = [Reply("Hi.")]
        agent = await desk.ask("Hi")
        with pytest.raises(Conflict):
            await desk.workspace.resume(agent.id)

    run(scenario)


def test_an_answer_cut_by_the_output_limit_says_so(run):
    async def scenario(desk: Desk) -> None:
        desk.model.script = [Reply("Half a", stop="length")]
        await desk.ask("Long")
        assert desk.thread[-1].error.code == "length"
        desk.model.script = [Reply(" sentence.")]
        await desk.workspace.resume(desk.agent.id)
        await desk.rest()
        assert desk.texts() == ["Half a", " sentence."]

    run(scenario)


def test_a_missing_project_is_said_and_not_made(run):
    async def scenario(desk: Desk) -> None:
        (desk.project / "README.md").unlink()
        desk.project.rmdir()
        with pytest.raises(ProjectError):
            await desk.workspace.create(CreateSession())
        assert not desk.project.exists()

    run(scenario)


def test_reasoning_is_kept_apart_from_the_answer(run):
    async def scenario(desk: Desk) -> None:
        desk.model.script = [Reply("Four.", reasoning="Two and two. ")]
        await desk.ask("2+2")
        assert desk.thread[-1].text == "Four." and "Two and two." in desk.thread[-1].reasoning

    run(scenario)


def test_text_that_is_not_unicode_does_no_harm(run):
    async def scenario(desk: Desk) -> None:
        choice = '{"index":0,"delta":{"content":%s},"finish_reason":%s}'
        chunk = f'{{"id":"x","object":"chat.completion.chunk","choices":[{choice}]}}'
        pieces = [chunk % ('"Odd \\ud83d one, and 😀."', "null"), chunk % ('""', '"stop"'), "[DONE]"]
        desk.model.script = [Raw([f"data: {piece}\n\n".encode() for piece in pieces])]
        agent = await desk.ask("Odd")
        assert agent.status == "idle" and "😀" in desk.texts()[-1]

    run(scenario)


def test_what_no_longer_fits_the_model_is_made_shorter_and_asked_again(run):
    async def scenario(desk: Desk) -> None:
        for name in ("old", "new"):
            (desk.project / name).write_text(f"{name} text\n" * 100)
        reads = [Reply(calls=[Call("read_file", {"path": name})]) for name in ("old", "new")]
        desk.model.script = [*reads, Fault.context(), Reply("Done."), Reply("Still.")]
        agent = await desk.ask("Read both")
        assert agent.status == "idle" and desk.texts()[-1] == "Done."
        whole, shorter = (json.dumps(request.body) for request in desk.model.requests[2:4])
        assert "old text" in whole and "old text" not in shorter and "left out" in shorter
        assert "new text" in shorter and "Read both" in shorter
        shown = [message.text for message in desk.thread if message.status != "withdrawn"]
        assert "too long" in shown[-2] and shown[-1] == "Done.", "what was done is told before what came of it"
        # what people see stays whole, and the next request begins as the one before
        assert "old text" in desk.calls[0].output
        await desk.ask("Go on")
        assert "old text" not in json.dumps(desk.model.requests[-1].body)

    run(scenario)
