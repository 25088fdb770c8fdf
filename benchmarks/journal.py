"""What a message costs on disk, and whether that depends on how long the conversation is.

Held against a file to which lines are appended (nothing can be cheaper and outlive the process) and, where one can
wait for it, against TinyDB's own storage.
"""

from pathlib import Path

from figures import Figure, Table, Target
from processes import Worker, bare_environment

SIZES = (100, 1_000, 10_000)
TINY_SIZES = (100, 1_000)
"""At 10,000 messages TinyDB's own storage takes seconds for each."""
QUICK_SIZES = (100, 2_000)
QUICK_TINY = (100,)

INDEPENDENT = Target(1.5, "ratio")

Readings = dict[tuple[str, int], list[float]]


def measure(folder: Path, *, quick: bool) -> list[Table]:
    """All tables of this question."""
    sizes, tiny = (QUICK_SIZES, QUICK_TINY) if quick else (SIZES, TINY_SIZES)
    append, load = _read(folder, sizes, tiny, rounds=3 if quick else 9)
    return [_appends(append, sizes, tiny), _loads(load, sizes, tiny)]


def _read(folder: Path, sizes: tuple[int, ...], tiny: tuple[int, ...], rounds: int) -> tuple[Readings, Readings]:
    """Microseconds of one append, milliseconds of one load, by store and size."""
    append: Readings = {}
    load: Readings = {}
    with Worker("journal_worker.py", bare_environment(folder), str(folder)) as worker:
        for number in range(rounds + 1):
            for size in sizes:
                for store in ("lines", "journal", "session", *(["tinydb"] if size in tiny else [])):
                    read = worker.do(store=store, messages=size, appends=_appended(store))
                    if number:  # the first fills the store
                        append.setdefault((store, size), []).append(read["append"] * 1e6)
                        load.setdefault((store, size), []).append(read["load"] * 1e3)
    return append, load


def _appended(store: str) -> int:
    """So many that the clock can tell, so few that the conversation stays about as long as it was."""
    return {"tinydb": 3, "session": 0}.get(store, 40)


def _appends(append: Readings, sizes: tuple[int, ...], tiny: tuple[int, ...]) -> Table:
    figures = []
    for size in sizes:
        at, ours = f"append at {size:,} messages", append["journal", size]
        figures.append(Figure(at, "µs", ours, append["lines", size], "line to a file"))
        if size in tiny:
            figures.append(Figure(f"TinyDB's own storage, {at}", "µs", append["tinydb", size], ours, "Dispatch"))
    first, last = sizes[0], sizes[-1]
    name = f"append at {last:,} messages against {first:,}"
    figures.append(
        Figure(name, "µs", append["journal", last], append["journal", first], f"at {first:,}", target=INDEPENDENT)
    )
    return Table("CPU of appending one message to the journal", figures)


def _loads(load: Readings, sizes: tuple[int, ...], tiny: tuple[int, ...]) -> Table:
    figures = []
    for size in sizes:
        at, lines = f"{size:,} messages", load["lines", size]
        figures.append(Figure(f"journal of {at}", "ms", load["journal", size], lines, "JSON lines of a file"))
        figures.append(Figure(f"live session of {at}", "ms", load["session", size], lines, "JSON lines of a file"))
        if size in tiny:
            figures.append(
                Figure(f"TinyDB's own storage, {at}", "ms", load["tinydb", size], lines, "JSON lines of a file")
            )
    return Table("CPU of loading a conversation", figures)
