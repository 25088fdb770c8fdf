"""Paths in Python programs: what `open` and its like are given, as far as constants make it up."""

import ast
import posixpath
import warnings

from ...protocol.records import Operation
from .call import Call
from .expand import Word
from .literals import KNOWN_ROOT, code
from .marks import GLOBS, HOLE, NAME
from .python_values import Values, name_of
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


Todo = list[tuple[ast.AST, Operation, bool]]
"""Nodes to visit, what is done to a path there, and whether strings there are just text."""


class _Python:
    def __init__(self, call: Call, source: Source) -> None:
        self._call = call
        self._source = source
        self._values = Values(call.world)
        self._aliases: dict[str, str] = {}
        self._lead = len(source.text) - len(source.text.lstrip())
        self._lines = [0]
        for line in source.text.lstrip().splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))
        self._plain = source.text.isascii()

    def walk(self, tree: ast.AST) -> None:
        """Go through the program in its order."""
        todo: Todo = [(tree, "read", False)]
        while todo:
            node, operation, text = todo.pop()
            self._call.scanner.spend()
            todo += reversed(self._visit(node, operation, text=text))

    def _visit(self, node: ast.AST, operation: Operation, *, text: bool) -> Todo:  # noqa: C901, PLR0911 - one a kind
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.NamedExpr(target=ast.Name(id=name), value=value)
            ) if (known := self._values.of(value)) is not None:
                # it counts where it is used
                self._values.names[name] = known
                return []
            case ast.For(
                target=ast.Name(id=name), iter=ast.List(elts=items) | ast.Tuple(elts=items), body=body, orelse=orelse
            ):
                for item in items[:16]:
                    if (known := self._values.of(item)) is not None:
                        self._values.names[name] = known
                        for step in body:
                            self.walk(step)
                        self._values.names.pop(name, None)
                return [(step, operation, text) for step in orelse]
            case ast.Name(ctx=ast.Load()) if (known := self._values.of(node)) is not None:
                self._literal(node, known, operation, text=text)
                return []
            case ast.ImportFrom(names=names):
                self._aliases.update({name.asname: name.name for name in names if name.asname})
            case ast.Call():
                return self._call_of(node, operation, text=text)
            case ast.Compare() | ast.Dict():
                return [(child, operation, True) for child in ast.iter_child_nodes(node)]
            case ast.Expr(value=ast.Constant()):
                return []
            case ast.Constant() | ast.BinOp() | ast.JoinedStr() if (path := self._values.of(node)) is not None:
                self._literal(node, path, operation, text=text)
                return []
        return [(child, operation, text) for child in ast.iter_child_nodes(node)]

    def _call_of(self, node: ast.Call, outer: Operation, *, text: bool) -> Todo:
        name = self._aliases.get(name_of(node.func), name_of(node.func))
        if name == "print" and len(node.args) == 1 and (shown := self._values.of(node.args[0])) is not None:
            self._call.world.print(shown + "\n")
        rest: Todo = [(node.func, _method(name, node), False)]
        arguments: list[ast.expr] = [*node.args, *(keyword.value for keyword in node.keywords)]
        if name in _COMMANDS and arguments:
            return [*rest, *self._command(node, arguments)]
        if (whole := self._values.of(node)) is not None:
            if not text:
                self._path(node, whole, outer)
            return rest
        if name == "chdir" and node.args and (folder := self._values.of(node.args[0])) is not None:
            self._path(node.args[0], folder, "read")
            self._values.cwd = posixpath.join(self._call.world.cwd, folder)
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
            left = arguments if arguments and self._values.of(arguments[0]) is None else arguments[1:]
            return [*rest, *((argument, operation, True) for argument in left)]
        return [*rest, *((argument, "read", name in _TEXT_CALLS) for argument in arguments)]

    def _argument(self, node: ast.expr, operation: Operation) -> None:
        if (path := self._values.of(node)) is not None:
            self._path(node, path, operation)

    def _command(self, node: ast.Call, arguments: list[ast.expr]) -> Todo:
        """A command the program runs: a shell's text, or a list of words."""
        first = arguments[0]
        if isinstance(first, ast.List | ast.Tuple):
            values = [self._values.of(item) for item in first.elts]
            words = [
                Word(value if value is not None else HOLE, self._span(item))
                for value, item in zip(values, first.elts, strict=True)
            ]
            if words and words[0].value != HOLE:
                self._call.scanner.run_words(words, self._call.world.fork())
            return [(argument, "read", True) for argument in arguments[1:]]
        if (text := self._values.of(first)) is not None:
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
        if value[0] == HOLE:
            return
        # what stands for a name in a program is taken to be one
        value = value.replace(HOLE, NAME).replace("*", GLOBS["*"])
        if value == "~" or value.startswith("~/"):
            value = world.home + value[1:]
        word = Word(value, self._span(node))
        self._call.scanner.touch(operation, word, world, base=self._values.cwd, creates=operation == "write")

    def _span(self, node: ast.AST) -> Span:
        whole = self._source.span(0, len(self._source.text))
        if not self._plain or not isinstance(node, ast.expr) or node.end_lineno is None:
            return whole
        start = self._lines[node.lineno - 1] + node.col_offset + self._lead
        end = self._lines[node.end_lineno - 1] + (node.end_col_offset or 0) + self._lead
        return self._source.span(start, end)


def _module(func: ast.Attribute) -> bool:
    """Whether a function is called by its module, as `os.replace` is and a string's own method is not."""
    return isinstance(func.value, ast.Name) and func.value.id in ("os", "shutil", "sh", "su")


def _method(name: str, node: ast.Call) -> Operation:
    """What a method does to the path it is called on."""
    return "write" if name in _METHOD_WRITES or (name == "open" and _opens_for_writing(node)) else "read"


def _opens_for_writing(node: ast.Call) -> bool:
    own = isinstance(node.func, ast.Attribute) and not (
        isinstance(node.func.value, ast.Name)
        and node.func.value.id in ("io", "codecs", "gzip", "bz2", "lzma", "os", "builtins")
    )
    place = 0 if own and name_of(node.func) == "open" else 1
    modes = [*node.args[place : place + 1], *(k.value for k in node.keywords if k.arg == "mode")]
    text = "".join(ast.dump(mode) if not isinstance(mode, ast.Constant) else str(mode.value) for mode in modes)
    return (
        any(mark in text for mark in ("w", "a", "x", "+"))
        if len(text) < 4
        else "O_WRONLY" in text or "O_RDWR" in text or "O_CREAT" in text
    )
