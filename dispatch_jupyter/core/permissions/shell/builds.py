"""Build tools: what they run, and where they install."""

import re
from collections.abc import Callable

from .call import Call, options, part
from .expand import Word
from .marks import HOLE, plain
from .operands import follow_table, table
from .source import Span, made
from .tool_tables import TOOLS
from .world import World
from .wrappers import inner

Worlds = list[World] | None
_MAKE = table(TOOLS)["make"]
_PLACE = re.compile(
    r"(?P<option>--(?:exec-)?prefix|(?:--|-D)(?:s?bin|lib|libexec|data|sysconf|include|man|info|doc|localstate)(?:root)?dir"
    r"|(?:-D)?(?:CMAKE_INSTALL_\w+|\w*PREFIX|prefix)(?::\w+)?)(?:=(?P<value>.*))?",
    re.DOTALL,
)
"""Where things will be installed; until then it is only remembered."""
_TOOL = re.compile(r"(?:SHELL|CC|CXX|LD|AR|AS|FC|CPP|PYTHON|RUSTC|GO|MAKE|INSTALL)=")
_OUTPUT = re.compile(r"(?:O|BUILD_?DIR|OUT\w*|DESTDIR)=")
_INSTALLED_TO = re.compile(r"(?:[Pp]refix|PREFIX)=")
_RECIPE = re.compile(
    r"^\t(?P<line>.+)|^[^\t\n#=:]+:[^=\n;]*;(?P<close>.+)|\$\(shell\s+(?P<run>[^()]+)\)|^-?s?include\s+(?P<include>\S+)"
    r"|\$\(file\s*(?P<sign><|>>?)\s*(?P<file>[^\s,()]+)",
    re.MULTILINE,
)


def _make(call: Call) -> Worlds:
    known, base = _MAKE.options, None
    staged = any(text.startswith("DESTDIR=") for text in call.texts())
    installs = _installs(call)
    for option, word in options(call.args, known):
        if word is None:
            continue
        text = plain(word.value)
        if option == "--eval":
            makefile(call, text, word.span)
        elif known.get(option) == "d":
            base = call.scanner.touch("read", word, call.world, base=base) or base
        elif option:
            call.note(known.get(option, "-"), word, base)
        elif "=" in text:
            _set(call, part(word, text.index("=") + 1), text, installs=installs and not staged)
        elif "/" in text:
            call.guess(word, base)
    _written_makefile(call)
    if installs and not staged:
        _installed(call)
    return None


def _set(call: Call, value: Word, text: str, *, installs: bool) -> None:
    """A variable of a makefile, `text` with its name."""
    if _TOOL.match(text):
        call.scanner.run(value.source(), call.world.fork(""))
    elif _OUTPUT.match(text) or (installs and _INSTALLED_TO.match(text)):
        call.clear(value, "write")


def _installs(call: Call) -> bool:
    """Whether a build is asked to install what it has made."""
    return any(re.fullmatch(r"--install|install(?:[-/:]\w+)*|\w+[-/:]install", text) for text in call.texts())


def _installed(call: Call) -> None:
    for word in call.scanner.places:
        call.clear(word, "write")


def _remembered(call: Call) -> Call:
    """The same call without the folders it will install to some day: those are kept for that day."""
    kept, words = [call.words[0]], iter(call.args)
    for word in words:
        match = _PLACE.fullmatch(plain(word.value))
        if match is None:
            kept.append(word)
        elif match["value"] is not None:
            call.scanner.places.append(part(word, match.start("value")))
        elif (value := next(words, None)) is not None:
            call.scanner.places.append(value)
    return Call(call.scanner, call.world, kept, call.name)


def _configure(call: Call) -> Worlds:
    """`./configure --prefix=folder`."""
    follow_table(_remembered(call))
    return None


def _builder(call: Call) -> Worlds:
    """`ninja install`, `meson install`, and what `meson setup` remembers."""
    if _installs(call):
        follow_table(call)
        _installed(call)
    else:
        follow_table(_remembered(call))
    return None


def makefile(call: Call, text: str, span: Span) -> None:
    """What a makefile's text runs and takes in: it may have come with the command."""
    for match in _RECIPE.finditer(text):
        call.scanner.spend()
        if match["include"]:
            call.note("r", Word(match["include"], span))
        elif match["file"]:
            call.note("r" if match["sign"] == "<" else "c", Word(match["file"], span))
        else:
            command = re.sub(
                r"\$\(\w+\)|\$[@<^*?+]", "x", (match["line"] or match["close"] or match["run"]).lstrip("@-+ ")
            )
            call.scanner.run(made(command.replace("$$", "$"), span), call.world.fork(""))


def _written_makefile(call: Call) -> None:
    """The makefile that is used, where the command itself has written it."""
    names = [plain(word.value) for option, word in options(call.args, _MAKE.options)
             if option in ("-f", "--file", "--makefile") and word]  # fmt: skip
    for name in names or ["Makefile", "makefile", "GNUmakefile"]:
        path = name if name.startswith("/") else f"{call.world.cwd}/{name}"
        text = call.world.stdin if name == "-" else call.world.files.get(path, "")
        if text and text != HOLE:
            makefile(call, plain(text), call.words[0].span)


_CMAKE_TOOLS = {
    "cat": "cat", "copy": "cp", "copy_directory": "cp", "copy_if_different": "cp", "rename": "mv", "remove": "rm",
    "rm": "rm",
    "remove_directory": "rm", "make_directory": "mkdir", "touch": "touch", "touch_nocreate": "touch", "tar": "tar",
    "create_symlink": "ln", "create_hardlink": "ln", "compare_files": "cmp", "env": "env", "time": "env",
    "md5sum": "cat",
    "sha256sum": "cat", "sha1sum": "cat", "sha512sum": "cat",
}  # fmt: skip


def _cmake(call: Call) -> Worlds:
    """`cmake -E tool arguments`: tools of its own."""
    texts = call.texts()
    if texts[:1] != ["-E"]:
        return _builder(call)
    if len(texts) > 1 and texts[1] in _CMAKE_TOOLS:
        return call.scanner.run_words([Word(_CMAKE_TOOLS[texts[1]], call.args[1].span), *call.args[2:]], call.world)
    if texts[1:2] == ["chdir"]:
        call.note("r", call.args[2]) if len(texts) > 2 else None
        return inner(call, call.args[3:], texts[2] if len(texts) > 2 else None)
    return None


BUILDS: dict[str, Callable[[Call], Worlds]] = {
    **dict.fromkeys(("make", "gmake", "scons"), _make),
    **dict.fromkeys(("ninja", "samu", "meson"), _builder),
    **dict.fromkeys(("configure", "config.status"), _configure),
    "cmake": _cmake,
}
