"""Kills a process that appends, again and again, and looks at what is left. `kill_victim.py FOLDER KILLS SEED`

The victims are forks, so that a kill costs milliseconds and not an interpreter's start. Prints a line of figures.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from dispatch_jupyter.core.protocol.ids import SessionId
from dispatch_jupyter.core.store.session_db import SessionDB
from store_samples import OWNER, call, message, row, session

ID = SessionId("f" * 16)


def batch(number: int) -> list:
    """2 to 5 messages that tell their batch and its size, now and then a long line or a blob."""
    size = number % 4 + 2
    text = json.dumps([number, size]) + "x" * (60_000 * (number % 5 == 0))
    rows = [row(message(number * 10 + place, text)) for place in range(size)]
    if number % 7 == 0:
        # megabytes in one write: long enough to be hit in it, between the first message and the last
        rows[1:1] = [row(call("y" * 60_000, arguments={"number": number})) for _ in range(30)]
    if number % 11 == 0:
        rows.append(row(call(str(number) * 70_000)))
    return rows


def victim(folder: Path, start: int, acknowledge: int) -> None:
    db = SessionDB.open(folder, ID, OWNER)
    for number in range(start, start + 10**6):
        db.append(batch(number), sync=number % 10 == 0)
        os.write(acknowledge, b"%d\n" % number)


def check(folder: Path) -> tuple[set[int], int]:
    """The numbers of the batches that are there, each whole, and the bytes that were cut off."""
    db = SessionDB.open(folder, ID, OWNER)
    torn = db.db.storage.torn
    found: dict[int, int] = {}
    sizes = {}
    for doc in db.load()["messages"]:
        number, size = json.loads(doc["text"].rstrip("x"))
        found[number] = found.get(number, 0) + 1
        sizes[number] = size
    db.close()
    assert found == sizes, "a batch is there in part"
    return set(found), torn


def main(folder: Path, kills: int, seed: int) -> None:
    random_ = random.Random(seed)
    acknowledged: set[int] = set()
    torn, start = 0, 1
    for _ in range(kills):
        if start == 1:
            db = SessionDB.create(folder, ID, OWNER)
            db.append([row(session(ID))], sync=True)
            db.close()
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            victim(folder, start, writing)
        os.close(writing)
        first = os.read(reading, 1000)
        time.sleep(random_.uniform(0, 0.03))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with os.fdopen(reading, "rb") as pipe:
            acknowledged.update(map(int, (first + pipe.read()).split()))
        there, cut = check(folder)
        assert acknowledged <= there, f"lost: {sorted(acknowledged - there)}"
        torn += cut > 0
        start = max(there) + 1
        if (folder / f"{ID}.jsonl").stat().st_size > 30_000_000:
            (folder / f"{ID}.jsonl").unlink()
            acknowledged.clear()
            start = 1
    sys.stdout.write(f"kills {kills} torn {torn} last {start}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
