"""Runs inside the sandbox and tries to get out: one function a hole, standard library only.

Usage: `holes.py WORLD.json`; prints `{hole: what was got, or null}`. An OSError means that it was held. What a hole
returns is proof that it is open. The functions of `WORKS` must succeed instead: they return null.
"""
# ruff: noqa: PTH123, T201

import json
import sys
import time

import ways_files  # noqa: F401 - its functions register themselves
import ways_kernel  # noqa: F401 - its functions register themselves
import ways_metadata  # noqa: F401 - its functions register themselves
import ways_network  # noqa: F401 - its functions register themselves
import ways_processes  # noqa: F401 - its functions register themselves
import ways_work  # noqa: F401 - its functions register themselves
from tries import HOLES, WORKS


def main():
    with open(sys.argv[1]) as file:
        world = json.load(file)
    results = {"holes": {}, "works": {}}
    for kind, functions in (("holes", HOLES), ("works", WORKS)):
        for name, function in functions.items():
            started = time.monotonic()
            try:
                results[kind][name] = function(world) or None
            except OSError as error:
                results[kind][name] = None if kind == "holes" else repr(error)
            except Exception as error:
                results[kind][name] = f"the test itself failed: {error!r}"
            if time.monotonic() - started > 5:
                results[kind][name] = "took too long"
    print("RESULTS " + json.dumps(results, default=str))


main()
