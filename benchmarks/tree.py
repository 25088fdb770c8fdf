"""What a child costs: fifty summoned in one step and brought home, beside as many agents that were asked one by one.

CPU of all threads of the process; the tree is one session, the floor fifty sessions with the same words in them.
"""

import json
from pathlib import Path

from figures import Figure, Table, Target
from processes import ScriptedModel, Worker, bare_environment
from turns import request_of

CHILDREN = 50
TOKENS = 20

MOST = Target(2.0, "ratio")


def measure(folder: Path, *, quick: bool) -> list[Table]:
    """All tables of this question."""
    environment = bare_environment(folder)
    request = folder / "request.json"
    request.write_text(json.dumps(request_of(folder)))
    children = 5 if quick else CHILDREN
    with ScriptedModel(environment) as model:
        environment |= model.environment
        with Worker("tree_worker.py", environment, str(folder)) as worker:

            def read(*, tree: bool) -> float:
                return float(worker.do(children=children, tokens=TOKENS, tree=tree)["cpu"]) * 1e3

            read(tree=True)  # the first call of all imports litellm
            rounds = [(read(tree=True), read(tree=False)) for _ in range(1 if quick else 9)]
    trees, alone = zip(*rounds, strict=True)
    figure = Figure("a child, summoned and brought home", "ms", trees, alone, "an agent asked", target=MOST)
    return [Table(f"A tree of {children} children, CPU of each", [figure])]
