"""Paths in programs of other languages: the string literals that look like one."""

import posixpath
import re

from .call import Call
from .expand import Word
from .gluing import STRING, environ, glued
from .marks import GLOBS, NAME
from .quiet import quiet
from .source import Source
from .world import World

_PATHLIKE = re.compile(r"(?:file://)?(?:/[^/\s'\"]+(?:/[^\s'\"]*)?|~/[^\s]*|(?:\.\.?/)*\.\./[^\s]*)")
_PRINTS = re.compile(
    rf"\s*(?:(?:console\.log|process\.stdout\.write|print|puts|say|echo)\b\s*\(?\s*)?"
    rf"((?:{STRING.pattern})(?:\s*[+.,]\s*(?:{STRING.pattern})){{0,20}})\s*\)?\s*;?\s*"
)
"""A program that prints strings and nothing else."""
ROUTE = re.compile(r"/:[a-zA-Z]|<(?:\w+:)?\w+>")
"""Parts of a route for any value: `/users/:id`, `/users/<int:id>`."""
_WRITES = re.compile(
    r"(writeFile|appendFile|createWriteStream|mkdir|rm_?\w*|FileUtils\.(?:rm|mkdir|touch|mv|chmod|install)\w*|rmSync|unlink|rmdir|rename|truncate|\b(?:copyFile|cp|copy|symlink|link)\w*\([^,]*,"
    r"|(?<![.\w])write\(|open\b[^;]*['\"]\+?>+[^'\"]*['\"]\s*,\s*$|file_put_contents|write\.\w+|write_\w+|saveRDS|writeLines\([^,]*,|ggsave|sink|write-region|append-to-file|File\.(?:write|delete|open\([^)]*['\"][wa])|open\([^)]*['\"][>+wa]|>\s*$|>>\s*$)[^;)]*$"
)
_HOME = (
    r"(?:require\(['\"](?:node:)?os['\"]\)|\bos)\.homedir\(\)|process\.env\.HOME\b|\bENV\[['\"]HOME['\"]\]"
    r"|\$ENV\{['\"]?HOME['\"]?\}|getenv\(['\"]HOME['\"]\)|Dir\.home\b|Sys\.getenv\(['\"]HOME['\"]\)"
)
_CONSTANT = re.compile(r"(?<![\w.])[$@]?([A-Za-z_]\w*)\s*(?::?=|<-)\s*(['\"`])([^'\"`\n]{1,200})\2(?!\s*[+.])")
_LIST_SET = re.compile(
    r"[(\[]\s*((?:[$]?\w+\s*,\s*)+[$]?\w+)\s*[)\]]\s*=\s*[(\[]\s*((?:'[^'\n]*'|\"[^\"\n]*\")(?:\s*,\s*(?:'[^'\n]*'|\"[^\"\n]*\"))*)"
)
"""`($a, $b) = ("one", "two")`."""
_SHOWN = re.compile(
    r"(?:console\.\w+|puts|print\w*|echo|say|cat|JSON\.stringify|split|replace|replaceAll|join|startsWith|endsWith"
    r"|includes|relative|isAbsolute|normalize|start_with\?|end_with\?|include\?|basename|dirname|extname|parse|indexOf|toBe|toEqual|equal|strictEqual|deepEqual|test|match)\s*\(?\s*$"
)
"""What stands in front of a string that is only shown or compared."""
_PICKED = re.compile(
    r"\s*=~|\s*\.(?:split|replace|length|size|match|test|startsWith|endsWith|includes|start_with\?|end_with\?|tr|sub|gsub)(?!\w)"
)
_SECOND = re.compile(
    r"\b(?:replace|replaceAll|gsub|sub|tr)\s*\(\s*(?:'[^']*'|\"[^\"]*\"|/(?:[^/\\\n]|\\.)+/\w*)\s*,\s*$"
)
"""What a text is replaced by."""
_RUNS = re.compile(
    r"(exec|execSync|execute|system\d?|popen\d?|spawn\w*|shell_exec|passthru|proc_open|backtick|qx|%x|shell-command(-to-string)?"
    r"|call-process(-shell-command)?|start-process(-shell-command)?|async-shell-command|shell-execute|run_command|sh"
    r"|IO\.popen|os:cmd|callCommand|readProcess|getoutput|capture2|capture3)\s*[({]?\s*$"
)
_MATCHES = re.compile(r"(?:^|[(,=:;!&|?{}\[])\s*/(?![/*])(?:[^/\\\n]|\\.)+/[dgimsuvy]*\.exec\(\s*$")
"""A pattern's own method."""
_EVALUATES = re.compile(
    r"\b(eval|instance_eval|class_eval|Function|runInThisContext|runInNewContext|loadstring|load|assert|parse)\s*[({]\s*$"
    r"|\beval\s+$"
)
_OPENS = re.compile(r"(?:read|open|dir|stat|glob|watch|entries|children|list)\w*\s*[(\[]?\s*$", re.IGNORECASE)
_MODE = re.compile(r"\s*,\s*['\"](?:[wax]|r\+)")
_FETCHED = re.compile(
    r"\b(?:exec|execSync|spawnSync|system|eval|shell_exec|passthru|popen|Function|runInThisContext)\s*\(\s*(?!['\"`])[^;\n]{0,80}?"
    r"(?:readFile|file_get_contents|File\.read|IO\.read|base64|atob|unpack|fetch|curl_exec|gzinflate|inflate)\w*\s*\("
)
"""Text that is not in the program, run."""
_LIST_RUNS = re.compile(
    r"\b(?:spawn|spawnSync|execFile|execFileSync|system|exec|popen|capture\d|proc_open)\s*[(\[]?\s*\[?\s*"
    r"((?:'[^'\n]*'|\"[^\"\n]*\")(?:\s*,\s*\[?\s*(?:'[^'\n]*'|\"[^\"\n]*\"))+)"
)
"""A program and its arguments."""
_PATTERNS = re.compile(
    r"(?<![\w$@%&>])(?:s\{[^{}]*\}\s*\{[^{}]*\}|(?:m|qr)\{[^{}]*\}|s([/|!#,@])(?:(?!\1)[^\n])*\1(?:(?!\1)[^\n])*\1)(?![a-z]*e)"
)
"""Substitutions of perl: neither side is opened."""
_QUOTES = re.compile(
    r"(?<![\w$@%&])(?:q([qwx]?)|%([qQwx]))\s*(?:\{([^{}\n]*)\}|\(([^()\n]*)\)|\[([^\[\]\n]*)\]|([/|!])([^\n]*?)\6)"
)


def code(call: Call, source: Source) -> None:
    """Note the paths in program text."""
    text = _quoted(_PATTERNS.sub("", source.text)) if call.name in ("ruby", "perl", "irb") else source.text
    if shown := _PRINTS.fullmatch(text):
        pieces = (next(group for group in match.groups() if group is not None) for match in STRING.finditer(shown[1]))
        call.world.print("".join(re.sub(r"\\(.)", r"\1", piece) for piece in pieces) + "\n")
    if quiet(text):
        return
    text = _with_inner(text)
    joined = glued(_inlined(_homes(environ(text, call.world), call.world.home)), call.name)
    same = joined == source.text
    for listed in list(_LIST_RUNS.finditer(joined))[:20]:
        span = source.span(listed.start(1), listed.end(1)) if same else source.span(0, len(source.text))
        words = [a or b for a, b in re.findall(r"'([^'\n]*)'|\"([^\"\n]*)\"", listed[1])]
        call.scanner.run_words([Word(word, span) for word in words], call.world.fork(""))
    _links(call, joined)
    if _FETCHED.search(joined):
        call.scanner.doubt(source.span(0, len(source.text)))
    callees = _callees(joined)
    texts = _TEXT_CALLS if call.name in ("ruby", "irb", "perl", "php") else _TEXT_CALLS | _ANSWERS
    for match in STRING.finditer(joined):
        text = next(group for group in match.groups() if group is not None)
        before = joined[max(match.start() - 200, 0) : match.start()]
        span = source.span(match.start(), match.end()) if same else source.span(0, len(source.text))
        if (
            match[3] is None
            and (
                callees[match.start()] in texts
                or _SHOWN.search(before)
                or _SECOND.search(before)
                or _is_key(joined, match)
            )
        ) or _PICKED.match(joined, match.end()):
            continue
        if match[3] is not None and call.name in ("ruby", "perl", "php", "julia"):
            call.scanner.run(Source(text, None, span), call.world.fork())
        else:
            if _OPENS.search(before) and _MODE.match(joined, match.end()):
                before = f"{before}writeFile("
            literal(call, text, span, before)


_INNER = re.compile(r"[#$@]\{([^{}\n]*['\"][^{}\n]*)\}")


def _with_inner(text: str) -> str:
    """The program, and behind it once more the code that stands inside its strings."""
    inner = [match[1] for match in list(_INNER.finditer(text))[:20] if "(" in match[1] or "." in match[1]]
    return text if not inner else "\n".join([text, *inner])


_TOKEN = re.compile(rf"{STRING.pattern}|[()]", re.DOTALL)
_CALLEE = re.compile(r"([\w$]+[?!]?)\s*$")
_LISP = re.compile(r"\(([\w-]+)\s+[\"(]")
"""`(function "text")`."""
_TEXT_CALLS = {
    "stringify", "basename", "dirname", "extname", "preg_match", "preg_replace", "preg_split", "explode", "grepl",
    "gsub", "json_encode", "to_json", "dump", "includes", "startsWith", "endsWith", "indexOf", "str_replace",
    "strlen", "nchar", "parse_url", "pathinfo", "puts", "printf", "log", "error", "warn", "info", "debug", "assert",
    "equal", "strictEqual", "deepEqual", "isAbsolute", "relative", "describe", "it", "test", "expect", "toBe",
    "toEqual", "toContain", "str_starts_with", "str_ends_with", "str_contains", "strpos",
    "splitpath", "splitdir", "splitext", "tokenize", "hasPrefix", "HasPrefix", "startswith",
    "endswith", "contains", "include?", "key?", "has_key?", "start_with?", "end_with?", "lastIndexOf", "charAt",
    "string-match", "string-prefix-p", "file-name-nondirectory", "message", "princ",
}  # fmt: skip
"""Functions that only look at or show the text they are given."""
_ANSWERS = {"send", "redirect", "json"}
"""Methods of JavaScript's servers that send text; other languages call anything by `send`."""
_CHANGING = {"ltrim", "rtrim", "trim", "sub", "TrimPrefix", "replace-regexp-in-string"}
"""Functions that give the text on, changed: what counts is who gets it."""
_SHOWING = {"", "cat", "print", "println", "puts", "princ", "message", "log"}
_LINK = re.compile(
    r"\b(?:sym)?link(?:Sync)?\s*\(?\s*(?:'([^'\n]+)'|\"([^\"\n]+)\")\s*,\s*(?:'([^'\n]+)'|\"([^\"\n]+)\")"
)


def _callees(text: str) -> dict[int, str]:
    """By the place of each string, the function whose arguments it stands among."""
    stack: list[str] = []
    found: dict[int, str] = {}
    for token in _TOKEN.finditer(text):
        if token[0] == "(":
            name = _CALLEE.search(text, max(token.start() - 60, 0), token.start())
            name = name or _LISP.match(text, token.start())
            stack.append(name[1] if name else "")
        elif token[0] == ")":
            del stack[-1:]
        else:
            found[token.start()] = _getting(stack)
    return found


def _getting(stack: list[str]) -> str:
    """Which of the open calls gets a string."""
    if not stack or stack[-1] not in _CHANGING:
        return stack[-1] if stack else ""
    outer = next((name for name in reversed(stack[-8:]) if name not in _CHANGING), "")
    return "puts" if outer in _SHOWING else outer


def _links(call: Call, text: str) -> None:
    """Symbolic links the program makes: what comes later may go through them."""
    for match in list(_LINK.finditer(text))[:20]:
        linked(call.world, match[1] or match[2], match[3] or match[4])


def linked(world: World, target: str, link: str) -> None:
    """Remember a link."""
    world.links[posixpath.join(world.cwd, link)] = target


def _quoted(text: str) -> str:
    """`q(text)`, `qx{command}` and their like as strings in quotes."""

    def usual(match: re.Match[str]) -> str:
        inner = next((group for group in match.group(3, 4, 5, 7) if group is not None), "")
        mark = "`" if "x" in (match[1], match[2]) else '"' if "'" in inner else "'"
        return f"{mark}{inner}{mark}"

    return _QUOTES.sub(usual, text)


def _is_key(text: str, match: re.Match[str]) -> bool:
    """Whether a string is the name of a field: `{'/x': 1}`, `["/x" => 1]`."""
    before, behind = (
        text[max(match.start() - 50, 0) : match.start()].rstrip()[-1:],
        text[match.end() : match.end() + 20],
    )
    return (before in ("{", ",") and re.match(r"\s*:(?!:)", behind) is not None) or (
        before in ("{", "[") and re.match(r"\s*=>", behind) is not None
    )


def _homes(text: str, home: str) -> str:
    """Ways to ask for the home folder replaced by it."""
    text = re.sub(rf"[$#]\{{\s*(?:{_HOME})\s*\}}", lambda _: home, text)
    return re.sub(_HOME, lambda _: f"'{home}'", text)


def _inlined(text: str) -> str:
    """Names that stand for a constant replaced where strings are put together."""
    for inside in re.findall(r"\{([^{}]*)\}\s*=\s*require", text)[:5]:
        for old, new in re.findall(r"\b(\w+)\s*:\s*(\w+)", inside)[:10]:
            text = re.sub(rf"(?<![\w.$]){new}(?=\s*\()", old, text)
    names = {match[1]: match[3] for match in _CONSTANT.finditer(text)}
    for match in list(_LIST_SET.finditer(text))[:5]:
        pairs = zip(re.findall(r"\w+", match[1]), STRING.finditer(match[2]), strict=False)
        names |= {name: literal[0][1:-1] for name, literal in pairs}
    for name, value in list(names.items())[:20]:
        quoted = f"'{value}'".replace("\\", "\\\\")
        text = re.sub(rf"[$#]\{{{name}\}}|\${name}\b(?!\s*=)", value.replace("\\", "\\\\"), text)
        text = re.sub(rf"(?<![\w$.'\"]){name}(?=\s*(?:\+|\.\.)\s*['\"`])", quoted, text)
        text = re.sub(rf"(?<=['\"`])(\s*(?:\+|\.\.)\s*){name}\b", rf"\g<1>{quoted}", text)
        text = re.sub(rf"(?<=[(,])(\s*){name}(?=\s*,\s*['\"])", rf"\g<1>{quoted}", text)
    return text


def _is_path(call: Call, text: str) -> bool:
    return (
        _PATHLIKE.fullmatch(text) is not None
        and not ROUTE.search(text)
        and call.scanner.around.rooted(text.removeprefix("file://"))
    )


def literal(call: Call, text: str, span: tuple[int, int], before: str = "") -> None:
    """Note one string literal: a path, or a shell command that is run."""
    if _EVALUATES.search(before) and len(text) < 20_000 and not _is_path(call, text):
        code(call, Source(re.sub(r"\\(.)", r"\1", text), None, span))
        return
    if (text.endswith("|") or text.startswith("|")) and "open" in before:
        # a pipe is opened
        text, before = text.strip("|"), "exec("
    if _RUNS.search(before) and not _MATCHES.search(before) and len(text) < 20_000:
        call.scanner.run(Source(text, None, span), call.world.fork())
        return
    text = re.sub(r"\$\{[^}]*\}|#\{[^}]*\}", NAME, re.sub(r"\\(.)", r"\1", text))
    # perl's `open` has the mode in front
    mode = re.match(r"[+<>|\s]*", text)
    if mode and mode[0]:
        text, before = text[mode.end() :], f'{before}open("{mode[0].strip()}'
    if _is_path(call, text) or (text == ".." and _OPENS.search(before)):
        operation = "write" if _WRITES.search(before) else "read"
        text = text.replace("*", GLOBS["*"])
        word = Word(call.world.home + text[1:] if text[:2] == "~/" else text, span)
        call.scanner.touch("write" if operation == "write" else "read", word, call.world)
