"""What agents are told of skills."""

from collections.abc import Sequence

from ..protocol.settings import SkillInfo

MAX_CHARS = 60_000
"""Of all skills in a prompt together."""
MAX_LISTED_CHARS = 12_000
"""Of the list of those that are read on demand."""
MAX_LISTED_DESCRIPTION = 400

_INTRODUCTION = """\
# Skills

How things are done here. Follow what applies to your task; what the person says in \
the conversation comes first."""

_TOO_LONG = """\
These apply as well, but are too long to stand here. Read each with `use_skill` before work that it is about:"""

_ON_DEMAND = """\
## Skills to read on demand

When a task is about one of these, call `use_skill` with its name first, and follow what it says:"""


def prompt(loaded: Sequence[tuple[SkillInfo, str]], packages: Sequence[SkillInfo]) -> str:
    """The text for the system prompt; empty where there are no skills.

    Args:
        loaded: skills with their texts, in order.
        packages: those that are read on demand.
    """
    if not loaded and not packages:
        return ""
    parts = [_INTRODUCTION]
    left = MAX_CHARS
    too_long: list[SkillInfo] = []
    for skill, text in loaded:
        if len(text) > left:
            too_long.append(skill)
            continue
        left -= len(text)
        parts.append(f"## Skill `{skill.id}`\n\n{text}")
    if too_long:
        parts.append("\n".join([_TOO_LONG, "", *_items(too_long)]))
    if packages:
        parts.append("\n".join([_ON_DEMAND, "", *_items(packages)]))
    return "\n\n".join(parts)


def _items(skills: Sequence[SkillInfo]) -> list[str]:
    """A line each, as long as they fit; then names alone, as long as these fit."""
    lines: list[str] = []
    room = MAX_LISTED_CHARS
    for index, skill in enumerate(skills):
        line = f"- `{skill.id}`: {_short(skill.description)}" if skill.description else f"- `{skill.id}`"
        room -= len(line)
        if room < 0:
            return [*lines, _names(skills[index:])]
        lines.append(line)
    return lines


def _names(skills: Sequence[SkillInfo]) -> str:
    names: list[str] = []
    room = MAX_LISTED_CHARS
    for skill in skills:
        room -= len(skill.id) + 4
        if room < 0:
            break
        names.append(f"`{skill.id}`")
    left = len(skills) - len(names)
    return f"- also: {', '.join(names)}{f', and {left} more' if left else ''}"


def _short(text: str) -> str:
    return text if len(text) <= MAX_LISTED_DESCRIPTION else text[: MAX_LISTED_DESCRIPTION - 1] + "…"
