"""Shell patterns, as `case`, `${x%pattern}` and `[[ == ]]` use them."""

import re
from functools import lru_cache

from .marks import GLOBS

MAX_TRIES = 3_000_000
_MARKS = {mark: char for char, mark in GLOBS.items()}


@lru_cache(maxsize=512)
def pattern(value: str, *, shortest: bool = False) -> re.Pattern[str]:
    """A regular expression for a pattern; only marked characters are special in it, quoted ones are not."""
    out, at = [], 0
    lazy = "?" if shortest else ""
    while at < len(value):
        char = _MARKS.get(value[at], "")
        if char == "[" and (end := value.find("]", at + 2)) > 0:
            body = value[at + 1 : end]
            negated = body[:1] in ("!", "^")
            body = re.sub(r"([\\\[\]&|~^])", r"\\\1", body[1:] if negated else body)
            body = re.sub(r"\\\[:(\w+):$", lambda name: _CLASSES.get(name[1], ""), body)
            out.append(f"[{'^' if negated else ''}{body}]" if body else re.escape(value[at : end + 1]))
            at = end
        else:
            out.append({"*": f".*{lazy}", "?": "."}.get(char) or re.escape(char or value[at]))
        at += 1
    try:
        return re.compile("".join(out), re.DOTALL)
    except re.error:
        return re.compile(re.escape(value))


def costly(value: str, length: int) -> bool:
    """Whether matching against so long a text may take too long: each star may try every place."""
    stars = value.count(GLOBS["*"])
    return stars > 12 or bool((length + 1) ** stars > MAX_TRIES)


_CLASSES = {"alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "space": r"\s", "upper": "A-Z", "lower": "a-z"}
