"""What a terminal would show of a command's output."""

import re

_ESCAPE = re.compile(
    "\x1b(?:"
    r"\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor, erasing
    "|[\\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\\\|\x9c|$)"  # OSC, DCS and the like: titles, links
    "|[ -/]+[0-~]"  # character sets
    "|[0-~]"
    "|$)"
    "|\x9b[0-?]*[ -/]*[@-~]"
)
_COLOUR = re.compile("\x1b\\[[0-9;:]*m")
_RESETS = ("\x1b[0m", "\x1b[m")
_ERASES = re.compile("\x1b\\[[012]?[KJ]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def plain(text: str) -> str:
    """Text without colours and other escapes, each line as it was overwritten last. For models."""
    if _CONTROL.search(text) is None:
        return text
    return "\n".join(_bare(_settled(line)) for line in text.split("\n"))


def tidy(text: str) -> str:
    """As `plain`, but colours stay, except in lines that were overwritten. For people."""
    if _CONTROL.search(text) is None:
        return text
    return closed("\n".join(_coloured(_settled(line)) for line in text.split("\n")))


def closed(text: str) -> str:
    """The text with a reset at its end, where a colour is still on: what follows is of another source."""
    last = text.rfind("\x1b[")
    return text if last < 0 or text.startswith(_RESETS, last) else f"{text}\x1b[0m"


def _settled(line: str) -> str:
    """A line as the last of its overwriting left it (progress bars return to its start hundreds of times)."""
    line = line.removesuffix("\r")
    if "\b" in line:
        line = _backspaced(line)
    return _overwritten(line) if "\r" in line else line


def _overwritten(line: str) -> str:
    """From the last part back: of an earlier one only what sticks out beyond later ones is seen. Linear in length."""
    shown = ""
    for part in reversed(line.split("\r")):
        erased = list(_ERASES.finditer(part))
        # what stood there before an erasing of the whole line is gone; one to its end leaves what this part wrote
        whole = [match.end() for match in erased if match[0][2] in "12"]
        text = _bare(part[whole[-1] :] if whole else part)
        shown += text[len(shown) :]
        if erased:
            break
    return shown


def _backspaced(line: str) -> str:
    kept: list[str] = []
    for character in line:
        if character != "\b":
            kept.append(character)
        elif kept and kept[-1] != "\r":
            kept.pop()
    return "".join(kept)


def _bare(line: str) -> str:
    return _CONTROL.sub("", _ESCAPE.sub("", line))


def _coloured(line: str) -> str:
    """With nothing but its colours."""
    out: list[str] = []
    end = 0
    for match in _COLOUR.finditer(line):
        out += [_bare(line[end : match.start()]), match[0]]
        end = match.end()
    return "".join([*out, _bare(line[end:])])
