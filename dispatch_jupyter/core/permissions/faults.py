"""What the operating system says, in words a model can act on."""

import difflib
import errno
import os
import stat
import unicodedata

from ..protocol.errors import ToolError
from .walk import Place

MAX_SHOWN_CHARS = 200
MAX_NAMES = 5000

_BIDI_CONTROLS = ("LRE", "LRO", "RLE", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")

_WORDS: dict[str, tuple[str, str, str]] = {
    "ENOENT": ("not_found", "There is no file {}.", "Look with list_files."),
    "ENOTDIR": ("not_found", "There is no {}: a part of the path is a file.", "Look with list_files."),
    "EACCES": ("permission", "The system does not permit this on {}.", "Ask the user to change its permissions."),
    "EPERM": ("permission", "The system does not permit this on {}.", "Ask the user to change its permissions."),
    "EROFS": ("permission", "{} is on a read-only file system.", "Write somewhere else, or ask the user."),
    "ENOSPC": (
        "no_space",
        "There is no space left to write {}.",
        "Ask the user to free some; nothing was changed.",
    ),
    "EDQUOT": ("no_space", "The disk quota does not allow to write {}.", "Ask the user; nothing was changed."),
    "EFBIG": ("too_large", "{} would be larger than the system allows.", "Write less."),
    "ENAMETOOLONG": ("invalid_path", "A name in {} is too long.", "Use a name of at most 255 bytes."),
    "ELOOP": ("invalid_path", "{} is a loop of symbolic links.", "Use the path of a real file."),
    "ETXTBSY": ("busy", "{} is a program that is running.", "Stop it first."),
    "EMFILE": ("busy", "Too many files are open to open {}.", "Try again in a moment."),
    "ENFILE": ("busy", "Too many files are open to open {}.", "Try again in a moment."),
}


def quoted(path: str) -> str:
    """A path for a message: in backticks, on one line, printable, not too long."""
    shown = printable(path)
    return f"`{shown if len(shown) <= MAX_SHOWN_CHARS else shown[:MAX_SHOWN_CHARS] + '…'}`"


def printable(name: str) -> str:
    """A file name as text: control characters and bytes that are not UTF-8 written as escapes."""
    clean = name.encode("utf-8", "surrogateescape" if _from_disk(name) else "backslashreplace")
    text = clean.decode("utf-8", "backslashreplace")
    return "".join(char.encode("unicode_escape").decode() if _misleads(char) else char for char in text)


def _misleads(char: str) -> bool:
    """Whether a character would break the line or its order; odd spaces and joiners are parts of names."""
    return unicodedata.category(char) in ("Cc", "Zl", "Zp") or unicodedata.bidirectional(char) in _BIDI_CONTROLS


def _from_disk(name: str) -> bool:
    """Whether its only surrogates are those Python puts for bytes that are not UTF-8."""
    return all(not 0xD800 <= ord(char) <= 0xDFFF or 0xDC80 <= ord(char) <= 0xDCFF for char in name)


def tool_error(error: OSError, path: str) -> ToolError:
    """The error for the model; `path` as it wrote it."""
    code, message, hint = _WORDS.get(
        errno.errorcode.get(error.errno or 0, ""),
        ("io", f"The system failed on {{}}: {error.strerror or error}.", "Try again, or tell the user."),
    )
    return ToolError(message.format(quoted(path)), hint, code=code)


def missing(place: Place, path: str) -> ToolError:
    """The error for a path whose walk stopped."""
    return tool_error(place.fault or FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)), path)


def names_near(place: Place) -> list[str]:
    """Up to three names that look like the missing one, from the folder where the walk stopped."""
    if place.fault is None or place.fault.errno != errno.ENOENT:
        return []
    return difflib.get_close_matches(place.name, _names(place), n=3, cutoff=0.6)


def not_a_file(info: os.stat_result, path: str) -> ToolError:
    """The error for something that is there but has no text: a folder, a pipe, a device."""
    if stat.S_ISDIR(info.st_mode):
        return ToolError(f"{quoted(path)} is a folder.", "Use list_files to see what is in it.", code="not_a_file")
    return ToolError(
        f"{quoted(path)} is {kind(info.st_mode)}, not a file.", "Only ordinary files can be used.", code="not_a_file"
    )


def kind(mode: int) -> str:
    """What a mode says a thing is, with its article."""
    words = {
        stat.S_IFREG: "a file",
        stat.S_IFDIR: "a folder",
        stat.S_IFLNK: "a symbolic link",
        stat.S_IFIFO: "a pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
    }
    return words.get(stat.S_IFMT(mode), "something special")


def _names(place: Place) -> list[str]:
    """Names in the folder where the walk stopped; none where it cannot be read."""
    try:
        readable = os.open(".", os.O_RDONLY | os.O_DIRECTORY, dir_fd=place.folder)
    except OSError:
        return []  # a suggestion is a courtesy: without it the message still says what is missing
    try:
        return os.listdir(readable)[:MAX_NAMES]  # noqa: PTH208 - of a descriptor, not of a path
    finally:
        os.close(readable)
