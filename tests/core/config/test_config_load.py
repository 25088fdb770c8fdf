"""dispatch.yaml: what it sets, what is said about what is wrong with it, and that it never gets in the way."""

import fcntl
import os
import signal
import time

import pytest

from dispatch_jupyter.core.config.layer import read_layer
from dispatch_jupyter.core.config.load import Config, load, user_file
from dispatch_jupyter.core.config.schema import Settings


class Place:
    """A project and a person, each with a dispatch.yaml or without."""

    def __init__(self, folder) -> None:
        self.project = folder / "project"
        self.home = folder / "home"
        self.environ = {"HOME": str(self.home)}
        self.project.mkdir()

    def write(self, text: str | bytes, *, user: bool = False):
        path = user_file(self.environ) if user else self.project / "dispatch.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def load(self, last: Config | None = None) -> Config:
        return load(self.project, self.environ, last)


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


def test_nothing_there_means_defaults(place):
    config = place.load()
    assert config.settings == Settings() == Settings(model=None)
    assert (config.model, config.settings.limits.max_steps, config.errors) == (None, 50, [])


def test_the_project_stands_over_the_person_field_by_field(place):
    place.write("model: a/mine\nlimits:\n  max_steps: 7\n", user=True)
    assert place.load().model == "a/mine"
    place.write("model: b/theirs\n")
    config = place.load()
    assert (config.model, config.settings.limits.max_steps) == ("b/theirs", 7)
    assert [layer.path.parent.name for layer in config.layers] == ["dispatch", "project"]


def test_where_the_persons_file_is(tmp_path):
    home = {"HOME": str(tmp_path)}
    assert user_file(home) == tmp_path / ".config" / "dispatch" / "dispatch.yaml"
    assert user_file(home | {"XDG_CONFIG_HOME": str(tmp_path / "x")}) == tmp_path / "x" / "dispatch" / "dispatch.yaml"
    assert user_file(home | {"XDG_CONFIG_HOME": "relative"}) == user_file(home)


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "\ufeffmodel: a/b\n"])
def test_empty_and_marked_files_are_fine(place, text):
    place.write(text)
    assert place.load().errors == []


@pytest.mark.parametrize(
    ("text", "line", "field", "hint"),
    [
        ("# hi\nmodle: a/b\n", 2, "`modle`", "Did you mean `model`?"),
        ("limits:\n  max_step: 3\n", 2, "`limits.max_step`", "Did you mean `max_steps`?"),
        ("colour: red\n", 1, "`colour`", "Known here: model, keys, models, fallback, wait, agents, limits"),
        ("model:\n  name: x\n", 1, "`model`", "Correct"),
        ("model: ''\n", 1, "`model`", "Correct"),
        ("model: 5\n", 1, "`model`", "Correct"),
        ("\n\nlimits:\n\n  max_steps: none\n", 5, "`limits.max_steps`", "Correct"),
        ("limits:\n  max_steps: 0\n", 2, "`limits.max_steps`", "Correct"),
        ("limits: 5\n", 1, "`limits` cannot be used: its own settings are wanted.", "below it, as `max_steps: …`"),
        ("limits: {max_steps: 3O}\n", 1, "`limits.max_steps` cannot be used: a whole number is wanted.", "Correct"),
        ("wait: {enabled: maybe}\n", 1, "`wait.enabled` cannot be used: `true` or `false` is wanted.", "Correct"),
        ("agents: {a: {}}\n", 1, "`agents` cannot be used: a list is wanted.", "`- `"),
        (
            "keys: [{id: a, provider: openai, env: A, budget: {usd: 1, per: yer}}]\n",
            1,
            "'month' is wanted.",
            "Known here",
        ),
        ("keys: [{id: a, provider: openai, env: A, budget: {usd: 1, per: moth}}]\n", 1, "'day' or", "mean `month`?"),
        ("keys: [{id: a, provider: openai, env: A, api_key: x}]\n", 1, "`keys: a: api_key`", "Secrets do not belong"),
        ("keys: [{id: a, provider: openai, env: sk-1}]\n", 1, "`keys: a: env` cannot be used: the name of a", "secret"),
        ("keys: [{id: a b, provider: openai}]\n", 1, "`keys.0.id` cannot be used: letters", "work-2"),
        ("keys: [{idd: a, provider: openai}]\n", 1, "`keys.0.idd`", "Did you mean `id`?"),
        ("5: x\n", 1, "`5`", "Known here"),
        ("# x\nyes: x\n", 2, "`yes`", "Known here"),
        ("\n2020-01-01: x\n", 2, "`2020-01-01`", "Known here"),
        ("null: x\n", 1, "`null`", "Known here"),
        ('"\\ud800": x\n', 1, "", ""),
    ],
)
def test_a_faulty_field_is_named_with_file_and_line_and_left_out(place, text, line, field, hint):
    path = place.write(text)
    config = place.load()
    (error,) = config.errors
    assert error.code == "invalid"
    assert f"{path}, line {line}:" in error.message and field in error.message
    assert hint in error.hint
    assert config.settings == Settings()


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("model: a/b\nmodelz: []\n", "Did you mean `models`?"),
        ("models: []\nmodelz: a/b\n", "Did you mean `model`?"),
        ("modelz: []\n", "Did you mean `model`?"),
        ("model: a/b\nmodels: []\nmodelz: []\n", "Did you mean `model`?"),
        ("keys: []\nkeyz: []\n", "Did you mean `keys`?"),
        ("limits:\n  max_steps: 20\n  max_stepz: 3\n", "Did you mean `max_steps`?"),
        ("keys: [{id: a, provider: openai, env: A, filee: x}]\n", "Did you mean `file`?"),
    ],
)
def test_what_is_written_already_is_rather_not_meant(place, text, hint):
    """But of another name than that, if it is not much less like."""
    place.write(text)
    (error,) = place.load().errors
    assert error.hint == hint


def test_faults_come_as_they_stand_in_the_file(place):
    place.write("colour: red\nlimits:\n  max_steps: 0\nmodels: [{id: a/b, keys: [none]}]\nzoo: 1\n")
    assert [error.place.line for error in place.load().errors] == [1, 3, 4, 5]


def test_one_faulty_field_does_not_take_the_others_with_it(place):
    place.write("model: a/b\nlimits:\n  max_steps: -1\nextra: 1\nmodell: x\n")
    config = place.load()
    assert config.model == "a/b"
    assert config.settings.limits.max_steps == 50
    assert len(config.errors) == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("model: [a\n", "line 2"),
        ("model: a\n\tlimits: x\n", "line 2"),
        ("- a\n- b\n", "a mapping is wanted, not a list"),
        ("just words\n", "a mapping is wanted, not a text"),
        ("model: !!python/object/apply:os.system [true]\n", "line 1"),
        ("model: a\n---\nmodel: b\n", "line 2"),
        (b"model: \xff\xfe\n", "not UTF-8"),
        (b"model: a\x00b\n", "not valid YAML"),
        ("a: " + "[" * 5000, "nested too deeply"),
        ("# " + "x" * 1_100_000, "larger than"),
        ("? [a, b]\n: c\n", "line 1"),
        ("when: 2026-13-45\n", "not valid YAML"),
    ],
)
def test_a_broken_file_is_said_and_not_raised(place, text, said):
    path = place.write(text)
    config = place.load()
    (error,) = config.errors
    assert str(path) in error.message and said in error.message
    assert error.hint
    assert config.settings == Settings()


def test_bombs_of_aliases_do_no_harm(place):
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{two}: &{two} [{', '.join([f'*{one}'] * 9)}]" for one, two in zip("abcdefgh", "bcdefghi", strict=True)]
    place.write("\n".join(lines))
    (error,) = place.load().errors
    assert "aliases counted as often as they are used" in error.message


def test_a_file_that_breaks_counts_as_it_was(place):
    place.write("model: a/b\nlimits:\n  max_steps: 9\n")
    good = place.load()
    place.write("model: [oops\n")
    broken = place.load(good)
    assert (broken.model, broken.settings.limits.max_steps, len(broken.errors)) == ("a/b", 9, 1)
    still = place.load(broken)
    assert (still.model, len(still.errors)) == ("a/b", 1)
    place.write("model: c/d\n")
    mended = place.load(still)
    assert (mended.model, mended.settings.limits.max_steps, mended.errors) == ("c/d", 50, [])
    (place.project / "dispatch.yaml").unlink()
    assert place.load(mended).model is None


def test_things_that_are_not_files(place):
    (place.project / "dispatch.yaml").mkdir()
    (error,) = place.load().errors
    assert "cannot be read" in error.message
    place.environ["HOME"] = str(place.project / "dispatch.yaml" / "none")
    assert len(place.load().errors) == 1


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(place):
    place.write("model: a/b\n").chmod(0)
    (error,) = place.load().errors
    assert "cannot be read" in error.message


def test_a_fifo_is_not_waited_for(place):
    os.mkfifo(place.project / "dispatch.yaml")
    (error,) = place.load().errors
    assert "cannot be read" in error.message


def test_a_person_without_a_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load(tmp_path, {}).errors == []


def test_duplicate_fields_are_said(place):
    place.write("model: a/b\nmodel: c/d\n")
    config = place.load()
    assert "line 2" in config.errors[0].message and "twice" in config.errors[0].message


@pytest.mark.skipif(not hasattr(fcntl, "F_SETLEASE"), reason="leases are Linux'")
def test_a_file_that_a_program_holds_a_lease_on_is_not_waited_for(tmp_path):
    """A command of an agent could hold the server up for as long as it likes."""
    file = tmp_path / "dispatch.yaml"
    file.write_text("model: openai/x\n")
    with file.open("r+b") as held:
        previous = signal.signal(signal.SIGIO, signal.SIG_IGN)
        fcntl.fcntl(held, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        try:
            started = time.monotonic()
            layer = read_layer(file, str(tmp_path))
        finally:
            fcntl.fcntl(held, fcntl.F_SETLEASE, fcntl.F_UNLCK)
            signal.signal(signal.SIGIO, previous)
    assert time.monotonic() - started < 20  # the kernel would have it wait for 45
    assert not layer.readable
    assert "cannot be read" in layer.errors[0].message
