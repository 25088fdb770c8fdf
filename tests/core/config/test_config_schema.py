"""The JSON Schema for editors: in step with what is read, short forms included, every setting explained."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from config_place import Place

from dispatch_jupyter.core.config.built_in import built_in
from dispatch_jupyter.core.config.json_schema import schema_json, schema_text
from dispatch_jupyter.core.config.schema import Settings

ROOT = Path(__file__).parents[3]
PLAIN = {
    "usd",
    "tokens",
    "title",
    "description",
    "id",
    "name",
    "input",
    "output",
    "key",
    "effort",
    "model",
    "skills",
    "agents",
}
"""Fields whose name says all."""


def valid(text: str) -> bool:
    return jsonschema.Draft202012Validator(schema_json()).is_valid(yaml.safe_load(text))


def test_it_is_a_schema_and_the_published_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema_json())
    assert (ROOT / "docs" / "dispatch.schema.json").read_text("utf-8") == schema_text()


@pytest.mark.slow
def test_the_script_says_when_it_is_stale(tmp_path: Path) -> None:
    script = tmp_path / "scripts" / "generate_schema.py"
    script.parent.mkdir()
    (tmp_path / "docs").mkdir()
    script.write_text((ROOT / "scripts" / "generate_schema.py").read_text())

    def run(*arguments: str) -> int:
        return subprocess.run(
            [sys.executable, script, *arguments], env={"PYTHONPATH": str(ROOT)}, check=False
        ).returncode

    assert run("--check") == 1
    assert (run(), run("--check")) == (0, 0)
    (tmp_path / "docs" / "dispatch.schema.json").write_text("{}")
    assert run("--check") == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing\n",
        "model: heavy",
        "models: [{id: a/b, tags: heavy, keys: work, price: {input: 1, output: 2}}]",
        "models: [{id: a/b, tags: [heavy, light]}]",
        "keys: [{id: a, provider: openai, env: X, budget: {usd: 5}}, {id: b, budget: {tokens: 5, per: day}}]",
        "keys:\nmodels:\nfallback:\n",
        "agents: [{name: x, model: heavy}, {name: y, model: [heavy, {model: a/b, key: k}]}, {name: z, tools: read}]",
        "permissions: {auto_allow: [/tmp, {path: /etc, allow: read}]}",
        "wait: {enabled: false}\nfallback: [a]",
    ],
)
def test_what_may_be_written(text: str, tmp_path: Path) -> None:
    assert valid(text)
    place = Place(tmp_path)
    place.own(text)
    assert all(
        "unknown" in error.message or "has no" in error.message or "no model" in error.message
        for error in place.load().errors
    )


@pytest.mark.parametrize(
    "text",
    [
        "modle: x",
        "models: [{tags: [heavy]}]",
        "models: [{id: nope}]",
        "models: {id: a/b}",
        "keys: [{id: a, provider: A}]",
        "keys: [{id: a, secret: sk-123}]",
        "agents: [{name: x, permissions: all}]",
        "agents: [{name: x, model: {modle: heavy}}]",
        "permissions: {auto_allow: [{path: /etc}]}",
        "limits: {max_steps: 0}",
    ],
)
def test_what_may_not_be_written(text: str, tmp_path: Path) -> None:
    assert not valid(text)
    place = Place(tmp_path)
    place.own(text)
    assert place.load().errors


def test_every_setting_is_explained() -> None:
    silent = [name for name, part in _properties(schema_json()) if name not in PLAIN and not part.get("description")]
    assert [name for name in silent if name not in {"budget", "wait", "limits", "permissions", "shell", "lsp"}] == []


def test_it_fits_the_examples_of_the_documentation() -> None:
    for page in ("docs/agents.md", "docs/configuration.md", "docs/permissions.md", "docs/guide.md"):
        for block in (ROOT / page).read_text("utf-8").split("```yaml\n")[1:]:
            text = block.split("```")[0]
            assert valid(text), text


def test_the_examples_of_the_documentation_have_no_faults(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    (whole,) = [block.split("```")[0] for block in page.split("```yaml\n") if block.startswith("# A tag")]
    (agent,) = [block.split("```")[0] for block in page.split("```toml\n")[1:]]
    place = Place(tmp_path)
    place.own(whole)
    (place.own_file.parent / "prompts").mkdir()
    (place.own_file.parent / "prompts" / "reviewer.md").write_text("Look.")
    place.agent("second.toml", agent)
    config = place.clean()
    assert set(Settings.model_fields) == set(yaml.safe_load(whole))
    assert config.templates["second"].title == "Code reviewer"


def test_the_commented_example_of_the_project_has_no_faults(tmp_path: Path) -> None:
    text = (ROOT / "dispatch.yaml").read_text("utf-8")
    place = Place(tmp_path)
    place.own(re.sub(r"(?m)^# (?=[a-z]+:| +)", "", text))
    config = place.clean()
    assert (config.model, set(config.templates) - set(built_in())) == ("heavy", {"docs"})
    assert (config.settings.limits.max_steps, config.settings.limits.max_tree_usd) == (40, 5)


@pytest.mark.slow
def test_the_module_writes_the_schema() -> None:
    command = [sys.executable, "-m", "dispatch_jupyter.core.config.json_schema"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == schema_text()


def test_it_fits_the_projects_own_file() -> None:
    assert valid((ROOT / "dispatch.yaml").read_text("utf-8"))


def _properties(part: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(part, list):
        for item in part:
            yield from _properties(item)
    elif isinstance(part, dict):
        yield from part.get("properties", {}).items()
        for value in part.values():
            yield from _properties(value)


def test_it_is_json() -> None:
    assert json.loads(schema_text()) == schema_json()
