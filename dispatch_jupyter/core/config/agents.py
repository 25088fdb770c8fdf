"""The templates of all files together: which file's counts, and what cannot be used."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from ..protocol.parts import Place
from ..protocol.records import ErrorInfo
from ..protocol.settings import SettingsScope
from .agent_files import AgentFile
from .built_in import built_in, section_of
from .faults import sayable
from .layer import Layer
from .merge import EITHER, Merged
from .model_schema import AgentSection, Permission
from .reading import Within
from .references import Names, Say, check_agent
from .templates import Source, Template, broken, in_order, permitted, template

UNKNOWN: frozenset[Permission] = frozenset({"read"})
"""What a project's agent may do where the person has one of its name that cannot be understood."""


class Agents:
    """Templates as they are found, the strongest last: the person's dispatch.yaml, their TOML files, the project's."""

    def __init__(self, project: Path, home: str, names: Names) -> None:
        self.errors: list[ErrorInfo] = []
        self.entries: list[AgentSection] = []
        """Those of dispatch.yaml that can be used."""
        self.prompt_files: list[Path] = []
        self._project = project
        self._home = home
        self._names = names
        self._found: dict[SettingsScope, dict[str, Template]] = {"global": {}, "project": {}}
        self._allowed = {
            one.slug: frozenset[Permission]((*one.operations, *one.summons)) for one in built_in().values()
        }
        """What agents of a slug may do at most, as the person's own files have them, or as they are built in."""

    def add_yaml(self, merged: Merged, layers: list[Layer]) -> None:
        """Those of dispatch.yaml.

        An entry that one of the files has but that could not be understood is not made from the others: what is
        missing may be what holds it back.
        """
        for layer in layers:
            if layer.project is None:
                self._allowed |= {one["name"]: _permitted(_whole(one)) for one in layer.values.get("agents", [])}
            for (listed, slug), error in layer.left_out.items():
                if listed == "agents":
                    scope: SettingsScope = "project" if layer.project else "global"
                    self._found[scope][slug] = broken(slug, scope, error)
                    self._allowed |= {} if layer.project else {slug: UNKNOWN}
        refused = {slug for found in self._found.values() for slug in found}
        for entry in merged.values.get("agents", []):
            if entry["name"] not in refused:
                self._add_entry(entry, merged)

    def add_files(self, files: list[AgentFile]) -> None:
        """TOML files. Of one level they stand over dispatch.yaml."""
        taken = {(file.project, file.path.stem) for file in files}
        for file in files:
            scope: SettingsScope = "project" if file.project else "global"
            if file.section is None:
                error = file.error or file.fault((), "it cannot be used.", "Correct it.")
                self.errors.append(error)
                # a name that had to be changed must not hide who really has it
                own = file.path.stem != file.slug and (file.project, file.slug) in taken
                slug = file.path.name if own else file.slug
                self._found[scope][slug] = broken(slug, scope, error)
                self._allowed |= {} if file.project else {slug: UNKNOWN}
                continue
            self.errors += [file.error] if file.error else []  # it counts as it was before it broke
            place = Place(path=sayable(str(file.path)), line=1)
            entry = file.section.model_dump(exclude_unset=True)
            if file.project is None:
                self._allowed[file.slug] = permitted(file.section.permissions, is_subagent=file.section.is_subagent)
            made, _ = self._made(entry, file.fault, scope, place, file.project)
            self._found[scope][file.slug] = made

    def templates(self) -> dict[str, Template]:
        """All of them by slug: the project's stand over the person's, and those over what is built in."""
        theirs = {slug: self._held_back(one) for slug, one in self._found["project"].items()}
        return in_order({**built_in(), **self._found["global"], **theirs}.values())

    def _held_back(self, made: Template) -> Template:
        """A project's agent that the person has too, or that is built in: it may not do more than that one."""
        allowed = self._allowed.get(made.slug)
        if allowed is None:
            return made
        return replace(
            made,
            operations=tuple(one for one in made.operations if one in allowed),
            summons=tuple(one for one in made.summons if one in allowed),
        )

    def _add_entry(self, entry: dict[str, Any], merged: Merged) -> None:
        name = entry["name"]
        found = merged.origin("agents", name)
        prompt = merged.origin("agents", name, "prompt_file")
        if found is None:
            return
        layer, line = found

        def say(loc: tuple[str | int, ...], text: str, hint: str) -> ErrorInfo:
            return merged.fault(("agents", name, *loc), text, hint)

        place = Place(path=sayable(str(layer.path)), line=line)
        inside = prompt[0].project if prompt else None
        made, section = self._made(_whole(entry), say, "project" if layer.project else "global", place, inside)
        self._found["project" if layer.project else "global"][name] = made
        if made.error is None:
            self.entries.append(section)

    def _made(
        self, entry: dict[str, Any], say: Say, scope: SettingsScope, place: Place, inside: Path | None
    ) -> tuple[Template, AgentSection]:
        entry, errors, usable = check_agent(entry, self._names, say)
        section = AgentSection.model_validate(entry)
        if section.prompt_file:
            self.prompt_files.append(Path(section.prompt_file))
        within = Within(inside, self._names.known.is_secret) if inside else None
        base = built_in().get(section.name)
        made, fault = template(Source(section, scope, place, within, base), self._project, self._home)
        if fault:
            hint = "Correct the path, or write the text as `prompt`."
            errors.append(
                say(("prompt_file",), f"the prompt file {section.prompt_file} cannot be used: {fault}.", hint)
            )
            usable = False
        self.errors += errors
        if not usable:
            made = replace(made, error=errors[0])
        return made, section


def _whole(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry of dispatch.yaml with what the built-in agent of its name says where it does not.

    Entries are merged field by field, over what is built in as well: to give it another model, nobody has to repeat
    what it is told. A TOML file is an agent by itself.
    """
    shipped = section_of(entry["name"])
    if shipped is None:
        return entry
    below = shipped.model_dump(exclude_unset=True)
    for ways in EITHER["agents"]:
        if any(entry.get(name) for name in ways):
            below = {name: value for name, value in below.items() if name not in ways}
    return {**below, **entry}


def _permitted(entry: dict[str, Any]) -> frozenset[Permission]:
    return permitted(entry.get("permissions"), is_subagent=entry.get("is_subagent", False))
