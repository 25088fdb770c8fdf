"""Package managers and the programs they run."""

import re
from collections.abc import Callable

from .call import Call, homed, options, part
from .expand import Word
from .literals import code
from .marks import plain
from .operands import follow_table, table
from .tool_tables import TOOLS
from .world import World
from .wrappers import inner

Worlds = list[World] | None
_SPECS = table(TOOLS)
_PROJECT_RUNNERS = {"uv", "poetry", "pdm", "hatch", "pipenv", "conda", "mamba", "micromamba", "rye"}
_NODE_RUNNERS = {"npm", "pnpm", "yarn", "bun"}
_ONE_OFF = {"npx", "bunx", "pnpx", "uvx", "pipx"}


def _package(call: Call) -> Worlds:
    """What stands behind a runner is a command, or a script of the project."""
    first = "".join(call.texts()[:1])
    if call.name in _ONE_OFF or first in ("exec", "dlx", "x"):
        return _behind(call, call.args[first in ("exec", "dlx", "x", "run") :], _SPECS["runner"].options)
    if first == "run" and call.name in _PROJECT_RUNNERS:
        return _behind(call, call.args[1:], _SPECS["project-runner"].options)
    if first == "pip" and call.name == "uv":
        return call.scanner.run_words([Word("pip", call.args[0].span), *call.args[1:]], call.world)
    if first in ("run", "test", "start", "run-script", "t") and call.name in _NODE_RUNNERS:
        for option, word in options(call.args[1:], {}, loose=True):
            if word is not None and "/" in word.value:
                call.guess(word) if not option else call.option(option, word)
        return None
    _managed(call, first)
    return None


def _bun(call: Call) -> Worlds:
    """`bun -e program`, else as `npm`."""
    if call.texts()[:1] not in (["-e"], ["--eval"], ["-p"], ["--print"]):
        return _package(call)
    for word in call.args[1:2]:
        code(call, word.source())
    return None


def _managed(call: Call, first: str) -> None:
    """What a package manager does itself."""
    if first in ("install", "i", "add", "link", "venv"):
        for word in call.args[1:]:
            call.clear(word, "write" if first == "venv" else "read")
    elif call.texts()[:2] == ["config", "set"] and call.name in _NODE_RUNNERS:
        call.note("c", Word(f"{call.world.home}/.npmrc", call.words[0].span))
    if first != "venv":
        follow_table(call)


def _behind(call: Call, args: list[Word], known: dict[str, str]) -> Worlds:
    at = 0
    base = None
    while at < len(args) and plain(args[at].value).startswith("-"):
        if plain(args[at].value) == "--":
            at += 1
            break
        option, word = next(options(args[at : at + 2], known))
        if word and known.get(option) in ("d", "r"):
            path = call.scanner.touch("read", homed(word, call.world), call.world)
            base = path if known[option] == "d" else base
        if word and known.get(option) == "p":
            call.clear(word)
        if word and option in ("-c", "--call"):
            call.scanner.run(word.source(), call.world.fork())
        at += 2 if known.get(option, "f") != "f" and at + 1 < len(args) and word is args[at + 1] else 1
    rest = args[at:]
    if rest and plain(rest[0].value).endswith(".py") and call.name in _PROJECT_RUNNERS:
        rest = [Word("python3", rest[0].span), *rest]
    return inner(call, rest, base)


_EXTRAS = re.compile("(?<=[\\w.~/])[\\[\ud805][\\w, -]+\\]$")
"""`path[extra,extra]`."""


def _pip(call: Call) -> Worlds:
    """What may be installed is a name or a path; the folder of a path is written to when it is built."""
    words = [_EXTRAS.sub("", word.value) for word in call.words]
    call = Call(
        call.scanner, call.world, [part(w, 0, len(v)) for w, v in zip(call.words, words, strict=True)], call.name
    )
    for word in call.args[1:]:
        call.clear(word)
    follow_table(call)
    return None


def _install(call: Call) -> Worlds:
    """`install -d folder...` makes folders; else as `cp`."""
    if any(re.fullmatch(r"-[a-zA-Z]*d[a-zA-Z]*|--directory", text) for text in call.texts()):
        call.follow(_SPECS["install-folders"])
    else:
        follow_table(call)
    return None


def _ln(call: Call) -> Worlds:
    """A symbolic link's target is read from the folder of the link."""
    operands = [word for option, word in options(call.args, {"-t": "c", "-S": "-"}) if not option and word]
    symbolic = any(re.fullmatch(r"-[a-zA-Z]*s[a-zA-Z]*|--symbolic", text) for text in call.texts())
    if symbolic and len(operands) == 1:
        operands.append(Word(".", operands[0].span))
    if symbolic and len(operands) == 2:
        target, name = operands
        if re.search(r"(^|/)\.?$", plain(name.value)):
            # into a folder, with the target's own name
            below = plain(target.value).rstrip("/").rpartition("/")[2]
            name = Word(f"{name.value.rstrip('./')}/{below}".lstrip("/") if name.value != "/" else below, name.span)
        link = plain(name.value)
        folder = link.rpartition("/")[0] if "/" in link else None
        base = None
        if folder is not None and not plain(target.value).startswith("/"):
            base = folder if folder.startswith("/") else f"{call.world.cwd}/{folder}"
        call.scanner.touch("read", target, call.world, base=base)
        path = call.scanner.touch("write", name, call.world, creates=True)
        call.world.links[path or ""] = target.value
        return None
    follow_table(call)
    return None


def _papermill(call: Call) -> Worlds:
    """`-p name value`: a parameter takes two words."""
    words, at = [call.words[0]], 1
    while at < len(call.words):
        if plain(call.words[at].value) in ("-p", "-r", "--parameters", "--parameters_raw"):
            at += 3
            continue
        words.append(call.words[at])
        at += 1
    Call(call.scanner, call.world, words, call.name).follow(_SPECS["papermill"])
    return None


PACKAGES: dict[str, Callable[[Call], Worlds]] = {
    **dict.fromkeys(_NODE_RUNNERS | _ONE_OFF | _PROJECT_RUNNERS, _package),
    "bun": _bun,
    **dict.fromkeys(("pip", "pip3"), _pip),
    "papermill": _papermill,
    "install": _install,
    "ln": _ln,
}
