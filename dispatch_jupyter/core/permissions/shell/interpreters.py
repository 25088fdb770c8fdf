"""Interpreters: shells, scripting languages and the small languages of tools."""

import json
import re
from collections.abc import Callable
from dataclasses import replace

from .awk import awk
from .call import Call, Spec, options
from .expand import Word
from .literals import code
from .marks import HOLE, known, plain
from .operands import parse
from .python_code import python
from .source import Source, made
from .world import World

Worlds = list[World] | None
Reader = Callable[[Call, Source], None]

_SHELL = {"-o": "-", "+o": "-", "-O": "-", "+O": "-", "--rcfile": "r", "--init-file": "r"}


def _shell(call: Call) -> Worlds:
    """`bash -c text`, `bash script`, and a shell that reads what it runs."""
    operands: list[Word] = []
    command = stdin = False
    args = call.args
    for option, word in options(args, _SHELL):
        if not option and word is not None:
            operands.append(word)
            if not command:
                operands = args[args.index(word) :]
                break
        elif option in _SHELL and word is not None:
            call.note(_SHELL[option], word)
        elif not option.startswith("--") and option.startswith("-"):
            command = command or "c" in option
            stdin = stdin or "s" in option
            if re.fullmatch(r"-[a-zA-Z]*n[a-zA-Z]*", option):
                # only looked through
                return _checked(call)
    world = call.world.fork()
    if command and operands:
        operands = args[args.index(operands[0]) :]
        world.zero = plain(operands[1].value) if len(operands) > 1 else call.name
        world.args = [word.value for word in operands[2:]]
        return _ran(call, operands[0].source(), world)
    if operands and not stdin:
        return _script(call, operands, world)
    world.args = [word.value for word in operands]
    return _from_stdin(call, world)


def _checked(call: Call) -> Worlds:
    """`bash -n script`: nothing in it runs."""
    for option, word in options(call.args, _SHELL):
        if not option and word is not None and not any("c" in text for text in call.texts() if text.startswith("-")):
            call.note("r", word)
    return None


def _script(call: Call, operands: list[Word], world: World) -> Worlds:
    script = operands[0]
    if plain(script.value) in ("/dev/stdin", "/dev/fd/0", "/dev/fd/3"):
        world.args = [word.value for word in operands[1:]]
        return _from_stdin(call, world)
    path = call.scanner.touch("read", script, call.world)
    world.args = [word.value for word in operands[1:]]
    text = world.files.get(path or plain(script.value))
    if text:
        return _ran(call, made(plain(text), script.span), world)
    for word in operands[1:]:
        call.guess(word)
    return None


def _from_stdin(call: Call, world: World) -> Worlds:
    text, world.stdin = world.stdin, HOLE
    if world.opaque:
        call.scanner.doubt(call.words[0].span)
    nothing = not text.replace(HOLE, "").strip()
    if not known(text) and (call.world.piped or (nothing and text != HOLE)):
        call.scanner.doubt(call.words[0].span)
    # what is known of a text counts, whatever the rest of it may be
    return None if nothing else _ran(call, made(plain(text), call.words[0].span), world)


def _ran(call: Call, source: Source, world: World) -> Worlds:
    if not source.text.strip() and call.words[-1].value:
        call.scanner.doubt(source.outer)
    # a shell of its own knows no aliases of this one, and functions only where they are exported
    world.aliases, world.leaving = {}, ""
    for after in call.scanner.run(source, world)[:1]:
        call.world.print(after.out)
        call.world.status = after.status
    return None


def _language(reader: Reader, eval_options: str, spec: Spec) -> Callable[[Call], Worlds]:
    """An interpreter: `-c text`, a script, or a program on its standard input."""
    evaluates = set(eval_options.split())

    def run(call: Call) -> Worlds:
        operands: list[Word] = []
        given = False
        if call.texts()[:1] == ["eval"] and "eval" in evaluates:
            for text in call.args[1:]:
                reader(call, text.source())
            return None
        for at, (option, word) in enumerate(options(call.args, spec.options)):
            if option in evaluates and word is not None:
                reader(call, word.source())
                given = True
                if option == "-c":
                    operands = call.args[at + 2 :]
                    break
            elif not option and word is not None:
                operands = call.args[call.args.index(word) :]
                break
            elif option == "-m" and word is not None:
                return _module(call, word)
            elif word is not None:
                call.note(spec.options.get(option, "?"), word) if option in spec.options else call.clear(word)
        _operands(call, operands, given=given, reader=reader)
        return None

    return run


def _operands(call: Call, operands: list[Word], *, given: bool, reader: Reader) -> None:
    if not given and operands and plain(operands[0].value) != "-":
        path = call.scanner.touch("read", operands[0], call.world)
        text = call.world.files.get(path or "")
        if text:
            reader(call, made(plain(text), operands[0].span))
    elif not given and call.world.stdin not in ("", HOLE):
        reader(call, made(plain(call.world.stdin), call.words[0].span))
    for option, word in options(operands if given else operands[1:], {}):
        if word is not None and plain(word.value) != "-":
            call.guess(word) if not option else call.option(option, word)


def _module(call: Call, module: Word) -> Worlds:
    """`python -m tool args`: as the tool itself."""
    at = call.args.index(module) if module in call.args else 0
    name = plain(module.value).split(".")[0]
    if name in _CODE_OF:
        for option, word in options(call.args[at + 1 :], {"-s": "-", "-n": "-", "-r": "-", "-u": "-", "-c": "-"}):
            if word is not None and option in _CODE_OF[name]:
                python(call, word.source())
    if name == "timeit":
        return None
    if name in ("cProfile", "profile", "trace", "pdb", "coverage"):
        Call(call.scanner, call.world, call.words[:1] + call.args[at + 1 :], call.name).follow(_PROFILED)
        return None
    if name in _MODULES:
        return call.scanner.run_words([Word(_MODULES[name], module.span), *call.args[at + 1 :]], call.world)
    for option, word in options(call.args[at + 1 :], {}):
        if word is not None:
            call.guess(word) if not option else call.option(option, word)
    return None


_CODE_OF = {"timeit": {"", "-s"}, "pdb": {"-c"}}
"""Options of modules that hold a program."""
_MODULES = {name: name for name in (
    "pip", "pytest", "black", "isort", "mypy", "ruff", "flake8", "pylint", "coverage", "build", "twine", "virtualenv",
    "jupyter", "ipython", "papermill", "tox", "nox", "uv", "poetry", "pre_commit", "bandit", "jupytext",
)} | {"venv": "venv", "unittest": "unittest", "tarfile": "python-tarfile", "json": "python-json"}  # fmt: skip

_PROFILED = parse("?* | -o,--outfile,-C,--coverdir=c -s,-c,-m=- -f,--file=c")
_PYTHON = parse("r | -c,-m=- -W=- -X=X -Q=-")
_NODE = parse(
    "r | -e,--eval,-p,--print,-pe=- -r,--require,--import,--env-file,--loader,--experimental-loader,-c,--config,"
    "--import-map,--cert,--location,--openssl-config,--icu-data-dir,--snapshot-blob=r --input-type,-C=-"
    " --diagnostic-dir,--cpu-prof-dir,--heap-prof-dir,--report-dir,--redirect-warnings=c"
    " --allow-read,--allow-write,--allow-ffi,--allow-run,--allow-fs-read,--allow-fs-write=l -A=f"
)
_PERL = parse("r | -e,-E=- -M,-m=p -I,-C=r -0,-F,-l,-i,-x=f")
_RUBY = parse("r | -e=- -r,-I,-C=r -F,-K,-E=f")
_PHP = parse("r | -r,-B,-R,-E=- -f,-c,-F=r -S=- -t=r -d,--define=p -z=r")
_LUA = parse("r | -e,-l=-")
_R = parse("r | -e=- --file,-f=r")
_OSA = parse("r | -e,-l=-")


def _perl(call: Call) -> Worlds:
    """Clusters as `-pie` end in the option that takes the program."""
    words = list(call.words)
    for at, word in enumerate(words[1:], 1):
        text = plain(word.value)
        if re.fullmatch(r"-[a-zA-Z0-9.]*i?[a-zA-Z0-9.]*[eE]", text) and len(text) > 2:
            words[at] = Word("-e", word.span)
    inner = Call(call.scanner, call.world, words, call.name)
    writes = any(re.match(r"-[a-z]*i", plain(word.value)) for word in call.args)
    _LANGUAGES["ruby" if call.name == "ruby" else "perl"](inner)
    if writes:
        for word in inner.args[2:]:
            if not plain(word.value).startswith("-"):
                call.note("w", word)
    return None


_LANGUAGES = {
    "python": _language(python, "-c", _PYTHON),
    "node": _language(code, "-e --eval -p --print -pe eval", _NODE),
    "perl": _language(code, "-e -E", _PERL),
    "ruby": _language(code, "-e", _RUBY),
    "php": _language(code, "-r -B -R -E", _PHP),
    "lua": _language(code, "-e", _LUA),
    "R": _language(code, "-e", _R),
    "osascript": _language(code, "-e", _OSA),
}

_SED = parse("- r* | -e,--expression=-! -f,--file=r! -l,--line-length=- -i,--in-place=f -E,-n,-r,-s,-u,-z=f")
_SED_FILE = re.compile(r"(?:^|[;\n{}]|[\d$/!,+])\s*([rRwW])\s+([^\n;}]+)|/[gpiIme\d]*w\s+([^\n;}]+)")
_SED_CLOSE = re.compile(r"(?:^|[;\n{]|\d)\s*([rRwW])((?:/|\.\./|~/)[^\n;}]+)")
_SED_EVALUATED = re.compile(
    r"(?:(?<![\w\\])|(?<=\d))s([/|,#@:!%])(?:(?!\1)[^\\\n]|\\.)*\1((?:(?!\1)[^\\\n]|\\.)*)\1[gpiIm\d]*e"
)
_SED_KEPT = re.compile(
    r"(?<![\w\\])s([/|,#@:!%])(?:(?!\1)[^\\\n]|\\.)*\1(?:(?!\1)[^\\\n]|\\.)*\1[gpiIme\d]*w\s*([^\n;}]+)"
)
_SED_RUN = re.compile(r"(?:^|[;\n{]|\d)\s*e\s+([^\n}]+)")


def _sed(call: Call) -> Worlds:
    args = [Word("-i", w.span) if re.match(r"(-i|--in-place)[.=]", plain(w.value)) else w for w in call.args]
    in_place = any(re.fullmatch(r"-[nErsuz]*i\S*|--in-place", plain(word.value)) for word in args)
    found = list(options(args, _SED.options))
    scripts = [word for option, word in found if option in ("-e", "--expression") and word]
    operands = [word for option, word in found if not option and word]
    given = {option for option, _ in found} & {"-e", "--expression", "-f", "--file"}
    if not given and operands:
        scripts.append(operands.pop(0))
    for option, word in found:
        if option in ("-f", "--file") and word:
            call.note("r", word)
    for script in scripts:
        _sed_script(call, script)
    for word in operands:
        # `-i ''` of the BSDs
        if word.value:
            call.note("w" if in_place else "r", word)
    if not operands and scripts:
        text = call.world.stdin
        for piece in (piece for script in scripts for piece in re.split(r";\s*(?=s\W)", plain(script.value))):
            text = _substituted(text, piece, alone=any(re.fullmatch(r"-[Ersuz]*n[Ersuz]*", t) for t in call.texts()))
        call.world.print(text)
    return None


def _sed_script(call: Call, script: Word) -> None:
    text = plain(script.value)
    for match in _SED_EVALUATED.finditer(text):
        call.scanner.run(made(re.sub(r"\\(.)", r"\1", match[2]), script.span), call.world.fork())
    for match in _SED_KEPT.finditer(text):
        call.note("c", Word(match[2].strip(), script.span))
    rest = re.sub(r"(?<![\w\\])[sy]([|,#@:!%]).*?\1.*?\1", "s//", text)
    for match in _SED_CLOSE.finditer(re.sub(r"(?<![\w\\])[sy]/(?:[^/\\\n]|\\.)*/(?:[^/\\\n]|\\.)*/", "s///", rest)):
        call.note("r" if match[1] in "rR" else "c", Word(match[2].strip(), script.span))
    for match in _SED_FILE.finditer(rest):
        kind = "r" if (match[1] or "w") in "rR" else "c"
        call.note(kind, Word((match[2] or match[3]).strip(), script.span))
    for match in _SED_RUN.finditer(text):
        call.scanner.run(made(match[1], script.span), call.world.fork())


def _substituted(text: str, script: str, *, alone: bool) -> str:
    """What `sed 's/a/b/'` makes of known text; `alone`: only what it is told to print is printed."""
    if alone and (line := re.fullmatch(r"(\d{1,5})p", script)) and known(text):
        return "".join(text.splitlines(keepends=True)[int(line[1]) - 1 :][:1])
    match = re.fullmatch(r"s(.)((?:\\.|(?!\1).)*)\1((?:\\.|(?!\1).)*)\1(g?)(p?)", script)
    if match is None or HOLE in text or bool(match[5]) is not alone:
        return HOLE
    if not known(text):
        # a name stays one where no slash is put in
        return text if not re.search(r"[/&\\.]", match[3]) or re.fullmatch(r"\.\w+", match[3]) else HOLE
    if len(re.findall(r"[*+?{|(]", match[2])) > 1 or re.search(r"&|\\\d", match[3]):
        return HOLE
    old = match[2].replace("\\" + match[1], match[1])
    try:
        new = re.sub(r"\\(.)", r"\1", match[3])
        lines = [line for line in text.splitlines() if not alone or re.search(old, line)]
        return "".join(re.sub(old, lambda _: new, line, count=0 if match[4] else 1) + "\n" for line in lines)
    except re.error:
        return HOLE


_JQ = parse("- r* | --arg,--argjson,--tab,--indent=- -f,--from-file=r! -L=r")


def _picked(text: str, path: str) -> str:
    """What `jq .key[0].key` picks."""
    if not re.fullmatch(r"(?:\.\w+|\.?\[\d*\])+", path) or len(text) > 20_000:
        return HOLE
    try:
        found = [json.loads(text)]
    except (ValueError, RecursionError):
        return HOLE
    for step in re.findall(r"\w+|\[\]", path):
        if step == "[]":
            found = [item for one in found for item in (one if isinstance(one, list) else [])][:100]
        else:
            found = [_under(one, step) for one in found]
    return "".join(f"{one}\n" for one in found if isinstance(one, str | int))


def _under(value: object, step: str) -> object:
    if isinstance(value, list):
        return value[int(step)] if step.isdigit() and int(step[:6]) < len(value) else None
    return value.get(step) if isinstance(value, dict) else None


def _jq(call: Call) -> Worlds:
    args = list(call.words)
    for at, word in enumerate(args):
        if plain(word.value) in ("--arg", "--argjson") and at + 2 < len(args):
            del args[at + 1 : at + 3]
            args[at] = Word("--compact-output", word.span)
        elif plain(word.value) in ("--slurpfile", "--rawfile") and at + 2 < len(args):
            call.note("r", args[at + 2])
            del args[at + 1 : at + 3]
            args[at] = Word("--compact-output", word.span)
        elif plain(word.value) in ("--args", "--jsonargs"):
            args = args[:at]
            break
    in_place = call.name == "yq" and any(re.fullmatch(r"-[a-zA-Z]*i|--in-?place", text) for text in call.texts())
    spec = replace(_JQ, operands=["-", "w*"]) if in_place else _JQ
    operands = Call(call.scanner, call.world, args, call.name).follow(spec)
    if len(operands) == 1 and known(call.world.stdin):
        call.world.print(_picked(plain(call.world.stdin), plain(operands[0].value)))
    for word in args[1:]:
        for match in re.finditer(r"\b(?:load\w*\(|include|import)\s*\"([^\"]+)\"", plain(word.value)):
            if match[1].startswith(("/", "../", "~/")):
                call.note("r", Word(match[1], word.span))
    return None


INTERPRETERS: dict[str, Callable[[Call], Worlds]] = {
    **dict.fromkeys(("bash", "sh", "dash", "zsh", "ksh", "ash", "rbash", "fish"), _shell),
    **dict.fromkeys(("python", "python3", "pypy", "pypy3", "py"), _LANGUAGES["python"]),
    **dict.fromkeys(("node", "nodejs", "deno"), _LANGUAGES["node"]),
    **dict.fromkeys(("perl", "ruby"), _perl),
    "php": _LANGUAGES["php"],
    **dict.fromkeys(("lua", "luajit"), _LANGUAGES["lua"]),
    **dict.fromkeys(("R", "Rscript"), _LANGUAGES["R"]),
    "osascript": _LANGUAGES["osascript"],
    **dict.fromkeys(("awk", "gawk", "mawk", "nawk"), awk),
    **dict.fromkeys(("sed", "gsed"), _sed),
    **dict.fromkeys(("jq", "yq", "gojq"), _jq),
}
