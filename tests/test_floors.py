"""Imports point down: the floors of the package, read from the source, function-local imports included."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "dispatch_jupyter"

FLOORS = {
    "_version": 0,
    "core": 0,  # core/__init__.py itself
    "core.protocol": 0,
    "core.config": 1,
    "core.store": 1,
    "core.permissions": 1,
    "core.sandbox": 1,
    "core.llm": 2,
    "core.lsp": 2,
    "core.skills": 2,
    "core.tools": 2,
    "core.runtime": 3,
    "api": 4,
    "notebook": 5,
    "cli": 5,
    "": 6,  # dispatch_jupyter/__init__.py, the door
}
KERNEL_SIDE = {"notebook"}
"""Runs in the kernel, another process than the server: of the lower floors it may know the words, not the works."""
HOSTS = ("jupyter", "tornado", "IPython", "ipykernel", "ipywidgets", "anywidget", "notebook", "nbformat", "traitlets")
"""What only a host of core may import; `jupyter` stands for everything that begins with it."""
ONLY_IN = {"litellm": "core.llm"}


def part_of(module: str) -> str:
    """The part a module belongs to: `core.tools` for `core.tools.files`, `api` for `api.app`."""
    names = module.split(".")
    return ".".join(names[:2]) if names[0] == "core" else names[0]


def module_of(path: Path, package: Path) -> str:
    """The module name below the package; a folder's `__init__` is the folder."""
    names = list(path.relative_to(package).with_suffix("").parts)
    return ".".join(names[:-1] if names[-1] == "__init__" else names)


def imports(path: Path, package: Path) -> Iterator[tuple[int, str]]:
    """(line, full module name) of every import in a file, wherever it stands; relative ones made absolute."""
    here = [package.name, *path.relative_to(package).with_suffix("").parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import():
                yield from ((node.lineno, alias.name) for alias in node.names)
            case ast.ImportFrom():
                base = here[: len(here) - node.level + 1] if node.level else []
                source = ".".join([*base, *([node.module] if node.module else [])])
                # `from . import x` may name a module: count what is imported too
                yield from ((node.lineno, f"{source}.{alias.name}") for alias in node.names)
            case ast.Call(
                func=ast.Name(id="import_module" | "__import__") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                # a relative name is resolved against the file's own package, as all callers here mean it
                level = len(name) - len(name.lstrip("."))
                base = here[: len(here) - level + 1] if level else []
                yield node.lineno, ".".join([*base, name.lstrip(".")])


def fault(importer: str, imported: str, package: str) -> str | None:
    """Why this import is not allowed; None where it is."""
    part = part_of(importer)
    if imported == package or imported.startswith(f"{package}."):
        target = part_of(imported.removeprefix(package).removeprefix("."))
        if target == part or (target == "core" and part.startswith("core.")):
            return None
        if target not in FLOORS:
            target = ""  # a name of dispatch_jupyter/__init__.py
        if FLOORS[target] >= FLOORS[part]:
            return f"{part or package} (floor {FLOORS[part]}) imports {target or package} (floor {FLOORS[target]})"
        if part in KERNEL_SIDE and target not in {"core.protocol", "_version"}:
            return f"{part} runs in the kernel and imports {target}"
        return None
    top = imported.split(".", 1)[0]
    if part.split(".", 1)[0] == "core" and (top in HOSTS or top.startswith("jupyter")):
        return f"{part} imports {top}: core knows nothing of its hosts"
    if top in ONLY_IN and part != ONLY_IN[top]:
        return f"{part} imports {top}: only {ONLY_IN[top]} may"
    return None


def faults(package: Path) -> list[str]:
    """Every import of the package that points up, sideways or outside."""
    found = []
    for path in sorted(package.rglob("*.py")):
        importer = module_of(path, package)
        if part_of(importer) not in FLOORS:
            found.append(f"{path}: {part_of(importer)} has no floor; give it one in {Path(__file__).name}")
            continue
        for line, imported in imports(path, package):
            if why := fault(importer, imported, package.name):
                found.append(f"{path}:{line}: {why}")
    return found


def test_imports_point_down() -> None:
    found = faults(PACKAGE)
    assert not found, "\n".join(["", *found])


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("core/runtime/a.py", "from ...api import app"),
        ("core/runtime/a.py", "def later():\n    from dispatch_jupyter.api import app"),
        ("core/protocol/a.py", "from ..store import journal"),
        ("core/protocol/a.py", "from .. import store"),
        ("core/store/a.py", "from ..config.schema import Config"),
        ("core/store/a.py", "import dispatch_jupyter.core.permissions.paths"),
        ("core/tools/a.py", "from ..llm import types"),
        ("core/llm/a.py", "import importlib\nimportlib.import_module('dispatch_jupyter.core.runtime.agent')"),
        ("core/llm/a.py", "from importlib import import_module\nimport_module('..runtime.agent', __package__)"),
        ("core/store/a.py", "from dispatch_jupyter import __version__"),
        ("api/a.py", "from ..notebook import client"),
        ("notebook/a.py", "from ..core.store import journal"),
        ("notebook/a.py", "from ..core import store"),
        ("notebook/a.py", "from ..api.app import DispatchApp"),
        ("notebook/a.py", "from .. import cli"),
        ("core/tools/a.py", "from jupyter_server.serverapp import ServerApp"),
        ("core/tools/a.py", "import tornado.web"),
        ("core/tools/a.py", "def later():\n    import IPython"),
        ("core/config/a.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from traitlets import Unicode"),
        ("core/tools/a.py", "import litellm"),
        ("api/a.py", "import importlib\nimportlib.import_module('litellm')"),
        ("core/helpers/a.py", "x = 1"),
        ("helpers.py", "x = 1"),
    ],
)
def test_a_planted_fault_is_seen(tmp_path: Path, file: str, source: str) -> None:
    assert faults(_plant(tmp_path, file, source))


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("core/tools/a.py", "from ..permissions.paths import Files\nfrom ..protocol.errors import ToolError"),
        ("core/tools/a.py", "from . import files\nfrom .edit import EditFile"),
        ("core/llm/a.py", "def later():\n    import litellm"),
        ("core/runtime/a.py", "from ..llm.types import ModelClient\nfrom ..._version import __version__"),
        ("core/runtime/deep/a.py", "from ...protocol import records"),
        ("api/a.py", "from tornado.web import RequestHandler\nfrom ..core.runtime.session import Session"),
        ("notebook/a.py", "from ..core.protocol.records import Usage\nfrom IPython.display import display"),
        ("notebook/a.py", "from ..core.protocol import records"),
        ("__init__.py", "def later():\n    from .api.app import DispatchApp\n    from .notebook import magic"),
    ],
)
def test_what_points_down_is_allowed(tmp_path: Path, file: str, source: str) -> None:
    assert faults(_plant(tmp_path, file, source)) == []


def _plant(root: Path, file: str, source: str) -> Path:
    path = root / "dispatch_jupyter" / file
    path.parent.mkdir(parents=True)
    path.write_text(source, encoding="utf-8")
    return root / "dispatch_jupyter"
