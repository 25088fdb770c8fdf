"""What the demo writes into a file that it is asked to create."""

import json
import re
from pathlib import PurePosixPath

_BLOCK = re.compile(r"```[\w+-]*\n(.*?)```", re.DOTALL)
_SAYS = re.compile(
    r"\b(?:that\s+|which\s+|to\s+|and\s+|it\s+)?(?:prints?|says?|outputs?|displays?|shows?|logs?|echo(?:e?s)?)\s+(.+)",
    re.IGNORECASE | re.DOTALL,
)
_HOLDS = re.compile(
    r"\b(?:with|containing|contains?|holding|saying)\s+(?:the\s+|an?\s+)?"
    r"(?:(?:content|contents|text|line|words?|title|heading)\s*:?\s+)?(.+)",
    re.IGNORECASE | re.DOTALL,
)
_QUOTES = ("``", '""', "“”", "''")


def content_for(path: str, wish: str) -> str:
    """Text that fits the kind of file and what was asked: a code block as it is, else a small file around the words."""
    if block := _BLOCK.search(wish):
        return block[1]
    words = _words(wish)
    kind = PurePosixPath(path).suffix.lower()
    title = PurePosixPath(path).stem.replace("_", " ").replace("-", " ").strip() or "notes"
    make = _KINDS.get(kind)
    return make(words, title) if make else f"{words or title}\n"


def _words(wish: str) -> str:
    """What the file is to say: `hi` of "Create hello.py that prints hi"."""
    found = _SAYS.search(wish) or _HOLDS.search(wish)
    words = (found[1] if found else "").strip()
    words = words.rstrip(".!") if not words.startswith(tuple("`\"“'{[")) else words.rstrip(".")
    return words[1:-1] if len(words) > 1 and words[0] + words[-1] in _QUOTES else words


def _python(words: str, title: str) -> str:
    said = words or f"Hello from {title}"
    return f"print({json.dumps(said, ensure_ascii=False)})\n"


def _markdown(words: str, title: str) -> str:
    heading = f"# {title[:1].upper()}{title[1:]}\n"
    return f"{heading}\n{words}\n" if words else f"{heading}\nWritten by the Dispatch demo.\n"


def _json(words: str, title: str) -> str:
    try:
        value = json.loads(words)
    except ValueError:
        value = {"message": words} if words else {"name": title}
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _shell(words: str, title: str) -> str:
    said = (words or f"Hello from {title}").replace("'", "'\\''")
    return f"#!/bin/sh\necho '{said}'\n"


def _javascript(words: str, title: str) -> str:
    return f"console.log({json.dumps(words or f'Hello from {title}', ensure_ascii=False)});\n"


def _html(words: str, title: str) -> str:
    said = (words or title).replace("&", "&amp;").replace("<", "&lt;")
    return f"<!doctype html>\n<html>\n  <head><title>{title}</title></head>\n  <body><p>{said}</p></body>\n</html>\n"


def _notebook(words: str, title: str) -> str:
    cells = [
        {"cell_type": "markdown", "id": "title", "metadata": {}, "source": f"# {title}"},
        {
            "cell_type": "code",
            "execution_count": None,
            "id": "code",
            "metadata": {},
            "outputs": [],
            "source": _python(words, title).rstrip(),
        },
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1) + "\n"


_KINDS = {
    ".py": _python,
    ".md": _markdown,
    ".markdown": _markdown,
    ".json": _json,
    ".sh": _shell,
    ".js": _javascript,
    ".ts": _javascript,
    ".html": _html,
    ".ipynb": _notebook,
}
