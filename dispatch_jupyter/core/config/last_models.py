"""What each `model:` named last when all of it was there: it stays in force where it is misspelt now.

A name that is dropped would send conversations to whatever model is next. That a name is unknown is only seen when all
files are read, so files and entries cannot stay for it, as in `stays`; and what was good is kept beside the files,
whose values are as they are written: else the first faulty version would be the last one there was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..protocol.records import ErrorInfo
from .agent_files import AgentFile
from .layer import Layer
from .marks import Location
from .merge import Merged
from .model_schema import ChoiceSection
from .references import Names, Say, say_choices
from .stays import still_in_force

ModelField = tuple[Path, str]
"""A file, and the name of an agent in it; empty: the `model` of all."""
Choices = Sequence[Mapping[str, Any]] | None
"""What such a field names, as `ChoiceSection` has it; None: it is not there."""
LastModels = Mapping[ModelField, Choices]
"""The last good value of each field that ever had one."""


class Models:
    """The `model:` of all files and agents, each as it counts.

    Args:
        last: what was good before.
    """

    def __init__(self, names: Names, last: LastModels) -> None:
        self.good: dict[ModelField, Choices] = {}
        """What is to be `last` next time. Of a field that is gone nothing is left."""
        self.errors: list[ErrorInfo] = []
        self.names = names
        self._last = last

    def last_word(self, layer: Layer) -> str | None:
        """The `model` that stays instead of a file's own, which is unknown; None where none does."""
        written = [{"model": layer.values["model"]}]
        counts = self._in_force((layer.path, ""), written)
        return counts[0]["model"] if counts and counts is not written else None

    def of_layer(self, layer: Layer, merged: Merged) -> Layer:
        """A dispatch.yaml whose agents have models as they count.

        Args:
            merged: all files; nothing is said of a `model` that another file's stands over.
        """
        entries = [
            self._entry(layer, index, entry, merged) for index, entry in enumerate(layer.values.get("agents", []))
        ]
        return replace(layer, values={**layer.values, "agents": entries}) if entries else layer

    def of_file(self, file: AgentFile) -> AgentFile:
        """An agent's file with models as they count."""
        if file.section is None:
            return file
        written = file.section.model_dump(exclude_unset=True).get("model")
        counts = self._in_force((file.path, file.slug), written)
        if counts is written:
            return file
        self._say(written, file.fault, f"{file.slug}: models")
        choices = [ChoiceSection.model_validate(choice) for choice in counts or ()]
        return replace(file, section=file.section.model_copy(update={"model": choices}))

    def _entry(self, layer: Layer, index: int, entry: dict[str, Any], merged: Merged) -> dict[str, Any]:
        """An agent's entry of a dispatch.yaml with models as they count."""
        written = entry.get("model")
        counts = self._in_force((layer.path, entry["name"]), written)
        if counts is written:
            return entry

        def say(loc: Location, text: str, hint: str) -> ErrorInfo:
            return layer.fault(("agents", index, *loc), text, hint)

        found = merged.origin("agents", entry["name"], "model")
        if found and found[0].path == layer.path:
            self._say(written, say, f"{entry['name']}: model")
        others = {name: value for name, value in entry.items() if name != "model"}
        # where there was none it is left out: an empty list would stand over what other files say
        return others if counts is None else {**others, "model": counts}

    def _in_force(self, field: ModelField, written: Choices) -> Choices:
        """What counts of a field: what is written or, where that is misspelt, what is left of its last good value.

        What it named before is not misspelt but gone from the models: then agents go on with what else there is.
        """
        unknown = {name for choice in written or () for name in self._unknown(choice)}
        last = self._last.get(field)
        if unknown <= {name for choice in last or () for name in choice.items()}:
            self.good[field] = written
            return written
        if field not in self._last:
            return written
        self.good[field] = last
        if not last:
            return last
        return [choice for choice in last if not self._unknown(choice)] or written

    def _unknown(self, choice: Mapping[str, Any]) -> list[tuple[str, Any]]:
        return [(field, choice[field]) for field, _ in self.names.choice_faults(choice)]

    def _say(self, written: Choices, say: Say, name: str) -> None:
        _, faults = say_choices(written or (), self.names, say)
        self.errors += [still_in_force(fault, f"`{name}`") for fault in faults]
