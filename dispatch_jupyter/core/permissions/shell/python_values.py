"""Strings a Python expression makes, as far as constants go."""

import ast
import base64
import binascii
import codecs
import posixpath
from collections.abc import Callable, Iterator, Mapping

from .marks import HOLE, UNSET
from .python_formats import filled, formatted, percent
from .world import World

_METHODS = {
    "replace", "strip", "lstrip", "rstrip", "lower", "upper", "removeprefix", "removesuffix", "format", "capitalize",
}  # fmt: skip
_SAME = {
    "normpath", "str", "fspath", "fsencode", "fsdecode", "decode", "encode", "as_posix", "bytes", "bytearray",
}  # fmt: skip
_CONSTANTS = {"sep": "/", "pardir": "..", "curdir": ".", "devnull": "/dev/null"}
_WHOLE = {"abspath", "realpath", "resolve", "absolute"}
_MAX = 10_000


class Values:
    """Evaluates expressions of one program."""

    def __init__(self, world: World) -> None:
        self.names: dict[str, str] = {}
        self.many: dict[str, dict[str, str]] = {}
        """Lists and dictionaries of strings, by index or key."""
        self.numbers: dict[str, int | float] = {}
        self.functions: dict[str, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda] = {}
        """Functions of the program, by name."""
        self._depth = 0
        self.aliases: dict[str, str] = {}
        """What functions are called besides."""
        self.cwd: str | None = None
        self._world = world

    def of(self, node: ast.expr | None) -> str | None:
        """The string; None where it is none, or not known. Unknown pieces of a known whole are marked."""
        value = self._of(node)
        return None if value is None or len(value) > _MAX else value

    def _of(self, node: ast.expr | None) -> str | None:  # noqa: C901, PLR0911 - one a kind
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
                pieces = [self._piece(v) if isinstance(v, ast.FormattedValue) else self.of(v) for v in values]
                return "".join(HOLE if piece is None else piece for piece in pieces)
            case ast.Subscript():
                return self._item(node)
            case ast.Attribute(attr=constant) if constant in _CONSTANTS:
                return _CONSTANTS[constant]
            case ast.Attribute(value=ast.Name(id=owner), attr=attribute) if f"{owner}.{attribute}" in self.names:
                return self.names[f"{owner}.{attribute}"]
            case ast.Attribute(value=inner, attr="parent"):
                path = self.of(inner)
                return None if path is None else posixpath.dirname(path) or "."
            case ast.Call():
                return self._call(node)
        return None

    def _joined(self, node: ast.BinOp) -> str | None:
        left, right = self.of(node.left), self.of(node.right)
        if isinstance(node.op, ast.Mod) and left is not None:
            if isinstance(node.right, ast.Dict):
                return percent(left, [], {str(self.of(key)): self.any(item) for key, item in _pairs(node.right)})
            parts = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
            return percent(left, [self.any(part) for part in parts], {})
        if isinstance(node.op, ast.Mult):
            text, count = (left, self.any(node.right)) if left is not None else (right, self.any(node.left))
            return text * count if text is not None and isinstance(count, int) and 0 <= count <= 100 else None
        if left is None or right is None:
            return None
        if isinstance(node.op, ast.Add):
            return left + right
        return posixpath.join(left, right) if isinstance(node.op, ast.Div) else None

    def _item(self, node: ast.Subscript) -> str | None:
        if isinstance(node.value, ast.Attribute) and node.value.attr == "environ":
            return self._variable(self.of(node.slice))
        match node.value, node.slice:
            case ast.Attribute(value=path, attr="parents"), ast.Constant(value=int(up)) if up < 64:
                below = self.of(path)
                for _ in range(up + 1):
                    below = None if below is None else posixpath.dirname(below)
                return below
            case _, ast.Constant(value=key):
                return self.items(node.value).get(str(key))
        text = self.of(node.value)
        if text is None or not isinstance(node.slice, ast.Slice):
            return None
        bounds = [_number(bound) for bound in (node.slice.lower, node.slice.upper, node.slice.step)]
        low, high, step = (None if isinstance(bound, str) else bound for bound in bounds)
        if any(isinstance(bound, str) for bound in bounds) or step == 0:
            return None
        return text[low:high:step]

    def listed(self, node: ast.expr) -> list[tuple[str | None, ast.expr]] | None:
        """What a list of words holds, and where each stands: lists within it (`*more`) and behind `+` too."""
        match node:
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                out: list[tuple[str | None, ast.expr]] = []
                for item in elements[:64]:
                    inner = self.listed(item.value) if isinstance(item, ast.Starred) else None
                    out += [(self.of(item), item)] if inner is None else inner
                return out
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                first, second = self.listed(left), self.listed(right)
                return None if first is None or second is None else [*first, *second]
            case ast.Name() | ast.ListComp() | ast.GeneratorExp() if (items := self.items(node)) and "0" in items:
                return [(value, node) for value in items.values()]
        return None

    def gather(self, node: ast.Call) -> None:
        """`list.append(text)` and `list.extend(texts)` of a list that is known."""
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=name), attr="append" | "extend" as attribute), args=[given]
            ) if items := self.many.get(name):
                more = list(self.items(given).values()) if attribute == "extend" else [self.of(given) or HOLE]
                self.many[name] = items | {str(len(items) + at): value for at, value in enumerate(more)}

    def items(self, node: ast.expr) -> dict[str, str]:
        """The strings of a list, a tuple or a dictionary; those that are not known are left out."""
        match node:
            case ast.Name(id=name):
                return self.many.get(name, {})
            case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
                values = {str(at): self.of(element) for at, element in enumerate(elements[:64])}
            case ast.Dict(keys=keys, values=elements):
                values = {
                    str(key.value): self.of(element)
                    for key, element in zip(keys[:64], elements, strict=False)
                    if isinstance(key, ast.Constant)
                }
            case ast.ListComp(elt=element, generators=[one]) | ast.GeneratorExp(elt=element, generators=[one]) if (
                isinstance(one.target, ast.Name) and not one.ifs
            ):
                values = self._each(element, one.target.id, self.items(one.iter))
            case _:
                return {}
        return {key: value for key, value in values.items() if value is not None}

    def _each(self, element: ast.expr, name: str, items: dict[str, str]) -> dict[str, str | None]:
        """An expression with a name bound to one string after the other."""
        held, values = self.names, {}
        for key, value in items.items():
            self.names = {**held, name: value}
            values[key] = self.of(element)
        self.names = held
        return values

    def _variable(self, name: str | None) -> str | None:
        value = self._world.text(name) if name else UNSET
        return None if value == UNSET else value

    def _call(self, node: ast.Call) -> str | None:  # noqa: PLR0911 - one a kind
        """What calls that build a path give."""
        name, known = name_of(node.func), [value for value, _ in self.listed(ast.List(elts=node.args)) or []]
        name = self.aliases.get(name, name)
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        if name == "join" and len(node.args) == 1 and owner is not None and (glue := self.of(owner)) is not None:
            return self._glued(glue, node.args[0])
        if name == "format" and owner is not None and (text := self.of(owner)) is not None:
            named = {word.arg: self.any(word.value) for word in node.keywords if word.arg}
            return filled(text, [self.any(argument) for argument in node.args], named)
        if name in self.functions and owner is None:
            return self._own(self.functions[name], node)
        if name == "str" and len(node.args) == 1 and isinstance(number := self.any(node.args[0]), int | float):
            return str(number)
        if name in ("zfill", "rjust", "ljust", "center") and owner is not None:
            return self._padded(name, self.of(owner), [self.any(argument) for argument in node.args])
        if name in ("bytes", "bytearray") and node.args and isinstance(node.args[0], ast.List):
            return self._glued("", node.args[0])
        if name == "chr" and node.args and isinstance(code := _number(node.args[0]), int):
            return chr(code) if 0 <= code < 0xD800 else None
        if any(value is None for value in known):
            return None
        texts = [value for value in known if value is not None]
        if owner is not None and name in _METHODS and (text := self.of(owner)) is not None:
            return _method(text, name, texts)
        return self._path(name, owner, texts)

    def any(self, node: ast.expr | None) -> str | int | float | None:
        """The string, or the number."""
        match node:
            case ast.Constant(value=(int() | float()) as number):
                return number
            case ast.Name(id=name) if name in self.numbers:
                return self.numbers[name]
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=(int() | float()) as number)):
                return -number
            case ast.BinOp(left=left, right=right, op=ast.Add() | ast.Sub() | ast.Mult() as sign):
                a, b = self.any(left), self.any(right)
                if isinstance(a, int) and isinstance(b, int) and abs(a) < 1 << 31 and abs(b) < 1 << 31:
                    return a + b if isinstance(sign, ast.Add) else a - b if isinstance(sign, ast.Sub) else a * b
            case ast.Call(func=ast.Name(id="int" | "len" as name), args=[inner]) if (
                text := self.of(inner)
            ) is not None:
                return len(text) if name == "len" else int(text) if text.isdigit() and len(text) < 10 else None
        return self.of(node)

    def _piece(self, node: ast.FormattedValue) -> str | None:
        value = self.any(node.value)
        form = self.of(node.format_spec) if node.format_spec else ""
        if value is None or form is None:
            return None
        return formatted(repr(value) if node.conversion == ord("r") else value, form)

    @staticmethod
    def _padded(name: str, text: str | None, given: list[str | int | float | None]) -> str | None:
        width, fill = [*given, " "][:2]
        if text is None or not isinstance(width, int) or not isinstance(fill, str) or len(fill) != 1 or width > 500:
            return None
        return text.zfill(width) if name == "zfill" else str(getattr(text, name)(width, fill))

    def given(self, arguments: ast.arguments, node: ast.Call, *, own: bool = False) -> dict[str, str | int | float]:
        """What a call gives the parameters, defaults included; those that are not known are left out."""
        names = [one.arg for one in [*arguments.posonlyargs, *arguments.args]][own:]
        pairs: list[tuple[str, ast.expr | None]] = []
        if arguments.defaults:
            pairs += zip(names[-len(arguments.defaults) :], arguments.defaults, strict=False)
        pairs += zip((one.arg for one in arguments.kwonlyargs), arguments.kw_defaults, strict=False)
        pairs += zip(names, node.args, strict=False)
        pairs += [(word.arg, word.value) for word in node.keywords if word.arg]
        values = {name: self.any(item) for name, item in pairs}
        return {name: value for name, value in values.items() if value is not None}

    def bind(self, values: Mapping[str, str | int | float]) -> tuple[dict[str, str], dict[str, int | float]]:
        """Give names these values; the names as they were before."""
        held = self.names, self.numbers
        self.names = {**self.names, **{key: value for key, value in values.items() if isinstance(value, str)}}
        self.numbers = {**self.numbers, **{key: value for key, value in values.items() if not isinstance(value, str)}}
        return held

    def _own(self, function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, node: ast.Call) -> str | None:
        """What a function of the program gives: plain ones, of assignments and a `return`."""
        if self._depth > 4:
            return None
        body = [ast.Return(function.body)] if isinstance(function, ast.Lambda) else function.body
        held = self.bind(self.given(function.args, node))
        self._depth += 1
        try:
            for step in body:
                match step:
                    case ast.Return(value=value):
                        return self.of(value)
                    case ast.Assign(targets=[ast.Name(id=name)], value=value) if (known := self.any(value)) is not None:
                        self.bind({name: known})
                    case ast.Expr(value=ast.Constant()):
                        pass
                    case _:
                        return None
            return None
        finally:
            self.names, self.numbers = held
            self._depth -= 1

    def _path(self, name: str, owner: ast.expr | None, texts: list[str]) -> str | None:  # noqa: PLR0911 - one a kind
        first = texts[0] if texts else None if owner is None else self.of(owner)
        if name == "decode" and len(texts) > 1 and texts[1].replace("_", "") in ("rot13", "rot-13"):
            return codecs.decode(texts[0], "rot13")
        if name in _SAME:
            return first
        if name in _WHOLE:
            return None if first is None else posixpath.join(self.cwd or self._world.cwd, first)
        if name in ("join", "Path", "PosixPath", "PurePath") and texts:
            return posixpath.join(*texts)
        if name in _BELOW and owner is not None and texts and (base := self.of(owner)) is not None:
            return _BELOW[name](base, texts)
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
        if isinstance(node, ast.Call) and name_of(node.func) == "reversed" and node.args:
            text = self.of(node.args[0])
            return None if text is None else glue.join(reversed(text))
        if isinstance(node, ast.Call) and name_of(node.func) == "map" and len(node.args) == 2:
            node = node.args[1]
        elif isinstance(node, ast.GeneratorExp | ast.ListComp):
            node = node.generators[0].iter
        if isinstance(node, ast.Name) and node.id in self.many:
            return glue.join(self.many[node.id].values())
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


def _beside(path: str, texts: list[str]) -> str:
    return f"{path.rpartition('/')[0]}/{texts[0]}"


_BELOW: dict[str, Callable[[str, list[str]], str]] = {
    "joinpath": lambda path, texts: posixpath.join(path, *texts),
    "with_name": _beside,
    "with_suffix": lambda path, texts: posixpath.splitext(path)[0] + texts[0],
}


def name_of(func: ast.expr) -> str:
    """The last name of `a.b.c`, and of `getattr(a, "c")`."""
    match func:
        case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=str(name)), *_]):
            return name
    return func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""


def _pairs(node: ast.Dict) -> Iterator[tuple[ast.expr, ast.expr]]:
    return ((key, value) for key, value in zip(node.keys[:64], node.values, strict=False) if key is not None)


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
