"""Programs that run a command they are given."""

import re
from collections.abc import Callable

from .call import Call, Spec, options
from .expand import Word
from .marks import HOLE, NAME, plain
from .operands import parse
from .source import made
from .world import World

Worlds = list[World] | None

_SPECS = {
    "sudo": "| -u,-g,-p,-C,-T,-h,-U,-r,-t,--user,--group,--prompt,--host=- -D,--chdir,-R,--chroot=d",
    "doas": "| -u=- -C=r",
    "env": "| -u,--unset=- -C,--chdir=d",
    "nice": "| -n,--adjustment=-",
    "ionice": "| -c,-n,-p,-t=-",
    "timeout": "- | -s,--signal,-k,--kill-after=-",
    "gtimeout": "- | -s,--signal,-k,--kill-after=-",
    "stdbuf": "| -i,-o,-e,--input,--output,--error=-",
    "time": "| -f,--format=- -o,--output=c",
    "strace": "| -e,-p,-s,-a,-u,-E,-I,-O,-S,-b,-P=- -o=c",
    "ltrace": "| -e,-p,-s,-a,-u,-n=- -o=c",
    "chroot": "d | --userspec,--groups=-",
    "unshare": "| -R,--root=r -w,--wd=d -S,-G,--propagation,--map-user,--map-group=-",
    "nsenter": "| -t,--target,-S,-G=- -r,--root=r -w,--wd=d",
    "flock": "c | -w,--timeout,-E=-",
    "taskset": "- |",
    "chrt": "- |",
    "numactl": "| -m,-N,-C,-i=-",
    "prlimit": "|",
    "setarch": "- |",
    "firejail": "| --profile,--whitelist,--bind=r",
    "runuser": "| -u,-g,-G=-",
    "catchsegv": "|",
    "valgrind": "|",
    "xvfb-run": "| -n,-s,-f,-e,-w,--server-args=-",
    "proot": "| -r,-b,-w=r",
    "hyperfine": "| -w,-r,-m,-M,-n,-L,-P,--warmup,--runs=- --export-json,--export-markdown,--export-csv=c",
    "watch": "| -n,--interval,-d=- -d=f",
    "entr": "| -s=f",
    "dotenv": "| -f,--file=r",
    "direnv": "- r |",
    "systemd-run": "| -p,-u,--unit,--slice,-E,-t=- --working-directory=d",
    "gdb": "| -ex,-p=- -x=r",
    "perf": "- | -e,-F,-p=- -o=c -i=r",
    "rlwrap": "|", "fakeroot": "| -s=c -i=r", "torsocks": "|", "proxychains": "| -f=r", "ccache": "|", "sccache": "|",
    "unbuffer": "|", "tsocks": "|", "cpulimit": "| -l,-p=-", "caffeinate": "| -t,-w=-", "arch": "|", "setpriv": "|",
    "dbus-run-session": "|", "exec": "| -a=-", "setsid": "|", "nohup": "|", "busybox": "|", "toybox": "|",
    "command": "|", "builtin": "|", "eatmydata": "|", "linux32": "|", "linux64": "|", "choom": "| -n,-p=-",
    "tini": "|", "dumb-init": "|", "gosu": "- |", "su-exec": "- |", "trickle": "| -d,-u=-", "winpty": "|",
}  # fmt: skip
_SHORT_SHELL = {"hyperfine", "watch", "entr"}
_PARSED: dict[str, Spec] = {}


def head(call: Call, spec: Spec, kinds: list[str] | None = None) -> tuple[list[Word], str | None]:
    """Take a wrapper's own options and operands off: the command behind them, and the folder it is put in."""
    at, base = 0, None
    args, kinds = call.args, list(spec.operands if kinds is None else kinds)
    while at < len(args):
        text = plain(args[at].value)
        if text == "--":
            return args[at + 1 :], base
        assigned = re.match(r"[A-Za-z_]\w*=", text)
        if text.startswith("-") and len(text) > 1:
            step = list(options(args[at : at + 2], spec.options))
            option, word = step[0]
            kind = spec.options.get(option, "")
            if word is not None and kind:
                base = _noted(call, kind, word, base)
                at += word.span == args[at + 1].span and word is args[at + 1] if at + 1 < len(args) else 0
            elif word is not None:
                call.clear(word)
        elif assigned:
            call.world.assign(assigned[0][:-1], args[at].value[assigned.end() :])
            call.pair(args[at])
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
    if call.name not in _PARSED:
        _PARSED[call.name] = parse(_SPECS[call.name])
    if call.name == "command" and any(re.fullmatch(r"-[vV]+", text) for text in call.texts()[:1]):
        call.world.print(f"/usr/bin/{NAME}\n")
        return None
    words, base = head(call, _PARSED[call.name])
    if call.name in _SHORT_SHELL and words and (len(words) == 1 or call.name == "hyperfine"):
        return shell_texts(call, words)
    if call.name == "flock" and len(words) > 1 and plain(words[0].value) in ("-c", "--command"):
        return shell_texts(call, words[1:2])
    if call.name == "gdb":
        words = words[1:] if words and plain(words[0].value) == "--args" else words
    if call.name == "env" and not words:
        call.world.print(HOLE)
    return inner(call, words, base)


def shell_texts(call: Call, words: list[Word]) -> Worlds:
    """Words that are each a whole shell command."""
    for word in words:
        for after in call.scanner.run(word.source(), call.world.fork())[:1]:
            call.world.print(after.out)
    return None


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


_XARGS = parse(
    "| -I,-n,-L,-P,-d,-E,-s,--max-args,--max-lines,--max-procs,--delimiter,--replace,--max-chars=- -a,--arg-file=r"
)


def _xargs(call: Call) -> Worlds:
    words, _ = head(call, _XARGS)
    place, stdin = None, call.world.stdin
    for option, word in options(call.args, _XARGS.options):
        if option in ("-I", "--replace") and word:
            place = plain(word.value)
        elif option == "-a" and word:
            stdin = call.world.files.get(plain(word.value), HOLE)
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
              "-fls": "c", "-fprint0": "c", "-files0-from": "r"}  # fmt: skip


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
            inner(call, [_filled(word, "{}", _relative(name)) for word in command])
    return None


def _relative(name: str) -> str:
    return name


def _parallel(call: Call) -> Worlds:
    texts = call.texts()
    cut = next((at for at, text in enumerate(texts) if text in (":::", "::::", ":::+")), len(texts))
    spec = parse("| -j,-N,-n,-I,-S,--jobs,--delay,--timeout,-d,-C,--colsep=- --joblog,--results=c -a,--arg-file=r")
    command, _ = head(Call(call.scanner, call.world, call.words[: cut + 1], call.name), spec)
    values = call.args[cut + 1 :]
    if cut < len(texts) and texts[cut] == "::::":
        for word in values:
            call.note("r", word)
        values = [Word(HOLE, word.span) for word in values]
    if cut == len(texts):
        values = [Word(line, call.words[0].span) for line in call.world.stdin.splitlines() if line]
    for value in values[:100] or [Word("", call.words[0].span)]:
        words = [_filled(word, "{}", value.value) for word in command]
        if not any("{}" in plain(word.value) for word in command) and value.value:
            words.append(value)
        if len(words) <= 2 and words and " " in plain(words[0].value):
            text = " ".join(plain(word.value) for word in words)
            call.scanner.run(made(text, (words[0].span[0], words[-1].span[1])), call.world.fork())
        else:
            inner(call, words)
    return None


def _ssh(call: Call) -> Worlds:
    """The command behind the host runs elsewhere: only keys, settings and logs lie here."""
    call.follow(parse(
        "- -* | -i,-F,-S=r -E=c -o=? -p,-l,-L,-R,-D,-W,-J,-c,-m,-b,-B,-e,-I,-O,-Q,-w=-"
    ))  # fmt: skip
    return None


WRAPPERS: dict[str, Callable[[Call], Worlds]] = {
    **dict.fromkeys(_SPECS, _wrapper),
    "su": _su,
    "script": _script,
    "xargs": _xargs,
    "find": _find,
    "parallel": _parallel,
    "ssh": _ssh,
}
