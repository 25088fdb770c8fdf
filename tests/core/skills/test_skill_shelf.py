"""Which skills an agent gets, why, in what order, and what it is told of them."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_jupyter.core.protocol.errors import Invalid, NotFound
from dispatch_jupyter.core.protocol.settings import SkillInfo
from dispatch_jupyter.core.skills import shelf as shelf_module
from dispatch_jupyter.core.skills.prompt import MAX_CHARS, prompt


def loaded(person: Any, *args: Any, **more: Any) -> list[tuple[str, str]]:
    return [(one.skill.id, one.why) for one in person.shelf().for_agent(*args, **more)]


def everything(person: Any) -> None:
    for base in ("~/", ""):
        person.put(f"{base}.skills/default/d2.md")
        person.put(f"{base}.skills/default/d1.md")
        person.put(f"{base}.skills/agents/a.md")
        person.put(f"{base}.skills/agents/boss.md")
        person.put(f"{base}.skills/project/p.md")
        person.put(f"{base}.skills/agents/coder.txt", "a.md\n")
        person.put(f"{base}.skills/agents/coder.o.txt", "boss.md\n")


def test_the_order_is_default_agents_template_by_hand_each_global_then_project(person: Any):
    everything(person)
    default = [(f"{scope}:{name}", "default") for scope in ("global", "project") for name in ("d1", "d2")]
    assert loaded(person, "coder", False, ["project:p"], ["global:p", "project:d1", "project:p"]) == [
        *default,
        ("global:a", "agent"),
        ("project:a", "agent"),
        ("project:p", "template"),
        ("global:p", "person"),
    ]
    assert loaded(person, "coder", True) == [*default, ("global:boss", "agent"), ("project:boss", "agent")]
    assert loaded(person, "writer") == default


def test_a_package_in_a_default_folder_is_listed_and_not_loaded(person: Any):
    person.package(".skills/default/pack")
    person.put(".skills/agents/coder.txt", "pack")
    assert loaded(person, "writer") == []
    assert loaded(person, "coder") == [("project:pack", "agent")]


def test_a_plain_name_means_the_one_scope_that_has_it(person: Any):
    person.put("~/.skills/project/mine.md")
    person.put(".skills/project/ours.md")
    for base in ("~/", ""):
        person.put(f"{base}.skills/project/both.md")
    shelf = person.shelf()
    assert shelf.find("mine").info.id == "global:mine" and shelf.find(" ours.md ").info.id == "project:ours"
    assert shelf.find("project:both").info.id == "project:both" and shelf.find("global: both").info.id == "global:both"
    with pytest.raises(Invalid) as caught:
        shelf.find("both")
    assert caught.value.message == "`both` may be `global:both` or `project:both`."
    assert {entry.info.id: entry.info.ambiguous for entry in shelf.entries} == {
        "global:both": True, "global:mine": False, "project:both": True, "project:ours": False,
    }  # fmt: skip


def test_the_name_in_the_front_matter_comes_before_the_name_of_a_file(person: Any):
    person.put(".skills/project/one.md", "---\nname: two\n---\nThe first.")
    person.put("~/.skills/project/two.md", "---\nname: one\n---\nThe second.")
    shelf = person.shelf()
    assert shelf.find("two").text == "The first." and shelf.find("one.md").text == "The first."
    assert shelf.find("project/one.md").text == "The first."


@pytest.mark.parametrize("name", ["hous-style", "project:hous-style", "", ":", "http://x", "global:house-style"])
def test_an_unknown_name_is_answered_with_one_that_is_near(person: Any, name: str):
    person.put(".skills/project/house-style.md")
    with pytest.raises(NotFound) as caught:
        person.shelf().find(name)
    assert "house-style" in (caught.value.hint or "")


def test_names_in_templates_that_mean_nothing_are_told(person: Any):
    person.put(".skills/project/a.md")
    person.put(".skills/project/broken.md", "---\nname: [\n---\n")
    faults = person.shelf().unknown(["a", "b", "broken"])
    assert [fault.code for fault in faults] == ["not_found", "invalid"]
    assert loaded(person, "x", from_template=["b", "broken", "a"]) == [("project:a", "template")]


def test_very_many_names_that_mean_nothing_do_not_keep_anybody_busy(person: Any, monkeypatch: pytest.MonkeyPatch):
    """A hostile project names thousands; looking for what may be meant is what takes long."""
    looked: list[str] = []

    def near(name: str, *_: Any, **__: Any) -> list[str]:
        looked.append(name)
        return []

    monkeypatch.setattr(shelf_module, "get_close_matches", near)
    person.put(".skills/default/style.md")
    names = [f"none{number}" for number in range(150)]
    for number in range(5):
        person.put(f".skills/agents/t{number}.txt", "\n".join([*names, "style"]))
    shelf = person.shelf()
    assert len(looked) == len(shelf.problems) == 100
    assert [mapping.skills for mapping in shelf.mappings] == [["project:style"]] * 5
    looked.clear()
    assert len(shelf.unknown(names)) == len(looked) == 10
    looked.clear()
    assert [one.skill.id for one in shelf.for_agent("x", from_template=[*names, "style"])] == ["project:style"]
    assert looked == []


# ---------------------------------------------------------------------- mapping files


def test_mapping_files_name_files_or_skills_of_either_scope(person: Any):
    person.put("~/.skills/project/g.md", "---\nname: general\n---\nText.")
    person.put(".skills/default/style.md")
    person.package(".skills/pdf")
    person.put(
        ".skills/agents/coder.txt", "# for coders\nstyle.md\n- default/style.md\ngeneral\nglobal:g.md # again\npdf\n"
    )
    shelf = person.shelf()
    (mapping,) = shelf.mappings
    assert mapping.skills == ["project:style", "global:general", "project:pdf"]
    assert (mapping.scope, mapping.agent, mapping.orchestrator) == ("project", "coder", False)
    assert shelf.problems == ()
    assert {entry.info.id: entry.info.agents for entry in shelf.entries} == {
        "project:style": ["coder"], "global:general": ["coder"], "project:pdf": ["coder"],
    }  # fmt: skip


def test_types_of_orchestrators_are_told_apart(person: Any):
    everything(person)
    person.put(".skills/agents/v1.2.txt", "p")
    shelf = person.shelf()
    assert [(m.scope, m.agent, m.orchestrator) for m in shelf.mappings] == [
        ("global", "coder", True), ("global", "coder", False),
        ("project", "coder", True), ("project", "coder", False), ("project", "v1.2", False),
    ]  # fmt: skip
    assert shelf.find("project:boss").info.agents == ["coder.o"]


def test_a_name_that_exists_nowhere_is_told_with_its_line_and_the_rest_counts(person: Any):
    person.put(".skills/project/good.md")
    person.put(".skills/project/broken.md", "")
    path = person.put(".skills/agents/coder.txt", "\ngod.md\nbroken\ngood.md\n")
    shelf = person.shelf()
    assert shelf.mappings[0].skills == ["project:good"]
    first, second = (fault for fault in shelf.faults)
    assert first.message == f"{path}, line 2: There is no skill `god.md`." and first.hint == "Did you mean `good`?"
    assert first.place is not None and (first.place.path, first.place.line) == (str(path), 2)
    assert "`project:broken` cannot be used" in second.message and second.place and second.place.line == 3


def test_a_plain_name_in_a_mapping_means_its_own_scope_first(person: Any):
    everything(person)
    person.put("~/.skills/agents/x.txt", "p\nproject:p\n")
    person.put(".skills/agents/x.txt", "p\n")
    assert [mapping.skills for mapping in person.shelf().mappings if mapping.agent == "x"] == [
        ["global:p", "project:p"],
        ["project:p"],
    ]


def test_a_file_name_that_two_skills_have_is_told(person: Any):
    person.put(".skills/default/a.md", "---\nname: one\n---\nText.")
    person.put(".skills/project/a.md", "---\nname: two\n---\nText.")
    person.put(".skills/agents/x.txt", "a.md\nproject/a.md\n")
    shelf = person.shelf()
    assert shelf.mappings[0].skills == ["project:two"]
    assert "may be `project:one` or `project:two`" in shelf.faults[0].message


# ---------------------------------------------------------------------- the prompt


def test_the_prompt_has_texts_in_order_then_what_is_read_on_demand(person: Any):
    person.put("~/.skills/default/b.md", "Of mine.")
    person.put(".skills/default/a.md", "---\ndescription: A\n---\n# Ours\n\nText.")
    person.package(".skills/pdf", description="Fill in PDF forms.")
    person.package(".skills/xls", description="Sheets.")
    shelf = person.shelf()
    text = shelf.prompt(shelf.for_agent("x", by_hand=["xls"]))
    assert text.split("\n\n", 2)[2].splitlines() == [
        "## Skill `global:b`",
        "",
        "Of mine.",
        "",
        "## Skill `project:a`",
        "",
        "# Ours",
        "",
        "Text.",
        "",
        "## Skill `project:xls`",
        "",
        "Step one.",
        "",
        "## Skills to read on demand",
        "",
        "When a task is about one of these, call `use_skill` with its name first, and follow what it says:",
        "",
        "- `project:pdf`: Fill in PDF forms.",
    ]


def test_the_prompt_is_the_same_to_the_byte_while_nothing_changes(person: Any):
    everything(person)
    person.package(".skills/pdf")
    first, second = person.shelf(), person.shelf()
    assert first == second
    assert first.prompt(first.for_agent("coder")) == second.prompt(second.for_agent("coder"))
    person.put(".skills/default/zz.md", "More.")
    third = person.shelf()
    assert third.prompt(third.for_agent("coder")) != first.prompt(first.for_agent("coder"))


def test_what_does_not_fit_is_named_with_how_to_read_it(person: Any):
    person.put(".skills/default/a.md", "x" * 40_000)
    person.put(".skills/default/b.md", "---\ndescription: The long one.\n---\n" + "y" * 40_000)
    person.put(".skills/default/c.md", "z" * 19_000)
    shelf = person.shelf()
    text = shelf.prompt(shelf.for_agent("x"))
    assert "x" * 40_000 in text and "z" * 19_000 in text and "yyy" not in text
    assert "too long to stand here. Read each with `use_skill`" in text and "- `project:b`: The long one." in text


def test_skills_that_went_are_left_out(person: Any):
    path = person.put(".skills/default/a.md", "Here.")
    before = person.shelf().for_agent("x")
    path.unlink()
    assert person.shelf().prompt(before) == ""


_infos = st.lists(
    st.builds(
        lambda name, description: SkillInfo(
            id=f"project:{name}",
            name=name,
            scope="project",
            folder="packages",
            path=f"/p/{name}",
            description=description,
        ),
        st.text("abc", min_size=1, max_size=90),
        st.text("xyz ", max_size=900),
    ),
    max_size=60,
)


@given(_infos, st.lists(st.integers(0, 70_000), max_size=6))
def test_the_prompt_has_a_size(packages: list[SkillInfo], sizes: list[int]):
    one = SkillInfo(id="global:a", name="a", scope="global", folder="default", path=str(Path("/a")))
    text = prompt([(one, "t" * size) for size in sizes], packages)
    assert len(text) <= MAX_CHARS + 30_000
    assert bool(text) == bool(packages or sizes)
    assert all(f"`{package.id}`" in text for package in packages)


def test_a_list_that_is_far_too_long_says_how_many_are_left_out():
    packages = [
        SkillInfo(
            id=f"project:{n:05}", name=f"{n:05}", scope="project", folder="packages", path="/p", description="x" * 50
        )
        for n in range(3000)
    ]
    text = prompt([], packages)
    shown = sum(f"`{package.id}`" in text for package in packages)
    assert len(text) < 30_000 and 100 < shown < 3000 and text.endswith(f", and {3000 - shown} more")
