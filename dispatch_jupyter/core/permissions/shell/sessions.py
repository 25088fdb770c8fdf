"""Programs that carry a command elsewhere in this machine: terminals, timers, debuggers, editors, sockets, services."""

import re
from collections.abc import Callable

from .call import Call, Spec, options, part
from .expand import Word
from .held import gdb, included, m4, shell, socket, tcl, vim
from .marks import HOLE, known, plain
from .operands import follow_table, spec_of, table
from .tool_tables import SESSIONS as SESSION_TABLE
from .world import World
from .wrappers import inner

Worlds = list[World] | None
_SPECS = table(SESSION_TABLE)


def _input(call: Call) -> Word | None:
    """What is known of the standard input."""
    text = call.world.stdin
    return Word(plain(text).replace(HOLE, ""), call.words[0].span) if text not in ("", HOLE) else None


def _written(call: Call, word: Word) -> str:
    """What the command itself has written to this file."""
    path = plain(word.value)
    return call.world.files.get(path if path.startswith("/") else f"{call.world.cwd}/{path}", "")


_KEYS = re.compile(r"Enter|Escape|Space|Tab|BSpace|Up|Down|Left|Right|C-.|M-.|\^.|KPEnter|C-m|q|y|n|\d+")


def _behind_options(call: Call, args: list[Word], known: dict[str, str]) -> list[Word]:
    """Note what leading options name; what stands behind them."""
    at = 0
    while at < len(args) and plain(args[at].value).startswith("-") and args[at].value != "-":
        if plain(args[at].value) == "--":
            return args[at + 1 :]
        if plain(args[at].value) == "-X" and call.name == "screen":
            break
        option, word = next(options(args[at : at + 2], known))
        if word is not None:
            call.note(known.get(option, "-"), word)
        at += 2 if word is not None and at + 1 < len(args) and word is args[at + 1] else 1
    return args[at:]


def _tmux(call: Call) -> Worlds:
    """`tmux [options] command [options] [shell command] [; command ...]`."""
    rest = _behind_options(call, call.args, _SPECS["tmux"].options)
    while rest:
        cut = next((i for i, word in enumerate(rest) if plain(word.value).rstrip().endswith(";")), len(rest))
        piece = rest[:cut]
        if cut < len(rest) and (last := plain(rest[cut].value).rstrip()) != ";":
            piece = [*piece, part(rest[cut], 0, len(last) - 1)]
        if piece:
            _tmux_command(call, piece)
        rest = rest[cut + 1 :]
    return None


_TMUX_RUNS = re.compile(
    r"new(-session|-window|w)?|split(-window|w)|respawn|respawn(-pane|-window|p|w)|popup|display-popup|run(-shell)?"
    r"|pipe(-pane|p)"
)
_TMUX_FILES = {"source-file": "r", "source": "r", "load-buffer": "r", "loadb": "r", "save-buffer": "c", "saveb": "c"}
_PIECES = re.compile(r"'[^']*'|\"[^\"]*\"|[^\s'\"]+")


def _tmux_command(call: Call, words: list[Word]) -> None:
    name = plain(words[0].value)
    spec = _SPECS.get(f"tmux-{name}", _SPECS["tmux-command"])
    operands = _behind_options(call, words[1:], spec.options)
    if name in ("send-keys", "send"):
        for word in operands:
            if not _KEYS.fullmatch(plain(word.value)) and call.scanner.around.rooted(word.value):
                shell(call, word)
    elif name in ("if-shell", "if"):
        _tmux_if(call, operands)
    elif _TMUX_RUNS.fullmatch(name):
        _shell_or_words(call, operands)
    elif name in _TMUX_FILES:
        for word in operands[-1:]:
            call.note(_TMUX_FILES[name], word)


def _tmux_if(call: Call, words: list[Word]) -> None:
    """A shell command, and the commands of tmux that depend on it."""
    for word in words[:1]:
        shell(call, word)
    for word in words[1:3]:
        if pieces := _PIECES.findall(plain(word.value)):
            _tmux_command(call, [Word(piece.strip("'\""), word.span) for piece in pieces])


def _shell_or_words(call: Call, words: list[Word]) -> None:
    """One word is a shell command, more are a program and its arguments."""
    if len(words) == 1:
        shell(call, words[0])
    elif words:
        inner(call, words)


def _screen(call: Call) -> Worlds:
    words = _behind_options(call, call.args, _SPECS["screen"].options)
    if words and plain(words[0].value) == "-X":
        _screen_command(call, words[1:])
        return None
    return inner(call, words) if words and not plain(words[0].value).isdigit() else None


def _screen_command(call: Call, words: list[Word]) -> None:
    name = plain(words[0].value) if words else ""
    if name == "stuff" and len(words) > 1:
        shell(call, Word(re.sub(r"\^M|\\n|\\r|\n", "\n", plain(words[-1].value)), words[-1].span))
    elif name in ("exec", "screen"):
        inner(call, [word for word in words[1:] if not re.match(r"[.!|:-]", plain(word.value))])
    elif name in ("source", "hardcopy", "logfile", "writebuf", "readbuf", "bufferfile", "chdir"):
        for word in words[1:][-1:]:
            call.note("r" if name in ("source", "readbuf", "chdir") else "c", word)


def _later(call: Call) -> Worlds:
    """`at` and `batch`: what they read runs when nobody looks."""
    for option, word in options(call.args, {"-f": "r", "-t": "-", "-q": "-"}):
        if option == "-f" and word is not None:
            call.note("r", word)
            if text := _written(call, word):
                shell(call, Word(text, word.span))
    if not any(text in ("-l", "-c", "-r", "-d", "-V") for text in call.texts()):
        call.scanner.doubt(call.words[0].span)
        if (word := _input(call)) is not None:
            shell(call, word)
    return None


def _crontab(call: Call) -> Worlds:
    follow_table(call)
    if any(text in ("-l", "-V", "-T") for text in call.texts()):
        return None
    call.scanner.doubt(call.words[0].span)
    given = _input(call) if "-" in call.texts() or not call.args else None
    files = [_written(call, word) for word in call.args if not plain(word.value).startswith("-")]
    for line in "\n".join([plain(given.value) if given else "", *files]).splitlines()[:100]:
        if match := re.match(r"\s*(?:@\w+|(?:[\d*/,a-zA-Z-]+\s+){4}[\d*/,a-zA-Z-]+)\s+(\S.*)", line):
            shell(call, Word(match[1].replace("%", "\n", 1), call.words[0].span))
    return None


def _kill(call: Call) -> Worlds:
    """A process given by its number is most likely none of the command's own."""
    texts = call.texts()
    rest = texts[1:] if texts and re.match(r"-(?!-)", texts[0]) else texts
    if texts[:1] in (["-0"], ["-l"], ["-L"]) or texts[:2] == ["-s", "0"]:
        return None
    for word, text in zip(call.args[len(texts) - len(rest) :], rest, strict=False):
        if re.fullmatch(r"-?\d+", text) and word.base is not None:
            call.scanner.doubt(word.span)
    return None


_SERVICE = re.compile(
    r"(re)?start|stop|reload\S*|(re)?enable|disable|(un)?mask|kill|edit|link|isolate|set-\S+|daemon-\S+|reboot|poweroff|halt"
    r"|suspend|hibernate|bootstrap|bootout|load|unload|kickstart|submit|try-restart|condrestart|clean|revert|up|destroy"
    r"|provision|import-environment"
)


def _service(call: Call) -> Worlds:
    """Services are not the project's, and no path says what they touch."""
    follow_table(call)
    for word in call.args:
        if _SERVICE.fullmatch(plain(word.value)):
            call.scanner.doubt(word.span)
            break
    return None


def _power(call: Call) -> Worlds:
    call.scanner.doubt(call.words[0].span)
    return None


def _vim(call: Call) -> Worlds:
    """`+command` is an option; `ed` and `ex` read commands from their input."""
    words = [call.words[0]]
    for word in call.args:
        if plain(word.value).startswith("+") and len(word.value) > 1:
            words += [Word("-c", word.span), part(word, 1)]
        else:
            words.append(word)
    spec = _SPECS["vim"]
    silent = any(re.match(r"-[a-zA-Z]*(es|s)", text) for text in call.texts())
    if call.name == "view":
        spec = Spec(["r*"], spec.options)
    Call(call.scanner, call.world, words, call.name).follow(spec)
    if (call.name in ("ed", "red", "ex") or silent) and (given := _input(call)) is not None:
        vim(call, given)
    return None


def _gdb(call: Call) -> Worlds:
    texts = call.texts()
    at = next((at for at, text in enumerate(texts) if text in ("--args", "-args", "--")), len(texts))
    Call(call.scanner, call.world, call.words[: at + 1], call.name).follow(_SPECS["gdb"])
    if (word := _input(call)) is not None:
        gdb(call, word)
    return inner(call, call.args[at + 1 :])


def _less(call: Call) -> Worlds:
    """`+!command`, and a log of what is read."""
    follow_table(call)
    for word in call.args:
        if re.match(r"\++\d*!", text := plain(word.value)):
            shell(call, part(word, text.index("!") + 1))
    call.world.print(call.world.stdin if not any(not t.startswith(("-", "+")) for t in call.texts()) else HOLE)
    return None


def _read_in(reader: Callable[[Call, Word], None], spec: Spec) -> Callable[[Call], Worlds]:
    """A program of a small language: in an option, in a file the command has written, or from its input."""

    def run(call: Call) -> Worlds:
        operands = call.follow(spec)
        for word in operands[:4]:
            if text := _written(call, word):
                reader(call, Word(text, word.span))
        if not operands and (given := _input(call)) is not None:
            reader(call, given)
        return None

    return run


def _compiler(call: Call) -> Worlds:
    """Compilers take in what the text they read names, and more words from `@file`."""
    follow_table(call)
    for word in call.args:
        text = plain(word.value)
        if text == "-" and known(call.world.stdin):
            included(call, plain(call.world.stdin))
        elif not text.startswith("-") and (written := _written(call, word)):
            included(call, plain(written))
        elif text.startswith(("-Wl,", "-Wa,", "-Wp,")):
            for match in re.finditer(r"(?:(?<=,)|(?<==))(?:/|\.\./|~/)[^,=]*", text):
                before = text[: match.start()].rstrip("=,")
                if not before.endswith(("-rpath", "-soname", "-dynamic-linker")):
                    call.note("c" if before.endswith(("-Map", "-o")) else "r", part(word, *match.span()))
    return None


def _netcat(call: Call) -> Worlds:
    operands = call.follow(_SPECS["nc"])
    if any(re.match(r"-[a-zA-Z]*U|--unixsock", text) for text in call.texts()):
        for word in operands[:1]:
            socket(call, word)
    return None


_ADDRESS = re.compile(r"(?P<kind>[A-Za-z0-9-]+):(?P<rest>.*)", re.DOTALL)


def _socat(call: Call) -> Worlds:
    """Addresses: `KIND:what,option=value`."""
    for option, word in options(call.args, _SPECS["socat"].options):
        if option:
            if word is not None:
                call.note(_SPECS["socat"].options.get(option, "-"), word)
        elif word is not None:
            for piece in plain(word.value).split("!!"):
                _address(call, piece, word)
    return None


def _address(call: Call, text: str, word: Word) -> None:
    match = _ADDRESS.match(text)
    if match is None:
        if re.match(r"[/~.]", text):
            socket(call, Word(text.partition(",")[0], word.span))
        return
    kind, rest = match["kind"].upper(), match["rest"]
    if kind in ("EXEC", "SYSTEM", "SHELL"):
        command = re.sub(r",(?:[a-z0-9-]+(?:=[^,\s]*)?,?)+$", "", rest).strip("'\"")
        shell(call, Word(command, word.span))
        return
    first, _, more = rest.partition(",")
    if kind.startswith(("UNIX", "LOCAL", "GOPEN", "PIPE", "FIFO", "ABSTRACT")):
        if not kind.startswith("ABSTRACT"):
            socket(call, Word(first, word.span))
    elif kind in ("OPEN", "FILE", "CREATE", "CREAT"):
        writes = kind.startswith("CREA") or re.search(r"\b(creat|wronly|rdwr|append|trunc)", more)
        call.note("c" if writes else "r", Word(first, word.span))
    for value in re.findall(r"=((?:[/~]|\.\.?/)[^,]*)", more):
        call.note("r", Word(value, word.span))


def _terminal(call: Call) -> Worlds:
    """`xterm -e command`, `gnome-terminal -- command`."""
    texts = call.texts()
    at = next((at for at, t in enumerate(texts) if t in ("-e", "-x", "--", "--command", "start")), len(texts))
    Call(call.scanner, call.world, call.words[: at + 1], call.name).follow(_SPECS["xterm"])
    _shell_or_words(call, call.args[at + 1 :])
    for word in call.args:
        if plain(word.value).startswith("--command="):
            shell(call, part(word, len("--command=")))
    return None


SESSIONS: dict[str, Callable[[Call], Worlds]] = {
    "tmux": _tmux,
    "screen": _screen,
    **dict.fromkeys(("at", "batch"), _later),
    "crontab": _crontab,
    "kill": _kill,
    **dict.fromkeys(("systemctl", "service", "launchctl", "initctl", "rc-service", "vagrant", "sv", "pm2"), _service),
    **dict.fromkeys(("reboot", "shutdown", "poweroff", "halt", "telinit"), _power),
    **dict.fromkeys(("vim", "vi", "nvim", "gvim", "rvim", "view", "vimdiff", "ex", "ed", "red"), _vim),
    **dict.fromkeys(("gdb", "lldb", "cgdb"), _gdb),
    "less": _less,
    **dict.fromkeys(("expect", "tclsh", "wish"), _read_in(tcl, _SPECS["expect"])),
    "m4": _read_in(m4, spec_of("m4") or Spec(["r*"])),
    **dict.fromkeys(
        ("gcc", "g++", "cc", "c++", "clang", "clang++", "cpp", "as", "nasm", "tcc", "nvcc", "gfortran"), _compiler
    ),
    **dict.fromkeys(("nc", "ncat", "netcat"), _netcat),
    "socat": _socat,
    **dict.fromkeys(
        ("xterm", "gnome-terminal", "konsole", "x-terminal-emulator", "xfce4-terminal", "kitty", "alacritty", "urxvt",
         "wezterm", "foot", "terminator", "tilix", "rxvt", "st"), _terminal
    ),
}  # fmt: skip
