"""Shell arithmetic, as far as its value is known."""

import ast
import operator
import re
from collections.abc import Callable

from .marks import NAME
from .world import World

_ASSIGN = re.compile(r"\s*(?:(\+\+|--)\s*)?([A-Za-z_]\w*)\s*(\+\+|--|[-+*/%]?=(?!=))?\s*(.*)", re.ASCII | re.DOTALL)
_NAME = re.compile(r"\$?\{?\b([A-Za-z_]\w*)\b\}?", re.ASCII)
_BASED = re.compile(r"\b(\d+)#(\w+)", re.ASCII)
_OCTAL = re.compile(r"(?<![\w.])0(\d+)\b")
_LIMIT = 1 << 64

_BINARY: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.LShift: lambda a, b: a << min(b, 64) if b >= 0 else 0,
    ast.RShift: lambda a, b: a >> min(b, 64) if b >= 0 else 0,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
    ast.Pow: lambda a, b: a**b if 0 <= b <= 64 and abs(a) < 1 << 16 else 0,
}
_COMPARE: dict[type[ast.cmpop], Callable[[int, int], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


class _Unknown(Exception):
    """Not a value that can be told."""


def arithmetic(text: str, world: World) -> str:
    """The value of `$((text))`, assignments done; a name mark where it cannot be told (it has no slash at any rate)."""
    result = ""
    for part in text.split(",") if text.count(",") < 20 else []:
        result = _one(part, world)
    return result or NAME


def _one(text: str, world: World) -> str:
    match = _ASSIGN.fullmatch(text)
    if match is None or not (match[1] or match[3]):
        return _calculate(text, world)
    before, name, sign, rest = match.groups()
    old = _calculate(name, world)
    if before or sign in ("++", "--"):
        step = "+1" if "++" in (before, sign) else "-1"
        world.assign(name, _calculate(f"{old}{step}", world))
        value = world.text(name) if before else old
        return _calculate(f"{value} {rest}", world) if rest else value
    value = _calculate(f"({name}){sign[0]}({rest})" if len(sign) == 2 else rest, world)
    world.assign(name, value)
    return value


def _calculate(text: str, world: World) -> str:
    try:
        text = _BASED.sub(lambda based: str(int(based[2], int(based[1]))), text)
        for _ in range(4):
            text = _NAME.sub(lambda name: _number(name[1], world), text)
        text = _BASED.sub(lambda based: str(int(based[2], int(based[1]))), text)
        text = _OCTAL.sub(lambda digits: str(int(digits[1], 8)), text)
        text = text.replace("&&", " and ").replace("||", " or ").replace("/", "//")
        text = re.sub(r"!(?!=)", " not ", text)
        if len(text) > 500:
            return NAME
        return str(int(_evaluate(ast.parse(text.strip() or "0", mode="eval").body)))
    except (_Unknown, SyntaxError, ValueError, ArithmeticError, RecursionError, MemoryError):
        return NAME


def _number(name: str, world: World) -> str:
    if name in ("and", "or", "not"):
        return name
    value = world.text(name)
    if re.fullmatch(r"\s*[-+]?\d+\s*", value):
        return value
    if re.fullmatch(r"[\w+*/ ()-]+", value, re.ASCII):
        return f"({value})"
    if value in ("", "\ud801"):
        return "0"
    raise _Unknown


def _evaluate(node: ast.expr) -> int:
    match node:
        case ast.Constant(value=int(value)):
            return value
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            value = _BINARY[type(op)](_evaluate(left), _evaluate(right))
            if abs(value) > _LIMIT:
                raise _Unknown
            return value
        case ast.UnaryOp(op=op, operand=operand):
            value = _evaluate(operand)
            return {ast.USub: -value, ast.Not: int(not value), ast.Invert: ~value}.get(type(op), value)
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARE:
            return int(_COMPARE[type(op)](_evaluate(left), _evaluate(right)))
        case ast.BoolOp(op=op, values=values):
            found = [bool(_evaluate(value)) for value in values]
            return int(all(found) if isinstance(op, ast.And) else any(found))
    raise _Unknown
