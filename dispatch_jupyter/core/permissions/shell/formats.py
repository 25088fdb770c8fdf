"""`printf`, as the shell has it."""

import re

from .escapes import ansi, echoed
from .marks import HOLE, NAME, UNSET, bounded, plain

_FIELD = re.compile(r"%(?:(%)|[-+ #0]*(\*|\d+)?(?:\.(\*|\d+))?(\([^)]*\)T|[a-zA-Z]))")


def formatted(form: str, values: list[str]) -> str:
    """What `printf form values...` prints; the form is used again until the values are used up."""
    text = ansi(plain(form).replace("%%", "%%"))
    left = [value.replace(UNSET, "") for value in values]
    out: list[str] = []
    while True:
        before = len(left)
        out.append(_FIELD.sub(lambda match: _field(match, left), text))
        if not left or len(left) == before or sum(map(len, out)) > 100_000:
            return bounded("".join(out))


def _field(match: re.Match[str], left: list[str]) -> str:
    if match[1]:
        return "%"
    if match[2] == "*" and left:
        left.pop(0)
    kind = match[4]
    if kind.endswith("T"):
        return NAME
    value = left.pop(0) if left else ""
    if kind == "b":
        return echoed(value) if HOLE not in value else value
    if kind == "c":
        return value[:1]
    if kind == "s":
        return value[: int(match[3])] if (match[3] or "").isdigit() else value
    return _number(kind, value, match[0]) if kind in "dioxXu" else value


def _number(kind: str, value: str, form: str) -> str:
    if value[:1] in ("'", '"') and len(value) > 1:
        value = str(ord(value[1]))
    try:
        number = int(value or "0", 0) if not re.fullmatch(r"0\d+", value) else int(value, 8)
        return re.sub(r"[iu]$", "d", form) % number if len(form) < 8 else str(number)
    except (ValueError, TypeError):
        return value if kind == "q" else NAME
