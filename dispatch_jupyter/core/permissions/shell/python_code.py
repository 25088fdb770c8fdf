"""Paths in Python programs: what `open` and its like are given, as far as constants make it up."""

import ast
import posixpath
import re
import warnings

from ...protocol.parts import Operation
from .call import Call
from .expand import Word
from .literals import ROUTE, code, linked
from .marks import GLOBS, HOLE, NAME
from .python_nodes import fetched, method, opens_for_writing, packers, says_path, searched, uncompiled
from .python_tables import (
    COMMANDS,
    GATHERS,
    KNOWN,
    LOADS,
    OPENS,
    STRING_BUILDERS,
    STRING_METHODS,
    TEXT_CALLS,
    TWO_SIDED,
    WRITES,
)
from .python_values import Values, name_of
from .source import Source, Span, made


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


_NO_ARGUMENTS = ast.arguments([], [], None, [], [], None, [])
_FETCHING = {
    "read",
    "read_text",
    "b64decode",
    "decompress",
    "unhexlify",
    "fromhex",
    "loads",
    "urlopen",
    "input",
    "recv",
}
"""What gives text that is not in the program."""
Todo = list[tuple[ast.AST, Operation, bool]]
"""Nodes to visit, what is done to a path there, and whether strings there are just text."""


class _Python:
    def __init__(self, call: Call, source: Source) -> None:
        self._call = call
        self._source = source
        self._values = Values(call.world)
        self._aliases = self._values.aliases
        self._functions: dict[str, tuple[ast.arguments, list[ast.AST]]] = {}
        """Parameters and body."""
        self._classes: set[str] = set()
        self._depth = 0
        self._modules = {"os", "shutil"}
        self._packers = packers(source.text)
        self._lists: set[str] = set()
        """Names of lists that count where they are used."""
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

    def _visit(self, node: ast.AST, operation: Operation, *, text: bool) -> Todo:  # noqa: PLR0911 - one a kind
        match node:
            case ast.Assign() | ast.NamedExpr() | ast.AnnAssign() | ast.AugAssign():
                return self._assignment(node, operation, text=text)
            case ast.For() | ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
                return self._loop(node, operation, text=text)
            case ast.Call():
                return self._call_of(node, operation, text=text)
            case ast.Return(value=ast.expr() as value):
                return [(value, operation, True)]
            case ast.Compare() | ast.Dict():
                return [(child, operation, True) for child in ast.iter_child_nodes(node)]
            case ast.Expr(value=ast.Constant()):
                return []
            case ast.Name(ctx=ast.Load()) | ast.Constant() | ast.BinOp() | ast.JoinedStr() if (
                known := self._values.of(node)
            ) is not None:
                self._literal(node, known, operation, text=text)
                return []
            case ast.Name(id=name, ctx=ast.Load()) if not text and name in self._lists:
                for item in self._values.many[name].values():
                    self._literal(node, item, operation, text=text)
                return []
        self._learn(node)
        return [(child, operation, text) for child in ast.iter_child_nodes(node)]

    def _learn(self, node: ast.AST) -> None:
        """What a definition or an import gives names to."""
        match node:
            case (
                ast.FunctionDef(name=name, args=arguments, body=body)
                | ast.AsyncFunctionDef(name=name, args=arguments, body=body)
            ):
                self._functions[name] = (arguments, list(body))
                self._values.functions[name] = node
            case ast.ClassDef(name=name, body=body):
                self._class(name, body)
            case ast.ImportFrom(names=names):
                self._aliases.update({name.asname: name.name for name in names if name.asname})
            case ast.Import(names=names):
                self._modules |= {name.asname for name in names if name.asname and name.name in ("os", "shutil")}

    def _assignment(self, node: ast.AST, operation: Operation, *, text: bool) -> Todo:  # noqa: PLR0911 - one a kind
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.NamedExpr(target=ast.Name(id=name), value=value)
            ) if isinstance(number := self._values.any(value), int | float):
                self._values.numbers[name] = number
                return []
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.NamedExpr(target=ast.Name(id=name), value=value)
            ) if (known := self._values.of(value)) is not None:
                # it counts where it is used
                self._values.names[name] = known
                return []
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
                | ast.AugAssign(target=ast.Name(id=name), value=value)
            ):
                return self._bound(node, name, value, operation)
            case ast.Assign(
                targets=[ast.Tuple(elts=names) | ast.List(elts=names)],
                value=ast.Tuple(elts=values) | ast.List(elts=values),
            ) if len(names) == len(values):
                pairs = zip(names, values, strict=True)
                return [(ast.Assign(targets=[target], value=value), operation, text) for target, value in pairs]
            case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"), attr=attribute)], value=value) if (
                known := self._values.of(value)
            ) is not None:
                self._values.names[f"self.{attribute}"] = known
                return []
            case ast.Assign(targets=[ast.Subscript() | ast.Attribute() as place], value=value) if not searched(place):
                # put away, not opened
                return [(place, operation, True), (value, operation, True)]
        return [(child, operation, text) for child in ast.iter_child_nodes(node)]

    def _loop(self, node: ast.AST, operation: Operation, *, text: bool) -> Todo:
        """A loop over known strings is gone through with each of them."""
        match node:
            case ast.For(target=ast.Tuple() as names, iter=ast.List(elts=rows) | ast.Tuple(elts=rows), body=body) if (
                rows
            ):
                for row in rows[:16]:
                    steps: list[ast.AST] = [ast.Assign(targets=[names], value=row), *body]
                    for step in steps:
                        self.walk(step)
                return [(step, operation, text) for step in node.orelse]
            case ast.For(target=ast.Name(id=name), iter=values, body=body, orelse=orelse) if self._values.items(values):
                self._each(name, values, list(body))
                return [(step, operation, text) for step in orelse]
            case (
                ast.ListComp(elt=element, generators=[one])
                | ast.SetComp(elt=element, generators=[one])
                | ast.GeneratorExp(elt=element, generators=[one])
            ) if isinstance(one.target, ast.Name) and self._values.items(one.iter):
                self._each(one.target.id, one.iter, [element])
                return []
        return [(child, operation, text) for child in ast.iter_child_nodes(node)]

    def _bound(self, node: ast.AST, name: str, value: ast.expr, operation: Operation) -> Todo:
        """A name that gets a value of more than one string, or one of a function."""
        if isinstance(node, ast.AugAssign):
            old, new = self._values.names.get(name), self._values.of(value)
            if old is not None and new is not None and isinstance(node.op, ast.Add | ast.Div):
                self._values.names[name] = posixpath.join(old, new) if isinstance(node.op, ast.Div) else old + new
                return []
        elif items := self._values.items(value):
            self._values.many[name] = items
            if isinstance(value, ast.List | ast.Tuple) and len(items) == len(value.elts):
                self._lists.add(name)
                return []
        elif isinstance(value, ast.Lambda):
            self._functions[name] = (value.args, [value.body])
            self._values.functions[name] = value
        elif isinstance(node, ast.AnnAssign) and (known := self._values.of(value)) is not None:
            self._values.names[name] = known
            return []
        elif isinstance(value, ast.Name | ast.Attribute) and (function := name_of(value)) in KNOWN:
            self._aliases[name] = function
        return [(value, operation, False)]

    def _class(self, name: str, body: list[ast.stmt]) -> None:
        """What making one does, and the strings it holds."""
        self._functions[name] = (_NO_ARGUMENTS, [])
        for step in body:
            match step:
                case ast.FunctionDef(name="__init__", args=arguments, body=inner):
                    self._functions[name] = (arguments, list(inner))
                    self._classes.add(name)
                case ast.Assign(targets=[ast.Name(id=attribute)], value=value) if (
                    known := self._values.of(value)
                ) is not None:
                    self._values.names[f"{name}.{attribute}"] = self._values.names[f"self.{attribute}"] = known

    def _each(self, name: str, values: ast.expr, body: list[ast.AST]) -> None:
        for known in list(self._values.items(values).values())[:16]:
            self._values.names[name] = known
            for step in body:
                self.walk(step)
            self._values.names.pop(name, None)

    def _own_function(self, name: str, node: ast.Call) -> None:
        """A function of the program is gone through with the strings it is given."""
        parameters, body = self._functions[name]
        known = self._values.given(parameters, node, own=name in self._classes)
        if not known or self._depth > 3:
            return
        held = self._values.bind(known)
        self._depth += 1
        for step in body:
            self.walk(step)
        self._depth -= 1
        self._values.names, self._values.numbers = held

    def _call_of(self, node: ast.Call, outer: Operation, *, text: bool) -> Todo:
        name = self._aliases.get(name_of(node.func), name_of(node.func))
        if name == "input" and node.args and isinstance(node.func, ast.Attribute):
            name = "FileInput"
        if name == "print" and len(node.args) == 1 and (shown := self._values.of(node.args[0])) is not None:
            self._call.world.print(shown + "\n")
        said = isinstance(node.func, ast.Attribute) and (
            isinstance(node.func.value, ast.Constant | ast.JoinedStr)
            or (isinstance(node.func.value, ast.Name) and (name != "replace" or len(node.args) > 1))
        )
        rest: Todo = [(node.func, method(name, node), said and name in STRING_METHODS)]
        if name in ("exec", "eval") and node.args and (inner := self._values.of(uncompiled(node.args[0]))) is not None:
            python(self._call, made(inner, self._span(node.args[0])))
            return rest
        self._evaluated(name, node)
        if name in self._functions:
            self._own_function(name, node)
        if name in COMMANDS and (node.args or node.keywords):
            return [*rest, *self._command(name, node)]
        if (whole := self._values.of(node)) is not None:
            if name.startswith("Pure"):
                return []
            if name in STRING_BUILDERS:
                self._literal(node, whole, outer, text=text)
                return []
            if not text:
                self._path(node, whole, outer)
            return rest
        opened = self._opened(name, node)
        return [*rest, *(self._given(name, node) if opened is None else opened)]

    def _evaluated(self, name: str, node: ast.Call) -> None:
        """Nobody has read what is put together from elsewhere and run."""
        if name in ("exec", "eval") and fetched(node) & (_FETCHING - {"read", "read_text"}):
            self._call.scanner.doubt(self._span(node))

    def _opened(self, name: str, node: ast.Call) -> Todo | None:
        """The arguments of what opens, makes or changes files; None: it is nothing of the kind."""
        arguments: list[ast.expr] = [*node.args, *(keyword.value for keyword in node.keywords)]
        if name == "chdir" and node.args and (folder := self._values.of(node.args[0])) is not None:
            self._values.cwd = posixpath.join(self._call.world.cwd, folder)
        if name in TWO_SIDED and len(node.args) > 1 and self._of_module(node.func):
            self._argument(node.args[0], "write" if TWO_SIDED[name] == "write" else "read")
            self._argument(node.args[1], "write")
            if name in ("symlink", "link"):
                self._linked(node.args[0], node.args[1])
            return [(argument, "read", False) for argument in arguments[2:]]
        if name not in OPENS and name not in WRITES and name not in LOADS:
            return None
        operation: Operation = "write" if name in WRITES or opens_for_writing(node) else "read"
        operation = "execute" if name in LOADS else operation
        if name == "symlink_to" and isinstance(node.func, ast.Attribute) and arguments:
            self._linked(arguments[0], node.func.value)
        known = [argument for argument in arguments[:2] if self._values.of(argument) is not None]
        for argument in known[:1] if name in ("save", "dump", "imsave") else arguments[:1]:
            self._argument(argument, operation)
        left = arguments if arguments and self._values.of(arguments[0]) is None else arguments[1:]
        return [(argument, operation, name != "make_archive") for argument in left]

    def _linked(self, target: ast.expr, link: ast.expr) -> None:
        """Later commands may go through it."""
        there, here = self._values.of(target), self._values.of(link)
        if there and here:
            linked(self._call.world, there, here)

    def _given(self, name: str, node: ast.Call) -> Todo:
        """The arguments of a function nobody knows: text, or paths where they look like some."""
        if name in ("basicConfig", "urlretrieve") and (node.args or node.keywords):
            self._argument([*node.args, *(keyword.value for keyword in node.keywords)][-1], "write")
        self._values.gather(node)
        text = name in TEXT_CALLS or name in self._functions or name.startswith("assert")
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        if name in GATHERS and not (owner and (searched(owner) or name_of(owner) in self._packers)):
            text = True
        named: Todo = [(word.value, "read", text or not says_path(word.arg)) for word in node.keywords]
        return [*((argument, "read", text) for argument in node.args), *named]

    def _argument(self, node: ast.expr, operation: Operation) -> None:
        if (path := self._values.of(node)) is not None:
            self._path(node, path, operation)

    def _command(self, name: str, node: ast.Call) -> Todo:
        """A command the program runs: a shell's text, or a list of words."""
        named = {word.arg: word.value for word in node.keywords}
        arguments: list[ast.expr] = [*node.args, *named.values()]
        world = self._call.world.fork()
        if "cwd" in named and (folder := self._values.of(named["cwd"])) is not None:
            self._path(named["cwd"], folder, "read")
            world.change_folder(folder)
        first = self._command_words(name, node, named.get("args", arguments[0]))
        if (values := self._values.listed(first)) is not None:
            words = [Word(HOLE if value is None else value, self._span(item)) for value, item in values]
            if words and words[0].value != HOLE:
                self._call.scanner.run_words(words, world)
        elif (text := self._values.of(first)) is not None:
            self._call.scanner.run(Source(text, None, self._span(first)), world)
        else:
            if isinstance(first, ast.Call) and fetched(first) & _FETCHING:
                self._call.scanner.doubt(self._span(first))
            return [(argument, "read", False) for argument in arguments]
        return [(argument, "read", True) for argument in arguments[1:]]

    def _command_words(self, name: str, node: ast.Call, named: ast.expr) -> ast.expr:
        """Where the command stands among the arguments."""
        first = node.args[0] if node.args else named
        if lists := [item for item in node.args[1:] if isinstance(item, ast.List | ast.Tuple)]:
            return lists[0]
        own = name.startswith(("exec", "spawn"))
        if own or name == "create_subprocess_exec":
            strings = [item for item in node.args if self._values.of(item) is not None]
            return ast.List(elts=strings[own:]) if len(strings) > 1 else first
        if isinstance(first, ast.Call) and name_of(first.func) == "split":
            whole = first.func.value if isinstance(first.func, ast.Attribute) else first
            return first.args[0] if first.args and self._values.of(whole) is None else whole
        return first

    def _literal(self, node: ast.AST, value: str, operation: Operation, *, text: bool) -> None:
        """A string nobody knows the use of: a path where it begins like one."""
        if text or "\n" in value or " " in value.strip() or len(value) > 4096 or ROUTE.search(value):
            return
        if match := re.match(r"(?:http\+)?unix:(?://)?(?=/)", value):
            value = value[match.end() :]
        rooted = re.match(r"/[^/]", value) and self._call.scanner.around.rooted(value)
        if rooted or value.startswith(("~/", "../", "file:///")):
            self._path(node, value, operation)

    def _of_module(self, func: ast.expr) -> bool:
        """Whether a function is called by its module, as `os.replace` is and a string's own method is not."""
        if isinstance(func, ast.Name):
            return func.id != "replace"
        return isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id in self._modules

    def _path(self, node: ast.AST, value: str, operation: Operation) -> None:
        if not value or "\n" in value or "\0" in value:
            return
        world = self._call.world
        if value[0] == HOLE:
            return
        if match := re.match(r"file:(?://)?(?=/)", value):
            value = value[match.end() :].partition("?")[0]
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
