"""Agents as TOML files, one a file: `agents/*.toml` in the person's folder, `.dispatch/agents/*.toml` in a project.

A file that cannot be used is not skipped: it is an agent that says what is wrong with it.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, StringConstraints, ValidationError

from ..protocol.parts import Effort
from ..protocol.records import ErrorInfo
from .faults import as_written, fault, field_fault
from .marks import Location
from .model_schema import MAX_PROMPT_CHARS, AgentSection, Name, Permissions
from .reading import Within, digest_of, read_bytes
from .section import OrOne, Section
from .toml_lines import line_of, syntax_line

MAX_FILES = 200
MAX_BYTES = 200_000
_NO_SLUG = re.compile(r"[^A-Za-z0-9_.-]+")


class FileChoice(Section):
    """A `[[models]]` table: a model, and perhaps the key it is to be called with."""

    model_id: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    """A tag, or `provider/name`."""
    key_id: Name | None = None
    effort: Effort | None = None


class AgentFileSection(Section):
    """A whole file."""

    name: Annotated[str, StringConstraints(max_length=200)] = ""
    """What people see; the slug is the file's name."""
    description: Annotated[str, StringConstraints(max_length=2000)] = ""
    prompt: Annotated[str, StringConstraints(max_length=MAX_PROMPT_CHARS)] = ""
    prompt_file: str | None = None
    tools: Annotated[list[str], OrOne()] | None = None
    permissions: Permissions | None = None
    models: list[FileChoice] = Field(default_factory=list)
    skills: Annotated[list[str], OrOne()] = Field(default_factory=list)
    cwd: str | None = None
    is_subagent: bool = False


@dataclass(frozen=True, slots=True)
class AgentFile:
    """One file: the agent it describes, or why it does not; both where the agent is that of its last good version."""

    path: Path
    slug: str
    """The file's name; made a slug where it is none, and then there is an error."""
    section: AgentSection | None = None
    error: ErrorInfo | None = None
    digest: str = ""
    text: str = ""
    project: Path | None = None
    """The project whose file it is; None: it is the person's own."""

    def fault(self, loc: Location, text: str, hint: str, code: str = "invalid") -> ErrorInfo:
        """An error that stands where a field of `section` does."""
        return fault(self.path, self.line(*loc), text, hint, code)

    def line(self, *loc: str | int) -> int:
        """Where a field of `section` stands, from 1; 1 where that cannot be told."""
        names = {"title": "name", "model": "models"}
        there: Location = (names.get(str(loc[0]), loc[0]), *loc[1:]) if loc else loc
        if len(there) > 2:
            there = (*there[:2], {"model": "model_id", "key": "key_id"}.get(str(there[2]), there[2]))
        return line_of(self.text, there) or 1


def read_agents(
    folder: Path,
    home: str,
    within: Within | None,
    known: Mapping[Path, AgentFile],
) -> tuple[list[AgentFile], list[ErrorInfo]]:
    """All files of a folder by name, and what is wrong with the folder. One that is not there has none.

    Args:
        home: what `~` in them stands for.
        within: the project whose files they are; None where they are the person's own.
        known: what was found before, by the same arguments: kept for files that did not change.
    """
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix == ".toml" and not path.name.startswith("."))
    except (FileNotFoundError, NotADirectoryError):
        return [], []
    except OSError as error:
        text = f"it cannot be read: {error.strerror or error}."
        return [], [fault(folder, None, text, "Make it a folder that you may read.")]
    said = []
    if len(paths) > MAX_FILES:
        said.append(fault(folder, None, f"more than {MAX_FILES} agents; the rest is not read.", "Take some out."))
    return [_read(path, home, within, known.get(path)) for path in paths[:MAX_FILES]], said


def _read(path: Path, home: str, within: Within | None, known: AgentFile | None) -> AgentFile:
    project = within.folder if within else None
    slug = _NO_SLUG.sub("-", path.stem).strip("-.")[:64].lstrip("_") or "agent"
    try:
        raw = read_bytes(path, MAX_BYTES, within)
    except OSError as error:
        text = f"it cannot be read: {error.strerror or error}."
        said = fault(path, None, text, "Make it a small file that you may read.")
        return AgentFile(path, slug, None, said, project=project)
    digest = digest_of(raw)
    if known and known.digest == digest and known.project == project:
        return known
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        said = fault(path, None, f"not UTF-8 text (byte {error.start}).", "Save it as UTF-8.")
        return AgentFile(path, slug, None, said, digest, project=project)
    section, wrong = _judged(path, slug, text, home)
    return AgentFile(path, slug, section, wrong, digest, text, project)


def _judged(path: Path, slug: str, text: str, home: str) -> tuple[AgentSection | None, ErrorInfo | None]:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line, message = syntax_line(error)
        where = line or max(len(text.splitlines()), 1)
        hint = 'Write `name = "value"`; texts in quotes.'
        return None, fault(path, where, f"not valid TOML: {message[:1].lower()}{message[1:]}.", hint)
    except (RecursionError, ValueError) as error:
        problem = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        return None, fault(path, None, f"not valid TOML: {problem}.", 'Write `name = "value"`; texts in quotes.')
    if path.stem != slug:
        hint = f"Rename it to `{slug}.toml`: letters, digits, `_`, `.` and `-`."
        return None, fault(path, None, f"`{path.stem}` cannot be the name of an agent.", hint)
    try:
        written = AgentFileSection.model_validate(data).model_dump(exclude_unset=True)
        return AgentSection.model_validate(
            _as_entry(slug, written), context={"folder": path.parent, "home": home}
        ), None
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        # a misspelt name says more than that the right one is missing
        found = min(faults, key=lambda fault: fault["type"] == "missing")
        loc = as_written(data, found["loc"])
        return None, field_fault(AgentFileSection, path, line_of(text, loc), data, {**found, "loc": loc})


def _as_entry(slug: str, written: dict[str, Any]) -> dict[str, Any]:
    entry = {**written, "name": slug, "title": written.get("name", "")}
    if models := entry.pop("models", []):
        names = {"model_id": "model", "key_id": "key", "effort": "effort"}
        entry["model"] = [{names[name]: value for name, value in choice.items()} for choice in models]
    return entry
