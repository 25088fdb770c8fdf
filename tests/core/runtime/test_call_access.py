"""What a call touches without a question goes into the permission log, to a bound."""

from pathlib import Path
from types import SimpleNamespace

from dispatch_jupyter.core.permissions.policy import Policy, Verdict
from dispatch_jupyter.core.protocol.records import Reach
from dispatch_jupyter.core.runtime.access import MAX_NOTED, CallAccess


def test_a_call_that_reaches_for_very_much_is_logged_to_a_bound():
    told = []
    log = SimpleNamespace(by_policy=lambda agent, call, reach, verdict: told.append(reach.path))
    access = CallAccess(None, SimpleNamespace(log=log), lambda: Policy(Path("/p")), "s1-a1", "c1")
    for number in range(2_000):
        reach = Reach(operation="write", path=f"/out/{number}", covers="/out")
        access.note(reach, Verdict("deny", "refused name", reason="no"))
        access.note(reach, Verdict("deny", "refused name", reason="no"))
    assert len(told) == MAX_NOTED + 1
    assert told[-2] == "/out/49" and "and more" in told[-1]
