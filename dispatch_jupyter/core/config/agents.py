"""The templates of all files together: which file's counts, and what cannot be used."""

from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from ..protocol.parts import Operation, Place
from ..protocol.records import ErrorInfo
from .agent_files import AgentFile
from .faults import sayable
from .layer import Layer
from .merge import Merged
from .model_schema import AgentSection
from .reading import Within
from .references import Names, Say, check_agent
from .templates import BUILT_IN, Source, Template, broken, in_order, template

NOTHING_LEFT = "Nothing that it names can be used: see the other problems of this file."
Scope = Literal["global", "project"]


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
        self._found: dict[Scope, dict[str, Template]] = {"global": {}, "project": {}}
        self._allowed: dict[str, list[Operation] | None] = {}
        """What the person's own files allow agents of a slug at most; None: all."""

    def add_yaml(self, merged: Merged, layers: list[Layer]) -> None:
        """Those of dispatch.yaml.

        An entry that one of the files has but that could not be understood is not made from the others: what is
        missing may be what holds it back.
        """
        for layer in layers:
            if layer.project is None:
                self._allowed |= {one["name"]: one.get("permissions") for one in layer.values.get("agents", [])}
            for (listed, slug), error in layer.left_out.items():
                if listed == "agents":
                    scope: Scope = "project" if layer.project else "global"
                    self._found[scope][slug] = broken(slug, scope, error)
        refused = {slug for found in self._found.values() for slug in found}
        for entry in merged.values.get("agents", []):
            if entry["name"] not in refused:
                self._add_entry(entry, merged)

    def add_files(self, files: list[AgentFile]) -> None:
        """TOML files. Of one level they stand over dispatch.yaml."""
        taken = {(file.project, file.path.stem) for file in files}
        for file in files:
            scope: Scope = "project" if file.project else "global"
            if file.section is None or file.error is not None:
                error = file.error or file.fault((), "it cannot be used.", "Correct it.")
                self.errors.append(error)
                # a name that had to be changed must not hide who really has it
                own = file.path.stem != file.slug and (file.project, file.slug) in taken
                slug = file.path.name if own else file.slug
                self._found[scope][slug] = broken(slug, scope, error)
                continue
            place = Place(path=sayable(str(file.path)), line=1)
            entry = file.section.model_dump(exclude_unset=True)
            if file.project is None:
                self._allowed[file.slug] = file.section.permissions
            made, _ = self._made(entry, file.fault, scope, place, file.project)
            self._found[scope][file.slug] = made

    def templates(self) -> dict[str, Template]:
        """All of them by slug: the project's stand over the person's, and those over what is built in."""
        theirs = {slug: self._held_back(one) for slug, one in self._found["project"].items()}
        return in_order({BUILT_IN.slug: BUILT_IN, **self._found["global"], **theirs}.values())

    def _held_back(self, made: Template) -> Template:
        """A project's agent that the person has too: it may not do more than theirs."""
        allowed = self._allowed.get(made.slug)
        if allowed is None:
            return made
        return replace(made, operations=tuple(one for one in made.operations if one in allowed))

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
        made, section = self._made(entry, say, "project" if layer.project else "global", place, inside)
        self._found["project" if layer.project else "global"][name] = made
        if made.error is None:
            self.entries.append(section)

    def _made(
        self, entry: dict[str, Any], say: Say, scope: Scope, place: Place, inside: Path | None
    ) -> tuple[Template, AgentSection]:
        entry, errors, usable = check_agent(entry, self._names, say)
        section = AgentSection.model_validate(entry)
        if section.prompt_file:
            self.prompt_files.append(Path(section.prompt_file))
        within = Within(inside, self._names.known.is_secret) if inside else None
        made, fault = template(Source(section, scope, place, within), self._project, self._home)
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
