"""The person's dispatch.yaml and the project's over it: entries by name and field by field, lists as they say."""

from pathlib import Path

import pytest
from config_place import Place

KEYS = """
keys:
  - {id: work, provider: anthropic, env: WORK, budget: {usd: 5, per: month}}
  - {id: spare, provider: openai, file: ~/.keys/spare}
"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_entries_are_merged_by_id_and_field_by_field(place: Place) -> None:
    place.own("models: [{id: a/big, tags: [heavy, review], effort: high, max_output: 9000}, {id: a/small}]\n")
    place.theirs("models: [{id: a/new}, {id: a/big, tags: coding}]\n")
    models = place.clean().settings.models
    assert [model.id for model in models] == ["a/big", "a/small", "a/new"]
    assert (models[0].tags, models[0].effort, models[0].max_output) == (["coding"], "high", 9000)


def test_keys_are_merged_and_a_budget_is_replaced_whole(place: Place) -> None:
    place.own(KEYS)
    place.theirs("keys:\n  - {id: work, budget: {tokens: 1000, per: day}}\n  - {id: third, provider: gemini, env: X}\n")
    place.trust()
    work, spare, third = place.clean().settings.keys
    assert (work.provider, work.env) == ("anthropic", "WORK")
    assert work.budget is not None
    assert (work.budget.usd, work.budget.tokens, work.budget.per) == (None, 1000, "day")
    assert (spare.id, spare.file, third.id) == ("spare", "~/.keys/spare", "third")


@pytest.mark.parametrize(
    ("over", "source"),
    [("file: /k", (None, "/k", None)), ("keyring: s/u", (None, None, "s/u")), ("env: B", ("B", None, None))],
)
def test_another_source_takes_the_place_of_the_one_below(
    place: Place, over: str, source: tuple[str | None, ...]
) -> None:
    place.own(KEYS)
    place.theirs(f"keys: [{{id: work, {over}}}]\n")
    place.trust()
    work = place.clean().settings.keys[0]
    assert (work.env, work.file, work.keyring) == source


def test_a_prompt_takes_the_place_of_a_prompt_file_and_the_other_way_round(place: Place) -> None:
    (place.home / "p.md").write_text("from a file")
    place.own("agents: [{name: one, prompt_file: ~/p.md}, {name: two, prompt: from below}]\n")
    (place.project / "q.md").write_text("from the project")
    place.theirs("agents: [{name: one, prompt: from above}, {name: two, prompt_file: q.md}]\n")
    templates = place.clean().templates
    assert (templates["one"].prompt, templates["two"].prompt) == ("from above", "from the project")


def test_agents_are_merged_by_name(place: Place) -> None:
    place.own("agents: [{name: rev, description: Reviews, permissions: [read], skills: [a, b], tools: read}]\n")
    place.theirs("agents: [{name: rev, skills: [c]}, {name: new, prompt: hi}]\n")
    templates = place.clean().templates
    rev = templates["rev"]
    assert (rev.description, rev.operations, rev.skills, rev.tools) == ("Reviews", ("read",), ("c",), ("read",))
    assert (rev.scope, templates["new"].scope) == ("project", "project")
    assert rev.place is not None and rev.place.path == str(place.file)


def test_fallback_is_replaced_whole(place: Place) -> None:
    place.own(KEYS + "fallback: [spare, work]\n")
    place.theirs("fallback: [work]\n")
    assert place.clean().settings.fallback == ["work"]
    place.theirs("fallback: []\n")
    assert place.clean().settings.fallback == []
    place.theirs("model: a/b\n")
    assert place.clean().settings.fallback == ["spare", "work"]


def test_sections_are_merged_field_by_field_and_allowed_places_add_up(place: Place) -> None:
    place.own("wait: {poll: 10}\nshell: {timeout: 3, env_pass: [A, B]}\npermissions: {auto_allow: [/a]}\n")
    place.theirs("wait: {enabled: false}\nshell: {env_pass: [B, C]}\npermissions: {auto_allow: [/a, /b]}\n")
    place.trust()
    settings = place.clean().settings
    assert (settings.wait.enabled, settings.wait.poll) == (False, 10)
    assert (settings.shell.timeout, settings.shell.env_pass) == (3, ["A", "B", "C"])
    assert [entry.path for entry in settings.permissions.auto_allow] == ["/a", "/b"]


def test_merging_does_not_change_what_was_read(place: Place) -> None:
    place.own(KEYS + "shell: {env_pass: [A]}\nmodels: [{id: a/b, keys: [work]}]\n")
    place.theirs("shell: {timeout: 4}\nmodels: [{id: a/b, tags: light}]\nkeys: [{id: work, env: OTHER}]\n")
    first = place.load()
    own = first.layers[0].values
    assert "timeout" not in own["shell"]
    assert own["models"] == [{"id": "a/b", "keys": ["work"]}]
    place.trust()
    again = place.load(first)
    assert again.layers[0] is first.layers[0]
    assert again.settings.keys[0].env == "OTHER"
    assert own["keys"][0]["env"] == "WORK"


def test_an_entry_that_cannot_be_used_does_not_hide_the_one_below(place: Place) -> None:
    place.own(KEYS + "models: [{id: a/b, tags: [heavy]}]\n")
    place.theirs("keys: [{id: work, budget: {usd: -1}}]\nmodels: [{id: a/b, kys: [spare]}]\n")
    config = place.load()
    assert config.settings.keys[0].budget is not None and config.settings.keys[0].budget.usd == 5
    assert config.settings.models[0].tags == ["heavy"]
    assert [line for _, line, _ in place.said(config)] == [1, 2]


def test_the_same_id_twice_in_one_list(place: Place) -> None:
    place.theirs(
        """\
        models:
          - id: a/b
            tags: heavy
          - id: a/c
          - id: a/b
            tags: light
          - {id: a/b}
        agents: [{name: x, prompt: one}, {name: x, prompt: two}]
        """
    )
    config = place.load()
    assert [(model.id, model.tags) for model in config.settings.models] == [("a/b", ["heavy"]), ("a/c", [])]
    assert config.templates["x"].prompt == "one"
    assert place.said(config) == [
        ("dispatch.yaml", 5, "`models` has `a/b` twice; the first, in line 2, counts."),
        ("dispatch.yaml", 7, "`models` has `a/b` twice; the first, in line 2, counts."),
        ("dispatch.yaml", 8, "`agents` has `x` twice; the first, in line 8, counts."),
    ]


def test_one_item_may_stand_without_its_list(place: Place) -> None:
    place.theirs(
        "models: [{id: a/b, tags: heavy}]\nagents: [{name: x, model: heavy, tools: read, permissions: write}]\n"
    )
    x = place.clean().templates["x"]
    assert (x.tools, x.operations) == (("read",), ("read", "write"))
    assert [wish.model for wish in x.wants] == ["heavy"]


def test_yaml_anchors_and_merge_keys_may_be_used(place: Place) -> None:
    place.theirs(
        """\
        models:
          - &base {id: a/b, tags: [heavy], effort: high}
          - {<<: *base, id: a/c}
        """
    )
    models = place.clean().settings.models
    assert [(model.id, model.effort) for model in models] == [("a/b", "high"), ("a/c", "high")]


def test_relative_paths_start_where_they_stand(place: Place) -> None:
    place.own("keys: [{id: work, provider: anthropic, file: keys/work}]\nagents: [{name: x, prompt_file: x.md}]\n")
    (place.own_file.parent / "x.md").write_text("hello")
    config = place.clean()
    assert config.settings.keys[0].file == str(place.own_file.parent / "keys" / "work")
    assert config.templates["x"].prompt == "hello"
