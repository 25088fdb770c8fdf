"""The walk over the syntax tree: statements in the order the shell takes them."""

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from .arithmetic import arithmetic
from .commands import run_command
from .compound import COMPOUND
from .conditions import run_test
from .flat import flat_commands, refused
from .mask import Masked
from .redirects import Redirects
from .scanner import Scanner, merged
from .source import Source
from .world import World

if TYPE_CHECKING:
    from tree_sitter import Node

Worlds = list[World]
_STRAY = {"then", "do", "done", "fi", "elif", "else", "esac", "}"}
"""Words that cannot be the name of a command."""


def run_source(scanner: Scanner, source: Source, world: World) -> Worlds:
    """Go through a piece of shell text."""
    root, masked = source.tree()
    walk = Walk(scanner, source, masked)
    if not root.has_error:
        if masked.faults and source.base == 0:
            scanner.faults += masked.faults
        return walk.sequence(list(root.children), [world])
    if source.base == 0 and source.outer == (0, 0):
        scanner.faults += masked.faults or refused(masked.text)
    if not scanner.faults:
        scanner.doubt(_faulty(root, source))
    worlds = [world]
    for start, end in flat_commands(masked.text):
        worlds = merged([after for now in worlds for after in walk.flat(start, end, now)])
    return worlds


def _faulty(root: "Node", source: Source) -> tuple[int, int]:
    """Where the parser lost the thread."""
    node = root
    while inner := next((child for child in node.children if child.has_error or child.is_missing), None):
        node = inner
    start = min(node.start_byte, max(len(source.text) - 1, 0))
    return source.span(start, max(node.end_byte, start + 1) if source.text else start)


class Walk:
    """Runs the statements of one source."""

    def __init__(self, scanner: Scanner, source: Source, masked: Masked) -> None:
        self.scanner = scanner
        self.source = source
        self.masked = masked
        self._late: dict[int, Callable[[Node, World], Worlds]] = {}
        """What to do with a statement instead, where the tree hangs something on the list it ends."""
        self._kinds: dict[str, Callable[[Node, World], Worlds]] = {
            "program": self.block,
            "compound_statement": self._compound,
            "do_group": self.block,
            "list": self._list,
            "pipeline": self._pipeline,
            "subshell": self._subshell,
            "command": self._command,
            "declaration_command": self._command,
            "unset_command": self._command,
            "test_command": self._command,
            "variable_assignment": self._command,
            "variable_assignments": self._command,
            "negated_command": self._negated,
            "redirected_statement": self._redirected,
        }

    def run(self, node: "Node", world: World) -> Worlds:
        """One statement in one world: the worlds after it."""
        self.scanner.spend()
        if world.leaving:
            return [world]
        if late := self._late.get(node.id):
            return merged(late(node, world))
        kind = self._kinds.get(node.type)
        if kind is not None:
            return merged(kind(node, world))
        compound = COMPOUND.get(node.type)
        return merged(compound(self, node, world)) if compound else self.block(node, world)

    def sequence(self, nodes: "list[Node]", worlds: Worlds) -> Worlds:
        """Statements one after the other."""
        for at, node in enumerate(nodes):
            if not node.is_named or node.type in ("comment", "file_descriptor"):
                continue
            background = at + 1 < len(nodes) and nodes[at + 1].type == "&"
            after: Worlds = []
            for world in worlds:
                if background:
                    self.run(node, world.fork())
                    after.append(world)
                else:
                    after += self.run(node, world)
            worlds = merged(after)
        return worlds

    def text(self, node: "Node") -> str:
        return self.source.text[node.start_byte : node.end_byte]

    def block(self, node: "Node", world: World) -> Worlds:
        return self.sequence(list(node.children), [world])

    def _compound(self, node: "Node", world: World) -> Worlds:
        text = self.text(node)
        if not text.startswith("(("):
            return self.block(node, world)
        inner = self.source.part(node.start_byte + 2, node.end_byte - 2)
        self.scanner.expander.subscripts(inner.text, inner, world)
        value = arithmetic(self.scanner.expander.quoted(inner, world) if "$" in inner.text else inner.text, world)
        world.status = value != "0" if value.lstrip("-").isdigit() else None
        return [world]

    def _list(self, node: "Node", world: World) -> Worlds:
        left, right = node.named_children[0], node.named_children[-1]
        wanted = any(child.type == "&&" for child in node.children)
        out: Worlds = []
        for after in self.run(left, world):
            if after.leaving or after.status is (not wanted):
                out.append(after)
            elif after.status is wanted:
                out += self.run(right, after)
            else:
                out += self._maybe(right, after, wanted=wanted)
        return out

    def _maybe(self, node: "Node", world: World, *, wanted: bool) -> Worlds:
        """A statement that runs or not; nobody can tell."""
        without = world.copy()
        without.status = not wanted
        done = self.run(node, world)
        out = list(done)
        for after in done:
            # where only the folder differs, the run is taken to have gone on
            if wanted and without.vars | {"PWD": "", "OLDPWD": ""} == after.vars | {"PWD": "", "OLDPWD": ""}:
                break
        else:
            out.append(without)
        if not wanted and without not in out:
            out.append(without)
        return out

    def _pipeline(self, node: "Node", world: World) -> Worlds:
        first, *rest = node.named_children
        held = first.child_by_field_name("body") if first.type == "redirected_statement" else None
        if (held or first).type != "list":
            return self._stages([first, *rest], world)
        # of `a && b | c` only `b` feeds `c`
        last = (held or first).named_children[-1]
        redirects = list(_redirects_of(first))

        def feed(stage: "Node", now: World) -> Worlds:
            del self._late[stage.id]
            if redirects:
                self._late[stage.id] = lambda it, then: self._with_redirects(it, redirects, [], then)
            worlds = self._stages([stage, *rest], now)
            self._late[stage.id] = feed
            return worlds

        self._late[last.id] = feed
        return self._list(held or first, world)

    def _stages(self, stages: "list[Node]", world: World) -> Worlds:
        inputs = [(world.stdin, world.opaque)]
        last: Worlds = []
        for at, stage in enumerate(stages):
            last = []
            for stdin, opaque in inputs[:4]:
                inner = world.fork(stdin if at else None)
                inner.opaque = opaque
                last += self.run(stage, inner)
            inputs = list(dict.fromkeys((after.out, after.opaque) for after in last)) or [("", False)]
        world.print(inputs[0][0])
        world.status = last[0].status if last else None
        return [world]

    def _subshell(self, node: "Node", world: World) -> Worlds:
        inner = self.sequence(list(node.children), [world.fork()])
        for after in inner[:1]:
            world.print(after.out)
            world.status = after.status
        return [world]

    def _negated(self, node: "Node", world: World) -> Worlds:
        worlds = self.block(node, world)
        for after in worlds:
            after.status = None if after.status is None else not after.status
        return worlds

    def _command(self, node: "Node", world: World) -> Worlds:
        """A simple command: its assignments and words, in the tree's places."""
        return self._simple(self._places(node), list(_redirects_of(node)), world)

    def _places(self, node: "Node") -> list[tuple[int, int]]:
        if node.type == "variable_assignment":
            return [(node.start_byte, node.end_byte)]
        out = []
        for child in node.children:
            if child.type in ("file_redirect", "herestring_redirect", "heredoc_redirect"):
                out += [(extra.start_byte, extra.end_byte) for extra in child.children_by_field_name("destination")[1:]]
            elif child.end_byte > child.start_byte:
                out.append((child.start_byte, child.end_byte))
        return out

    def _simple(self, places: list[tuple[int, int]], redirects: "list[Node]", world: World) -> Worlds:
        with Redirects(self.scanner, self.source, self.masked, redirects, world) as held:
            if (first := self._raw(places)).startswith("[["):
                inner = self.source.part(places[0][0] + 2, max(places[0][1] - 2, places[0][0] + 2))
                return held.done(run_test(self.scanner, inner, world))
            if first in _STRAY and self.source.base == 0:
                self.scanner.faults += refused(self.masked.text)
            return held.done(run_command(self.scanner, self.source, places, world))

    def _raw(self, places: list[tuple[int, int]]) -> str:
        return self.source.text[places[0][0] : places[0][1]] if places else ""

    def flat(self, start: int, end: int, world: World) -> Worlds:
        """A stretch of text without structure: the parser found none."""
        places, at = [], start
        for match in re.finditer(r"[^\s<>&]+|[<>&]+", self.masked.text[start:end]):
            at = start + match.start()
            if match[0][0] not in "<>&":
                places.append((at, start + match.end()))
        if not places:
            return [world]
        for match in re.finditer(r"(>>?\|?|<>?|&>>?)\s*([^\s<>&|;()]+)", self.masked.text[start:end]):
            place = (start + match.start(2), start + match.end(2))
            if place in places:
                places.remove(place)
                if self.source.text.startswith("<<", start + match.start()):
                    continue
                for word in self.scanner.words(self.source, *place, world):
                    self.scanner.touch("write" if ">" in match[1] else "read", word, world, creates=">" in match[1])
        return run_command(self.scanner, self.source, places, world) if places else [world]

    def _redirected(self, node: "Node", world: World) -> Worlds:
        body = node.child_by_field_name("body")
        redirects = list(_redirects_of(node))
        extra = [
            (word.start_byte, word.end_byte)
            for redirect in redirects
            for word in redirect.children_by_field_name("destination")[1:]
        ]
        return self._with_redirects(body, redirects, extra, world)

    def _with_redirects(
        self, body: "Node | None", redirects: "list[Node]", extra: list[tuple[int, int]], world: World
    ) -> Worlds:
        """Redirects the tree hangs on a whole list belong to its last command."""
        if body is not None and body.type in ("list", "pipeline") and body.named_child_count > 1:
            return self._split(body, redirects, extra, world)
        if body is None or body.type in ("command", "declaration_command", "variable_assignment", "test_command"):
            places = [*(self._places(body) if body else []), *extra]
            return self._simple(places, [*(_redirects_of(body) if body else []), *redirects], world)
        with Redirects(self.scanner, self.source, self.masked, redirects, world) as held:
            return held.done(self.run(body, world))

    def _split(self, body: "Node", redirects: "list[Node]", extra: list[tuple[int, int]], world: World) -> Worlds:
        last = body.named_children[-1]
        self._late[last.id] = lambda node, now: self._with_redirects(node, redirects, extra, now)
        return self._list(body, world) if body.type == "list" else self._pipeline(body, world)


def _redirects_of(node: "Node") -> "Iterator[Node]":
    return (child for child in node.children if child.type.endswith("_redirect"))
