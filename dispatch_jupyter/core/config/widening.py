"""What a project's file may only wish for: settings that widen what agents may do, use up or reach."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ..protocol.money import dollars
from ..protocol.records import ErrorInfo
from .folders import is_in, meant_by
from .layer import Layer
from .marks import Location
from .schema import Settings
from .stays import NAMED
from .tree import take_out

TRUST_IT = "Look at what it asks for, then trust this version of it in the chat panel."
Words = Callable[[Any, dict[str, Any]], list[str]]
"""Of a value, and of the entry it is in, what it asks for."""


def _allows(entries: Any, _: dict[str, Any]) -> list[str]:
    words = {"all": "read, write and run", "write": "read and write", "execute": "read and run", "read": "read"}
    return [f"{words[entry['allow']]} {entry['path']} and all below it" for entry in entries]


def _passes(names: Any, _: dict[str, Any]) -> list[str]:
    return [f"give commands the environment variable {name}" for name in names]


def _starts_servers(servers: Any, _: dict[str, Any]) -> list[str]:
    return [f"start {' '.join([server['command'], *server.get('args', [])])}" for server in servers.values()]


def _uses(keys: Any, _: dict[str, Any]) -> list[str]:
    return [_uses_one(key) for key in keys]


def _uses_one(key: dict[str, Any]) -> str:
    of = f" of {key['provider']}" if key.get("provider") else ""
    said = f"use the key {key['id']}{of}"
    for source, words in (("env", "the environment variable"), ("file", "the file"), ("keyring", "the keyring's")):
        if key.get(source):
            said += f", from {words} {key[source]}"
    if key.get("api_base"):
        said += f", and send it to {key['api_base']}"
    if "budget" in key:
        said += f", with {budget_in_words(key['budget'])}"
    return said


def budget_in_words(budget: dict[str, Any] | None) -> str:
    """`a budget of $5.00 a month`."""
    if not budget:
        return "no budget"
    much = dollars(budget["usd"]) if budget.get("usd") else f"{budget['tokens']:,} tokens"
    per = budget.get("per", "month")
    return f"a budget of {much} {'in total' if per == 'total' else f'a {per}'}"


def _counts(price: Any, model: dict[str, Any]) -> list[str]:
    if not price:
        return [f"count the usual price of {model['id']}"]
    rates = f"{dollars(price['input'])} in and {dollars(price['output'])} out"
    return [f"count {model['id']} as {rates} for a million tokens"]


def _calls(keys: Any, model: dict[str, Any]) -> list[str]:
    return [f"call {model['id']} with {', '.join(keys) if keys else 'any key of its provider'}"]


def _starts(cwd: Any, agent: dict[str, Any]) -> list[str]:
    return [start_words(agent["name"], cwd)]


def start_words(agent: str, folder: str) -> str:
    """What a folder of an agent outside the project asks for."""
    return f"start the agent {agent} in {folder}, outside the project"


def _much(unit: str) -> Callable[[Any], str]:
    return lambda value: unit.format(f"{value:,}" if isinstance(value, int) else f"{value:g}")


def _at_most(value: float | None) -> str:
    return "any amount" if value is None else dollars(value)


LIMITS: dict[tuple[str, str], tuple[str, Callable[[Any], str]]] = {
    ("limits", "max_steps"): ("let agents take {} in one turn", _much("{} steps")),
    ("limits", "max_depth"): ("let agents summon others {} deep", _much("{} levels")),
    ("limits", "max_live_agents"): ("let a session have {} at a time", _much("{} agents")),
    ("limits", "max_summoned"): ("let a session's agents summon {} until you write again", _much("{} others")),
    ("limits", "max_tree_usd"): ("let a session's agents spend {} together", _at_most),
    ("shell", "max_timeout"): ("let commands run for {}", _much("{} seconds")),
}
"""Settings that hold agents back: what more of them is in words, and how much that is. None: without a limit."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A setting of a file that needs trust."""

    loc: Location
    words: list[str]
    """What it asks for."""


SECTIONS: dict[tuple[str, str], Words] = {
    ("permissions", "auto_allow"): _allows,
    ("shell", "env_pass"): _passes,
    ("lsp", "servers"): _starts_servers,
}
LISTS: dict[str, Words] = {"keys": _uses}
FIELDS: dict[tuple[str, str], Words] = {
    ("models", "price"): _counts,
    ("models", "keys"): _calls,
    ("agents", "cwd"): _starts,
}
"""Of entries of lists. A key could send a person's secret elsewhere, or lift a budget; a price could hide what is
used up; a model's keys could be those that a person keeps for something else."""


def wishes(layer: Layer, home: str, own: Layer | None = None) -> Iterator[Wish]:
    """What in a project's file widens.

    Args:
        own: the person's own file: limits may be below what it says, or what holds where it says nothing, not above.
    """
    yield from _raised(layer, own)
    for (section, name), words in SECTIONS.items():
        if value := layer.at((section, name)):
            yield Wish((section, name), words(value, {}))
    for listed, words in LISTS.items():
        if value := layer.values.get(listed):
            yield Wish((listed,), words(value, {}))
    for (listed, name), words in FIELDS.items():
        for index, entry in enumerate(layer.values.get(listed, [])):
            if name in entry and _widens(layer, name, entry[name], home):
                yield Wish((listed, index, name), words(entry[name], entry))


def entries_that_widen(layer: Layer, home: str) -> Iterator[Location]:
    """Entries of lists with a field that needs trust: list and place in it."""
    for listed, name in FIELDS:
        for index, entry in enumerate(layer.values.get(listed, [])):
            if name in entry and _widens(layer, name, entry[name], home):
                yield listed, index


def _raised(layer: Layer, own: Layer | None) -> Iterator[Wish]:
    defaults = Settings()
    for (section, name), (words, much) in LIMITS.items():
        if name not in (layer.at((section,)) or {}):
            continue
        value = layer.at((section, name))
        below = (own.at((section,)) if own else None) or {}
        now = below.get(name, getattr(getattr(defaults, section), name))
        if now is not None and (value is None or value > now):
            yield Wish((section, name), [f"{words.format(much(value))}, not {much(now)}"])


def _widens(layer: Layer, name: str, value: Any, home: str) -> bool:
    if name != "cwd":
        return True
    project = layer.project
    return bool(value) and (project is None or not is_in(meant_by(value, project, home), project))


def without(layer: Layer, found: list[Wish]) -> tuple[dict[str, Any], tuple[ErrorInfo, ...]]:
    """What a file that is not trusted sets, and what is said about the rest."""
    values, _ = take_out(layer.values, layer.tree, [wish.loc for wish in found])
    text = "`{}` has no effect: the file is not trusted."
    return values, tuple(
        layer.fault(wish.loc, text.format(_name(layer, wish.loc)), TRUST_IT, "untrusted") for wish in found
    )


def _name(layer: Layer, loc: Location) -> str:
    if len(loc) < 3:
        return ".".join(map(str, loc))
    listed, index, field = loc
    entry = layer.values[str(listed)][index]
    return f"{listed}: {entry[NAMED[str(listed)]]}: {field}"
