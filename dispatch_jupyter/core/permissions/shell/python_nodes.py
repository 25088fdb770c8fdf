"""Questions about pieces of a Python program."""

import ast
import re

from ...protocol.parts import Operation
from .python_tables import METHOD_WRITES, PATH_NAME
from .python_values import name_of

_PACKER = re.compile(
    r"\b(\w+)\s*=\s*(?:\w+\.)?(?:ZipFile|TarFile|tarfile\.open)\(|(?:ZipFile|TarFile|tarfile\.open)\([^()]*\)\s*as\s+(\w+)"
)


def fetched(node: ast.AST) -> set[str]:
    """The functions called in there."""
    return {name_of(part.func) for part in ast.walk(node) if isinstance(part, ast.Call)}


def uncompiled(node: ast.expr) -> ast.expr:
    """The text in `compile(text, ...)`."""
    return node.args[0] if isinstance(node, ast.Call) and name_of(node.func) == "compile" and node.args else node


def searched(node: ast.AST) -> bool:
    """Whether this is `sys.path` or the environment."""
    return any(isinstance(part, ast.Attribute) and part.attr in ("path", "environ") for part in ast.walk(node))


def packers(text: str) -> set[str]:
    """Names of archives the program opens: what is added to them is a file, not text."""
    return {name for names in _PACKER.findall(text) for name in names if name}


def says_path(name: str | None) -> bool:
    """Whether a parameter with this name is likely a path."""
    return name is None or PATH_NAME.search(name) is not None


def method(name: str, node: ast.Call) -> Operation:
    """What a method does to the path it is called on."""
    return "write" if name in METHOD_WRITES or (name == "open" and opens_for_writing(node)) else "read"


def opens_for_writing(node: ast.Call) -> bool:
    """Whether the mode or the flags a call is given say that it writes."""
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
