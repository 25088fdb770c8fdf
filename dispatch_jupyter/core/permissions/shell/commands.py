"""Simple commands: from words to what is run, and who knows its arguments."""

import re
from collections.abc import Callable

from .archives import ARCHIVES
from .arithmetic import arithmetic
from .builds import BUILDS
from .builtins import BUILTINS, declared
from .call import Call
from .containers import CONTAINERS
from .databases import DATABASES
from .expand import Word
from .filters import FILTERS
from .git import GIT
from .held import held
from .interpreters import INTERPRETERS
from .lexer import Lexer
from .marks import HOLE, UNSET, doubtful, plain
from .operands import follow_table, spec_of
from .outputs import OUTPUTS
from .packages import PACKAGES
from .scanner import Found, Scanner, merged
from .sessions import SESSIONS
from .source import Source, Span, made
from .subscripts import EVALUATING, subscript
from .transfers import TRANSFERS
from .variables import OPENING_OPERANDS, apply, assigned, more_words
from .world import Value, World
from .wrappers import WRAPPERS

Handler = Callable[[Call], list[World] | None]
_ASSIGNED = re.compile(r"([A-Za-z_]\w*)(?:\[([^\]]*)\])?(\+?)=", re.ASCII)
_DECLARING = {"declare", "typeset", "local", "export", "readonly"}
HANDLERS: dict[str, Handler] = {
    **OUTPUTS, **FILTERS, **ARCHIVES, **CONTAINERS, **GIT, **PACKAGES, **TRANSFERS, **INTERPRETERS, **WRAPPERS,
    **DATABASES, **SESSIONS, **BUILDS, **BUILTINS,
}  # fmt: skip
_SILENT = {"mkdir", "rm", "cp", "mv", "touch", "chmod", "ln", "cat", "sleep", "tee"}
MAX_CALLS = 12


def run_command(scanner: Scanner, source: Source, places: list[Span], world: World) -> list[World]:
    """Run the words at these places as a simple command."""
    held: dict[str, Value | None] = {}
    at = 0
    while at < len(places) and _ASSIGNED.match(source.text, *places[at]):
        at += 1
    # the words are expanded before the assignments in front of them count
    words = _expanded(scanner, source, places[at:], world)
    for place in places[:at]:
        match = _ASSIGNED.match(source.text, *place)
        name = world.named(match[1] if match else "")
        held.setdefault(name, world.vars.get(name))
        assign(scanner, source.part(*place), world)
    for name in held:
        assigned(scanner, name, source.span(places[0][0], places[at - 1][1]), given=at < len(places))
    if at == len(places):
        world.status = True
        return [world]
    worlds = run_words(scanner, words, world)
    for after in worlds:
        for name, value in held.items():
            if value is None:
                after.vars.pop(name, None)
            else:
                after.vars[name] = value
    return worlds


def _expanded(scanner: Scanner, source: Source, places: list[Span], world: World) -> list[Word]:
    words: list[Word] = []
    for start, end in places:
        if words and plain(words[0].value) in _DECLARING and _ASSIGNED.match(source.text, start, end):
            _declare(scanner, source.part(start, end), words, world)
        else:
            words += scanner.words(source, start, end, world)
    return words


def assign(scanner: Scanner, source: Source, world: World) -> None:
    """`name=value`, `name[index]=value`, `name+=value`, `name=(...)`."""
    match = _ASSIGNED.match(source.text)
    if match is None:
        return
    name, index, more = match.groups()
    rest = source.part(match.end(), len(source.text))
    if index is not None:
        index = plain(scanner.expander.text(made(index, source.outer), world))
    if rest.text.startswith("("):
        inner = rest.part(1, max(len(rest.text) - 1, 1))
        world.assign(name, array(scanner, inner, world), more=bool(more))
    else:
        value = scanner.expander.text(rest, world)
        if "i" in world.kinds.get(world.named(name), ""):
            scanner.expander.subscripts(value, rest, world)
            subscript(scanner, Word(value, rest.span(0, len(rest.text))), world)
            value = arithmetic(plain(value), world)
        world.assign(name, value, index, more=bool(more))


def array(scanner: Scanner, source: Source, world: World) -> Value:
    """What stands between the parentheses of an array."""
    lexer = Lexer(source.text)
    items: list[str] = []
    keyed: dict[str, str] = {}
    while lexer.pos < lexer.end:
        start = lexer.pos
        lexer.word()
        if lexer.pos == start:
            lexer.pos += 1
            continue
        end = min(lexer.pos, lexer.end)
        match = re.match(r"\[([^\]]*)\]=", source.text[start:end])
        if match:
            key = scanner.expander.text(made(match[1], source.outer), world)
            keyed[key] = scanner.expander.text(source.part(start + match.end(), end), world)
        else:
            items += [word.value for word in scanner.words(source, start, end, world)]
    if keyed and all(key.isdigit() for key in keyed):
        return [value for _, value in sorted(keyed.items(), key=lambda item: int(item[0]))]
    return keyed or items


def _declare(scanner: Scanner, source: Source, words: list[Word], world: World) -> None:
    flags = "".join(plain(word.value) for word in words[1:] if word.value.startswith("-"))
    name, _, value = source.text.partition("=")
    declared(world, name.rstrip("+"), flags)
    if "n" in flags:
        world.refs[name] = plain(scanner.expander.text(made(value, source.outer), world))
        return
    assign(scanner, source, world)
    assigned(scanner, name, source.span(0, len(source.text)), given=plain(words[0].value) == "export")


def run_words(scanner: Scanner, words: list[Word], world: World) -> list[World]:
    """Run expanded words as a command."""
    scanner.spend()
    while words and not words[0].value.replace(UNSET, ""):
        if UNSET in words[0].value and len(words) > 1:
            scanner.doubt(words[0].span)
        words = words[1:]
    world.status = None
    if not words:
        return [world]
    name = plain(words[0].value)
    after = _run_named(scanner, name, words, world)
    for then in after:
        then.last = words[-1].value
    return after


def _run_named(scanner: Scanner, name: str, words: list[Word], world: World) -> list[World]:
    if name in ("builtin", "command") and len(words) > 1 and plain(words[1].value) in BUILTINS:
        # what it changes stays changed
        return _program(scanner, plain(words[1].value), words[1:], world)
    if name in world.functions:
        return _call_function(scanner, world.functions[name], words, world)
    if name in world.aliases:
        text = world.aliases.pop(name)
        rest = "".join(f" {quote(word.value)}" for word in words[1:])
        after = scanner.run(made(text + rest, words[0].span), world)
        for then in after:
            then.aliases[name] = text
        return after
    if "/" in name or doubtful(name):
        path = scanner.touch("execute", words[0], world)
        if script := world.files.get(path or ""):
            return _own_script(scanner, plain(script), words, world)
    return _program(scanner, name, words, world)


def _program(scanner: Scanner, name: str, words: list[Word], world: World) -> list[World]:
    base = name.rsplit("/", 1)[-1]
    words = more_words(base, words, scanner, world)
    call = Call(scanner, world, words, base)
    if base in EVALUATING:
        for word in words[1:]:
            subscript(scanner, word, world)
    passing, reached = world.passing, scanner.reached
    if base != "cd":
        world.passing = None
    handler = HANDLERS.get(base) or HANDLERS.get(re.sub(r"[-\d.]+$", "", base))
    before = world.out
    if scanner.assigned:
        apply(scanner, name, world, builtin=base in BUILTINS)
    if handler is None:
        follow_table(call)
        if spec_of(base) is None:
            held(call)
    after = merged(handler(call) or [world]) if handler else [world]
    if passing and base != "cd":
        stayed = scanner.reached[0] > reached[0] and scanner.reached[1] == reached[1]
        _went_through(call, passing, after, stayed=stayed)
    if base not in BUILTINS and base not in _SILENT and len(after) == 1 and after[0].out == before:
        after[0].print(HOLE)
    return after


def _went_through(call: Call, passing: Found, after: list[World], *, stayed: bool) -> None:
    """From a folder above the project something was run: unless it only looked into the project, the folder counts."""
    found, passed = call.scanner.found, call.scanner.passed
    if stayed and (call.name in OPENING_OPERANDS or (call.name == "git" and call.texts()[:1] == ["-C"])):
        passed[passing] = found.pop(passing, passed.get(passing, []))
        for world in after:
            world.passing = passing
    elif passing in passed:
        found.setdefault(passing, passed[passing])


def _own_script(scanner: Scanner, text: str, words: list[Word], world: World) -> list[World]:
    """Run a script the command itself has written, with the program its first line names."""
    first = re.match(r"#!\s*(?:\S*/env\s+)?(\S+)", text)
    program = first[1].rsplit("/", 1)[-1] if first else "bash"
    inner = world.fork(text)
    scanner.run_words(
        [Word(program, words[0].span), *([Word("-s", words[0].span)] if "sh" in program else []), *words[1:]], inner
    )
    return [world]


def _call_function(scanner: Scanner, body: Source, words: list[Word], world: World) -> list[World]:
    held, world.args = world.args, [word.value for word in words[1:]]
    key = f"\0{body.text[:40]}"
    depth = world.vars.get(key, "")
    if len(str(depth)) >= MAX_CALLS:
        world.args = held
        return [world]
    world.vars[key] = f"{depth}."
    before = len(scanner.found)
    worlds = scanner.run(body, world)
    _point_at_arguments(scanner, before, words)
    for after in worlds:
        after.args = held
        after.vars[key] = str(depth)
        after.leaving = "" if after.leaving in ("return", "loop") else after.leaving
    return worlds


def _point_at_arguments(scanner: Scanner, before: int, words: list[Word]) -> None:
    """What a function reaches through its arguments is shown at the arguments too."""
    for (operation, path, creates), spans in list(scanner.found.items())[before:]:
        for word in words[1:]:
            if plain(word.value).rstrip("/") in (path, path.rsplit("/", 1)[-1]) and word.span not in spans:
                scanner.mention(operation, path, word.span, creates=creates)


def quote(value: str) -> str:
    """A value as shell text that stands for it."""
    return "'" + plain(value).replace("'", "'\\''") + "'" if HOLE not in value else '"$UNKNOWN"'
