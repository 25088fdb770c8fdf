"""The options of `%dispatch`, which stand before the text. The text itself is never parsed: it is prose."""

import re
from dataclasses import dataclass

from ..core.protocol.errors import Invalid

KNOWN = "--session ID|new, --model provider/name, --quiet"

_OPTION = re.compile(r"\s*(--?[A-Za-z][\w-]*)(?:=(\S*))?(?=\s|$)")
_VALUE = re.compile(r"\s*(\S+)")
_END = re.compile(r"\s*--(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Options:
    """What the line of a magic says."""

    text: str = ""
    session: str | None = None
    model: str | None = None
    quiet: bool = False


def parse(line: str) -> Options:
    """Split a line into leading options and text; `--` ends the options.

    Raises:
        Invalid: an unknown option, or one without its value.
    """
    found: dict[str, str] = {}
    quiet = False
    while match := _OPTION.match(line):
        name, value = match.groups()
        line = line[match.end() :]
        if name in ("-q", "--quiet") and value is None:
            quiet = True
        elif name in ("--session", "--model"):
            if value is None and (following := _VALUE.match(line)):
                value, line = following.group(1), line[following.end() :]
            if not value:
                raise Invalid(f"{name} needs a value.", f"The options are {KNOWN}.")
            found[name[2:]] = value
        else:
            raise Invalid(f"%dispatch has no option {match.group().strip()}.", f"The options are {KNOWN}. " + _DASHES)
    if match := _END.match(line):
        line = line[match.end() :]
    return Options(text=line.strip(), session=found.get("session"), model=found.get("model"), quiet=quiet)


_DASHES = "Text that begins with a dash goes after `--`."
