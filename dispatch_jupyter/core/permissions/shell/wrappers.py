"""Programs that run a command they are given."""

import posixpath
import re
from collections.abc import Callable

from .call import Call, Spec, options
from .expand import Word, around
from .marks import HOLE, NAME, plain
from .operands import table
from .source import made
from .tool_tables import TOOLS
from .tool_tables import WRAPPERS as WRAPPER_TABLE
from .variables import assigned
from .world import World

Worlds = list[World] | None

_TOOLS = table(TOOLS)
_SPECS = table(WRAPPER_TABLE)
_SHORT_SHELL = {"hyperfine", "watch", "watchexec"}


def head(call: Call, spec: Spec, kinds: list[str] | None = None) -> tuple[list[Word], str | None]:
    """Take a wrapper's own options and operands off: the command behind them, and the folder it is put in."""
    at, base = 0, None
    args, kinds = call.args, list(spec.operands if kinds is None else kinds)
    while at < len(args):
        text = plain(args[at].value)
        if text == "--":
            return args[at + 1 :], base
        assignment = re.match(r"[A-Za-z_]\w*=", text)
        if text.startswith("-") and len(text) > 1:
            step = list(options(args[at : at + 2], spec.options))
            option, word = step[0]
            kind = spec.options.get(option, "")
            if word is not None and kind:
                base = _noted(call, kind, word, base)
                at += word.span == args[at + 1].span and word is args[at + 1] if at + 1 < len(args) else 0
            elif word is not None:
                call.clear(word)
        elif assignment:
            call.world.assign(assignment[0][:-1], args[at].value[assignment.end() :])
            assigned(call.scanner, assignment[0][:-1], args[at].span, given=True)
        elif kinds:
            base = _noted(call, kinds.pop(0), args[at], base)
        else:
            return args[at:], base
        at += 1
    return [], base


def _noted(call: Call, kind: str, word: Word, base: str | None) -> str | None:
    if kind == "d":
        return call.scanner.touch("read", word, call.world, base=base) or base
    call.note(kind, word, base)
    return base


def inner(call: Call, words: list[Word], base: str | None = None) -> Worlds:
    """Run the command a wrapper was given, in a process of its own."""
    if not words:
        return None
    world = call.world.fork()
    if base:
        world.change_folder(base)
    after = call.scanner.run_words(words, world)
    for then in after[:1]:
        call.world.print(then.out)
        call.world.status = then.status
    return None


def _wrapper(call: Call) -> Worlds:
    if call.name == "command" and any(re.fullmatch(r"-[vV]+", text) for text in call.texts()[:1]):
        call.world.print(f"/usr/bin/{NAME}\n")
        return None
    words, base = head(call, _SPECS[call.name])
    in_shell = call.name == "entr" and any(re.match(r"-[a-z]*s", text) for text in call.texts()[:2])
    if in_shell or (call.name in _SHORT_SHELL and words and (len(words) == 1 or call.name == "hyperfine")):
        return shell_texts(call, words)
    if call.name in ("command", "builtin"):
        return call.scanner.run_words(words, call.world) if words else None
    if call.name == "env" and not words:
        call.world.print(HOLE)
    return inner(call, words, base)


def _env(call: Call) -> Worlds:
    split = _split_string(call)
    return _wrapper(call) if split is None else shell_texts(call, [split])


def _sudo(call: Call) -> Worlds:
    return _edit(call) if call.texts()[:1] in (["-e"], ["--edit"]) else _wrapper(call)


def _runuser(call: Call) -> Worlds:
    """A wrapper as `-u user command`, else as `su`."""
    wraps = any(text.startswith(("-u", "--user")) for text in call.texts())
    return _wrapper(call) if wraps else _su(call)


def _split_string(call: Call) -> Word | None:
    """`env -S 'command'`."""
    for option, word in options(call.args, {"-S": "-", "--split-string": "-", "-u": "-", "-C": "-"}):
        if option in ("-S", "--split-string"):
            return word
        if not option:
            break
    return None


def _flock(call: Call) -> Worlds:
    texts = call.texts()
    at = next((at for at, text in enumerate(texts) if text in ("-c", "--command")), len(texts))
    short = Call(call.scanner, call.world, call.words[: at + 1], call.name)
    words, base = head(short, _SPECS["flock"])
    return shell_texts(call, call.args[at + 1 : at + 2]) if at < len(texts) else inner(call, words, base)


def shell_texts(call: Call, words: list[Word]) -> Worlds:
    """Words that are each a whole shell command."""
    for word in words:
        for after in call.scanner.run(word.source(), call.world.fork())[:1]:
            call.world.print(after.out)
    return None


def _edit(call: Call) -> Worlds:
    """`sudo -e file`, `sudoedit file`."""
    for option, word in options(call.args, {"-u": "-", "-g": "-"}):
        if not option and word is not None:
            call.note("c", word)
    return None


def _pee(call: Call) -> Worlds:
    """`pee 'command' 'command'`."""
    return shell_texts(call, [word for word in call.args if not plain(word.value).startswith("-")])


def _su(call: Call) -> Worlds:
    """`su -c 'command' user`."""
    known = {"-c": "-", "--command": "-", "-s": "-", "-g": "-", "-G": "-", "--shell": "-"}
    for option, word in options(call.args, known):
        if option in ("-c", "--command") and word:
            shell_texts(call, [word])
    return None


def _script(call: Call) -> Worlds:
    known = {"-c": "-", "--command": "-", "-o": "-", "-E": "-", "-T": "c", "-I": "c", "-O": "c", "-B": "c"}
    for option, word in options(call.args, known):
        if option in ("-c", "--command") and word:
            shell_texts(call, [word])
        elif word and (not option or known.get(option) == "c"):
            call.note("c", word)
    return None


_XARGS = _TOOLS["xargs"]


def _xargs(call: Call) -> Worlds:
    words, _ = head(call, _XARGS)
    place, stdin = None, call.world.stdin
    for option, word in options(call.args, _XARGS.options):
        if option in ("-I", "--replace") and word:
            place = plain(word.value)
        elif option == "-a" and word:
            stdin = call.world.files.get(posixpath.join(call.world.cwd, plain(word.value)), HOLE)
        elif option == "-i":
            place = "{}"
    words = words or [Word("echo", call.words[0].span)]
    span = call.words[0].span
    items = stdin.replace("\0", "\n").splitlines() if place else re.split(r"[\s\0]+", stdin.strip())
    items = [item.strip("'\"") if "'" in item or '"' in item else item for item in items if item][:100]
    if not items:
        # nothing is known to come: what is written there counts alone
        return inner(call, words)
    if place:
        for item in items:
            inner(call, [_filled(word, place, item) for word in words])
        return None
    return inner(call, words + [Word(item, span) for item in items])


def _filled(word: Word, place: str, item: str) -> Word:
    """A word with the place holder replaced."""
    value = plain(word.value)
    return Word(word.value.replace(place, item), word.span) if place in value else word


_FIND_TEXT = {
    "-name", "-iname", "-path", "-ipath", "-wholename", "-regex", "-iregex", "-type", "-size", "-mtime", "-mmin",
    "-maxdepth", "-mindepth", "-perm", "-user", "-group", "-printf", "-regextype", "-atime", "-ctime", "-amin", "-cmin",
    "-links", "-inum", "-fstype", "-lname", "-ilname", "-uid", "-gid", "-newermt", "-used", "-xtype",
}  # fmt: skip
_FIND_FILE = {"-newer": "r", "-anewer": "r", "-cnewer": "r", "-samefile": "r", "-fprint": "c", "-fprintf": "c",
              "-fls": "c", "-fprint0": "c", "-files0-from": "I"}  # fmt: skip


def _find(call: Call) -> Worlds:
    args, at = call.args, 0
    roots: list[Word] = []
    while at < len(args) and not re.match(r"-[^HLPDO]|[(!]$", plain(args[at].value)):
        if not re.match(r"-[HLPDO]", plain(args[at].value)):
            roots.append(args[at])
        at += 1
    found = roots or [Word(".", call.words[0].span)]
    commands: list[list[Word]] = []
    deletes = False
    while at < len(args):
        text = plain(args[at].value)
        if text in ("-exec", "-execdir", "-ok", "-okdir"):
            end = next((i for i in range(at, len(args)) if plain(args[i].value) in (";", "+")), len(args))
            commands.append(args[at + 1 : end])
            at = end
        elif text in _FIND_FILE and at + 1 < len(args):
            call.note(_FIND_FILE[text], args[at + 1])
            at += 1
        elif text in _FIND_TEXT:
            at += 1
        deletes = deletes or text == "-delete"
        at += 1
    for root in found:
        call.note("w" if deletes else "r", root)
        name = f"{root.value.rstrip('/')}/{NAME}"
        call.world.print(f"{name}\n")
        for command in commands:
            inner(call, [_filled(word, "{}", name) for word in command])
    return None


def _rows(values: list[Word], *, linked: bool) -> list[list[Word]]:
    """The values of each run: every combination of what the lists `::: a b ::: c d` hold."""
    lists: list[list[Word]] = [[]]
    for word in values:
        if plain(word.value) in (":::", ":::+", "::::"):
            lists.append([])
        else:
            lists[-1].append(word)
    if linked:
        return [list(row) for row in zip(*lists, strict=False)]
    rows: list[list[Word]] = [[]]
    for one in lists[:4]:
        rows = [[*row, word] for row in rows for word in one[:20]][:100] or rows
    return rows


def _placed(value: str, row: list[Word]) -> str:
    """The places `{1}`, `{/}`, `{1/.}` filled."""

    def filled(match: re.Match[str]) -> str:
        number = int(match[1] or 1) - 1
        if "#" in match[2] or "%" in match[2] or not 0 <= number < len(row):
            return NAME
        text = row[number].value
        if match[2] == "//":
            return posixpath.dirname(text)
        text = posixpath.basename(text) if "/" in match[2] else text
        return re.sub(r"\.[^./]*$", "", text) if "." in match[2] else text

    return _REPLACED.sub(filled, value)


_REPLACED = re.compile(r"\{(?=[^}])(\d*)(//|/\.|[./#%+]|)\}")


def _parallel(call: Call) -> Worlds:
    texts = call.texts()
    cut = next((at for at, text in enumerate(texts) if text in (":::", "::::", ":::+")), len(texts))
    spec = _TOOLS["parallel"]
    command, _ = head(Call(call.scanner, call.world, call.words[: cut + 1], call.name), spec)
    values = call.args[cut + 1 :]
    if cut < len(texts) and texts[cut] == "::::":
        for word in values:
            call.note("r", word)
        values = [Word(HOLE, word.span) for word in values]
    if cut == len(texts):
        values = [Word(line, call.words[0].span) for line in call.world.stdin.splitlines() if line]
    numbered = any(re.search(r"\{\d+[./]*\}", plain(word.value)) for word in command)
    for row in _rows(values, linked=":::+" in texts)[:100]:
        value = Word(" ".join(word.value for word in row), row[0].span if row else call.words[0].span)
        words = [_filled(word, "{}", value.value) for word in command]
        words = [Word(_placed(word.value, row), word.span) for word in words]
        if not numbered and not any(re.search(r"\{[\d./#%+]*\}", plain(word.value)) for word in command):
            words += [word for word in row if word.value]
        if len(words) <= 2 and words and " " in plain(words[0].value):
            text = " ".join(plain(word.value) for word in words)
            call.scanner.run(made(text, around(words)), call.world.fork())
        else:
            inner(call, words)
    return None


def _ssh(call: Call) -> Worlds:
    """The command behind the host runs elsewhere: only keys, settings and logs lie here."""
    call.follow(_TOOLS["ssh"])
    return None


WRAPPERS: dict[str, Callable[[Call], Worlds]] = {
    **dict.fromkeys(_SPECS, _wrapper),
    "env": _env,
    "flock": _flock,
    "sudo": _sudo,
    "runuser": _runuser,
    "su": _su,
    "sudoedit": _edit,
    "pee": _pee,
    "script": _script,
    "xargs": _xargs,
    "find": _find,
    "parallel": _parallel,
    **dict.fromkeys(("ssh", "autossh", "slogin"), _ssh),
}
