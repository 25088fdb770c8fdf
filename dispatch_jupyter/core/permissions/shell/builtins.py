"""What the shell does itself."""

import re
from collections.abc import Callable
from itertools import pairwise

from .arithmetic import arithmetic
from .call import Call, options
from .conditions import look
from .escapes import echoed
from .expand import around
from .folders import FOLDERS
from .formats import formatted
from .marks import HOLE, UNSET, plain
from .source import made
from .variables import assigned
from .world import World

Worlds = list[World] | None


def _declare(call: Call) -> Worlds:
    """`export`, `declare` and their like with words that hold no `=`, or got it by expansion."""
    world = call.world
    flags = "".join(text for text in call.texts() if text.startswith("-"))
    for word in call.args:
        value = plain(word.value)
        declared(world, re.split(r"\+?=", value)[0], flags)
        if match := re.match(r"([A-Za-z_]\w*)(\+?)=", value):
            if "n" in flags:
                world.refs[match[1]] = value[match.end() :]
            else:
                world.assign(match[1], word.value[match.end() :], more=bool(match[2]))
                assigned(call.scanner, match[1], word.span, given=call.name == "export")
        elif "A" in flags and value.isidentifier():
            world.vars.setdefault(value, {})
        elif call.name == "export":
            assigned(call.scanner, value, word.span, given=True)
    world.status = True
    return None


def declared(world: World, name: str, flags: str) -> None:
    """Remember what `declare -l name` and its like say of a variable."""
    if kinds := "".join(set(flags) & set("luin")):
        world.kinds[name] = kinds


def _unset(call: Call) -> Worlds:
    for text in call.texts():
        name = call.world.named(text)
        call.world.vars.pop(name, None)
        call.world.functions.pop(text, None)
        # what was there is gone for certain
        if not text.startswith("-") and text.isidentifier():
            call.world.vars[name] = ""
            call.world.gone.add(name)
            call.world.kinds.pop(name, None)
    return None


def _set(call: Call) -> Worlds:
    args = call.args
    while args and re.match(r"[-+](?!-?$)", plain(args[0].value)):
        args = args[2:] if plain(args[0].value) in ("-o", "+o") else args[1:]
    if args or (call.args and plain(call.args[-1].value) == "--"):
        args = args[1:] if args and plain(args[0].value) in ("--", "-") else args
        call.world.args = [word.value for word in args]
    call.world.status = True
    return None


def _shift(call: Call) -> Worlds:
    count = int(text) if (text := "".join(call.texts()[:1])).isdigit() else 1
    call.world.args = call.world.args[count:]
    return None


def _eval(call: Call) -> Worlds:
    if len(call.args) == 1 and call.args[0].value.replace(UNSET, "").strip():
        return call.scanner.run(call.args[0].source(), call.world)
    text = " ".join(plain(word.value) for word in call.args)
    span = around(call.words)
    if not text.replace(UNSET, "").strip():
        call.scanner.doubt(span)
    return call.scanner.run(made(text, span), call.world)


def _source(call: Call) -> Worlds:
    if not call.args:
        return None
    word = call.args[0]
    if plain(word.value) in ("/dev/stdin", "/dev/fd/0") and call.world.stdin != HOLE:
        return call.scanner.run(made(plain(call.world.stdin), word.span), call.world)
    path = call.scanner.touch("read", word, call.world)
    known = call.world.files.get(path or plain(word.value))
    if known:
        return call.scanner.run(made(plain(known), word.span), call.world)
    return None


def _exec(call: Call) -> Worlds:
    args = call.args
    while args and plain(args[0].value).startswith("-"):
        args = args[2:] if plain(args[0].value) == "-a" else args[1:]
    if not args:
        return None
    worlds = call.scanner.run_words(args, call.world)
    for world in worlds:
        world.leaving = "exit"
    return worlds


def _read(call: Call) -> Worlds:
    world = call.world
    known = {"-p": "-", "-n": "-", "-N": "-", "-t": "-", "-d": "-", "-i": "-", "-u": "-", "-a": "-"}
    names, into, end = [], None, "\n"
    for option, word in options(call.args, known):
        text = plain(word.value) if word else ""
        if not option:
            names.append(text)
        elif option == "-a":
            into = text
        elif option == "-d":
            end = text[:1] or "\0"
    line, mark, rest = world.stdin.partition(end)
    # of an unknown rest nobody knows when it ends
    world.status = None if HOLE in world.stdin else bool(line or mark)
    world.stdin = world.stdin if world.stdin == HOLE else rest
    blanks = world.text("IFS")
    blanks = " \t\n" if blanks == UNSET else blanks
    if into is not None:
        world.assign(
            into, [piece for piece in re.split(f"[{re.escape(blanks)}]+", line) if piece] if blanks else [line]
        )
        return None
    _spread(world, names or ["REPLY"], line, blanks)
    return None


def _spread(world: World, names: list[str], line: str, blanks: str) -> None:
    if line == HOLE or not blanks:
        for name in names:
            world.assign(name, line)
        return
    whites = "".join(set(blanks) & set(" \t\n"))
    pieces = re.split(f"[{re.escape(blanks)}]" + ("+" if whites else ""), line.strip(whites), maxsplit=len(names) - 1)
    for at, name in enumerate(names):
        world.assign(name, pieces[at] if at < len(pieces) else "")


def _mapfile(call: Call) -> Worlds:
    known = {"-d": "-", "-n": "-", "-O": "-", "-s": "-", "-u": "-", "-C": "-", "-c": "-"}
    names = [plain(word.value) for option, word in options(call.args, known) if not option and word]
    for option, word in options(call.args, known):
        if option == "-C" and word is not None:
            call.scanner.run(word.source(), call.world.fork(""))
    given = {option: plain(word.value) for option, word in options(call.args, known) if option and word}
    end = given["-d"][:1] or "\0" if "-d" in given else "\n"
    lines = call.world.stdin.split(end)
    lines = [line.rstrip("\n") for line in (lines[:-1] if lines[-1:] == [""] else lines)] or [""]
    skipped, most, first = (int(given[o]) if given.get(o, "").isdigit() else 0 for o in ("-s", "-n", "-O"))
    lines = [""] * min(first, 1000) + lines[skipped : skipped + (most or 1000)]
    call.world.assign(names[0] if names else "MAPFILE", [HOLE] if call.world.stdin == HOLE else lines)
    return None


def _printf(call: Call) -> Worlds:
    args = call.args
    name = None
    if args and plain(args[0].value) == "-v" and len(args) > 1:
        name, args = plain(args[1].value), args[2:]
    args = args[1:] if args and plain(args[0].value) == "--" else args
    text = formatted(args[0].value, [word.value for word in args[1:]]) if args else ""
    if name is not None:
        call.world.assign(name, text)
    else:
        call.world.print(text)
    call.world.status = True
    return None


def _echo(call: Call) -> Worlds:
    args, escapes, end = call.args, False, "\n"
    while args and re.fullmatch(r"-[neE]+", plain(args[0].value)):
        escapes = escapes or "e" in args[0].value
        end = "" if "n" in args[0].value else end
        args = args[1:]
    text = " ".join(word.value.replace(UNSET, "") for word in args)
    call.world.print((echoed(plain(text)) if escapes and HOLE not in text else text) + end)
    call.world.status = True
    return None


def _trap(call: Call) -> Worlds:
    """What a trap would do counts from here: when it comes nobody knows."""
    if len(call.args) > 1 and not plain(call.args[0].value).startswith("-"):
        call.scanner.run(call.args[0].source(), call.world.fork())
    return None


def _alias(call: Call) -> Worlds:
    for word in call.args:
        name, equals, text = plain(word.value).partition("=")
        if equals:
            call.world.aliases[name] = text
    return None


def _let(call: Call) -> Worlds:
    for word in call.args:
        call.scanner.expander.subscripts(plain(word.value), word.source(), call.world)
        arithmetic(plain(word.value), call.world)
    return None


def _test(call: Call) -> Worlds:
    words = call.args[:-1] if call.name == "[" and call.texts()[-1:] == ["]"] else call.args
    return look(call.scanner, words, call.world)


def _leave(call: Call) -> Worlds:
    call.world.leaving = {"exit": "exit", "return": "return"}.get(call.name, "loop")  # type: ignore[assignment]
    return None


def _nothing(call: Call) -> Worlds:
    call.world.status = call.name != "false"
    return None


def _getopts(call: Call) -> Worlds:
    if len(call.args) > 1:
        call.world.assign(plain(call.args[1].value), HOLE)
        given = [word.value for word in call.args[2:]] or call.world.args
        call.world.assign("OPTARG", given[-1] if given else HOLE)
    return None


def _ignored(_: Call) -> Worlds:
    return None


def _hash(call: Call) -> Worlds:
    """`hash -p path name`, `enable -f library name`."""
    for option, word in options(call.args, {"-p": "x", "-f": "x"}):
        if option in ("-p", "-f") and word is not None:
            call.note("x", word)
    return None


def _history(call: Call) -> Worlds:
    for flag, word in pairwise(call.args):
        if (text := plain(flag.value)) in ("-w", "-a", "-r", "-n"):
            call.note("c" if text in ("-w", "-a") else "r", word)
    return None


def _bind(call: Call) -> Worlds:
    """`bind -x 'keys: command'`, `bind -f file`, `complete -C command`."""
    for option, word in options(call.args, {"-x": "s", "-f": "r", "-C": "s", "-F": "-", "-W": "-", "-m": "-"}):
        if option in ("-x", "-C") and word is not None:
            text = plain(word.value)
            text = text.partition('":')[2] if option == "-x" else text
            call.scanner.run(made(text, word.span), call.world.fork(""))
        elif option == "-f" and word is not None:
            call.note("r", word)
    return None


BUILTINS: dict[str, Callable[[Call], Worlds]] = {
    **FOLDERS,
    **dict.fromkeys(("export", "declare", "typeset", "local", "readonly"), _declare),
    "unset": _unset,
    "set": _set,
    "shift": _shift,
    "eval": _eval,
    **dict.fromkeys(("source", "."), _source),
    "exec": _exec,
    "read": _read,
    **dict.fromkeys(("mapfile", "readarray"), _mapfile),
    "printf": _printf,
    "echo": _echo,
    "trap": _trap,
    "alias": _alias,
    "let": _let,
    **dict.fromkeys(("test", "["), _test),
    **dict.fromkeys(("exit", "return", "break", "continue", "logout"), _leave),
    **dict.fromkeys(("true", "false", ":"), _nothing),
    "getopts": _getopts,
    **dict.fromkeys(("hash", "enable"), _hash),
    "history": _history,
    **dict.fromkeys(("bind", "complete", "compgen"), _bind),
    **dict.fromkeys(
        ("shopt", "wait", "jobs", "fg", "bg", "disown", "umask", "ulimit", "type", "times", "help", "unalias",
         "suspend", "caller"), _ignored
    ),
}  # fmt: skip
