"""What settings say of each other: unknown keys, tags and tools are named with file and line, and left out."""

from pathlib import Path

import pytest
from config_place import Place

from dispatch_jupyter.core.config.known import Known

OWN = """\
keys:
  - {id: work, provider: anthropic, env: WORK}
  - {id: spare, provider: openai, env: SPARE}
models:
  - {id: anthropic/big, tags: [heavy, careful]}
  - {id: openai/small, tags: [light], keys: [spare]}
"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    place.own(OWN)
    return place


@pytest.mark.parametrize(
    ("word", "said", "hint"),
    [
        ("hevy", "model tag `hevy` is unknown; did you mean `heavy`?", "by `tags`"),
        ("carefull", "model tag `carefull` is unknown; did you mean `careful`?", "by `tags`"),
        ("HEAVY", "model tag `HEAVY` is unknown; did you mean `heavy`?", "by `tags`"),
        ("zzz", "model tag `zzz` is unknown.", "by `tags`"),
        ("big", "model tag `big` is unknown; did you mean `anthropic/big`?", "by `tags`"),
        ("review", "no model has the tag `review`.", "`tags: [review]`"),
        ("Anthropic/big", "`Anthropic/big` is no model.", "provider/name"),
        ("a/b c", "`a/b c` is no model.", "provider/name"),
        # litellm would take the person's key there
        ("huggingface/https://a.example/v1", "`huggingface/https://a.example/v1` is an address.", "api_base"),
    ],
)
@pytest.mark.parametrize("where", ["model", "agent"])
def test_unknown_models(place: Place, where: str, word: str, said: str, hint: str) -> None:
    text = f"# mine\nmodel: {word}\n" if where == "model" else f"agents:\n  - name: x\n    model: [light, {word}]\n"
    place.theirs(text)
    config = place.load()
    (error,) = config.errors
    line = 2 if where == "model" else 3
    assert error.message.removesuffix(".") == f"{place.file}, line {line}: {said}".removesuffix(".")
    assert error.hint is not None and hint in error.hint
    if where == "model":
        assert config.model is None
    else:
        assert [wish.model for wish in config.templates["x"].wants] == ["light"]
        assert config.templates["x"].error is None


def test_a_model_is_no_address(place: Place) -> None:
    place.theirs("models:\n  - {id: openai/small}\n  - {id: 'oobabooga/http://a.example', tags: [heavy]}\n")
    config = place.load()
    assert [model.id for model in config.settings.models] == ["anthropic/big", "openai/small"]
    ((_, line, said),) = place.said(config)
    assert line == 3 and "an address goes into `api_base` of a key" in said


@pytest.mark.parametrize("word", ["heavy", "careful", "any", "other/model", "openrouter/a/b:free"])
def test_known_models(place: Place, word: str) -> None:
    place.theirs(f"model: {word}\nagents: [{{name: x, model: {word}}}]\n")
    config = place.clean()
    assert config.model == word
    assert [wish.model for wish in config.templates["x"].wants] == [word]


def test_any_needs_at_least_one_model(place: Place) -> None:
    place.own("model: any\n")
    assert place.said() == [("dispatch.yaml", 1, "`any` means every model, and there are none.")]


def test_words_that_others_know_as_models(place: Place) -> None:
    place.known = Known(is_model="claude-x".__eq__)
    place.theirs("model: claude-x\n")
    assert place.clean().model == "claude-x"


def test_where_the_projects_model_means_nothing_the_persons_counts(place: Place) -> None:
    place.own(f"{OWN}model: light\n")
    place.theirs("model: hevy\n")
    config = place.load()
    assert config.model == "light"
    assert len(config.errors) == 1


def test_an_agent_with_nothing_left_keeps_its_name_with_an_error(place: Place) -> None:
    place.theirs("agents:\n  - {name: x, model: [hevy, lihgt], description: Mine}\n  - {name: y}\n")
    config = place.load()
    x = config.templates["x"]
    assert x.error is not None and "`hevy`" in x.error.message and x.description == "Mine"
    assert config.templates["y"].error is None
    assert [agent.name for agent in config.settings.agents] == ["y"]
    assert len(config.errors) == 2


def test_unknown_keys(place: Place) -> None:
    place.own(
        OWN
        + """\
  - {id: openai/mid, keys: [spare, wrok]}
  - id: openai/none
    keys:
      - nobody
fallback:
  - spare
  - werk
agents:
  - name: x
    model:
      - {model: heavy, key: wrok}
      - {model: heavy, key: work}
  - {name: y, model: {model: light, key: nobody}}
"""
    )
    config = place.load()
    assert place.said(config) == [
        ("dispatch.yaml", 7, "key `wrok` is unknown."),
        ("dispatch.yaml", 10, "key `nobody` is unknown."),
        ("dispatch.yaml", 13, "key `werk` is unknown."),
        ("dispatch.yaml", 17, "key `wrok` is unknown."),
        ("dispatch.yaml", 19, "key `nobody` is unknown."),
    ]
    assert config.errors[0].hint == "Did you mean `work`?"
    assert config.errors[1].hint == "Known here: spare, work."
    assert config.settings.fallback == ["spare"]
    # without any key it would be called with all: it is left out instead
    assert [(model.id, model.keys) for model in config.settings.models][2:] == [("openai/mid", ["spare"])]
    assert [wish.key for wish in config.templates["x"].wants] == ["work"]
    assert config.templates["y"].error is not None


def test_keys_that_need_not_be_written_are_known(place: Place) -> None:
    place.known = Known(keys=frozenset({"GEMINI_API_KEY"}))
    place.theirs("fallback: [GEMINI_API_KEY, work]\n")
    assert place.clean().settings.fallback == ["GEMINI_API_KEY", "work"]


def test_a_key_of_a_file_that_is_not_trusted(place: Place) -> None:
    place.theirs("keys: [{id: team, provider: openai, env: TEAM}]\nfallback: [team, work]\n")
    config = place.load()
    assert config.settings.fallback == ["work"]
    assert [text for _, _, text in place.said(config)] == [
        "`keys` has no effect: the file is not trusted.",
        "key `team` has no effect: its file is not trusted.",
    ]
    place.trust()
    assert place.clean().settings.fallback == ["team", "work"]


def test_unknown_tools(place: Place) -> None:
    place.theirs(
        "agents:\n  - {name: x, tools: [read, writ_file]}\n  - {name: y, tools: bash}\n  - {name: z, tools: []}\n"
    )
    config = place.load()
    assert place.said(config) == [
        ("dispatch.yaml", 2, "tool `writ_file` is unknown."),
        ("dispatch.yaml", 3, "tool `bash` is unknown."),
    ]
    assert config.errors[0].hint == "Did you mean `write_file`?"
    assert config.templates["x"].tools == ("read",)
    assert config.templates["y"].error is not None
    assert (config.templates["z"].tools, config.templates["z"].error) == ((), None)


def test_tools_are_not_checked_where_nobody_says_which_there_are(place: Place) -> None:
    place.known = Known()
    place.theirs("agents: [{name: x, tools: [anything]}]\n")
    assert place.clean().templates["x"].tools == ("anything",)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("{id: k, provider: anthropic}", "key `k` does not say where the secret is."),
        ("{id: k, env: X}", "key `k` has no `provider`."),
        ("{id: k, provider: ollama}", ""),
        ("{id: k, provider: openai, api_base: 'http://127.0.0.1:8080/v1'}", ""),
        ("{id: k, provider: gemini, keyring: a/b}", ""),
    ],
)
def test_where_a_secret_is(place: Place, key: str, said: str) -> None:
    place.own(f"keys:\n  - {key}\n")
    config = place.load()
    assert place.said(config) == ([("dispatch.yaml", 2, said)] if said else [])
    assert len(config.settings.keys) == (0 if said else 1)


def test_a_provider_whose_variable_is_known_needs_no_source(place: Place) -> None:
    place.known = Known(variables={"anthropic": "ANTHROPIC_API_KEY"})
    place.own("keys: [{id: k, provider: anthropic}, {id: l, provider: openai}]\n")
    assert [key.id for key in place.load().settings.keys] == ["k"]


def test_lines_are_right_across_both_files(place: Place) -> None:
    place.own(OWN + "agents:\n  - name: x\n    tools:\n      - read\n      - oops\n")
    place.theirs("\n\nagents:\n  - name: x\n    model:\n      - light\n      - nope\n")
    assert sorted(place.said()) == [
        ("dispatch.yaml", 7, "model tag `nope` is unknown."),
        ("dispatch.yaml", 11, "tool `oops` is unknown."),
    ]
    paths = {error.place.line: error.place.path for error in place.load().errors if error.place}
    assert paths == {7: str(place.file), 11: str(place.own_file)}


def test_faulty_fields_that_loosen_nothing_are_left_out_alone(place: Place) -> None:
    place.own(
        """\
        models:
          - id: a/b
            effort: hgih
            tags: [heavy, "no tag", light]
            max_output: 1
        agents:
          - {name: x, description: [], skills: [5, good], permissions: read}
        """
    )
    config = place.load()
    (model,) = config.settings.models
    assert (model.tags, model.effort, model.max_output) == (["heavy", "light"], None, None)
    assert (config.templates["x"].skills, config.templates["x"].operations) == (("good",), ("read",))
    assert sorted(line for _, line, _ in place.said(config)) == [3, 4, 5, 7, 7]


@pytest.mark.parametrize(
    "field", ["budgets: {usd: 1}", "budget: {usd: 1, tokens: 2}", "budget: 5", "api_base: ftp://x", "file: a", "x: y"]
)
def test_a_key_that_is_not_understood_is_not_used(place: Place, field: str) -> None:
    place.own(
        f"keys:\n  - {{id: good, provider: openai, env: A}}\n  - id: bad\n    provider: openai\n"
        f"    env: B\n    {field}\n"
    )
    config = place.load()
    assert [key.id for key in config.settings.keys] == ["good"]
    assert len(config.errors) == 1


@pytest.mark.parametrize(
    "field", ["tool: read", "tools: {}", "permissions: all", "permission: read", "model: {}", "cwd: 5"]
)
def test_an_agent_that_is_not_understood_is_listed_and_not_used(place: Place, field: str) -> None:
    place.own(f"agents:\n  - {{name: good}}\n  - name: bad\n    {field}\n")
    config = place.load()
    bad = config.templates["bad"]
    assert bad.error is not None and bad.error.place is not None and bad.error.place.line == 4
    assert config.templates["good"].error is None
    assert [agent.name for agent in config.settings.agents] == ["good"]


def test_what_one_file_says_of_an_agent_is_not_used_without_what_the_other_means(place: Place) -> None:
    place.own("agents: [{name: x, permissions: [raed]}]\n")
    place.theirs("agents: [{name: x, description: hello}]\n")
    assert place.load().templates["x"].error is not None
