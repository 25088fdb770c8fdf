"""From a value to the path it names."""

import re

from .marks import HOLE, MARKS, NAME, UNSET, WILD, plain
from .world import World

_HARMLESS = re.compile(
    r"/dev/(null|zero|full|u?random|tty|stdin|stdout|stderr|fd(/\d+)?|tcp/.*|udp/.*)|/proc/self/fd/\d+"
)
_URL = re.compile(r"(?!(?i:fileb?):)[A-Za-z][\w+.-]*://|(?:data|mailto|urn|javascript):")
_FILE_URL = re.compile(r"fileb?://(?:localhost(?=/|$))?", re.IGNORECASE)
_DOTS = re.compile(r"(?<=/)(?:\./)+")
_SLASHES = re.compile(r"//+")
_NAMED = re.compile(r"(?<![^=:@,+])(?:/(?!/)|~/|\.\.(?=/|$))[^,;:@=|\s'\"]*")
_LOCAL_URL = re.compile(
    r"(?:[\w.-]+=)?@?(?:[\w.-]+[+:])?(?:(?P<database>sqlite\d?|duckdb):///?|(?:fileb?|unix|ipc|dir|fd|local|http\+unix)"
    r":(?://(?:localhost(?=/))?)?)(?P<path>(?![\w.-]+=)/?[^\s,;?#]*)",
    re.IGNORECASE,
)
_BEFORE_COLON = re.compile(
    r"(?:^|[=,:@])(?:file|unix|path|dir|fd|exec|open|create|gopen|local|ext|data|conf|config|database|src|source|listen"
    r"|connect|concat|subfile|crypto|async|UNIX[\w-]*|[/~.][^:,=]*)$",
    re.IGNORECASE,
)
_IN_QUERY = re.compile(r"^\w[\w+]*://[^\s]*[?&](?:host|socket|unix_?socket)=(?P<path>/[^&\s]*)")
_NO_PATH = re.compile(r"[\s*+?()\[\]{}|\\^$<>&]")
_LONE = re.compile("\ud805([^\\]!^/])\\]")
"""`[x]`, a pattern for one character."""
MAX_PATH = 4096


def is_url(value: str) -> bool:
    return _URL.match(value) is not None


def named_paths(value: str) -> list[tuple[int, int]]:
    """Where paths stand in a word that is more than one: `name=/path`, `@/path`, `/one:/two`, `file:///path`."""
    if match := _LOCAL_URL.fullmatch(value):
        return [match.span("path")] if match["path"] else []
    if len(value) > MAX_PATH:
        return []
    if match := _IN_QUERY.search(value):
        return [match.span("path")]
    if re.search(r"\s", value):
        return _named_in_words(value)
    if is_url(value) or "://" in value or _NO_PATH.search(value):
        return []
    found = []
    for match in _NAMED.finditer(value):
        at = match.start()
        if at == 0 or value[at - 1] != ":" or _BEFORE_COLON.search(value[max(at - 300, 0) : at - 1]):
            found.append(match.span())
    return found[:20]


def _named_in_words(value: str) -> list[tuple[int, int]]:
    """In `host=/path name=x`, and behind `name @` the address of a file."""
    words = list(re.finditer(r"\S+", value))[:50]
    pairs = all(re.match(r"[\w.-]+=", word[0]) for word in words)
    return [
        (word.start() + start, word.start() + end)
        for word in words
        if pairs or word[0].startswith("file://")
        for start, end in named_paths(word[0])
    ]


def located(value: str, world: World, base: str | None = None) -> tuple[str | None, bool]:
    """The absolute path a value names, `..` and links left as they are, and whether part of it is unknown.

    Where the end of it is a pattern or unknown: the folder that is in. None: it names none, or nobody can say which.
    """
    text = value.replace(UNSET, "").partition("\0")[0]
    if not text:
        return None, bool(value)
    if text[:4].lower() == "file" and (match := _FILE_URL.match(text)):
        text = text[match.end() :] or "/"
    if is_url(text):
        return None, False
    if text[0] == HOLE:
        return None, True
    text = text if text.isascii() else _LONE.sub(r"\1", text)
    path = text if text[0] == "/" else f"{base or world.cwd}/{text}"
    if path[0] != "/":
        return None, True
    return _tidy(_folder_of_unknown(path.replace(UNSET, ""))), HOLE in path


def _folder_of_unknown(path: str) -> str:
    """Cut off from the first unknown part on; each `..` behind it goes up from there."""
    if path.isascii() or not (found := WILD.search(path)):
        return path
    head, rest = path[: found.start()], path[found.start() :]
    folder = head[: head.rindex("/") + 1]
    parts = [part for part in rest.split("/") if part not in ("", ".")]
    left: list[str] = []
    for part in parts:
        if part == ".." and left and left[-1] != "..":
            left.pop()
        else:
            left.append(part)
    if ".." in left:
        return _folder_of_unknown(folder + "/".join(left))
    return folder if left and MARKS.search("/".join(left)) else folder + "/".join(left)


def _tidy(path: str) -> str | None:
    path = _DOTS.sub("", _SLASHES.sub("/", path))
    while len(path) > 1 and path.endswith(("/", "/.")):
        path = path[: -1 if path[-1] == "/" else -2] or "/"
    return None if len(path) > MAX_PATH or _HARMLESS.fullmatch(path) else path


def looks_like_path(value: str) -> bool:
    """Whether a word given to a program nobody knows is likely a path."""
    text = plain(value)
    if "\n" in text or is_url(text) or len(text) > MAX_PATH:
        return False
    if re.match(r"(/|~/|\.\.?/)", text) or text in ("~", "..", ".", "/"):
        return not text.startswith("//") or "/" in text[2:]
    return re.fullmatch(r"[^\s;|&<>()'\"`$,=:!]+", text.replace(NAME, "x")) is not None and HOLE not in text
