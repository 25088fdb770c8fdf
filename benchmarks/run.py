"""All benchmarks: Markdown tables on standard output, and everything in `benchmarks/results.json`.

docs/performance.md says what they mean.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import commands
import journal
import lag
import machine
import startup
import tree
import turns
from figures import Table
from processes import HERE

PARTS: dict[str, Callable[..., list[Table]]] = {
    "turns": turns.measure,
    "startup": startup.measure,
    "journal": journal.measure,
    "lag": lag.measure,
    "commands": commands.measure,
    "tree": tree.measure,
}


def main() -> int:
    options = _options()
    described = machine.describe()
    print("## Figures\n")
    print(_sentence(described))
    results: dict[str, Any] = {"machine": described, "quick": options.quick, "spins": [machine.spin()], "tables": []}
    missed = []
    for name, tables in _parts(options.only or list(PARTS), quick=options.quick):
        for table in tables:
            print(table.as_markdown(), flush=True)
            figures = [figure.as_json() for figure in table.figures]
            results["tables"].append({"part": name, "title": table.title, "figures": figures})
            missed += [figure.name for figure in table.figures if figure.met is False]
        results["spins"].append(machine.spin())
    print(_noise(results["spins"]))
    print(f"\nTargets missed: {'; '.join(missed) or 'none'}.")
    options.into.write_text(json.dumps(results, indent=1, allow_nan=False) + "\n")
    return 1 if missed and options.strict else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks/run.py", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few readings: shows that everything runs, proves little")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part; may be given several times")
    parser.add_argument("--into", type=Path, default=HERE / "results.json", help="where the results go, as JSON")
    parser.add_argument("--strict", action="store_true", help="exit with 1 if a target is missed")
    return parser.parse_args()


def _parts(names: list[str], *, quick: bool) -> Iterator[tuple[str, list[Table]]]:
    """Each part's tables. One part after the other, so that none is in another's way; the quick run does not care."""
    if not quick:
        yield from ((name, _measured(name, quick=False)) for name in names)
        return
    with ThreadPoolExecutor(len(names)) as threads:
        yield from zip(names, threads.map(lambda name: _measured(name, quick=True), names), strict=True)


def _measured(name: str, *, quick: bool) -> list[Table]:
    with tempfile.TemporaryDirectory(prefix="dispatch-benchmark-") as folder:
        return PARTS[name](Path(folder), quick=quick)


def _sentence(described: dict[str, Any]) -> str:
    packages = ", ".join(f"{name} {version}" for name, version in described["packages"].items())
    return (
        f"{described['processors']} processors ({described['architecture']}, {described['system']}), "
        f"Python {described['python']}; {packages}.\n\n"
        "± is half the distance between the quartiles. A ratio is the value over the floor; that of an addition is the "
        "ratio of the two things compared.\n"
    )


def _noise(spins: list[dict[str, float]]) -> str:
    """How far the same plain work differed in the course of the run."""
    best = min(spin["cpu_best_ms"] for spin in spins)
    median = max(spin["cpu_median_ms"] for spin in spins)
    wall = max(spin["wall_worst_ms"] for spin in spins)
    loads = [spin["load"] for spin in spins]
    return (
        f"Noise: the same arithmetic took {best:.2f} ms of CPU at best, {median / best:.2f} times that at a median and "
        f"{wall / best:.1f} times that by the clock at worst; load {min(loads):.1f} to {max(loads):.1f}."
    )


if __name__ == "__main__":
    sys.exit(main())
