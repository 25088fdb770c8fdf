"""A model's name that is misspelt: what `model:` named last stays in force, so that no conversation goes elsewhere."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from config_place import Place

from dispatch_jupyter.core.config.configuration import Config

MODELS = """\
keys:
  - {id: work, provider: anthropic, env: WORK}
  - {id: spare, provider: openai, env: SPARE}
models:
  - {id: anthropic/big, tags: [heavy]}
  - {id: openai/small, tags: [light]}
"""
STAYS = "The last good version of `{}` stays in force."


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def own(place: Place, model: str, models: str = MODELS) -> None:
    place.own(f"{models}model: {model}\n")


def in_yaml(place: Place, choices: str, models: str = MODELS) -> None:
    place.own(f"{models}agents:\n  - {{name: x, model: {choices}}}\n")


def in_toml(place: Place, choices: str, models: str = MODELS) -> None:
    """An agent's file of the project. The choices are written as in YAML."""
    place.own(models)
    listed = yaml.safe_load(choices)
    tables = []
    for choice in listed if isinstance(listed, list) else [listed]:
        key = f', key_id = "{choice["key"]}"' if isinstance(choice, dict) else ""
        tables.append(f'{{model_id = "{choice["model"] if key else choice}"{key}}}')
    place.agent("x.toml", f"models = [{', '.join(tables)}]\n")


Write = Callable[[Place, str], None]
AGENTS = pytest.mark.parametrize(("write", "name"), [(in_yaml, "x: model"), (in_toml, "x: models")])


def wants(config: Config) -> list[tuple[str, str | None]]:
    assert config.templates["x"].error is None
    return [(wish.model, wish.key) for wish in config.templates["x"].wants]


def names(config: Config) -> list[str]:
    return [model for model, _ in wants(config)]


def said(config: Config) -> str:
    (error,) = config.errors
    assert error.hint
    return error.message


# ---------------------------------------------------------------------- of all agents


@pytest.mark.parametrize("word", ["lihgt", "Openai/small", "openai/sm all"])
def test_a_misspelt_model_stays_as_it_was(place: Place, word: str) -> None:
    own(place, "light")
    config = place.clean()
    for wrong in (word, f"{word}2", word):
        own(place, wrong)
        config = place.load(config)
        assert config.model == "light"
        assert "line 7: " in said(config) and f"`{wrong}` is " in said(config)
        assert said(config).endswith(f" {STAYS.format('model')}")
    assert place.load(config) is config


def test_it_is_the_file_with_the_misspelling_whose_last_word_counts(place: Place) -> None:
    own(place, "heavy")
    place.theirs("model: light\n")
    before = place.clean()
    place.theirs("model: lihgt\n")
    config = place.load(before)
    assert config.model == "light"
    own(place, "haevy")  # nothing is said of what another file stands over
    assert said(place.load(config)).startswith(str(place.file))
    place.file.unlink()
    config = place.load(place.load(config))
    assert config.model == "heavy"
    assert said(config).startswith(str(place.own_file))


def test_a_model_that_was_not_said_before_leaves_the_other_files_in_force(place: Place) -> None:
    own(place, "light")
    before = place.clean()
    place.theirs("model: hevy\n")
    config = place.load(before)
    assert config.model == "light"
    assert "stays in force" not in said(config)


@pytest.mark.parametrize("then", ["heavy", "any", "openai/other", "~"])
def test_what_is_corrected_or_taken_out_counts(place: Place, then: str) -> None:
    own(place, "light")
    before = place.clean()
    own(place, "lihgt")
    faulty = place.load(before)
    own(place, then)
    config = place.load(faulty)
    assert (config.model, config.errors) == (None if then == "~" else then, [])
    own(place, "lihgt")
    assert place.load(config).model == (None if then == "~" else then)


def test_without_a_last_good_model_none_stays(place: Place) -> None:
    own(place, "lihgt")
    config = place.load()
    own(place, "lihgtt")
    config = place.load(config)
    assert config.model is None
    assert "stays in force" not in said(config)


@pytest.mark.parametrize("word", ["light", "lihgt"])
def test_a_model_whose_tag_is_gone_goes_too(place: Place, word: str) -> None:
    own(place, "light")
    before = place.clean()
    own(place, word, MODELS.replace("[light]", "[tiny]"))
    config = place.load(before)
    assert config.model is None
    assert "stays in force" not in said(config)
    own(place, "lihgt")  # the tag is back
    assert place.load(config).model == "light"


def test_it_stays_while_the_file_is_no_yaml_and_goes_with_the_file(place: Place) -> None:
    own(place, "light")
    before = place.clean()
    own(place, "lihgt")
    config = place.load(before)
    place.own("model: [\n")
    config = place.load(config)
    assert config.model == "light"
    own(place, "lihgt")
    assert place.load(config).model == "light"
    place.own_file.unlink()
    config = place.load(config)
    own(place, "lihgt")
    assert place.load(config).model is None


# ---------------------------------------------------------------------- of an agent


@AGENTS
@pytest.mark.parametrize(
    ("choices", "faults"),
    [
        ("[lihgt, heavy]", 1),
        ("[light, hevy]", 1),
        ("[heavy, lihgt]", 1),
        ("[lihgt, hevy]", 2),
        ("lihgt", 1),
        ("[light, heavy, 'Open ai/x']", 1),
        ("[{model: light, key: spaer}, heavy]", 1),
    ],
)
def test_a_list_with_a_misspelling_stays_as_it_was(
    place: Place, write: Write, name: str, choices: str, faults: int
) -> None:
    write(place, "[light, heavy]")
    before = place.clean()
    write(place, choices)
    config = before
    for _ in range(3):
        config = place.load(config)
        assert names(config) == ["light", "heavy"]
        assert len(config.errors) == faults
        assert all(error.message.endswith(f" {STAYS.format(name)}") for error in config.errors), config.errors
    assert config.settings.agents == before.settings.agents
    assert place.load(config) is config


@AGENTS
def test_a_corrected_list_counts_and_is_the_next_to_stay(place: Place, write: Write, name: str) -> None:
    write(place, "[light, heavy]")
    config = place.clean()
    for choices, counts, stays in [
        ("[lihgt, heavy]", ["light", "heavy"], True),
        ("[liht, heavy]", ["light", "heavy"], True),
        ("[heavy, light]", ["heavy", "light"], False),
        ("[hevy]", ["heavy", "light"], True),
        ("[{model: light, key: spare}]", ["light"], False),
        ("[hevy, any]", ["light"], True),
    ]:
        write(place, choices)
        config = place.load(config)
        assert names(config) == counts
        assert [STAYS.format(name) in error.message for error in config.errors] == ([True] if stays else [])
    assert wants(config) == [("light", "spare")]


@AGENTS
def test_without_a_last_good_list_it_counts_as_far_as_it_can(place: Place, write: Write, name: str) -> None:
    write(place, "[lihgt, heavy]")
    config = place.load()
    for choices in ("[lihgt, heavy, any]", "[liht, heavy, any]"):
        write(place, choices)
        config = place.load(config)
        assert names(config) == ["heavy", "any"]
        assert "stays in force" not in said(config)
    write(place, "[lihgt, hevy]")
    assert place.load(config).templates["x"].error is not None


@pytest.mark.parametrize("write", [in_yaml, in_toml])
def test_of_what_stays_only_what_is_there_counts(place: Place, write: Callable[[Place, str, str], None]) -> None:
    write(place, "[light, heavy]", MODELS)
    before = place.clean()
    gone = MODELS.replace("[light]", "[tiny]")
    write(place, "[light, heavy]", gone)  # nothing is misspelt: the list goes on with what else there is
    config = place.load(before)
    assert names(config) == ["heavy"]
    assert "stays in force" not in said(config)
    write(place, "[lihgt, any]", gone)
    config = place.load(config)
    assert names(config) == ["heavy"]
    write(place, "[lihgt, any]", gone.replace("[heavy]", "[large]"))
    config = place.load(config)
    assert names(config) == ["any"]
    assert "stays in force" not in said(config)
    write(place, "[lihgt, any]", MODELS)
    assert names(place.load(config)) == ["light", "heavy"]


def test_what_names_a_gone_tag_may_be_changed(place: Place) -> None:
    in_yaml(place, "[light, heavy]")
    config = place.clean()
    gone = MODELS.replace("[light]", "[tiny]")
    for choices, counts in [("[light, tiny]", ["tiny"]), ("[light, tniy, heavy]", ["tiny"])]:
        in_yaml(place, choices, gone)
        config = place.load(config)
        assert names(config) == counts


def test_an_agent_without_models_stays_without(place: Place) -> None:
    place.own(f"{MODELS}agents: [{{name: x}}, {{name: y, model: light}}]\n")
    place.agent("z.toml", "")
    place.theirs("agents: [{name: y, title: Y}]\n")
    before = place.clean()
    place.own(f"{MODELS}agents: [{{name: x, model: [hevy]}}, {{name: y, model: light}}]\n")
    place.agent("z.toml", 'models = [{model_id = "hevy"}, {model_id = "light"}]\n')
    place.theirs("agents: [{name: y, title: Y, model: [heavvy, heavy]}]\n")
    config = place.load(before)
    assert config.templates == before.templates
    assert all("stays in force." in error.message for error in config.errors)
    assert len(config.errors) == 3


def test_an_agent_that_is_new_has_nothing_that_stays(place: Place) -> None:
    in_yaml(place, "light")
    before = place.clean()
    place.own(f"{MODELS}agents: [{{name: y, model: [lihgt, heavy]}}]\n")
    config = place.load(before)
    assert [wish.model for wish in config.templates["y"].wants] == ["heavy"]
    in_yaml(place, "[lihgt, heavy]")  # x is back
    assert names(place.load(config)) == ["heavy"]


def test_each_file_has_its_own_last_list(place: Place) -> None:
    in_yaml(place, "light")
    place.theirs("agents: [{name: x, model: heavy}]\n")
    config = place.clean()
    place.theirs("agents: [{name: x, model: hevy}]\n")
    config = place.load(config)
    assert names(config) == ["heavy"]
    place.theirs("agents: [{name: x, title: X}]\n")
    config = place.load(config)
    assert (names(config), config.errors) == (["light"], [])
    in_yaml(place, "lihgt")
    assert names(place.load(config)) == ["light"]


def test_a_key_that_needs_trust_does_not_stay(place: Place) -> None:
    """Only the agent's other choices do: its key is gone with the trust in the file's bytes."""
    team = "keys: [{id: team, provider: openai, env: TEAM}]\nagents:\n  - {name: x, model: "
    place.own(MODELS)
    place.theirs(f"{team}[{{model: light, key: team}}, heavy]}}\n")
    place.trust()
    before = place.clean()
    place.theirs(f"{team}[{{model: lihgt, key: team}}, heavy]}}\n")
    config = place.load(before)
    assert wants(config) == [("heavy", None)]
    place.trust()
    assert wants(place.load(config)) == [("light", "team"), ("heavy", None)]
