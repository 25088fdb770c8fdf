"""Backslash escapes of `$'...'`, `printf` and `echo -e`."""

import re

_ESCAPE = re.compile(
    r"\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|c(.)|(.))", re.DOTALL
)
_CHARS = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b", "E": "\x1b"}
_KEPT = {"\\": "\\", "'": "'", '"': '"', "?": "?"}


def ansi(text: str) -> str:
    """The text between `$'` and `'`, escapes replaced."""
    if "\\" not in text:
        return text
    return _bytes(_ESCAPE.sub(_char, text))


def echoed(text: str) -> str:
    """As `echo -e` and `printf %b` have it: octal digits may follow a zero."""
    return ansi(re.sub(r"\\0([0-7]{1,3})", r"\\\1", text))


def _char(match: re.Match[str]) -> str:
    two, four, eight, octal, control, other = match.groups()
    if two:
        return _byte(int(two, 16))
    if octal:
        return _byte(int(octal, 8) & 255)
    if four or eight:
        code = int(four or eight, 16)
        return chr(code) if code < 0xD800 or 0xDFFF < code < 0x110000 else "\ufffd"
    if control:
        return chr(ord(control) & 31)
    return _CHARS.get(other) or _KEPT.get(other) or f"\\{other}"


def _byte(code: int) -> str:
    """A byte above ASCII is half a character: it waits as a surrogate until its neighbours are there."""
    return chr(code) if code < 128 else chr(0xDC00 + code)


def _bytes(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
