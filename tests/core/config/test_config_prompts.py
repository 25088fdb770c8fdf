"""Prompts in files: where they are looked for, that a project's stay in the project, and what is said else."""

import os
from pathlib import Path

import pytest
from config_place import Place

from dispatch_jupyter.core.config import reading
from dispatch_jupyter.core.config.known import Known
from dispatch_jupyter.core.config.model_schema import MAX_PROMPT_CHARS
from dispatch_jupyter.core.config.reading import Outside, Within, read_bytes


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def within(folder: Path) -> Within:
    return Within(folder, lambda _: False)


def entry(path: str) -> str:
    return f"agents:\n  - name: x\n    prompt_file: {path}\n"


def test_a_projects_prompt_is_in_the_project(place: Place) -> None:
    (place.project / "prompts").mkdir()
    (place.project / "prompts" / "x.md").write_text("\ufeffBe kind.\n")
    place.theirs(entry("prompts/x.md"))
    config = place.clean()
    assert config.templates["x"].prompt == "Be kind.\n"
    assert place.project / "prompts" / "x.md" in config.watched


@pytest.mark.parametrize("path", ["../secret", "/etc/hostname", "link", "linked/secret", "~/secret", "$HOME/secret"])
def test_it_does_not_lead_outside(place: Place, path: str) -> None:
    for folder in (place.folder, place.home):
        (folder / "secret").write_text("s3cret")
    (place.project / "link").symlink_to("../secret")
    (place.project / "linked").symlink_to(place.folder)
    place.theirs(entry(path))
    config = place.load()
    x = config.templates["x"]
    assert x.error is not None and x.prompt == ""
    assert place.said(config)[0][1] == 3
    assert "it is not in the project, links followed" in config.errors[0].message
    assert "s3cret" not in repr(config)


def test_the_persons_prompt_is_wherever_they_say(place: Place) -> None:
    (place.folder / "x.md").write_text("Hello.")
    place.own(entry(f"{place.folder}/x.md"))
    assert place.clean().templates["x"].prompt == "Hello."
    place.theirs("agents: [{name: x, description: mine}]\n")  # the prompt is still the person's
    assert place.clean().templates["x"].prompt == "Hello."


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "there is no such file"),
        (b"\xff\xfe", "it is not UTF-8 text (byte 0)"),
        (b"x" * (MAX_PROMPT_CHARS + 1), "longer than 100,000 characters"),
        (b"x" * (MAX_PROMPT_CHARS * 4 + 1), "larger than 400,000 bytes"),
        ("folder", "directory"),
        ("pipe", "it is not a file"),
    ],
)
def test_a_prompt_that_cannot_be_read(place: Place, content: bytes | str | None, said: str) -> None:
    path = place.project / "x.md"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content == "folder":
        path.mkdir()
    elif content == "pipe":
        os.mkfifo(path)
    place.theirs(entry("x.md"))
    config = place.load()
    ((_, line, text),) = place.said(config)
    assert line == 3 and said.lower() in text.lower() and str(path) in text
    assert config.templates["x"].error == config.errors[0]


@pytest.mark.parametrize("path", ['""', '" "', '"a\\0b"', "5", "a/*", "~root/x", "$X/y"])
def test_what_is_no_path(place: Place, path: str) -> None:
    place.theirs(entry(path))
    config = place.load()
    assert config.templates["x"].error is not None
    assert place.said(config)[0][1] == 3


def test_one_of_both(place: Place) -> None:
    place.theirs("agents: [{name: x, prompt: a, prompt_file: b}]\n")
    assert "either `prompt` or `prompt_file`" in place.load().errors[0].message


def test_a_changed_prompt_is_a_change(place: Place) -> None:
    (place.project / "x.md").write_text("one")
    place.theirs(entry("x.md"))
    first = place.clean()
    assert place.load(first) is first
    (place.project / "x.md").write_text("two")
    second = place.load(first)
    assert (second.templates["x"].prompt, second.version) == ("two", first.version + 1)


def test_a_link_that_is_bent_while_it_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What counts is what was opened, not what the name leads to before or after."""
    inside, outside = tmp_path / "in", tmp_path / "secret"
    inside.mkdir()
    outside.write_text("s3cret")
    (inside / "fine").write_text("fine")
    link = inside / "link"
    link.symlink_to(outside)
    really = os.open

    def bent(path: Path, *rest: int) -> int:
        handle = really(path, *rest)
        link.unlink()
        link.symlink_to(inside / "fine")
        return handle

    monkeypatch.setattr(reading.os, "open", bent)
    with pytest.raises(Outside):
        read_bytes(link, within=within(inside))


def test_where_the_system_does_not_tell_what_was_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    (inside / "fine").write_text("fine")
    (inside / "link").symlink_to(tmp_path / "out")
    (tmp_path / "out").write_text("out")

    really = os.readlink

    def refuse(path: str) -> str:
        if path.startswith("/proc/self/fd"):
            raise FileNotFoundError
        return really(path)

    monkeypatch.setattr(reading.os, "readlink", refuse)
    assert read_bytes(inside / "fine", within=within(inside)) == b"fine"
    with pytest.raises(Outside):
        read_bytes(inside / "link", within=within(inside))


def test_places_of_secrets_in_the_project_stay_closed(place: Place) -> None:
    """The project may be somebody's home."""
    (place.project / ".ssh").mkdir()
    (place.project / ".ssh" / "id").write_text('description = "s3cret"')
    (place.project / "fine").symlink_to(".ssh/id")
    place.known = Known(is_secret=(place.project / ".ssh" / "id").__eq__)
    place.theirs(entry("fine"))
    place.agent("y.toml", "").unlink()
    (place.project / ".dispatch" / "agents" / "y.toml").symlink_to("../../.ssh/id")
    config = place.load()
    assert ["it is a place of secrets" in error.message for error in config.errors] == [True, True]
    assert "s3cret" not in repr(config)
    place.own(entry(f"{place.project}/fine"))
    place.file.unlink()
    assert "s3cret" in place.load().templates["x"].prompt
