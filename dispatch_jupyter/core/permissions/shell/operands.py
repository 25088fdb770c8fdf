"""Programs whose arguments a table can describe."""

from .call import Call, Spec
from .tables import PROGRAMS

_SPECS: dict[str, Spec] = {}


def follow_table(call: Call) -> None:
    """Note what a program's arguments name: by its line of the table, else by how they look."""
    if (spec := spec_of(call.name)) is not None:
        call.follow(spec)
    else:
        call.follow(_UNKNOWN)


def spec_of(name: str) -> Spec | None:
    """A program's line of the table."""
    if not _SPECS:
        _SPECS.update(_read(PROGRAMS))
    return _SPECS.get(name)


def parse(line: str) -> Spec:
    """`operands | option=kind ...`."""
    operands, _, opts = line.partition("|")
    pairs = (item.rpartition("=") for item in opts.split())
    return Spec(operands.split(), {option: kind for names, _, kind in pairs for option in names.split(",")})


def _read(text: str) -> dict[str, Spec]:
    specs: dict[str, Spec] = {}
    for line in text.strip().splitlines():
        names, _, rest = line.partition(":")
        spec = parse(rest)
        specs.update(dict.fromkeys(names.split(), spec))
    return specs


_UNKNOWN = Spec(["?*"])
