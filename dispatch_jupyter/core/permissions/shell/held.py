"""What options hold that is more than a path: commands, settings, sockets, programs of small languages."""

import posixpath
import re

from .call import READERS, Call, part
from .expand import Word
from .literals import code
from .marks import HOLE, NAME, plain
from .operands import spec_of
from .paths import named_paths
from .python_code import python
from .source import made

_FIRST = re.compile(r"\s*(?:[A-Za-z_]\w*=\S*\s+)*(?P<name>[\w./-]+)(?=\s+\S)")
_SHELL_WORDS = {
    "sh", "bash", "zsh", "dash", "find", "xargs", "git", "sed", "awk", "sudo", "env", "exec", "curl", "wget", "tar",
    "dd", "ssh", "scp", "python", "python3", "node", "perl", "ruby", "source", "cd", "nohup", "time", "timeout", "eval",
    "command", ".",
}  # fmt: skip
HOLDING = {"-c", "-e", "-x", "-exec", "--exec", "--eval", "--command", "--cmd", "--execute", "--run", "--expr",
           "--expression", "--shell", "--script", "--hook", "--on-change", "--pre", "--post", "--before", "--after",
           "--run-command", "--shell-command", "--exec-command", "--filter", "--preview", "--editor",
           "--pager"}  # fmt: skip
"""Options that hold a command or a program in tools nobody has described."""


def shell(call: Call, word: Word) -> None:
    """A shell command, or the name of a program."""
    world = call.world.fork("")
    if call.name == "split":
        world.assign("FILE", NAME)
    call.scanner.run(word.source(), world)


def socket(call: Call, word: Word) -> None:
    """A socket: what is behind it is both read and written. Elsewhere it names a host."""
    text = plain(word.value)
    places = [(0, len(text))] if re.match(r"(/|~/|\.{1,2}/)", text) else named_paths(text)
    for start, end in places:
        call.note("r", part(word, start, end))
        call.note("w", part(word, start, end))


def maybe(call: Call, word: Word) -> None:
    """The value of an option that in most tools holds a command or a program."""
    text = plain(word.value)
    if not re.search(r"[\s(]", text) or len(text) > 20_000:
        return
    first = _FIRST.match(text)
    name = first["name"].rsplit("/", 1)[-1] if first else ""
    if name and (spec_of(name) or name in _SHELL_WORDS):
        shell(call, word)
    elif re.search(r"['\"`(]", text):
        code(call, word.source())


def held(call: Call) -> None:
    """Commands in the options of a program nobody knows."""
    texts = call.texts()
    for at, text in enumerate(texts):
        name, equals, _ = text.partition("=")
        if name in HOLDING:
            if equals:
                maybe(call, part(call.args[at], len(name) + 1))
            elif at + 1 < len(texts):
                maybe(call, call.args[at + 1])


def language(call: Call, word: Word) -> None:
    """A program in a language of its own: its strings."""
    code(call, word.source())


_MAGIC = re.compile(
    r"^\s*(?:(?P<name>%(?:run|load|loadpy|cd|pycat|edit|logstart|save|notebook))\s+(?:-\S+\s+)*(?P<path>[^\s;]+)"
    r"|(?:!!?|%(?:sx|system|sc)\s)(?P<command>.+)).*$",
    re.MULTILINE,
)


def notebook_code(call: Call, word: Word) -> None:
    """Python with the commands of IPython between its lines."""
    text = plain(word.value)
    for match in list(_MAGIC.finditer(text))[:100]:
        if match["command"]:
            shell(call, part(word, *match.span("command")))
        else:
            kind = (
                "c" if match["name"] in ("%save", "%logstart", "%notebook") else "x" if match["name"] == "%run" else "r"
            )
            call.note(kind, part(word, *match.span("path")))
    rest = _MAGIC.sub("", text)
    python(call, word.source() if rest == text else made(rest, word.span))


_SSH_COMMANDS = {"proxycommand", "localcommand", "knownhostscommand", "match"}
_SSH_SOCKETS = {"controlpath", "identityagent"}


def ssh_setting(call: Call, word: Word) -> None:
    """`-o Key=value` or `-o 'Key value'` of ssh."""
    match = re.match(r"\s*(\w+)(?:\s*=\s*|\s+)(?=\S)", plain(word.value))
    if match is None:
        return
    key, value = match[1].lower(), part(word, match.end())
    if key in _SSH_COMMANDS:
        shell(call, part(value, len("exec ")) if plain(value.value).startswith("exec ") else value)
    elif key in _SSH_SOCKETS:
        socket(call, value)
    elif key not in ("remotecommand", "setenv", "sendenv"):
        for match in re.finditer(r"\S+", plain(value.value)):
            call.clear(part(value, *match.span()))


def forward(call: Call, word: Word) -> None:
    """`-L` and `-R` of ssh: sockets of this machine."""
    text = plain(word.value)
    if text.startswith(("/", "~", ".")):
        socket(call, part(word, 0, text.find(":") if ":" in text else None))


def backward(call: Call, word: Word) -> None:
    text = plain(word.value)
    if match := re.search(r"(?<=:)[/~][^:]*$", text):
        socket(call, part(word, *match.span()))


_VIM_RANGE = re.compile(r"\s*:*\s*(?:silent!?\s+|sil!?\s+|noautocmd\s+|keepalt\s+|[%.$,;+\d\s]|'[a-z<>])*")
_VIM_FILE = re.compile(
    r"(?P<name>r|re|rea|read|so|source|e|edit|E|f|file|sp|split|vs|vsp|vsplit|tabe|tabedit|tabnew|vie|view|new|vnew|find"
    r"|fin|badd|args|luafile|pyf|pyfile|py3f|py3file|rubyfile|perlfile|cd|lcd|tcd|cfile|cf|lfile|vimgrep|rv|rviminfo|ru"
    r"|runtime|diffs|diffsplit|packadd|set\s+\w+"
    r"|w|wr|write|wq|W|x|xit|sav|saveas|up|update|mks|mksession|mkv|mkvimrc|wv|wviminfo|redi|redir|wundo|profile\s+start)"
    r"!?\s*(?:\+\S+\s+)?(?:=>?\s*|=|>>?\s*|\s)\s*(?P<path>[^|\s!][^|]*)"
)
_VIM_WRITES = re.compile(r"(w|W|x|sav|up|mk|redi|profile)")
_VIM_SHELL = re.compile(
    r"(?:(?:r|re|read|put)!?\s*|(?:w|wr|write|W)!?\s+|(?:make|grep)\s+)?!\s*(?P<command>.+)|ter\w*\s+(?P<run>.+)"
)
_VIM_CODE = re.compile(r"(?P<language>lua|py|py3|python|python3|pyx|perl|ruby|rub|tcl)\s+(?P<code>.+)", re.DOTALL)
_VIM_CALL = re.compile(
    r"(?P<name>system|systemlist|termopen|term_start|job_start|jobstart|readfile|writefile|delete|rename|mkdir|glob|feedkeys)"
    r"\s*\((?P<args>[^)]*)"
)


def vim(call: Call, word: Word) -> None:
    """Commands of ed, ex and vim."""
    for line in plain(word.value).splitlines()[:200]:
        call.scanner.spend()
        _vim_line(call, line, word)


def _vim_line(call: Call, line: str, word: Word) -> None:
    lead = _VIM_RANGE.match(line)
    text = line[lead.end() :] if lead else line
    if match := re.match(r"(?:exe|exec|execute|norm|normal)!?\s+(['\"]?)(.*)\1\s*$", text):
        return _vim_line(call, match[2], word)
    if match := _VIM_SHELL.match(text):
        shell(call, _same(word, line, match["command"] or match["run"]))
    elif match := _VIM_CODE.match(text):
        reader = python if match["language"].startswith("py") else code
        reader(call, made(match["code"], word.span))
    elif _VIM_CALL.search(text):
        _vim_calls(call, text, word)
    elif match := _VIM_FILE.match(text):
        kind = "c" if _VIM_WRITES.match(match["name"]) else "r"
        path = match["path"].strip()
        if not match["name"].startswith("set") or path[:1] in "/~":
            call.note(kind, Word(path, word.span))
    if "|" in text and not text.lstrip("rw ").startswith("!"):
        _vim_line(call, text.partition("|")[2], word)
    return None


def _vim_calls(call: Call, text: str, word: Word) -> None:
    for match in _VIM_CALL.finditer(text):
        strings = [a or b for a, b in re.findall(r"'([^']*)'|\"([^\"]*)\"", match["args"])]
        if not strings:
            continue
        if match["name"] in ("readfile", "glob"):
            call.note("r", Word(strings[0], word.span))
        elif match["name"] in ("writefile", "delete", "rename", "mkdir"):
            call.note("c", Word(strings[-1], word.span))
        else:
            shell(call, Word(" ".join(strings), word.span))


def _same(word: Word, line: str, piece: str) -> Word:
    """A piece of a word of one line, where it stands."""
    if word.base is None or plain(word.value) != line:
        return Word(piece, word.span)
    start = line.rindex(piece)
    return part(word, start, start + len(piece))


_GDB = re.compile(
    r"\s*(?:(?P<shell>(?:platform\s+)?shell\s+|!|pipe\s[^|]*\|\s*|\|[^|]*\|\s*)(?P<command>.+)"
    r"|(?P<language>python|pi|py|python-interactive|script|guile|gu)\s+(?P<code>.+)"
    r"|run\s+(?P<args>.*[<>].*)|r\s+(?P<more>.*[<>].*)"
    r"|(?P<writes>dump\s+\S+\s+(?:\w+\s+)??|append\s+\S+\s+|set\s+logging\s+file\s+|save\s+\S+\s+|generate-core-file\s+"
    r"|gcore\s+)(?P<out>[/~.]\S+)"
    r"|(?P<reads>source|command\s+source|command\s+script\s+import|restore|file|exec-file|symbol-file|core|core-file|cd"
    r"|add-symbol-file|target\s+\w+|directory|tty|plugin\s+load|set\s+(?!args\b)[\w -]+?)"
    r"\s+(?:-\w+\s+)*(?P<path>[/~.]\S+))",
    re.DOTALL,
)


def gdb(call: Call, word: Word) -> None:
    """Commands of gdb and lldb."""
    for line in plain(word.value).splitlines()[:200]:
        call.scanner.spend()
        for called in re.finditer(r"\bsystem\s*\(\s*\"([^\"]*)\"", line):
            shell(call, Word(called[1], word.span))
        if (match := _GDB.match(line)) is None:
            continue
        if match["command"]:
            shell(call, _same(word, line, match["command"]))
        elif match["code"]:
            (code if match["language"].startswith("gu") else python)(call, made(match["code"], word.span))
        elif match["args"] or match["more"]:
            shell(call, Word(f": {match['args'] or match['more']}", word.span))
        else:
            call.note("c" if match["out"] else "r", Word(match["out"] or match["path"], word.span))


_TCL = re.compile(
    r"\b(?:spawn|exec|system)\s+(?:-\w+\s+)*(?P<command>[^;\n\]]+)"
    r"|\b(?P<name>open|source|log_file|file\s+(?:delete|copy|rename|mkdir|exists)|cd|load|glob)\s+(?:-\w+\s+)*"
    r"[\"{]?(?P<path>[/~.][^\s\"}\];]*)[\"}]?(?P<mode>\s+[\"{]?[wa]\b)?"
)


def tcl(call: Call, word: Word) -> None:
    """Programs of tcl and expect."""
    for match in _TCL.finditer(plain(word.value)):
        if match["command"]:
            shell(call, Word(match["command"].strip("{} "), word.span))
        else:
            writes = match["mode"] or re.search(r"log|delete|rename|mkdir", match["name"])
            call.note("c" if writes else "r", Word(match["path"], word.span))


_M4 = re.compile(r"\b(?:(?P<path>s?include|undivert)|e?syscmd|esyscmd)\(\s*`?(?P<text>[^)']*)")


def m4(call: Call, word: Word) -> None:
    for match in _M4.finditer(plain(word.value)):
        inner = Word(match["text"].strip(), word.span)
        call.note("r", inner) if match["path"] else shell(call, inner)


_INCLUDED = re.compile(
    r"^\s*#\s*(?:include(?:_next)?|import|embed)\s*[\"<]([^\">\n]+)|\.(?:incbin|include)\s*\\?\"([^\"\\\n]+)",
    re.MULTILINE,
)


def included(call: Call, text: str) -> None:
    """What text for a compiler takes in from elsewhere."""
    for match in _INCLUDED.finditer(text):
        path = match[1] or match[2]
        if path.startswith(("/", "../")):
            call.note("r", Word(path, call.words[0].span))


def local(call: Call, word: Word) -> None:
    """A path, or an address that may name one of this machine: `file:///path`, `ext::command`."""
    text = plain(word.value)
    if text.startswith("ext::"):
        pieces = [re.sub(r"%(.)", r"\1", piece) for piece in re.findall(r"(?:%.|[^\s%])+", text[5:])]
        call.scanner.run_words([Word(piece, word.span) for piece in pieces], call.world.fork(""))
    elif re.match(r"[a-zA-Z][\w+-]+:", text):
        for piece in text.split("|"):
            call.clear(Word(piece, word.span))
    else:
        call.guess(word)


def action(call: Call, word: Word) -> None:
    """`exec=command` among the actions of tar."""
    if plain(word.value).startswith("exec="):
        shell(call, part(word, len("exec=")))


def output(call: Call, word: Word) -> None:
    """A file, or behind `|` or `!` a command that takes what is written."""
    text = plain(word.value)
    shell(call, part(word, 1)) if text[:1] in ("|", "!") else call.note("c", word)


def commas(call: Call, word: Word) -> None:
    """`program,argument`."""
    shell(call, Word(word.value.replace(",", " "), word.span))


def several(call: Call, word: Word) -> None:
    """`/one,/two`."""
    for match in re.finditer(r"[^,:;]+", plain(word.value)):
        call.clear(part(word, *match.span()))


def sent(call: Call, word: Word) -> None:
    """`name@file` and `name=@file`, what is sent to a server."""
    if match := re.match(r"[\w.-]*:?=?@(?=[/~.\w])", plain(word.value)):
        call.note("r", part(word, match.end()))


def toml(call: Call, word: Word) -> None:
    """A file of settings, or one setting: `key="value"`."""
    match = re.match(r"([\w.'\"-]+)\s*=\s*['\"]?(?=[^'\"])([^'\"]*)", plain(word.value))
    if match is None:
        call.note("r", word)
    elif re.search(r"(wrapper|runner|linker|rustc|rustdoc|credential-provider)$", match[1]):
        shell(call, part(word, *match.span(2)))
    else:
        call.clear(part(word, *match.span(2)), "write" if re.search(r"dir$|root$", match[1]) else "read")


def interpreter_setting(call: Call, word: Word) -> None:
    """`-X name=value` of Python."""
    if plain(word.value).startswith("pycache_prefix="):
        call.note("c", part(word, len("pycache_prefix=")))


def script(call: Call, word: Word) -> None:
    """A program in Python."""
    python(call, word.source())


_TEX = re.compile(
    r"\\write18\s*\{(?P<command>[^{}]*)\}|\\(?:input|include|InputIfFileExists|usepackage|(?:lst|verbatim|minted)?input\w*"
    r"|includegraphics|openin\d*|(?P<out>openout\d*))\s*(?:\[[^]]*\])?[\s={\"]*(?P<path>(?:/|~/|\.\./)[^\s{}\"\\]+)"
)


def tex(call: Call, word: Word) -> None:
    """A file, or TeX itself: what it takes in and runs."""
    if "\\" not in word.value:
        call.note("r", word)
    for match in list(_TEX.finditer(plain(word.value)))[:50]:
        if match["command"]:
            shell(call, part(word, *match.span("command")))
        else:
            call.note("c" if match["out"] else "r", part(word, *match.span("path")))


def files_listed(call: Call, word: Word) -> None:
    """A file, or `-`, that names files: one a line, or with zero characters between."""
    text = plain(word.value)
    if text != "-":
        call.note("r", word)
    listed = call.world.stdin if text == "-" else call.world.files.get(posixpath.join(call.world.cwd, text), "")
    for name in re.split(r"[\0\n]", listed)[:100]:
        if name and name != HOLE:
            call.note("r", Word(name, word.span))


READERS |= {
    "s": shell, "u": socket, "o": ssh_setting, "v": vim, "b": gdb, "E": language, "T": tcl, "4": m4, "L": forward,
    "R": backward, "W": commas, "l": several, "i": sent, "C": toml,
    "P": script, "N": notebook_code, "X": interpreter_setting, "n": local, "a": action, "S": output,
    "I": files_listed, "t": tex,
}  # fmt: skip
