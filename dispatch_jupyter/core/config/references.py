"""What settings say of each other: names of keys, tags and tools are looked up, unknown ones taken out and said."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..protocol.records import ErrorInfo
from .known import Known
from .marks import Location
from .merge import Merged
from .model_schema import KEYLESS, MODEL_ID, TAGS
from .names import did_you_mean, suggestion
from .stays import still_in_force

_SOURCES = ("env", "file", "keyring", "api_base")
"""Another address than the provider's own may want no secret."""
Say = Callable[[Location, str, str], ErrorInfo]
"""Makes an error of a place in what is looked at, a text and a hint."""
Wrong = tuple[str, str] | ErrorInfo | None
"""What is wrong with a name, and what to do; or a fault that is said already, and that this one follows from."""


@dataclass(frozen=True, slots=True)
class Names:
    """All that can be named."""

    keys: frozenset[str]
    tags: frozenset[str]
    models: frozenset[str]
    known: Known
    inert: frozenset[str] = frozenset()
    """Keys of a file that is not trusted."""
    broken: Mapping[str, ErrorInfo] = field(default_factory=dict)
    """Keys that are there but cannot be used, and why."""

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

    def key_fault(self, key: str) -> Wrong:
        """What is wrong with the id of a key; None where nothing is."""
        if key in self.keys or key in self.known.keys:
            return None
        if key in self.broken:
            return self.broken[key]
        if key in self.inert:
            return f"key `{key}` has no effect: its file is not trusted", "Trust the file in the chat panel."
        hint = suggestion(key, sorted(self.keys | self.known.keys))
        return f"key `{key}` is unknown", hint or "Add it to `keys`."

    def choice_faults(self, choice: Mapping[str, Any]) -> list[tuple[str, tuple[str, str] | ErrorInfo]]:
        """What is wrong with an entry of an agent's `model:`, by its fields; empty where nothing is."""
        found: list[tuple[str, Wrong]] = [("model", self.model_fault(choice["model"]))]
        found += [("key", self.key_fault(choice["key"]))] if choice.get("key") else []
        return [(field, wrong) for field, wrong in found if wrong]

    def tool_fault(self, tool: str) -> tuple[str, str] | None:
        """What is wrong with the name of a tool, and what to do; None where nothing is."""
        if self.known.tools is None or tool in self.known.tools:
            return None
        return f"tool `{tool}` is unknown", suggestion(tool, sorted(self.known.tools)) or "Take it out."


def check(
    merged: Merged,
    known: Known,
    inert: Iterable[str],
    broken: Mapping[str, ErrorInfo],
    before: Mapping[str, Sequence[str]],
) -> tuple[Names, list[ErrorInfo]]:
    """Take out of merged settings what names something that is not there. Agents are looked at by `check_agent`.

    Args:
        inert: ids of keys of a file that is not trusted.
        broken: by ids of keys that cannot be used, what is wrong with them.
        before: by models, the keys they were called with; they stay where now none is known.
    """
    sourceless = _keys_without_source(merged, known)
    errors = [*sourceless.values()]
    values = merged.values
    models = values.get("models", [])
    names = Names(
        keys=frozenset(key["id"] for key in values.get("keys", [])),
        tags=frozenset(tag for model in models for tag in model.get("tags", [])),
        models=frozenset(model["id"] for model in models),
        known=known,
        inert=frozenset(inert),
        broken={**broken, **sourceless},
    )
    kept = []
    for model in models:
        if (keys := model.get("keys")) is not None:
            faults: list[ErrorInfo] = []
            left = _left(keys, names.key_fault, ("models", model["id"], "keys"), merged.fault, faults)
            if keys and not left:
                left = [key for key in before.get(model["id"], ()) if names.key_fault(key) is None]
                faults = [still_in_force(fault, f"`{model['id']}: keys`") for fault in faults] if left else faults
            errors += faults
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
        left, errors = say_choices(choices, names, say)
        entry["model"] = left
        usable = bool(left)
    if tools := entry.get("tools"):
        entry["tools"] = _left(tools, names.tool_fault, ("tools",), say, errors)
        usable = usable and bool(entry["tools"])
    return entry, errors, usable


def say_choices(
    choices: Sequence[Mapping[str, Any]], names: Names, say: Say
) -> tuple[list[Mapping[str, Any]], list[ErrorInfo]]:
    """Of an agent's `model:` what can be used, and what is said of the rest.

    Args:
        say: of a place in the agent's entry.
    """
    left, errors = [], []
    for index, choice in enumerate(choices):
        faults = names.choice_faults(choice)
        errors += [_told(say, ("model", index, field), found) for field, found in faults]
        left += [] if faults else [choice]
    return left, errors


def first_model(names: Names, candidates: Iterable[tuple[str, str | None, Say]]) -> tuple[str | None, list[ErrorInfo]]:
    """The first of several `model:` that means something, the strongest first, and what is wrong with those it is not.

    Args:
        candidates: a tag or an id; what stays in force where it is unknown; what makes errors of the file that says it.
    """
    errors: list[ErrorInfo] = []
    for word, last, say in candidates:
        found = names.model_fault(word)
        if found is None:
            return word, errors
        error = say(("model",), _sentence(found[0]), found[1])
        if last is not None:
            return last, [*errors, still_in_force(error, "`model`")]
        errors.append(error)
    return None, errors


def _keys_without_source(merged: Merged, known: Known) -> dict[str, ErrorInfo]:
    errors: dict[str, ErrorInfo] = {}
    kept = []
    for key in merged.values.get("keys", []):
        loc = ("keys", key["id"])
        provider = key.get("provider", "")
        if not provider:
            text = f"key `{key['id']}` has no `provider`."
            errors[key["id"]] = merged.fault(loc, text, "Write `provider: anthropic`.")
        elif any(key.get(name) for name in _SOURCES) or provider in KEYLESS or provider in known.variables:
            kept.append(key)
        else:
            hint = f"Say where it is: `env: {provider.upper()}_API_KEY`, `file: …` or `keyring: …`."
            errors[key["id"]] = merged.fault(loc, f"key `{key['id']}` does not say where the secret is.", hint)
    if "keys" in merged.values:
        merged.values["keys"] = kept
    return errors


def _left(
    names: list[str],
    fault_of: Callable[[str], Wrong],
    loc: Location,
    say: Say,
    errors: list[ErrorInfo],
) -> list[str]:
    left = []
    for index, name in enumerate(names):
        if found := fault_of(name):
            errors.append(_told(say, (*loc, index), found))
        else:
            left.append(name)
    return left


def _id_fault(model: str) -> tuple[str, str] | None:
    if "://" in model:
        return f"`{model}` is an address", "Name the model, and write the address as `api_base` of a key."
    if not re.fullmatch(MODEL_ID, model):
        return f"`{model}` is no model", "Write `provider/name`, without spaces."
    return None


def _told(say: Say, loc: Location, found: tuple[str, str] | ErrorInfo) -> ErrorInfo:
    return found if isinstance(found, ErrorInfo) else say(loc, _sentence(found[0]), found[1])


def _sentence(text: str) -> str:
    return text if text.endswith("?") else f"{text}."
