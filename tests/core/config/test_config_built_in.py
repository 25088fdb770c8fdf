"""The agents that come with the package: what they may do, how people change them, and that no project widens them."""

import re
import tempfile
from pathlib import Path

import pytest
from config_place import Place
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_jupyter.core.config.built_in import FOLDER, built_in
from dispatch_jupyter.core.config.templates import MAX_DESCRIPTION, MAX_LISTED, Template, catalogue
from dispatch_jupyter.core.protocol.parts import OPERATIONS, SUMMON_KINDS
from dispatch_jupyter.core.tools.groups import known_names

ALL = '["read", "write", "execute", "summon", "user_agent"]'


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.mark.parametrize(
    ("slug", "operations", "summons"),
    [
        ("dispatch", OPERATIONS, SUMMON_KINDS),
        ("planner", ("read", "write"), ()),
        ("researcher", ("read",), ()),
        ("reviewer", ("read", "execute"), ()),
        ("writer", OPERATIONS, ()),
    ],
)
def test_what_they_may_do(slug: str, operations: tuple[str, ...], summons: tuple[str, ...]) -> None:
    one = built_in()[slug]
    assert (one.operations, one.summons, one.is_subagent) == (operations, summons, slug != "dispatch")
    assert (one.scope, one.place, one.error, one.tools, one.wants) == ("built in", None, None, None, ())
    assert len(one.description) <= MAX_DESCRIPTION and 100 < len(one.prompt) < 1500
    assert set(re.findall(r"`([a-z]+_[a-z_]+)`", one.prompt)) <= known_names()


def test_there_are_no_others() -> None:
    assert list(built_in()) == ["dispatch", "planner", "researcher", "reviewer", "writer"]


def test_the_page_about_them_says_the_same() -> None:
    page = (Path(__file__).parents[3] / "docs" / "agents.md").read_text("utf-8")
    table = page.split("## The agents that ship")[1].split("##")[0].splitlines()
    rows = [re.fullmatch(r"\| `(\w+)` \| (?:.+) \| ([\w, ]+) \|", line) for line in table]
    told = {row[1]: tuple(row[2].split(", ")) for row in rows if row}
    assert told == {one.slug: (*one.operations, *one.summons) for one in built_in().values()}


@pytest.mark.parametrize("own", [True, False])
def test_a_copy_of_one_is_the_same_agent(place: Place, own: bool) -> None:
    for slug in built_in():
        place.agent(f"{slug}.toml", (FOLDER / f"{slug}.toml").read_bytes(), own=own)
    templates = place.clean().templates
    assert list(templates) == list(built_in())
    for slug, one in built_in().items():
        copied = templates[slug]
        assert copied.scope == ("global" if own else "project") and copied.place is not None
        assert Template(**{**_fields(copied), "scope": one.scope, "place": None}) == one


def test_an_entry_of_dispatch_yaml_changes_only_what_it_says(place: Place) -> None:
    place.own("models: [{id: a/b, tags: [light]}]\nagents: [{name: researcher, model: light}]\n")
    shipped, one = built_in()["researcher"], place.clean().templates["researcher"]
    assert [wish.model for wish in one.wants] == ["light"]
    assert (one.title, one.description, one.prompt) == (shipped.title, shipped.description, shipped.prompt)
    assert (one.operations, one.is_subagent, one.scope) == (("read",), True, "global")
    place.theirs("agents: [{name: researcher, prompt: Theirs.}]\n")
    one = place.clean().templates["researcher"]
    assert (one.prompt, one.is_subagent, [wish.model for wish in one.wants]) == ("Theirs.", True, ["light"])


def test_a_prompt_file_takes_the_place_of_the_built_in_prompt(place: Place) -> None:
    place.own("agents: [{name: writer, prompt_file: w.md}]\n")
    (place.own_file.parent / "w.md").write_text("Mine.")
    assert place.clean().templates["writer"].prompt == "Mine."


def test_a_toml_file_is_an_agent_by_itself(place: Place) -> None:
    place.agent("researcher.toml", 'prompt = "Mine."\n', own=True)
    shipped, one = built_in()["researcher"], place.clean().templates["researcher"]
    assert (one.title, one.description, one.prompt) == (shipped.title, shipped.description, "Mine.")
    assert (one.operations, one.summons, one.is_subagent) == (OPERATIONS, SUMMON_KINDS, False)


# ---------------------------------------------------------------------- projects do not widen


def write(place: Place, how: str, fields: str, *, own: bool = False) -> None:
    """An agent `researcher`, with permissions as TOML and YAML both write them."""
    if how == "toml":
        place.agent("researcher.toml", fields.replace(": ", " = "), own=own)
    else:
        entry = ", ".join(["name: researcher", *fields.splitlines()])
        (place.own if own else place.theirs)(f"agents: [{{{entry}}}]\n")


@pytest.mark.parametrize("how", ["yaml", "toml"])
@pytest.mark.parametrize(
    "fields", ["", f"permissions: {ALL}", "is_subagent: false", f"is_subagent: false\npermissions: {ALL}"]
)
def test_a_projects_agent_of_a_built_in_name_may_do_no_more(place: Place, how: str, fields: str) -> None:
    write(place, how, fields)
    one = place.clean().templates["researcher"]
    assert (one.scope, one.operations, one.summons) == ("project", ("read",), ())


@pytest.mark.parametrize("how", ["yaml", "toml"])
@pytest.mark.parametrize("own", ["yaml", "toml"])
def test_the_persons_own_says_how_much_the_projects_may_do(place: Place, how: str, own: str) -> None:
    write(place, own, 'permissions: ["read", "write", "summon"]', own=True)
    write(place, how, f"permissions: {ALL}")
    one = place.clean().templates["researcher"]
    assert (one.scope, one.operations, one.summons) == ("project", ("read", "write"), ("summon",))
    write(place, how, 'permissions: ["read"]')
    one = place.clean().templates["researcher"]
    assert (one.operations, one.summons) == (("read",), ())


def test_an_entry_of_the_persons_that_says_nothing_of_permissions_keeps_the_built_in_ones(place: Place) -> None:
    write(place, "yaml", "title: Mine", own=True)
    write(place, "toml", f"permissions: {ALL}")
    assert place.clean().templates["researcher"].operations == ("read",)


@pytest.mark.parametrize("slug", ["researcher", "dispatch", "mine"])
@pytest.mark.parametrize("own", ["yaml", "toml"])
def test_where_the_persons_own_cannot_be_understood_the_projects_only_reads(place: Place, slug: str, own: str) -> None:
    if own == "toml":
        place.agent(f"{slug}.toml", "permissions = [", own=True)
    else:
        place.own(f"agents: [{{name: {slug}, permissions: [raed]}}]\n")
    place.agent(f"{slug}.toml", f"permissions = {ALL}\n")
    one = place.load().templates[slug]
    assert one.scope == "project" and (one.operations, one.summons) == (("read",), ())


def test_a_new_agent_of_a_project_may_do_what_it_says(place: Place) -> None:
    place.theirs(f"agents: [{{name: boss, permissions: {ALL}}}]\n")
    one = place.clean().templates["boss"]
    assert (one.operations, one.summons) == (OPERATIONS, SUMMON_KINDS)


def test_a_broken_file_of_a_built_in_name_is_broken(place: Place) -> None:
    place.agent("writer.toml", "nonsense")
    assert place.load().templates["writer"].error is not None


KINDS = st.fixed_dictionaries(
    {},
    optional={
        "permissions": st.lists(st.sampled_from([*OPERATIONS, *SUMMON_KINDS]), unique=True),
        "is_subagent": st.booleans(),
        "nonsense": st.just(1),
    },
)


@pytest.mark.slow
@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(["researcher", "dispatch", "mine"]),
    st.dictionaries(st.sampled_from(["yaml", "toml"]), KINDS),
    st.dictionaries(st.sampled_from(["yaml", "toml"]), KINDS),
)
def test_no_file_of_a_project_gives_an_agent_more_than_it_has_without(
    slug: str, own: dict[str, dict[str, object]], theirs: dict[str, dict[str, object]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder))
        _write(place, slug, own, own=True)
        alone = place.load().templates.get(slug)
        _write(place, slug, theirs, own=False)
        one = place.load().templates.get(slug)
        if alone is None:
            return
        assert one is not None
        limit = {"read"} if alone.error else {*alone.operations, *alone.summons}
        if one.scope == "project" and not one.error:
            assert {*one.operations, *one.summons} <= limit
        if not theirs:
            assert one == alone


# ---------------------------------------------------------------------- permissions


@pytest.mark.parametrize(
    ("fields", "operations", "summons"),
    [
        ("", OPERATIONS, SUMMON_KINDS),
        (", is_subagent: true", OPERATIONS, ()),
        (", permissions: []", ("read",), ()),
        (", permissions: summon", ("read",), ("summon",)),
        (", permissions: [user_agent, write]", ("read", "write"), ("user_agent",)),
        (", is_subagent: true, permissions: [summon, execute]", ("read", "execute"), ("summon",)),
    ],
)
def test_permissions(place: Place, fields: str, operations: tuple[str, ...], summons: tuple[str, ...]) -> None:
    place.theirs(f"agents: [{{name: x{fields}}}]\n")
    one = place.clean().templates["x"]
    assert (one.operations, one.summons) == (operations, summons)
    (shown,) = [template for template in place.clean().describe().templates if template.name == "x"]
    assert (tuple(shown.operations), tuple(shown.summons)) == (operations, summons)


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("summom", "Did you mean `summon`?"),
        ("user-agent", "Did you mean `user_agent`?"),
        ("all", "Known here: read, write, execute, summon, user_agent."),
    ],
)
@pytest.mark.parametrize("how", ["yaml", "toml"])
def test_an_unknown_permission(place: Place, how: str, word: str, hint: str) -> None:
    write(place, how, f'permissions: ["read", "{word}"]')
    config = place.load()
    (error,) = config.errors
    assert error.message.endswith("permissions.1` cannot be used: there is no such permission.") and error.hint == hint
    assert config.templates["researcher"].error is not None


# ---------------------------------------------------------------------- what agents are told of them


def test_the_catalogue(place: Place) -> None:
    file = place.agent("tester.toml", 'description = "Runs\\n the  tests"\nis_subagent = true\n')
    place.theirs("agents: [{name: lead}, {name: bad, tools: [raed]}]\n")
    place.agent("broken.toml", "nonsense")
    templates = place.load().templates
    told = catalogue(templates.values()).splitlines()
    assert told[0] == "Subagents:" and told[-3] == "Agents of the person's own (`top_level`):"
    assert f"- `tester`: Runs the tests ({file})" in told
    assert f"- `writer`: {built_in()['writer'].description} (built in)" in told
    assert told[-1] == f"- `lead`: Lead ({place.file})" and told[-2].startswith("- `dispatch`: ")
    assert not any(name in line for line in told for name in ("`bad`", "`broken`"))
    assert catalogue(templates.values(), ["summon"]).splitlines() == told[1:-3]
    assert catalogue(templates.values(), ["user_agent"]).splitlines() == told[-2:]
    assert catalogue([]) == catalogue(templates.values(), []) == ""


def test_the_catalogue_has_a_size() -> None:
    many = [Template(f"a{number:03}", "A", "x" * 2000, is_subagent=True) for number in range(200)]
    told = catalogue(many)
    assert len(told) < (MAX_LISTED + 1) * (MAX_DESCRIPTION + 60) and all(f"`{one.slug}`" in told for one in many)


def _fields(template: Template) -> dict[str, object]:
    return {name: getattr(template, name) for name in Template.__slots__}


def _write(place: Place, slug: str, files: dict[str, dict[str, object]], *, own: bool) -> None:
    for how, fields in files.items():
        if how == "toml":
            lines = [f"{name} = {str(value).lower()}" for name, value in fields.items()]
            place.agent(f"{slug}.toml", "\n".join(lines).replace("'", '"') + "\n", own=own)
        else:
            entry = ", ".join([f"name: {slug}", *(f"{name}: {str(value).lower()}" for name, value in fields.items())])
            (place.own if own else place.theirs)(f"agents: [{{{entry}}}]\n")
