"""What was good and is broken now stays in force as it was: entries, fields of sections, agents' files; never trust."""

from pathlib import Path

import pytest
from config_place import Place

from dispatch_jupyter.core.config.configuration import Config
from dispatch_jupyter.core.config.known import Known

OWN = """\
model: heavy
fallback: [second, first]
keys:
  - {id: first, provider: anthropic, env: FIRST, budget: {usd: 5, per: day}}
  - {id: second, provider: openai, env: SECOND}
models:
  - {id: anthropic/big, tags: [heavy]}
  - {id: openai/small, tags: [medium], keys: [second]}
agents:
  - {name: x, model: medium, permissions: [read], prompt: Be brief.}
limits: {max_steps: 7, max_tree_usd: 2}
wait: {poll: 60}
shell: {timeout: 5, env_pass: [DB]}
permissions: {auto_allow: [/data]}
"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    (tmp_path / "data").mkdir()
    place.own(OWN)
    return place


def good(place: Place) -> Config:
    config = place.load()
    assert config.errors == []
    return config


def broken(place: Place, old: str, new: str, last: Config | None = None) -> Config:
    """The configuration after an edit."""
    assert OWN.count(old) == 1, old
    last = last or good(place)
    place.own(OWN.replace(old, new))
    return place.load(last)


@pytest.mark.parametrize(
    ("old", "new", "name", "field"),
    [
        ("budget:", "budgett:", "first", "keys: first: budgett"),
        ("env: SECOND", "env: SECOND, file: /x", "second", "keys: second"),
        ("env: SECOND", "env: sk-ant-1", "second", "keys: second: env"),
        ("provider: openai", "provider: ~", "second", "keys: second: provider"),
        ("tags: [medium]", "tagz: [medium]", "openai/small", "models: openai/small: tagz"),
        ("tags: [medium]", "tags: {}", "openai/small", "models: openai/small: tags"),
        ("keys: [second]", "keys: second, effort: hgih", "openai/small", "models: openai/small: effort"),
        ("prompt: Be", "promptt: Be", "x", "agents: x: promptt"),
        ("permissions: [read]", "permissions: [raed]", "x", "agents: x: permissions.0"),
        ("max_steps: 7", "max_steps: -7", "limits.max_steps", "limits.max_steps"),
        ("max_tree_usd: 2", "max_tree_usdd: 2", "limits.max_tree_usd", "limits.max_tree_usdd"),
        ("limits: {max_steps: 7, max_tree_usd: 2}", "limits: 5", "limits", "limits"),
        ("limits: {max", "limitz: {max", "limits", "limitz"),
        ("wait: {poll: 60}", "wait: {poll: 0}", "wait.poll", "wait.poll"),
        ("fallback: [second, first]", "fallback: [first, 's e']", "fallback", "fallback.1"),
        ("shell: {timeout: 5", "shell: {timeout: no", "shell.timeout", "shell.timeout"),
        ("model: heavy\n", "model: 5\n", "model", "model"),
        ("keys:\n  - {id: first", "keyz:\n  - {id: first", "keys", "keyz"),
    ],
)
def test_it_stays_in_force_and_the_error_says_so(place: Place, old: str, new: str, name: str, field: str) -> None:
    before = good(place)
    config = broken(place, old, new, before)
    assert config.settings == before.settings
    assert config.templates == before.templates
    ((_, _, said),) = place.said(config)
    assert f"`{field}`" in said
    assert said.endswith(f" The last good version of `{name}` stays in force.")


def test_a_list_stays_whose_name_is_misspelt_beside_another_that_is_like_it(place: Place) -> None:
    config = broken(place, "models:", "modelz:")
    (error,) = config.errors
    assert error.hint == "Did you mean `models`?" and "last good version of `models` stays" in error.message
    assert [one.id for one in config.settings.models] == ["anthropic/big", "openai/small"]
    assert config.model == "heavy"


def test_it_stays_through_any_number_of_versions_and_ends_when_it_is_mended(place: Place) -> None:
    before = good(place)
    config = broken(place, "budget:", "budgett:", before)
    config = broken(place, "budget:", "budge:", config)
    place.own("keys: [\n")
    config = place.load(config)
    config = broken(place, "budget:", "b:", config)
    assert config.settings == before.settings
    config = broken(place, "usd: 5", "usd: 9", config)
    assert config.settings.keys[0].budget is not None
    assert (config.settings.keys[0].budget.usd, config.errors) == (9, [])


def test_what_is_good_beside_it_counts_at_once(place: Place) -> None:
    config = broken(place, "limits: {max_steps: 7, max_tree_usd: 2}", "limits: {max_steps: -1, max_tree_usd: 3}")
    assert (config.settings.limits.max_steps, config.settings.limits.max_tree_usd) == (7, 3)
    place.own(OWN.replace("budget:", "budgett:").replace("env: SECOND", "env: THIRD"))
    config = place.load(config)
    assert [key.env for key in config.settings.keys] == ["FIRST", "THIRD"]


@pytest.mark.parametrize("new", ["", "  - {id: 'no id', provider: openai}", "  - {idd: second, provider: openai}"])
def test_an_entry_that_went_or_whose_name_cannot_be_read_is_gone(place: Place, new: str) -> None:
    config = broken(place, "  - {id: second, provider: openai, env: SECOND}", new)
    assert [key.id for key in config.settings.keys] == ["first"]


def test_of_two_of_one_name_the_good_one_counts(place: Place) -> None:
    one = "  - {id: second, provider: openai, env: SECOND}\n"
    config = broken(place, one, one.replace("env", "envv") + one.replace("SECOND", "OTHER"))
    assert [key.env for key in config.settings.keys] == ["FIRST", "OTHER"]


def test_a_file_that_went_leaves_nothing(place: Place) -> None:
    before = good(place)
    place.own_file.unlink()
    config = place.load(before)
    place.own(OWN.replace("budget:", "budgett:"))
    assert [key.id for key in place.load(config).settings.keys] == ["second"]


def test_what_is_not_known_yet_is_left_out_and_said_once(place: Place) -> None:
    place.own(OWN.replace("env: SECOND", "envv: SECOND").replace("model: medium", "model: {model: heavy, key: second}"))
    config = place.load()
    ((_, line, said),) = place.said(config)
    assert (line, said) == (5, "there is no setting `keys: second: envv`.")
    assert [model.id for model in config.settings.models] == ["anthropic/big"]
    assert config.templates["x"].error == config.errors[0]


def test_leave_that_is_taken_back_does_not_stay(place: Place) -> None:
    """What is broken beside it must not keep it."""
    config = broken(place, "permissions: {auto_allow: [/data]}", "permissions: {auto_allow: 5}")
    assert config.settings.permissions.auto_allow == []
    place.own(OWN)
    config = broken(place, "env_pass: [DB]", "env_pass: {}")
    assert config.settings.shell.env_pass == []


@pytest.mark.parametrize(
    ("old", "faulty", "then", "counts"),
    [
        ("tags: [medium]", "tags: [medium], max_output: 9", "tags: [medium, any], max_output: 9", "any"),
        ("fallback: [second, first]", "fallback: [5, first]", "fallback: [5, second]", ["second"]),
        ("poll: 60", "pol: 60", "pol: 50", 300),
    ],
)  # fmt: skip
def test_what_never_was_good_counts_as_far_as_it_can_each_time(
    place: Place, old: str, faulty: str, then: str, counts: object
) -> None:
    """No last good version is spoken of where there is none, nor does anything of it stand in for what is new."""
    place.own(OWN.replace(old, faulty))
    config = place.load()
    for text in (then, f"{then} "):
        place.own(OWN.replace(old, text))
        config = place.load(config)
        settings = config.settings
        tags = [tag for model in settings.models for tag in model.tags]
        assert counts in (*tags, settings.fallback, settings.wait.poll)
        assert len(config.errors) == 1
        assert "stays in force" not in config.errors[0].message
    assert place.load(config) is config


def test_a_version_that_was_good_stays_over_several_faulty_ones(place: Place) -> None:
    before = good(place)
    config = broken(place, "tags: [medium]", "tags: [light], effort: hgih", before)
    place.own(OWN.replace("tags: [medium]", "tags: [light], max_output: 9"))
    config = place.load(config)
    assert config.settings == before.settings
    assert config.errors[0].message.endswith("The last good version of `openai/small` stays in force.")


def test_a_list_that_is_misspelt_keeps_also_what_was_good_in_part(place: Place) -> None:
    place.own(OWN.replace("tags: [medium]", "tags: [medium], max_output: 9"))
    before = place.load()
    place.own(OWN.replace("tags: [medium]", "tags: [medium], max_output: 9").replace("models:", "modles:"))
    config = place.load(before)
    assert config.settings.models == before.settings.models, config.errors


# ---------------------------------------------------------------------- agents as files


@pytest.mark.parametrize("text", ["nonsense", "promptt = 'a'", b"\xff", "tools = 5"])
@pytest.mark.parametrize("own", [True, False])
def test_an_agents_file(place: Place, text: str | bytes, own: bool) -> None:
    place.agent("y.toml", 'prompt = "Be brief."\nmodels = [{model_id = "medium"}]\n', own=own)
    before = good(place)
    place.agent("y.toml", text, own=own)
    config = place.load(before)
    assert config.templates == before.templates
    assert [error.message.endswith("The last good version of the agent stays in force.") for error in config.errors]
    assert place.load(config) is config
    place.agent("y.toml", text, own=own).unlink()
    assert "y" not in place.load(config).templates


# ---------------------------------------------------------------------- trust

WIDE = """\
keys: [{id: theirs, provider: openai, env: THEIRS}]
models:
  - {id: openai/theirs, tags: [light], price: {input: 0, output: 0}}
  - {id: openai/plain, tags: [light]}
agents: [{name: out, cwd: /etc}, {name: in, prompt: Be brief.}]
limits: {max_steps: 900}
permissions: {auto_allow: [/data]}
lsp: {servers: {s: {command: evil}}}
"""
BROKEN = [
    ("env: THEIRS", "envv: THEIRS"),
    ("price:", "efort: high, price:"),
    ("cwd: /etc", "cwd: /etc, promptt: x"),
    ("max_steps: 900", "max_steps: many"),
    ("[/data]", "5"),
    ("command: evil", "command: 5"),
]


@pytest.mark.parametrize(("old", "new"), BROKEN)
@pytest.mark.parametrize("first", ["trusted", "not trusted"])
@pytest.mark.parametrize("then", ["trusted", "not trusted"])
def test_nothing_that_needs_trust_stays(place: Place, old: str, new: str, first: str, then: str) -> None:
    """As if the server had started with the broken file, whatever the one before it was."""
    place.own("")
    place.theirs(WIDE)
    if first == "trusted":
        place.trust()
    before = place.load()
    assert WIDE.count(old) == 1
    place.theirs(WIDE.replace(old, new))
    if then == "trusted":
        place.trust()
    config = place.load(before)
    afresh = place.load()
    assert config.settings == afresh.settings
    assert config.templates == afresh.templates


def test_what_needs_no_trust_stays_in_a_projects_file_too(place: Place) -> None:
    place.theirs(WIDE)
    before = place.load()
    place.theirs(WIDE.replace("plain, tags", "plain, tagz").replace("prompt: Be", "promptt: Be"))
    config = place.load(before)
    assert [model.id for model in config.settings.models] == [model.id for model in before.settings.models]
    assert config.templates["in"] == before.templates["in"]


def test_nor_a_projects_agent_that_starts_elsewhere(place: Place) -> None:
    place.agent("y.toml", 'cwd = "/etc"\n')
    place.trust()
    before = good(place)
    place.agent("y.toml", "nonsense")
    assert place.load(before).templates["y"].error is not None


@pytest.mark.parametrize(("word", "meant"), [("opennai", "openai"), ("Openai", ""), ("anthropicc", "anthropic")])
def test_a_misspelt_provider_moves_no_conversation(place: Place, word: str, meant: str) -> None:
    place.known = Known(providers=lambda: ("anthropic", "openai", "vertex_ai"))
    config = broken(place, "provider: openai", f"provider: {word}")
    assert [key.provider for key in config.settings.keys] == ["anthropic", "openai"]
    (error,) = config.errors
    assert "`keys: second: provider` cannot be used" in error.message
    assert "The last good version of `second` stays in force." in error.message
    assert error.hint is not None and meant in error.hint


@pytest.mark.parametrize("word", ["openai", "openai_like", "vertex_ai_beta", "mine"])
def test_a_provider_that_is_not_listed_may_be_one(place: Place, word: str) -> None:
    place.known = Known(providers=lambda: ("anthropic", "openai", "vertex_ai"))
    place.own(OWN.replace("provider: openai", f"provider: {word}"))
    assert place.load().errors == []


def test_a_model_whose_keys_are_all_misspelt_is_called_as_before(place: Place) -> None:
    """Else its agents would go on with another one."""
    config = broken(place, "keys: [second]", "keys: [secnod]")
    assert [model.keys for model in config.settings.models] == [None, ["second"]]
    ((_, line, said),) = place.said(config)
    assert line == OWN[: OWN.index("keys: [second]")].count("\n") + 1
    assert said.endswith(" The last good version of `openai/small: keys` stays in force.")
    place.own(OWN.replace("keys: [second]", "keys: [secnod, first]"))  # of these one is known
    assert [model.keys for model in place.load(config).settings.models] == [None, ["first"]]
    place.own(OWN.replace("keys: [second]", "keys: [secnod]"))
    assert [model.id for model in place.load().settings.models] == ["anthropic/big"]


def test_a_model_of_a_misspelt_provider_is_none(place: Place) -> None:
    place.known = Known(providers=lambda: ("anthropic", "openai"))
    error, *_ = broken(place, "id: openai/small", "id: opennai/small").errors
    assert "there is no such provider" in error.message
    assert error.hint == "Did you mean `openai/small`?"


def test_an_emptied_file_stays_as_it_was_but_gives_no_leave(place: Place) -> None:
    before = good(place)
    place.own("")
    config = place.load(before)
    assert config.settings.keys == before.settings.keys
    assert config.settings.models == before.settings.models
    assert config.settings.permissions.auto_allow == []
    (error,) = config.errors
    assert "it is empty now. What it said last stays in force, but for leave." in error.message
    assert place.load(config) is config
    place.own("# nothing of it any more\n")
    config = place.load(config)
    assert (config.errors, config.settings.keys) == ([], [])
    place.own(OWN)
    place.own_file.unlink()
    assert place.load(place.load(config)).settings.keys == []
