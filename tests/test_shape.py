"""The shape of the code: small files, small functions, small classes, docstrings, no swallowed errors."""

import ast
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "dispatch_jupyter"

FILE_LINES = 400
INIT_LINES = 30
FUNCTION_LINES = 50
PUBLIC_METHODS = 15
SELF_EXPLAINING_LINES = 8
"""A public function up to this long may go without a docstring where its name and types say it all."""

HTTP_VERBS = {"get", "post", "put", "patch", "delete"}
"""A handler's methods; its class says what the path is for."""

Definition = ast.FunctionDef | ast.AsyncFunctionDef


def long_files(path: Path, source: str) -> Iterator[str]:
    """A file past its limit holds two ideas."""
    limit = INIT_LINES if path.name == "__init__.py" else FILE_LINES
    if (lines := source.count("\n")) > limit:
        yield f"{path}: {lines} lines, at most {limit}"


def long_functions(path: Path, source: str) -> Iterator[str]:
    for node in ast.walk(_tree(source)):
        if isinstance(node, Definition):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield f"{path}:{node.lineno}: {node.name} has {lines} lines, at most {FUNCTION_LINES}"


def wide_classes(path: Path, source: str) -> Iterator[str]:
    """Properties count: they are as much to know as methods."""
    for node in ast.walk(_tree(source)):
        if isinstance(node, ast.ClassDef):
            public = {part.name for part in node.body if isinstance(part, Definition) and _public(part.name)}
            if len(public) > PUBLIC_METHODS:
                yield f"{path}:{node.lineno}: {node.name} has {len(public)} public methods, at most {PUBLIC_METHODS}"


def missing_docstrings(path: Path, source: str) -> Iterator[str]:
    """Every module, every public class with behaviour, every public function that is not self-explaining."""
    tree = _tree(source)
    if tree.body and ast.get_docstring(tree) is None:
        yield f"{path}: the module has no docstring"
    yield from (f"{path}:{node.lineno}: {node.name} has no docstring" for node in _silent(tree))


def _silent(parent: ast.Module | ast.ClassDef) -> Iterator[ast.ClassDef | Definition]:
    for node in parent.body:
        if isinstance(node, ast.ClassDef) and _public(node.name):
            behaves = any(isinstance(part, Definition) for part in node.body)
            if behaves and ast.get_docstring(node) is None:
                yield node
            yield from _silent(node)
        elif isinstance(node, Definition) and _public(node.name):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            handles = isinstance(parent, ast.ClassDef) and node.name in HTTP_VERBS
            if lines > SELF_EXPLAINING_LINES and not handles and ast.get_docstring(node) is None:
                yield node


def swallowed_errors(path: Path, source: str) -> Iterator[str]:
    """No bare `except:`, and nobody catches everything to do nothing about it."""
    for node in ast.walk(_tree(source)):
        if isinstance(node, ast.ExceptHandler):
            if node.type is None:
                yield f"{path}:{node.lineno}: bare except"
            elif _broad(node.type) and all(_does_nothing(step) for step in node.body):
                yield f"{path}:{node.lineno}: catches everything and drops it"
        elif isinstance(node, ast.Call) and _name(node.func) == "suppress" and any(map(_broad, node.args)):
            yield f"{path}:{node.lineno}: suppresses everything"


@cache
def _tree(source: str) -> ast.Module:
    """Parsed once for all rules."""
    return ast.parse(source)


def _public(name: str) -> bool:
    return not name.startswith("_")


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _broad(caught: ast.expr) -> bool:
    members = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(_name(member) in {"Exception", "BaseException"} for member in members)


def _does_nothing(step: ast.stmt) -> bool:
    match step:
        case ast.Pass() | ast.Continue() | ast.Break() | ast.Return(value=None) | ast.Expr(value=ast.Constant()):
            return True
    return False  # a value that is returned says something: "no price is known"


RULES: list[Callable[[Path, str], Iterator[str]]] = [
    long_files,
    long_functions,
    wide_classes,
    missing_docstrings,
    swallowed_errors,
]


@pytest.mark.parametrize("rule", RULES)
def test_the_package_keeps(rule: Callable[[Path, str], Iterator[str]]) -> None:
    files = sorted(PACKAGE.rglob("*.py"))
    assert files
    faults = [fault for path in files for fault in rule(path, path.read_text(encoding="utf-8"))]
    assert not faults, "\n".join(["", *faults])


def test_scripts_benchmarks_and_components_are_small_too() -> None:
    places = [("scripts", "*.py"), ("benchmarks", "*.py"), ("js/src", "*.ts"), ("js/src", "*.tsx")]
    files = [path for folder, pattern in places for path in sorted((ROOT / folder).rglob(pattern))]
    faults = [fault for path in files for fault in long_files(path, path.read_text(encoding="utf-8"))]
    assert not faults, "\n".join(["", *faults])


def _function(lines: int) -> str:
    return "def f():\n" + "    x = 1\n" * (lines - 1)


def _class(methods: int) -> str:
    return 'class C:\n    """C."""\n\n' + "".join(f"    def m{i}(self): ...\n" for i in range(methods))


@pytest.mark.parametrize(
    ("rule", "name", "source"),
    [
        (long_files, "a.py", "\n" * (FILE_LINES + 1)),
        (long_files, "__init__.py", "\n" * (INIT_LINES + 1)),
        (long_functions, "a.py", _function(FUNCTION_LINES + 1)),
        (long_functions, "a.py", "class C:\n    async " + _function(FUNCTION_LINES + 1).replace("\n", "\n    ")),
        (wide_classes, "a.py", _class(PUBLIC_METHODS + 1)),
        (missing_docstrings, "a.py", "x = 1\n"),
        (missing_docstrings, "a.py", '"""M."""\nclass C:\n    def m(self): ...\n'),
        (missing_docstrings, "a.py", '"""M."""\n' + _function(SELF_EXPLAINING_LINES + 1)),
        (missing_docstrings, "a.py", '"""M."""\nasync ' + _function(SELF_EXPLAINING_LINES + 1)),
        (swallowed_errors, "a.py", "try:\n    x\nexcept:\n    raise\n"),
        (swallowed_errors, "a.py", "try:\n    x\nexcept Exception:\n    pass\n"),
        (swallowed_errors, "a.py", "try:\n    x\nexcept (OSError, BaseException) as error:\n    ...\n"),
        (
            swallowed_errors,
            "a.py",
            "for i in x:\n    try: x\n    except builtins.Exception: continue\n",
        ),
        (swallowed_errors, "a.py", "def f():\n    try:\n        x\n    except Exception:\n        return\n"),
        (swallowed_errors, "a.py", "with contextlib.suppress(Exception):\n    x\n"),
    ],
)
def test_a_planted_fault_is_seen(
    tmp_path: Path, rule: Callable[[Path, str], Iterator[str]], name: str, source: str
) -> None:
    assert len(list(rule(tmp_path / name, source))) == 1


@pytest.mark.parametrize(
    ("rule", "name", "source"),
    [
        (long_files, "a.py", "\n" * FILE_LINES),
        (long_files, "__init__.py", "\n" * INIT_LINES),
        (long_functions, "a.py", _function(FUNCTION_LINES)),
        (wide_classes, "a.py", _class(PUBLIC_METHODS) + "    def _private(self): ...\n    def __len__(self): ...\n"),
        (missing_docstrings, "__init__.py", ""),
        (missing_docstrings, "a.py", '"""M."""\nclass NotFound(Exception):\n    status = 404\n'),
        (missing_docstrings, "a.py", '"""M."""\nclass _C:\n    def m(self): ...\n'),
        (missing_docstrings, "a.py", '"""M."""\n' + _function(SELF_EXPLAINING_LINES)),
        (
            missing_docstrings,
            "a.py",
            '"""M."""\nclass H:\n    """H."""\n    async def get(self):\n' + "        x\n" * FUNCTION_LINES,
        ),
        (swallowed_errors, "a.py", "try:\n    x\nexcept Exception:\n    log()\n    raise\n"),
        (swallowed_errors, "a.py", "try:\n    x\nexcept FileNotFoundError:\n    pass\n"),
        (swallowed_errors, "a.py", "def f():\n    try:\n        x\n    except Exception:\n        return None\n"),
        (swallowed_errors, "a.py", "with contextlib.suppress(FileNotFoundError):\n    x\n"),
    ],
)
def test_what_is_small_and_clear_is_allowed(
    tmp_path: Path, rule: Callable[[Path, str], Iterator[str]], name: str, source: str
) -> None:
    assert list(rule(tmp_path / name, source)) == []
