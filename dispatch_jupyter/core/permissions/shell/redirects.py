"""Redirects: what they open, and what a command reads and prints through them."""

import re
from typing import TYPE_CHECKING, Self

from .expand import Word
from .marks import HOLE, UNSET, plain
from .mask import Heredoc, Masked
from .scanner import Scanner
from .source import Source
from .world import World

if TYPE_CHECKING:
    from tree_sitter import Node

_OPERATOR = re.compile(r"(?:\d+|\{\w+\})?\s*(&>>|&>|>>|>\||>&|<&|<<<|<>|<<|>|<)")

_COPROCESS = re.compile(r"\$\{\w+\[[01]\]\}\"?$")
"""A descriptor of a coprocess: nobody else sets an array the command has not set."""


class Redirects:
    """The redirects of one command, in force while it runs."""

    def __init__(self, scanner: Scanner, source: Source, masked: Masked, nodes: "list[Node]", world: World) -> None:
        self._scanner = scanner
        self._source = source
        self._masked = masked
        self._nodes = nodes
        self._world = world
        self._files: list[tuple[str, bool]] = []
        """Where the output goes: path, and whether it is added to it."""
        self._stdin = world.stdin
        self._before: str | None = None

    def __enter__(self) -> Self:
        for node in self._nodes:
            self._open(node)
        if self._files:
            self._before, self._world.out = self._world.out, ""
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to undo: `done` has seen to the worlds that came of it."""

    def done(self, worlds: list[World]) -> list[World]:
        """The worlds after the command, with its output where it went."""
        if self._nodes:
            for world in worlds:
                # what a loop or a group has read of its own input is its own
                world.stdin = self._stdin
                if self._before is not None:
                    self._keep(world)
        return worlds

    def _keep(self, world: World) -> None:
        text, world.out = world.out, self._before or ""
        for path, more in self._files:
            world.files[path] = (world.files.get(path, "") if more else "") + text

    def _open(self, node: "Node") -> None:
        start = node.start_byte
        text = self._source.text[start : node.end_byte]
        match = _OPERATOR.match(text)
        if match is None:
            return
        operator, at = match[1], start + match.start(1)
        if operator == "<<":
            if heredoc := self._masked.heredocs.get(at):
                self._world.stdin = self._body(heredoc)
            return
        targets = node.children_by_field_name("destination") or node.named_children[-1:]
        if not targets:
            return
        target = targets[0]
        if operator == "<<<":
            piece = self._source.part(target.start_byte, target.end_byte)
            self._world.stdin = self._scanner.expander.text(piece, self._world) + "\n"
            return
        words = self._scanner.words(self._source, target.start_byte, target.end_byte, self._world)
        for word in words:
            if operator != ">&" or not (word.value == UNSET and _COPROCESS.search(text)):
                self._opened(operator, word, descriptor=text[: match.start(1)].strip())

    def _body(self, heredoc: Heredoc) -> str:
        piece = self._source.part(heredoc.start, heredoc.end)
        text = piece.text if heredoc.quoted else self._scanner.expander.quoted(piece, self._world)
        return re.sub(r"(?m)^\t+", "", text) if heredoc.tabs else text

    def _opened(self, operator: str, word: Word, descriptor: str) -> None:
        world = self._world
        if operator == "<&" or (operator == ">&" and re.fullmatch(r"\d*-?", plain(word.value))):
            return
        if operator.startswith("<"):
            path = self._scanner.touch("read", word, world)
            if operator == "<>":
                self._scanner.touch("write", word, world, creates=True)
            if descriptor in ("", "0"):
                known = world.files.get(path or plain(word.value))
                world.stdin = HOLE if known is None else known
            return
        path = self._scanner.touch("write", word, world, creates=True)
        if path is not None and descriptor in ("", "1"):
            self._files.append((path, ">>" in operator))
