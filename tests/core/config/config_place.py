"""A project and a person, each with settings or without, for the tests that load them."""

from pathlib import Path
from textwrap import dedent

from dispatch_jupyter.core.config.configuration import Config
from dispatch_jupyter.core.config.known import Known
from dispatch_jupyter.core.config.load import load, user_file
from dispatch_jupyter.core.config.locations import PROJECT_AGENTS, user_agents
from dispatch_jupyter.core.config.trust import set_trust, trusted_files

TOOLS = frozenset({"read", "edit", "shell", "read_file", "write_file", "run_shell"})


class Place:
    """A project and a person."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.project = self.folder / "project"
        self.home = self.folder / "home"
        self.environ = {"HOME": str(self.home)}
        self.own_file = user_file(self.environ)
        self.file = self.project / "dispatch.yaml"
        self.known = Known(tools=TOOLS)
        self.project.mkdir()
        self.home.mkdir()

    def own(self, text: str | bytes) -> Path:
        """Write the person's dispatch.yaml."""
        return put(self.own_file, text)

    def theirs(self, text: str | bytes) -> Path:
        """Write the project's dispatch.yaml."""
        return put(self.file, text)

    def agent(self, name: str, text: str | bytes, *, own: bool = False) -> Path:
        """Write a TOML file of an agent."""
        return put((user_agents(self.environ) if own else self.project / PROJECT_AGENTS) / name, text)

    def load(self, last: Config | None = None) -> Config:
        return load(self.project, self.environ, last, self.known)

    def clean(self) -> Config:
        """The configuration, of files without faults."""
        config = self.load()
        assert config.errors == []
        return config

    def trust(self) -> None:
        for file in trusted_files(self.project, self.environ):
            set_trust(file.path, file.digest, True, self.environ)

    def said(self, config: Config | None = None) -> list[tuple[str, int, str]]:
        """Faults as (file name, line, text without the place)."""
        found = []
        for error in (config or self.load()).errors:
            assert error.place is not None, error
            path, line = error.place.path, error.place.line
            start = f"{path}, line {line}: " if f"line {line}: " in error.message else f"{path}: "
            assert error.message.startswith(start), error
            assert error.hint, error
            found.append((Path(path).name, line, error.message.removeprefix(start)))
        return found


def put(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else dedent(text).encode())
    return path
