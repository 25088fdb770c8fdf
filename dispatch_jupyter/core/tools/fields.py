"""What the arguments of our tools have in common."""

from typing import Any

from pydantic import model_validator

from .tool import Arguments


class FlatArguments(Arguments):
    """Arguments where `null` means "not given", as weaker models write it for what they do not need."""

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, value: Any) -> Any:
        return {name: given for name, given in value.items() if given is not None} if isinstance(value, dict) else value
