"""What of a project's keys, models and agents waits for trust, what does not, and in which words it is asked for."""

from pathlib import Path

import pytest
from config_place import Place

from dispatch_jupyter.core.config.schema import Settings
from dispatch_jupyter.core.config.trust import set_trust, trusted_files
from dispatch_jupyter.core.config.widening import FIELDS, LISTS, SECTIONS, budget_in_words
from dispatch_jupyter.core.protocol.errors import Conflict, NotFound

OWN = """\
keys: [{id: work, provider: anthropic, env: WORK, budget: {usd: 5}}, {id: spare, provider: anthropic, env: SPARE}]
models: [{id: anthropic/big, tags: [heavy], keys: [work], price: {input: 3, output: 15}}]
"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    place.own(OWN)
    return place


def asks(place: Place) -> list[str]:
    return [line for file in trusted_files(place.project, place.environ) for line in file.widens]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "keys: [{id: work, api_base: 'https://evil.example/v1'}]",
            ["use the key work, and send it to https://evil.example/v1"],
        ),
        (
            "keys: [{id: new, provider: openai, file: /k, budget: {tokens: 2000000, per: total}}]",
            ["use the key new of openai, from the file /k, with a budget of 2,000,000 tokens in total"],
        ),
        ("keys: [{id: work, budget: null}]", ["use the key work, with no budget"]),
        ("keys: [{id: work, env: HOME}]", ["use the key work, from the environment variable HOME"]),
        (
            "models: [{id: anthropic/big, price: {input: 0, output: 0}}]",
            ["count anthropic/big as $0.00 in and $0.00 out for a million tokens"],
        ),
        ("models: [{id: anthropic/big, keys: [spare]}]", ["call anthropic/big with spare"]),
        ("models: [{id: anthropic/big, keys: null}]", ["call anthropic/big with any key of its provider"]),
        (
            "lsp: {servers: {py: {command: pylsp, args: [-v, --x]}, go: {command: gopls}}}",
            ["start pylsp -v --x", "start gopls"],
        ),
        ("agents: [{name: x, cwd: /etc}]", ["start the agent x in /etc, outside the project"]),
        ("agents: [{name: x, cwd: ../other}]", ["start the agent x in ../other, outside the project"]),
        ("agents: [{name: x, cwd: ~}, {name: y, cwd: ~/x}]", ["start the agent y in ~/x, outside the project"]),
    ],
)
def test_what_widens_is_inert_until_trusted(place: Place, text: str, words: list[str]) -> None:
    before = place.clean()
    place.theirs(f"# theirs\n{text}\nlimits: {{max_steps: 7}}\n")
    assert asks(place) == words
    config = place.load()
    assert {error.code for error in config.errors} == {"untrusted"}
    assert [line for _, line, _ in place.said(config)] == [2]
    assert (config.settings.keys, config.settings.models) == (before.settings.keys, before.settings.models)
    assert all(template.cwd is None for template in config.templates.values())
    assert config.settings.limits.max_steps == 7
    place.trust()
    trusted = place.clean()
    assert (trusted.settings, trusted.templates) != (config.settings, config.templates)


@pytest.mark.parametrize(
    "text",
    [
        "models: [{id: anthropic/big, tags: [light], effort: low, max_output: 300}, {id: b/c, tags: review}]",
        "fallback: [spare, work]",
        "wait: {enabled: false, poll: 1}",
        "limits: {max_steps: 49, max_depth: 0, max_live_agents: 64, max_summoned: 1, max_tree_usd: 5}",
        "shell: {timeout: 60, max_timeout: 600}",
        "model: heavy",
        "agents: [{name: x, tools: [shell], permissions: [execute], model: {model: heavy, key: spare}, prompt: hi}]",
        "agents: [{name: x, cwd: sub/folder}, {name: y, cwd: .}]",
        "keys: []",
    ],
)
def test_what_does_not_widen_counts_without_trust(place: Place, text: str) -> None:
    before = place.clean()
    place.theirs(f"{text}\n")
    assert asks(place) == []
    config = place.clean()
    if text != "keys: []":
        assert (config.settings, config.templates) != (before.settings, before.templates)


def test_the_persons_own_files_need_no_trust(place: Place) -> None:
    place.own(f"{OWN}agents: [{{name: x, cwd: /etc}}]\n")
    place.agent("y.toml", 'cwd = "/etc"\n', own=True)
    templates = place.clean().templates
    assert (templates["x"].cwd, templates["y"].cwd) == (Path("/etc"), Path("/etc"))
    assert asks(place) == []


def test_folders_start_in_the_project(place: Place) -> None:
    place.own(f"{OWN}agents: [{{name: x, cwd: a/../b}}, {{name: y, cwd: ~/z}}]\n")
    templates = place.clean().templates
    assert (templates["x"].cwd, templates["y"].cwd) == (place.project / "b", place.home / "z")


def test_a_folder_that_a_link_leads_out_of_the_project(place: Place) -> None:
    (place.project / "link").symlink_to("/etc")
    place.theirs("agents: [{name: x, cwd: link/ssh}]\n")
    assert asks(place) == ["start the agent x in link/ssh, outside the project"]
    assert place.load().templates["x"].cwd is None


def test_an_agents_file_is_trusted_by_itself(place: Place) -> None:
    file = place.agent("x.toml", 'name = "X"\ncwd = "/etc"\n')
    (asked,) = trusted_files(place.project, place.environ)
    assert (asked.path, asked.trusted) == (str(file), False)
    assert asked.widens == ["start the agent x in /etc, outside the project"]
    assert place.said() == [("x.toml", 2, "`cwd` has no effect: the file is not trusted.")]
    assert place.load().templates["x"].cwd is None
    place.trust()
    assert place.clean().templates["x"].cwd == Path("/etc")
    file.write_text('name = "X"\ncwd = "/var"\n')
    assert place.load().templates["x"].cwd is None
    with pytest.raises(Conflict):
        set_trust(str(file), asked.digest, True, place.environ)
    file.unlink()
    with pytest.raises(NotFound):
        set_trust(str(file), asked.digest, True, place.environ)


@pytest.mark.parametrize("path", ["/p/agents/x.toml", "/p/.dispatch/x.toml", "/p/.dispatch/agents/x.yaml", "x.toml"])
def test_other_files_do_not_ask_for_trust(place: Place, path: str) -> None:
    with pytest.raises(NotFound):
        set_trust(path, "0" * 64, True, place.environ)


def test_where_the_persons_file_is_the_projects_it_needs_no_trust(place: Place) -> None:
    place.file.symlink_to(place.own_file)
    place.own(f"{OWN}permissions: {{auto_allow: [/x]}}\n")
    assert asks(place) == []
    assert place.clean().settings.permissions.leave()


YAML, TOML = "agents: [{name: careful, permissions: %s}]\n", "permissions = %s\n"


@pytest.mark.parametrize("own", ["yaml", "toml"])
@pytest.mark.parametrize("theirs", ["yaml", "toml", "both"])
@pytest.mark.parametrize(
    ("allowed", "wanted", "left"),
    [
        ('["read"]', '["read", "write", "execute"]', ("read",)),
        ('["read", "write"]', '["read", "execute"]', ("read",)),
        ('["read", "write", "execute"]', '["read"]', ("read",)),
    ],
)
def test_a_project_only_holds_agents_of_the_person_back(
    place: Place, own: str, theirs: str, allowed: str, wanted: str, left: tuple[str, ...]
) -> None:
    if own == "yaml":
        place.own(YAML % allowed)
    else:
        place.own("")
        place.agent("careful.toml", TOML % allowed, own=True)
    if theirs in ("yaml", "both"):
        place.theirs(YAML % wanted)
    if theirs in ("toml", "both"):
        place.agent("careful.toml", TOML % wanted)
    if (own, theirs) == ("toml", "yaml"):
        assert place.clean().templates["careful"].scope == "project"
    assert place.clean().templates["careful"].operations == left


def test_an_agent_of_the_project_alone_may_do_what_it_says(place: Place) -> None:
    place.agent("careful.toml", TOML % '["read", "write"]')
    place.own(YAML.replace(", permissions: %s", ""))
    assert place.clean().templates["careful"].operations == ("read", "write")


def test_every_setting_that_widens_is_a_setting() -> None:
    defaults = Settings().model_dump()
    for section, name in SECTIONS:
        assert name in defaults[section]
    entries = {"models": "ModelSection", "agents": "AgentSection"}
    definitions = Settings.model_json_schema()["$defs"]
    for listed, name in FIELDS:
        assert listed in defaults and name in definitions[entries[listed]]["properties"]
    assert set(LISTS) <= set(defaults)


@pytest.mark.parametrize(
    ("budget", "words"),
    [
        ({"usd": 5.0, "per": "month"}, "a budget of $5.00 a month"),
        ({"usd": 0.5}, "a budget of $0.50 a month"),
        ({"tokens": 1000, "per": "day"}, "a budget of 1,000 tokens a day"),
        ({"usd": 20, "tokens": None, "per": "total"}, "a budget of $20.00 in total"),
        (None, "no budget"),
    ],
)
def test_budgets_in_words(budget: dict[str, object] | None, words: str) -> None:
    assert budget_in_words(budget) == words
