"""Leave counts once it is stored: until then its answer may still be refused."""

import asyncio
import threading

import pytest
import yaml

from desk import Desk, until
from dispatch_jupyter.core.protocol.errors import Invalid, StoreFull
from dispatch_jupyter.core.protocol.records import Reach
from model_server import Call, Reply
from test_approvals import answer, asked, open_requests, outside, reads, rest  # noqa: F401

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("full", [False, True])
def test_a_grant_allows_nothing_before_it_is_written(run, outside, full):  # noqa: F811
    async def scenario(desk: Desk):
        desk.model.script = [reads(outside / "a.txt"), Reply("Done.")]
        await desk.say("read it")
        (request,) = await asked(desk)
        await desk.session.saved()
        append, go_on, begun = desk.session._db.append, threading.Event(), threading.Event()

        def slowly(rows, *, sync):
            begun.set()
            go_on.wait(30)
            if full and not go_on.used:
                go_on.used = True
                raise StoreFull("The disk is full.", "Make room.")
            append(rows, sync=sync)

        go_on.used = False
        desk.session._db.append = slowly
        answering = asyncio.create_task(answer(desk, request, scope="session"))
        await until(begun.is_set)
        approvals = desk.workspace._benches.of(desk.session).approvals
        assert approvals.rules() == ()
        go_on.set()
        if full:
            with pytest.raises(StoreFull):
                await answering
            assert approvals.rules() == () and open_requests(desk)
            await answer(desk, request, "deny")
        else:
            await answering
            assert [str(rule.path) for rule in approvals.rules()] == [str(outside)]
        await rest(desk)

    run(scenario)


def test_always_for_several_places_is_all_or_nothing(run, outside, tmp_path):  # noqa: F811
    """One that cannot be written down keeps the others from being."""
    own = tmp_path / "config" / "dispatch" / "dispatch.yaml"
    other = tmp_path / "other*"
    for folder in (other, tmp_path / "third"):
        folder.mkdir()
        (folder / "x").touch()

    async def scenario(desk: Desk):
        desk.model.script = [
            Reply(calls=[Call("run_shell", {"command": f"cat {outside}/a.txt '{other}'/x {tmp_path}/third/x"})]),
            Reply("Done."),
        ]
        await desk.say("read them")
        (request,) = await asked(desk)
        assert len(request.reaches) > 1 and all(isinstance(reach, Reach) for reach in request.reaches)
        with pytest.raises(Invalid, match="cannot be allowed for always"):
            await answer(desk, request, scope="always")
        kept = yaml.safe_load(own.read_text()) if own.exists() else None
        assert not kept and open_requests(desk)
        await answer(desk, request, "deny")
        await rest(desk)

    run(scenario)
