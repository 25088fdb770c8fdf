"""Paths in programs of other languages: the string literals that look like one."""

import re

from .call import Call
from .expand import Word
from .marks import GLOBS, NAME
from .source import Source

_STRING = re.compile(r"""'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`""")
_JOINED = re.compile(r"""(["'`])([^'"`\n]*)\1\s*(?:\+|\.{1,2})\s*(["'`])([^'"`\n]*)\3""")
_ROOTS = (
    "etc|home|root|var|tmp|usr|opt|proc|sys|dev|mnt|media|srv|bin|sbin|lib|lib64|boot|run|Users|private|Library"
    "|Applications|Volumes|data|work|workspace|nix|snap|cores|System"
)
KNOWN_ROOT = re.compile(rf"/(?:{_ROOTS})(?:/|$)")
_PATHLIKE = re.compile(rf"(?:file://)?(?:/(?:{_ROOTS})(?:/[^\s'\"]*)?|~/[^\s]*|(?:\.\.?/)*\.\./[^\s]*)")
_WRITES = re.compile(
    r"(writeFile|appendFile|createWriteStream|mkdir|rm_?\w*|FileUtils\.\w+|rmSync|unlink|rmdir|rename|truncate|copyFile\w*\([^,]*,"
    r"|file_put_contents|File\.(?:write|delete|open\([^)]*['\"][wa])|open\([^)]*['\"][>+wa]|>\s*$|>>\s*$)[^;)]*$"
)
_HOME = (
    r"(?:require\(['\"](?:node:)?os['\"]\)|\bos)\.homedir\(\)|process\.env\.HOME\b|\bENV\[['\"]HOME['\"]\]"
    r"|\$ENV\{['\"]?HOME['\"]?\}|getenv\(['\"]HOME['\"]\)|Dir\.home\b|Sys\.getenv\(['\"]HOME['\"]\)"
)
_CONSTANT = re.compile(r"(?<![\w.])[$@]?([A-Za-z_]\w*)\s*(?::?=|<-)\s*(['\"`])([^'\"`\n]{1,200})\2(?!\s*[+.])")
_SHOWN = re.compile(
    r"(?:console\.\w+|puts|print\w*|echo|say|cat|JSON\.stringify|split|replace|join|startsWith|includes)\s*\(?\s*$"
)
"""What stands in front of a string that is only shown or compared."""
_PICKED = re.compile(r"\s*\.(?:split|replace|length|size|match|test|startsWith|tr|sub|gsub)\b")
_RUNS = re.compile(r"(exec|execSync|system|popen|spawn\w*|shell_exec|passthru|backtick|qx|%x)\s*[({]?\s*$")


def code(call: Call, source: Source) -> None:
    """Note the paths in program text."""
    joined = _join(_inlined(_homes(source.text, call.world.home)))
    same = joined == source.text
    for match in _STRING.finditer(joined):
        text = next(group for group in match.groups() if group is not None)
        before = joined[max(match.start() - 200, 0) : match.start()]
        span = source.span(match.start(), match.end()) if same else source.span(0, len(source.text))
        if (match[3] is None and _SHOWN.search(before)) or _PICKED.match(joined, match.end()):
            continue
        if match[3] is not None and call.name in ("ruby", "perl", "php"):
            call.scanner.run(Source(text, None, span), call.world.fork())
        else:
            literal(call, text, span, before)


def _homes(text: str, home: str) -> str:
    """Ways to ask for the home folder replaced by it."""
    text = re.sub(rf"[$#]\{{\s*(?:{_HOME})\s*\}}", lambda _: home, text)
    return re.sub(_HOME, lambda _: f"'{home}'", text)


def _inlined(text: str) -> str:
    """Names that stand for a constant replaced where strings are put together."""
    names = {match[1]: match[3] for match in _CONSTANT.finditer(text)}
    for name, value in list(names.items())[:20]:
        quoted = f"'{value}'".replace("\\", "\\\\")
        text = re.sub(rf"[$#]\{{{name}\}}|\${name}\b(?!\s*=)", value.replace("\\", "\\\\"), text)
        text = re.sub(rf"(?<![\w$.'\"]){name}(?=\s*(?:\+|\.\.)\s*['\"`])", quoted, text)
        text = re.sub(rf"(?<=['\"`])(\s*(?:\+|\.\.)\s*){name}\b", rf"\g<1>{quoted}", text)
        text = re.sub(rf"(?<=[(,])(\s*){name}(?=\s*,\s*['\"])", rf"\g<1>{quoted}", text)
    return text


def literal(call: Call, text: str, span: tuple[int, int], before: str = "") -> None:
    """Note one string literal: a path, or a shell command that is run."""
    if _RUNS.search(before) and len(text) < 20_000:
        call.scanner.run(Source(text, None, span), call.world.fork())
        return
    text = re.sub(r"\$\{[^}]*\}|#\{[^}]*\}", NAME, re.sub(r"\\(.)", r"\1", text))
    # perl's `open` has the mode in front
    mode = re.match(r"[+<>|\s]*", text)
    if mode and mode[0]:
        text, before = text[mode.end() :], f'{before}open("{mode[0].strip()}'
    if _PATHLIKE.fullmatch(text):
        operation = "write" if _WRITES.search(before) else "read"
        text = text.replace("*", GLOBS["*"])
        word = Word(call.world.home + text[1:] if text[:2] == "~/" else text, span)
        call.scanner.touch("write" if operation == "write" else "read", word, call.world)


def _join(text: str) -> str:
    """`"a" + "b"` is one string, and so is what `path.join` is given."""
    for _ in range(8):
        after = _JOINED.sub(r"\1\2\4\1", text)
        if after == text:
            break
        text = after
    return re.sub(r"\b[\w$]+\.(?:join|resolve)\(([^()]*,[^()]*)\)", _joined_path, text)


def _joined_path(match: re.Match[str]) -> str:
    pieces = [next(g for g in m.groups() if g is not None) for m in _STRING.finditer(match[1])]
    if "homedir" in match[0] or not pieces or re.search(r"[A-Za-z_$]+", _STRING.sub("", match[1])):
        return match[0]
    path = ""
    for piece in pieces:
        path = piece if piece.startswith("/") else f"{path}/{piece}" if path else piece
    return f"'{path}'"
