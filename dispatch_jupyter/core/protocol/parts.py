"""Pieces of records and commands that stand for themselves."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from .ids import KeyId

Effort = Literal["none", "minimal", "low", "medium", "high"]
"""How long a model is to think, where it can be told."""
SkillReason = Literal["default", "agent", "template", "person", "used"]
"""Why a skill is loaded: a `default/` folder, a mapping for the agent's type, its template, by hand, by the agent."""


class Part(BaseModel):
    """A piece of a record: immutable, and nothing unknown gets in."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Place(Part):
    """A line of a file, to be opened there."""

    path: str
    """Absolute."""
    line: int = 1


class ModelWish(Part):
    """A model that is wanted: by tag or by id, perhaps with one key only."""

    model: str
    """A tag (`heavy`) or an id (`provider/name`)."""
    key: KeyId | None = None
    """None: with any key of the model, in fallback order."""
    effort: Effort | None = None
    """None: as the settings of the model say."""


class LoadedSkill(Part):
    """A skill in an agent's prompt."""

    name: str
    """`global:name` or `project:name`."""
    why: SkillReason
