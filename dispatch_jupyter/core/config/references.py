"""What settings say of each other: names of keys, tags and tools are looked up, unknown ones taken out and said."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..protocol.records import ErrorInfo
from .known import Known
from .marks import Location
from .merge import Merged
from .model_schema import KEYLESS, MODEL_ID, TAGS
from .names import did_you_mean, suggestion

_SOURCES = ("env", "file", "keyring", "api_base")
"""Another address than the provider's own may want no secret."""
Say = Callable[[Location, str, str], ErrorInfo]
"""Makes an error of a place in what is looked at, a text and a hint."""


@dataclass(frozen=True, slots=True)
class Names:
    """All that can be named."""

    keys: frozenset[str]
    tags: frozenset[str]
    models: frozenset[str]
    known: Known
    inert: frozenset[str] = frozenset()
    """Keys of a file that is not trusted."""

    def model_fault(self, word: str) -> tuple[str, str] | None:
        """What is wrong with a tag or an id, and what to do; None where nothing is."""
        if "/" in word:
            return _id_fault(word)
        if word in self.tags or (word == "any" and self.models) or self.known.is_model(word):
            return None
        if word == "any":
            return "`any` means every model, and there are none", "Add some to `models`, or name one: `provider/name`."
        if word in TAGS:
            return f"no model has the tag `{word}`", f"Add it to a model: `tags: [{word}]`."
        whole = [model for model in sorted(self.models) if model.partition("/")[2] == word]
        meant = f"did you mean `{whole[0]}`?" if whole else did_you_mean(word, sorted({*self.tags, *TAGS}))
        text = f"model tag `{word}` is unknown" + (f"; {meant}" if meant else "")
        return text, "Give it to a model by `tags`, or write `provider/name`."

    def key_fault(self, key: str) -> tuple[str, str] | None:
        """What is wrong with the id of a key, and what to do; None where nothing is."""
        if key in self.keys or key in self.known.keys:
            return None
        if key in self.inert:
            return f"key `{key}` has no effect: its file is not trusted", "Trust the file in the permissions panel."
        hint = suggestion(key, sorted(self.keys | self.known.keys))
        return f"key `{key}` is unknown", hint or "Add it to `keys`."

    def tool_fault(self, tool: str) -> tuple[str, str] | None:
        """What is wrong with the name of a tool, and what to do; None where nothing is."""
        if self.known.tools is None or tool in self.known.tools:
            return None
        return f"tool `{tool}` is unknown", suggestion(tool, sorted(self.known.tools)) or "Take it out."


def check(merged: Merged, known: Known, inert: Iterable[str]) -> tuple[Names, list[ErrorInfo]]:
    """Take out of merged settings what names something that is not there. Agents are looked at by `check_agent`.

    Args:
        inert: ids of keys of a file that is not trusted.
    """
    errors = _keys_without_source(merged, known)
    values = merged.values
    models = values.get("models", [])
    names = Names(
        keys=frozenset(key["id"] for key in values.get("keys", [])),
        tags=frozenset(tag for model in models for tag in model.get("tags", [])),
        models=frozenset(model["id"] for model in models),
        known=known,
        inert=frozenset(inert),
    )
    kept = []
    for model in models:
        if (keys := model.get("keys")) is not None:
            left = _left(keys, names.key_fault, ("models", model["id"], "keys"), merged.fault, errors)
            if keys and not left:
                # with none it would be called with all
                continue
            kept.append({**model, "keys": left})
        else:
            kept.append(model)
    if models:
        values["models"] = kept
    if "fallback" in values:
        values["fallback"] = _left(values["fallback"], names.key_fault, ("fallback",), merged.fault, errors)
    return names, errors


def check_agent(entry: dict[str, Any], names: Names, say: Say) -> tuple[dict[str, Any], list[ErrorInfo], bool]:
    """An agent without what it names and is not there, what is said of that, and whether it can still be used.

    Args:
        say: of a place in the entry.
    """
    errors: list[ErrorInfo] = []
    usable = True
    entry = dict(entry)
    if choices := entry.get("model"):
        left = []
        for index, choice in enumerate(choices):
            faults = [("model", names.model_fault(choice["model"]))]
            faults += [("key", names.key_fault(choice["key"]))] if choice.get("key") else []
            errors += [say(("model", index, at), _sentence(found[0]), found[1]) for at, found in faults if found]
            left += [] if any(found for _, found in faults) else [choice]
        entry["model"] = left
        usable = bool(left)
    if tools := entry.get("tools"):
        entry["tools"] = _left(tools, names.tool_fault, ("tools",), say, errors)
        usable = usable and bool(entry["tools"])
    return entry, errors, usable


def first_model(names: Names, candidates: Sequence[tuple[str, Say]]) -> tuple[str | None, list[ErrorInfo]]:
    """The first of several `model:` that means something, the strongest first, and what is wrong with those before.

    Args:
        candidates: a tag or an id, and what makes errors of the file that says it.
    """
    errors: list[ErrorInfo] = []
    for word, say in candidates:
        found = names.model_fault(word)
        if found is None:
            return word, errors
        errors.append(say(("model",), _sentence(found[0]), found[1]))
    return None, errors


def _keys_without_source(merged: Merged, known: Known) -> list[ErrorInfo]:
    errors: list[ErrorInfo] = []
    kept = []
    for key in merged.values.get("keys", []):
        loc = ("keys", key["id"])
        provider = key.get("provider", "")
        if not provider:
            errors.append(merged.fault(loc, f"key `{key['id']}` has no `provider`.", "Write `provider: anthropic`."))
        elif any(key.get(name) for name in _SOURCES) or provider in KEYLESS or provider in known.variables:
            kept.append(key)
        else:
            hint = f"Say where it is: `env: {provider.upper()}_API_KEY`, `file: …` or `keyring: …`."
            errors.append(merged.fault(loc, f"key `{key['id']}` does not say where the secret is.", hint))
    if "keys" in merged.values:
        merged.values["keys"] = kept
    return errors


def _left(
    names: list[str],
    fault_of: Callable[[str], tuple[str, str] | None],
    loc: Location,
    say: Say,
    errors: list[ErrorInfo],
) -> list[str]:
    left = []
    for index, name in enumerate(names):
        if found := fault_of(name):
            errors.append(say((*loc, index), _sentence(found[0]), found[1]))
        else:
            left.append(name)
    return left


def _id_fault(model: str) -> tuple[str, str] | None:
    if "://" in model:
        return f"`{model}` is an address", "Name the model, and write the address as `api_base` of a key."
    if not re.fullmatch(MODEL_ID, model):
        return f"`{model}` is no model", "Write `provider/name`, without spaces."
    return None


def _sentence(text: str) -> str:
    return text if text.endswith("?") else f"{text}."
