"""Strings that Python programs format."""

import re

from .marks import HOLE

Known = str | int | float | None
"""A value; None where it is not known."""
_FIELD = re.compile(r"%(?:\((\w+)\))?([-+ #0]*)(\d{0,3})(\.\d{1,3})?([a-zA-Z%])")
_WIDE = re.compile(r"\d{4,}")


class _Unknown(str):
    """Stands for a value nobody knows, whatever is asked of it."""

    __slots__ = ()

    def __format__(self, _: str) -> str:
        return HOLE

    def __getattr__(self, _: str) -> "_Unknown":
        return _Unknown(HOLE)

    def __getitem__(self, _: object) -> "_Unknown":
        return _Unknown(HOLE)


def formatted(value: str | int | float, form: str) -> str | None:
    """`format(value, form)`."""
    if _WIDE.search(form):
        return None
    try:
        return format(value, form)
    except (ValueError, TypeError):
        return HOLE


def filled(form: str, values: list[Known], named: dict[str, Known]) -> str | None:
    """`form.format(*values, **named)`."""
    if _WIDE.search(form):
        return None
    known = [_Unknown(HOLE) if value is None else value for value in values]
    words = {name: _Unknown(HOLE) if value is None else value for name, value in named.items()}
    try:
        return form.format(*known, **words)
    except (IndexError, KeyError, ValueError, AttributeError, TypeError):
        return None


def percent(form: str, values: list[Known], named: dict[str, Known]) -> str:
    """`form % values`."""
    left = list(values)

    def field(match: re.Match[str]) -> str:
        name, flags, width, precision, kind = match.groups()
        if kind == "%":
            return "%"
        value = named.get(name) if name else left.pop(0) if left else None
        if value is None:
            return HOLE
        try:
            return f"%{flags}{width}{precision or ''}{kind}" % value
        except (ValueError, TypeError):
            return HOLE

    return _FIELD.sub(field, form)
