"""Awk: what its programs open and run, and what they print where that is plain."""

import posixpath
import re

from .call import Call, options
from .escapes import ansi
from .expand import Word
from .formats import formatted
from .marks import HOLE, NAME, UNSET, known, plain
from .operands import parse
from .source import made
from .world import World

_SPEC = parse("- r* | -F,-v,--field-separator,--assign=- -f,--file=r! -e,--source=-! -i,-l,-E=r")
_TEXT = r'"((?:[^"\\]|\\.)*)"'
_TOKEN = re.compile(
    rf'(?P<text>{_TEXT})|ENVIRON\[\s*"(?P<variable>\w+)"\s*\]|(?P<field>\$\w+)'
    r"|(?P<name>[A-Za-z_]\w*)\b(?!\s*(?:=(?![=~])|\(|\[|\+\+|--|[-+*/]=))|\bsprintf\((?P<form>[^()]*)\)"
    r"|(?P<blank>[ \t]+)"
)
_COMMAND = re.compile(
    rf"\bsystem\(\s*\(?\s*{_TEXT}|\(?\s*{_TEXT}\s*\)?\s*\|&?\s*getline|(?<!\|)\|(?!\|)&?\s*\(?\s*{_TEXT}|{_TEXT}\s*\|&"
)
_FILE = re.compile(rf"(?P<sign>>>?|<)\s*\(?\s*{_TEXT}")
_TAKEN = re.compile(rf"@(?:include|load)\s+{_TEXT}|\bARGV\[\w+\]\s*=\s*{_TEXT}")
_CONSTANT = re.compile(rf"\b([A-Za-z_]\w*)\s*=\s*{_TEXT}(?!\s*[\w\"$(])")
_SHOWN = re.compile(r'\s*(?P<when>[^{}"]*?)\s*\{\s*print\s*(?P<what>(?:"[^"]*"|\$\w+|[\s,])*);?\s*\}\s*')
_START = re.compile(r"\s*BEGIN\s*\{\s*(?P<name>printf?)\b\s*\(?(?P<what>[^{};]*?)\)?\s*;?\s*(?:exit\s*;?\s*)?\}\s*")


def awk(call: Call) -> list[World] | None:
    """`awk [options] program files`."""
    operands, programs = list[Word](), list[Word]()
    names: dict[str, str] = {}
    separator, given = " ", False
    for option, word in options(call.args, _SPEC.options):
        if word is None:
            continue
        if not option:
            operands.append(word)
        elif option in ("-e", "--source"):
            programs.append(word)
        elif option in ("-v", "--assign"):
            names |= _set([word])
        elif option in ("-F", "--field-separator"):
            separator = plain(word.value)
        else:
            call.note("r", word)
            given = given or option in ("-f", "--file")
            written = call.world.files.get(posixpath.join(call.world.cwd, plain(word.value)), "")
            programs += [Word(written, word.span)] if written else []
    if operands and not given and not programs:
        programs.append(operands.pop(0))
    files = [word for word in operands if not _set([word])]
    in_place = any(re.fullmatch(r"(?:-i|--include=)?inplace", text) for text in call.texts())
    for word in files:
        call.note("w" if in_place else "r", word)
    for program in programs:
        _program(call, program, names | _set(operands), _input(call, files), separator)
    return None


def _set(words: list[Word]) -> dict[str, str]:
    """The variables that words of the form `name=value` set."""
    found = (re.match(r"([A-Za-z_]\w*)=(.*)", plain(word.value), re.DOTALL) for word in words)
    return {match[1]: match[2] for match in found if match}


def _input(call: Call, files: list[Word]) -> str:
    if not files or plain(files[0].value) == "-":
        return call.world.stdin
    return call.world.files.get(posixpath.join(call.world.cwd, plain(files[0].value)), HOLE)


def _program(call: Call, program: Word, names: dict[str, str], given: str, separator: str) -> None:
    text = plain(program.value)
    joined, names = _settled(text, names, call.world)
    for match in _COMMAND.finditer(joined):
        command = next(group for group in match.groups() if group is not None)
        if HOLE in given:
            command = re.sub(rf"(?<![\w/.]){NAME}", HOLE, command)
        call.scanner.run(made(re.sub(r"\\(.)", r"\1", command), program.span), call.world.fork())
    for match in _FILE.finditer(joined):
        path = re.sub(r"\\(.)", r"\1", match[2])
        if path and path != "-" and (match["sign"] != "<" or "getline" in joined):
            call.note("r" if match["sign"] == "<" else "c", Word(path, program.span))
    for match in _TAKEN.finditer(text):
        call.note("r", Word(match[1] or match[2], program.span))
    call.world.print(_printed(text, joined, given, separator))


def _settled(text: str, names: dict[str, str], world: World) -> tuple[str, dict[str, str]]:
    """The program as `_joined` gives it, and its constants: some are put together from those before them."""
    joined = _joined(text, names, world)
    for _ in range(3):
        found = {name: re.sub(r"\\(.)", r"\1", value) for name, value in _CONSTANT.findall(joined)[:20]}
        if found.items() <= names.items():
            break
        names = names | found
        joined = _joined(text, names, world)
    return joined, names


def _joined(text: str, names: dict[str, str], world: World) -> str:
    """The program with names that stand for a constant replaced, and strings side by side made one."""
    out: list[str] = []
    held: str | None = None
    blank, last = "", 0
    for match in _TOKEN.finditer(text):
        between = text[last : match.start()]
        piece = _constant(match, names, world)
        if between or (piece is None and match.lastgroup != "blank"):
            out += [f'"{held}"' if held is not None else "", blank, between]
            held, blank = None, ""
        if piece is not None:
            held, blank = (held or "") + piece, ""
        elif match.lastgroup == "blank":
            blank = match[0]
        else:
            out.append(match[0])
        last = match.end()
    return "".join([*out, f'"{held}"' if held is not None else "", blank, text[last:]])


def _constant(match: re.Match[str], names: dict[str, str], world: World) -> str | None:
    """What a piece of an expression stands for, as it stands between quotes."""
    if match["text"] is not None:
        return match["text"][1:-1]
    if match["field"]:
        return NAME
    if match["variable"]:
        value = world.text(match["variable"])
    elif match["form"]:
        pieces = re.findall(_TEXT, _joined(match["form"], names, world))
        value = re.sub(r"\\(.)", r"\1", formatted(pieces[0], pieces[1:])) if pieces else UNSET
    else:
        value = names.get(match["name"] or "", UNSET)
    return None if value == UNSET else value.replace("\\", "\\\\").replace('"', '\\"')


def _printed(text: str, joined: str, given: str, separator: str) -> str:
    """What is printed; unknown where that takes more than a look."""
    if start := _START.fullmatch(joined):
        pieces = re.findall(_TEXT, start["what"])
        if re.sub(rf"{_TEXT}|[\s,]", "", start["what"]) or not pieces:
            return NAME if not pieces else HOLE
        pieces = [ansi(piece) for piece in pieces]
        return " ".join(pieces) + "\n" if start["name"] == "print" else formatted(pieces[0], pieces[1:])
    shown = _SHOWN.fullmatch(text)
    if shown is None and re.search(r"[{}]", text):
        return HOLE
    if HOLE in given:
        return HOLE
    if shown is None or not known(given):
        # names of files, in whatever choice
        return given
    return "".join(f"{_fields(line, shown['what'] or '$0', separator)}\n" for line in given.splitlines()[:200])


def _fields(line: str, what: str, separator: str) -> str:
    if separator == " ":
        pieces = line.split()
    else:
        pieces = (
            line.split(ansi(separator))
            if len(separator) == 1 or "\\" in separator
            else re.split(re.escape(separator), line)
        )
    out = []
    for match in re.finditer(r'"([^"]*)"|\$(\w+)|(,)', what):
        if match[3]:
            out.append(" ")
        elif match[2] == "NF":
            out.append(pieces[-1] if pieces else "")
        elif match[2] and match[2].isdigit():
            place = int(match[2][:4])
            out.append(line if not place else pieces[place - 1] if place <= len(pieces) else "")
        else:
            out.append(match[1] if match[1] is not None else NAME)
    return "".join(out)
