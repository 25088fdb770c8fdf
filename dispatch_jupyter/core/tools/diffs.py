"""What changed in a file, as a unified diff of bounded size and cost."""

import difflib
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from ..protocol.records import FileChange

MAX_DIFF_LINES = 400
MAX_LINE_CHARS = 500
CONTEXT = 3
MAX_PAIRS = 100_000
MAX_CHANGED_LINES = 8_000

Op = tuple[str, int, int, int, int]
"""As difflib's: (tag, start and end in the old lines, start and end in the new)."""


def file_change(path: str, old: str | None, new: str) -> FileChange:
    """The change of a file from `old` (None: there was none) to `new`. Blocks; bounded to about half a second."""
    before, after = _lines(old or ""), _lines(new)
    ops = _ops(before, after)
    lines = list(islice(_hunks(ops, before, after), MAX_DIFF_LINES + 1))
    changed = [op for op in ops if op[0] != "equal"]
    return FileChange(
        path=path,
        diff="\n".join(lines[:MAX_DIFF_LINES]),
        added=sum(op[4] - op[3] for op in changed),
        removed=sum(op[2] - op[1] for op in changed),
        created=old is None,
        diff_cut=len(lines) > MAX_DIFF_LINES,
    )


def _lines(text: str) -> list[str]:
    """Lines with their endings, so that a change of endings is a change."""
    lines = text.split("\n")
    last = lines.pop()
    ended = [f"{line}\n" for line in lines]
    return [*ended, last] if last else ended


def _ops(before: list[str], after: list[str]) -> list[Op]:
    """What to do to get from one to the other; what is the same at both ends is never compared twice."""
    shorter = min(len(before), len(after))
    head = next((i for i in range(shorter) if before[i] != after[i]), shorter)
    tail = next((i for i in range(shorter - head) if before[-1 - i] != after[-1 - i]), shorter - head)
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    middle = _compared(old, new) if _affordable(old, new) else [("replace", 0, len(old), 0, len(new))]
    ops: list[Op] = [("equal", 0, head, 0, head)]
    ops += [(tag, a + head, b + head, c + head, d + head) for tag, a, b, c, d in middle]
    ops.append(("equal", len(before) - tail, len(before), len(after) - tail, len(after)))
    return [op for op in ops if op[1] < op[2] or op[3] < op[4]]


def _compared(old: list[str], new: list[str]) -> list[Op]:
    # autojunk: lines that are everywhere (blank ones, braces) would make it quadratic
    return list(difflib.SequenceMatcher(None, old, new, autojunk=True).get_opcodes())


def _affordable(old: list[str], new: list[str]) -> bool:
    """Whether difflib will be quick: its cost goes with the pairs of equal lines, which may be quadratic."""
    if len(old) + len(new) > MAX_CHANGED_LINES:
        return False
    popular = len(new) // 100 + 1 if len(new) >= 200 else len(new)  # beyond it autojunk looks away
    counts = {line: count for line, count in Counter(new).items() if count <= popular}
    return sum(counts.get(line, 0) for line in old) <= MAX_PAIRS


def _hunks(ops: list[Op], before: list[str], after: list[str]) -> Iterator[str]:
    """The lines of a unified diff, without the two file lines."""
    for group in _groups(ops):
        first, last = group[0], group[-1]
        yield f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@"
        for tag, a, b, c, d in group:
            if tag == "equal":
                for line in before[a:b]:
                    yield from _shown(" ", line)
                continue
            for line in before[a:b]:
                yield from _shown("-", line)
            for line in after[c:d]:
                yield from _shown("+", line)


def _groups(ops: list[Op]) -> Iterator[list[Op]]:
    """Changes with their context; those that are close together in one group."""
    group: list[Op] = []
    for index, (tag, a, b, c, d) in enumerate(ops):
        if tag != "equal":
            group.append((tag, a, b, c, d))
            continue
        first, last = index == 0, index == len(ops) - 1
        if first:
            group.append((tag, max(a, b - CONTEXT), b, max(c, d - CONTEXT), d))
        elif last:
            group.append((tag, a, min(b, a + CONTEXT), c, min(d, c + CONTEXT)))
        elif b - a > 2 * CONTEXT:
            group.append((tag, a, a + CONTEXT, c, c + CONTEXT))
            yield group
            group = [(tag, b - CONTEXT, b, d - CONTEXT, d)]
        else:
            group.append((tag, a, b, c, d))
    if any(op[0] != "equal" for op in group):
        yield group


def _range(start: int, end: int) -> str:
    length = end - start
    if length == 1:
        return str(start + 1)
    return f"{start + 1 if length else start},{length}"


def _shown(sign: str, line: str) -> Iterator[str]:
    text = line.removesuffix("\n").removesuffix("\r")
    yield sign + (text if len(text) <= MAX_LINE_CHARS else text[:MAX_LINE_CHARS] + "…")
    if not line.endswith("\n"):
        yield "\\ No newline at end of file"
