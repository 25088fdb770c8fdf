"""Branches, loops and functions."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from .arithmetic import arithmetic
from .expand import Word
from .marks import doubtful, plain
from .patterns import costly, pattern
from .scanner import merged
from .source import made
from .world import World

if TYPE_CHECKING:
    from tree_sitter import Node

    from .statements import Walk

Worlds = list[World]
MAX_ROUNDS = 64


def _if(walk: "Walk", node: "Node", world: World) -> Worlds:
    """Every branch that may run does, each in a world of its own."""
    out: Worlds = []
    waiting = walk.sequence(node.children_by_field_name("condition"), [world])
    tests = _of_field(node, "condition")
    then = [c for c in node.named_children if c.type not in ("elif_clause", "else_clause") and c.id not in tests]
    branches = [c for c in node.named_children if c.type in ("elif_clause", "else_clause")]
    out += _taken(walk, then, waiting)
    waiting = _not_taken(waiting)
    for branch in branches:
        inner = list(branch.named_children)
        if branch.type == "elif_clause":
            cut = next((at for at, c in enumerate(branch.children) if c.type == "then"), len(branch.children))
            waiting = walk.sequence(branch.children[:cut], waiting)
            out += _taken(walk, branch.children[cut:], waiting)
            waiting = _not_taken(waiting)
        else:
            out += walk.sequence(inner, waiting)
            waiting = []
    for after in waiting:
        after.status = True
    return merged(out + waiting)


def _of_field(node: "Node", field: str) -> set[int]:
    return {part.id for part in node.children_by_field_name(field)}


def _taken(walk: "Walk", nodes: "list[Node]", waiting: Worlds) -> Worlds:
    worlds = [world.copy() for world in waiting if world.leaving or world.status is not False]
    return walk.sequence(nodes, worlds)


def _not_taken(waiting: Worlds) -> Worlds:
    return [world for world in waiting if not world.leaving and world.status is not True]


def _for(walk: "Walk", node: "Node", world: World) -> Worlds:
    name = walk.text(node.children[1])
    values = [
        word
        for value in node.children_by_field_name("value")
        for word in walk.scanner.words(walk.source, value.start_byte, value.end_byte, world)
    ]
    if not any(child.type == "in" for child in node.children):
        values = [Word(value, walk.source.span(node.start_byte, node.end_byte)) for value in world.args]
    body = node.child_by_field_name("body")
    worlds = [world]
    for word in values[:256] if body is not None else []:
        for now in worlds:
            now.assign(name, word.value)
        worlds = _again(walk, body, worlds)
    return _left(worlds)


def _again(walk: "Walk", body: "Node | None", worlds: Worlds) -> Worlds:
    """One round of a loop."""
    return merged([after for now in worlds for after in (walk.run(body, now) if body else [now])])


def _left(worlds: Worlds) -> Worlds:
    for world in worlds:
        if world.leaving == "loop":
            world.leaving = ""
        world.status = None
    return worlds


def _counted(walk: "Walk", node: "Node", world: World) -> Worlds:
    """`for ((a; b; c))`."""
    head = re.match(r"for\s*\(\((.*?);(.*?);(.*?)\)\)", walk.text(node), re.DOTALL)
    first, test, step = head.groups() if head else ("", "", "")
    span = walk.source.span(node.start_byte, node.end_byte)

    def value_of(text: str, now: World) -> str:
        return arithmetic(walk.scanner.expander.quoted(made(text, span), now) if "$" in text else text, now)

    value_of(first, world)
    body = node.child_by_field_name("body")
    worlds = [world]
    for _ in range(MAX_ROUNDS):
        value = value_of(test, worlds[0]) if test.strip() else "1"
        if value == "0" or body is None:
            break
        worlds = _again(walk, body, worlds)
        for now in worlds:
            value_of(step, now)
        if not value.lstrip("-").isdigit() or not test.strip() or worlds[0].leaving:
            break
    return _left(worlds)


def _while(walk: "Walk", node: "Node", world: World) -> Worlds:
    """Rounds as long as the condition is known to hold; two where nobody can tell, for what one leaves to the next."""
    condition = node.children_by_field_name("condition")
    body = node.child_by_field_name("body")
    wanted = node.children[0].type != "until"
    worlds = [world]
    blind = 0
    for _ in range(MAX_ROUNDS):
        worlds = walk.sequence(condition, worlds)
        status = {now.status for now in worlds}
        if status == {not wanted} or all(now.leaving for now in worlds):
            break
        worlds = _again(walk, body, worlds)
        blind += status != {wanted}
        if blind >= 2:
            break
    return _left(worlds)


def _case(walk: "Walk", node: "Node", world: World) -> Worlds:
    expander = walk.scanner.expander
    value = node.child_by_field_name("value")
    subject = ""
    if value is not None:
        subject = expander.text(walk.source.part(value.start_byte, value.end_byte), world)
    out: Worlds = []
    through = False
    for item in node.named_children:
        if item.type != "case_item":
            continue
        found = _matches(walk, item, subject, world)
        if found is False and not through:
            continue
        patterns = _of_field(item, "value")
        bodies = [child for child in item.children if child.id not in patterns]
        out += walk.sequence(bodies, [world.copy()])
        through = item.child_by_field_name("fallthrough") is not None
        if found and not through:
            return merged(out)
    return merged([*out, world])


def _matches(walk: "Walk", item: "Node", subject: str, world: World) -> bool | None:
    """Whether this branch is taken; None: nobody can tell."""
    maybe: bool | None = False
    for value in item.children_by_field_name("value"):
        walk.scanner.spend()
        source = walk.source.part(value.start_byte, value.end_byte)
        wanted = walk.scanner.expander.text(source, world, keep_globs=True)
        if doubtful(plain(subject)) or doubtful(plain(wanted)) or costly(wanted, len(subject)):
            maybe = None
        elif pattern(wanted).fullmatch(plain(subject)):
            return True
    return maybe


def _function(walk: "Walk", node: "Node", world: World) -> Worlds:
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if name is not None and body is not None:
        source = walk.source.part(body.start_byte, node.end_byte)
        world.functions[walk.text(name)] = source
        if walk.text(name) == "command_not_found_handle":
            # the shell calls it by itself
            walk.scanner.run(source, world.fork())
    return [world]


COMPOUND: dict[str, Callable[["Walk", "Node", World], Worlds]] = {
    "if_statement": _if,
    "for_statement": _for,
    "c_style_for_statement": _counted,
    "while_statement": _while,
    "case_statement": _case,
    "function_definition": _function,
}
