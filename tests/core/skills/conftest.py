"""A person with a home folder and a project, and the skills in both."""

from pathlib import Path

import pytest

from dispatch_jupyter.core.permissions.places import Places
from dispatch_jupyter.core.skills.library import Library
from dispatch_jupyter.core.skills.shelf import Shelf


class Person:
    def __init__(self, top: Path) -> None:
        self.home, self.project = top / "home", top / "work" / "project"
        for folder in (self.home, self.project):
            folder.mkdir(parents=True)
        # what comes with the package has tests of its own
        self.library = Library(self.home, self.project, Places(self.home), shipped=None)

    def put(self, path: str, text: str | bytes = "Do it well.\n") -> Path:
        """A file of the person (`~/…`) or of the project."""
        full = self.path(path)
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_bytes(text if isinstance(text, bytes) else text.encode())
        return full

    def path(self, path: str) -> Path:
        return self.home / path[2:] if path.startswith("~/") else self.project / path

    def link(self, path: str, target: Path) -> None:
        full = self.path(path)
        full.parent.mkdir(parents=True, exist_ok=True)
        full.symlink_to(target)

    def package(self, path: str, name: str = "", description: str = "What it is for.") -> Path:
        named = f"name: {name}\n" if name else ""
        return self.put(f"{path}/SKILL.md", f"---\n{named}description: {description}\n---\nStep one.\n")

    def shelf(self) -> Shelf:
        return self.library.load()

    def ids(self) -> list[str]:
        """Ids of all skills without an error."""
        return [entry.info.id for entry in self.shelf().entries if not entry.info.error]

    def problems(self) -> list[str]:
        """What is wrong, with paths cut to what the test wrote."""
        return [
            problem.message.replace(f"{self.home}/", "~/").replace(f"{self.project}/", "")
            for problem in self.shelf().problems
        ]


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return Person(tmp_path)
