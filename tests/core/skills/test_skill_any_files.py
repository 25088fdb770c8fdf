"""Whatever lies in the folders: something is read, and nothing fails."""

import os
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_jupyter.core.permissions.places import Places
from dispatch_jupyter.core.protocol.errors import Invalid
from dispatch_jupyter.core.skills.library import Library

FOLDERS = (".skills", ".skills/default", ".skills/agents", ".skills/project", ".skills/pack", ".agents/skills/x", ".")
NAMES = (
    "a.md",
    "b.md",
    "A.MD",
    "SKILL.md",
    "README.md",
    "coder.txt",
    "coder.o.txt",
    ".o.txt",
    ".txt",
    "x",
    "AGENTS.md",
)
ODD = st.binary(min_size=1, max_size=12).filter(lambda name: b"/" not in name and b"\0" not in name)
TEXTS = st.sampled_from(
    [
        b"",
        b"Text.",
        b"---\nname: a\n---\nText.",
        b"---\nname: [\n---\n",
        b"\xff",
        b"a\nb.md\nproject:a\nglobal:a\nnone\n",
    ]
) | st.binary(max_size=40)
FILES = st.tuples(st.sampled_from(FOLDERS), st.sampled_from([name.encode() for name in NAMES]) | ODD)
THINGS = st.one_of(
    TEXTS, st.sampled_from(["folder", "pipe", "link:a.md", "link:..", "link:/", "link:nowhere", "link:x"])
)


def make(base: Path, folder: str, name: bytes, thing: bytes | str) -> None:
    at = base / folder / os.fsdecode(name)
    try:
        at.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(thing, bytes):
            with at.open("xb") as file:
                file.write(thing)
        elif thing == "folder":
            at.mkdir()
        elif thing == "pipe":
            os.mkfifo(at)
        else:
            at.symlink_to(thing.removeprefix("link:"))
    except OSError:
        pass  # something else is there already


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(FILES, THINGS, max_size=12), st.dictionaries(FILES, THINGS, max_size=12))
def test_any_files_give_a_shelf(own: dict[Any, Any], projects: dict[Any, Any]):
    with tempfile.TemporaryDirectory() as top:
        home, project = Path(top, "home"), Path(top, "project")
        for base, files in ((home, own), (project, projects)):
            base.mkdir()
            for (folder, name), thing in files.items():
                make(base, folder, name, thing)
        library = Library(home, project, Places(home))
        shelf = library.load()
        assert library.load() == shelf
        shelf.listing().model_dump_json()
        loaded = shelf.for_agent("coder", from_template=["a", "x"], by_hand=["project:b"])
        assert len({one.skill.id for one in loaded}) == len(loaded)
        shelf.prompt(loaded).encode()
        for entry in shelf.entries:
            try:
                library.open(shelf, entry.info.id).text.encode()
            except Invalid:
                assert entry.info.error
        assert all(problem.place and problem.hint for problem in shelf.problems)
        assert all(isinstance(path, Path) for path, _ in library.watched())


def test_what_is_named_by_a_space_is_found_by_its_id(person: Any):
    make(person.project, ".skills", b" /SKILL.md", b"")
    shelf = person.shelf()
    (entry,) = shelf.entries
    assert entry.info.id == "project: " and entry.info.error
    assert shelf.find(entry.info.id) is entry


def test_a_name_that_is_no_text_is_shown_as_escapes_and_told(person: Any):
    person.put(".skills/default/good.md")
    make(person.project, ".skills/default", b"\xff\nx.md", b"Odd.")
    assert person.ids() == ["project:good"]
    (problem,) = person.problems()
    assert problem.startswith(r".skills/default/\xff\nx.md, line 1: its `name` cannot be used")
    make(person.project, ".skills/default", b"\xff\nx.md", b"")
    person.shelf().listing().model_dump_json()
