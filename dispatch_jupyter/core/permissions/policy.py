"""What may be touched: pure decisions over an operation and the real path it would reach."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..protocol.errors import ToolError

Operation = Literal["read", "write", "execute"]

Policy = Callable[[Operation, Path], bool]
"""May this operation reach this path? The path is absolute and real: no links and no `..` are left in it."""


@dataclass(frozen=True, slots=True)
class Confined:
    """The project and what is below it; some more folders for reading only."""

    root: Path
    also_readable: tuple[Path, ...] = ()

    def __call__(self, operation: Operation, path: Path) -> bool:
        if path.is_relative_to(self.root):
            return True
        return operation == "read" and any(path.is_relative_to(folder) for folder in self.also_readable)


class OutsideProject(ToolError):
    """The policy said no. Carries what was asked, so that whoever catches it can ask a person."""

    def __init__(self, operation: Operation, path: Path, message: str, hint: str) -> None:
        super().__init__(message, hint, code="outside_project")
        self.operation: Operation = operation
        self.path = path
