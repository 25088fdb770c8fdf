"""Git: its subcommands each have arguments of their own."""

from collections.abc import Callable

from .call import Call, options
from .expand import Word
from .marks import NAME, plain
from .operands import parse, table
from .tool_tables import GIT as GIT_TABLE
from .world import World
from .wrappers import inner

Worlds = list[World] | None
_SPECS = table(GIT_TABLE)
_OTHER = parse("?* |")
_NO_INDEX = parse("r* | --output=c -U=-")


def _git(call: Call) -> Worlds:
    args, base, at = call.args, None, 0
    known = _SPECS["git"].options
    while at < len(args) and plain(args[at].value).startswith("-"):
        option, word = next(options(args[at : at + 2], known))
        kind = known.get(option, "")
        if kind == "d" and word:
            base = call.scanner.touch("read", word, call.world, base=base) or base
        elif kind and word:
            call.note(kind, word, base)
        at += 2 if kind and word is not None and at + 1 < len(args) and word is args[at + 1] else 1
    if at >= len(args):
        return None
    world = call.world.fork()
    if base:
        world.change_folder(base)
    name = plain(args[at].value)
    _subcommand(name, Call(call.scanner, world, args[at:], f"git {name}"))
    _prints(call, name, args[at:], world)
    return None


def _subcommand(name: str, sub: Call) -> None:
    if name == "config" and not any(text in ("-f", "--file") for text in sub.texts()):
        _config(sub)
    elif name == "bisect" and sub.texts()[:1] == ["run"]:
        inner(sub, sub.args[1:])
    elif name == "diff" and "--no-index" in sub.texts():
        sub.follow(_NO_INDEX)
    else:
        sub.follow(_SPECS.get(name, _OTHER))


def _config(sub: Call) -> None:
    if "--global" in sub.texts():
        reads = any(text.startswith(("--get", "-l", "--list")) for text in sub.texts())
        count = sum(not text.startswith("-") for text in sub.texts())
        operation = "r" if reads or count < 2 else "c"
        sub.note(operation, Word(f"{sub.world.home}/.gitconfig", sub.words[0].span))
    elif "--system" in sub.texts():
        sub.note("r", Word("/etc/gitconfig", sub.words[0].span))


def _prints(call: Call, name: str, words: list[Word], world: World) -> None:
    """Names of files, revisions and the like, all below the repository; or where that is."""
    if name == "rev-parse" and any(plain(word.value) == "--show-toplevel" for word in words):
        inside = f"{world.cwd}/".startswith(f"{world.start}/")
        call.world.print(f"{world.start if inside else world.cwd}\n")
    else:
        call.world.print(f"{NAME}\n")


GIT: dict[str, Callable[[Call], Worlds]] = {"git": _git}
