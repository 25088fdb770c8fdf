"""The JSON Schema of dispatch.yaml, for editors: they complete names, show what they mean, and mark what is wrong."""

import json
import re
import sys
from functools import cache
from typing import Any

from .schema import Settings

TITLE = "Settings of Dispatch for Jupyter (dispatch.yaml)"


@cache
def schema_text() -> str:
    """The schema as JSON text, the same for the same version."""
    return json.dumps(schema_json(), indent=2, ensure_ascii=False) + "\n"


def schema_json() -> dict[str, Any]:
    """The schema of a whole dispatch.yaml: of what may be written there, short forms too."""
    schema = Settings.model_json_schema(mode="validation")
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_tidy(schema),
        "title": TITLE,
        "type": ["object", "null"],  # a file of comments alone
    }
    return dict(sorted(whole.items(), key=lambda item: (not item[0].startswith("$s"), item[0] == "$defs")))


def _tidy(part: Any) -> Any:
    """Without titles that only repeat names, and without the null that only stands for a field nobody wrote."""
    if isinstance(part, list):
        return [_tidy(item) for item in part]
    if not isinstance(part, dict):
        return part
    tidy = {name: _tidy(value) for name, value in part.items() if not (name == "title" and isinstance(value, str))}
    if tidy.get("default", "") is None:
        del tidy["default"]
    if isinstance(text := tidy.get("description"), str):
        tidy["description"] = re.sub(r"\s*\n\s*", " ", text).strip()
    return tidy


if __name__ == "__main__":  # `python -m dispatch_jupyter.core.config.json_schema > dispatch.schema.json`
    sys.stdout.write(schema_text())
