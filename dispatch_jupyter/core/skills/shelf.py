"""All skills of a project and its person at one moment, and which of them an agent gets."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from ..permissions.faults import printable
from ..protocol.errors import DispatchError, Invalid, NotFound
from ..protocol.parts import SkillReason
from ..protocol.records import ErrorInfo
from ..protocol.settings import SettingsScope, Skill, SkillMapping, Skills
from .mapping import ALL
from .prompt import prompt
from .skill import Entry, Loaded, skill_id

MAX_UNKNOWN = 10
"""Of a template, that are said: looking for what may be meant takes time."""
SCOPES: tuple[SettingsScope, ...] = ("built in", "global", "project")


@dataclass(frozen=True, slots=True)
class Shelf:
    """A snapshot: it never changes, so an agent's step sees one state of the files."""

    entries: tuple[Entry, ...] = ()
    """By scope, in the order of folders and names. Those with an error are not loaded."""
    mappings: tuple[SkillMapping, ...] = ()
    faults: tuple[ErrorInfo, ...] = ()
    """What is wrong with folders and mapping files."""
    elsewhere: tuple[Path, ...] = ()
    """Real paths of files and packages that links lead to."""
    _by_id: dict[str, Entry] = field(init=False, repr=False, compare=False)
    _by_file: dict[tuple[SettingsScope, str], list[Entry]] = field(init=False, repr=False, compare=False)
    """By scope and each name of their files."""

    def __post_init__(self) -> None:
        by_id: dict[str, Entry] = {}
        for entry in self.entries:
            known = by_id.get(entry.info.id)
            if known is None or (known.info.error and not entry.info.error):
                by_id[entry.info.id] = entry
        by_file: dict[tuple[SettingsScope, str], list[Entry]] = {}
        for entry in by_id.values():
            for alias in entry.aliases:
                by_file.setdefault((entry.info.scope, alias), []).append(entry)
        object.__setattr__(self, "_by_id", by_id)
        object.__setattr__(self, "_by_file", by_file)

    @property
    def problems(self) -> tuple[ErrorInfo, ...]:
        """All that is wrong, that of single skills included."""
        return (*self.faults, *(entry.info.error for entry in self.entries if entry.info.error))

    def listing(self) -> Skills:
        """`GET skills`."""
        skills = [entry.info for entry in self.entries]
        return Skills(skills=skills, mappings=list(self.mappings), problems=list(self.problems))

    def skill(self, name: str) -> Skill:
        """`GET skills/{name}`: also of one with an error, so that people see what they wrote.

        Raises:
            NotFound: there is none of that name.
            Invalid: both scopes have one.
        """
        entry = self.find(name)
        return Skill(**dict(entry.info), text=entry.text)

    def find(self, name: str, first: SettingsScope | None = None) -> Entry:
        """The skill meant by an id, by a name, or by the name of its file.

        Args:
            first: the scope that is meant where both have one; None: that is an error.

        Raises:
            NotFound: there is none of that name.
            Invalid: more than one is meant.
        """
        wanted = name.strip()
        found = self.meant(name)
        here = [entry for entry in found if entry.info.scope == first]
        if len(here) == 1 or len(found) == 1:
            return (here or found)[0]
        if not found:
            raise NotFound(f"There is no skill `{_shown(wanted)}`.", self._near(wanted.rpartition(":")[2].strip()))
        ids = [f"`{entry.info.id}`" for entry in here or found]
        if len(set(ids)) == len(ids):
            raise Invalid(f"`{_shown(wanted)}` may be {' or '.join(ids)}.", "Write which one you mean.")
        raise Invalid(f"`{_shown(wanted)}` may be more than one skill.", "Write its name as in its front matter.")

    def meant(self, name: str) -> list[Entry]:
        """All that an id, a name or the name of a file may mean. Quick, as `find` is where something is found.

        A name alone means what is built in only where neither the person nor the project has one that can be used.
        """
        if exact := self._by_id.get(name):
            return [exact]  # a broken one may be named as its folder is: by a space
        prefix, colon, rest = name.strip().partition(":")
        if colon:
            return self._in([one for one in SCOPES if skill_id(one, "") == f"{prefix}:"], rest.strip())
        theirs = self._in(SCOPES[1:], prefix)
        if any(not entry.info.error for entry in theirs):
            return theirs
        return self._in(SCOPES[:1], prefix) or theirs

    def _in(self, scopes: Sequence[SettingsScope], plain: str) -> list[Entry]:
        ids = [skill_id(one, plain) for one in scopes]
        exact = [self._by_id[one] for one in ids if one in self._by_id]
        return exact or [entry for one in scopes for entry in self._by_file.get((one, plain), ())]

    def usable(self, name: str) -> Entry:
        """As `find`, for one that is to be loaded.

        Raises:
            Invalid: also where it has an error.
        """
        entry = self.find(name)
        error = entry.info.error
        if error:
            raise Invalid(f"The skill `{entry.info.id}` cannot be used: {error.message}", error.hint)
        return entry

    def unknown(self, names: Iterable[str]) -> list[ErrorInfo]:
        """What is wrong with names of skills in an agent's template; of very many, with the first."""
        faults: list[ErrorInfo] = []
        for name in names:
            try:
                self.usable(name)
            except DispatchError as error:
                faults.append(ErrorInfo.of(error))
            if len(faults) == MAX_UNKNOWN:
                break
        return faults

    def for_agent(
        self,
        agent_type: str,
        orchestrator: bool = False,
        from_template: Sequence[str] = (),
        by_hand: Sequence[str] = (),
    ) -> list[Loaded]:
        """The skills in an agent's prompt, in order, each once. Names that mean nothing are left out: see `unknown`.

        Args:
            agent_type: the name of its template.
            orchestrator: whether it summons others: then `<type>.o.txt` counts, else `<type>.txt`.
        """
        wanted: list[tuple[Entry, SkillReason]] = []
        for scope in SCOPES:
            here = (entry for entry in self.entries if (entry.info.folder, entry.info.scope) == ("default", scope))
            wanted += [(entry, "default") for entry in (*here, *self._mapped(ALL, orchestrator, [scope]))]
        wanted += [(entry, "agent") for entry in self._mapped(agent_type, orchestrator, SCOPES)]
        wanted += [(entry, "template") for entry in self._known(from_template)]
        wanted += [(entry, "person") for entry in self._known(by_hand)]
        loaded: dict[str, Loaded] = {}
        for entry, why in wanted:
            if not entry.info.error:
                loaded.setdefault(entry.info.id, Loaded(entry.info, why))
        return list(loaded.values())

    def prompt(self, loaded: Sequence[Loaded]) -> str:
        """What the system prompt says of skills; empty where there is nothing to say. The same for the same input."""
        texts = [(one.skill, self._by_id[one.skill.id].text) for one in loaded if one.skill.id in self._by_id]
        have = {skill.id for skill, _ in texts}
        packages = [
            entry.info
            for entry in self.entries
            if entry.info.folder == "packages" and not entry.info.error and entry.info.id not in have
        ]
        return prompt(texts, packages)

    def _mapped(self, agent: str, orchestrator: bool, scopes: Sequence[SettingsScope]) -> Iterator[Entry]:
        for mapping in self.mappings:
            if (mapping.agent, mapping.orchestrator) == (agent, orchestrator) and mapping.scope in scopes:
                yield from (self._by_id[one] for one in mapping.skills)

    def _known(self, names: Iterable[str]) -> Iterator[Entry]:
        for name in names:
            found = self.meant(name)
            # else a file was taken away, say; `unknown` tells people
            if len(found) == 1 and not found[0].info.error:
                yield found[0]

    def _near(self, name: str) -> str:
        names = dict.fromkeys(entry.info.name for entry in self.entries if not entry.info.error)
        near = get_close_matches(name, names, n=1)
        if near:
            return f"Did you mean `{near[0]}`?"
        return f"There are: {', '.join(list(names)[:50])}." if names else "There are no skills."


def _shown(name: str) -> str:
    return printable(name[:100])
