"""Strings a Python expression makes, as far as constants go."""

import ast
import base64
import binascii
import posixpath
from collections.abc import Callable

from .marks import HOLE, UNSET
from .world import World

_METHODS = {
    "replace", "strip", "lstrip", "rstrip", "lower", "upper", "removeprefix", "removesuffix", "format", "capitalize",
}  # fmt: skip
_SAME = {
    "abspath", "realpath", "normpath", "str", "fspath", "fsencode", "fsdecode", "decode", "encode", "resolve",
    "absolute", "as_posix", "bytes", "bytearray",
}  # fmt: skip
_MAX = 10_000


class Values:
    """Evaluates expressions of one program."""

    def __init__(self, world: World) -> None:
        self.names: dict[str, str] = {}
        self.cwd: str | None = None
        self._world = world

    def of(self, node: ast.expr | None) -> str | None:
        """The string; None where it is none, or not known. Unknown pieces of a known whole are marked."""
        value = self._of(node)
        return None if value is None or len(value) > _MAX else value

    def _of(self, node: ast.expr | None) -> str | None:  # noqa: PLR0911 - one a kind
        match node:
            case ast.Constant(value=str(text)):
                return text
            case ast.Constant(value=bytes(data)):
                return data.decode("utf-8", "replace")
            case ast.Name(id=name):
                return self.names.get(name)
            case ast.BinOp():
                return self._joined(node)
            case ast.JoinedStr(values=values):
                pieces = [self.of(v.value if isinstance(v, ast.FormattedValue) else v) for v in values]
                return "".join(HOLE if piece is None else piece for piece in pieces)
            case ast.Subscript():
                return self._item(node)
            case ast.Attribute(value=inner, attr="parent"):
                path = self.of(inner)
                return None if path is None else posixpath.dirname(path) or "."
            case ast.Call():
                return self._call(node)
        return None

    def _joined(self, node: ast.BinOp) -> str | None:
        left, right = self.of(node.left), self.of(node.right)
        if isinstance(node.op, ast.Mod) and left is not None:
            parts = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
            values = [self.of(part) for part in parts]
            return _filled(left.replace("%s", "{}").replace("%%", "%"), values)
        if left is None or right is None:
            return None
        if isinstance(node.op, ast.Add):
            return left + right
        return posixpath.join(left, right) if isinstance(node.op, ast.Div) else None

    def _item(self, node: ast.Subscript) -> str | None:
        if isinstance(node.value, ast.Attribute) and node.value.attr == "environ":
            return self._variable(self.of(node.slice))
        text = self.of(node.value)
        if text is None or not isinstance(node.slice, ast.Slice):
            return None
        bounds = [_number(bound) for bound in (node.slice.lower, node.slice.upper, node.slice.step)]
        low, high, step = (None if isinstance(bound, str) else bound for bound in bounds)
        if any(isinstance(bound, str) for bound in bounds) or step == 0:
            return None
        return text[low:high:step]

    def _variable(self, name: str | None) -> str | None:
        value = self._world.text(name) if name else UNSET
        return None if value == UNSET else value

    def _call(self, node: ast.Call) -> str | None:
        """What calls that build a path give."""
        name, known = name_of(node.func), [self.of(argument) for argument in node.args]
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        if name == "join" and len(node.args) == 1 and owner is not None and (glue := self.of(owner)) is not None:
            return self._glued(glue, node.args[0])
        if name == "format" and owner is not None and (text := self.of(owner)) is not None:
            return _filled(text, known)
        if name == "chr" and node.args and isinstance(code := _number(node.args[0]), int):
            return chr(code) if 0 <= code < 0xD800 else None
        if any(value is None for value in known):
            return None
        texts = [value for value in known if value is not None]
        if owner is not None and name in _METHODS and (text := self.of(owner)) is not None:
            return _method(text, name, texts)
        return self._path(name, owner, texts)

    def _path(self, name: str, owner: ast.expr | None, texts: list[str]) -> str | None:
        first = texts[0] if texts else None if owner is None else self.of(owner)
        if name in _SAME:
            return first
        if name in ("join", "Path", "PosixPath", "PurePath") and texts:
            return posixpath.join(*texts)
        if name == "joinpath" and owner is not None and (base := self.of(owner)) is not None:
            return posixpath.join(base, *texts)
        if name in ("get", "getenv") and texts and (owner is None or name_of(owner) in ("environ", "os")):
            return self._variable(texts[0]) or (texts[1] if len(texts) > 1 else None)
        simple: dict[str, Callable[[], str | None]] = {
            "home": lambda: self._world.home,
            "getcwd": lambda: self.cwd or self._world.cwd,
            "cwd": lambda: self.cwd or self._world.cwd,
        }
        if name in simple and not texts:
            return simple[name]()
        changed: dict[str, Callable[[str], str | None]] = {
            "expanduser": self._home,
            "expandvars": self._home,
            "dirname": posixpath.dirname,
            "b64decode": lambda text: _decoded(text, base64.b64decode),
            "fromhex": lambda text: _decoded(text, bytes.fromhex),
            "unhexlify": lambda text: _decoded(text, bytes.fromhex),
        }
        return changed[name](first) if name in changed and first is not None else None

    def _glued(self, glue: str, node: ast.expr) -> str | None:
        if isinstance(node, ast.Call) and name_of(node.func) == "map" and len(node.args) == 2:
            node = node.args[1]
        elif isinstance(node, ast.GeneratorExp | ast.ListComp):
            node = node.generators[0].iter
        if not isinstance(node, ast.List | ast.Tuple):
            return None
        pieces = []
        for item in node.elts:
            code = _number(item)
            piece = chr(code) if isinstance(code, int) and 0 <= code < 0xD800 else self.of(item)
            if piece is None:
                return None
            pieces.append(piece)
        return glue.join(pieces)

    def _home(self, text: str) -> str:
        home = self._world.home
        text = text.replace("$HOME", home).replace("${HOME}", home)
        return home + text[1:] if text == "~" or text.startswith("~/") else text


def name_of(func: ast.expr) -> str:
    """The last name of `a.b.c`."""
    return func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""


def _number(node: ast.expr | None) -> int | str | None:
    """An integer; None where there is no node; text where it is no integer."""
    match node:
        case None:
            return None
        case ast.Constant(value=int(number)):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(number))):
            return -number
    return ""


def _filled(form: str, values: list[str | None]) -> str | None:
    try:
        return form.format(*(HOLE if value is None else value for value in values))
    except (IndexError, KeyError, ValueError, AttributeError):
        return None


def _method(text: str, name: str, arguments: list[str]) -> str | None:
    try:
        value = getattr(text, name)(*arguments)
    except TypeError:
        return None
    return value if isinstance(value, str) else None


def _decoded(text: str, decode: Callable[[str], bytes]) -> str | None:
    try:
        return decode(text).decode("utf-8", "replace")
    except (ValueError, binascii.Error):
        return None
