"""Parts of the runtime by themselves: chores, what is counted of messages, skills that are read once."""

import asyncio
import logging
import random
import threading
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

from dispatch_jupyter.core.protocol.ids import AgentId, new_id
from dispatch_jupyter.core.protocol.records import Message, now
from dispatch_jupyter.core.runtime.chores import Chores
from dispatch_jupyter.core.runtime.current_skills import CurrentSkills
from dispatch_jupyter.core.runtime.tables import Tables
from dispatch_jupyter.core.skills.shelf import Shelf


def test_a_chore_that_fails_leaves_its_name_and_a_trace(caplog):
    async def broken() -> None:
        raise ZeroDivisionError

    async def main() -> None:
        chores = Chores()
        chores.add(broken(), "dispatch-tidy")
        await chores.finish()

    with caplog.at_level(logging.ERROR):
        asyncio.run(main())
    assert "dispatch-tidy" in caplog.text and "in broken" in caplog.text


def test_what_is_counted_is_what_going_through_all_messages_gives():
    dice, begin = random.Random(5), now()
    tables, put = Tables(), []
    for number in range(400):
        if put and dice.random() < 0.4:
            old = dice.choice(put)
            new = old.model_copy(
                update={
                    "status": dice.choice(["delivered", "withdrawn", "complete"]),
                    "ended_at": begin + timedelta(seconds=number),
                }
            )
            put[put.index(old)] = new
        else:
            role = dice.choice(["user", "user", "assistant", "notice"])
            from_agent = dice.choice([None, *[AgentId("s-a")] * 6]) if role == "user" else None
            new = Message(
                id=new_id(), agent_id=AgentId("s-b"), role=role, order=number, status="queued", from_agent=from_agent,
                woke=from_agent is not None and dice.random() < 0.5, created_at=begin + timedelta(seconds=number),
            )  # fmt: skip
            put.append(new)
        tables.set(new)
        _check(tables, put)
        _check(Tables(tables.all()), put)


def _check(tables: Tables, messages: list[Message]) -> None:
    totals = tables.totals
    assert totals.said == sum(one.role != "notice" and one.status != "withdrawn" for one in messages)
    assert totals.latest == max(one.ended_at or one.created_at for one in messages)
    spoken = [place for place, one in enumerate(messages) if one.role == "user" and one.from_agent is None]
    assert totals.spoken_at == (messages[spoken[-1]].created_at if spoken else None)
    assert totals.wakes == sum(one.woke for one in messages[spoken[-1] if spoken else 0 :])


def test_many_who_begin_at_once_read_the_skills_once(tmp_path: Path):
    loads, go_on = [], threading.Event()

    def load() -> Shelf:
        loads.append(1)
        go_on.wait(30)
        return Shelf()

    async def main() -> None:
        library = SimpleNamespace(load=load, packages_outside=lambda _: ())
        skills = CurrentSkills(library, tmp_path)
        first = asyncio.gather(*(skills.fresh() for _ in range(20)))
        await asyncio.sleep(0.05)
        go_on.set()
        await first
        assert len(loads) == 1
        await skills.renewed()
        assert len(loads) == 2

    asyncio.run(main())
