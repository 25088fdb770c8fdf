"""Parameter expansion: `${name}` and its operators."""

import re
from collections.abc import Callable

from .arithmetic import arithmetic
from .escapes import ansi
from .marks import HOLE, NAME, UNSET, bounded, known, plain
from .patterns import costly, pattern
from .world import World

Expand = Callable[[str, World], str]
"""Expands a word that stands inside the braces, to one string. Pattern characters come back marked."""

_HEAD = re.compile(
    r"(?P<ask>[!#])?(?P<name>[A-Za-z_]\w*|\d+|[@*#?$!-])(?:\[(?P<index>(?:[^][]|\[[^][]*\])*)\])?(?P<rest>.*)",
    re.ASCII | re.DOTALL,
)
_TEST = re.compile(r"(:?)([-=+?])(.*)", re.DOTALL)


class Params:
    """Looks parameters up in one world."""

    def __init__(self, world: World, expand: Expand) -> None:
        self.world = world
        self._expand = expand

    def values(self, body: str) -> list[str]:
        """What stands between `${` and `}` as one value, or several for `@` and `*`."""
        head = _HEAD.fullmatch(body)
        if head is None:
            return [HOLE]
        if head["ask"] == "#":
            return [self._length(head)]
        if head["ask"] == "!":
            return self._indirect(head)
        return self._apply(self.lookup(head["name"], head["index"]), head)

    def lookup(self, name: str, index: str | None = None) -> list[str]:
        """The plain values of a parameter."""
        if name in "@*" and index is None:
            return list(self.world.args)
        if index is None and (name.isdigit() or not name[0].isalpha()) and name[0] != "_":
            return [self._special(name)]
        if name == "_" and index is None:
            return [self.world.last]
        if index is None:
            return [self.world.text(name)]
        value = self.world.value(name)
        if index in ("@", "*"):
            return list(value.values()) if isinstance(value, dict) else [value] if isinstance(value, str) else value[:]
        return [self._item(name, index)]

    def _special(self, name: str) -> str:
        world = self.world
        if name == "0":
            return world.zero
        if name.isdigit():
            place = int(name)
            return world.args[place - 1] if place <= len(world.args) else UNSET
        if name == "#":
            return str(len(world.args))
        return NAME

    def _item(self, name: str, index: str) -> str:
        value = self.world.value(name)
        if isinstance(value, dict):
            return value.get(plain(self._expand(index, self.world)), UNSET)
        number = arithmetic(plain(self._expand(index, self.world)), self.world)
        if not re.fullmatch(r"-?\d+", number):
            return HOLE
        array = [value] if isinstance(value, str) else value
        place = int(number)
        return array[place] if -len(array) <= place < len(array) else UNSET

    def _length(self, head: re.Match[str]) -> str:
        values = self.lookup(head["name"], head["index"])
        if head["name"] in "@*" or head["index"] in ("@", "*"):
            return str(len(values))
        return str(len(values[0])) if known(values[0]) else "0" if values[0] == UNSET else NAME

    def _indirect(self, head: re.Match[str]) -> list[str]:
        name, index, rest = head["name"], head["index"], head["rest"]
        if index in ("@", "*"):
            value = self.world.value(name)
            keys = list(value) if isinstance(value, dict) else [str(i) for i in range(len(value))]
            return keys if not isinstance(value, str) else ["0"]
        if rest in ("*", "@"):
            return [found for found in self.world.vars if found.startswith(name)]
        if name in self.world.refs:
            return [self.world.named(name)]
        target = self.lookup(name, index)[0]
        if not known(target):
            return [HOLE]
        found = _HEAD.fullmatch(target + rest)
        return self._apply(self.lookup(found["name"], found["index"]), found) if found else [HOLE]

    def _apply(self, values: list[str], head: re.Match[str]) -> list[str]:
        rest = head["rest"]
        if not rest:
            return values
        if test := _TEST.fullmatch(rest):
            return self._default(values, head, test)
        if rest[0] == ":":
            return self._slice(values, rest[1:], whole=head["name"] in "@*" or head["index"] in ("@", "*"))
        return [self._transformed(value, head) if rest[0] == "@" else self._change(value, rest) for value in values]

    def _transformed(self, value: str, head: re.Match[str]) -> str:
        """`${x@Q}` and its like."""
        kind = head["rest"][1:]
        if value == UNSET or not known(value):
            return value
        if kind in ("Q", "A", "K"):
            quoted = "'" + plain(value).replace("'", "'\\''") + "'"
            return f"{head['name']}={quoted}" if kind == "A" else quoted
        if kind == "P":
            escaped = ansi(plain(value).replace('"', '\\"'))
            return self._expand(f'"{escaped}"', self.world)
        if kind == "E":
            return ansi(value)
        return _recase(value, {"U": "^^", "L": ",,", "u": "^"}[kind]) if kind in ("U", "L", "u") else NAME

    def _default(self, values: list[str], head: re.Match[str], test: re.Match[str]) -> list[str]:
        colon, sign, word = test.groups()
        gone = head["name"] in self.world.gone
        empty = not values or all(value == UNSET or (not value and (colon or gone)) for value in values)
        if sign == "+":
            return [] if empty and not values else [""] if empty else [self._expand(word, self.world)]
        if not empty:
            return values
        if sign == "?":
            self._expand(word, self.world)
            return values
        value = self._expand(word, self.world)
        if sign == "=":
            self.world.assign(head["name"], value, head["index"])
        return [value]

    def _slice(self, values: list[str], text: str, *, whole: bool) -> list[str]:
        offset, _, length = text.partition(":")
        numbers = [arithmetic(plain(self._expand(n, self.world)), self.world) for n in (offset, length) if n.strip()]
        if not all(re.fullmatch(r"-?\d+", number) for number in numbers) or not numbers:
            return [HOLE]
        start, size = int(numbers[0]), int(numbers[1]) if len(numbers) > 1 else None
        if whole:
            # `$0` is counted where the arguments are cut
            start -= start > 0 and values == self.world.args
            return values[start:] if size is None else values[start : start + size]
        return [value if value == UNSET else HOLE if not known(value) else _cut(value, start, size) for value in values]

    def _change(self, value: str, rest: str) -> str:
        """One value, cut or replaced or recased."""
        if value == UNSET:
            return value
        if rest[0] in "^,~":
            return _recase(value, rest)
        if rest[0] == "/":
            return self._replace(value, rest)
        operator = rest[:2] if rest[:2] in ("##", "%%") else rest[:1]
        if operator[:1] not in ("#", "%"):
            return HOLE
        return _trim(value, self._expand(rest[len(operator) :], self.world), operator)

    def _replace(self, value: str, rest: str) -> str:
        if not known(value):
            return HOLE
        mode = rest[1:2] if rest[1:2] in ("/", "#", "%") else ""
        old, new = _halves(rest[1 + len(mode) :])
        old, new = self._expand(old, self.world), self._expand(new, self.world)
        if not old:
            return new + value if mode == "#" else value + new if mode == "%" else value
        if not known(old) or costly(old, len(value)):
            return HOLE
        found = pattern(old)
        if mode == "#":
            found = re.compile(rf"\A(?:{found.pattern})", re.DOTALL)
        elif mode == "%":
            found = re.compile(rf"(?:{found.pattern})\Z", re.DOTALL)
        return bounded(found.sub(lambda _: new, value, count=0 if mode == "/" else 1))


def _cut(value: str, start: int, size: int | None) -> str:
    tail = value[start:] if start >= 0 or -start <= len(value) else ""
    return tail if size is None else tail[:size]


def _trim(value: str, cut: str, operator: str) -> str:
    """`${x#a}`, `${x##a}`, `${x%a}`, `${x%%a}`."""
    if not known(cut) or (not known(value) and cut[:1].isalnum()) or costly(cut + "\ud803", len(value)):
        return HOLE
    found = pattern(cut)
    places = range(len(value) + 1)
    front = operator[0] == "#"
    # the shortest match first: from the near end, unless the sign is doubled
    for place in places if front is (len(operator) == 1) else reversed(places):
        piece = value[:place] if front else value[place:]
        if found.fullmatch(piece):
            return value[place:] if front else value[:place]
    return value


def _recase(value: str, rest: str) -> str:
    if rest == "^^":
        return value.upper()
    if rest == ",,":
        return value.lower()
    if rest == "^":
        return value[:1].upper() + value[1:]
    if rest == ",":
        return value[:1].lower() + value[1:]
    return HOLE


def _halves(text: str) -> tuple[str, str]:
    """`old/new`, split at the first slash that is not escaped or quoted."""
    at, quote = 0, ""
    while at < len(text):
        char = text[at]
        if char == "\\" and quote != "'":
            at += 1
        elif quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char == "/":
            return text[:at], text[at + 1 :]
        at += 1
    return text, ""
