"""Agents as TOML files: what they set, which file counts, and that a broken one is shown as broken."""

from pathlib import Path

import pytest
from config_place import Place

from dispatch_jupyter.core.config import agent_files
from dispatch_jupyter.core.config.built_in import built_in
from dispatch_jupyter.core.config.templates import Template
from dispatch_jupyter.core.protocol.parts import SUMMON_KINDS

FULL = """\
name = "Code reviewer"
description = "Reads what others wrote"
skills = ["python", "global:style"]
tools = ["read"]
permissions = ["read"]
cwd = "src"
is_subagent = true
prompt = \"\"\"
Look for
name = "x"
\"\"\"

[[models]]
key_id = "work"
model_id = "anthropic/big"
effort = "high"

[[models]]
model_id = "light"
"""
SUBAGENTS = ["planner", "researcher", "reviewer", "writer"]
"""Those that are built in."""
OWN = "keys: [{id: work, provider: anthropic, env: W}]\nmodels: [{id: anthropic/big, tags: [light]}]\n"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    place.own(OWN)
    return place


def test_everything_that_can_be_said(place: Place) -> None:
    file = place.agent("reviewer.toml", FULL)
    one = place.clean().templates["reviewer"]
    assert (one.slug, one.title, one.description) == ("reviewer", "Code reviewer", "Reads what others wrote")
    assert (one.skills, one.tools, one.operations) == (("python", "global:style"), ("read",), ("read",))
    assert (one.cwd, one.is_subagent, one.scope, one.error) == (place.project / "src", True, "project", None)
    assert one.prompt == 'Look for\nname = "x"\n'
    assert [(wish.model, wish.key, wish.effort) for wish in one.wants] == [
        ("anthropic/big", "work", "high"),
        ("light", None, None),
    ]
    assert one.place is not None and one.place.path == str(file)


def test_an_empty_file_is_an_agent(place: Place) -> None:
    place.agent("code-reviewer.toml", "")
    one = place.clean().templates["code-reviewer"]
    assert one == Template("code-reviewer", "Code reviewer", summons=SUMMON_KINDS, scope="project", place=one.place)


def test_an_emptied_file_of_an_agent_gives_it_no_more_tools(place: Place) -> None:
    file = place.agent("reader.toml", "tools = ['read']\n", own=True)
    config = place.clean()
    file.write_text("")
    for _ in range(2):  # also when it is read again
        config = place.load(config)
        assert config.templates["reader"].tools == ("read",)
        (error,) = config.errors
        assert "it is empty now. The last good version of the agent stays in force." in error.message
    file.write_text("# as it comes\n")
    config = place.load(config)
    assert config.errors == [] and config.templates["reader"].tools is None
    file.write_text("tools = ['edit']\n")
    assert place.load(config).templates["reader"].tools == ("edit",)


def test_which_file_counts(place: Place) -> None:
    place.own(OWN + "agents: [{name: x, prompt: own yaml}]\n")
    assert place.clean().templates["x"].prompt == "own yaml"
    place.agent("x.toml", 'prompt = "own toml"\n', own=True)
    assert place.clean().templates["x"].prompt == "own toml"
    place.theirs("agents: [{name: x, prompt: yaml}]\n")
    assert place.clean().templates["x"].prompt == "yaml"
    place.agent("x.toml", 'prompt = "toml"\n')
    assert place.clean().templates["x"].prompt == "toml"


def test_the_default_agent_is_built_in_and_may_be_changed(place: Place) -> None:
    shipped = place.clean().templates["dispatch"]
    assert shipped is built_in()["dispatch"]
    place.agent("dispatch.toml", 'prompt = "Be brief."\n')
    one = place.clean().templates["dispatch"]
    assert (one.title, one.description, one.prompt) == (shipped.title, shipped.description, "Be brief.")
    place.theirs("agents: [{name: a}, {name: Zed, is_subagent: true}, {name: b}]\n")
    assert list(place.clean().templates) == ["dispatch", "a", "b", *SUBAGENTS, "Zed"]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('name = "x"\ntools = [\n', 2, "not valid TOML: "),
        ('name = "x\n', 1, "not valid TOML: illegal character"),
        ("a = 1\na = 2\n", 2, "not valid TOML: cannot overwrite a value"),
        ("[[models]\n", 1, "not valid TOML: "),
        ('\n\nnmae = "x"\n', 3, "there is no setting `nmae`."),
        ('name = "x"\n\n[models]\nmodel_id = "a/b"\n', 3, "`models` cannot be used"),
        ('[[models]]\nmodel_id = "light"\n\n[[models]]\nmodel = "a/b"\n', 5, "`models.1.model"),
        ('[[models]]\nmodel_id = "light"\n[[models]]\nkey_id = "work"\n', 3, "`models.1.model_id` is missing."),
        ('[[models]]\nmodel_id = "light"\neffort = "hgih"\n', 3, "`models.0.effort` cannot be used"),
        ("models = [\n  {model_id = 5},\n]\n", 1, "`models.0.model_id` cannot be used"),
        ('prompt = """\ntools = 5\n"""\ntools = 5\n', 4, "`tools` cannot be used"),
        ("prompt = '''a'''\ntools = 5\n", 2, "`tools` cannot be used"),
        ("prompt = \"'''\"\ntools = 5\n", 2, "`tools` cannot be used"),
        ('prompt = """a\\"""b\ntools = 5"""\n"tools" = 5\n', 3, "`tools` cannot be used"),
        ('# """\npermissions = ["all"]\n', 2, "`permissions.0` cannot be used"),
        ('prompt = "a"\nprompt_file = "b"\n', 1, "either `prompt` or `prompt_file`"),
        ("x = " + "[" * 2000, 1, "not valid TOML: "),
    ],
)
def test_a_broken_file_is_shown_as_broken(place: Place, text: str, line: int, said: str) -> None:
    file = place.agent("x.toml", text)
    place.agent("y.toml", 'name = "Fine"\n')
    config = place.load()
    x = config.templates["x"]
    assert x.error is not None and x.error in config.errors
    (found,) = place.said(config)
    assert found[:2] == ("x.toml", line), found
    assert said in found[2]
    assert (x.title, x.scope, x.wants) == ("X", "project", ())
    assert x.place is not None and x.place.path == str(file)
    assert config.templates["y"].title == "Fine"


@pytest.mark.parametrize("content", [b"\xff", b"x = 1" + b" " * 300_000, "folder"])
def test_files_that_cannot_be_read(place: Place, content: bytes | str) -> None:
    if isinstance(content, bytes):
        place.agent("x.toml", content)
    else:
        (place.project / ".dispatch" / "agents" / "x.toml").mkdir(parents=True)
    assert place.load().templates["x"].error is not None


def test_a_projects_file_that_leads_outside_is_not_read(place: Place) -> None:
    (place.folder / "x.toml").write_text('description = "s3cret"\n')
    folder = place.agent("y.toml", "").parent
    (folder / "x.toml").symlink_to(place.folder / "x.toml")
    config = place.load()
    assert "it is not in the project" in config.errors[0].message
    assert "s3cret" not in repr(config)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Code Reviewer.toml", "Code-Reviewer"),
        ("-x.toml", "x"),
        ("ü.toml", "agent"),
        ("_a.toml", "a"),
        ("a+b.toml", "a-b"),
    ],
)
def test_a_name_that_is_no_slug(place: Place, name: str, slug: str) -> None:
    place.agent(name, 'description = "x"\n')
    config = place.load()
    error = config.templates[slug].error
    assert error is not None and "cannot be the name of an agent" in error.message
    assert error.hint is not None and f"`{slug}.toml`" in error.hint
    place.agent(f"{slug}.toml", 'name = "The real one"\n')
    config = place.load()
    assert config.templates[slug].title == "The real one"
    assert config.templates[name].error is not None


@pytest.mark.parametrize("name", [".hidden.toml", ".#x.toml", "x.toml~", "x.toml.tmp", "README.md", ".x.toml.swp"])
def test_other_files_are_no_agents(place: Place, name: str) -> None:
    place.agent(name, "nonsense")
    assert list(place.clean().templates) == ["dispatch", *SUBAGENTS]


def test_what_names_nothing_is_said_with_its_line(place: Place) -> None:
    place.agent(
        "x.toml",
        FULL.replace('"work"', '"wrok"').replace('"light"', '"lihgt"').replace('["read"]', '["raed", "read"]', 1),
    )
    config = place.load()
    assert sorted(place.said(config)) == [
        ("x.toml", 4, "tool `raed` is unknown."),
        ("x.toml", 14, "key `wrok` is unknown."),
        ("x.toml", 19, "model tag `lihgt` is unknown; did you mean `light`?"),
    ]
    x = config.templates["x"]
    assert x.error is not None and x.wants == () and x.tools == ("read",)


def test_a_broken_file_of_the_project_stands_over_the_persons_good_one(place: Place) -> None:
    """It may have been meant to hold back what the other lets go."""
    place.agent("x.toml", 'prompt = "fine"\n', own=True)
    place.agent("x.toml", "nonsense")
    assert place.load().templates["x"].error is not None


def test_too_many_files(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent_files, "MAX_FILES", 3)
    for number in range(5):
        place.agent(f"a{number}.toml", "")
    config = place.load()
    assert [slug for slug in config.templates if slug not in built_in()] == ["a0", "a1", "a2"]
    assert "more than 3 agents" in config.errors[0].message


def test_a_folder_that_is_none(place: Place) -> None:
    (place.project / ".dispatch").write_text("a file")
    assert place.clean()
    (place.project / ".dispatch").unlink()
    (place.project / ".dispatch").mkdir()
    (place.project / ".dispatch" / "agents").symlink_to("agents")
    assert "cannot be read" in place.load().errors[0].message


def test_files_that_did_not_change_are_not_read_anew(place: Place) -> None:
    place.agent("x.toml", FULL)
    first = place.clean()
    place.agent("y.toml", "")
    second = place.load(first)
    assert second.agent_files[0] is first.agent_files[0]
