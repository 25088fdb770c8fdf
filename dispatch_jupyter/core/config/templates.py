"""What agents are made from: templates, from dispatch.yaml and from TOML files, with everything looked up."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..protocol.ids import KeyId
from ..protocol.parts import ModelWish, Operation, Place
from ..protocol.records import ErrorInfo
from .folders import meant_by
from .model_schema import MAX_PROMPT_CHARS, AgentSection
from .reading import Outside, Within, read_bytes

OPERATIONS: tuple[Operation, ...] = ("read", "write", "execute")
DEFAULT = "dispatch"
"""The slug of what agents are made from where nobody says."""


@dataclass(frozen=True, slots=True)
class Template:
    """What an agent is made from."""

    slug: str
    title: str
    description: str = ""
    prompt: str = ""
    """What it is told, after what all agents are told."""
    tools: tuple[str, ...] | None = None
    """Names and groups of tools; None: all."""
    operations: tuple[Operation, ...] = OPERATIONS
    """What it may do at most."""
    wants: tuple[ModelWish, ...] = ()
    """Models, the first that can be used; empty: the default."""
    skills: tuple[str, ...] = ()
    cwd: Path | None = None
    """Absolute; None: the project."""
    is_subagent: bool = False
    scope: Literal["built in", "global", "project"] = "global"
    place: Place | None = None
    """Where it is written; None: it is built in."""
    error: ErrorInfo | None = None
    """Set: it cannot be used, and this says why."""


BUILT_IN = Template(
    DEFAULT,
    "Dispatch",
    "Works on what you ask by itself, or gives parts of it to other agents.",
    scope="built in",
)
"""For every project; a file of the same slug stands over it."""


@dataclass(frozen=True, slots=True)
class Source:
    """An agent as a file describes it."""

    section: AgentSection
    scope: Literal["global", "project"]
    place: Place
    prompt_within: Within | None = None
    """Where its prompt file has to be; None: wherever it is."""


@dataclass(frozen=True, slots=True)
class PromptFile:
    """A prompt file, as it was read."""

    path: Path
    text: str = ""
    error: str = ""
    """Why it was not, in words."""


def read_prompt(path: Path, within: Within | None) -> PromptFile:
    """The text of a prompt file.

    Args:
        within: where it has to be; None: wherever it is.
    """
    try:
        raw = read_bytes(path, MAX_PROMPT_CHARS * 4, within)
        text = raw.decode("utf-8-sig")
    except FileNotFoundError:
        return PromptFile(path, error="there is no such file")
    except Outside as error:
        reason = error.strerror or str(error)
        return PromptFile(path, error=f"{reason}, links followed")
    except UnicodeDecodeError as error:
        return PromptFile(path, error=f"it is not UTF-8 text (byte {error.start})")
    except OSError as error:
        return PromptFile(path, error=error.strerror or str(error))
    if len(text) > MAX_PROMPT_CHARS:
        return PromptFile(path, error=f"it is longer than {MAX_PROMPT_CHARS:,} characters")
    return PromptFile(path, text)


def template(source: Source, project: Path, home: str) -> tuple[Template, str]:
    """The template an agent's entry describes, and what is wrong with its prompt file, in words; empty: nothing.

    Args:
        project: where its folder starts.
        home: what `~` stands for.
    """
    entry = source.section
    prompt, fault = entry.prompt, ""
    if entry.prompt_file:
        read = read_prompt(Path(entry.prompt_file), source.prompt_within)
        prompt, fault = read.text, read.error
    base = BUILT_IN if entry.name == DEFAULT else None
    made = Template(
        slug=entry.name,
        title=entry.title or (base.title if base else _title(entry.name)),
        description=entry.description or (base.description if base else ""),
        prompt=prompt,
        tools=None if entry.tools is None else tuple(dict.fromkeys(entry.tools)),
        operations=OPERATIONS if entry.permissions is None else tuple(entry.permissions),
        wants=tuple(
            ModelWish(model=choice.model, key=KeyId(choice.key) if choice.key else None, effort=choice.effort)
            for choice in entry.model
        ),
        skills=tuple(dict.fromkeys(entry.skills)),
        cwd=meant_by(entry.cwd, project, home) if entry.cwd else None,
        is_subagent=entry.is_subagent,
        scope=source.scope,
        place=source.place,
    )
    return made, fault


def broken(slug: str, scope: Literal["global", "project"], error: ErrorInfo) -> Template:
    """What is listed of an agent that nothing can be made from."""
    return Template(slug, _title(slug), scope=scope, place=error.place, error=error)


def in_order(found: Iterable[Template]) -> dict[str, Template]:
    """By slug, the default first, then those that people choose, then those that other agents summon."""
    ordered = sorted(found, key=lambda one: (one.slug != DEFAULT, one.is_subagent, one.slug.lower()))
    return {one.slug: one for one in ordered}


def _title(slug: str) -> str:
    words = slug.replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]
