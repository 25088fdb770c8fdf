"""Where skills lie: both levels, packages, links, what is left out and why."""

import os
from pathlib import Path
from typing import Any

import pytest

from dispatch_jupyter.core.permissions.places import places_of
from dispatch_jupyter.core.protocol.errors import Invalid, NotFound
from dispatch_jupyter.core.skills import disk, scan
from dispatch_jupyter.core.skills.library import Library


def test_there_may_be_none(person: Any):
    shelf = person.shelf()
    assert shelf.entries == shelf.mappings == shelf.problems == ()
    assert shelf.prompt(shelf.for_agent("dispatch")) == ""


def test_both_levels_and_all_folders_are_read(person: Any):
    for base in ("~/", ""):
        person.put(f"{base}.skills/default/b.md")
        person.put(f"{base}.skills/default/a.markdown")
        person.put(f"{base}.skills/agents/c.md")
        person.put(f"{base}.skills/project/d.md")
        person.package(f"{base}.skills/e")
    found = [(entry.info.id, entry.info.folder) for entry in person.shelf().entries]
    one = [("a", "default"), ("b", "default"), ("c", "agents"), ("d", "project"), ("e", "packages")]
    assert found == [(f"{scope}:{name}", folder) for scope in ("global", "project") for name, folder in one]
    assert person.problems() == []


def test_packages_lie_anywhere_and_where_others_keep_them(person: Any):
    for path in (
        ".skills/default/a",
        ".skills/agents/b",
        "~/.skills/project/c",
        ".agents/skills/d",
        "~/.claude/skills/e",
    ):
        person.package(path)
    person.put(".agents/skills/loose.md")
    person.put(".claude/skills/empty/notes.txt")
    assert sorted(person.ids()) == ["global:c", "global:e", "project:a", "project:b", "project:d"]
    assert {entry.info.folder for entry in person.shelf().entries} == {"packages"}
    assert person.problems() == []


def test_what_editors_leave_behind_is_no_skill(person: Any):
    person.put(".skills/default/a.md")
    for name in (".b.md", "#c.md#", "d.md~", ".a.md.swp", ".#a.md", "~$e.md", "README.md", "picture.png"):
        person.put(f".skills/default/{name}")
    person.put(".skills/.ipynb_checkpoints/a-checkpoint.md")
    assert person.ids() == ["project:a"] and person.problems() == []


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (".skills/loose.md", ".skills/loose.md is in none of the folders that are read"),
        (".skills/other/notes.md", ".skills/other has no SKILL.md, so nothing in it is read"),
        (".skills/default/SKILL.md", ".skills/default/SKILL.md is in no folder of its own"),
        (".skills/default/deep/a.md", ".skills/default/deep has no SKILL.md"),
        ("~/.skills", "~/.skills is not a folder"),
        (".skills/default", ".skills/default is not a folder"),
        (".skills/x/SKILL.md/y", ".skills/x/SKILL.md is not an ordinary file"),
    ],
)
def test_what_is_in_the_wrong_place_is_told(person: Any, path: str, words: str):
    person.put(path)
    person.put(".skills/project/good.md" if path != ".skills" else "x")
    (problem,) = person.problems()
    assert problem.startswith(words.removesuffix("/y"))
    assert person.ids() == ["project:good"]


def test_the_rest_works_when_some_are_broken(person: Any):
    person.put(".skills/default/a.md", "---\nname: [\n---\nText.")
    person.put(".skills/default/b.md", b"\xff")
    person.put(".skills/default/c.md", "x" * 1_000_001)
    os.mkfifo(person.path(".skills/default/d.md"))
    person.put(".skills/default/e.md")
    shelf = person.shelf()
    assert [(entry.info.name, entry.info.error is None) for entry in shelf.entries] == [
        ("a", False), ("b", False), ("c", False), ("d", False), ("e", True),
    ]  # fmt: skip
    assert [skill.skill.id for skill in shelf.for_agent("x")] == ["project:e"]
    words = ["not valid YAML", "not UTF-8", "more than 1,000,000 bytes", "not an ordinary file"]
    assert all(word in problem.message for word, problem in zip(words, shelf.problems, strict=True))
    assert shelf.listing().problems == list(shelf.problems)
    assert shelf.skill("a").text == "---\nname: [\n---\nText."
    with pytest.raises(Invalid, match="cannot be used"):
        shelf.usable("a")


def test_of_two_of_one_name_in_one_scope_the_first_counts_and_the_other_is_told(person: Any):
    person.put(".skills/project/later.md", "---\nname: same\n---\nSecond.")
    person.put(".skills/default/first.md", "---\nname: same\n---\nFirst.")
    person.put("~/.skills/default/own.md", "---\nname: same\n---\nGlobal.")
    shelf = person.shelf()
    assert shelf.skill("project:same").text == "First." and shelf.skill("global:same").text == "Global."
    (problem,) = person.problems()
    assert problem.startswith(".skills/project/later.md is not used") and "first.md" in problem
    assert len(shelf.for_agent("x", by_hand=["project:same"])) == 2


def test_a_broken_one_does_not_hide_a_good_one_of_its_name(person: Any):
    person.put(".skills/default/a.md", "---\nname: [\n---\nText.")
    person.package(".skills/a")
    assert person.shelf().usable("a").text == "Step one."


# ---------------------------------------------------------------------- links


def test_links_inside_the_project_and_the_persons_folders_are_followed(person: Any, tmp_path: Path):
    docs = person.put("docs/style.md", "Style.")
    person.link(".skills/default/style.md", docs)
    person.link(".skills/default/again.md", Path("style.md"))
    own = person.put("~/.skills/project/own.md", "Own.")
    person.link(".skills/project/own.md", own)
    package = person.package("tools/pack").parent
    person.link(".claude/skills/pack", package)
    person.link(".agents/skills/pack", package)
    shelf = person.shelf()
    assert [entry.info.id for entry in shelf.entries] == ["global:own", "project:again", "project:own", "project:pack"]
    assert shelf.find("project:style.md").text == "Style.", "another name of the same file"
    assert shelf.problems == ()
    assert set(shelf.elsewhere) == {docs, own, package}


def test_links_that_lead_out_are_not_followed(person: Any, tmp_path: Path):
    secret = tmp_path / "elsewhere" / "secret.md"
    secret.parent.mkdir()
    secret.write_text("---\ndescription: D.\n---\nsecret")
    (secret.parent / "SKILL.md").write_bytes(secret.read_bytes())
    person.link(".skills/default/a.md", secret)
    person.link(".skills/default/b.md", Path("../../../../elsewhere/secret.md"))
    person.link(".skills/pack", secret.parent)
    person.link(".skills/agents/coder.txt", secret)
    person.link(".skills/half/SKILL.md", secret)
    person.link(".agents/skills", secret.parent)
    person.link("~/.skills/default/c.md", secret)
    person.link(".skills/default/gone.md", Path("nowhere.md"))
    person.link(".skills/default/loop.md", Path("loop.md"))
    shelf = person.shelf()
    assert "secret" not in "".join(entry.text for entry in shelf.entries) and person.ids() == []
    assert len(shelf.problems) == 9
    assert sum("leads out" in problem.message for problem in shelf.problems) == 7


def test_the_projects_folder_itself_may_not_be_a_link_that_leads_out(person: Any):
    person.put("~/private/default/a.md", "secret")
    person.link(".skills", person.path("~/private"))
    assert person.ids() == [] and all("leads out" in problem for problem in person.problems())
    assert person.problems()


def test_the_persons_folder_may_lie_elsewhere(person: Any):
    person.put("~/dotfiles/skills/default/a.md")
    person.link("~/.skills", person.path("~/dotfiles/skills"))
    assert person.ids() == ["global:a"] and person.problems() == []


def test_secrets_in_the_project_stay_closed(tmp_path: Path):
    """A person who works in their home folder: a link there could lead to their keys."""
    home = tmp_path / "home"
    (home / ".ssh").mkdir(parents=True)
    (home / ".ssh" / "id.md").write_text("swordfish")
    (home / ".claude" / "skills" / "ok").mkdir(parents=True)
    (home / ".claude" / "skills" / "ok" / "SKILL.md").write_text("---\ndescription: D.\n---\nFine.")
    (home / ".claude" / "token.md").write_text("swordfish")
    (home / ".skills" / "default").mkdir(parents=True)
    (home / ".skills" / "default" / "a.md").symlink_to(home / ".ssh" / "id.md")
    (home / ".skills" / "default" / "b.md").symlink_to(home / ".claude" / "token.md")
    (home / ".skills" / "default" / "c.md").write_text("Mine.")
    shelf = Library(home, home, places_of({}, home), shipped=None).load()
    assert [entry.text for entry in shelf.entries] == ["Mine.", "Fine."]
    assert [entry.info.id for entry in shelf.entries] == ["global:c", "global:ok"] and len(shelf.problems) == 2
    (home / ".skills").rename(home / ".old")
    (home / ".skills").symlink_to(home / ".ssh")
    assert "swordfish" not in str(Library(home, home, places_of({}, home), shipped=None).load())
    (home / ".skills").unlink()
    (tmp_path / "others" / "default").mkdir(parents=True)
    (tmp_path / "others" / "default" / "a.md").write_text("swordfish")
    (home / ".skills").symlink_to(tmp_path / "others")
    assert "swordfish" not in str(Library(home, home, places_of({}, home), shipped=None).load())


def test_what_links_swap_while_it_is_looked_at_is_judged_as_it_is_opened(person: Any, tmp_path: Path, monkeypatch: Any):
    secret = tmp_path / "secret.md"
    secret.write_text("secret")
    path = person.put(".skills/default/a.md", "Plain.")
    look = disk.Disk.look

    def and_swap(self: Any, at: Path) -> Any:
        looked = look(self, at)
        path.unlink()
        path.symlink_to(secret)
        return looked

    monkeypatch.setattr(disk.Disk, "look", and_swap)
    shelf = person.shelf()
    assert [entry.text for entry in shelf.entries] == [""] and "leads out" in shelf.problems[0].message


# ---------------------------------------------------------------------- bounds


def test_there_is_an_end_to_how_much_is_read(person: Any, monkeypatch: Any):
    monkeypatch.setattr(scan, "MAX_FILES", 3)
    for number in range(5):
        person.put(f".skills/default/{number}.md")
    person.put("~/.skills/default/own.md")
    assert person.ids() == ["global:own", "project:0", "project:1", "project:2"]
    assert any("holds more than 3 files" in problem for problem in person.problems())
    monkeypatch.setattr(scan, "MAX_FILES", 10)
    monkeypatch.setattr(scan, "MAX_TOTAL_BYTES", 30)
    assert person.ids() == ["global:own", "project:0", "project:1"]


def test_files_that_are_too_large_do_not_count(person: Any, monkeypatch: Any):
    monkeypatch.setattr(scan, "MAX_TOTAL_BYTES", 1_000_100)
    person.put(".skills/default/a.md", "x" * 1_000_001)
    person.put(".skills/default/b.md")
    person.put(".skills/default/c.md", "x" * 1_000_000)
    assert person.ids() == ["project:b", "project:c"] and len(person.problems()) == 1


def test_a_folder_with_too_much_in_it_is_not_read(person: Any, monkeypatch: Any):
    monkeypatch.setattr(disk, "MAX_ENTRIES", 3)
    for number in range(5):
        person.put(f".skills/default/{number}.md")
    person.put(".skills/project/a.md")
    assert person.ids() == ["project:a"] and ".skills/default holds more than" in person.problems()[0]


@pytest.mark.slow
def test_of_two_thousand_those_that_are_as_they_were_are_not_read_again(person: Any, monkeypatch: Any):
    for number in range(2000):
        person.put(f".skills/project/{number}.md", f"---\nname: s{number}\ndescription: D.\ntags: [a]\n---\nText.")
    read: list[str] = []
    files_read = disk.Files.read

    def reading(files: Any, path: str, *most: int) -> Any:
        read.append(path)
        return files_read(files, path, *most)

    monkeypatch.setattr(disk.Files, "read", reading)
    assert len(person.ids()) == 2000 and len(read) >= 2000
    for entry in person.path(".skills/project").iterdir():
        os.utime(entry, (1, 1))
    person.shelf()
    read.clear()
    person.shelf()
    assert read == []
    os.utime(person.path(".skills/project/7.md"), (2, 2))
    person.shelf()
    assert [path.rpartition("/")[2] for path in read] == ["7.md"]


# ---------------------------------------------------------------------- reload


def test_an_edit_is_seen_at_the_next_look(person: Any):
    path = person.put(".skills/default/a.md", "One.")
    before = person.shelf()
    path.write_text("Two.")
    after = person.shelf()
    assert (before.skill("a").text, after.skill("a").text) == ("One.", "Two.")
    replacement = path.with_suffix(".new")
    replacement.write_text("Six.")
    replacement.replace(path)
    assert person.shelf().skill("a").text == "Six."
    path.unlink()
    assert person.ids() == [] and before.skill("a").text == "One."


def test_only_what_changed_is_read_again(person: Any, monkeypatch: Any):
    monkeypatch.setattr(disk, "SETTLED_NS", -(10**18))
    read: list[str] = []
    real = disk.Files.read

    def noted(self: Any, path: str, limit: int) -> Any:
        read.append(Path(path).name)
        return real(self, path, limit)

    monkeypatch.setattr(disk.Files, "read", noted)
    paths = [person.put(f".skills/default/{name}.md", name) for name in "abc"]
    person.put(".skills/agents/x.txt", "a")
    person.shelf()
    assert read == ["a.md", "b.md", "c.md", "x.txt"]
    person.shelf()
    assert len(read) == 4
    paths[1].write_text("changed")
    assert person.shelf().skill("b").text == "changed" and read[4:] == ["b.md"]
    paths[0].unlink()
    person.shelf()
    assert person.library._disk is not None and paths[0] not in person.library._disk._kept, "or it grows for ever"
    paths[0].write_text("a")
    person.shelf()
    assert read[5:] == ["a.md"]


def test_what_was_changed_a_moment_ago_is_read_again_in_any_case(person: Any, monkeypatch: Any):
    """The clock of files is coarse: two saves of one length may have one time."""
    path = person.put(".skills/default/a.md", "One.")
    look = disk.Disk.look
    first: list[Any] = []

    def as_at_first(self: Any, at: Path) -> Any:
        first[:] = first or [look(self, at)]
        return first[0]

    monkeypatch.setattr(disk.Disk, "look", as_at_first)
    person.shelf()
    path.write_text("Two.")
    assert person.shelf().skill("a").text == "Two."


def test_a_changed_file_that_breaks_is_told_and_mends(person: Any):
    path = person.put(".skills/default/a.md", "One.")
    assert person.ids() == ["project:a"]
    path.write_text("---\nname: [\n---\n")
    assert person.ids() == [] and len(person.problems()) == 1
    path.write_text("Two.")
    assert person.ids() == ["project:a"] and person.problems() == []


def test_what_is_to_be_watched(person: Any):
    names = (".skills", ".agents/skills", ".claude/skills")
    roots = [(base / name, True) for base in (person.home, person.project) for name in names]
    assert person.library.watched() == roots
    linked = person.put("docs/b.md")
    person.link(".skills/default/b.md", linked)
    package = person.package("tools/pack").parent
    person.link(".skills/pack", package)
    person.shelf()
    assert person.library.watched() == [*roots, (linked, False), (package, True)]


@pytest.mark.parametrize(
    ("path", "matters"),
    [
        (".skills/default/a.md", True),
        (".skills/agents/x.txt", True),
        ("~/.skills/project/a.md", True),
        ("~/.claude/skills/x/SKILL.md", True),
        ("tools/pack/notes.md", True),
        (".claude/settings.json", False),
        ("AGENTS.md", True),
        ("docs/b.md", True),
        ("docs/c.md", False),
        ("tools/pack/.notes.md.swp", False),
        (".skills/default/.a.md.swp", False),
        (".skills/default/a.md~", False),
        (".skills/.git/index", False),
        ("README.md", False),
        ("~/.bash_history", False),
        ("~/AGENTS.md", False),
    ],
)
def test_which_changes_matter(person: Any, path: str, matters: bool):
    person.link(".skills/default/b.md", person.put("docs/b.md"))
    person.link(".skills/pack", person.package("tools/pack").parent)
    person.shelf()
    assert person.library.concerns(person.path(path)) is matters


# ---------------------------------------------------------------------- reading one on demand


def test_an_opened_package_names_the_files_beside_it(person: Any):
    person.package(".skills/pdf")
    person.put(".skills/pdf/forms.md", "12345")
    person.put(".skills/pdf/scripts/fill.py", "1")
    person.put(".skills/pdf/.git/config", "1")
    person.link(".skills/pdf/out", Path("/etc"))
    opened = person.library.open(person.shelf(), "pdf")
    assert opened.skill.id == "project:pdf"
    assert opened.text.splitlines() == [
        "# Skill `project:pdf`",
        "",
        "Step one.",
        "",
        "Relative paths above start at `.skills/pdf`. Files beside it, to be read with read_file:",
        "",
        "- .skills/pdf/forms.md (5 bytes)",
        "- .skills/pdf/scripts/fill.py (1 bytes)",
    ]


def test_a_package_outside_the_project_is_named_by_its_whole_path(person: Any):
    folder = person.package("~/.skills/pdf").parent
    person.put("~/.skills/pdf/forms.md")
    person.package(".skills/own")
    shelf = person.shelf()
    assert f"- {folder}/forms.md" in person.library.open(shelf, "pdf").text
    assert person.library.packages_outside(shelf) == (folder,)
    assert person.library.open(shelf, "own").text == "# Skill `project:own`\n\nStep one."


def test_a_package_with_very_many_files_names_some(person: Any):
    person.package(".skills/pdf")
    for number in range(150):
        person.put(f".skills/pdf/{number:03}.md")
    lines = person.library.open(person.shelf(), "pdf").text.splitlines()
    assert len([line for line in lines if line.startswith("- .skills")]) == 100 and lines[-1].startswith("- and more")


def test_any_skill_can_be_opened_and_none_that_is_not_there(person: Any):
    person.put(".skills/project/a.md", "By hand.")
    person.put(".skills/project/broken.md", "")
    shelf = person.shelf()
    assert person.library.open(shelf, "a").text == "# Skill `project:a`\n\nBy hand."
    with pytest.raises(NotFound):
        person.library.open(shelf, "b")
    with pytest.raises(Invalid):
        person.library.open(shelf, "broken")
