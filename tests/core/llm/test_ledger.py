"""The ledger on the disk: restarts, damage, other servers, a server that dies."""

import asyncio
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from dispatch_jupyter.core.llm.admission import Admission, Waiting
from dispatch_jupyter.core.llm.estimate import Worst
from dispatch_jupyter.core.llm.ledger import Claim, Ledger, Snapshot
from dispatch_jupyter.core.llm.owners import SWEEP_AFTER, Owner
from dispatch_jupyter.core.llm.period import EVER
from dispatch_jupyter.core.protocol.errors import BadKey, KeyExhausted, RateLimited
from pace import cpu_within
from ring_world import CONFIG, ENVIRON, ONE_USD, START, World, caller, play, with_budget

FREE_SPARE = with_budget(CONFIG, "spare")
HERE = Path(__file__).parent


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def sums_of(path: Path) -> list[tuple]:
    with sqlite3.connect(path) as db:
        found = db.execute("SELECT key, calls, nano FROM days ORDER BY key").fetchall()
    db.close()
    return found


def test_everything_is_there_after_a_restart(world):
    async def scenario():
        for _ in range(3):
            await world.call()
        await world.ring.failed(await world.admit(), RateLimited("slow down"))
        before = await world.ring.models()
        await world.restart()
        assert await world.ring.models() == before
        assert before.keys[0].used.cost_usd == 3
        await world.ring.aclose()

    play(scenario)


@pytest.mark.skipif(os.name == "nt", reason="modes of files")
def test_nobody_else_may_read_it(world, tmp_path):
    async def scenario():
        await world.admit()
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*") if path.is_file()}
        assert len(modes) >= 2
        assert set(modes.values()) == {0o600}, modes
        await world.ring.aclose()

    play(scenario)


def test_a_damaged_ledger_fails_closed(tmp_path):
    world = World(tmp_path, FREE_SPARE)

    async def scenario():
        await world.call()
        await world.ring.aclose()
        (tmp_path / "keys.sqlite").write_bytes(b"no database at all, " * 200)
        world.ring = world.new_ring()
        found = await world.admit()
        assert isinstance(found, Admission) and found.key == "spare", "it has no budget"
        await world.ring.settle(found, ONE_USD)
        told = await world.admit("b", "anthropic/claude-x")
        assert isinstance(told.error, BadKey)
        assert "is damaged" in told.error.message and "move it away" in told.error.message
        view = await world.ring.models()
        assert view.keys[0].status == "bad" and str(tmp_path / "keys.sqlite") in view.keys[0].reason
        assert view.problems[-1].code == "store"
        (tmp_path / "keys.sqlite").unlink()
        assert (await world.admit("b", "anthropic/claude-x")).key == "work", "it heals by itself"
        await world.ring.aclose()

    play(scenario)


def test_pages_that_are_damaged_are_seen(world, tmp_path):
    async def scenario():
        await world.call()
        await world.ring.aclose()
        path = tmp_path / "keys.sqlite"
        data = bytearray(path.read_bytes())
        data[4096 + 100 : 8192] = os.urandom(8192 - 4196)
        path.write_bytes(data)
        world.ring = world.new_ring()
        told = await world.admit()
        assert isinstance(told, Waiting) and "damaged" in told.error.message
        await world.ring.aclose()

    play(scenario)


def test_a_newer_ledger_is_left_alone(world, tmp_path):
    async def scenario():
        await world.call()
        await world.ring.aclose()
        with sqlite3.connect(tmp_path / "keys.sqlite") as db:
            db.execute("PRAGMA user_version = 99")
        db.close()
        world.ring = world.new_ring()
        told = await world.admit()
        assert "newer Dispatch" in told.error.message
        await world.ring.aclose()

    play(scenario)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the superuser may write everywhere")
def test_an_unwritable_folder(world, tmp_path):
    tmp_path.chmod(0o500)
    try:
        told = play(world.admit)
        assert "Cannot" in told.error.message
    finally:
        tmp_path.chmod(0o700)


def test_a_folder_in_the_ledgers_place(tmp_path):
    (tmp_path / "keys.sqlite").mkdir()
    told = play(World(tmp_path).admit)
    assert str(tmp_path / "keys.sqlite") in told.error.message


def test_what_could_not_be_written_is_written_later(world, tmp_path):
    async def scenario():
        call = await world.admit()
        path, away = tmp_path / "keys.sqlite", tmp_path / "away"
        path.rename(away)
        path.mkdir()
        await world.ring.settle(call, ONE_USD)
        await world.ring.failed(call, KeyExhausted("used up"))
        path.rmdir()
        away.rename(path)
        (state, _) = await world.ring.states()
        assert (state.used.cost_usd, state.reserved_usd) == (1, 0)
        assert state.status == "exhausted"
        await world.ring.aclose()

    play(scenario)


def test_a_ledger_that_is_moved_away_starts_from_zero(world, tmp_path):
    async def scenario():
        await world.call()
        (tmp_path / "keys.sqlite").rename(tmp_path / "old.sqlite")
        await world.call()
        await world.ring.aclose()
        assert sums_of(tmp_path / "keys.sqlite") == sums_of(tmp_path / "old.sqlite") == [("work", 1, 10**9)]

    play(scenario)


def test_reserving_and_settling_is_cheap(world):
    async def scenario():
        world.configure(with_budget(CONFIG, "work", usd=10_000, per="month"))
        await world.call()
        with cpu_within(20 * 0.010):  # the target is 5 ms each; twice that on a busy machine
            for _ in range(20):
                await world.call()
        await world.ring.aclose()

    play(scenario)


def test_two_rings_never_go_over_together(tmp_path):
    config = with_budget(CONFIG, "work", usd=7.5, per="total") | {"model": "anthropic/claude-x"}

    async def scenario():
        one = World(tmp_path, config)
        two = World(tmp_path, config, clock=one.clock)
        found = await asyncio.gather(*((one, two)[n % 2].admit(f"agent{n}") for n in range(32)))
        admitted = [(n, call) for n, call in enumerate(found) if isinstance(call, Admission)]
        assert len(admitted) == 8
        await asyncio.gather(*((one, two)[n % 2].ring.settle(call, ONE_USD) for n, call in admitted))
        assert (await one.ring.states())[0].used.cost_usd == 8
        await one.ring.aclose()
        await two.ring.aclose()

    play(scenario)


def test_locks_of_the_dead_are_swept_away_in_time(world, tmp_path):
    owners = tmp_path / "keys.owners"
    owners.mkdir()
    for name, age in [("old", 2 * SWEEP_AFTER), ("young", 60)]:
        (owners / f"{name}.lock").touch()
        os.utime(owners / f"{name}.lock", (time.time() - age,) * 2)
    held = Owner(owners)
    os.utime(owners / f"{held.id}.lock", (0, 0))

    async def scenario():
        await world.admit()
        left = {path.stem for path in owners.iterdir()}
        assert left == {"young", held.id, owner_of(world)}
        await world.ring.aclose()
        held.close()
        assert [path.stem for path in owners.iterdir()] == ["young"]

    play(scenario)


def test_looking_and_reserving_are_one(tmp_path):
    """Who looks while another reserves waits until that is done, and sees it."""
    looking, seen = threading.Event(), []
    claim = Claim("work", "openai/x", Worst(1, 1, 7))

    def slow(_: Snapshot) -> Claim:
        looking.set()
        time.sleep(0.2)
        return claim

    def look(snapshot: Snapshot) -> None:
        seen.append(snapshot.sums["work"].reserved_nano)

    async def scenario():
        one, two = Ledger(tmp_path), Ledger(tmp_path)
        who = {"caller": caller("a"), "now": START}
        reserving = asyncio.create_task(one.decide({"work": EVER}, {}, slow, **who))
        await asyncio.to_thread(looking.wait, 30)
        await two.decide({"work": EVER}, {}, look, **who)
        await reserving
        assert seen == [7]
        await one.aclose()
        await two.aclose()

    play(scenario)


# ---------------------------------------------------------------------- other processes

SERVER = """
    import asyncio, sys, time
    from pathlib import Path
    from dispatch_jupyter.core.llm.admission import Admission
    from dispatch_jupyter.core.protocol.errors import KeyExhausted
    from ring_world import CONFIG, ONE_USD, World, with_budget

    async def main():
        config = with_budget(CONFIG, "work", usd=20.5, per="total") | {"model": "anthropic/claude-x"}
        world = World(Path(sys.argv[1]), config)
        if sys.argv[2] == "hold":
            for number in range(2):
                assert isinstance(await world.admit(f"held{number}"), Admission)
            print("holding", flush=True)
            time.sleep(60)
        async def agent(name):
            count = 0
            while isinstance(call := await world.admit(name), Admission):
                await asyncio.sleep(0.001)
                await world.ring.settle(call, ONE_USD)
                count += 1
            assert call.error is None or isinstance(call.error, KeyExhausted), call.error
            return count
        print(sum(await asyncio.gather(*(agent(f"{sys.argv[2]}{n}") for n in range(8)))), flush=True)
        await world.ring.aclose()
    asyncio.run(main())
"""


def server(folder: Path, what: str) -> subprocess.Popen:
    paths = os.pathsep.join([str(HERE), *sys.path])
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SERVER), str(folder), what],
        stdout=subprocess.PIPE, text=True, env={**os.environ, **ENVIRON, "PYTHONPATH": paths},
    )  # fmt: skip


@pytest.mark.slow
def test_two_processes_with_eight_agents_each(tmp_path):
    servers = [server(tmp_path, name) for name in ("one", "two")]
    counts = [int(each.communicate(timeout=50)[0]) for each in servers]
    assert sum(counts) == 21, f"{counts}: 20.5 USD, a dollar a call"
    assert sums_of(tmp_path / "keys.sqlite") == [("work", 21, 21 * 10**9)]


@pytest.mark.slow
def test_a_server_that_is_killed_has_used_what_it_reserved(tmp_path):
    killed = server(tmp_path, "hold")
    assert killed.stdout.readline() == "holding\n"
    config = with_budget(CONFIG, "work", usd=1.5, per="total") | {"model": "anthropic/claude-x"}
    world = World(tmp_path, config)

    async def scenario():
        told = await world.admit()
        assert isinstance(told, Waiting) and told.error is None, "its server lives: the key is busy"
        assert await world.status("work") == "busy"
        killed.send_signal(signal.SIGKILL)
        killed.wait(30)
        killed.stdout.close()
        world.clock.turn(seconds=5)
        told = await world.admit()
        assert isinstance(told.error, KeyExhausted)
        (state, _) = await world.ring.states()
        assert (state.used.cost_usd, state.reserved_usd, state.calls) == (2, 0, 2)
        assert sum("when its server died" in line for line in await world.log()) == 2
        assert list((tmp_path / "keys.owners").iterdir()) == [tmp_path / "keys.owners" / f"{owner_of(world)}.lock"]
        await world.ring.aclose()

    play(scenario)


def owner_of(world: World) -> str:
    return world.ring._ledger._me().id
