"""Front matter: the YAML between two lines of dashes at the top of a Markdown file."""

import re
from typing import Any

import frontmatter
import yaml
from frontmatter.default_handlers import YAMLHandler

MAX_CHARS = 16_000
"""Of front matter."""
MAX_BRACKETS = 200
"""The parser's time grows with the square of how deep they are nested."""


class FrontMatterError(ValueError):
    """What cannot be understood, with the line it stands in, from 1."""

    def __init__(self, problem: str, line: int, hint: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.line = line
        self.hint = hint


class _Handler(YAMLHandler):
    """YAML in which every value is text, a list or a mapping.

    Files come with projects of unknown origin. The library's own choice, libyaml, ends the whole process when nesting
    is deep, and types that nobody needs here (dates, numbers, merges) are so many more ways to fail.
    """

    def load(self, fm: str, **_kwargs: object) -> Any:
        data = yaml.load(fm, Loader=yaml.BaseLoader)  # noqa: S506 - makes nothing but text, lists and mappings
        if isinstance(data, dict):
            return data
        if data in (None, ""):
            return {}
        raise ValueError("it is not a mapping")


_HANDLER = _Handler()
_DASHES = re.compile(r"^-{3,}\s*$", re.MULTILINE)
"""As the library finds them."""


def split(text: str) -> tuple[dict[Any, Any], str]:
    """Front matter and body of a file; without front matter, an empty mapping and all of it.

    Raises:
        FrontMatterError: it has front matter that cannot be read.
    """
    stripped = text.strip()
    opening = _DASHES.match(stripped)
    if opening is None:
        return {}, stripped
    closing = _DASHES.search(stripped, opening.end())
    # line breaks before what is between the dashes, which begins with the break after the first ones
    before = text[: text.find(stripped) + opening.end()].count("\n")
    if closing is None:
        raise FrontMatterError("its front matter has no end", before + 1, "Write a line `---` below it.")
    if closing.start() - opening.end() > MAX_CHARS:
        problem = f"its front matter has more than {MAX_CHARS:,} characters"
        raise FrontMatterError(problem, before + 1, "Move the text below the second `---`.")
    matter = stripped[opening.end() : closing.start()]
    if matter.count("[") + matter.count("{") > MAX_BRACKETS:
        problem = f"its front matter has more than {MAX_BRACKETS} brackets"
        raise FrontMatterError(problem, before + 1, "Write plain `key: value` lines.")
    try:
        return frontmatter.parse(stripped, handler=_HANDLER)
    except yaml.YAMLError as error:
        raise _fault(error, before, matter) from None
    except (ValueError, RecursionError) as error:
        nested = isinstance(error, RecursionError)
        problem = f"its front matter cannot be used: {'it is nested too deeply' if nested else error}"
        raise FrontMatterError(problem, before + 1, "Write `key: value` lines.") from None


def _fault(error: yaml.YAMLError, before: int, matter: str) -> FrontMatterError:
    """What YAML says is wrong, with the line of the file."""
    mark = getattr(error, "problem_mark", None)
    at = getattr(error, "position", 0)  # of a character that YAML does not take: counted from the start
    line = before + (mark.line if mark else matter.count("\n", 0, at)) + 1
    what = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
    hint = "Write `key: value` lines; put a value that has `: ` or ` #` in it into quotes."
    return FrontMatterError(f"its front matter is not valid YAML: {what}", line, hint)
