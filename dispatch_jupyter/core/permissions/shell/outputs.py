"""Programs whose output is known, or known in part, from their arguments and input."""

import base64
import binascii
import posixpath
import re
from collections.abc import Callable

from .call import Call, options
from .expand import Word
from .marks import HOLE, NAME, UNSET, known, plain
from .operands import follow_table, spec_of
from .world import World

Worlds = list[World] | None


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
        call.world.print(value + "\n" if alone and "\ud803" not in value else f"{NAME}\n")
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


def _through(call: Call) -> Worlds:
    """Passes its input on, in some order or in part."""
    follow_table(call)
    files = _operands(call)
    text = (
        call.world.stdin
        if not files
        else call.world.files.get(posixpath.join(call.world.cwd, plain(files[0].value)), HOLE)
    )
    if call.name == "sort" and known(text):
        text = "".join(f"{line}\n" for line in sorted(text.splitlines(), reverse="-r" in call.texts()))
    if call.name in ("head", "tail") and known(text):
        count = next((int(m[1]) for t in call.texts() if (m := re.fullmatch(r"-n?(\d+)", t))), None)
        counts = [t for t in call.texts() if t.isdigit()]
        count = int(counts[0]) if count is None and counts else count
        lines = text.splitlines(keepends=True)
        if "-c" not in " ".join(call.texts()):
            text = "".join(lines[:count] if call.name == "head" else lines[-(count or 10) :])
    call.world.print(text)
    return None


def _base64(call: Call) -> Worlds:
    follow_table(call)
    text = call.world.stdin
    if not known(text) or not any(re.fullmatch(r"-d|-D|--decode|-di", option) for option in call.texts()):
        call.world.print(HOLE)
        return None
    try:
        call.world.print(base64.b64decode(text.encode("ascii", "replace")).decode("utf-8", "replace"))
    except (binascii.Error, ValueError):
        call.world.print(HOLE)
    # whoever runs it runs what nobody has read
    call.world.opaque = True
    return None


def _xxd(call: Call) -> Worlds:
    follow_table(call)
    text = re.sub(r"\s", "", call.world.stdin)
    if any(option.startswith("-r") for option in call.texts()) and re.fullmatch(r"(?:[0-9a-fA-F]{2})+", text):
        call.world.print(bytes.fromhex(text).decode("utf-8", "replace"))
        call.world.opaque = True
    else:
        call.world.print(HOLE)
    return None


def _rev(call: Call) -> Worlds:
    follow_table(call)
    text = call.world.stdin
    call.world.print("\n".join(line[::-1] for line in text.split("\n")) if known(text) else HOLE)
    return None


def _tr(call: Call) -> Worlds:
    words = [plain(word.value) for word in _operands(call)]
    text = call.world.stdin
    flags = "".join(t for t in call.texts() if t.startswith("-"))
    if not known(text) or not words or "c" in flags.lower():
        call.world.print(HOLE if text == HOLE or not known(text) else text)
        return None
    first = _set(words[0])
    if "d" in flags:
        call.world.print("".join(char for char in text if char not in first))
    elif len(words) > 1 and (second := _set(words[1])):
        table = {ord(char): second[min(at, len(second) - 1)] for at, char in reversed(list(enumerate(first)))}
        call.world.print(text.translate(table))
    else:
        call.world.print(text)
    return None


def _set(text: str) -> str:
    """The characters a `tr` set names."""
    text = text.replace("\\n", "\n").replace("\\t", "\t").replace("\\0", "\0")
    for name, chars in {"upper": "A-Z", "lower": "a-z", "digit": "0-9", "space": " \t\n\r"}.items():
        text = text.replace(f"[:{name}:]", chars)

    def run(match: re.Match[str]) -> str:
        return "".join(chr(code) for code in range(ord(match[1]), min(ord(match[2]), 0xD7FF) + 1))[:300]

    return re.sub(r"(.)-(.)", run, text, flags=re.DOTALL)


def _cut(call: Call) -> Worlds:
    follow_table(call)
    text = call.world.stdin
    mark, fields = "\t", ""
    for option, word in options(call.args, {"-d": "-", "-f": "-", "-c": "-", "--delimiter": "-", "--fields": "-"}):
        if option in ("-d", "--delimiter") and word:
            mark = plain(word.value)[:1]
        elif option in ("-f", "--fields") and word:
            fields = plain(word.value)
    if not known(text) or not re.fullmatch(r"\d+(-\d*)?", fields) or not mark:
        call.world.print(HOLE if HOLE in text else NAME)
        return None
    low, dash, high = fields.partition("-")
    stop = (int(high) if high else None) if dash else int(low)
    lines = [mark.join(line.split(mark)[int(low) - 1 : stop]) for line in text.splitlines()]
    call.world.print("\n".join(lines) + "\n")
    return None


def _tee(call: Call) -> Worlds:
    for word in _operands(call):
        path = call.scanner.touch("write", word, call.world, creates=True)
        if path:
            call.world.files[path] = call.world.stdin
    call.world.print(call.world.stdin)
    return None


def _seq(call: Call) -> Worlds:
    numbers = [text for text in call.texts() if re.fullmatch(r"-?\d{1,6}", text)]
    if not numbers or len(numbers) != len(call.args):
        call.world.print(f"{NAME}\n")
        return None
    first, step, last = (1, 1, numbers[0]) if len(numbers) == 1 else (numbers[0], 1, numbers[-1])
    if len(numbers) == 3:
        step = int(numbers[1]) or 1
    low, high = int(first), int(last)
    call.world.print("".join(f"{n}\n" for n in range(low, high + (1 if step > 0 else -1), step)[:200]))
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
    **dict.fromkeys(("cat", "tac", "less", "more"), _cat),
    "pwd": _pwd,
    "dirname": _dirname,
    "basename": _basename,
    **dict.fromkeys(("realpath", "readlink"), _real),
    **dict.fromkeys(("ls", "dir"), _ls),
    **dict.fromkeys(
        ("grep", "egrep", "fgrep", "rg", "ag", "fd", "fdfind", "date", "nproc", "whoami", "id", "uname", "hostname",
         "wc", "md5sum", "sha256sum", "uuidgen", "expr", "arch", "groups", "tty", "stat", "du", "pgrep", "pidof"),
        _names,
    ),
    **dict.fromkeys(("head", "tail", "sort", "uniq", "shuf", "nl", "fmt", "fold", "column"), _through),
    "base64": _base64,
    "xxd": _xxd,
    "rev": _rev,
    "tr": _tr,
    "cut": _cut,
    "tee": _tee,
    "seq": _seq,
    "printenv": _printenv,
    "mktemp": _mktemp,
    "getent": _getent,
    **dict.fromkeys(("which", "type"), _which),
}  # fmt: skip
