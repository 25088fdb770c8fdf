"""What models and providers send that nobody should: each is told to the model or the person, and nothing hangs."""

import json
import logging

import pytest

from desk import Desk, until
from dispatch_jupyter.core.protocol.commands import CreateSession
from dispatch_jupyter.core.protocol.errors import StoreFull, ToolError
from dispatch_jupyter.core.protocol.records import ToolCall
from dispatch_jupyter.core.runtime.guards import RepeatGuard
from dispatch_jupyter.core.tools.tool import Arguments
from model_server import Call, Fault, Reply
from model_server.script import Usage
from tree_world import Gate

pytestmark = pytest.mark.slow
READ = Call("read_file", {"path": "README.md"})


@pytest.mark.parametrize(
    "arguments",
    [
        '{"path": "half \\ud83d of a pair"}',
        '{"path": ' + "[" * 100_000,
        '{"path": ' + "[" * 300 + "]" * 300 + "}",
        '{"path": "README.md", "offset": NaN}',
        '{"path": ' + "9" * 5000 + "}",
    ],
    ids=["surrogate", "bottomless", "deep", "nan", "digits"],
)
def test_arguments_that_cannot_be_kept_are_told_to_the_model(run, arguments):
    async def scenario(desk: Desk) -> None:
        desk.model.script = [Reply(calls=[Call("read_file", arguments)]), Reply("I see.")]
        agent = await desk.ask("Go")
        assert agent.status == "idle", agent.error
        assert desk.calls[0].error.code == "invalid_arguments"
        assert "not valid JSON" in desk.model.requests[1].tool_results[0]
        json.loads(desk.session._snapshot())

    run(scenario)


@pytest.mark.parametrize("call", [Call("fly", '{"to": '), Call("read_file", '{"path": ')])
def test_every_call_of_a_whole_reply_gets_its_result(run, call):
    async def scenario(desk: Desk) -> None:
        desk.model.script = [Reply(calls=[call, READ]), Reply("I see.")]
        await desk.ask("Go")
        first, second = desk.model.requests[1].tool_results
        assert first.startswith("Error: ") and "small project" in second

    run(scenario)


def test_a_broken_call_repeated_is_told_so(run):
    async def scenario(desk: Desk) -> None:
        broken = Reply(calls=[Call("read_file", '{"path": ')])
        desk.model.script = [broken, broken, broken, Reply("I give up.")]
        await desk.ask("Go")
        assert "3 times in a row" in desk.model.requests[3].tool_results[0]

    run(scenario)


def test_a_long_error_is_cut_like_any_output(run):
    async def scenario(desk: Desk) -> None:
        wrong = {"path": "README.md", **{f"no_such_argument_{n}": 1 for n in range(1000)}}
        desk.model.script = [Reply(calls=[Call("read_file", wrong)]), Reply("I see.")]
        await desk.ask("Go")
        (call,) = desk.calls
        assert call.status == "failed" and len(call.output) < 11_000 < call.output_chars
        assert call.spill and len(call.error.message) < 2_000
        assert len(desk.model.requests[1].tool_results[0]) < 11_000

    run(scenario)


def test_a_refusal_without_a_word_is_shown(run):
    async def scenario(desk: Desk) -> None:
        desk.model.script = [Reply("", stop="refusal")]
        await desk.ask("Something bad")
        assert desk.thread[-1].error.code == "refused"

    run(scenario)


def test_an_error_of_the_provider_that_is_not_unicode_ends_the_turn(run):
    async def scenario(desk: Desk) -> None:
        desk.model.script = [Fault(status=401, body='{"error": {"message": "bad \\ud83d key", "code": "x"}}')]
        agent = await desk.ask("Hello")
        assert agent.status == "error" and agent.error.code == "bad_key"

    run(scenario)


def test_a_turn_whose_last_step_ends_it_goes_on_with_what_was_queued(run):
    async def scenario(desk: Desk) -> None:
        (desk.project / "dispatch.yaml").write_text("limits:\n  max_steps: 1\n")
        desk.model.script = [Reply.tokens(30, pace=0.01), Reply("Two.")]
        await desk.say("One")
        await until(lambda: desk.model.requests)
        await desk.say("Two")
        agent = await desk.rest()
        assert agent.error is None and desk.texts()[-1] == "Two."

    run(scenario)


def test_a_turn_that_a_guard_ends_goes_on_with_what_was_queued(run):
    async def scenario(desk: Desk) -> None:
        (desk.project / "dispatch.yaml").write_text("limits:\n  max_steps: 1\n")
        desk.model.script = [Reply.tokens(30, pace=0.01, calls=[READ]), Reply("Two.")]
        await desk.say("One")
        await until(lambda: desk.model.requests)
        await desk.say("Two")
        agent = await desk.rest()
        assert agent.error is None and desk.texts()[-1] == "Two."

    run(scenario)


def test_a_person_may_ask_for_the_same_call_again(run):
    async def scenario(desk: Desk) -> None:
        slow = Reply("Again. ", calls=[READ], first=0.3)
        desk.model.script = [Reply(calls=[READ]), slow, Reply(calls=[READ]), Reply("Done.")]
        await desk.say("Read it")
        await until(lambda: len(desk.model.requests) == 2)
        await desk.say("I changed it: read it again")
        await desk.rest()
        assert [call.status for call in desk.calls] == ["completed"] * 3

    run(scenario)


class Broken:
    """A tool with a defect."""

    name, kind, description, arguments, exclusive = "broken", "other", "Breaks.", Arguments, False

    async def run(self, arguments, context):
        raise ValueError("half \ud83d of a pair " * 1000)


def test_a_tool_with_a_defect_is_told_to_the_model(run, caplog):
    caplog.set_level(logging.CRITICAL)  # half a pair cannot travel from one test process to another

    async def scenario(desk: Desk) -> None:
        desk.only_tool(Broken())
        desk.model.script = [Reply(calls=[Call("broken", {})]), Reply("I see.")]
        agent = await desk.ask("Go")
        assert agent.status == "idle" and desk.calls[0].error.code == "internal"
        assert "failed unexpectedly: half" in desk.model.requests[1].tool_results[0]

    run(scenario)


def test_a_disk_that_is_full_ends_the_turn_and_the_next_message_works(run):
    async def scenario(desk: Desk) -> None:
        desk.model.script = [Reply.tokens(30, pace=0.01, calls=[READ]), Reply("Room again.")]
        await desk.say("One")
        append = desk.session._db.append

        def full(rows, *, sync):
            raise StoreFull("The disk is full.", "Make room.")

        desk.session._db.append = full
        agent = await desk.rest()
        assert agent.error.code == "store_full" and len(desk.model.requests) == 1
        desk.session._db.append = append
        await desk.ask("Two")
        assert desk.texts()[-1] == "Room again."

    run(scenario)


def test_what_was_changed_is_on_the_disk_before_the_model_hears_of_it(run):
    async def scenario(desk: Desk) -> None:
        write = Call("write_file", {"path": "a.txt", "content": "a"})
        desk.model.script = [Reply(calls=[READ]), Reply(calls=[write]), Reply("Done.")]
        desk.session = await desk.workspace.create(CreateSession())
        append, synced = desk.session._db.append, {}

        def watched(rows, *, sync):
            synced.update({id_: sync for table, id_, row in rows if table == "calls" and b'"completed"' in row})
            append(rows, sync=sync)

        desk.session._db.append = watched
        await desk.ask("Go")
        assert [synced[call.id] for call in desk.calls] == [False, True]

    run(scenario)


def test_the_order_of_arguments_does_not_make_a_call_another():
    def call(arguments):
        return ToolCall(id="a", agent_id="b", message_id="c", index=0, provider_id="d", name="e", arguments=arguments)

    guard = RepeatGuard(lambda _: call({}))
    guard.check(call({"path": "x", "limit": 1}))
    guard.check(call({"limit": 1, "path": "x"}))
    with pytest.raises(ToolError, match="3 times"):
        guard.check(call({"path": "x", "limit": 1}))
    guard.check(call({"path": "y", "limit": 1}))
    guard.check(call({"path": "x", "limit": 1}))


def test_an_answer_of_thoughts_alone_is_paid_for_and_leaves_nothing_of_it(run):
    async def scenario(desk: Desk) -> None:
        again = Gate(Reply("Here it is.", usage=Usage(input=10, output=5)))
        lines = iter([Reply(reasoning="Hm.", usage=Usage(input=1000, output=700)), again])

        def script(request):
            line = next(lines)
            return line(request) if isinstance(line, Gate) else line

        desk.model.script = script
        await desk.say("Go")
        await until(lambda: again.asked)
        assert [(one.status, one.error) for one in desk.thread[1:]] == [("streaming", None)]
        again.open()
        agent = await desk.rest()
        (reply,) = desk.thread[1:]
        assert (reply.text, reply.reasoning, reply.status) == ("Here it is.", "", "complete")
        assert (agent.usage.input_tokens, agent.usage.output_tokens) == (1010, 705)

    run(scenario)
