"""What the shell does itself."""

import re
from collections.abc import Callable

from .arithmetic import arithmetic
from .call import Call, options
from .conditions import look
from .escapes import echoed
from .expand import Word
from .formats import formatted
from .marks import HOLE, UNSET, plain
from .source import made
from .world import World

Worlds = list[World] | None


def _cd(call: Call) -> Worlds:
    flags = [word for word in call.args if re.fullmatch(r"-[LPe@]+", plain(word.value))]
    targets = [word for word in call.args if word not in flags and plain(word.value) != "--"]
    world = call.world
    word = targets[0] if targets else Word(world.text("HOME"), call.words[0].span)
    if plain(word.value) == "-":
        word = Word(world.text("OLDPWD"), word.span)
    stay, elsewhere = world.copy(), list[World]()
    if not word.value.replace(UNSET, ""):
        call.scanner.doubt(word.span)
        return None
    if word.value.startswith(HOLE):
        call.scanner.doubt(word.span)
    relative = not plain(word.value).startswith(("/", ".", HOLE))
    if relative and (folders := world.text("CDPATH")) not in ("", UNSET):
        for folder in folders.split(":")[:4]:
            call.scanner.touch("read", word, world, base=folder)
            there = world.copy()
            there.change_folder(f"{folder}/{plain(word.value)}")
            elsewhere.append(there)
    call.scanner.touch("read", word, world)
    world.change_folder(plain(word.value).replace(UNSET, ""), physical=any("P" in plain(f.value) for f in flags))
    world.status = True
    # a folder below is taken to be there
    if re.match(r"[\w./-]*$", plain(word.value)) and not re.search(r"^/|\.\.", plain(word.value)):
        return [world, *elsewhere]
    stay.status = False
    return [world, stay, *elsewhere]


def _pushd(call: Call) -> Worlds:
    world = call.world
    if not call.args or plain(call.args[0].value).startswith("+"):
        if world.stack:
            top = world.stack.pop()
            world.stack.append(world.cwd)
            world.change_folder(top)
        return None
    world.stack.append(world.cwd)
    return _cd(call)


def _popd(call: Call) -> Worlds:
    if call.world.stack:
        call.world.change_folder(call.world.stack.pop())
    return None


def _declare(call: Call) -> Worlds:
    """`export`, `declare` and their like with words that hold no `=`, or got it by expansion."""
    world = call.world
    flags = "".join(text for text in call.texts() if text.startswith("-"))
    for word in call.args:
        value = plain(word.value)
        if match := re.match(r"([A-Za-z_]\w*)(\+?)=", value):
            if "n" in flags:
                world.refs[match[1]] = value[match.end() :]
            else:
                world.assign(match[1], word.value[match.end() :], more=bool(match[2]))
        elif "A" in flags and value.isidentifier():
            world.vars.setdefault(value, {})
    world.status = True
    return None


def _unset(call: Call) -> Worlds:
    for text in call.texts():
        name = call.world.named(text)
        call.world.vars.pop(name, None)
        call.world.functions.pop(text, None)
        # what was there is gone for certain
        if not text.startswith("-") and text.isidentifier():
            call.world.vars[name] = ""
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
    span = (call.words[0].span[0], call.words[-1].span[1])
    if not text.replace(UNSET, "").strip():
        call.scanner.doubt(span)
    return call.scanner.run(made(text, span), call.world)


def _source(call: Call) -> Worlds:
    if not call.args:
        return None
    word = call.args[0]
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
    lines = call.world.stdin.splitlines() or [""]
    call.world.assign(names[0] if names else "MAPFILE", [HOLE] if call.world.stdin == HOLE else lines[:1000])
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
    for text in call.texts():
        arithmetic(text, call.world)
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
        call.world.assign("OPTARG", call.world.args[-1] if call.world.args else HOLE)
    return None


def _ignored(_: Call) -> Worlds:
    return None


BUILTINS: dict[str, Callable[[Call], Worlds]] = {
    **dict.fromkeys(("cd", "chdir"), _cd),
    "pushd": _pushd,
    "popd": _popd,
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
    **dict.fromkeys(
        ("shopt", "wait", "jobs", "fg", "bg", "disown", "umask", "ulimit", "hash", "type", "times", "history",
         "complete", "compgen", "bind", "enable", "help", "kill", "unalias", "dirs", "suspend", "caller"), _ignored
    ),
}  # fmt: skip
