"""Strings that programs put together: joined, taken from variables of the environment, decoded."""

import base64
import binascii
import posixpath
import re
from collections.abc import Callable

from .marks import UNSET, known
from .world import World

STRING = re.compile(r"""'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`""")
_PLUS = re.compile(r"\s*(?:\+|\.{1,2}|<>)\s*")
_HERE = re.compile(
    r"\bprocess\.cwd\(\)|\b__dirname\b|\bDir\.pwd\b|\bgetcwd\(\)|\bimport\.meta\.dirname\b|\b__DIR__\b|\bCwd::cwd\b(?:\(\))?"
    r"|(?<![\w.])cwd\(\)|\bpwd\(\)"
)
"""Ways to ask for the folder one is in."""
_IN_TEXT = re.compile(
    r"\$ENV\{\s*['\"]?(\w+)['\"]?\s*\}|[#$]\{\s*(?:process\.env|ENV)(?:\.(\w+)|\[['\"](\w+)['\"]\])\s*\}"
    r"|#\{\s*ENV\.fetch\(['\"](\w+)['\"]\)\s*\}"
)
_VARIABLE = re.compile(
    r"\$ENV\{\s*['\"]?(\w+)['\"]?\s*\}|\bprocess\.env(?:\.(\w+)|\[['\"](\w+)['\"]\])"
    r"|\b(?:ENV\.fetch\(|ENV\[|(?:os\.)?getenv\(|Sys\.getenv\(|\$_(?:ENV|SERVER)\[|System\.getenv\()\s*['\"](\w+)['\"]\s*[)\]]"
)
_LITERAL = r"(?:'[^'\n]*'|\"[^\"\n]*\")"
_JOINER = re.compile(
    r"(?:(?<![\w$.:>-])(?:[\w$.:]|->)*(?:\.|->|::)|(?<![\w.$]))"
    r"(join|resolve|catfile|catdir|file\.path|paste0?|joinpath|normalize|sprintf|format|implode|concat)\(([^()]*)\)"
)
_LIST_JOIN = re.compile(rf"\[\s*({_LITERAL}(?:\s*,\s*{_LITERAL})*)\s*\]\s*\.join\(\s*({_LITERAL})\s*\)")
_TABLE_JOIN = re.compile(rf"table\.concat\(\s*\{{\s*({_LITERAL}(?:\s*,\s*{_LITERAL})*)\s*\}}\s*,\s*({_LITERAL})\s*\)")
_NUMBERS = r"((?:0x[\da-fA-F]+|\d+)(?:\s*,\s*(?:0x[\da-fA-F]+|\d+))*)"


def _decoded(text: str, kind: str = "base64") -> str | None:
    try:
        data = bytes.fromhex(text) if kind == "hex" else base64.b64decode(text)
        return data.decode("utf-8")
    except (ValueError, binascii.Error):
        return None


def _characters(numbers: str) -> str:
    return "".join(chr(int(number, 0)) for number in numbers.split(",") if int(number, 0) < 0xD800)


_CALLS: list[tuple[re.Pattern[str], Callable[[re.Match[str]], str | None]]] = [
    (
        re.compile(
            r"\bBuffer\.from\(\s*['\"]([^'\"\n]*)['\"]\s*,\s*['\"](base64|hex)['\"]\s*\)(?:\.toString\([^()]*\))?"
        ),
        lambda m: _decoded(m[1], m[2]),
    ),
    (
        re.compile(
            r"\b(?:atob|base64_decode|decode_base64|Base64\.(?:strict_|urlsafe_)?decode64)\(?\s*['\"]([\w+/=-]+)['\"]\s*\)?"
        ),
        lambda m: _decoded(m[1]),
    ),
    (
        re.compile(r"(?:\bhex2bin\(\s*|\bpack\(?\s*['\"]H\*['\"]\s*,\s*)['\"]([\da-fA-F]+)['\"]\s*\)?"),
        lambda m: _decoded(m[1], "hex"),
    ),
    (re.compile(rf"\b(?:String\.fromCharCode|string\.char)\(\s*{_NUMBERS}\s*\)"), lambda m: _characters(m[1])),
    (re.compile(rf"(?<![\w.])chr\(\s*{_NUMBERS}\s*\)"), lambda m: _characters(m[1])),
    (re.compile(r"['\"]([^'\"\n]*)['\"]\.split\(['\"]{2}\)\.reverse\(\)\.join\(['\"]{2}\)"), lambda m: m[1][::-1]),
    (
        re.compile(r"(?:\bstrrev\(\s*|\bstring\.reverse\(\s*|\bscalar\s+reverse\(?\s*)['\"]([^'\"\n]*)['\"]\s*\)?"),
        lambda m: m[1][::-1],
    ),
    (re.compile(r"['\"]([^'\"\n]*)['\"]\.(?:reverse\b|reverse\(\))"), lambda m: m[1][::-1]),
    (re.compile(r"['\"]([^'\"\n]*)['\"]\.(?:toLowerCase\(\)|downcase\b)"), lambda m: m[1].lower()),
    (re.compile(r"(?<![\w.])(?:lc|strtolower|tolower)\(\s*['\"]([^'\"\n]*)['\"]\s*\)"), lambda m: m[1].lower()),
]


def environ(text: str, world: World) -> str:
    """Variables of the environment replaced by their values, and what asks for the folder one is in by `.`."""

    def value(match: re.Match[str]) -> str | None:
        found = world.text(next(name for name in match.groups() if name))
        return None if found == UNSET or not known(found) or re.search(r"['\"\\\n]", found) else found

    def inside(match: re.Match[str]) -> str:
        return _IN_TEXT.sub(lambda m: m[0] if (v := value(m)) is None else v, match[0])

    if "ENV" in text or "env" in text:
        text = STRING.sub(inside, text)
        text = _VARIABLE.sub(lambda m: m[0] if (v := value(m)) is None else f"'{v}'", text)
    return _HERE.sub("'.'", text)


def glued(text: str, language: str) -> str:
    """`"a" + "b"` is one string, and so is what calls make of strings."""
    text = _added(text)
    for _ in range(4):
        before = text
        for pattern, work in _CALLS:
            text = pattern.sub(lambda m, work=work: _quoted(work(m), m[0]), text)  # type: ignore[misc]
        for listed in (_LIST_JOIN, _TABLE_JOIN):
            text = listed.sub(lambda m: _quoted(_strings(m[2])[0].join(_strings(m[1])), m[0]), text)
        text = _JOINER.sub(lambda m: _quoted(_called(m[1], m[2], language), m[0]), text)
        if text == before:
            break
        text = _added(text)
    return text


def _added(text: str) -> str:
    """Strings with nothing but a sign of joining between them made one."""
    out: list[str] = []
    mark, held, last = "", "", 0
    for match in STRING.finditer(text):
        gap, inner = text[last : match.start()], match[0][1:-1]
        if mark and _PLUS.fullmatch(gap):
            held += inner if match[0][0] == mark else inner.replace(mark, f"\\{mark}")
        else:
            out += [f"{mark}{held}{mark}" if mark else "", gap]
            mark, held = match[0][0], inner
        last = match.end()
    return "".join([*out, f"{mark}{held}{mark}" if mark else "", text[last:]])


def _quoted(value: str | None, instead: str) -> str:
    if value is None or "\n" in value:
        return instead
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _strings(text: str) -> list[str]:
    return [next(group for group in match.groups() if group is not None) for match in STRING.finditer(text)]


def _called(name: str, inner: str, language: str) -> str | None:
    """What a call gives that is made of strings alone."""
    pieces = _strings(inner)
    rest = STRING.sub("", inner)
    glue = re.search(r"\bsep\s*=\s*$", STRING.sub("", inner[: inner.rfind(inner.rstrip()[-1:] or " ")]) or "")
    if not pieces or re.sub(r"[\s,\[\]]|array|\bsep\s*=", "", rest) or "homedir" in inner:
        return None
    if name in ("sprintf", "format"):
        left = iter(pieces[1:])
        return re.sub(r"%[-0-9.]*[sdv]|\{\}", lambda _: next(left, "\ud802"), pieces[0]) if len(pieces) > 1 else None
    if name == "implode" or (name == "join" and language in ("perl", "php", "R")):
        return pieces[0].join(pieces[1:])
    if name in ("paste", "paste0", "concat"):
        return (pieces.pop() if glue else " " if name == "paste" else "").join(pieces)
    path = ""
    for at, piece in enumerate(pieces):
        over = piece.startswith("/") and name == "resolve"
        path = piece if over or not at else f"{path.rstrip('/')}/{piece.lstrip('/')}"
    return posixpath.normpath(path) if language in ("node", "deno", "bun") and name != "normalize" else path
