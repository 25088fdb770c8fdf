"""Settings files over HTTP, for an editor: which may be opened, what saving keeps, and each refusal."""

import hashlib
import json
import os
import stat

import pytest

pytestmark = pytest.mark.slow  # these load litellm
OWN = "keys: []\n# a person's own\n"
AGENT = 'description = "Writes"\n'
SKILL = "---\nname: style\n---\nWrite short sentences.\n"


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def place(project, monkeypatch, tmp_path):
    """The folders of a person and a project, with a file of each kind, none of which Jupyter would show or all."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home" / ".config"))
    files = {
        "own": (tmp_path / "home" / ".config" / "dispatch" / "dispatch.yaml", OWN),
        "own agent": (tmp_path / "home" / ".config" / "dispatch" / "agents" / "mine.toml", AGENT),
        "own skill": (tmp_path / "home" / ".skills" / "default" / "english.md", SKILL.replace("style", "english")),
        "settings": (project / "dispatch.yaml", "agents: []\n"),
        "agent": (project / ".dispatch" / "agents" / "writer.toml", AGENT),
        "skill": (project / ".skills" / "default" / "style.md", SKILL),
        "mapping": (project / ".skills" / "agents" / "writer.txt", "style\n"),
        "instructions": (project / "AGENTS.md", "Be kind.\n"),
    }
    for path, text in files.values():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return {name: path for name, (path, _) in files.items()}


@pytest.fixture
def get(ask, place):
    """Open a file; `(status, decoded answer)`."""
    return lambda path: ask("GET", "config", "file", params={"path": str(path)})


@pytest.fixture
def put(ask, place):
    async def save(path, text, version=None):
        body = {"path": str(path), "text": text, "digest": version or digest(path)}
        return await ask("PUT", "config", "file", body=body)

    return save


async def test_every_kind_is_opened_and_saved(place, get, put):
    for name, path in place.items():
        path.chmod(0o640)
        status, file = await get(path)
        assert status == 200, (name, file)
        assert (file["text"], file["digest"], file["writable"]) == (path.read_text(), digest(path), True), name
        status, saved = await put(path, file["text"] + "# more\n", file["digest"])
        assert status == 200, (name, saved)
        assert path.read_text() == file["text"] + "# more\n" == saved["text"]
        assert saved["digest"] == digest(path) != file["digest"]
        assert stat.S_IMODE(path.stat().st_mode) == 0o640, name
        assert [one.name for one in path.parent.glob(".dispatch-*")] == [], "nothing is left beside it"


async def test_a_path_as_editors_write_it(place, get):
    status, file = await get(str(place["own"]).lstrip("/"))
    assert status == 200 and file["path"] == str(place["own"])


async def test_what_is_saved_counts_at_once(place, ask, put):
    place["own"].write_text("limits: {max_step: 3}\n")
    _, before = await ask("GET", "config")
    assert any("max_step" in problem["message"] for problem in before["problems"])
    assert (await put(place["own"], "limits: {max_steps: 3}\n"))[0] == 200
    _, after = await ask("GET", "config")
    assert after["problems"] == [] and after["version"] > before["version"]


async def test_other_files_are_not_opened(place, get, put, project, tmp_path):
    secret = tmp_path / "home" / ".config" / "dispatch" / "trust.json"
    secret.write_text("{}")
    (project / "notes.md").write_text("Notes.\n")
    skills = project / ".skills" / "default"
    for other in (
        secret,
        project / "notes.md",
        project / "README.md",
        f"{skills}/../../README.md",
        f"{skills}/../default/style.md",
        skills,
        "/etc/passwd",
        "dispatch.yaml",
        "",
    ):
        status, answer = await get(other)
        assert (status, answer["code"]) == (404, "not_found"), other
        assert (await put(other, "x", "0"))[0] in (404, 422), other
    assert (project / "notes.md").read_text() == "Notes.\n"


async def test_a_link_out_of_the_project_is_not_followed(place, get, put, tmp_path):
    """Agents write in the project: what they bend must not be read, nor written by a person's hand."""
    outside = tmp_path / "outside"
    outside.mkdir()
    for name in ("settings", "agent", "skill", "mapping", "instructions"):
        target = outside / place[name].name
        target.write_text("mine: alone\n")
        place[name].unlink()
        place[name].symlink_to(target)
        status, answer = await get(place[name])
        assert status in (404, 422) and "alone" not in json.dumps(answer), name
        assert (await put(place[name], "x"))[0] in (404, 422), name
        assert target.read_text() == "mine: alone\n"


async def test_a_link_of_the_project_opens_nothing_of_the_person(place, get, put):
    place["skill"].unlink()
    place["skill"].symlink_to(place["own"])
    status, _ = await get(place["skill"])
    assert status in (404, 422)
    assert (await put(place["skill"], "x"))[0] in (404, 422)
    assert place["own"].read_text() == OWN


async def test_a_link_to_what_runs_later_is_only_shown(place, get, put, project):
    """An edit of the settings must not become one of a hook, which git runs."""
    hook = project / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(parents=True)
    place["settings"].rename(hook)
    place["settings"].symlink_to(hook)
    status, file = await get(place["settings"])
    assert status == 200 and file["writable"] is False
    status, answer = await put(place["settings"], "x", file["digest"])
    assert status == 422 and "another place" in answer["message"]
    assert hook.read_text() == "agents: []\n"


async def test_a_person_may_keep_their_own_elsewhere(place, get, put, tmp_path):
    dotfiles = tmp_path / "dotfiles"
    dotfiles.mkdir()
    place["own"].rename(dotfiles / "dispatch.yaml")
    place["own"].symlink_to(dotfiles / "dispatch.yaml")
    assert (await get(place["own"]))[1]["writable"] is True
    assert (await put(place["own"], "keys: []\n"))[0] == 200
    assert place["own"].is_symlink() and (dotfiles / "dispatch.yaml").read_text() == "keys: []\n"


async def test_but_not_under_another_name(place, get, put, tmp_path):
    place["own"].rename(tmp_path / "home" / ".bashrc")
    place["own"].symlink_to(tmp_path / "home" / ".bashrc")
    assert (await get(place["own"]))[0] == 422
    assert (await put(place["own"], "x"))[0] == 422
    assert (tmp_path / "home" / ".bashrc").read_text() == OWN


async def test_what_was_changed_meanwhile_is_not_written_over(place, get, put):
    _, file = await get(place["own"])
    place["own"].write_text("keys: [] # by another program\n")
    status, answer = await put(place["own"], "mine\n", file["digest"])
    assert (status, answer["code"]) == (409, "conflict") and str(place["own"]) in answer["message"] and answer["hint"]
    assert place["own"].read_text() == "keys: [] # by another program\n"


async def test_what_is_gone_is_not_made_again(place, get, put):
    for name in ("own", "skill"):
        _, file = await get(place[name])
        place[name].unlink()
        status, answer = await put(place[name], "x", file["digest"])
        assert status == 404 and "not there any more" in answer["message"], name
        assert not place[name].exists()


async def test_text_that_is_none(place, get, ask):
    place["skill"].write_bytes(b"caf\xe9\n")
    status, answer = await get(place["skill"])
    assert (
        (status, answer["code"]) == (422, "invalid") and "UTF-8" in answer["message"] and "byte 3" in answer["message"]
    )
    place["skill"].write_text(SKILL)
    version = digest(place["skill"])
    body = '{"path": %s, "text": "\\ud800", "digest": "%s"}' % (json.dumps(str(place["skill"])), version)  # noqa: UP031
    status, answer = await ask("PUT", "config", "file", body=body)
    assert status == 422 and place["skill"].read_text() == SKILL


async def test_what_is_too_large(place, get, put):
    status, answer = await put(place["skill"], "x" * 1_000_001)
    assert (status, answer["code"]) == (413, "too_large") and place["skill"].read_text() == SKILL
    assert (await put(place["skill"], "x" * 4_000_001))[0] == 413
    place["skill"].write_text("x" * 1_000_001)
    status, answer = await get(place["skill"])
    assert (status, answer["code"]) == (413, "too_large")


async def test_a_pipe_is_not_waited_for(place, get):
    place["mapping"].unlink()
    os.mkfifo(place["mapping"])
    assert (await get(place["mapping"]))[0] in (404, 422)


async def test_what_comes_with_dispatch_is_shown_and_kept(ask, get, put):
    _, skills = await ask("GET", "skills")
    path = next(one["path"] for one in skills["skills"] if one["scope"] == "built in")
    status, file = await get(path)
    assert status == 200 and file["text"] and file["writable"] is False
    status, answer = await put(path, "x", file["digest"])
    assert status == 422 and "comes with Dispatch" in answer["message"]
    assert (await get(path))[1]["text"] == file["text"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anything")
async def test_what_the_system_keeps_is_said(place, get, put):
    place["own"].chmod(0o400)
    assert (await get(place["own"]))[1]["writable"] is False
    status, answer = await put(place["own"], "x")
    assert (status, answer["code"]) == (500, "store") and "does not permit" in answer["message"]
    assert place["own"].read_text() == OWN


async def test_bodies_that_are_none(place, ask):
    for body in ({}, {"path": str(place["own"])}, {"path": "", "text": "", "digest": ""}, {"path": 1}):
        status, answer = await ask("PUT", "config", "file", body=body)
        assert status == 422 and answer["message"], body


async def test_problems_of_skills_are_among_those_of_the_settings(place, ask):
    place["skill"].write_text("---\nname: [\n---\nText.\n")
    place["mapping"].write_text("# what writers are told\nstile\n")
    _, answer = await ask("GET", "config")
    found = {(problem["place"]["path"], problem["place"]["line"]) for problem in answer["problems"]}
    assert (str(place["mapping"]), 2) in found
    assert any(path == str(place["skill"]) for path, _ in found)
