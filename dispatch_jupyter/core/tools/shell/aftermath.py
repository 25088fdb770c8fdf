"""What is looked at once a command's processes are gone: what it was denied."""

import asyncio
import re
from collections.abc import Collection, Iterable
from pathlib import Path

from ...permissions.policy import Denied, Policy
from ...protocol.parts import Operation
from ...protocol.records import Reach
from ...sandbox.guess import blamed
from ...sandbox.types import Exit
from .examine import NO_LESS, merged, warned
from .folders import is_file, is_folder
from .live import HABITUAL, IMPORTED_FROM
from .questions import MAX_WHILE_RUNNING
from .running import Running
from .unasked import Kind, kind_of

MAX_NAMED = 4
UNTOLD = (
    "Outside the project commands reach what was allowed: name the full path in the command, and the user is asked."
)
FROM_BEGINNING = "It will be run again from its beginning."

_SHOWS = re.compile(r"\s*(cat|head|tail|grep|egrep|rg|jq|wc|git|less)\s[^|;&`$\n]*")
"""One program that shows what is in files: had it been denied something itself, it would not have ended well."""

Key = tuple[Operation, str]
"""What was wanted, and the real path of what it was wanted of."""


async def settle_denials(running: Running, end: Exit) -> list[str]:
    """Notes on what was denied. What stopped the command and nobody was asked about, they are asked about now."""
    policy, decisions = running.questions.policy(), running.decisions
    notes = [f"Denied: {path}: {reason}" for path, reason in list(decisions.refused.items())[:MAX_NAMED]]
    denied = decisions.unasked | {(one.operation, one.path) for one in end.denials if not one.asked}
    denied = {(operation, path) for operation, path in denied if path not in decisions.refused}
    kinds = await asyncio.to_thread(_kinds, policy, denied)
    for (operation, path), kind in sorted(kinds.items()):
        decisions.tell(policy.reach(operation, Path(path)), kind)
    notes += decisions.told.notes()
    if not denied and not running.live and end.code != 0 and "permission denied" in _printed(running).casefold():
        notes.append(UNTOLD)
    if denied:
        notes += await _ask_or_tell(running, policy, end, denied, kinds)
    if end.granted:
        notes.append(f"Run it again if a part of it failed: some was allowed only as it ran ({named(end.granted)}).")
    return notes


async def _ask_or_tell(
    running: Running, policy: Policy, end: Exit, denied: set[Key], kinds: Collection[Key]
) -> list[str]:
    """Of what nobody was asked about. `kinds`: those of the denied that nobody is ever asked about."""
    failed, unasked = end.code != 0, running.decisions.unasked
    guesses = {(one.operation, one.path) for one in end.denials if one.guessed} & denied
    if not failed and _SHOWS.fullmatch(running.command):
        denied, guesses = denied - guesses, set()
    # one that ended well may have failed all the same, piped into another program; then it said what for
    told = await _told(running, {key for key in denied - guesses if key[1] in HABITUAL or key in unasked})
    # programs reach for many things they do without: that a command failed is no sign that it was for want of them
    missed = {key for key in (denied if failed else unasked & denied) if key[1] not in HABITUAL}
    worth = guesses | told | missed
    # after a denial nobody wants to be asked for more of the same command; leave once is of no use after the last run
    over = running.decisions.refused or running.again is None
    possible = set() if over else worth.difference(kinds)
    reaches = await asyncio.to_thread(_reaches, policy, possible, guesses)
    asked = sorted(reaches)[:MAX_WHILE_RUNNING]
    wanted = [*filter(None, map(reaches.get, asked))]
    notes = [await _ask_now(running, _listed(asked), wanted)] if asked else []
    if failed and _lacks_a_module(running):
        worth |= {key for key in denied if key[1] in IMPORTED_FROM}
    untold = sorted(key for key in worth.difference(asked) if key[1] not in running.decisions.told)
    if untold:
        notes.append(f"Denied without asking: {_listed(untold)}")
    return notes


async def _told(running: Running, keys: set[Key]) -> set[Key]:
    """Those that the command says were denied."""
    paths = await asyncio.to_thread(blamed, _printed(running)) if keys else set()
    return {key for key in keys if key[1] in paths}


def _kinds(policy: Policy, denied: Iterable[Key]) -> dict[Key, Kind]:
    """Those of the denied that nobody is asked about, and why."""
    return {key: kind for key in denied if (kind := kind_of(policy, *key)) is not None}


def _lacks_a_module(running: Running) -> bool:
    text = _printed(running)
    return "ModuleNotFoundError" in text or "ImportError" in text


def _printed(running: Running) -> str:
    output = running.handle.output()
    return output.head + output.tail


async def _ask_now(running: Running, what: str, reaches: list[Reach]) -> str:
    """One question for what a command was denied. With leave for it, it is run again: leave once is for this call.

    Args:
        what: in words.
        reaches: what a person has to be asked of it; nothing where a grant came meanwhile.
    """
    if not reaches:
        return f"Allowed by now: {what}. Run it again if it failed for that."
    try:
        await running.questions.ask([warned(reach, FROM_BEGINNING) for reach in merged(reaches)])
    except Denied as refusal:
        return f"{refusal.message} Denied: {what}."
    running.again_wanted = True
    return f"It was denied, and allowed then: {what}."


def _reaches(policy: Policy, denied: Iterable[Key], guesses: Collection[Key]) -> dict[Key, Reach | None]:
    """What a person may be asked; None for what is allowed by now. Blocks.

    Args:
        guesses: those told from what the command printed. Anybody may print anything, so nothing delicate is asked.
    """
    found: dict[Key, Reach | None] = {}
    for key in denied:
        operation, path = key[0], Path(key[1])
        outcome, folder = policy.decide(operation, path).outcome, is_folder(path)
        reach = policy.reach(operation, path, is_folder=folder, is_file=is_file(path))
        delicate = reach.secret is not None or reach.limit != "always"
        in_folder = operation == "write" and folder
        if outcome == "deny" or (key in guesses and delicate):
            continue
        if key in guesses and in_folder:
            reach = warned(reach, NO_LESS)
        found[key] = reach if outcome == "ask" else None
    return found


def _listed(denied: Iterable[Key]) -> str:
    return named(f"{operation} {path}" for operation, path in denied)


def named(names: Iterable[str]) -> str:
    """The first of some names, and how many more there are."""
    names = list(names)
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return f"{', '.join(names[:MAX_NAMED])}{more}"
