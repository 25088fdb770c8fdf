"""What is looked at once a command's processes are gone: what it was denied."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

from ...permissions.policy import Denied, Policy
from ...protocol.parts import Operation
from ...protocol.records import Reach
from ...sandbox.types import Exit
from .folders import is_file, is_folder
from .live import HABITUAL, IMPORTED_FROM
from .questions import MAX_WHILE_RUNNING
from .running import Running
from .unasked import Kind, kind_of

MAX_NAMED = 4
FROM_BEGINNING = "It will be run again from its beginning."


async def settle_denials(running: Running, end: Exit) -> list[str]:
    """Notes on what was denied. Where a failed command was denied something nobody was asked about, they are now."""
    policy, decisions = running.questions.policy(), running.decisions
    notes = [f"Denied: {path}: {reason}" for path, reason in list(decisions.refused.items())[:MAX_NAMED]]
    denied = decisions.unasked | {(one.operation, one.path) for one in end.denials if not one.asked}
    denied = {(operation, path) for operation, path in denied if path not in decisions.refused}
    kinds = await asyncio.to_thread(_kinds, policy, denied)
    for (operation, path), kind in sorted(kinds.items()):
        decisions.tell(policy.reach(operation, Path(path)), kind)
    notes += decisions.told.notes()
    if denied and end.code != 0:
        # after a denial nobody wants to be asked for more of the same command
        possible = () if decisions.refused else denied.difference(kinds)
        worth = [key for key in possible if _is_worth_asking(running, policy, *key)]
        asked = sorted(worth)[:MAX_WHILE_RUNNING]
        if asked:
            notes.append(await _ask_now(running, policy, asked))
        left = denied.difference(asked)
        untold = sorted(key for key in left if key[1] not in decisions.told and _is_worth_telling(running, key[1]))
        if untold:
            notes.append(f"Denied without asking: {_listed(untold)}")
    elif blamed := sorted(key for key in denied if _is_blamed(running, key[1])):
        # it ended well, as what is piped into another program does
        notes.append(f"Denied without asking: {_listed(blamed)}")
    if end.granted:
        notes.append(f"Run it again if a part of it failed: some was allowed only as it ran ({named(end.granted)}).")
    return notes


def _kinds(policy: Policy, denied: Iterable[tuple[Operation, str]]) -> dict[tuple[Operation, str], Kind]:
    """Those of the denied that nobody is asked about, and why."""
    return {key: kind for key in denied if (kind := kind_of(policy, *key)) is not None}


def _is_worth_asking(running: Running, policy: Policy, operation: Operation, path: str) -> bool:
    """Programs reach for many things they do without: that a command failed is no sign that it was for want of them."""
    if path in HABITUAL and not _is_blamed(running, path):
        return False
    return policy.decide(operation, Path(path)).outcome != "deny"


def _is_worth_telling(running: Running, path: str) -> bool:
    if path not in HABITUAL:
        return True
    text = _printed(running)
    return path in IMPORTED_FROM and ("ModuleNotFoundError" in text or "ImportError" in text)


def _is_blamed(running: Running, path: str) -> bool:
    """Whether Python says that it failed for want of a folder that it usually does without, as pip does."""
    return path in IMPORTED_FROM and f"Permission denied: '{path}'" in _printed(running)


def _printed(running: Running) -> str:
    output = running.handle.output()
    return output.head + output.tail


async def _ask_now(running: Running, policy: Policy, denied: list[tuple[Operation, str]]) -> str:
    """One question for what stopped the command; with leave for it, it is run again, here or by its agent."""
    what = _listed(denied)
    reaches = await asyncio.to_thread(_reaches, policy, denied)
    if not reaches:  # a grant came meanwhile
        return f"Run it again: what it was denied is allowed now ({what})."
    if running.again is not None:
        reaches = [
            reach.model_copy(update={"caution": " ".join(filter(None, [reach.caution, FROM_BEGINNING]))})
            for reach in reaches
        ]
    try:
        await running.questions.ask(reaches)
    except Denied as refusal:
        return f"{refusal.message} Denied: {what}."
    if running.again is None:
        return f"Run it again: what it was denied is allowed now ({what})."
    running.again_wanted = True
    return f"It was run again from its beginning: what it was denied is allowed now ({what})."


def _reaches(policy: Policy, denied: Iterable[tuple[Operation, str]]) -> list[Reach]:
    paths = [(operation, Path(path)) for operation, path in denied]
    return [
        policy.reach(operation, path, is_folder=is_folder(path), is_file=is_file(path))
        for operation, path in paths
        if policy.decide(operation, path).outcome == "ask"
    ]


def _listed(denied: Iterable[tuple[Operation, str]]) -> str:
    return named(f"{operation} {path}" for operation, path in denied)


def named(names: Iterable[str]) -> str:
    """The first of some names, and how many more there are."""
    names = list(names)
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return f"{', '.join(names[:MAX_NAMED])}{more}"
