"""Settings, models and skills over HTTP."""

import asyncio
import json
from pathlib import Path

import pytest

from model_server import Reply

pytestmark = pytest.mark.slow  # these load litellm

SETTINGS = """\
keys:
  - {{id: work, provider: openai, env: WORK_KEY, api_base: "{base}", budget: {{usd: 5, per: month}}}}
models:
  - {{id: openai/scripted, tags: [heavy], price: {{input: 1, output: 1}}}}
  - {{id: openai/other, tags: [light], price: {{input: 1, output: 1}}}}
model: heavy
agents:
  - {{name: reviewer, description: Reviews, tools: read, permissions: read, model: light}}
"""


@pytest.fixture
def settings(model, monkeypatch, tmp_path) -> Path:
    """The person's own dispatch.yaml, with one key."""
    for name in ("DISPATCH_MODEL", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("WORK_KEY", "secret-of-work")
    path = tmp_path / "config" / "dispatch" / "dispatch.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(SETTINGS.format(base=model.base("openai")))
    return path


@pytest.fixture
def skill(project, settings):
    path = project / ".skills" / "default" / "style.md"
    path.parent.mkdir(parents=True)
    path.write_text("---\nname: style\ndescription: How we write\n---\nWrite short sentences.\n")
    (project / ".skills" / "project").mkdir()
    (project / ".skills" / "project" / "deploy notes.md").write_text("Deploy on Mondays.\n")
    return path


async def test_the_settings_in_force_and_what_is_wrong_with_them(settings, ask, project):
    (project / "dispatch.yaml").write_text("model: hevy\nlimits: {max_step: 3}\n")
    status, answer = await ask("GET", "config")
    assert status == 200
    texts = [(problem["message"], problem["hint"], problem["place"]) for problem in answer["problems"]]
    assert len(texts) == 2, texts
    assert any("hevy" in text and "heavy" in f"{text}{hint}" and place["line"] == 1 for text, hint, place in texts)
    assert any("max_step" in text and "max_steps" in hint and place["line"] == 2 for text, hint, place in texts)
    reviewer = next(one for one in answer["templates"] if one["name"] == "reviewer")
    assert reviewer["operations"] == ["read"] and "run_shell" not in reviewer["tools"]
    assert reviewer["wants"] == [{"model": "light", "key": None, "effort": None}]
    assert "secret-of-work" not in json.dumps(answer)


async def test_a_skill_that_is_not_there_is_said_and_stops_nobody(settings, skill, ask, model):
    settings.write_text(settings.read_text() + "  - {name: writer, skills: [style, stile]}\n")
    _, answer = await ask("GET", "config")
    writer = next(one for one in answer["templates"] if one["name"] == "writer")
    (warning,) = writer["warnings"]
    assert "stile" in warning["message"] and writer["error"] is None
    model.script = [Reply("Hi.")]
    status, _ = await ask("POST", "chat", body={"text": "Hello", "template": "writer"})
    assert status == 202


async def test_keys_and_models_and_why(settings, ask, model, rested):
    model.script = [Reply("Hi.")]
    _, accepted = await ask("POST", "chat", body={"text": "Hello"})
    await rested(accepted["session_id"])
    status, answer = await ask("GET", "models")
    assert status == 200
    (key,) = answer["keys"]
    assert (key["id"], key["status"], key["calls"], key["source"]) == ("work", "active", 1, "env WORK_KEY")
    assert key["used"]["cost_usd"] > 0 and key["budget"] == {"usd": 5, "tokens": None, "per": "month"}
    assert answer["tags"]["heavy"] == ["openai/scripted"]
    assert "secret-of-work" not in json.dumps(answer)
    status, answer = await ask("GET", "models", "resolve", params={"tag": "light"})
    assert status == 200 and answer["chosen"]["model"] == "openai/other" and answer["chosen"]["why"]
    status, answer = await ask("GET", "models", "resolve", params={"tag": "hevy"})
    assert status == 200 and answer["chosen"] is None and "heavy" in answer["error"]["message"]


async def test_another_model_in_the_middle_of_a_session(settings, ask, model, rested):
    model.script = [Reply("One."), Reply("Two."), Reply("Three.")]
    _, accepted = await ask("POST", "chat", body={"text": "First"})
    agent_id, session_id = accepted["agent_id"], accepted["session_id"]
    await rested(session_id)
    status, agent = await ask("PATCH", "agents", agent_id, "model", body={"model": "light"})
    assert status == 200 and agent["model"]["id"] == "openai/other" and agent["model_pinned"]
    await ask("POST", "agents", agent_id, "message", body={"text": "Second"})
    await rested(session_id)
    assert model.requests[-1].model == "other"
    assert "First" in json.dumps(model.requests[-1].body)
    status, agent = await ask("PATCH", "agents", agent_id, "model", body={"model": None})
    assert status == 200 and not agent["model_pinned"] and agent["model"]["id"] == "openai/scripted"
    for wrong in ({"model": "hevy"}, {"model": "nobody/at-all"}, {"model": ""}, {}):
        status, answer = await ask("PATCH", "agents", agent_id, "model", body=wrong)
        assert status == 422 and answer["message"], wrong
    assert (await ask("PATCH", "agents", "none", "model", body={"model": "light"}))[0] == 404


async def test_a_session_of_another_agent(settings, ask, model, rested):
    model.script = [Reply("I look.")]
    status, accepted = await ask("POST", "chat", body={"text": "Look at it", "template": "reviewer"})
    assert status == 202
    state = await rested(accepted["session_id"])
    agent = state["agents"][0]
    assert (agent["template"], agent["limits"]["operations"], agent["model"]["id"]) == (
        "reviewer",
        ["read"],
        "openai/other",
    )
    names = {tool["function"]["name"] for tool in model.requests[-1].body["tools"]}
    assert "read_file" in names and not names & {"run_shell", "write_file", "edit_file"}
    status, answer = await ask("POST", "chat", body={"text": "Hi", "template": "nobody"})
    assert status == 422 and "nobody" in answer["message"] and "reviewer" in answer["hint"]


async def test_skills(skill, ask, model, rested):
    status, answer = await ask("GET", "skills")
    assert status == 200
    found = {one["id"]: one for one in answer["skills"]}
    assert found["project:style"]["folder"] == "default"
    status, answer = await ask("GET", "skills", "project:deploy notes")
    assert status == 200 and answer["text"] == "Deploy on Mondays."
    assert (await ask("GET", "skills", "nobody"))[0] == 404

    model.script = [Reply("Hi."), Reply("Hi again.")]
    _, accepted = await ask("POST", "chat", body={"text": "Hello"})
    await rested(accepted["session_id"])
    assert "Write short sentences." in json.dumps(model.requests[0].body)
    assert "Mondays" not in json.dumps(model.requests[0].body)
    status, agent = await ask("POST", "agents", accepted["agent_id"], "skills", body={"name": "deploy notes"})
    assert status == 200 and {"name": "project:deploy notes", "why": "person"} in agent["skills"]
    await ask("POST", "agents", accepted["agent_id"], "message", body={"text": "Deploy"})
    await rested(accepted["session_id"])
    assert "Mondays" in json.dumps(model.requests[1].body)
    status, answer = await ask(
        "POST", "agents", accepted["agent_id"], "skills", body={"name": "style", "active": False}
    )
    assert status == 409


async def test_an_edit_is_told_and_taken_up(skill, ask, jp_ws_fetch, settings):
    await ask("GET", "status")
    socket = await jp_ws_fetch("dispatch", "stream")

    async def told(kind):
        async with asyncio.timeout(60):
            while True:
                frame = json.loads(await socket.read_message())
                for notice in frame if isinstance(frame, list) else [frame]:
                    if notice["type"] == "notice" and notice["kind"] == kind:
                        return notice

    settings.write_text(settings.read_text().replace("usd: 5", "usd: 7"))
    assert "work" in (await told("config_changed"))["message"]
    _, answer = await ask("GET", "models")
    assert answer["keys"][0]["budget"]["usd"] == 7
    skill.write_text("Write long sentences.\n")
    assert (await told("skills_changed"))["message"] == "style.md"
    _, answer = await ask("GET", "skills", "style")
    assert answer["text"] == "Write long sentences."
    settings.write_text("keys: [")
    await told("config_changed")
    _, answer = await ask("GET", "config")
    assert any("not valid YAML" in problem["message"] for problem in answer["problems"])
    _, answer = await ask("GET", "models")
    assert answer["keys"][0]["budget"]["usd"] == 7, "as it was when it could last be read"
    socket.close()


async def test_the_schema_of_dispatch_yaml(jp_fetch, model):
    response = await jp_fetch("dispatch", "config", "schema")
    schema = json.loads(response.body)
    assert "schema+json" in response.headers["Content-Type"]
    assert {"keys", "models", "agents", "fallback", "permissions"} <= set(schema["properties"])
