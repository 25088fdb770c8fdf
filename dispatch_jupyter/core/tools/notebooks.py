"""Notebooks as a model should see them: cells with their sources, outputs cut, no raw JSON."""

import json
import re
from collections.abc import Iterator
from typing import Any

from ..permissions.faults import quoted
from ..protocol.errors import ToolError
from .text import split_lines

MAX_OUTPUT_CHARS = 1000
MAX_OUTPUT_LINES = 20

_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_CELL_TYPES = ("code", "markdown", "raw", "heading")

Json = dict[str, Any]


def is_notebook(path: str) -> bool:
    return path.lower().endswith(".ipynb")


def parse(text: str, path: str) -> Json:
    """The notebook a text is.

    Raises:
        ToolError: code `invalid_notebook`, saying where it is broken.
    """
    try:
        notebook = json.loads(text)
    except ValueError as error:
        raise _invalid(path, f"not valid JSON: {error}") from None
    except RecursionError:
        raise _invalid(path, "nested too deeply") from None
    fault = _fault(notebook)
    if fault:
        raise _invalid(path, fault)
    checked: Json = notebook
    return checked


def cells(notebook: Json) -> list[Json]:
    """The cells, of notebooks of format 3 too (which keeps them in worksheets)."""
    if "worksheets" in notebook:
        return [cell for sheet in notebook["worksheets"] for cell in sheet["cells"]]
    found: list[Json] = notebook["cells"]
    return found


def source_key(cell: Json) -> str:
    """The field of a cell with its source; format 3 calls it `input` in code cells."""
    return "input" if "input" in cell else "source"


def source(cell: Json) -> str:
    return _joined(cell.get(source_key(cell), ""))


def view(notebook: Json) -> list[str]:
    """The lines of a notebook as a model reads them."""
    found = cells(notebook)
    kernel = notebook.get("metadata", {}).get("kernelspec", {})
    name = kernel.get("display_name") or kernel.get("name") if isinstance(kernel, dict) else None
    count = f"{len(found)} cell{'' if len(found) == 1 else 's'}"
    lines = [f"[notebook, {count}{f', kernel {name}' if name else ''}; the line numbers are those of this view]"]
    for index, cell in enumerate(found):
        lines.append(f"[cell {index}, {cell['cell_type']}{_execution(cell)}]")
        lines += split_lines(source(cell))
        for output in _outputs(cell):
            lines += _output(output)
    return [part for line in lines for part in line.split("\n")]


def _fault(notebook: Any) -> str | None:
    if not isinstance(notebook, dict) or not isinstance(notebook.get("nbformat"), int):
        return "JSON, but not a notebook (no `nbformat` number)"
    if not isinstance(notebook.get("metadata", {}), dict):
        return "its `metadata` is not an object"
    sheets = notebook.get("worksheets", [notebook])
    if not isinstance(sheets, list) or not all(isinstance(sheet, dict) for sheet in sheets):
        return "its `worksheets` are not a list of objects"
    if not all(isinstance(sheet.get("cells"), list) for sheet in sheets):
        return "it has no list of `cells`"
    faults = (f"cell {index} {fault}" for index, cell in enumerate(cells(notebook)) if (fault := _cell_fault(cell)))
    return next(faults, None)


def _cell_fault(cell: Any) -> str | None:
    if not isinstance(cell, dict):
        return "is not an object"
    if cell.get("cell_type") not in _CELL_TYPES:
        return f"has no known `cell_type` (one of {', '.join(_CELL_TYPES)})"
    if not _is_text(cell.get(source_key(cell))):
        return "has no `source` text"
    outputs = cell.get("outputs", [])
    if not isinstance(outputs, list) or not all(isinstance(output, dict) for output in outputs):
        return "has `outputs` that are not a list of objects"
    return None


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(line, str) for line in value))


def _execution(cell: Json) -> str:
    count = cell.get("execution_count", cell.get("prompt_number"))
    if cell["cell_type"] != "code":
        return ""
    return f", execution {count}" if count is not None else ", not executed"


def _outputs(cell: Json) -> list[Json]:
    found: list[Json] = cell.get("outputs", [])
    return found


def _output(output: Json) -> Iterator[str]:
    kind = output.get("output_type", "unknown")
    if kind == "stream":
        yield f"[output, {output.get('name', 'stdout')}]"
        yield from _cut(_joined(output.get("text", "")))
    elif kind in ("error", "pyerr"):
        yield f"[output, error] {output.get('ename', '')}: {_joined(output.get('evalue', ''))[:MAX_OUTPUT_CHARS]}"
        yield from _cut("\n".join(map(str, output.get("traceback") or [])), keep_end=True)
    else:
        data = output.get("data", output)
        yield from _data(data if isinstance(data, dict) else {})


def _data(data: Json) -> Iterator[str]:
    """The plain text of an output, and a note for each other form of it."""
    others = [f"{mime} {_size(mime, value)}" for mime, value in data.items() if "/" in mime and mime != "text/plain"]
    yield f"[output{', ' if others else ''}{', '.join(others)}]"
    plain = data.get("text/plain", data.get("text", ""))
    yield from _cut(_joined(plain))


def _size(mime: str, value: Any) -> str:
    text = _joined(value) if _is_text(value) else json.dumps(value)
    # base64: four characters hold three bytes
    size = len(text) * 3 // 4 if mime.startswith("image/") and mime != "image/svg+xml" else len(text)
    return f"({size / 1000:.1f} kB, not shown)"


def _cut(text: str, *, keep_end: bool = False) -> list[str]:
    text = _ANSI.sub("", text)
    short = text[-MAX_OUTPUT_CHARS:] if keep_end else text[:MAX_OUTPUT_CHARS]
    lines = split_lines(short)
    lines = lines[-MAX_OUTPUT_LINES:] if keep_end else lines[:MAX_OUTPUT_LINES]
    if len(short) == len(text) and len(lines) == len(split_lines(text)):
        return lines
    note = f"[output cut: {len(text):,} characters; raw=true shows the file's JSON]"
    return [note, *lines] if keep_end else [*lines, note]


def _joined(value: Any) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value)


def _invalid(path: str, why: str) -> ToolError:
    return ToolError(
        f"{quoted(path)} is not a usable notebook: {why}.",
        "read_file with raw=true shows its text; write_file can replace it.",
        code="invalid_notebook",
    )
