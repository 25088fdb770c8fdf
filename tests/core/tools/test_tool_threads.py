"""Tools that take long hold up other tools at most."""

import asyncio
import threading
import time

from dispatch_jupyter.core.tools import files, listing
from dispatch_jupyter.core.tools.threads import in_thread, in_turn, to_the_end


def test_however_many_tools_work_other_threads_are_free():
    """The settings, the keys and the ends of calls are looked up in asyncio's own threads."""

    async def main() -> None:
        go_on = threading.Event()
        works = [
            asyncio.create_task(way(go_on.wait, 30)) for way in (in_thread, in_turn, to_the_end) for _ in range(40)
        ]
        await asyncio.sleep(0.05)
        began = time.monotonic()
        await asyncio.to_thread(lambda: None)
        assert time.monotonic() - began < 20
        go_on.set()
        await asyncio.gather(*works)

    asyncio.run(main())


def test_long_listings_do_not_hold_up_reading():
    async def main() -> None:
        go_on = threading.Event()
        works = [asyncio.create_task(in_turn(go_on.wait, 30)) for _ in range(20)]
        assert await asyncio.wait_for(in_thread(lambda: "read"), 20) == "read"
        go_on.set()
        await asyncio.gather(*works)

    asyncio.run(main())


def test_which_tools_work_where(monkeypatch):
    def where(*_):
        return threading.current_thread().name

    monkeypatch.setattr(listing, "_list_files", where)
    monkeypatch.setattr(files, "_read_file", where)
    assert asyncio.run(listing.ListFiles().run(None, None)).startswith("dispatch-long-tool")
    assert asyncio.run(files.ReadFile().run(None, None)).startswith("dispatch-tool")
