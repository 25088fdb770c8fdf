"""The configuration in force: the person's own files, and over them the project's.

Never fails: what cannot be used counts as it was when it last could, be it a field, an entry of a list or a whole file,
and is left out where it never could; the faults are listed. What a project's files would widen is left out as well
until the person trusts them.
"""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..protocol.records import ErrorInfo
from ..protocol.settings import ConfigFile
from .agent_files import AgentFile, read_agents
from .agents import Agents
from .allowed import missing, real_paths, with_real_paths
from .configuration import Config
from .faults import in_order, sayable
from .known import Known
from .last_good import last_good, last_good_agent
from .last_models import Models
from .layer import Layer, read_layer
from .locations import FILE_NAME, PROJECT_AGENTS, home_of, user_agents, user_file
from .merge import Merged, merge
from .reading import Within
from .references import check, first_model
from .schema import Settings
from .templates import Template
from .trust import Trust, asks_for
from .widening import TRUST_IT, wishes, without

__all__ = ["FILE_NAME", "Config", "Known", "load", "user_file"]


def load(project: Path, environ: Mapping[str, str], last: Config | None = None, known: Known | None = None) -> Config:
    """The configuration of a project. Blocks on small files.

    Args:
        project: the project's folder.
        environ: for `XDG_CONFIG_HOME` and `HOME`.
        last: what was in force before; stands in for files that cannot be read now. Given back where nothing changed.
        known: names that may be used and are made elsewhere.
    """
    return _Loading(project, environ, last or Config(), known or Known()).config()


class _Loading:
    """One look at all files."""

    def __init__(self, project: Path, environ: Mapping[str, str], last: Config, known: Known) -> None:
        self.project = project
        self.environ = environ
        self.home = home_of(environ)
        self.last = last
        self.known = known
        self.trust = Trust(environ)
        self.errors: list[ErrorInfo] = []
        self.warnings: list[ErrorInfo] = []
        self.trusted: dict[Path, bool] = {}
        """Of files that ask for trust, whether they have it."""
        self.there: dict[Path, bool] = {}
        self.broken: dict[str, ErrorInfo] = {}
        """Files that cannot be read, by the path that errors name, and why: what counts of them is gone from disk."""

    def config(self) -> Config:
        layers = self._layers()
        own = next((layer for layer in layers if layer.project is None), None)
        counted = [self._as_trusted(layer, own) for layer in layers]
        agent_files = self._agent_files()
        merged = merge(counted)
        before = {model.id: model.keys or [] for model in self.last.settings.models}
        names, faults = check(merged, self.known, _inert_keys(layers, counted), _broken_keys(counted), before)
        self.errors += faults
        agents = Agents(self.project, self.home, names)
        models = Models(names, self.last.models)
        held = [models.of_layer(layer, merged) for layer in counted]
        agents.add_yaml(merge(held), held)
        agents.add_files([models.of_file(self._agent_as_trusted(file)) for file in agent_files])
        self.errors += [*models.errors, *agents.errors]
        settings = self._settings(counted, merged, models, agents)
        made = Config(
            settings, tuple(layers), self._said(), self._with_errors_of_now(agents.templates()), tuple(agent_files),
            self._files(layers, agent_files), self._watched(layers, agents.prompt_files), self.last.version,
            [warning for warning in self.warnings if not self._is_stale(warning)], models.good,
        )  # fmt: skip
        return _renewed(self.last, made)

    def _layers(self) -> list[Layer]:
        before = {layer.path: layer for layer in self.last.layers}
        own, theirs = user_file(self.environ), self.project / FILE_NAME
        same = os.path.realpath(own) == os.path.realpath(theirs)
        layers = []
        for path, project in [(own, None)] if same else [(own, None), (theirs, self.project)]:
            old = before.get(path)
            stays = last_good(old, self.home)
            layer = read_layer(path, self.home, project, old, stays, providers=self.known.providers)
            self.errors += layer.errors
            if not layer.readable:
                self.broken[sayable(str(path))] = layer.errors[0]
            self.there[path] = bool(layer.digest) or not layer.readable
            layers.append(layer if layer.readable or old is None else old)
        return layers

    def _agent_files(self) -> list[AgentFile]:
        before = {file.path: file for file in self.last.agent_files}
        found: list[AgentFile] = []
        within = Within(self.project, self.known.is_secret)
        for folder, where in ((user_agents(self.environ), None), (self.project / PROJECT_AGENTS, within)):
            files, said = read_agents(folder, self.home, where, before)
            found += [last_good_agent(file, before.get(file.path), self.home) for file in files]
            self.errors += said
        return found

    def _as_trusted(self, layer: Layer, own: Layer | None) -> Layer:
        """A project's layer, as far as it counts."""
        asked = list(wishes(layer, self.home, own)) if layer.project else []
        if not asked:
            return layer
        self.trusted[layer.path] = self.trust.has(layer.path, layer.digest)
        if self.trusted[layer.path]:
            return layer
        values, said = without(layer, asked)
        self.errors += said
        return replace(layer, values=values)

    def _agent_as_trusted(self, file: AgentFile) -> AgentFile:
        if file.section is None or not asks_for(file, self.home):
            return file
        self.trusted[file.path] = self.trust.has(file.path, file.digest)
        if self.trusted[file.path]:
            return file
        self.errors.append(file.fault(("cwd",), "`cwd` has no effect: the file is not trusted.", TRUST_IT, "untrusted"))
        return replace(file, section=file.section.model_copy(update={"cwd": None}))

    def _settings(self, counted: list[Layer], merged: Merged, models: Models, agents: Agents) -> Settings:
        saying = [layer for layer in reversed(counted) if layer.values.get("model")]
        wanted = [(layer.values["model"], models.last_word(layer), layer.fault) for layer in saying]
        model, faults = first_model(models.names, wanted)
        self.errors += faults
        values: dict[str, Any] = {**merged.values, "agents": agents.entries, "model": model}
        settings = Settings.model_validate(values)
        real, said = real_paths(self.project, counted, settings)
        self.errors += said
        self.warnings += missing(counted, real)
        return with_real_paths(settings, real)

    def _said(self) -> list[ErrorInfo]:
        """Each fault once and as the files have them, those of the record of trust first where it matters."""
        first = [self.trust.fault] if self.trust.fault and self.trusted else []
        return [*first, *in_order(said for said in dict.fromkeys(self.errors) if not self._is_stale(said))]

    def _is_stale(self, said: ErrorInfo) -> bool:
        """Whether it is about the file as it was before it could no longer be read: its lines are others now."""
        why = self.broken.get(said.place.path) if said.place else None
        return why is not None and said != why

    def _with_errors_of_now(self, templates: dict[str, Template]) -> dict[str, Template]:
        return {
            slug: replace(made, error=self.broken[made.error.place.path])
            if made.error and made.error.place and self._is_stale(made.error)
            else made
            for slug, made in templates.items()
        }

    def _files(self, layers: list[Layer], agent_files: list[AgentFile]) -> tuple[ConfigFile, ...]:
        found = [(layer.path, layer.project) for layer in layers] + [(file.path, file.project) for file in agent_files]
        said = self._said()
        return tuple(
            ConfigFile(
                path=(name := sayable(str(path))),
                scope="project" if project else "global",
                exists=self.there.get(path, True),
                errors=sum(error.place is not None and error.place.path == name for error in said),
                trusted=self.trusted.get(path),
            )
            for path, project in sorted(found, key=lambda file: file[1] is not None)
        )

    def _watched(self, layers: list[Layer], prompt_files: list[Path]) -> tuple[Path, ...]:
        folders = (user_agents(self.environ), self.project / PROJECT_AGENTS)
        return tuple(dict.fromkeys((*(layer.path for layer in layers), *folders, *prompt_files)))


def _inert_keys(layers: list[Layer], counted: list[Layer]) -> list[str]:
    """Ids of keys that only files have that are not trusted."""
    there = [key["id"] for layer in layers for key in layer.values.get("keys", [])]
    left = {key["id"] for layer in counted for key in layer.values.get("keys", [])}
    return [name for name in there if name not in left]


def _broken_keys(counted: list[Layer]) -> dict[str, ErrorInfo]:
    """By the ids of keys that are there but cannot be used, what is wrong with them."""
    found = [layer.left_out.items() for layer in counted]
    return {name: error for items in found for (listed, name), error in items if listed == "keys"}


def _renewed(last: Config, made: Config) -> Config:
    """What is in force now, numbered; the last one itself where nothing is different."""
    if made == last:
        return last
    same = (made.settings, made.templates, made.errors, made.warnings, made.files) == (
        last.settings, last.templates, last.errors, last.warnings, last.files,
    )  # fmt: skip
    return made if same else replace(made, version=last.version + 1)
