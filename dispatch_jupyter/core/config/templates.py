"""What agents are made from: templates, from dispatch.yaml and from TOML files, with everything looked up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..protocol.ids import KeyId
from ..protocol.parts import OPERATIONS, SUMMON_KINDS, ModelWish, Operation, Place, SummonKind
from ..protocol.records import ErrorInfo
from ..protocol.settings import SettingsScope
from .folders import meant_by
from .model_schema import MAX_PROMPT_CHARS, AgentSection, Permission
from .reading import Outside, Within, read_bytes

DEFAULT = "dispatch"
"""The slug of what agents are made from where nobody says."""


MAX_LISTED = 40
"""Templates of a kind that agents are told with their descriptions; of the rest the names."""
MAX_DESCRIPTION = 300
"""Characters of a description that agents are told."""


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
    """What it may do to files at most."""
    summons: tuple[SummonKind, ...] = ()
    """Which agents it may start."""
    wants: tuple[ModelWish, ...] = ()
    """Models, the first that can be used; empty: the default."""
    skills: tuple[str, ...] = ()
    cwd: Path | None = None
    """Absolute; None: the project."""
    is_subagent: bool = False
    scope: SettingsScope = "global"
    place: Place | None = None
    """Where it is written; None: it is built in."""
    error: ErrorInfo | None = None
    """Set: it cannot be used, and this says why."""


@dataclass(frozen=True, slots=True)
class Source:
    """An agent as a file describes it."""

    section: AgentSection
    scope: SettingsScope
    place: Place | None
    prompt_within: Within | None = None
    """Where its prompt file has to be; None: wherever it is."""
    base: Template | None = None
    """Of the same slug below it: what people are shown of it where the file does not say."""


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
    base = source.base
    permissions = permitted(entry.permissions, is_subagent=entry.is_subagent)
    made = Template(
        slug=entry.name,
        title=entry.title or (base.title if base else _title(entry.name)),
        description=entry.description or (base.description if base else ""),
        prompt=prompt,
        tools=None if entry.tools is None else tuple(dict.fromkeys(entry.tools)),
        operations=tuple(one for one in OPERATIONS if one in permissions),
        summons=tuple(one for one in SUMMON_KINDS if one in permissions),
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


def permitted(written: Sequence[Permission] | None, *, is_subagent: bool) -> frozenset[Permission]:
    """What an agent may do at most.

    Args:
        written: as its entry lists it; None: it does not. Then subagents start no agents, all else is allowed.
    """
    if written is not None:
        return frozenset(written)
    return frozenset(OPERATIONS if is_subagent else (*OPERATIONS, *SUMMON_KINDS))


def broken(slug: str, scope: SettingsScope, error: ErrorInfo) -> Template:
    """What is listed of an agent that nothing can be made from."""
    return Template(slug, _title(slug), scope=scope, place=error.place, error=error)


def in_order(found: Iterable[Template]) -> dict[str, Template]:
    """By slug, the default first, then those that people choose, then those that other agents summon."""
    ordered = sorted(found, key=lambda one: (one.slug != DEFAULT, one.is_subagent, one.slug.lower()))
    return {one.slug: one for one in ordered}


def catalogue(templates: Iterable[Template], kinds: Iterable[SummonKind] = SUMMON_KINDS) -> str:
    """What an agent is told of those it may start: a line each, with what it is for and where that is written.

    Those that cannot be used are left out. The same text for the same templates.

    Args:
        kinds: what it may start: subagents (`summon`), agents of the person's own (`user_agent`).
    """
    usable = [one for one in templates if one.error is None]
    wanted = set(kinds)
    parts = [
        (head, lines)
        for kind, head in (("summon", "Subagents:"), ("user_agent", "Agents of the person's own (`top_level`):"))
        if kind in wanted and (lines := _lines([one for one in usable if one.is_subagent == (kind == "summon")]))
    ]
    if len(wanted) < len(SUMMON_KINDS):
        return "\n".join(line for _, lines in parts for line in lines)
    return "\n".join(line for head, lines in parts for line in (head, *lines))


def _lines(templates: Sequence[Template]) -> list[str]:
    lines = [_line(one) for one in templates[:MAX_LISTED]]
    more = [f"`{one.slug}`" for one in templates[MAX_LISTED:]]
    return [*lines, f"- also: {', '.join(more)}"] if more else lines


def _line(one: Template) -> str:
    said = " ".join(one.description.split())
    said = said if len(said) <= MAX_DESCRIPTION else f"{said[: MAX_DESCRIPTION - 1]}…"
    return f"- `{one.slug}`: {said or one.title} ({one.place.path if one.place else 'built in'})"


def _title(slug: str) -> str:
    words = slug.replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]
