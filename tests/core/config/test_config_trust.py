"""A project's dispatch.yaml that widens: inert until the person trusts exactly that content."""

import json
import stat
import threading
from pathlib import Path

import pytest

from dispatch_jupyter.core.config.load import Config, load, user_file
from dispatch_jupyter.core.config.trust import set_trust, trust_file, trusted_files
from dispatch_jupyter.core.protocol.commands import TrustedFile
from dispatch_jupyter.core.protocol.errors import Conflict, NotFound, StoreError

WIDE = """\
model: a/b
permissions:
  auto_allow:
    - /data
    - {path: out, allow: read}
shell:
  env_pass: [DB]
  timeout: 5
"""


class Place:
    """A project whose dispatch.yaml asks for more."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "project"
        self.environ = {"HOME": str(folder / "home")}
        self.project.mkdir()
        self.file = self.project / "dispatch.yaml"
        self.file.write_text(WIDE)

    def load(self, last: Config | None = None) -> Config:
        return load(self.project, self.environ, last)

    def allowed(self) -> list[str]:
        return [entry.path for entry in self.load().settings.permissions.auto_allow]

    def asks(self) -> TrustedFile:
        (file,) = trusted_files(self.project, self.environ)
        return file

    def trust(self, *, trusted: bool = True) -> None:
        file = self.asks()
        set_trust(file.path, file.digest, trusted, self.environ)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path.resolve())


def test_what_widens_is_inert_and_said_the_rest_counts(place: Place) -> None:
    config = place.load()
    assert config.settings.permissions.leave() == ()
    assert config.settings.shell.env_pass == []
    assert (config.model, config.settings.shell.timeout) == ("a/b", 5)
    assert [(error.code, error.message.split(":")[0]) for error in config.errors] == [
        ("untrusted", f"{place.file}, line 3"),
        ("untrusted", f"{place.file}, line 7"),
    ]
    assert "`permissions.auto_allow`" in config.errors[0].message
    assert all(error.hint for error in config.errors)


def test_trusted_it_counts(place: Place) -> None:
    asks = place.asks()
    assert (asks.path, asks.trusted) == (str(place.file), False)
    assert asks.widens == [
        "read, write and run /data and all below it",
        f"read {place.project}/out and all below it",
        "give commands the environment variable DB",
    ]
    place.trust()
    assert place.asks().trusted
    config = place.load()
    assert config.errors == []
    assert place.allowed() == ["/data", f"{place.project}/out"]
    assert config.settings.shell.env_pass == ["DB"]


@pytest.mark.parametrize("change", ["{}# one more word\n", "{}\n", "# {}"])
def test_any_change_makes_it_inert_again(place: Place, change: str) -> None:
    place.trust()
    text = place.file.read_text()
    place.file.write_text(change.format(text).replace("# model", "#\nmodel"))
    assert place.allowed() == []
    assert not place.asks().trusted
    place.file.write_text(text)
    assert place.allowed() != []


def test_trust_can_be_taken_back(place: Place) -> None:
    place.trust()
    place.trust(trusted=False)
    assert place.allowed() == []
    place.trust(trusted=False)  # once more changes nothing
    place.file.unlink()
    set_trust(str(place.file), "0" * 64, False, place.environ)


def test_only_the_content_that_was_shown_is_trusted(place: Place) -> None:
    shown = place.asks()
    place.file.write_text(WIDE.replace("/data", "/"))
    with pytest.raises(Conflict):
        set_trust(shown.path, shown.digest, True, place.environ)
    assert place.allowed() == []
    assert not trust_file(place.environ).exists()


def test_there_must_be_a_file(place: Place) -> None:
    shown = place.asks()
    place.file.unlink()
    with pytest.raises(NotFound):
        set_trust(shown.path, shown.digest, True, place.environ)
    assert trusted_files(place.project, place.environ) == []
    for path in ("/etc/passwd", "dispatch.yaml", ""):
        with pytest.raises(NotFound):
            set_trust(path, shown.digest, True, place.environ)


def test_another_project_with_the_same_file_is_not_trusted(place: Place, tmp_path: Path) -> None:
    place.trust()
    other = tmp_path / "other"
    other.mkdir()
    (other / "dispatch.yaml").write_text(WIDE)
    assert load(other, place.environ).settings.permissions.leave() == ()


def test_by_whatever_name_the_project_is_reached(place: Place, tmp_path: Path) -> None:
    (tmp_path / "by-link").symlink_to(place.project)
    place.trust()
    assert load(tmp_path / "by-link", place.environ).settings.shell.env_pass == ["DB"]


@pytest.mark.parametrize(
    "text", ["model: a/b\n", "shell:\n  timeout: 9\n", "permissions: {auto_allow: []}\n", "a: [\n", ""]
)
def test_what_does_not_widen_needs_no_trust(place: Place, text: str) -> None:
    place.file.write_text(text)
    assert trusted_files(place.project, place.environ) == []
    assert all(error.code != "untrusted" for error in place.load().errors)


def test_the_persons_own_file_needs_no_trust(place: Place) -> None:
    own = user_file(place.environ)
    own.parent.mkdir(parents=True)
    own.write_text("permissions: {auto_allow: [/mine]}\n")
    assert place.allowed() == ["/mine"]


def test_a_trusted_file_that_breaks_counts_as_it_was(place: Place) -> None:
    place.trust()
    good = place.load()
    place.file.write_text("model: [oops\n")
    assert place.load(good).settings.permissions.leave() == good.settings.permissions.leave()
    broken = place.load(good)
    file = json.loads(trust_file(place.environ).read_text())
    (digests,) = file["trusted"].values()
    set_trust(str(place.file), digests[0], False, place.environ)
    assert place.load(broken).settings.permissions.leave() == ()


def test_a_file_that_is_not_trusted_and_breaks_stays_inert(place: Place) -> None:
    first = place.load()
    place.file.write_text("model: [oops\n")
    assert place.load(first).settings.permissions.leave() == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '{"version": 1, "trus',
        "[]",
        '{"version": 2, "trusted": {}}',
        '{"version": 1, "trusted": {"FILE": "DIGEST"}}',
        '{"version": 1, "trusted": ["FILE"]}',
        "\xff",
        "[" * 100_000,
    ],
)
def test_a_damaged_record_trusts_nothing_and_says_so(place: Place, text: str) -> None:
    place.trust()
    kept = trust_file(place.environ)
    text = text.replace("FILE", str(place.file)).replace("DIGEST", place.asks().digest)
    kept.write_bytes(text.encode("latin-1"))
    config = place.load()
    assert config.settings.permissions.leave() == ()
    (damage, *rest) = config.errors
    assert str(kept) in damage.message and "damaged" in damage.message and damage.hint
    assert damage.place is not None and damage.place.path == str(kept)
    assert {error.code for error in rest} == {"untrusted"}
    assert not place.asks().trusted
    place.trust()
    assert place.load().errors == []
    assert kept.with_name("trust.json.damaged").read_bytes() == text.encode("latin-1")


def test_the_record_is_private(place: Place) -> None:
    place.trust()
    kept = trust_file(place.environ)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700


def test_a_record_that_cannot_be_kept(place: Place) -> None:
    Path(place.environ["HOME"]).write_text("a file, no folder")
    with pytest.raises(StoreError):
        place.trust()


def test_a_file_too_large_to_be_read_is_not_trusted(place: Place) -> None:
    shown = place.asks()
    place.file.write_text("#" * 1_100_000)
    with pytest.raises(StoreError):
        set_trust(shown.path, shown.digest, True, place.environ)


def test_many_at_once_lose_nothing(place: Place, tmp_path: Path) -> None:
    projects = [tmp_path / str(number) for number in range(10)]
    for project in projects:
        project.mkdir()
        (project / "dispatch.yaml").write_text(WIDE)

    def trust(project: Path) -> None:
        (file,) = trusted_files(project, place.environ)
        set_trust(file.path, file.digest, True, place.environ)

    threads = [threading.Thread(target=trust, args=(project,)) for project in projects]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(trusted_files(project, place.environ)[0].trusted for project in projects)


def test_old_versions_are_forgotten(place: Place) -> None:
    for number in range(25):
        place.file.write_text(WIDE + f"# {number}\n")
        place.trust()
    (digests,) = json.loads(trust_file(place.environ).read_text())["trusted"].values()
    assert len(digests) == 20
    assert place.asks().trusted


def test_the_file_may_be_a_link(place: Place, tmp_path: Path) -> None:
    place.file.rename(tmp_path / "elsewhere.yaml")
    place.file.symlink_to(tmp_path / "elsewhere.yaml")
    place.trust()
    assert place.allowed() != []
    (tmp_path / "elsewhere.yaml").write_text(WIDE + "#\n")
    assert place.allowed() == []
