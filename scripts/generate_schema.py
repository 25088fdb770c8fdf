"""Write the JSON Schema of dispatch.yaml, `docs/dispatch.schema.json`, from the classes that read it.

With `--check` nothing is written and the exit code is 1 where it is stale.
"""

import sys
from pathlib import Path

from dispatch_jupyter.core.config.json_schema import schema_text

TARGET = Path(__file__).parent.parent / "docs" / "dispatch.schema.json"

if __name__ == "__main__":
    text = schema_text()
    if "--check" in sys.argv:
        fresh = TARGET.exists() and TARGET.read_text("utf-8") == text
        sys.exit(0 if fresh else f"{TARGET.name} is stale: run scripts/generate_schema.py")
    TARGET.write_text(text, "utf-8")
