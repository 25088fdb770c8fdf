"""What a command says it will touch, and what the policy says of that. Before anything runs."""

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ...permissions.policy import LOGGED, Policy, Verdict
from ...protocol.commands import SandboxLevel
from ...protocol.errors import ToolError
from ...protocol.parts import Operation
from ...protocol.records import Reach
from .folders import is_file, is_folder
from .rules import SHARED_MEMORY
from .unasked import is_socket

if TYPE_CHECKING:
    from ...permissions.shell.scan import Mention

Span = tuple[int, int]

UNCERTAIN = (
    "What the marked words stand for is known only when it runs, and on this machine nothing holds it back then: "
    "it may touch anything you may."
)


NO_LESS = "To make or remove something there takes leave for all of this folder: this machine knows no less."
STARTS = "The command is to start in this folder."


@dataclass(slots=True)
class Findings:
    """What is to be done before a command may start."""

    asks: list[Reach] = field(default_factory=list)
    """For one question to a person."""
    allowed: list[tuple[Reach, Verdict]] = field(default_factory=list)
    """For the permission log."""
    denied: list[tuple[Reach, Verdict]] = field(default_factory=list)
    """By the policy itself: then nothing runs."""
    sockets: list[Reach] = field(default_factory=list)
    """Other programs', which no leave opens where the kernel confines: nobody is asked, and the result says so."""


def examine(command: str, cwd: Path, policy: Policy, environ: Mapping[str, str], level: SandboxLevel) -> Findings:
    """Blocks: real paths are looked up.

    Args:
        cwd: real path of the folder it starts in.
        level: how well the command will be confined. Where nothing holds it to what it was allowed, what cannot be told
            from the text is asked about too. At level `kernel` leave to make something is leave for its folder.

    Raises:
        ToolError: code `invalid_command`, where it is not valid shell.
    """
    from ...permissions.shell.scan import scan  # loads a parser

    scanned = scan(command, str(cwd), environ, roots=_roots(), is_folder=os.path.isdir, is_file=_is_program)
    if scanned.error:
        raise ToolError(
            f"The command is not valid shell, so nothing was run: {scanned.error}",
            "Correct the quoting and the syntax. It is run by bash.",
            code="invalid_command",
        )
    findings = Findings()
    asks = [warned(reach, STARTS) for reach in _judged("read", cwd, (), policy, findings)]
    for mention in scanned.mentions:
        found = _judged(*_target(mention), mention.spans, policy, findings)
        asks += (_with_its_folder(reach, policy, mention) for reach in found) if level == "kernel" else found
    confined = level != "parsed only"
    if confined:
        # who connects to one reads and writes it; who only writes wants it gone, or another in its place
        connected = {reach.path for reach in asks if reach.operation == "read" and is_socket(reach.path)}
        findings.sockets = [reach for reach in asks if reach.path in connected]
        asks = [reach for reach in asks if reach not in findings.sockets]
    if not confined and scanned.uncertain:
        asks.append(_uncertain(policy, scanned.uncertain))
    findings.asks = merged(asks)
    return findings


def _roots() -> frozenset[str]:
    """The names right below `/`, as far as they may be listed."""
    try:
        return frozenset(path.name for path in Path("/").iterdir())
    except OSError:
        return frozenset()  # the usual ones count all the same


def _is_program(path: str) -> bool:
    return shutil.which(path) is not None


def merged(reaches: Iterable[Reach]) -> list[Reach]:
    """Each path and operation once, and none that another of them covers."""
    found: dict[tuple[str, Operation], Reach] = {}
    for reach in reaches:
        key = (reach.path, reach.operation)
        spans = sorted({*reach.spans, *(found[key].spans if key in found else ())})
        found[key] = reach.model_copy(update={"spans": spans})
    kept: list[Reach] = []
    for reach in found.values():
        wider = [other for other in found.values() if other is not reach and _covers(other, reach)]
        if not wider:
            kept.append(reach)
    return [_with_spans(reach, found.values()) for reach in kept]


def _with_spans(reach: Reach, all_: Iterable[Reach]) -> Reach:
    """With the words of those it stands for."""
    spans = {span for other in all_ if other is reach or _covers(reach, other) for span in other.spans}
    return reach.model_copy(update={"spans": sorted(spans)})


def _covers(wide: Reach, narrow: Reach) -> bool:
    """Whether who allows the one has allowed the other: what has a warning of its own is always shown."""
    no_less = narrow.caution == wide.caution or (narrow.caution is None and wide.limit == "always")
    if narrow.secret != wide.secret or not no_less:
        return False
    if narrow.operation not in (wide.operation, "read"):
        return False
    return Path(narrow.path).is_relative_to(wide.path)


def _target(mention: "Mention") -> tuple[Operation, Path]:
    operation: Operation = "write" if mention.creates else mention.operation
    if mention.unnames and not mention.creates:  # a link itself, not what it leads to
        folder, _, name = mention.path.rpartition("/")
        return operation, Path(os.path.realpath(folder or "/"), name)
    # what is not there yet is placed in its real folder; links are followed as the kernel would
    return operation, Path(os.path.realpath(mention.path))


def _judged(
    operation: Operation, path: Path, spans: Sequence[Span], policy: Policy, findings: Findings
) -> Iterator[Reach]:
    verdict = policy.decide(operation, path)
    if verdict.outcome == "allow" and verdict.rule not in LOGGED:
        return
    reach = policy.reach(operation, path, is_folder=is_folder(path), is_file=is_file(path))
    reach = reach.model_copy(update={"spans": list(spans)})
    if verdict.outcome == "ask":
        yield reach
    elif verdict.outcome == "allow":
        findings.allowed.append((reach, verdict))
    else:
        findings.denied.append((reach, verdict))


def _with_its_folder(reach: Reach, policy: Policy, mention: "Mention") -> Reach:
    """What has to be allowed for something to be made or removed: Landlock knows folders only. No more than is usual is
    offered all the same, be it for a file that is guarded, or in a folder that is too wide: then that fails.
    """
    path = Path(reach.path)
    ours = path.is_relative_to(SHARED_MEMORY)  # all of it is open to a command there
    if reach.operation != "write" or reach.guarded or reach.secret or ours:
        return reach
    if os.path.lexists(path) and not mention.unnames:
        return reach
    folder = next((above for above in path.parents if is_folder(above)), path)
    wide = policy.reach("write", folder, is_folder=True)
    if wide.limit != "always" or policy.decide("write", folder).outcome != "ask":
        return reach
    return warned(wide.model_copy(update={"spans": reach.spans}), NO_LESS)


def warned(reach: Reach, caution: str) -> Reach:
    """The same, with one more sentence to be read before it is allowed."""
    return reach.model_copy(update={"caution": " ".join(filter(None, [reach.caution, caution]))})


def _uncertain(policy: Policy, spans: Sequence[Span]) -> Reach:
    reach = policy.reach("execute", Path("/"), is_folder=True)
    return reach.model_copy(update={"spans": list(spans), "caution": UNCERTAIN, "limit": "once"})
