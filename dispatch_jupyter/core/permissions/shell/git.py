"""Git: its subcommands each have arguments of their own."""

import re
from collections.abc import Callable

from .call import READERS, Call, options, part
from .expand import Word
from .held import shell
from .marks import NAME, plain
from .operands import parse, table
from .source import made
from .tool_tables import GIT as GIT_TABLE
from .world import World
from .wrappers import inner

Worlds = list[World] | None
_SPECS = table(GIT_TABLE)
_OTHER = parse("?* |")
_NO_INDEX = parse("r* | --output=c -U=-")


_RUNS = re.compile(
    r"core\.(pager|editor|sshcommand|askpass|gitproxy|fsmonitor|alternaterefscommand)|sequence\.editor|pager\..+|ssh\..*command"
    r"|diff\.external|diff\..+\.(command|textconv)|(diff|merge)tool\..+\.(cmd|path)|merge\..+\.driver|gpg\.(.+\.)?program"
    r"|filter\..+\.(clean|smudge|process)|credential\.(.+\.)?helper|sendemail\.\S*cmd|remote\..+\.(uploadpack|receivepack)"
    r"|uploadpack\.packobjectshook|interactive\.difffilter|(browser|man)\..+\.(cmd|path)|trailer\..+\.(cmd|command)"
    r"|sendemail\.smtpserver|imap\.tunnel|tar\..+\.command|guitool\..+\.cmd|gc\.recentobjectshook|hooks?\..+|alias\..+"
    r"|ui\.(editor|ssh|merge)|merge-tools\..+\.executable|extensions\..+|difftool\.cmd"
)
_FOLDER_RUNS = {"core.hookspath"}
_TEXT = re.compile(r"url\..*|branch\..*|user\.(name|email)|safe\.directory|remote\..+\.(fetch|push)|format\..+")


def setting(call: Call, word: Word) -> None:
    """`key=value` of `git -c`: many a key's value is a command or a file."""
    key, equals, _ = plain(word.value).partition("=")
    if equals:
        _set(call, key.lower(), part(word, len(key) + 1))


def _set(call: Call, key: str, value: Word) -> None:
    text = plain(value.value)
    if _RUNS.fullmatch(key):
        if key.startswith("alias.") and not text.startswith("!"):
            call.scanner.run(made(f"git {text}", value.span), call.world.fork(""))
        elif key.startswith("credential") and re.match(r"(?![!/~])", text):
            call.scanner.run(made(f"git-credential-{text}", value.span), call.world.fork(""))
        elif text not in ("true", "false", "", "0", "1"):
            shell(call, part(value, 1) if text.startswith("!") else value)
    elif key in _FOLDER_RUNS:
        call.note("x", value)
    elif not _TEXT.fullmatch(key):
        call.clear(value)


READERS["G"] = setting


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
    if name == "config":
        _config(sub)
    elif name == "bisect" and sub.texts()[:1] == ["run"]:
        inner(sub, sub.args[1:])
    elif name == "submodule" and sub.texts()[:1] == ["foreach"]:
        words = [word for word in sub.args[1:] if plain(word.value) not in ("--recursive", "-q", "--quiet")]
        shell(sub, words[0]) if len(words) == 1 else inner(sub, words)
    elif name == "diff" and "--no-index" in sub.texts():
        sub.follow(_NO_INDEX)
    else:
        operands = sub.follow(_SPECS.get(name, _OTHER))
        if name in ("clone", "init") and len(operands) < 2:
            _made_here(sub, [plain(word.value) for word in operands])


def _made_here(sub: Call, operands: list[str]) -> None:
    """Where no folder is named: `clone` makes one of the address's last name, `init` takes the one it is in."""
    bare = any(text in ("--bare", "--mirror") for text in sub.texts())
    if sub.name.endswith("clone") and operands:
        name = re.sub(r"(/|/?\.git|\.bundle)*$", "", operands[0]).replace(":", "/").rpartition("/")[2]
        sub.note("c", Word(f"{name}.git" if bare else name, sub.words[0].span)) if name else None
    elif sub.name.endswith("init") and not operands and sub.world.cwd != sub.world.start:
        sub.note("c", Word(".", sub.words[0].span))


def _config(sub: Call) -> None:
    words = [word for word in sub.args if not plain(word.value).startswith("-")]
    if len(words) > 1 and "." in words[-2].value:
        _set(sub, plain(words[-2].value).lower(), words[-1])
    files = [
        word for option, word in options(sub.args, _SPECS["config"].options) if option in ("-f", "--file") and word
    ]
    if files:
        words = [word for word in words if word not in files]
        sub.note("c" if len(words) > 1 or "--unset" in sub.texts() else "r", files[0])
    elif "--global" in sub.texts():
        reads = any(text.startswith(("--get", "-l", "--list")) for text in sub.texts())
        count = sum(not text.startswith("-") for text in sub.texts())
        operation = "r" if reads or count < 2 else "c"
        folder = sub.world.text("XDG_CONFIG_HOME")
        sub.note(operation, Word(f"{sub.world.home}/.gitconfig", sub.words[0].span))
        if operation == "c" and folder.startswith("/"):
            sub.note("c", Word(f"{folder}/git/config", sub.words[0].span))
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
