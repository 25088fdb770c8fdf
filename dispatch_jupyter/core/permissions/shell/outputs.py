"""Programs whose output is known, or known in part, from their arguments and input."""

import posixpath
import re
from collections.abc import Callable

from .call import Call, options
from .expand import Word
from .marks import HOLE, NAME, UNSET, plain
from .operands import follow_table, spec_of
from .world import World

Worlds = list[World] | None
_NO_FILES = {"tr", "envsubst"}


def _operands(call: Call) -> list[Word]:
    spec = spec_of(call.name)
    return [word for option, word in options(call.args, spec.options if spec else {}) if not option and word]


def _cat(call: Call) -> Worlds:
    follow_table(call)
    files = _operands(call)
    if not files:
        call.world.print(call.world.stdin)
    for word in files:
        text = plain(word.value)
        path = text if text.startswith("/") else posixpath.join(call.world.cwd, text)
        call.world.print(call.world.stdin if text == "-" else call.world.files.get(path, HOLE))
    return None


def _pwd(call: Call) -> Worlds:
    call.world.print(call.world.cwd + "\n")
    return None


def _dirname(call: Call) -> Worlds:
    for word in _operands(call):
        value = word.value
        call.world.print(
            (value if value == HOLE else posixpath.dirname(value.rstrip("/")) or ("/" if value[:1] == "/" else "."))
            + "\n"
        )
    return None


def _basename(call: Call) -> Worlds:
    words = _operands(call)
    for word in words[:1]:
        name = posixpath.basename(word.value.rstrip("/"))
        if len(words) > 1:
            name = name.removesuffix(plain(words[1].value))
        call.world.print((NAME if HOLE in name or UNSET in name else name) + "\n")
    return None


def _real(call: Call) -> Worlds:
    """Links are not looked at here: who takes the path resolves it."""
    follow_table(call)
    for word in _operands(call):
        value = plain(word.value)
        if call.name == "readlink" and len(call.args) == 1:
            path = posixpath.join(call.world.cwd, value)
            call.world.print(call.world.links.get(path, HOLE) + "\n")
        else:
            call.world.print((word.value if value.startswith(("/", HOLE)) else f"{call.world.cwd}/{word.value}") + "\n")
    return None


def _ls(call: Call) -> Worlds:
    """Names in the folders that are listed; a file's own name."""
    follow_table(call)
    words = _operands(call)
    folder = any(re.fullmatch(r"-[a-zA-Z]*d[a-zA-Z]*", text) for text in call.texts())
    for word in words:
        value = word.value
        alone = folder or (re.search(r"[.\w]\.?\w*$", value) and not value.endswith("/"))
        if alone and "\ud803" not in value:
            call.world.print(value + "\n")
            # without a dot in its name it is more likely a folder
            alone = folder or "." in posixpath.basename(value)
        if not alone or "\ud803" in value:
            call.world.print(f"{NAME}\n")
    if not words:
        call.world.print(f"{NAME}\n")
    return None


def _names(call: Call) -> Worlds:
    """Prints names of files below what it was given, or other short text without a path in it."""
    follow_table(call)
    words = _operands(call)
    listing = {"rg": 1, "grep": 1, "egrep": 1, "fd": 1, "fdfind": 1, "ag": 1}.get(call.name, 0)
    lists = call.name in ("fd", "fdfind") or any(
        re.fullmatch(r"-[a-zA-Z]*[lL][a-zA-Z]*|--files.*", text) for text in call.texts()
    )
    if listing and lists:
        start = 0 if "--files" in call.texts() else 1
        for word in words[start:] or [Word(".", call.words[0].span)]:
            call.world.print(f"{word.value.rstrip('/')}/{NAME}\n")
    elif listing:
        text = call.world.stdin if len(words) < 2 else HOLE
        call.world.print(text)
    else:
        call.world.print(f"{NAME}\n")
    return None


def input_of(call: Call) -> str:
    """What a program reads: the files it is given, or its standard input."""
    files = _operands(call) if call.name not in _NO_FILES else []
    if not files:
        return call.world.stdin
    texts = []
    for word in files[:20]:
        text = plain(word.value)
        path = posixpath.join(call.world.cwd, text)
        texts.append(call.world.stdin if text == "-" else call.world.files.get(path, HOLE))
    return HOLE if HOLE in texts else "".join(texts)


def _through(call: Call) -> Worlds:
    """Passes its input on, in some order or in part."""
    follow_table(call)
    call.world.print(input_of(call))
    return None


def _tee(call: Call) -> Worlds:
    for word in _operands(call):
        path = call.scanner.touch("write", word, call.world, creates=True)
        if path:
            call.world.files[path] = call.world.stdin
    call.world.print(call.world.stdin)
    return None


def _printenv(call: Call) -> Worlds:
    for text in call.texts()[:1]:
        call.world.print(call.world.text(text) + "\n")
    if not call.args:
        call.world.print(HOLE)
    return None


def _mktemp(call: Call) -> Worlds:
    folder, template, below = call.world.text("TMPDIR"), "", False
    folder = "/tmp" if folder in ("", UNSET) else folder  # noqa: S108 - where mktemp itself goes
    for option, word in options(call.args, {"-p": "-", "--tmpdir": "f", "--suffix": "-"}):
        if option in ("-p", "--tmpdir") and word:
            folder, below = word.value, True
        elif option in ("-t", "--tmpdir", "-p"):
            below = True
        elif not option and word:
            template = word.value
    path = template if template and not below else f"{folder}/{template or 'tmp.XXXXXXXXXX'}"
    if "-u" not in call.texts():
        call.scanner.touch("write", Word(path, call.words[0].span), call.world, creates=True)
    call.world.print(path + "\n")
    return None


def _getent(call: Call) -> Worlds:
    database = "".join(call.texts()[:1])
    if database in ("passwd", "group", "hosts", "services", "protocols", "shadow"):
        call.scanner.touch("read", Word(f"/etc/{database}", call.words[0].span), call.world)
    call.world.print(HOLE)
    return None


def _which(call: Call) -> Worlds:
    call.world.print(f"/usr/bin/{NAME}\n")
    return None


OUTPUTS: dict[str, Callable[[Call], Worlds]] = {
    **dict.fromkeys(("cat", "less", "more"), _cat),
    "pwd": _pwd,
    "dirname": _dirname,
    "basename": _basename,
    **dict.fromkeys(("realpath", "readlink"), _real),
    **dict.fromkeys(("ls", "dir"), _ls),
    **dict.fromkeys(
        ("grep", "egrep", "fgrep", "rg", "ag", "fd", "fdfind", "nproc", "whoami", "id", "uname", "hostname",
         "wc", "md5sum", "sha256sum", "uuidgen", "arch", "groups", "tty", "stat", "du", "pgrep", "pidof"),
        _names,
    ),
    **dict.fromkeys(("shuf", "nl", "fmt", "column"), _through),
    "tee": _tee,
    "printenv": _printenv,
    "mktemp": _mktemp,
    "getent": _getent,
    **dict.fromkeys(("which", "type"), _which),
}  # fmt: skip
