"""Whatever stands in the files: loading never fails, keeps every good part, and names lines where the faults are."""

import json
import string
from pathlib import Path
from typing import Any

import pytest
import yaml
from config_place import Place
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch_jupyter.core.config import yaml_text
from dispatch_jupyter.core.config.schema import Settings
from dispatch_jupyter.core.config.trust import trusted_files
from dispatch_jupyter.core.config.yaml_text import TooMuch, parse

ANY = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
WORDS = [
    *Settings.model_fields,
    "id",
    "name",
    "tags",
    "budget",
    "usd",
    "per",
    "prompt_file",
    "cwd",
    "path",
    "allow",
    "auto_allow",
]

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-5, 5000)
    | st.floats(allow_nan=True)
    | st.sampled_from(["a/b", "heavy", "work", "read", "~", "~/x", "..", "/etc", "$HOME", "", "a\0b", "\ud800", "ü"])
    | st.text(max_size=8)
)
names = st.sampled_from(WORDS) | st.text(string.ascii_letters, max_size=6) | st.integers(0, 3)
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=5),
    max_leaves=25,
)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def load_all(place: Place) -> None:
    config = place.load()
    config.describe().model_dump_json()
    for error in config.errors:
        assert error.message and error.hint
    assert "dispatch" in config.templates
    trusted_files(place.project, place.environ)
    assert place.load(config) is config


@pytest.mark.slow
@ANY
@given(data=documents, below=documents)
def test_any_document(place: Place, data: Any, below: Any) -> None:
    for path, content in ((place.file, data), (place.own_file, below)):
        text = json.dumps(content, ensure_ascii=True).replace("NaN", ".nan").replace("Infinity", ".inf")
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text)
    load_all(place)


@pytest.mark.slow
@ANY
@given(text=st.text(max_size=60) | st.binary(max_size=60) | st.text("abkeys:-[]{}&*!|>#'\" \n\t%@`,?<", max_size=60))
def test_any_text(place: Place, text: str | bytes) -> None:
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    place.theirs(raw)
    place.own(raw)
    place.agent("x.toml", raw)
    load_all(place)


@pytest.mark.slow
@ANY
@given(
    text=st.lists(
        st.sampled_from(
            [
                'name = "x"', "tools = ['read']", "tools = 5", "[[models]]", 'model_id = "light"', "key_id = 5",
                "[models]", 'prompt = """', '"""', "'''", "x = {a = 1}", "x.y = 1", "# c", "cwd = '/etc'", "]",
                "skills = [", "=",
            ]
        ),
        max_size=8,
    )
)  # fmt: skip
def test_any_toml(place: Place, text: list[str]) -> None:
    place.agent("x.toml", "\n".join(text))
    load_all(place)
    assert "x" in place.load().templates


ENTRIES = {
    "models": ["{id: a/one, tags: [heavy]}", "{id: b/two, effort: low}", "{id: c/three}"],
    "keys": ["{id: work, provider: openai, env: A}", "{id: two, provider: gemini, file: /k, budget: {usd: 1}}"],
    "agents": ["{name: x, prompt: hi}", "{name: y, tools: [read], permissions: read}"],
}
BAD = {
    "models": ["5", "{id: none}", "{tags: []}", "{id: a/x, price: 1}", "[a]", "{id: a/x, idd: 1}", "null"],
    "keys": ["{}", "{id: '', provider: a}", "{id: k, provider: a, env: 1b}", "{id: k, provider: a, budget: {}}", "x"],
    "agents": ["{name: a b}", "{name: x1, tool: read}", "{prompt: x}", "7", "{name: x2, permissions: [all]}"],
}


@pytest.mark.slow
@ANY
@given(data=st.data())
def test_good_entries_among_bad_ones_count_and_lines_are_right(place: Place, data: st.DataObject) -> None:
    """Each bad entry is named at its line, each good one is in force, wherever they stand."""
    lines: list[str] = []
    faulty: set[int] = set()
    good: dict[str, list[str]] = {}
    for listed in data.draw(st.permutations(list(ENTRIES))):
        lines += ["# " + data.draw(st.sampled_from(["", "a", "keys:"])), f"{listed}:"]
        mixed = data.draw(st.lists(st.sampled_from(BAD[listed]), max_size=4)) + ENTRIES[listed]
        good[listed] = []
        for entry in data.draw(st.permutations(mixed)):
            lines += [""] * data.draw(st.integers(0, 2))
            lines.append(f"  - {entry}")
            if entry in ENTRIES[listed]:
                good[listed].append(yaml.safe_load(entry).get("name") or yaml.safe_load(entry)["id"])
            else:
                faulty.add(len(lines))
    place.own("\n".join(lines) + "\n")
    config = place.load()
    found = config.settings
    assert [model.id for model in found.models] == good["models"]
    assert [key.id for key in found.keys] == good["keys"]
    assert [agent.name for agent in found.agents] == good["agents"]
    assert {error.place.line for error in config.errors if error.place} == faulty


@pytest.mark.slow
@pytest.mark.parametrize("loader", ["C", "Python"])
@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "- " * 100_000,
        "{a: " * 100_000,
        "a: &a [*a]",
        "&a {b: *a}",
        "- x\n" * 60_000,
        "a: &a [x, x, x, x]\nb: &b [*a, *a, *a, *a]\n" + "c: [" + "*b, " * 5_000 + "]",
        "a: &a {x: 1, y: 2}\nb: &b {<<: [*a, *a]}\nc: {<<: [" + "*b, " * 20_000 + "]}",
    ],
)
def test_what_would_take_for_ever_is_refused(text: str, loader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if loader == "Python":
        monkeypatch.setattr(yaml_text, "_Loader", yaml.SafeLoader)
    with pytest.raises(TooMuch):
        parse(text)


@pytest.mark.slow
def test_many_faults_do_not_take_long(place: Place) -> None:
    place.theirs("".join(f"field{number}: {number}\n" for number in range(4000)) + "model: a/b\n")
    config = place.load()
    assert len(config.errors) == 51
    assert "3,950 more faults" in config.errors[-1].message
    assert config.model == "a/b"


def test_long_names_are_shortened_in_messages(place: Place) -> None:
    place.theirs(f"{'x' * 1000}: 1\nmodels: [{{id: {'y' * 9000}}}]\nmodel: {'z' * 9000}\n")
    config = place.load()
    assert len(config.errors) == 3
    assert all(len(error.message) < 1500 for error in config.errors)


def test_a_project_whose_name_is_not_utf8(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.project = tmp_path / b"p\xff".decode("utf-8", "surrogateescape")
    place.file = place.project / "dispatch.yaml"
    place.theirs("modle: x\nagents: [{name: x, cwd: sub}]\n")
    config = place.load()
    assert len(config.errors) == 1
    config.describe().model_dump_json()
