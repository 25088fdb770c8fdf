"""`python -m model_server`: the server as a process of its own; the package docstring says how."""

import argparse
import json
import os
import runpy
import sys

from .script import Reply, Script
from .server import ModelServer


def main() -> None:
    parser = argparse.ArgumentParser(prog="model_server")
    parser.add_argument("--script", help="FILE.py:NAME of a list or a function")
    parser.add_argument("--tokens", type=int, default=100, help="without a script: tokens of every reply")
    parser.add_argument("--pace", type=float, default=0.0, help="without a script: seconds between tokens")
    options = parser.parse_args()
    reply = Reply.tokens(options.tokens, pace=options.pace)
    script: Script = lambda received: reply  # noqa: E731
    if options.script:
        file, _, name = options.script.rpartition(":")
        script = runpy.run_path(file)[name]
    with ModelServer(script) as server:
        print(json.dumps({"url": server.url, "pid": os.getpid()}), flush=True)  # noqa: T201
        sys.stdin.read()


if __name__ == "__main__":
    main()
