"""What people are shown of the configuration, and when it counts as another one."""

from pathlib import Path

import pytest
from config_place import Place

from dispatch_jupyter.core.config.differences import what_changed

OWN = """\
keys: [{id: work, provider: anthropic, env: SECRET_NAME}, {id: spare, provider: openai, file: ~/.keys/spare}]
models: [{id: anthropic/big, tags: [heavy]}]
fallback: [spare, work]
"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_files_are_shown_weakest_first(place: Place) -> None:
    place.own(OWN)
    place.agent("a.toml", "", own=True)
    place.agent("b.toml", "nonsense")
    shown = place.load().describe()
    assert [(Path(file.path).name, file.scope, file.exists, file.errors, file.trusted) for file in shown.files] == [
        ("dispatch.yaml", "global", True, 0, None),
        ("a.toml", "global", True, 0, None),
        ("dispatch.yaml", "project", False, 0, None),
        ("b.toml", "project", True, 1, None),
    ]
    place.theirs("modle: x\nshell: {env_pass: [A]}\n")
    shown = place.load().describe()
    assert (shown.files[2].exists, shown.files[2].errors, shown.files[2].trusted) == (True, 2, False)
    place.trust()
    assert place.load().describe().files[2].trusted is True


def test_a_file_that_cannot_be_read_is_there(place: Place) -> None:
    place.theirs("a: [")
    assert place.load().describe().files[1].exists
    place.file.unlink()
    place.file.mkdir()
    assert place.load().describe().files[1].exists


def test_templates_fallback_and_problems(place: Place) -> None:
    place.own(OWN)
    place.theirs(
        """\
        agents:
          - {name: rev, title: Reviewer, description: Reads, tools: [read], permissions: read, model: heavy, cwd: src}
          - {name: bad, tools: [raed]}
        """
    )
    shown = place.load().describe(lambda template: [f"{name}!" for name in template.tools or ("all",)])
    assert shown.fallback == ["spare", "work"]
    built_in, bad, rev, *subagents = shown.templates
    assert [template.name for template in (built_in, bad, rev)] == ["dispatch", "bad", "rev"]
    assert (built_in.scope, built_in.path, built_in.tools) == ("built in", None, ["all!"])
    assert {(one.scope, one.is_subagent) for one in subagents} == {("built in", True)}
    assert (bad.error, bad.tools) == (shown.problems[0], [])
    assert (rev.title, rev.path, rev.line) == ("Reviewer", str(place.file), 2)
    assert (rev.tools, rev.operations, rev.cwd) == (["read!"], ["read"], str(place.project / "src"))
    assert [wish.model for wish in rev.wants] == ["heavy"]


def test_nothing_secret_is_shown(place: Place) -> None:
    """Not even where secrets are, nor prompts, which may be long."""
    place.own(OWN + "agents: [{name: x, prompt: very private}]\n")
    shown = place.clean().describe().model_dump_json()
    assert "SECRET_NAME" not in shown and ".keys" not in shown and "very private" not in shown


def test_the_version_counts_changes(place: Place) -> None:
    first = place.clean()
    assert first.version == 1
    assert place.load(first) is first
    place.own("# only a comment\n")
    commented = place.load(first)
    assert commented.version == 2  # the file is there now
    place.own("# another comment\n")
    same = place.load(commented)
    assert same.version == 2 and same is not commented
    versions = [same.version]
    config = same
    for change in (
        lambda: place.own(OWN),
        lambda: place.theirs("model: heavy\n"),
        lambda: place.theirs("model: hevy\n"),
        lambda: place.agent("x.toml", ""),
        lambda: place.agent("x.toml", "nonsense"),
        lambda: place.theirs("a: ["),
        place.file.unlink,
    ):
        change()
        config = place.load(config)
        versions.append(config.version)
    assert versions == list(range(2, 10))


def test_what_is_to_be_watched(place: Place) -> None:
    place.own("agents: [{name: x, prompt_file: missing.md}]\n")
    assert set(place.load().watched) == {
        place.own_file,
        place.file,
        place.own_file.parent / "agents",
        place.own_file.parent / "missing.md",
        place.project / ".dispatch" / "agents",
    }


def test_the_last_good_file_stays_in_force(place: Place) -> None:
    place.own(OWN)
    place.theirs("model: heavy\nagents: [{name: x, prompt: hello}]\n")
    good = place.clean()
    place.theirs("model: [\n")
    broken = place.load(good)
    assert (broken.model, broken.templates["x"].prompt) == ("heavy", "hello")
    assert place.said(broken) == [("dispatch.yaml", 2, broken.errors[0].message.split(": ", 1)[1])]
    assert place.load(broken) is broken
    place.theirs("model: anthropic/big\n")
    mended = place.load(broken)
    assert (mended.model, mended.errors, "x" in mended.templates) == ("anthropic/big", [], False)


def test_what_the_last_good_file_says_is_checked_against_what_others_say_now(place: Place) -> None:
    place.own(OWN)
    place.theirs("model: heavy\n")
    good = place.clean()
    place.theirs("model: [\n")
    place.own("model: a/b\n")
    config = place.load(good)
    assert config.model == "a/b"
    assert [error.message for error in config.errors if "not valid YAML" not in error.message] == []


def test_of_a_file_that_cannot_be_read_nothing_older_is_said(place: Place) -> None:
    """Its lines are others by now, and some of what was wrong may be mended."""
    place.own(OWN)
    place.theirs("model: hevy\nlimits: {max_step: 3}\nagents: [{name: x, skills: a, cwd: /nowhere, model: hevy}]\n")
    faulty = place.load()
    assert len(faulty.errors) >= 3 and faulty.templates["x"].error is not None
    place.theirs("model: heavy\nagents: [\n")
    broken = place.load(faulty)
    (said,) = broken.errors
    assert "not valid YAML" in said.message
    assert broken.templates["x"].error in (None, said)
    assert [file.errors for file in broken.files if file.scope == "project"] == [1]
    place.own(OWN.replace("[heavy]", "[light]") + "permissions: {auto_allow: [/nowhere/at-all]}\n")
    broken = place.load(broken)
    assert len(broken.warnings) == 1, "other files are still judged"
    place.own("permissions: [\n")
    assert place.load(broken).warnings == []


def test_a_warning_is_counted_as_one(place: Place) -> None:
    place.own(OWN)
    before = place.clean()
    place.own(OWN + "permissions: {auto_allow: [/nowhere/at-all]}\n")
    after = place.load(before)
    assert what_changed(before, after) == ["permissions", "1 more warning"]
    assert what_changed(after, before) == ["permissions", "1 fewer warning"]


def test_what_changed_in_words(place: Place) -> None:
    place.own(OWN)
    last = place.clean()

    def now() -> list[str]:
        nonlocal last
        before, last = last, place.load(last)
        return what_changed(before, last)

    assert now() == []
    place.own(OWN.replace("SECRET_NAME", "OTHER").replace("[heavy]", "[heavy, light]"))
    assert now() == ["key work", "model anthropic/big"]
    place.own(OWN.replace("  ", " ") + "# comment\nlimits: {max_steps: 3}\nmodel: heavy\n")
    assert now() == ["model", "key work", "model anthropic/big", "limits"]
    place.agent("x.toml", "")
    assert now() == ["agent x"]
    place.agent("x.toml", "nonsense")
    assert now() == ["1 more problem"]
    place.agent("x.toml", "\nother nonsense =")
    assert now() == ["problems"]
    place.agent("x.toml", "").unlink()
    place.own(OWN + "model: heavy\n")
    assert now() == ["limits", "agent x", "1 fewer problem"]
    place.own("# nothing\n")
    assert now() == ["model", "key work", "key spare", "model anthropic/big", "fallback"]


def test_a_new_problem_is_never_told_as_one_less(place: Place) -> None:
    place.own(OWN + "limits: {max_steps: x, max_depth: x}\n")
    before = place.load()
    place.own("keys: [\n")
    after = place.load(before)
    assert (len(before.errors), len(after.errors)) == (2, 1)
    assert what_changed(before, after) == ["other problems"]
    place.own(OWN + "limits: {max_steps: x}\n")
    last = place.load()
    assert what_changed(before, last) == ["1 fewer problem"]


SECRET = "sk-ant-S3cret"


@pytest.mark.parametrize(
    "text",
    [
        "keys: [{id: a, provider: anthropic, api_key: SECRET}]",
        "keys: [{id: a, provider: anthropic, env: SECRET}]",
        "keys: [{id: a, provider: SECRET, env: X}]",
        "keys: [{id: a, provider: anthropic, env: [SECRET]}]",
        "keys: [{id: a, provider: anthropic, env: X, api_base: SECRET}]",
        "keys: [{id: a, provider: anthropic, env: X, budget: SECRET}]",
        "keys: [{id: a, provider: anthropic, env: X, budget: {usd: SECRET}}]",
        "keys: [{id: a, provider: anthropic, env: X, budget: {usd: 1, per: SECRET}}]",
        "keys: [SECRET]",
        "keys: SECRET",
        "keys: [{id: a, provider: anthropic, env: SECRET",
        "keys: [{id: a, provider: anthropic, env: !SECRET}]",
        "shell: {env_pass: [SECRET]}",
    ],
)
def test_a_secret_that_was_written_by_mistake_is_not_repeated(place: Place, text: str) -> None:
    place.own(text.replace("SECRET", SECRET))
    config = place.load()
    assert config.errors
    assert SECRET not in config.describe().model_dump_json()


@pytest.mark.parametrize(
    "text", ["tools = 'SECRET'\ncwd = 5\n", "skills = {a = 'SECRET'}\n", "not toml SECRET\n", "effort = SECRET\n"]
)
def test_nor_is_one_in_an_agents_file(place: Place, text: str) -> None:
    place.agent("x.toml", text.replace("SECRET", SECRET))
    config = place.load()
    assert config.errors
    assert SECRET not in config.describe().model_dump_json()
