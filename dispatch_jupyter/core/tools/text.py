"""Bytes as text and back, without loss: encodings, lines, line endings."""

import codecs
from dataclasses import dataclass
from typing import Literal

from ..permissions.faults import quoted
from ..protocol.errors import ToolError

LineEnding = Literal["\n", "\r\n"]

# utf-32 first: its little-endian mark begins with that of utf-16
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_TEXT_CONTROLS = b"\t\n\r\f\b\x1b"
_CONTROLS = bytes(byte for byte in range(32) if byte not in _TEXT_CONTROLS)
MAX_CONTROL_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Text:
    """The text of a file, with what is needed to write it back the way it was."""

    text: str
    """Line endings as in the file."""
    encoding: str = "utf-8"
    mark: bytes = b""
    """The byte order mark."""

    def encode(self, text: str, path: str) -> bytes:
        """Other text as this file stores it.

        Raises:
            ToolError: code `encoding`, where a character cannot be written in the file's encoding.
        """
        try:
            return self.mark + text.encode(self.encoding)
        except UnicodeEncodeError as error:
            char = text[error.start]
            raise ToolError(
                f"{quoted(path)} is stored as {self.encoding}, which has no character {char!a}.",
                "Use only characters of that encoding.",
                code="encoding",
            ) from None


def decode(data: bytes, path: str) -> Text:
    """The bytes of a file as text: by its byte order mark, else UTF-8, else Latin-1 (which maps every byte).

    Raises:
        ToolError: code `binary`.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text = _strict(data[len(mark) :], encoding)
            if text is None or "\0" in text:
                raise _binary(path, len(data))
            return Text(text, encoding, mark)
    if b"\0" in data:
        raise _binary(path, len(data))
    text = _strict(data, "utf-8")
    if text is not None:
        return Text(text)
    if len(data) - len(data.translate(None, _CONTROLS)) > MAX_CONTROL_SHARE * len(data):
        raise _binary(path, len(data))
    return Text(data.decode("latin-1"), "latin-1")


def split_lines(text: str) -> list[str]:
    """The lines of a text without their endings (LF or CRLF); a final line ending opens no further line."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return [line.removesuffix("\r") for line in lines] if "\r" in text else lines


def line_ending(text: str) -> LineEnding:
    """The line ending most lines have; LF where it is even."""
    crlf = text.count("\r\n")
    return "\r\n" if crlf > text.count("\n") - crlf else "\n"


def all_crlf(text: str) -> bool:
    """Whether there are line endings and all are CRLF."""
    crlf = text.count("\r\n")
    return 0 < crlf == text.count("\n")


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _binary(path: str, size: int) -> ToolError:
    return ToolError(
        f"{quoted(path)} is a binary file ({size:,} bytes).",
        "Only text files can be read and changed with these tools.",
        code="binary",
    )
