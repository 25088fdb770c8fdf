"""Paths in Python programs: what `open` and its like are given, as far as constants make it up."""

import ast
import posixpath
import warnings

from ...protocol.records import Operation
from .call import Call
from .expand import Word
from .literals import KNOWN_ROOT, code
from .marks import HOLE, UNSET
from .source import Source, Span

_TEXT_CALLS = {
    "print", "split", "rsplit", "replace", "startswith", "endswith", "compile", "match", "search", "sub", "findall",
    "fullmatch", "finditer", "strip", "lstrip", "rstrip", "get_logger", "getLogger", "input", "partition", "rpartition",
    "removeprefix", "removesuffix", "count", "find", "index", "info", "debug", "warning", "error", "exception",
    "encode", "isinstance", "urlparse", "urljoin", "get", "post", "put", "delete", "patch", "route", "add_argument",
    "test_client",
}  # fmt: skip
_OPENS = {
    "open", "Path", "PosixPath", "PurePath", "listdir", "scandir", "walk", "chdir", "stat", "lstat", "exists", "isfile",
    "isdir", "glob", "iglob", "read_csv", "read_json", "read_parquet", "read_excel", "read_table", "read_pickle",
    "read_text", "load", "loadtxt", "genfromtxt", "imread", "fdopen", "realpath", "abspath", "islink", "getsize",
    "getmtime", "readlink", "connect", "File", "FileInput", "run_path", "import_module", "ZipFile", "is_dir", "access",
    "read_feather", "read_sas", "memmap", "fromfile", "from_file", "load_dotenv", "dotenv_values", "load_dataset",
    "open_code", "spec_from_file_location", "SourceFileLoader",
}  # fmt: skip
_WRITES = {
    "remove", "unlink", "rmdir", "removedirs", "mkdir", "makedirs", "rmtree", "chmod", "chown", "utime", "truncate",
    "to_csv", "to_json", "to_parquet", "to_excel", "to_pickle", "savetxt", "save", "savez", "savefig", "imsave",
    "write_text", "write_bytes", "touch", "symlink_to", "FileHandler", "mkfifo", "mknod", "symlink", "link",
    "NamedTemporaryFile", "TemporaryDirectory", "mkdtemp", "mkstemp", "extractall", "write_csv", "write_parquet",
}  # fmt: skip
_TWO_SIDED = {"copy": "read", "copy2": "read", "copyfile": "read", "copytree": "read", "move": "write",
              "rename": "write", "replace": "write", "renames": "write"}  # fmt: skip
_COMMANDS = {"system", "popen", "run", "call", "check_call", "check_output", "Popen", "getoutput", "getstatusoutput",
             "execv", "execvp", "execl", "execlp", "spawnl", "create_subprocess_shell"}  # fmt: skip
_METHOD_WRITES = {"write_text", "write_bytes", "unlink", "mkdir", "touch", "rmdir", "chmod", "symlink_to", "rename"}


def python(call: Call, source: Source) -> None:
    """Note the paths in Python text; where it is no valid Python, in its string literals."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source.text.lstrip())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        code(call, source)
        return
    _Python(call, source).walk(tree)


class _Python:
    def __init__(self, call: Call, source: Source) -> None:
        self._call = call
        self._source = source
        self._names: dict[str, str] = {}
        self._cwd: str | None = None
        self._lead = len(source.text) - len(source.text.lstrip())
        self._lines = [0]
        for line in source.text.lstrip().splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))
        self._plain = source.text.isascii()

    def walk(self, tree: ast.AST) -> None:
        """Go through the program in its order."""
        todo: list[tuple[ast.AST, Operation, bool]] = [(tree, "read", False)]
        while todo:
            node, operation, text = todo.pop()
            self._call.scanner.spend()
            todo += reversed(self._visit(node, operation, text=text))

    def _visit(self, node: ast.AST, operation: Operation, *, text: bool) -> list[tuple[ast.AST, Operation, bool]]:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) | ast.NamedExpr(
                target=ast.Name(id=name), value=value
            ) if (known := self.value(value)) is not None:
                self._names[name] = known
            case ast.For(target=ast.Name(id=name), iter=ast.List(elts=items) | ast.Tuple(elts=items)):
                values = [self.value(item) for item in items]
                self._names[name] = next((value for value in values if value), "")
            case ast.Call():
                return self._call_of(node, text=text)
            case ast.Compare() | ast.Dict():
                return [(child, operation, True) for child in ast.iter_child_nodes(node)]
            case ast.Expr(value=ast.Constant()):
                return []
            case ast.Constant() | ast.BinOp() | ast.JoinedStr() if (path := self.value(node)) is not None:
                self._literal(node, path, operation, text=text)
                return []
        return [(child, operation, text) for child in ast.iter_child_nodes(node)]

    def _call_of(self, node: ast.Call, *, text: bool) -> list[tuple[ast.AST, Operation, bool]]:
        name = _name(node.func)
        rest: list[tuple[ast.AST, Operation, bool]] = [(node.func, _method(name, node), text)]
        arguments: list[ast.expr] = [*node.args, *(keyword.value for keyword in node.keywords)]
        if name in _COMMANDS and arguments:
            return [*rest, *self._command(node, arguments)]
        if (whole := self.value(node)) is not None:
            self._path(node, whole, "read")
            return rest
        if name == "chdir" and node.args and (folder := self.value(node.args[0])) is not None:
            self._path(node.args[0], folder, "read")
            self._cwd = posixpath.join(self._call.world.cwd, folder)
            return rest
        if name in _TWO_SIDED and len(node.args) > 1 and isinstance(node.func, ast.Attribute) and _module(node.func):
            first: Operation = "write" if _TWO_SIDED[name] == "write" else "read"
            self._argument(node.args[0], first)
            self._argument(node.args[1], "write")
            return [*rest, *((argument, "read", False) for argument in node.args[2:])]
        if name in _OPENS or name in _WRITES:
            operation: Operation = "write" if name in _WRITES or _opens_for_writing(node) else "read"
            for argument in arguments[:1]:
                self._argument(argument, operation)
            left = arguments if arguments and self.value(arguments[0]) is None else arguments[1:]
            return [*rest, *((argument, operation, True) for argument in left)]
        return [*rest, *((argument, "read", name in _TEXT_CALLS) for argument in arguments)]

    def _argument(self, node: ast.expr, operation: Operation) -> None:
        if (path := self.value(node)) is not None:
            self._path(node, path, operation)

    def _command(self, node: ast.Call, arguments: list[ast.expr]) -> list[tuple[ast.AST, Operation, bool]]:
        """A command the program runs: a shell's text, or a list of words."""
        first = arguments[0]
        if isinstance(first, ast.List | ast.Tuple):
            values = [self.value(item) for item in first.elts]
            words = [Word(value if value is not None else HOLE, self._span(item)) for value, item in zip(values, first.elts, strict=True)]
            if words and words[0].value != HOLE:
                self._call.scanner.run_words(words, self._call.world.fork())
            return [(argument, "read", True) for argument in arguments[1:]]
        if (text := self.value(first)) is not None:
            self._call.scanner.run(Source(text, None, self._span(first)), self._call.world.fork())
            return [(argument, "read", True) for argument in arguments[1:]]
        return [(argument, "read", False) for argument in arguments]

    def _literal(self, node: ast.AST, value: str, operation: Operation, *, text: bool) -> None:
        """A string nobody knows the use of: a path where it begins like one."""
        if text or "\n" in value or " " in value.strip() or len(value) > 4096:
            return
        if KNOWN_ROOT.match(value) or value.startswith(("~/", "../", "file:///")):
            self._path(node, value, operation)

    def _path(self, node: ast.AST, value: str, operation: Operation) -> None:
        if not value or "\n" in value or "\0" in value:
            return
        world = self._call.world
        if value == "~" or value.startswith("~/"):
            value = world.home + value[1:]
        word = Word(value, self._span(node))
        self._call.scanner.touch(operation, word, world, base=self._cwd, creates=operation == "write")

    def _span(self, node: ast.AST) -> Span:
        whole = self._source.span(0, len(self._source.text))
        if not self._plain or not isinstance(node, ast.expr) or node.end_lineno is None:
            return whole
        start = self._lines[node.lineno - 1] + node.col_offset + self._lead
        end = self._lines[node.end_lineno - 1] + (node.end_col_offset or 0) + self._lead
        return self._source.span(start, end)

    def value(self, node: ast.expr | None) -> str | None:
        """The string an expression makes, as far as constants go."""
        match node:
            case ast.Constant(value=str(text)):
                return text
            case ast.Constant(value=bytes(data)):
                return data.decode("utf-8", "replace")
            case ast.Name(id=name):
                return self._names.get(name)
            case ast.BinOp(left=left, op=ast.Add() | ast.Div() as op, right=right):
                a, b = self.value(left), self.value(right)
                if a is None or b is None:
                    return None
                return a + b if isinstance(op, ast.Add) else posixpath.join(a, b)
            case ast.JoinedStr(values=values):
                pieces = [self.value(piece.value) if isinstance(piece, ast.FormattedValue) else self.value(piece) for piece in values]
                return "".join(HOLE if piece is None else piece for piece in pieces)
            case ast.Subscript(value=ast.Attribute(attr="environ"), slice=key):
                return self._variable(self.value(key))
            case ast.Attribute(value=inner, attr="parent"):
                path = self.value(inner)
                return None if path is None else posixpath.dirname(path) or "."
            case ast.Call(func=func, args=args):
                return self._made(_name(func), func, args)
        return None

    def _variable(self, name: str | None) -> str | None:
        value = self._call.world.text(name) if name else UNSET
        return None if value == UNSET else value

    def _made(self, name: str, func: ast.expr, args: list[ast.expr]) -> str | None:
        """What calls that build a path give."""
        values = [self.value(argument) for argument in args]
        if any(value is None for value in values):
            return None
        known = [value for value in values if value is not None]
        match name:
            case "join" if isinstance(func, ast.Attribute) and _name(func.value) in ("path", "posixpath") and known:
                return posixpath.join(*known)
            case "join" if isinstance(func, ast.Attribute) and len(args) == 1:
                return None
            case "expanduser" | "expandvars" if known or isinstance(func, ast.Attribute):
                text = known[0] if known else self.value(func.value) if isinstance(func, ast.Attribute) else None
                return None if text is None else self._home(text)
            case "Path" | "PosixPath" | "PurePath" if known:
                return posixpath.join(*known)
            case "home" if not args:
                return self._call.world.home
            case "getenv" if known:
                return self._variable(known[0]) or (known[1] if len(known) > 1 else None)
            case "getcwd" | "cwd" if not args:
                return self._cwd or self._call.world.cwd
            case "joinpath" | "resolve" | "absolute" if isinstance(func, ast.Attribute):
                base = self.value(func.value)
                return None if base is None else posixpath.join(base, *known)
            case "abspath" | "realpath" | "normpath" | "str" | "fspath" | "fsencode" if len(known) == 1:
                return known[0]
            case "dirname" if len(known) == 1:
                return posixpath.dirname(known[0])
            case "chr" if len(args) == 1 and isinstance(args[0], ast.Constant):
                return None
        return None

    def _home(self, text: str) -> str:
        home = self._call.world.home
        text = text.replace("$HOME", home).replace("${HOME}", home)
        return home + text[1:] if text == "~" or text.startswith("~/") else text


def _name(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""


def _module(func: ast.Attribute) -> bool:
    """Whether a function is called by its module, as `os.replace` is and a string's own method is not."""
    return isinstance(func.value, ast.Name) and func.value.id in ("os", "shutil", "sh", "su")


def _method(name: str, node: ast.Call) -> Operation:
    """What a method does to the path it is called on."""
    return "write" if name in _METHOD_WRITES or (name == "open" and _opens_for_writing(node)) else "read"


def _opens_for_writing(node: ast.Call) -> bool:
    own = isinstance(node.func, ast.Attribute) and not (
        isinstance(node.func.value, ast.Name) and node.func.value.id in ("io", "codecs", "gzip", "bz2", "lzma", "os", "builtins")
    )
    place = 0 if own and _name(node.func) == "open" else 1
    modes = [*node.args[place : place + 1], *(k.value for k in node.keywords if k.arg == "mode")]
    text = "".join(ast.dump(mode) if not isinstance(mode, ast.Constant) else str(mode.value) for mode in modes)
    return any(mark in text for mark in ("w", "a", "x", "+")) if len(text) < 4 else "O_WRONLY" in text or "O_RDWR" in text or "O_CREAT" in text
