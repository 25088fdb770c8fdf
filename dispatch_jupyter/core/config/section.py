"""What all sections of dispatch.yaml have in common: what is refused, and short forms."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema


class Section(BaseModel):
    """Base of every section: unknown fields are refused, so that a misspelling is seen."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


@dataclass(frozen=True, slots=True)
class OrNothing:
    """A list that nothing is left in reads as null."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(_not_null, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        listed = handler(schema)
        return listed if handler.mode == "serialization" else {"anyOf": [listed, {"type": "null"}]}


@dataclass(frozen=True, slots=True)
class OrOne:
    """One item may be written without its list."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(_listed, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        listed = handler(schema)
        return listed if handler.mode == "serialization" else {"anyOf": [listed["items"], listed]}


def or_text(schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
    """The JSON Schema of a section that may be written as plain text."""
    whole = handler.resolve_ref_schema(handler(schema))
    if handler.mode == "serialization":
        return whole
    return {"description": whole.pop("description", ""), "anyOf": [{"type": "string"}, whole]}


def _not_null(value: Any) -> Any:
    return [] if value is None else value


def _listed(value: Any) -> Any:
    return value if value is None or isinstance(value, list) else [value]
