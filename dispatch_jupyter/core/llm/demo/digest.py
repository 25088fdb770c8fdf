"""Saying what is in a file by extraction: headings, first sentences, names, counts."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

_NUMBERED = re.compile(r"^ *(\d+)\t(.*)$")
_TOTAL = re.compile(r"^\[lines \d+-\d+ of (\d+);", re.MULTILINE)
MOST_LISTED = 8


@dataclass(frozen=True, slots=True)
class FileText:
    """A file as read_file gave it."""

    path: str
    lines: list[str]
    total: int
    """Lines the whole file has; more than `lines` where only a page was read."""


def file_text(path: str, result: str) -> FileText:
    """The lines in a result of read_file, without their numbers and the notes around them."""
    lines = [match[2] for line in result.split("\n") if (match := _NUMBERED.match(line))]
    total = _TOTAL.search(result)
    return FileText(path, lines, int(total[1]) if total else len(lines))


def digest(file: FileText) -> str:
    """A summary in Markdown, made only of what the file says."""
    if not file.lines:
        return f"`{file.path}` is empty."
    kind = PurePosixPath(file.path).suffix.lower()
    name = PurePosixPath(file.path).name.lower()
    make = _KINDS.get(kind) or (_markdown if name.startswith("readme") else _plain)
    return "\n\n".join([*make(file), _size(file)])


def first_sentences(text: str, count: int = 2) -> str:
    """The beginning of a text, in whole sentences."""
    sentences = re.split(r"(?<=[.!?])\s+(?=[A-Z0-9`\"(])", " ".join(text.split()))
    short = " ".join(sentences[:count])
    return short if len(short) <= 400 else f"{short[:400].rsplit(' ', 1)[0]} …"


def _markdown(file: FileText) -> list[str]:
    prose, headings = _markdown_parts(file.lines)
    out = []
    title = headings[0][1] if headings else ""
    if title:
        out.append(f"**{title}** is the title of `{file.path}`.")
    if prose:
        out.append(f"It begins: {first_sentences(prose[0])}")
    inner = [text for _, text in headings[1:]]
    if inner:
        out.append(f"Its sections:\n{_listed(inner)}")
    return out or _plain(file)


def _markdown_parts(lines: list[str]) -> tuple[list[str], list[tuple[int, str]]]:
    """Paragraphs and headings, without code, badges and comments."""
    paragraphs: list[str] = []
    headings: list[tuple[int, str]] = []
    current: list[str] = []
    in_code = False
    for line in [*lines, ""]:
        if line.lstrip().startswith(("```", "~~~")):
            in_code = not in_code
            continue
        if in_code:
            continue
        heading = re.match(r"^(#{1,6})\s+(.+?)\s*#*$", line)
        is_prose = bool(line.strip()) and not heading and not re.match(r"\s*([-*+>|]|\d+\.|!?\[|<|---)", line)
        if is_prose:
            current.append(line.strip())
            continue
        if current:
            paragraphs.append(" ".join(current))
            current = []
        if heading:
            headings.append((len(heading[1]), heading[2]))
    return paragraphs, headings


def _python(file: FileText) -> list[str]:
    text = "\n".join(file.lines)
    out = []
    docstring = re.match(r"\s*(?:#.*\n|\s*\n)*[rRuU]?(\"\"\"|''')(.*?)\1", text, re.DOTALL)
    if docstring:
        out.append(f"`{file.path}` says of itself: {first_sentences(docstring[2])}")
    for word, pattern in (
        ("Classes", r"^class\s+(\w+)"),
        ("Functions", r"^(?:async\s+)?def\s+(\w+)"),
        ("Imports", r"^(?:from|import)\s+([\w.]+)"),
    ):
        names = list(dict.fromkeys(re.findall(pattern, text, re.MULTILINE)))
        if names:
            out.append(f"{word}: {_named(names)}.")
    return out or _plain(file)


def _keys(file: FileText) -> list[str]:
    """JSON, YAML and TOML: the names at the top."""
    indented = [
        (len(match[1]), match[2])
        for line in file.lines
        if (match := re.match(r"^(\s*)[\"']?([\w.-]+)[\"']?\s*[:=]", line))
    ]
    tables = re.findall(r"^\[+([^\]]+)\]+\s*$", "\n".join(file.lines), re.MULTILINE)
    least = min((indent for indent, _ in indented), default=0)
    names = tables or [name for indent, name in indented if indent == least]
    names = list(dict.fromkeys(names))
    return [f"`{file.path}` has at its top: {_named(names)}."] if names else _plain(file)


def _table(file: FileText) -> list[str]:
    separator = "\t" if file.path.lower().endswith(".tsv") else ","
    rows = file.total - 1
    columns = [column.strip().strip('"') for column in file.lines[0].split(separator)]
    return [f"`{file.path}` is a table of {rows} row{'s' * (rows != 1)} with the columns {_named(columns)}."]


def _plain(file: FileText) -> list[str]:
    first = [line.strip() for line in file.lines if line.strip()][:3]
    shown = "\n".join(f"> {line[:160]}" for line in first)
    return [f"`{file.path}` begins:\n\n{shown}" if shown else f"`{file.path}` has only blank lines."]


def _size(file: FileText) -> str:
    words = sum(len(line.split()) for line in file.lines)
    if file.total > len(file.lines):
        return f"I read {len(file.lines)} of its {file.total} lines."
    return f"It has {file.total} line{'s' * (file.total != 1)} and {words} word{'s' * (words != 1)}."


def _listed(names: list[str]) -> str:
    shown = "\n".join(f"- {name}" for name in names[:MOST_LISTED])
    return f"{shown}\n- … and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else shown


def _named(names: list[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:MOST_LISTED])
    return f"{shown} and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else shown


_KINDS: dict[str, Callable[[FileText], list[str]]] = {
    ".md": _markdown,
    ".markdown": _markdown,
    ".py": _python,
    ".json": _keys,
    ".yaml": _keys,
    ".yml": _keys,
    ".toml": _keys,
    ".cfg": _keys,
    ".ini": _keys,
    ".csv": _table,
    ".tsv": _table,
}
