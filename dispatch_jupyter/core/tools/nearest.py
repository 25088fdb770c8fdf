"""The block of a file that comes nearest to one that was not found, and how it differs."""

import difflib
import re
from collections import Counter

from .text import split_lines

MAX_SHOWN_LINES = 20
MAX_SHOWN_CHARS = 200
MAX_COMPARED_LINES = 3000
MAX_COMPARED_CHARS = 300
MIN_RATIO = 0.5

_NUMBERED = re.compile(r"\s*\d+\t")


def explain(text: str, block: str) -> str:
    """What to tell a model whose block is not in the text: the nearest lines with numbers, and what is different."""
    wanted = split_lines(block.replace("\r\n", "\n"))
    lines = split_lines(text)
    filled = [line for line in wanted if line.strip()]
    if filled and all(_NUMBERED.match(line) for line in filled):
        return "It has the line numbers of read_file in it: leave out each number and the tab after it."
    top = _nearest(lines, wanted)
    if top is None:
        return "Nothing in the file comes near it. Read the file again."
    shown = lines[top : top + min(len(wanted), MAX_SHOWN_LINES)]
    numbered = "\n".join(f"{top + index + 1}\t{_short(line)}" for index, line in enumerate(shown))
    return f"{_first_difference(lines, wanted, top)}\nThe nearest lines are:\n{numbered}"


def _nearest(lines: list[str], wanted: list[str]) -> int | None:
    """The index of the line where the nearest block begins."""
    if not lines or not any(line.strip() for line in wanted):
        return None
    return _most_in_common(lines, wanted) if _shares(lines, wanted) else _alike(lines, wanted)


def _shares(lines: list[str], wanted: list[str]) -> bool:
    have = {_squeezed(line) for line in wanted if line.strip()}
    return any(_squeezed(line) in have for line in lines)


def _most_in_common(lines: list[str], wanted: list[str]) -> int:
    """The window with most of the wanted lines, spaces aside; rare lines count more, and the right place in it most."""
    have: dict[str, list[int]] = {}
    for index, line in enumerate(wanted):
        if line.strip():
            have.setdefault(_squeezed(line), []).append(index)
    squeezed = [_squeezed(line) for line in lines]
    counts = Counter(line for line in squeezed if line in have)
    votes: Counter[int] = Counter()
    for at, line in enumerate(squeezed):
        for index in have.get(line, ())[:10]:
            votes[max(0, at - index)] += 1000 // counts[line] + 1
    return max(votes.items(), key=lambda vote: (vote[1], -vote[0]))[0]


def _alike(lines: list[str], wanted: list[str]) -> int | None:
    """Where no line is the same: the line most like the longest wanted one."""
    key = max(range(len(wanted)), key=lambda index: len(wanted[index].strip()))
    matcher = difflib.SequenceMatcher(autojunk=False)
    matcher.set_seq2(wanted[key].strip()[:MAX_COMPARED_CHARS])
    best, best_at = MIN_RATIO, None
    for at, line in enumerate(lines[:MAX_COMPARED_LINES]):
        matcher.set_seq1(line.strip()[:MAX_COMPARED_CHARS])
        if matcher.real_quick_ratio() > best and matcher.quick_ratio() > best and (ratio := matcher.ratio()) > best:
            best, best_at = ratio, at
    return None if best_at is None else max(0, best_at - key)


def _first_difference(lines: list[str], wanted: list[str], top: int) -> str:
    for index, want in enumerate(wanted):
        number = top + index + 1
        if number > len(lines):
            return f"The file ends at line {len(lines)}, before `{_short(want)}`."
        there = lines[number - 1]
        if there != want:
            return (
                f"Line {number} differs{_how(there, want)}: the file has `{_short(there)}`, you gave `{_short(want)}`."
            )
    return "The lines are the same; what is before or after them is not."


def _how(there: str, want: str) -> str:
    if there.rstrip() == want.rstrip():
        return " in spaces at its end"
    if there.strip() == want.strip():
        return " in indentation (tabs or spaces)" if "\t" in there + want else " in indentation"
    if _squeezed(there) == _squeezed(want):
        return " in spaces"
    return " in upper and lower case" if there.lower() == want.lower() else ""


def _squeezed(line: str) -> str:
    return "".join(line.split())


def _short(line: str) -> str:
    short = line if len(line) <= MAX_SHOWN_CHARS else f"{line[:MAX_SHOWN_CHARS]}…"
    return short.encode("utf-8", "backslashreplace").decode()  # a notebook's JSON may hold halves of characters
