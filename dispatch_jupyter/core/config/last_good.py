"""What of a file's last good version may stay in force where the file is broken now.

Nothing that needs trust: of a project's file a version is trusted by its bytes, and those are others now. Nor what
people take back by deleting it, as leave for a folder: next to a misspelling it would go on counting.
"""

from dataclasses import replace
from typing import Any

from ..protocol.records import ErrorInfo
from .agent_files import AgentFile
from .layer import Layer
from .marks import Location
from .stays import LastGood, still_in_force
from .tree import take_out
from .trust import asks_for
from .widening import LIMITS, LISTS, SECTIONS, entries_that_widen


def last_good(layer: Layer | None, home: str) -> LastGood:
    """What of the last version of a dispatch.yaml stays where it is broken.

    Args:
        layer: the last version, or what has stayed in force of those before it.
        home: what `~` stands for.
    """
    if layer is None:
        return LastGood()
    cuts: list[Location] = [*SECTIONS]
    if layer.project is not None:
        # limits too: whether one widens depends on the person's own file, which may be another by now
        cuts += [*LIMITS, *((listed,) for listed in LISTS), *entries_that_widen(layer, home)]
    values: dict[str, Any] = take_out(layer.values, layer.tree, cuts)[0]
    return LastGood(values, layer.partial)


def last_good_agent(file: AgentFile, last: AgentFile | None, home: str) -> AgentFile:
    """An agent's file that cannot be used now, as it was; the file itself where it can be, or never could.

    One that is emptied counts as broken: an agent of which nothing is said may use all tools, and a write that was cut
    short must not give them to one that could only read.
    """
    if last is None or last.section is None or asks_for(last, home):
        return file
    error = file.error if file.section is None else _emptied(file, last)
    return file if error is None else replace(file, section=last.section, error=still_in_force(error, "the agent"))


def _emptied(file: AgentFile, last: AgentFile) -> ErrorInfo | None:
    if file.text.strip() or not last.text.strip():
        return None
    return file.fault((), "it is empty now.", "Write again what it is to set (a comment will do), or delete it.")
