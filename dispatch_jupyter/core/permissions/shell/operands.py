"""Programs whose arguments a table can describe."""

import re

from .call import Call, Spec
from .tables import PROGRAMS

_SPECS: dict[str, Spec] = {}


def follow_table(call: Call) -> None:
    """Note what a program's arguments name: by its line of the table, else by how they look."""
    call.follow(spec_of(call.name) or _UNKNOWN)


def spec_of(name: str) -> Spec | None:
    """A program's line of the table."""
    if not _SPECS:
        _SPECS.update(table(PROGRAMS))
    return _SPECS.get(name)


def parse(line: str) -> Spec:
    """`operands | option=kind ...`; options of one kind may stand together, with commas."""
    operands, _, opts = line.partition("|")
    pairs = (item.rpartition("=") for item in opts.split())
    return Spec(operands.split(), {option: kind for names, _, kind in pairs for option in names.split(",")})


def table(text: str) -> dict[str, Spec]:
    """`names : spec` a line; an indented line continues the one before it."""
    text = re.sub(r"\n\s+", " ", re.sub(r",\n\s+", ",", text.strip()))
    specs: dict[str, Spec] = {}
    for line in text.splitlines():
        names, _, rest = line.partition(" :")
        specs.update(dict.fromkeys(names.split(), parse(rest)))
    return specs


_UNKNOWN = Spec(["?*"])
