"""What dispatch.yaml may say. Each section is a class; a new setting is a field here and nothing else."""

from pydantic import BaseModel, ConfigDict, Field


class Section(BaseModel):
    """Base of every section: unknown fields are refused, so that a misspelling is seen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LimitsSection(Section):
    """`limits:`, what an agent may do at most."""

    max_steps: int = Field(default=50, ge=1, le=1000)
    """Model calls in one turn."""


class Settings(Section):
    """A whole dispatch.yaml."""

    model: str | None = Field(default=None, min_length=1)
    """`provider/name` of the model that new sessions get."""
    limits: LimitsSection = LimitsSection()
