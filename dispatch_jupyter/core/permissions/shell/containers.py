"""Containers: what of this machine is put into them."""

import re
from collections.abc import Callable

from .call import Call, Spec, options, part
from .expand import Word
from .marks import plain
from .operands import spec_of, table
from .tool_tables import TOOLS
from .world import World

Worlds = list[World] | None
_SPEC = table(TOOLS)["docker"]
_KUBECTL = spec_of("kubectl") or Spec(["-*"])
_LISTS = {"ps", "images", "inspect", "logs", "rm", "rmi", "prune", "ls"}


def _docker(call: Call) -> Worlds:
    names = [text for text in call.texts() if not text.startswith("-")]
    name = names[0] if names else ""
    if name in ("load", "save", "import", "export"):
        _stream(call)
        return None
    known = _options_of(name, names[1] if len(names) > 1 else "", compose=call.name == "docker-compose")
    operands: list[Word] = []
    running = names[name == "compose" :][:1]
    own = 2 + (name == "compose") if running and running[0] in ("run", "create", "exec") else 1000
    for option, word in options(call.args, known):
        if not option and word:
            operands.append(word)
            # behind the image comes what runs inside it
            if len(operands) >= own:
                break
        elif word:
            _mounted(call, known.get(option, ""), word)
    if name in ("build", "buildx") and operands[1:]:
        call.guess(operands[-1])
    elif name == "cp":
        for word, kind in zip(operands[1:3], "rc", strict=False):
            if ":" not in plain(word.value):
                call.note(kind, word)
    return None


def _options_of(name: str, second: str, *, compose: bool) -> dict[str, str]:
    """Letters mean other things from command to command."""
    if name in _LISTS or second in _LISTS:
        return _SPEC.options | {"-f": "-" if name in ("ps", "images", "inspect") else "f", "-n": "f", "-t": "f"}
    if name in ("exec", "run", "create"):
        return _SPEC.options | {"-t": "f"}
    if name == "compose" or compose:
        return _SPEC.options | {"-o": "-"}
    return _SPEC.options


def _stream(call: Call) -> None:
    for option, word in options(call.args, {"-i": "r", "--input": "r", "-o": "c", "--output": "c"}):
        if option and word:
            call.note("r" if "i" in option else "c", word)
        elif word and "import" in call.texts()[:2]:
            call.clear(word)


def _mounted(call: Call, kind: str, word: Word) -> None:
    text = plain(word.value)
    if kind == "V":
        source = text.split(":")[0]
        if ":" in text and re.match(r"[/.~]", source):
            read_only = re.search(r":(?:\w+,)*ro(?:,\w+)*$", text) is not None
            call.note("r" if read_only else "w", part(word, 0, len(source)))
    elif kind in ("M", "O"):
        match = re.search(r"(?:source|src|dest|type=local,dest)=([^,]+)", text)
        if match and (kind == "O" or re.match(r"[/.~]", match[1])):
            read_only = kind == "M" and re.search(r"readonly|\bro\b", text) is not None
            call.note("r" if read_only else "w", part(word, match.start(1), match.end(1)))
        elif kind == "O" and "=" not in text:
            call.note("c", word)
    elif kind in ("u", "?"):
        call.note(kind, word)
    elif kind in ("r", "c"):
        call.clear(word, "write" if kind == "c" else "read") if "=" in text else call.note(kind, word)


def _kubectl(call: Call) -> Worlds:
    """What is behind `exec` runs there, and of `cp` only what has no pod in front of it lies here."""
    texts = call.texts()
    at = texts.index("--") if "--" in texts else len(texts)
    operands = Call(call.scanner, call.world, call.words[: at + 1], call.name).follow(_KUBECTL)
    if operands and plain(operands[0].value) == "cp":
        for word, kind in zip(operands[1:3], "rc", strict=False):
            if ":" not in plain(word.value):
                call.note(kind, word)
    return None


def _elsewhere(call: Call) -> Worlds:
    """What is behind `exec` runs in another system."""
    texts = call.texts()
    at = texts.index("exec") if "exec" in texts else len(texts)
    Call(call.scanner, call.world, call.words[: at + 1], call.name).follow(spec_of(call.name) or Spec(["p*"]))
    return None


CONTAINERS: dict[str, Callable[[Call], Worlds]] = {
    **dict.fromkeys(("docker", "podman", "nerdctl", "docker-compose"), _docker),
    **dict.fromkeys(("kubectl", "oc"), _kubectl),
    **dict.fromkeys(("crictl", "ctr", "lxc", "incus", "multipass"), _elsewhere),
}
